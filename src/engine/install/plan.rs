//! What installs would change, asked of every action before anything runs.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Mutex,
};

use super::{
    candidate::{Candidate, Reason, failure_of},
    gather::Use,
    machine::Machine,
    runner::{Mode, Runner, State, lock},
    work,
};
use crate::{
    engine::{outcome::PackFailure, session::Session},
    git::failure::FailureClass,
    model::{
        action::{ArgumentError, Step},
        undo::UndoRecord,
    },
    plugin::{
        action::Resource,
        change::Change,
        foreseen::{Foreseen, Foretold},
        pack_type::ActionReport,
    },
};

/// What the install of one pack would change.
#[derive(Debug, Clone, Default)]
pub struct PlannedPack {
    /// Action by action.
    pub actions: Vec<ActionReport>,
    /// The text files that it would change, whole.
    pub texts: Vec<(PathBuf, Foretold)>,
    /// Why the plan ends before the actions do: what programs will have changed is not known.
    pub unknown_from: Option<String>,
    pub(super) undo: Vec<UndoRecord>,
    pub(super) uses: Vec<Use>,
    pub(super) claims: Vec<String>,
    runs_programs: bool,
    session: BTreeMap<String, String>,
}

/// What the installs would change.
#[derive(Default)]
pub struct InstallPlan {
    /// By the pack's id.
    pub packs: HashMap<String, PlannedPack>,
    /// Packs that cannot be installed as they are, by id.
    pub failures: BTreeMap<String, PackFailure>,
}

/// A thing that a pack claims for itself, and where it says so.
struct Claim {
    pack: usize,
    action: usize,
    resource: Resource,
}

/// Plans the installs of the packs that need one, in their order. `claimed` are the things that
/// packs which are installed already have claimed, with the pack's id.
pub async fn plan(
    session: &Session,
    machine: &Machine,
    candidates: &[Candidate],
    claimed: &HashMap<String, String>,
) -> InstallPlan {
    let foreseen = Mutex::new(at_the_beginning(&machine.user_state));
    plan_in(session, machine, candidates, claimed, &foreseen).await
}

/// The machine as installs find it: before the first one changes anything, grex has written into
/// its own directory, `user_state`, that it is about to.
fn at_the_beginning(user_state: &Path) -> Foreseen {
    let mut missing: Vec<Change> = user_state
        .ancestors()
        .take_while(|directory| directory.symlink_metadata().is_err())
        .filter_map(Path::to_str)
        .map(|path| Change::Directory { path: path.into() })
        .collect();
    missing.reverse();
    let mut foreseen = Foreseen::default();
    // Where these cannot be looked at, neither can what an action is about, which tells.
    drop(foreseen.foresee(&missing));
    foreseen
}

/// Does so for packs that see what `foreseen` has.
pub async fn plan_in(
    session: &Session,
    machine: &Machine,
    candidates: &[Candidate],
    claimed: &HashMap<String, String>,
    foreseen: &Mutex<Foreseen>,
) -> InstallPlan {
    let mut plan = InstallPlan::default();
    let mut claims: HashMap<String, Vec<Claim>> = HashMap::new();
    let beginning = lock(foreseen).clone();
    for (place, candidate) in candidates.iter().enumerate() {
        if candidate.reason == Reason::None {
            continue;
        }
        let id = &candidate.identity.id;
        let (resources, result) = plan_pack(session, machine, candidate, foreseen, &plan).await;
        for (action, resource) in resources {
            if resource.exclusive {
                let claim = Claim {
                    pack: place,
                    action,
                    resource,
                };
                let name = claim.resource.name.clone();
                claims.entry(name).or_default().push(claim);
            }
        }
        match result {
            Ok(planned) => drop(plan.packs.insert(id.clone(), planned)),
            Err(failure) => {
                plan.failures.insert(id.clone(), failure);
                // Nothing of it will be done, and those after it must not see it.
                *lock(foreseen) = foresee_again(&beginning, &candidates[..place], &plan);
            }
        }
    }
    let replanned: HashSet<&str> = plan.packs.keys().map(String::as_str).collect();
    let standing: HashMap<&str, &str> = claimed
        .iter()
        .filter(|(_, pack)| !replanned.contains(pack.as_str()))
        .map(|(name, pack)| (name.as_str(), pack.as_str()))
        .collect();
    let failures: Vec<_> = claims
        .iter()
        .flat_map(|(name, claims)| {
            conflicts(candidates, name, claims, standing.get(&**name).copied())
        })
        .collect();
    for (id, failure) in failures {
        plan.packs.remove(&id);
        // It tells more than that something is in the way.
        plan.failures.insert(id, failure);
    }
    plan
}

