//! A pack that is no git work tree: its URL's fetcher brings it and keeps it up to date. No git is
//! run in it: what lies there may contain a `.git` that nobody has vouched for.

use std::path::Path;

use super::{Stop, UnitContext, holding_pack, record, staging::Staging};
use crate::{
    engine::{
        event::Event,
        node::Node,
        outcome::{Change, PackFailure, PackOutcome, Verdict},
        provenance,
    },
    git::{failure::FailureClass, refs::ObjectId},
    model::text,
    plugin::fetcher::{FetchCx, FetchError, FetchReport, Fetcher, Source},
    store::origin,
    sys::fs,
};

/// What a run wants of a pack.
struct Wish {
    source: Source,
    /// Exactly this commit, from the lockfile.
    exact: Option<ObjectId>,
}

/// Brings `node` to `root`, or up to date there.
pub(super) async fn bring(
    cx: &UnitContext,
    node: &Node,
    root: &Path,
    fetcher: &dyn Fetcher,
) -> Result<PackOutcome, Stop> {
    let wish = wish(cx, node)?;
    if fs::is_vacant(root) {
        let staging = Staging::begin(cx, node, root)?;
        let result = clone(cx, node, root, fetcher, &wish, &staging).await;
        return staging.end(result);
    }
    provenance::check(node, root)?;
    holding_pack(cx, root, pull(cx, node, root, fetcher, &wish)).await
}

fn wish(cx: &UnitContext, node: &Node) -> Result<Wish, Stop> {
    let known = cx.known(node);
    let has_no_commit = known.is_some_and(|known| known.sha.is_empty());
    if cx.options.locked && has_no_commit {
        return Err(provenance::without_commit(node).into());
    }
    let wanted = cx.wanted(node)?;
    let reference = match &wanted.exact {
        Some(exact) => Some(exact.to_string()),
        None => wanted.reference.as_ref().map(ToString::to_string),
    };
    Ok(Wish {
        source: Source {
            url: node.url.as_str().to_owned(),
            reference,
            from_user: node.from_user,
        },
        exact: wanted.exact,
    })
}

async fn clone(
    cx: &UnitContext,
    node: &Node,
    root: &Path,
    fetcher: &dyn Fetcher,
    wish: &Wish,
    staging: &Staging<'_>,
) -> Result<PackOutcome, Stop> {
    let made = staging.path();
    let call = Call { cx, node };
    call.run(async |fetch_cx| fetcher.clone(&fetch_cx, &wish.source, made).await)
        .await?;
    if !made.symlink_metadata().is_ok_and(|made| made.is_dir()) {
        let message = "its fetcher succeeded and made no directory";
        return Err(PackFailure::new(FailureClass::Other, message).into());
    }
    let after = call
        .run(async |fetch_cx| fetcher.current_sha(&fetch_cx, made).await)
        .await?;
    check_exact(wish, after.as_deref())?;
    origin::write(made, &node.url)
        .map_err(|error| PackFailure::new(FailureClass::Disk, error.to_string()))?;
    staging.put_in_place()?;
    // The pack's lock says who was at work on it last.
    holding_pack(cx, root, async { Ok(()) }).await?;
    Ok(outcome(cx, node, Change::Cloned, None, after.as_deref()))
}

async fn pull(
    cx: &UnitContext,
    node: &Node,
    root: &Path,
    fetcher: &dyn Fetcher,
    wish: &Wish,
) -> Result<PackOutcome, Stop> {
    let call = Call { cx, node };
    let before = call
        .run(async |fetch_cx| fetcher.current_sha(&fetch_cx, root).await)
        .await?;
    let is_there = wish
        .exact
        .as_ref()
        .is_some_and(|exact| Some(exact.as_str()) == before.as_deref());
    if is_there {
        let before = before.as_deref();
        return Ok(outcome(cx, node, Change::UpToDate, before, before));
    }
    let FetchReport { changed, .. } = call
        .run(async |fetch_cx| fetcher.pull(&fetch_cx, &wish.source, root).await)
        .await?;
    let after = call
        .run(async |fetch_cx| fetcher.current_sha(&fetch_cx, root).await)
        .await?;
    check_exact(wish, after.as_deref())?;
    // Where there are no revisions to compare, the fetcher's word is all there is.
    let has_changed = before != after || (after.is_none() && changed);
    let change = if has_changed {
        Change::Updated
    } else {
        Change::UpToDate
    };
    let (before, after) = (before.as_deref(), after.as_deref());
    Ok(outcome(cx, node, change, before, after))
}

fn check_exact(wish: &Wish, found: Option<&str>) -> Result<(), PackFailure> {
    match &wish.exact {
        Some(exact) if Some(exact.as_str()) != found => Err(PackFailure::new(
            FailureClass::NoSuchRef,
            format!(
                "{} did not bring the lockfile's commit {exact}",
                wish.source.url
            ),
        )),
        _ => Ok(()),
    }
}

/// Revisions that are no commit ids are the fetcher's own business.
fn outcome(
    cx: &UnitContext,
    node: &Node,
    change: Change,
    before: Option<&str>,
    after: Option<&str>,
) -> PackOutcome {
    let commit = |revision: Option<&str>| revision.and_then(|text| ObjectId::parse(text).ok());
    let outcome = PackOutcome {
        change,
        before: commit(before),
        after: commit(after),
        ..PackOutcome::unchanged(&node.path, &node.url, Verdict::Ok)
    };
    record::with_entry(cx, node, outcome, None)
}

/// A fetcher at work for a pack.
struct Call<'a> {
    cx: &'a UnitContext,
    node: &'a Node,
}

impl Call<'_> {
    /// Does `work`, which is told of the first request to stop, and dropped at the second.
    async fn run<T>(
        &self,
        work: impl AsyncFnOnce(FetchCx<'_>) -> Result<T, FetchError>,
    ) -> Result<T, Stop> {
        let observer = &self.cx.session.observer;
        let say = |line: &str| {
            observer.observe(Event::Said(&self.node.path, &text::shown(line)));
        };
        let fetch_cx = FetchCx {
            say: &say,
            cancel: self.cx.cancel(),
            stall: self.cx.session.settings.stall_timeout,
        };
        tokio::select! {
            result = work(fetch_cx) => result.map_err(|error| self.stop(error)),
            () = self.cx.cancel().killed() => Err(Stop::Cancelled),
        }
    }

    fn stop(&self, error: FetchError) -> Stop {
        if self.cx.cancel().is_stopped() {
            return Stop::Cancelled;
        }
        Stop::Failed(error.into())
    }
}
