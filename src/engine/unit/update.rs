//! A pack that follows a branch: fetched, and moved as far as nothing of the user's is touched.

use super::{Stop, UnitContext, clone, pin, record};
use crate::{
    engine::{
        decide::{self, CheckoutRole, Fetch, Move, Wanted},
        node::Node,
        observe::{self, Checkout, Followed, Meaning},
        outcome::{Change, PackFailure, PackOutcome, Verdict},
    },
    git::{
        checkout as git_checkout,
        failure::FailureClass,
        objects, reflog,
        refs::{Head, ObjectId},
        repository::{FetchRequest, Repository},
        run::GitError,
        view::View,
    },
    model::reference::RefName,
};

/// What a move came to.
struct Moved {
    change: Change,
    message: Option<String>,
}

impl Moved {
    fn quietly(change: Change) -> Self {
        Self {
            change,
            message: None,
        }
    }

    fn saying(change: Change, message: String) -> Self {
        Self {
            change,
            message: Some(message),
        }
    }
}

/// Fetches, and moves what is to be moved.
pub(super) async fn update(
    cx: &UnitContext,
    node: &Node,
    checkout: &Checkout,
    fetch: &Fetch,
    wanted: &Wanted,
) -> Result<PackOutcome, Stop> {
    let repository = cx.git.repository(&checkout.root);
    let meaning = match (&fetch.follows, &wanted.reference) {
        (None, Some(name)) => {
            fetch_by_name(cx, node, &repository, checkout, &fetch.remote, name).await?
        }
        (follows, _) => {
            let refspecs = follows
                .as_ref()
                .map(|followed| refspecs_for(checkout, followed))
                .unwrap_or_default();
            fetch_refs(cx, node, &repository, &fetch.remote, &refspecs).await?;
            observe::look_again(
                &repository,
                checkout,
                &fetch.remote,
                wanted.reference.as_ref(),
                cx.cancel(),
            )
            .await?
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
    if git_checkout::loose_object_pressure(&checkout.git_dir) {
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
            let view = View::of(repository, &checkout.git_dir, cx.cancel()).await?;
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

pub(super) async fn fetch_refs(
    cx: &UnitContext,
    node: &Node,
    repository: &Repository<'_>,
    remote: &str,
    refspecs: &[String],
) -> Result<(), Stop> {
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

fn nothing_there() -> Moved {
    Moved::saying(
        Change::Fetched,
        String::from("nothing there to check out yet"),
    )
}

async fn move_to(
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
            repository
                .check_out_branch(&after.branch, target, &mut cx.watch(&node.path, false))
                .await?;
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
    let earlier = reflog::previous_value(&checkout.git_dir, &after.tracking);
    match decide::movement(before, after, earlier.as_ref()) {
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
    match repository.fast_forward(&after.tracking, &mut watch).await {
        Ok(()) => {}
        Err(GitError::Failed(failure)) if failure.class == FailureClass::Diverged => {
            return over_to_tip(cx, node, repository, after).await;
        }
        Err(error) => return Err(error.into()),
    }
    let view = View::of(repository, &checkout.git_dir, cx.cancel()).await?;
    // To git a branch is up to date with a remote that went back to an earlier commit.
    if after.local.is_some() && view.head_commit()? == after.local {
        return over_to_tip(cx, node, repository, after).await;
    }
    Ok(Moved::quietly(Change::Updated))
}

/// Moves the checked-out branch over to the tip of a remote that was rewritten.
async fn over_to_tip(
    cx: &UnitContext,
    node: &Node,
    repository: &Repository<'_>,
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
    repository
        .check_out_branch(&after.branch, Some(&after.tracking), &mut watch)
        .await?;
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
