//! Which packs need an install, and why.

use std::{collections::HashMap, sync::Arc};

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    dependencies::{self, Missing},
    order::{self, Cycle, Ordered},
    survey::{Survey, Surveyed},
};
use crate::{
    engine::{outcome::PackFailure, session::Session},
    git::failure::FailureClass,
    model::{surface::Surface, undo::UndoRecord},
    plugin::{
        error::PackError,
        pack_type::{Pack, PackChild, PackTypePlugin},
        scene::PackIdentity,
    },
    store::undo::Installed,
};

/// Why a pack is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It is at another commit than it was installed from.
    ShaChanged,
    /// What an install would run is not what was installed.
    HashChanged,
    /// It was never installed here, or not to its end.
    New,
    /// It was asked for.
    Forced,
    /// It is not.
    None,
}

/// A pack that may be installed.
pub struct Candidate {
    /// The pack as its actions know it.
    pub identity: PackIdentity,
    /// The pack as its type knows it.
    pub pack: Pack,
    /// Its type.
    pub plugin: Arc<dyn PackTypePlugin>,
    /// What an install would run.
    pub surface: Surface,
    /// Its hash.
    pub hash: String,
    /// Where it comes from.
    pub url: String,
    /// The commit that it is at; empty: none.
    pub commit: String,
    /// What was installed of it here.
    pub installed: Option<Installed>,
    /// Why it is to be installed.
    pub reason: Reason,
    /// The ids of the packs that come before it.
    pub after: Vec<String>,
    /// It has a pack.yaml of its own.
    pub has_contract: bool,
    /// Not its install but only the actions of this name are meant.
    pub only: Option<String>,
}

/// The packs of a workspace in the order of their install.
#[derive(Default)]
pub struct Candidates {
    /// Each after those that come before it.
    pub packs: Vec<Candidate>,
    /// Packs that cannot be installed, by id, with the reason.
    pub troubles: Vec<(String, PackFailure)>,
}

/// What the books know of the packs.
pub trait Books {
    /// The commit that a pack is at; empty: none.
    fn commit(&self, pack: &Surveyed) -> String;

    /// What was installed of a pack here.
    ///
    /// # Errors
    /// There is a record, and it cannot be used.
    fn installed(&self, id: &str) -> Result<Option<Installed>, PackFailure>;
}

/// An order that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// A pack depends on one that is not there.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// Packs wait for each other.
    #[error(transparent)]
    Cycle(#[from] Cycle),
}

/// Judges the packs that `is_about` accepts. `force` counts everything as changed.
///
/// # Errors
/// The packs have no order, or lack what they depend on: nothing may be installed then.
pub fn candidates(
    session: &Session,
    survey: Survey,
    books: &dyn Books,
    is_about: impl Fn(&Surveyed) -> bool,
    force: bool,
) -> Result<Candidates, OrderError> {
    let ordered = dependencies::ordered(&survey, &is_about)?;
    let sequence = Sequence {
        places: order::order(&ordered)?,
        ordered,
    };
    Ok(judge_all(
        session, survey, books, &sequence, is_about, force,
    ))
}

/// Judges every pack, for who only looks: in their order, where they have one.
pub fn all(session: &Session, survey: Survey, books: &dyn Books) -> Candidates {
    let ordered = dependencies::ordered(&survey, |_| false).unwrap_or_default();
    let sequence = Sequence {
        places: order::order(&ordered).unwrap_or_else(|_| (0..ordered.len()).collect()),
        ordered,
    };
    judge_all(session, survey, books, &sequence, |_| true, false)
}

/// The places of packs in a survey, in the order of their install.
struct Sequence {
    places: Vec<usize>,
    ordered: Vec<Ordered>,
}

