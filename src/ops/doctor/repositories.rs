//! What the repositories of packs look like, asked of several at once. Git processes that only look:
//! one a pack.

use std::{
    collections::HashMap,
    convert::Infallible,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::{
    engine::{
        event::Event,
        node::Node,
        observe::{self, Place, RemoteMatch},
        session::Session,
        side_by_side::side_by_side,
    },
    git::{
        checkout::{self, NotARepository},
        run::{Git, GitError},
    },
    model::path::PackPath,
    ops::{error::OpError, run},
    sys::{fs, timings},
};

/// What was seen at the place of a pack.
#[derive(Debug, Default)]
pub(super) struct Seen {
    root: PathBuf,
    /// What lies there.
    pub(super) state: State,
    /// Locks that git has left, or holds, with their ages.
    pub(super) locks: Vec<(&'static str, Duration)>,
}

impl Seen {
    /// Its directory; `None` where the way there leads elsewhere.
    pub(super) fn root(&self) -> Option<&Path> {
        let is_reachable = !matches!(self.state, State::Unreachable(_));
        is_reachable.then_some(self.root.as_path())
    }
}

/// What lies at the place of a pack.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing, or an empty directory.
    #[default]
    Missing,
    /// The way there leads elsewhere.
    Unreachable(String),
    /// Something that is no repository.
    Taken(String),
    /// A repository that cannot be used.
    Broken {
        /// Why.
        reason: String,
        /// What helps, where it is less than to clone it again.
        remedy: Option<String>,
    },
    /// A sound repository that has another origin than declared.
    OtherOrigin(String),
    /// A clone whose work tree was never filled.
    Unfilled,
    /// Nothing is wrong with it.
    Sound,
}

impl State {
    fn broken(reason: String) -> Self {
        Self::Broken {
            reason,
            remedy: None,
        }
    }

    fn failing(error: &GitError) -> Self {
        Self::Broken {
            reason: error.to_string(),
            remedy: error.hint(),
        }
    }
}

/// Looks at the places of packs. Those that do not come by git are looked at only for being there.
///
/// # Errors
/// The run was cancelled.
pub(super) async fn look_at_all(
    session: &Arc<Session>,
    nodes: &[Node],
) -> Result<HashMap<PackPath, Seen>, OpError> {
    let git = session.git().await.ok().cloned();
    session.observer.observe(Event::Known(nodes.len()));
    let mut seen = HashMap::new();
    let start = |node: &Node| {
        let (session, git, node) = (Arc::clone(session), git.clone(), node.clone());
        let permit = timings::permit(|| node.path.to_string());
        permit.over(async move {
            session.observer.observe(Event::Started(&node.path));
            let seen = look_at(&session, git.as_ref(), &node).await;
            session.observer.observe(Event::Looked(&node.path));
            (node.path, seen)
        })
    };
    let Ok(()) = side_by_side(
        nodes.iter(),
        session.limits().local,
        start,
        |(path, found)| {
            seen.insert(path, found);
            Ok::<_, Infallible>(())
        },
    )
    .await;
    match session.cancel.is_stopped() {
        true => Err(run::cancelled(&[])),
        false => Ok(seen),
    }
}

async fn look_at(session: &Session, git: Option<&Git>, node: &Node) -> Seen {
    let root = match session.workspace.pack_root(&node.path) {
        Ok(root) => root,
        Err(error) => {
            return Seen {
                state: State::Unreachable(error.to_string()),
                ..Seen::default()
            };
        }
    };
    let mut seen = Seen {
        root,
        ..Seen::default()
    };
    if !session.registry.is_git(&node.url) {
        seen.state = match fs::is_vacant(&seen.root) {
            true => State::Missing,
            false => State::Sound,
        };
        return seen;
    }
    match checkout::own_git_dir(&seen.root) {
        Ok(git_dir) => {
            let now = SystemTime::now();
            let index = checkout::index_lock_age(git_dir.path(), now);
            seen.locks.extend(index.map(|age| ("index.lock", age)));
            seen.locks
                .extend(checkout::other_locks(git_dir.path(), now));
            seen.state = match git {
                Some(git) => ask(session, git, node, &seen).await,
                None => State::Sound,
            };
        }
        Err(NotARepository::Missing { .. }) => {
            seen.state = match fs::is_vacant(&seen.root) {
                true => State::Missing,
                false => State::Taken(String::from("something that is no git repository")),
            };
        }
        Err(error) => seen.state = State::broken(error.to_string()),
    }
    seen
}

async fn ask(session: &Session, git: &Git, node: &Node, seen: &Seen) -> State {
    let cancel = &session.cancel;
    let wanted = node.reference.as_ref();
    let checkout = match observe::observe(git, &seen.root, node, wanted, cancel).await {
        Ok(Place::Repository(checkout)) => checkout,
        Ok(Place::Free) => return State::Missing,
        Ok(Place::Taken(what)) => return State::Taken(what.to_owned()),
        Ok(Place::Broken(reason)) => return State::broken(reason),
        Err(error) => return State::failing(&error),
    };
    match git.repository(&seen.root).check_connectivity(cancel).await {
        Ok(()) => {}
        Err(error) => return State::failing(&error),
    }
    match &checkout.remote {
        RemoteMatch::Other(url) => State::OtherOrigin(url.clone()),
        RemoteMatch::None => State::OtherOrigin(String::from("none")),
        RemoteMatch::Same(_) if checkout.is_unfilled => State::Unfilled,
        RemoteMatch::Same(_) => State::Sound,
    }
}
