//! What to do with a pack, from what is there and what is asked for. Pure.

use std::time::Duration;

use crate::{
    git::{
        checkout::Operation,
        failure::FailureClass,
        refs::{Head, ObjectId},
    },
    model::{lock::LockEntry, reference::RefName},
};

use super::{
    node::Node,
    observe::{Checkout, Followed, Meaning, RemoteMatch},
    outcome::PackFailure,
};

/// What a run wants of a pack's checkout.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The branch, tag or commit; `None`: the branch that is checked out.
    pub reference: Option<RefName>,
    /// Exactly this commit, from the lockfile.
    pub exact: Option<ObjectId>,
}

/// The next step on a checkout that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is where it is pinned: nothing to do, not even on the network.
    Leave,
    /// Fetch, then see what moved.
    Fetch(Fetch),
    /// Check out this commit; `None`: find out first which one the abbreviation names.
    Pin(Option<ObjectId>),
    /// Leave it alone: it failed.
    Refuse(Box<Refusal>),
}

/// A refusal, comparable in tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The kind of failure.
    pub class: FailureClass,
    /// Why.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// A fetch and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// The remote's name.
    pub remote: String,
    /// What is followed; `None`: nothing, or a name that only the remote may know.
    pub follows: Option<Followed>,
    /// What becomes of the checkout.
    pub checkout: CheckoutRole,
}

/// What a fetch means for the checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckoutRole {
    /// HEAD is on the followed branch and moves with it.
    OnBranch,
    /// HEAD is where grex left it and the declaration has changed since: change over.
    Switch,
    /// HEAD is somewhere of the user's choosing: it stays.
    Aside,
}

impl From<Refusal> for PackFailure {
    fn from(refusal: Refusal) -> Self {
        PackFailure::new(refusal.class, refusal.message).with_hint(refusal.hint)
    }
}

/// Decides the next step for a checkout that is there. `known` is what the lockfile says.
pub fn decide(
    node: &Node,
    checkout: &Checkout,
    wanted: &Wanted,
    known: Option<&LockEntry>,
) -> Step {
    let remote = match sound(node, checkout) {
        Ok(remote) => remote,
        Err(refusal) => return Step::Refuse(Box::new(refusal)),
    };
    if let Some(exact) = &wanted.exact {
        return pin(checkout, Some(exact));
    }
    match &checkout.meaning {
        Meaning::Pin(commit) => pin(checkout, commit.as_ref()),
        Meaning::Branch(followed) => Step::Fetch(Fetch {
            remote: followed.remote.clone(),
            checkout: role(checkout, followed, wanted, known),
            follows: Some(followed.clone()),
        }),
        Meaning::Current(followed) => Step::Fetch(Fetch {
            remote: followed
                .as_ref()
                .map_or(remote, |followed| followed.remote.clone()),
            checkout: CheckoutRole::OnBranch,
            follows: followed.clone(),
        }),
        Meaning::Ref(_) | Meaning::Unknown => Step::Fetch(Fetch {
            remote,
            follows: None,
            checkout: CheckoutRole::Aside,
        }),
    }
}

fn pin(checkout: &Checkout, commit: Option<&ObjectId>) -> Step {
    match commit {
        Some(commit) if checkout.commit.as_ref() == Some(commit) => Step::Leave,
        commit => Step::Pin(commit.cloned()),
    }
}

/// Returns the remote to fetch from, or why the checkout must not be touched.
fn sound(node: &Node, checkout: &Checkout) -> Result<String, Refusal> {
    let root = checkout.root.display();
    if let Some(operation) = checkout.under_way {
        return Err(Refusal {
            class: FailureClass::Busy,
            message: format!("a {} is under way", operation.name()),
            hint: format!("finish it or give it up there: {}", remedy(operation)),
        });
    }
    if let Some(age) = checkout.index_lock {
        return Err(Refusal {
            class: FailureClass::Busy,
            message: format!(
                "another git is at work there, or was stopped: .git/index.lock is {} old",
                shown(age)
            ),
            hint: format!("when no git runs in {root} any more, remove {root}/.git/index.lock"),
        });
    }
    match &checkout.remote {
        RemoteMatch::Same(name) => Ok(name.clone()),
        RemoteMatch::Other(url) => Err(Refusal {
            class: FailureClass::Other,
            message: format!(
                "the repository there comes from {}, and {} is declared",
                crate::model::redact::secrets(url),
                node.url
            ),
            hint: format!(
                "move it away, or correct one of the two: `git -C {root} remote set-url origin {}`",
                node.url
            ),
        }),
        RemoteMatch::None => Err(Refusal {
            class: FailureClass::Other,
            message: format!(
                "the repository there has no remote, and {} is declared",
                node.url
            ),
            hint: format!(
                "move it away, or give it one: `git -C {root} remote add origin {}`",
                node.url
            ),
        }),
    }
}

fn remedy(operation: Operation) -> String {
    let give_up = operation.abort_command();
    operation.continue_command().map_or_else(
        || format!("`{give_up}`"),
        |go_on| format!("`{go_on}` or `{give_up}`"),
    )
}

/// What a branch that is followed means for the checkout. `known` is what the lockfile says.
pub fn role(
    checkout: &Checkout,
    followed: &Followed,
    wanted: &Wanted,
    known: Option<&LockEntry>,
) -> CheckoutRole {
    let (branch, detached) = match &checkout.head {
        Head::Branch(branch) | Head::Unborn(branch) => (Some(branch.as_str()), false),
        Head::Detached(_) => (None, true),
    };
    if !detached && branch == Some(followed.branch.as_str()) {
        return CheckoutRole::OnBranch;
    }
    // An empty repository, never filled: there was no branch yet to be on.
    let is_unfilled = checkout.commit.is_none() && known.is_some_and(|known| known.sha.is_empty());
    let untouched = known.is_some_and(|known| {
        checkout
            .commit
            .as_ref()
            .is_some_and(|commit| commit.as_str() == known.sha)
            && known.branch.as_deref() == branch
            && known.reference != wanted.reference
    });
    if untouched || is_unfilled {
        CheckoutRole::Switch
    } else {
        CheckoutRole::Aside
    }
}

/// An age in its largest unit, as people say it.
fn shown(age: Duration) -> String {
    let seconds = age.as_secs();
    match seconds {
        0..=119 => format!("{seconds} seconds"),
        120..=7_199 => format!("{} minutes", seconds / 60),
        7_200..=172_799 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// How a branch moves after a fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Local and remote are the same.
    Nothing,
    /// The remote has no such branch and none was ever seen: an empty repository.
    NothingThere,
    /// The local branch was exactly what was last fetched: forward, or over to the new tip when
    /// the remote was rewritten.
    FollowTip,
    /// There are commits of the user's own, or the user fetched: count before deciding.
    Count,
}

/// Decides how a branch moves. `before` and `after` are the same branch before and after the
/// fetch; `earlier_tip` finds out what the remote-tracking ref was before its last change.
pub fn movement(
    before: &Followed,
    after: &Followed,
    earlier_tip: impl FnOnce() -> Option<ObjectId>,
) -> Move {
    match (&after.local, &after.upstream) {
        (_, None) => Move::NothingThere,
        (Some(local), Some(upstream)) if local == upstream => Move::Nothing,
        (None, Some(_)) => Move::FollowTip,
        (Some(local), Some(_)) => {
            let was_tip =
                before.upstream.as_ref() == Some(local) && before.upstream != after.upstream;
            if was_tip || earlier_tip().as_ref() == Some(local) {
                Move::FollowTip
            } else {
                Move::Count
            }
        }
    }
}