fn judge_all(
    session: &Session,
    survey: Survey,
    books: &dyn Books,
    sequence: &Sequence,
    is_about: impl Fn(&Surveyed) -> bool,
    force: bool,
) -> Candidates {
    let commits: HashMap<String, String> = survey
        .packs
        .iter()
        .map(|pack| (pack.id.clone(), books.commit(pack)))
        .collect();
    let mut owners = children_by_owner(&survey, &commits);
    let mut packs: Vec<Option<Surveyed>> = survey.packs.into_iter().map(Some).collect();
    let mut candidates = Candidates::default();
    for index in &sequence.places {
        let Some(surveyed) = packs[*index].take().filter(|pack| is_about(pack)) else {
            continue;
        };
        let Ordered { id, after } = sequence.ordered[*index].clone();
        let known = Known {
            children: owners.remove(&id).unwrap_or_default(),
            commit: commits.get(&id).cloned().unwrap_or_default(),
            after,
            force,
        };
        match judge(session, surveyed, books, known) {
            Ok(candidate) => candidates.packs.push(candidate),
            Err(failure) => candidates.troubles.push((id, failure)),
        }
    }
    candidates
}

struct Known {
    children: Vec<PackChild>,
    commit: String,
    after: Vec<String>,
    force: bool,
}

fn children_by_owner(
    survey: &Survey,
    commits: &HashMap<String, String>,
) -> HashMap<String, Vec<PackChild>> {
    let mut owners: HashMap<String, Vec<PackChild>> = HashMap::new();
    for pack in &survey.packs {
        if let (Some(node), Some(owner)) = (&pack.node, pack.owner()) {
            owners
                .entry(owner.to_string())
                .or_default()
                .push(PackChild {
                    id: pack.id.clone(),
                    url: node.declared.as_str().to_owned(),
                    reference: node.reference.as_ref().map(ToString::to_string),
                    commit: commits.get(&pack.id).cloned().unwrap_or_default(),
                });
        }
    }
    owners
}

fn judge(
    session: &Session,
    surveyed: Surveyed,
    books: &dyn Books,
    known: Known,
) -> Result<Candidate, PackFailure> {
    let Some(plugin) = session.registry.pack_type(&surveyed.spec.pack_type) else {
        // The vocabulary comes from the same registry, and refuses the pack.yaml before this.
        let message = format!("there is no pack type `{}`", surveyed.spec.pack_type);
        return Err(PackFailure::new(FailureClass::Other, message));
    };
    let installed = books.installed(&surveyed.id)?;
    let pack = Pack {
        id: surveyed.id,
        root: surveyed.root,
        spec: surveyed.spec,
        children: known.children,
    };
    let surface = plugin
        .surface(&pack)
        .map_err(|error| failure_of(&pack, &error))?;
    let hash = surface.hash(plugin.name());
    let reason = reason(
        installed.as_ref(),
        &surface,
        &hash,
        &known.commit,
        known.force,
    );
    Ok(Candidate {
        identity: PackIdentity {
            id: pack.id.clone(),
            name: pack.spec.name.clone(),
            root: pack.root.clone(),
        },
        plugin: Arc::clone(plugin),
        pack,
        surface,
        hash,
        url: surveyed.url,
        commit: known.commit,
        installed,
        reason,
        after: known.after,
        has_contract: surveyed.has_contract,
        only: None,
    })
}

fn reason(
    installed: Option<&Installed>,
    surface: &Surface,
    hash: &str,
    commit: &str,
    force: bool,
) -> Reason {
    match installed {
        None if surface.is_inert => Reason::None,
        None => Reason::New,
        Some(installed) if !installed.is_whole() => Reason::New,
        Some(installed) if installed.actions_hash != hash => Reason::HashChanged,
        Some(installed) if installed.sha != commit => Reason::ShaChanged,
        Some(_) if force => Reason::Forced,
        Some(_) => Reason::None,
    }
}

impl Candidate {
    /// What is there to be taken back, oldest first.
    pub fn records(&self) -> &[UndoRecord] {
        self.installed
            .as_ref()
            .map(|installed| installed.records.as_slice())
            .unwrap_or_default()
    }
}

/// The failure of a pack whose type or action refused; with the place in its pack.yaml where that
/// is known.
pub fn failure_of(pack: &Pack, error: &PackError) -> PackFailure {
    use crate::plugin::error::ActionError;
    if let PackError::Action {
        index,
        error: ActionError::Arguments { error },
        ..
    } = error
        && let Some(action) = pack.spec.actions.get(*index)
    {
        return PackFailure::from(action.error(error));
    }
    let failure = PackFailure::new(FailureClass::Other, error.to_string());
    match error.hint() {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}
