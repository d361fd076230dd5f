//! How the branch that a pack follows moves once the remote's commits are there, and the checkout
//! with it.

use super::{Stop, UnitContext, moving::moving};
use crate::{
    engine::{
        decide::{self, CheckoutRole, Move},
        node::Node,
        observe::{Checkout, Followed},
        outcome::{Change, PackFailure},
    },
    git::{
        failure::FailureClass,
        reflog,
        refs::{Head, ObjectId},
        repository::Repository,
        run::GitError,
        view::View,
    },
};

/// What a move came to.
pub(super) struct Moved {
    pub(super) change: Change,
    pub(super) message: Option<String>,
}

impl Moved {
    pub(super) fn quietly(change: Change) -> Self {
        Self {
            change,
            message: None,
        }
    }

    pub(super) fn saying(change: Change, message: String) -> Self {
        Self {
            change,
            message: Some(message),
        }
    }
}

/// What comes of a remote without commits.
pub(super) fn nothing_there() -> Moved {
    Moved::saying(
        Change::Fetched,
        String::from("nothing there to check out yet"),
    )
}

/// Moves the followed branch, and the checkout where that is on it or is to be.
pub(super) async fn move_to(
    cx: &UnitContext,
    node: &Node,
    repository: &Repository<'_>,
    checkout: &Checkout,
    role: CheckoutRole,
    before: &Followed,
    after: &Followed,
) -> Result<Moved, Stop> {
    match role {
        CheckoutRole::OnBranch => move_branch(cx, node, repository, checkout, before, after).await,
        CheckoutRole::Aside => move_aside(cx, node, repository, checkout, after).await,
        CheckoutRole::Switch if leaves_commits_behind(cx, repository, checkout).await? => {
            move_aside(cx, node, repository, checkout, after).await
        }
        CheckoutRole::Switch => {
            let target = after.local.is_none().then_some(after.tracking.as_str());
            let mut watch = cx.watch(&node.path, false);
            let git = repository.check_out_branch(&after.branch, target, &mut watch);
            match after.local.as_ref().or(after.upstream.as_ref()) {
                Some(to) => moving(cx, node, checkout.commit.as_ref(), to, git).await??,
                None => git.await?,
            }
            if target.is_none() {
                move_branch(cx, node, repository, checkout, before, after).await?;
            }
            Ok(Moved::saying(
                Change::Updated,
                format!("now on `{}`", after.branch),
            ))
        }
    }
}

/// A detached HEAD with commits that no ref has is not left: only the reflog would know them.
async fn leaves_commits_behind(
    cx: &UnitContext,
    repository: &Repository<'_>,
    checkout: &Checkout,
) -> Result<bool, Stop> {
    match &checkout.head {
        Head::Detached(_) => {
            let kept = ["--branches", "--remotes", "--tags"];
            Ok(repository
                .count_commits(&["HEAD"], &kept, cx.cancel())
                .await?
                > 0)
        }
        Head::Branch(_) | Head::Unborn(_) => Ok(false),
    }
}

/// Moves the branch that is checked out.
async fn move_branch(
    cx: &UnitContext,
    node: &Node,
    repository: &Repository<'_>,
    checkout: &Checkout,
    before: &Followed,
    after: &Followed,
) -> Result<Moved, Stop> {
    let earlier = || reflog::previous_value(&checkout.git_dir, &after.tracking);
    match decide::movement(before, after, earlier) {
        Move::Nothing => Ok(Moved::quietly(Change::UpToDate)),
        Move::NothingThere => Ok(nothing_there()),
        Move::FollowTip => follow_tip(cx, node, repository, checkout, after).await,
        Move::Count => {
            let (ahead, behind) = repository
                .ahead_and_behind(&after.branch_ref(), &after.tracking, cx.cancel())
                .await?;
            match (ahead, behind) {
                (0, 0) => Ok(Moved::quietly(Change::UpToDate)),
                (ahead, 0) => Ok(Moved::saying(
                    Change::UpToDate,
                    format!("{ahead} ahead of {}", shown(after)),
                )),
                (0, _) => follow_tip(cx, node, repository, checkout, after).await,
                (ahead, behind) => Err(diverged(checkout, after, ahead, behind).into()),
            }
        }
    }
}

