//! What of each pack is installed here, and whether the machine still says so.

use std::{collections::HashMap, sync::Mutex};

use crate::{
    engine::{
        install::{
            candidate::{self, Candidate, Reason},
            machine::Machine,
            plan,
            survey::survey,
        },
        node::Found,
        outcome::PackFailure,
        session::Session,
    },
    model::lock::Lockfile,
    ops::install::Known,
    plugin::change::Change,
    store::undo::Installed,
};

use super::report::Install;

/// What of a pack is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ops) struct InstallState {
    /// As far as the commit of the lockfile tells.
    pub(in crate::ops) install: Install,
    /// The commit that it was installed from.
    pub(super) commit: Option<String>,
    /// Whether what is installed is what the pack now asks for.
    pub(super) hash_matches: bool,
}

impl InstallState {
    /// The state of a pack of which nothing is to be installed.
    pub(super) fn nothing() -> Self {
        Self {
            install: Install::None,
            commit: None,
            hash_matches: true,
        }
    }

    /// The state of a pack whose record cannot be used.
    fn unknown() -> Self {
        Self {
            install: Install::Drifted,
            commit: None,
            hash_matches: false,
        }
    }

    /// The state of a pack of which nobody can say what it now asks for: what is installed of it
    /// was asked for by something else.
    fn unusable(installed: &Installed) -> Self {
        let install = match installed.is_whole() {
            true => Install::Outdated,
            false => Install::NotInstalled,
        };
        Self {
            install,
            commit: None,
            hash_matches: false,
        }
    }

    /// The same for a pack whose checkout is at this commit.
    pub(super) fn at(&self, commit: &str) -> Install {
        let has_moved = self.commit.as_ref().is_some_and(|from| from != commit);
        match self.install {
            Install::Installed | Install::Drifted if has_moved => Install::Outdated,
            install => install,
        }
    }
}

/// What of packs is installed, by id.
#[derive(Default)]
pub(in crate::ops) struct Installs {
    /// Of each pack of which there is something to say.
    pub(in crate::ops) states: HashMap<String, InstallState>,
    /// Packs of which nobody can say what they ask for.
    pub(in crate::ops) troubles: Vec<(String, PackFailure)>,
}

/// Finds out what of the workspace's own pack and of the packs below `roots` is installed. Reads only, and starts no process.
pub(in crate::ops) async fn installed(
    session: &Session,
    roots: Vec<Found>,
    lockfile: &Lockfile,
    known: &Known,
) -> Installs {
    // Whoever read the roots has told what is wrong with the workspace's own pack.
    let Ok(survey) = survey(session, roots) else {
        return Installs::default();
    };
    // Of these nobody can say that all is well, and neither `update` nor `rm` touches them.
    let mut states: HashMap<String, InstallState> = survey
        .packs
        .iter()
        .filter(|pack| known.record(&pack.id).is_err())
        .map(|pack| (pack.id.clone(), InstallState::unknown()))
        .collect();
    let mut settled: Vec<Candidate> = Vec::new();
    let unread: Vec<String> = survey
        .troubles
        .iter()
        .map(|outcome| outcome.path.to_string())
        .collect();
    let judged = candidate::all(session, survey, known);
    let unjudged = judged.troubles.iter().map(|(id, _)| id.clone());
    for id in unread.into_iter().chain(unjudged) {
        if let Ok(Some(record)) = known.record(&id) {
            states.insert(id, InstallState::unusable(&record));
        }
    }
    for candidate in judged.packs {
        let state = state_of(&candidate, lockfile);
        if state.install == Install::None && !candidate.has_contract {
            continue;
        }
        let is_settled = state.install == Install::Installed;
        states.insert(candidate.identity.id.clone(), state);
        if is_settled {
            settled.push(candidate);
        }
    }
    if !settled.is_empty()
        && let Ok(machine) = Machine::of(session, "status")
    {
        for id in drifted(session, &machine, settled).await {
            if let Some(state) = states.get_mut(&id) {
                state.install = Install::Drifted;
            }
        }
    }
    Installs {
        states,
        troubles: judged.troubles,
    }
}

fn state_of(candidate: &Candidate, lockfile: &Lockfile) -> InstallState {
    let id = &candidate.identity.id;
    let recorded = lockfile.get(id).map(|entry| entry.actions_hash.as_str());
    let install = match (&candidate.installed, candidate.reason) {
        (None, _) if candidate.surface.is_inert => Install::None,
        (None, _) => Install::NotInstalled,
        (Some(installed), _) if !installed.is_whole() => Install::NotInstalled,
        (Some(_), Reason::HashChanged) => Install::Outdated,
        (Some(_), _) => Install::Installed,
    };
    let hash_matches = match &candidate.installed {
        Some(installed) => installed.is_whole() && installed.actions_hash == candidate.hash,
        None if candidate.surface.is_inert => {
            recorded.is_none_or(|hash| hash.is_empty() || hash == candidate.hash)
        }
        None => false,
    };
    InstallState {
        install,
        commit: candidate
            .installed
            .as_ref()
            .map(|installed| installed.sha.clone()),
        hash_matches,
    }
}

/// The packs whose actions would change something now. Running programs, and setting variables for
/// what runs later, is done by every install, and leaves nothing that could be looked at.
async fn drifted(session: &Session, machine: &Machine, mut settled: Vec<Candidate>) -> Vec<String> {
    for candidate in &mut settled {
        candidate.reason = Reason::Forced;
    }
    let foreseen = Mutex::default();
    let plan = plan::plan_in(session, machine, &settled, &HashMap::new(), &foreseen).await;
    let changes = |change: &Change| match change {
        Change::Run { .. } => false,
        Change::Variable { scope, .. } => scope != "session",
        _ => true,
    };
    let changed = plan
        .packs
        .into_iter()
        .filter(|(_, planned)| {
            let mut all = planned.actions.iter().flat_map(|action| &action.changes);
            // Programs have run by now: what is in the way of the rest has changed since.
            planned.unknown_from.is_some() || all.any(changes)
        })
        .map(|(id, _)| id);
    // What could not be installed again is not as it was either.
    changed.chain(plan.failures.into_keys()).collect()
}
