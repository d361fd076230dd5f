//! One pack's way through a run, as a straight line: lock, observe, decide, act, read its
//! pack.yaml, report its children. A unit never waits for another one and never starts one.

mod advance;
mod aftermath;
mod children;
mod clone;
mod context;
mod foreign;
mod moving;
mod pin;
mod reclaim;
mod record;
mod staging;
mod update;

use std::path::Path;

pub use context::UnitContext;

use super::{
    decide::{self, Step},
    deferral,
    event::Event,
    node::{Found, Node},
    observe::{self, Checkout, Place},
    outcome::{Change, PackFailure, PackOutcome, Verdict},
};
use crate::{
    git::{
        failure::{self, FailureClass},
        refs::Head,
        run::GitError,
    },
    store::layout,
    sys::lock,
};

/// How a unit ended.
#[derive(Debug)]
pub enum UnitEnd {
    /// The pack is done with, and these are the packs that it declares.
    Done(Box<PackOutcome>, Vec<Found>),
    /// The run selects other packs; its children are looked at all the same.
    Passed(Vec<Found>),
    /// Another process holds the pack: try later.
    Deferred(String),
    /// The network failed, or git was in its own way: try again after a pause.
    Again(Box<PackFailure>),
    /// The run was cancelled.
    Cancelled,
}

/// Why a unit stopped half-way.
enum Stop {
    Failed(PackFailure),
    Deferred(String),
    Cancelled,
}

impl From<GitError> for Stop {
    fn from(error: GitError) -> Self {
        match error {
            GitError::Cancelled => Self::Cancelled,
            error => Self::Failed(error.into()),
        }
    }
}

impl From<PackFailure> for Stop {
    fn from(failure: PackFailure) -> Self {
        Self::Failed(failure)
    }
}

/// Takes `node` through the run. `last` says that a failure is final: no further try follows.
pub async fn run(cx: &UnitContext, node: &Node, last: bool) -> UnitEnd {
    match attempt(cx, node).await {
        Ok(end) => end,
        Err(Stop::Cancelled) => UnitEnd::Cancelled,
        Err(Stop::Deferred(holder)) => UnitEnd::Deferred(holder),
        Err(Stop::Failed(failure)) if !last && may_be_tried_again(&failure) => {
            UnitEnd::Again(Box::new(failure))
        }
        Err(Stop::Failed(failure)) => {
            let failure = match cx.session.registry.is_git(&node.url) {
                true => advised(failure, node),
                false => failure,
            };
            let outcome = PackOutcome::failed(&node.path, &node.url, failure);
            // What lies there may still declare children; they are as good as ever.
            let children = cx.children_on_disk(node).unwrap_or_default();
            UnitEnd::Done(Box::new(outcome), children)
        }
    }
}

/// Adds what usually helps against a failure of this kind, where nothing better is known.
fn advised(failure: PackFailure, node: &Node) -> PackFailure {
    match failure::hint(failure.class, node.url.host()) {
        Some(hint) if failure.hint.is_none() => failure.with_hint(hint),
        _ => failure,
    }
}

/// Only what may be better in a moment: a network, and git's own locks. Never authentication: a
/// wrong password tried three times can lock an account.
fn may_be_tried_again(failure: &PackFailure) -> bool {
    let own_locks = failure.class == FailureClass::Busy && failure.command.is_some();
    failure.class.is_retryable() || own_locks
}

async fn attempt(cx: &UnitContext, node: &Node) -> Result<UnitEnd, Stop> {
    let root = cx.place_of(node)?;
    if !cx.selects(node, &root).await? {
        return Ok(UnitEnd::Passed(cx.children_on_disk(node)?));
    }
    cx.session.observer.observe(Event::Started(&node.path));
    let registry = &cx.session.registry;
    let fetcher = registry
        .fetcher_of(&node.url)
        .map_err(|error| PackFailure::new(FailureClass::Other, error.to_string()))?;
    let outcome = if registry.is_git(&node.url) {
        checkout(cx, node, &root).await?
    } else {
        foreign::bring(cx, node, &root, fetcher.as_ref()).await?
    };
    finish(cx, node, &root, outcome)
}

/// Brings a git work tree to `root`, or takes the one that is there as far as it may go. What is
/// there is decided about under the pack's lock: what was seen before may be of the past.
async fn checkout(cx: &UnitContext, node: &Node, root: &Path) -> Result<PackOutcome, Stop> {
    let wanted = cx.wanted(node)?;
    aftermath::clear(cx, node, root).await?;
    if !layout::pack_lock(root).is_some_and(|lock| lock.exists()) {
        let place = look(cx, node, root, &wanted).await?;
        // A repository that is not to be touched gets no lock file either.
        if let Place::Repository(checkout) = &place
            && let Step::Refuse(refusal) = decide::decide(node, checkout, &wanted, cx.known(node))
        {
            return Err(Stop::Failed((*refusal).into()));
        }
        if layout::pack_lock(root).is_none() {
            return act(cx, node, root, &wanted, place).await;
        }
    }
    let work = async {
        match look(cx, node, root, &wanted).await? {
            // What has an open file in it, the lock's, cannot be moved away there.
            place @ Place::Broken(_) if cfg!(windows) => Ok(Err(place)),
            place => act(cx, node, root, &wanted, place).await.map(Ok),
        }
    };
    match holding_pack(cx, root, Box::pin(work)).await? {
        Ok(outcome) => Ok(outcome),
        Err(place) => act(cx, node, root, &wanted, place).await,
    }
}

