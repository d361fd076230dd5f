//! `status`: manifest, lockfile and disk side by side. One git process a pack.

mod beyond;
mod installed;
mod look;
mod report;
mod undeclared;

use std::{collections::HashMap, sync::Arc, time::Duration};

use crate::{
    engine::{
        event::Event,
        node::{Found, Node},
        outcome::{PackFailure, PackOutcome},
        select::Selection,
        session::Session,
        side_by_side::side_by_side,
        tree,
    },
    model::{
        lock::{LockEntry, Lockfile},
        path::{PackId, PackPath},
    },
    sys::timings,
};

use super::{
    books::{self, Books},
    error::OpError,
    install::Known,
    present::FailureReport,
    sync::no_match,
};
use installed::InstallState;
use look::Look;

pub use self::report::{Drift, Install, PackStatus, StatusView};
pub(super) use self::{installed::installed, undeclared::undeclared};

/// What to look at.
#[derive(Debug, Default)]
pub struct StatusRequest {
    /// Which packs.
    pub selection: Selection,
    /// A pack that was synchronised longer ago than this is stale.
    pub stale_after: Option<Duration>,
    /// Fetch first, so that ahead and behind speak of now.
    pub fetch: bool,
}

/// Looks at every pack that is declared, and for repositories that nothing declares.
///
/// # Errors
/// Fails when the books cannot be read, there is no git, or a filter matches nothing.
pub async fn status(session: &Arc<Session>, request: StatusRequest) -> Result<StatusView, OpError> {
    let Books {
        lockfile, roots, ..
    } = books::read(session)?;
    let mut nodes = Vec::new();
    let mut troubles: HashMap<PackPath, Box<PackOutcome>> = HashMap::new();
    for found in tree::on_disk(session, roots.clone()) {
        match found {
            Ok(node) => nodes.push(node),
            Err(outcome) => drop(troubles.insert(outcome.path.clone(), outcome)),
        }
    }
    let ids: Vec<String> = nodes.iter().map(|node| node.path.to_string()).collect();
    let looks = nodes.iter().map(|node| {
        let trouble = troubles
            .remove(&node.path)
            .and_then(|outcome| outcome.failure);
        Wanted {
            known: lockfile.get(node.path.as_str()).cloned(),
            node: node.clone(),
            trouble,
        }
    });
    let looks: Vec<_> = looks.collect();
    // The first git need not wait for what asks none.
    let without_git = tokio::spawn(WithoutGit::find(
        Arc::clone(session),
        roots,
        nodes,
        lockfile,
    ));
    let looked = match looks.is_empty() {
        true => Ok(Vec::new()),
        false => look_at_all(session, &request, looks).await,
    };
    let WithoutGit {
        mut states,
        undeclared,
    } = without_git
        .await
        .unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    let mut packs = looked?;
    for pack in packs.iter_mut().filter(|pack| pack.on_disk) {
        let state = states.remove(&pack.id);
        pack.complete(&state.unwrap_or_else(InstallState::nothing));
    }
    packs.extend(troubles.into_values().map(|outcome| PackStatus {
        failure: outcome.failure.map(FailureReport::from),
        ..PackStatus::absent(outcome.path.as_str(), Drift::Missing)
    }));
    if request.selection.is_everything() {
        packs.extend(states.remove(PackId::workspace().as_str()).map(own));
        packs.extend(undeclared.into_iter().map(|path| PackStatus {
            on_disk: true,
            ..PackStatus::absent(&path, Drift::Untracked)
        }));
    } else if packs.is_empty() {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        return Err(no_match(&request.selection, &ids));
    }
    packs.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(StatusView { packs })
}

/// The workspace's own pack, where it is one: what it has installed is all there is to look at.
fn own(state: InstallState) -> PackStatus {
    PackStatus {
        on_disk: true,
        sha_match: true,
        actions_hash_match: state.hash_matches,
        install: state.install,
        ..PackStatus::absent(PackId::workspace().as_str(), Drift::Clean)
    }
}

/// What is found out without asking git.
struct WithoutGit {
    /// What of packs is installed, by id.
    states: HashMap<String, InstallState>,
    /// Repositories that nothing declares.
    undeclared: Vec<String>,
}

impl WithoutGit {
    async fn find(
        session: Arc<Session>,
        roots: Vec<Found>,
        nodes: Vec<Node>,
        lockfile: Lockfile,
    ) -> Self {
        let known = Known::read(&session, &session.seal(), &lockfile);
        let installs = installed::installed(&session, roots, &lockfile, &known).await;
        Self {
            states: installs.states,
            undeclared: undeclared::undeclared(&session, &nodes),
        }
    }
}

/// A pack to be looked at, with what is known of it.
struct Wanted {
    node: Node,
    known: Option<LockEntry>,
    trouble: Option<PackFailure>,
}

async fn look_at_all(
    session: &Arc<Session>,
    request: &StatusRequest,
    wanted: Vec<Wanted>,
) -> Result<Vec<PackStatus>, OpError> {
    let git = session.git().await?.clone();
    let limits = session.limits();
    let at_once = if request.fetch {
        limits.total
    } else {
        limits.local
    };
    session.observer.observe(Event::Known(wanted.len()));
    let mut packs = Vec::new();
    let start = |wanted: Wanted| {
        let Wanted {
            node,
            known,
            trouble,
        } = wanted;
        let look = Look {
            session: Arc::clone(session),
            git: git.clone(),
            known,
            stale_after: request.stale_after,
            fetch: request.fetch,
            trouble,
        };
        let selection = request.selection.clone();
        let permit = timings::permit(|| node.path.to_string());
        permit.over(async move { look.at(&node, &selection).await })
    };
    side_by_side(wanted.into_iter(), at_once, start, |found| {
        packs.extend(found?);
        Ok::<_, OpError>(())
    })
    .await?;
    Ok(packs)
}