/// What is foreseen of the packs that can be planned.
fn foresee_again(beginning: &Foreseen, candidates: &[Candidate], plan: &InstallPlan) -> Foreseen {
    let mut foreseen = beginning.clone();
    let planned = candidates
        .iter()
        .filter_map(|candidate| plan.packs.get(&candidate.identity.id));
    for action in planned.flat_map(|pack| &pack.actions) {
        // It was foreseen before.
        drop(foreseen.foresee(&action.changes));
    }
    foreseen.take_texts();
    foreseen
}

/// Plans one pack. What it is about is told as far as the plan came, also where it failed.
async fn plan_pack(
    session: &Session,
    machine: &Machine,
    candidate: &Candidate,
    foreseen: &Mutex<Foreseen>,
    plan: &InstallPlan,
) -> (Vec<(usize, Resource)>, Result<PlannedPack, PackFailure>) {
    let before = candidate.after.iter().filter_map(|id| plan.packs.get(id));
    let mut inherited = BTreeMap::new();
    let mut runs_programs = false;
    for earlier in before {
        inherited.extend(earlier.session.clone());
        runs_programs |= earlier.runs_programs;
    }
    let runner = Runner::new(
        session,
        machine,
        &candidate.identity,
        &session.cancel,
        Mode::Plan(foreseen),
        candidate.records(),
    )
    .after(&inherited, runs_programs);
    let result = plan_with(&runner, candidate, foreseen).await;
    let resources = std::mem::take(&mut runner.state().resources);
    (resources, result)
}

async fn plan_with(
    runner: &Runner<'_>,
    candidate: &Candidate,
    foreseen: &Mutex<Foreseen>,
) -> Result<PlannedPack, PackFailure> {
    let mut actions = work::work(runner, candidate)
        .await
        .map_err(|error| failure_of(&candidate.pack, &error))?;
    let stale = work::stale(candidate, &runner.state());
    let (taken_back, problem) = runner.take_back(&stale).await;
    if let Some(error) = problem {
        let message = format!("what it declares no more cannot be taken back: {error}");
        return Err(PackFailure::new(FailureClass::Other, message));
    }
    actions.extend(taken_back);
    let mut state = runner.state();
    let State {
        session,
        planned,
        uses,
        resources,
        runs_programs,
        unknown_from,
        ..
    } = &mut *state;
    Ok(PlannedPack {
        actions,
        texts: take_texts(foreseen),
        unknown_from: unknown_from.take(),
        undo: std::mem::take(planned),
        uses: std::mem::take(uses),
        claims: exclusive(resources),
        runs_programs: *runs_programs,
        session: (**session).clone(),
    })
}

/// The names of what is claimed.
pub(super) fn exclusive(resources: &[(usize, Resource)]) -> Vec<String> {
    resources
        .iter()
        .filter(|(_, resource)| resource.exclusive)
        .map(|(_, resource)| resource.name.clone())
        .collect()
}

pub(super) fn take_texts(foreseen: &Mutex<Foreseen>) -> Vec<(PathBuf, Foretold)> {
    lock(foreseen).take_texts()
}

/// The failures of the packs that claim one thing together, each naming the other.
fn conflicts(
    candidates: &[Candidate],
    name: &str,
    claims: &[Claim],
    standing: Option<&str>,
) -> Vec<(String, PackFailure)> {
    let id = |claim: &Claim| candidates[claim.pack].identity.id.as_str();
    let thing = name.split_once(':').map_or(name, |(_, thing)| thing);
    let mut failures = Vec::new();
    for (place, claim) in claims.iter().enumerate() {
        let earlier = claims[..place]
            .iter()
            .find(|other| other.pack == claim.pack);
        let other = claims.iter().find(|other| other.pack != claim.pack);
        let message = match (earlier, other, standing) {
            (Some(earlier), _, _) => format!(
                "actions {} and {} both claim {thing}",
                earlier.action + 1,
                claim.action + 1
            ),
            (None, Some(other), _) => {
                format!(
                    "packs `{}` and `{}` both claim {thing}",
                    id(claim),
                    id(other)
                )
            }
            (None, None, Some(pack)) if pack != id(claim) => format!(
                "packs `{}` and `{pack}` both claim {thing}; `{pack}` is installed",
                id(claim)
            ),
            _ => continue,
        };
        failures.push((
            id(claim).to_owned(),
            claimed_twice(candidates, claim, message),
        ));
    }
    failures
}

/// Underlines the argument that claims what is claimed already.
fn claimed_twice(candidates: &[Candidate], claim: &Claim, message: String) -> PackFailure {
    const ADVICE: &str = "let only one of them have it";
    let path: Vec<Step> = claim.resource.argument.clone();
    match candidates[claim.pack].pack.spec.actions.get(claim.action) {
        Some(action) => {
            let error = ArgumentError::new(path, message).with_hint(ADVICE);
            PackFailure::from(action.error(&error))
        }
        None => PackFailure::new(FailureClass::Other, message).with_hint(ADVICE),
    }
}
