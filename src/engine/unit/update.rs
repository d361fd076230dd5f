//! A pack that follows a branch: fetched, and moved as far as nothing of the user's is touched.

use super::{
    Stop, UnitContext,
    advance::{Moved, move_to, nothing_there},
    clone, pin, record,
};
use crate::{
    engine::{
        decide::{self, Fetch, Wanted},
        node::Node,
        observe::{self, Checkout, Followed, Meaning},
        outcome::{Change, PackOutcome, Verdict},
    },
    git::{
        checkout as git_checkout,
        failure::FailureClass,
        objects,
        repository::{FetchRequest, Repository},
        run::GitError,
        view::View,
    },
    model::reference::RefName,
};

/// Fetches, and moves what is to be moved.
pub(super) async fn update(
    cx: &UnitContext,
    node: &Node,
    checkout: &Checkout,
    fetch: &Fetch,
    wanted: &Wanted,
) -> Result<PackOutcome, Stop> {
    let repository = cx.git.repository(&checkout.root);
    let (meaning, something_came) = match (&fetch.follows, &wanted.reference) {
        (None, Some(name)) => {
            let meaning =
                fetch_by_name(cx, node, &repository, checkout, &fetch.remote, name).await?;
            (meaning, true)
        }
        (follows, _) => {
            let refspecs = follows
                .as_ref()
                .map(|followed| refspecs_for(checkout, followed))
                .unwrap_or_default();
            let came = fetch_refs(cx, node, &repository, &fetch.remote, &refspecs).await?;
            let meaning = observe::look_again(
                &repository,
                checkout,
                &fetch.remote,
                wanted.reference.as_ref(),
                cx.cancel(),
            )
            .await?;
            (meaning, came)
        }
    };
    let moved = match meaning {
        Meaning::Pin(commit) => return pin::pin(cx, node, checkout, commit, wanted).await,
        Meaning::Ref(commit) => return pin::pin(cx, node, checkout, Some(commit), wanted).await,
        Meaning::Branch(after) | Meaning::Current(Some(after)) => {
            // A branch that was not known before the fetch may be one to change over to.
            let (before, role) = match &fetch.follows {
                Some(before) => (before, fetch.checkout),
                None => (
                    &after,
                    decide::role(checkout, &after, wanted, cx.known(node)),
                ),
            };
            move_to(cx, node, &repository, checkout, role, before, &after).await?
        }
        Meaning::Current(None) => Moved::quietly(Change::Fetched),
        Meaning::Unknown
            if checkout.commit.is_none()
                && is_empty(cx, node, &repository, &fetch.remote).await? =>
        {
            nothing_there()
        }
        Meaning::Unknown => {
            let name = wanted
                .reference
                .as_ref()
                .map(RefName::as_str)
                .unwrap_or_default();
            return Err(clone::no_such_ref(name, node).into());
        }
    };
    if something_came && git_checkout::loose_object_pressure(&checkout.git_dir) {
        repository
            .maintain(&mut cx.watch(&node.path, false))
            .await?;
    }
    conclude(cx, node, &repository, checkout, moved).await
}

async fn conclude(
    cx: &UnitContext,
    node: &Node,
    repository: &Repository<'_>,
    checkout: &Checkout,
    moved: Moved,
) -> Result<PackOutcome, Stop> {
    // HEAD is somewhere else only where a move was reported.
    let (head, after) = match moved.change {
        Change::UpToDate | Change::Fetched => (checkout.head.clone(), checkout.commit.clone()),
        _ => {
            let (git_dir, config) = (&checkout.git_dir, &checkout.config);
            let view = View::of_configured(repository, git_dir, config, cx.cancel()).await?;
            let after = view.head_commit()?;
            (view.head, after)
        }
    };
    let commits = match (&checkout.commit, &after) {
        (Some(before), Some(after)) if before != after => {
            objects::count_linear(&checkout.git_dir, before, after)
        }
        (before, after) if before == after => Some(0),
        _ => None,
    };
    let outcome = PackOutcome {
        change: moved.change,
        message: moved.message,
        before: checkout.commit.clone(),
        after,
        commits,
        ..PackOutcome::unchanged(&node.path, &node.url, Verdict::Ok)
    };
    Ok(record::with_entry(
        cx,
        node,
        outcome,
        record::branch_of(&head),
    ))
}

/// The configured refspecs and, beside them, the followed branch by its name: a fetch of a
/// branch that is gone from the server then fails instead of leaving things as they were.
fn refspecs_for(checkout: &Checkout, followed: &Followed) -> Vec<String> {
    let configured = checkout.config.fetch_refspecs(&followed.remote);
    if followed.upstream.is_none() || configured.is_empty() {
        return Vec::new();
    }
    let mut refspecs = configured;
    refspecs.push(if followed.is_configured {
        followed.merge_ref.clone()
    } else {
        format!("+{}:{}", followed.merge_ref, followed.tracking)
    });
    refspecs
}

/// Fetches, and returns whether anything came.
pub(super) async fn fetch_refs(
    cx: &UnitContext,
    node: &Node,
    repository: &Repository<'_>,
    remote: &str,
    refspecs: &[String],
) -> Result<bool, Stop> {
    let request = FetchRequest {
        remote,
        refspecs,
        is_local: node.url.is_local(),
        from_user: node.from_user,
    };
    let result = repository
        .fetch(&request, &mut cx.watch(&node.path, true))
        .await;
    match result {
        Err(GitError::Failed(failure)) if failure.class == FailureClass::NoSuchRef => {
            let name = refspecs.last().map(String::as_str).unwrap_or_default();
            let name = name.strip_prefix('+').unwrap_or(name);
            let name = name.split(':').next().unwrap_or(name);
            let short = name
                .trim_start_matches("refs/heads/")
                .trim_start_matches("refs/tags/");
            Err(clone::no_such_ref(short, node).into())
        }
        result => Ok(result?),
    }
}

/// Fetches a name that means nothing here yet: as a branch, as a tag, or in the hope that a
/// commit of that name comes along.
async fn fetch_by_name(
    cx: &UnitContext,
    node: &Node,
    repository: &Repository<'_>,
    checkout: &Checkout,
    remote: &str,
    name: &RefName,
) -> Result<Meaning, Stop> {
    let configured = checkout.config.fetch_refspecs(remote);
    let mut tries = Vec::new();
    if let Some(branch) = name.branch_ref() {
        tries.push(format!(
            "+{branch}:refs/remotes/{remote}/{}",
            name.short_name()
        ));
    }
    if let Some(tag) = name.tag_ref() {
        tries.push(format!("{tag}:{tag}"));
    }
    if let (Some(full), true) = (name.full_ref(), tries.is_empty()) {
        tries.push(format!("+{full}:{full}"));
    }
    for refspec in tries {
        let mut refspecs = configured.clone();
        refspecs.push(refspec);
        match fetch_refs(cx, node, repository, remote, &refspecs).await {
            Err(Stop::Failed(failure)) if failure.class == FailureClass::NoSuchRef => {}
            result => {
                result?;
                break;
            }
        }
    }
    Ok(observe::look_again(repository, checkout, remote, Some(name), cx.cancel()).await?)
}

/// Fetches whatever there is, and says whether that is nothing.
async fn is_empty(
    cx: &UnitContext,
    node: &Node,
    repository: &Repository<'_>,
    remote: &str,
) -> Result<bool, Stop> {
    fetch_refs(cx, node, repository, remote, &[]).await?;
    let (_, refs) = repository.list_refs(cx.cancel()).await?;
    Ok(refs.is_empty())
}