async fn look(
    cx: &UnitContext,
    node: &Node,
    root: &Path,
    wanted: &decide::Wanted,
) -> Result<Place, Stop> {
    let reference = wanted.reference.as_ref();
    match observe::observe(&cx.git, root, node, reference, cx.cancel()).await {
        // A person can mend that by hand; who forces does not want to.
        Err(error @ GitError::DamagedRef { .. }) if cx.options.force => {
            Ok(Place::Broken(error.to_string()))
        }
        result => Ok(result?),
    }
}

async fn act(
    cx: &UnitContext,
    node: &Node,
    root: &Path,
    wanted: &decide::Wanted,
    place: Place,
) -> Result<PackOutcome, Stop> {
    match place {
        Place::Free => clone::clone(cx, node, root, wanted).await,
        Place::Taken(what) => {
            let failure =
                PackFailure::new(FailureClass::Other, format!("{what} is in its place")).with_hint(
                    format!("move {} away, or declare another path", root.display()),
                );
            Err(failure.into())
        }
        Place::Broken(reason) => broken(cx, node, root, wanted, reason).await,
        Place::Repository(checkout) => {
            let step = decide::decide(node, &checkout, wanted, cx.known(node));
            locked(cx, node, *checkout, step, wanted).await
        }
    }
}

/// Does `work` while this process holds the pack, if nobody else does.
// proof: Grex.Scheduler.noPermit
async fn holding_pack<T>(
    cx: &UnitContext,
    root: &Path,
    work: impl Future<Output = Result<T, Stop>>,
) -> Result<T, Stop> {
    let Some(lock) = layout::pack_lock(root) else {
        return Err(Stop::Deferred(String::from(
            "another process, which moved it away",
        )));
    };
    match lock::try_hold(&lock, &cx.holder(), work).await {
        Ok(result) => result,
        Err(error) => Err(match deferral::who_holds(error) {
            Ok(holder) => Stop::Deferred(holder),
            Err(error) => PackFailure::new(FailureClass::Other, error.to_string()).into(),
        }),
    }
}

/// Reads the children of a pack that is as it should be, and completes its outcome.
fn finish(
    cx: &UnitContext,
    node: &Node,
    root: &Path,
    outcome: PackOutcome,
) -> Result<UnitEnd, Stop> {
    match children::declared(cx, node, root) {
        Ok((spec_type, children)) => {
            let mut outcome = outcome;
            if let Some(entry) = &mut outcome.entry {
                entry.pack_type = spec_type.unwrap_or_else(|| String::from("meta"));
            }
            Ok(UnitEnd::Done(Box::new(outcome), children))
        }
        // The commits have moved, which the lockfile records; what they declare cannot be used.
        Err(failure) => {
            let failed = PackOutcome {
                verdict: Verdict::Err,
                failure: Some(failure),
                ..outcome
            };
            Ok(UnitEnd::Done(Box::new(failed), Vec::new()))
        }
    }
}

async fn locked(
    cx: &UnitContext,
    node: &Node,
    checkout: Checkout,
    step: Step,
    wanted: &decide::Wanted,
) -> Result<PackOutcome, Stop> {
    if checkout.is_unfilled && !matches!(step, Step::Refuse(_)) {
        fill(cx, node, &checkout).await?;
    }
    let result = match step {
        Step::Leave => {
            let outcome = PackOutcome {
                before: checkout.commit.clone(),
                after: checkout.commit.clone(),
                change: Change::UpToDate,
                commits: Some(0),
                ..PackOutcome::unchanged(&node.path, &node.url, Verdict::Ok)
            };
            Ok(record::with_entry(
                cx,
                node,
                outcome,
                record::branch_of(&checkout.head),
            ))
        }
        Step::Refuse(refusal) => Err(Stop::Failed((*refusal).into())),
        Step::Fetch(fetch) => update::update(cx, node, &checkout, &fetch, wanted).await,
        Step::Pin(commit) => pin::pin(cx, node, &checkout, commit, wanted).await,
    };
    match result {
        Err(Stop::Failed(failure)) if cx.options.force && failure.class == FailureClass::Other => {
            reclaim::if_broken(cx, node, &checkout.root, wanted, failure).await
        }
        result => result,
    }
}

/// Fills a work tree that was never filled: a run that cloned it was stopped before it came to
/// that. Files that are there already stay.
async fn fill(cx: &UnitContext, node: &Node, checkout: &Checkout) -> Result<(), Stop> {
    let repository = cx.git.repository(&checkout.root);
    let mut watch = cx.watch(&node.path, false);
    let Some(commit) = &checkout.commit else {
        return Ok(());
    };
    let git = async {
        match &checkout.head {
            Head::Branch(branch) => repository.check_out_branch(branch, None, &mut watch).await,
            _ => {
                repository
                    .check_out_detached(commit.as_str(), &mut watch)
                    .await
            }
        }
    };
    Ok(moving::moving(cx, node, None, commit, git).await??)
}

async fn broken(
    cx: &UnitContext,
    node: &Node,
    root: &Path,
    wanted: &decide::Wanted,
    reason: String,
) -> Result<PackOutcome, Stop> {
    if cx.options.force {
        return reclaim::reclaim(cx, node, root, wanted, &reason).await;
    }
    let failure = PackFailure::new(FailureClass::Other, reason)
        .with_hint("`grex sync --force` moves it to the trash and clones it again");
    Err(failure.into())
}