fn diverged(checkout: &Checkout, followed: &Followed, ahead: u64, behind: u64) -> PackFailure {
    let root = checkout.root.display();
    let upstream = shown(followed);
    PackFailure::new(
        FailureClass::Diverged,
        format!(
            "`{}` and {upstream} have diverged: {ahead} ahead, {behind} behind",
            followed.branch
        ),
    )
    .with_hint(format!(
        "put your commits on top with `git -C {root} rebase {upstream}`, or merge"
    ))
}

/// Moves the checked-out branch, which has nothing of the user's own, to the remote's tip.
async fn follow_tip(
    cx: &UnitContext,
    node: &Node,
    repository: &Repository<'_>,
    checkout: &Checkout,
    after: &Followed,
) -> Result<Moved, Stop> {
    let mut watch = cx.watch(&node.path, false);
    let git = repository.fast_forward(&after.tracking, &mut watch);
    let result = match &after.upstream {
        Some(to) => moving(cx, node, checkout.commit.as_ref(), to, git).await?,
        None => git.await,
    };
    match result {
        Ok(()) => {}
        Err(GitError::Failed(failure)) if failure.class == FailureClass::Diverged => {
            return over_to_tip(cx, node, repository, checkout, after).await;
        }
        Err(error) => return Err(error.into()),
    }
    let view = View::of(repository, &checkout.git_dir, cx.cancel()).await?;
    // To git a branch is up to date with a remote that went back to an earlier commit.
    if after.local.is_some() && view.head_commit()? == after.local {
        return over_to_tip(cx, node, repository, checkout, after).await;
    }
    Ok(Moved::quietly(Change::Updated))
}

/// Moves the checked-out branch over to the tip of a remote that was rewritten.
async fn over_to_tip(
    cx: &UnitContext,
    node: &Node,
    repository: &Repository<'_>,
    checkout: &Checkout,
    after: &Followed,
) -> Result<Moved, Stop> {
    // A history with holes looks rewritten to older versions of git: it is walked before it is
    // believed, which fails where an object is missing.
    let (left_behind, _) = repository
        .ahead_and_behind(&after.branch_ref(), &after.tracking, cx.cancel())
        .await?;
    if left_behind == 0 {
        let message = format!(
            "git cannot fast-forward to {}, which has it all",
            shown(after)
        );
        return Err(PackFailure::new(FailureClass::Other, message).into());
    }
    let mut watch = cx.watch(&node.path, false);
    let git = repository.check_out_branch(&after.branch, Some(&after.tracking), &mut watch);
    match &after.upstream {
        Some(to) => moving(cx, node, checkout.commit.as_ref(), to, git).await??,
        None => git.await?,
    }
    let old = after
        .local
        .as_ref()
        .map(ObjectId::short)
        .unwrap_or_default();
    Ok(Moved::saying(
        Change::Forced,
        format!("{} was rewritten; the old tip was {old}", shown(after)),
    ))
}

/// Moves the followed branch without touching the checkout, which is somewhere else.
async fn move_aside(
    cx: &UnitContext,
    node: &Node,
    repository: &Repository<'_>,
    checkout: &Checkout,
    after: &Followed,
) -> Result<Moved, Stop> {
    let mut message = match &checkout.head {
        Head::Branch(branch) | Head::Unborn(branch) => {
            format!(
                "on `{branch}`, which is left alone; `{}` is followed",
                after.branch
            )
        }
        Head::Detached(_) => format!(
            "HEAD is detached and left alone; `{}` is followed",
            after.branch
        ),
    };
    let behind = after.local.is_some() && after.upstream.is_some() && after.local != after.upstream;
    if behind {
        let mut watch = cx.watch(&node.path, false);
        match repository
            .fast_forward_aside(&after.branch_ref(), &after.tracking, &mut watch)
            .await
        {
            Ok(()) => {}
            Err(GitError::Failed(_)) => {
                message = format!("{message}, but has commits that {} has not", shown(after));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Moved::saying(Change::Fetched, message))
}

/// A remote-tracking ref as people write it.
fn shown(followed: &Followed) -> &str {
    followed
        .tracking
        .strip_prefix("refs/remotes/")
        .unwrap_or(&followed.tracking)
}
