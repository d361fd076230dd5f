//! A git pack that is not there yet: cloned beside its place, looked at, and put into place.

use std::path::Path;

use super::{Stop, UnitContext, holding_pack, pin, record, staging::Staging};
use crate::{
    engine::{
        decide::Wanted,
        node::Node,
        outcome::{Change, PackFailure, PackOutcome, Verdict},
    },
    git::{
        clone::{CloneHead, CloneRequest},
        failure::FailureClass,
        refs::{Head, ObjectId},
        run::GitError,
        view::{self, View},
    },
    model::{reference::RefName, shell, url::Scheme},
};

/// Clones `node` to `root`.
pub(super) async fn clone(
    cx: &UnitContext,
    node: &Node,
    root: &Path,
    wanted: &Wanted,
) -> Result<PackOutcome, Stop> {
    let staging = Staging::begin(cx, node, root)?;
    let result = arrive(cx, node, root, &staging, wanted).await;
    staging.end(result)
}

async fn arrive(
    cx: &UnitContext,
    node: &Node,
    root: &Path,
    staging: &Staging<'_>,
    wanted: &Wanted,
) -> Result<PackOutcome, Stop> {
    let temporary = staging.path();
    let hooks_may_run = cx.clone_setup().await?.hooks_may_run;
    let head = Cloned::plan(cx, node, wanted);
    let filled = fetch_into(cx, node, temporary, &head, !hooks_may_run).await?;
    let view = View::of(
        &cx.git.repository(temporary),
        &temporary.join(".git"),
        cx.cancel(),
    )
    .await?;
    let commit = view.head_commit()?;
    if commit.is_none() {
        accept_empty(cx, node).await?;
    }
    let rest = head.rest(wanted, &view.head, commit.as_ref(), filled);
    let is_whole = matches!(rest, Rest::Nothing);
    // What is wanted and not there must not leave a pack behind: it is found, and where no hook
    // has to see the final place also checked out, before the clone becomes one.
    let rest = if hooks_may_run {
        rest.found(cx, node, temporary).await?
    } else {
        settle(cx, node, temporary, rest).await?;
        Rest::Nothing
    };
    staging.put_in_place()?;
    holding_pack(cx, root, settle(cx, node, root, rest)).await?;
    let view = match is_whole {
        true => view,
        false => View::of(&cx.git.repository(root), &root.join(".git"), cx.cancel()).await?,
    };
    let outcome = PackOutcome {
        change: Change::Cloned,
        after: if is_whole {
            commit.clone()
        } else {
            view.head_commit()?
        },
        message: commit
            .is_none()
            .then(|| String::from("an empty repository")),
        ..PackOutcome::unchanged(&node.path, &node.url, Verdict::Ok)
    };
    Ok(record::with_entry(
        cx,
        node,
        outcome,
        record::branch_of(&view.head),
    ))
}

/// What a clone is asked to check out, and what has to follow it.
struct Cloned {
    /// A branch or tag for `git clone --branch`.
    named: Option<String>,
    /// The commit to check out afterwards: an exact one, or what an abbreviation will mean.
    then: Option<String>,
}

impl Cloned {
    fn plan(cx: &UnitContext, node: &Node, wanted: &Wanted) -> Self {
        if let Some(exact) = &wanted.exact {
            let branch = cx.known(node).and_then(|known| known.branch.clone());
            return Self {
                named: branch,
                then: Some(exact.to_string()),
            };
        }
        match &wanted.reference {
            None => Self {
                named: None,
                then: None,
            },
            Some(reference) => match reference.commit_id().or(unusual(reference)) {
                Some(later) => Self {
                    named: None,
                    then: Some(later.to_owned()),
                },
                None => Self {
                    named: Some(reference.short_name().to_owned()),
                    then: None,
                },
            },
        }
    }

    /// What is still to be checked out in a clone whose HEAD is `at`, with this commit.
    fn rest(&self, wanted: &Wanted, at: &Head, commit: Option<&ObjectId>, filled: bool) -> Rest {
        let Some(commit) = commit else {
            return Rest::Nothing;
        };
        let branch = record::branch_of(at);
        let keep = branch.clone().filter(|_| wanted.exact.is_some());
        match self.then.clone().or_else(|| self.other_than(wanted, at)) {
            Some(then) if !filled || then != commit.as_str() => Rest::Commit(then, keep),
            _ if filled => Rest::Nothing,
            _ => match branch {
                Some(branch) => Rest::Branch(branch),
                None => Rest::Commit(commit.to_string(), None),
            },
        }
    }

    /// What is wanted where `git clone --branch` came to something else: to the default branch,
    /// as the name abbreviates a commit; or to the branch that has the tag's name.
    fn other_than(&self, wanted: &Wanted, at: &Head) -> Option<String> {
        let branch = record::branch_of(at)?;
        let name = wanted.reference.as_ref()?;
        let is_tag = name.full_ref().is_some() && name.tag_ref().is_some();
        let is_abbreviation = name.may_be_short_id() && branch != name.as_str();
        (is_tag || is_abbreviation).then(|| name.to_string())
    }
}

/// A full ref name that is neither a branch nor a tag, which `git clone --branch` cannot take:
/// `refs/pull/7/head`.
fn unusual(reference: &RefName) -> Option<&str> {
    let named = reference.branch_ref().is_some() || reference.tag_ref().is_some();
    reference.full_ref().filter(|_| !named)
}

/// What a clone still lacks.
enum Rest {
    /// Nothing.
    Nothing,
    /// The files of the branch that HEAD names.
    Branch(String),
    /// This commit: without a branch, or on this one.
    Commit(String, Option<String>),
}

impl Rest {
    /// The same, sure to be there: fetched from the server when it has not come by itself.
    async fn found(self, cx: &UnitContext, node: &Node, place: &Path) -> Result<Self, Stop> {
        let Self::Commit(revision, branch) = self else {
            return Ok(self);
        };
        let repository = cx.git.repository(place);
        // The user may have another name for it (`clone.defaultRemoteName`).
        let config = view::settings(&repository, &place.join(".git"), cx.cancel()).await?;
        let remote = config.remotes().into_iter().next();
        let remote = remote.map_or_else(|| String::from("origin"), |remote| remote.name);
        let commit = pin::find_commit(cx, node, &repository, &remote, &revision).await?;
        Ok(Self::Commit(commit.to_string(), branch))
    }
}

/// Clones into `temporary`. Returns whether the work tree is filled.
async fn fetch_into(
    cx: &UnitContext,
    node: &Node,
    temporary: &Path,
    head: &Cloned,
    may_fill: bool,
) -> Result<bool, Stop> {
    let checkout = may_fill && (head.then.is_none() || head.named.is_some());
    let wanted = head
        .named
        .as_deref()
        .map_or(CloneHead::Default, CloneHead::Named);
    match clone_once(cx, node, temporary, wanted, checkout).await {
        // A name that is neither a branch nor a tag there may still abbreviate a commit.
        Err(GitError::Failed(failure))
            if failure.class == FailureClass::NoSuchRef
                && node
                    .reference
                    .as_ref()
                    .is_some_and(|name| name.may_be_short_id()) =>
        {
            clone_once(cx, node, temporary, CloneHead::Default, false).await?;
            Ok(false)
        }
        Err(GitError::Failed(failure)) if failure.class == FailureClass::NoSuchRef => {
            let url = node.url.as_str();
            // Where there is nothing yet, the branch may come with the first push.
            if cx
                .git
                .is_empty_at_server(url, node.from_user, cx.cancel())
                .await?
            {
                clone_once(cx, node, temporary, CloneHead::Default, false).await?;
                return Ok(false);
            }
            Err(no_such_ref(head.named.as_deref().unwrap_or_default(), node).into())
        }
        result => {
            result?;
            Ok(checkout)
        }
    }
}

async fn clone_once(
    cx: &UnitContext,
    node: &Node,
    temporary: &Path,
    head: CloneHead<'_>,
    checkout: bool,
) -> Result<(), GitError> {
    let setup = cx.clone_setup().await?;
    let request = CloneRequest {
        url: node.url.as_str(),
        is_local: node.url.is_local(),
        from_user: node.from_user,
        target: temporary,
        head,
        checkout,
    };
    cx.git
        .clone_repository(&request, setup, &mut cx.watch(&node.path, true))
        .await
}

/// The failure of a pack whose remote lacks what is declared.
pub(super) fn no_such_ref(name: &str, node: &Node) -> PackFailure {
    PackFailure::new(
        FailureClass::NoSuchRef,
        format!("{} has no branch, tag or commit `{name}`", node.url),
    )
    .with_hint(match name.strip_prefix("origin/") {
        Some(bare) => format!("as the remote calls it, it is `{bare}`"),
        None if ObjectId::parse(name).is_ok() => {
            let declared = node.reference.as_ref();
            let or = match declared.is_some_and(|declared| declared.as_str() == name) {
                true => "declare another",
                false => "run `grex sync` to lock what is there",
            };
            format!(
                "the commit is on no branch or tag of the server: push it from the checkout that has it (`git push`), or {or}"
            )
        }
        None => format!(
            "`git ls-remote {}` lists what it has",
            shell::quote(node.url.as_str())
        ),
    })
}

/// Checks out in the clone at `place` what it still lacks.
async fn settle(cx: &UnitContext, node: &Node, place: &Path, rest: Rest) -> Result<(), Stop> {
    let repository = cx.git.repository(place);
    // A commit that came with the clone, as nearly all do, needs no question first.
    if let Rest::Commit(id, None) = &rest
        && ObjectId::parse(id).is_ok()
    {
        let mut watch = cx.watch(&node.path, false);
        match repository.check_out_detached(id, &mut watch).await {
            Err(GitError::Failed(failure)) if failure.class == FailureClass::NoSuchRef => {}
            result => return Ok(result?),
        }
    }
    let rest = rest.found(cx, node, place).await?;
    let mut watch = cx.watch(&node.path, false);
    match rest {
        Rest::Nothing => {}
        Rest::Branch(branch) => {
            repository
                .check_out_branch(&branch, None, &mut watch)
                .await?
        }
        Rest::Commit(id, Some(branch)) => {
            repository
                .check_out_branch(&branch, Some(&id), &mut watch)
                .await?
        }
        Rest::Commit(id, None) => repository.check_out_detached(&id, &mut watch).await?,
    }
    Ok(())
}

/// An empty repository is what the server has, or a web page that was taken for one: only a
/// server that speaks git's own protocol is believed.
async fn accept_empty(cx: &UnitContext, node: &Node) -> Result<(), Stop> {
    let over_http = matches!(node.url.scheme(), Scheme::Http | Scheme::Https);
    if !over_http || cx.git.speaks_git(node.url.as_str(), cx.cancel()).await? {
        return Ok(());
    }
    Err(PackFailure::new(
        FailureClass::NotFound,
        format!(
            "{} answers, but not as a git server does: a login page, perhaps",
            node.url
        ),
    )
    .with_hint("open the address in a browser, and check your access and credentials")
    .into())
}
