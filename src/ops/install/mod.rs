//! The install half of `add`, `update` and `init --from`: judge, plan, have it approved, do it,
//! keep the books.

mod gate;
mod known;
mod report;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::{
    engine::{
        install::{
            candidate::{self, Candidate, Candidates, Reason},
            machine::Machine,
            places_of,
            plan::{self, InstallPlan},
            recover,
            run::{self, Ended, InstallContext},
            survey::{self, Surveyed},
        },
        node::Found,
        outcome::PackFailure,
        session::Session,
    },
    git::failure::FailureClass,
    model::{lock::LockEntry, path::PackId, shell},
    store::{journal::Journal, lockfile::LockfileWriter, seal::Seal},
    sys::lock::Holder,
};

use super::error::{ErrorKind, OpError};

pub(super) use self::known::Known;
pub use self::{
    gate::{Answer, Ask, PackQuestion, Question, TrustPolicy},
    report::{ActionLine, PackInstall},
};

/// Which packs are installed, and how.
pub(super) struct InstallRun<'a> {
    /// Names the verb to whoever finds a lock held, and in advice.
    pub(super) verb: &'static str,
    /// Whether a pack is meant.
    pub(super) is_about: &'a (dyn Fn(&Surveyed) -> bool + Send + Sync),
    /// Packs that must not be installed now, by id: their commits are not as declared.
    pub(super) unusable: &'a HashSet<String>,
    /// Everything counts as changed.
    pub(super) force: bool,
    /// Only the actions of this name are meant, of the packs that have such.
    pub(super) only: Option<&'a str>,
    /// Who approves.
    pub(super) trust: &'a TrustPolicy,
}

/// What a run of installs works with.
pub(super) struct Bench {
    pub(super) machine: Machine,
    pub(super) seal: Seal,
    pub(super) journal: Journal,
}

impl Bench {
    /// Opens what installs and teardowns need, and puts together what killed ones have left.
    pub(super) fn open(session: &Session, verb: &str) -> Result<Self, OpError> {
        let machine = Machine::of(session, verb)
            .map_err(|error| OpError::new(ErrorKind::Other, error.to_string()))?;
        let seal = session.seal();
        let journal = Journal::open(&session.workspace, &seal)?;
        if !session.settings.dry_run {
            recover::recover(session, &journal, &seal)?;
            machine.clear_scratch();
        }
        Ok(Self {
            machine,
            seal,
            journal,
        })
    }
}

/// Installs the packs below `roots` that need it; with `dry_run`, says what that would be. What
/// was installed is put into the lockfile.
///
/// # Errors
/// The packs have no order, or lack what they depend on; or the books cannot be read or written.
/// A pack that fails is in the result.
pub(super) async fn install(
    session: &Arc<Session>,
    roots: Vec<Found>,
    writer: &mut LockfileWriter,
    request: InstallRun<'_>,
) -> Result<Vec<PackInstall>, OpError> {
    let bench = Bench::open(session, request.verb)?;
    let known = Known::read(session, &bench.seal, writer.known());
    let Candidates {
        mut packs,
        troubles,
    } = judge(session, roots, &known, &request)?;
    let lacking = without_children(&packs, request.unusable);
    packs.retain(|candidate| {
        let id = &candidate.identity.id;
        !request.unusable.contains(id) && !lacking.contains_key(id)
    });
    if let Some(name) = request.only {
        packs.retain(|candidate| !places_of(candidate, name).is_empty());
        for candidate in &mut packs {
            candidate.reason = Reason::Forced;
            candidate.only = Some(name.to_owned());
        }
    }
    let plan = plan::plan(session, &bench.machine, &packs, &known.claimed()).await;
    let mut results: Vec<PackInstall> = troubles
        .into_iter()
        .map(|(id, failure)| PackInstall::failed(&id, Reason::None, failure))
        .collect();
    results.extend(
        lacking
            .iter()
            .map(|(id, why)| PackInstall::skipped(id, Reason::New, why)),
    );
    results.extend(
        packs
            .iter()
            .filter(|candidate| candidate.reason == Reason::None)
            .map(|candidate| PackInstall::unchanged(&candidate.identity.id)),
    );
    let places: HashMap<String, Vec<usize>> = packs
        .iter()
        .filter_map(|candidate| {
            let name = candidate.only.as_ref()?;
            Some((candidate.identity.id.clone(), places_of(candidate, name)))
        })
        .collect();
    let placed = |result: PackInstall| PackInstall {
        places: places.get(&result.id).cloned().unwrap_or_default(),
        ..result
    };
    if session.settings.dry_run {
        results.extend(planned(&packs, plan).into_iter().map(placed));
        return Ok(results);
    }
    note_inert(&packs, writer)?;
    let approval = gate::approve(session, &bench.machine, &request, &packs, &plan, &known).await?;
    for refused in &approval.refused {
        results.push(refused.clone());
    }
    let reasons: HashMap<String, Reason> = packs
        .iter()
        .map(|candidate| (candidate.identity.id.clone(), candidate.reason))
        .collect();
    let templates = entries(&packs, writer);
    let cx = Arc::new(InstallContext {
        session: Arc::clone(session),
        holder: Holder::this_process(request.verb, session.clock.now_text()),
        machine: bench.machine,
        journal: bench.journal,
        seal: bench.seal,
    });
    let mut trouble = None;
    let ended = run::install(
        Arc::clone(&cx),
        packs,
        plan,
        &approval.approved,
        &mut |id, ended| {
            if let Ended::Installed { record, .. } = ended
                && request.only.is_none()
                && let Some(template) = templates.get(id)
            {
                let entry = LockEntry {
                    actions_hash: record.actions_hash.clone(),
                    installed_at: Some(record.installed_at.clone()),
                    pack_type: record.pack_type.clone(),
                    ..template.clone()
                };
                if let Err(error) = writer.record(entry) {
                    trouble.get_or_insert(error);
                }
            }
        },
    )
    .await;
    cx.journal.durable()?;
    cx.machine.clear_scratch();
    if let Some(error) = trouble {
        return Err(error.into());
    }
    results.extend(ended.into_iter().map(|(id, ended)| {
        let reason = reasons.get(&id).copied().unwrap_or(Reason::None);
        placed(PackInstall::ended(&id, reason, ended))
    }));
    Ok(results)
}

/// The packs that are not installed yet and of which a child is not there, by id, with the reason:
/// children come first.
fn without_children(packs: &[Candidate], unusable: &HashSet<String>) -> HashMap<String, String> {
    let mut lacking = HashMap::new();
    for candidate in packs.iter().filter(|pack| pack.reason == Reason::New) {
        let id = &candidate.identity.id;
        let children = candidate
            .pack
            .spec
            .children
            .iter()
            .map(|child| match id.as_str() {
                "." => child.path.to_string(),
                owner => format!("{owner}/{}", child.path),
            });
        for child in children.filter(|child| unusable.contains(child)) {
            let why = format!("not installed: its child `{child}` is not there as declared");
            lacking.insert(id.clone(), why);
        }
    }
    lacking
}

fn judge(
    session: &Session,
    roots: Vec<Found>,
    known: &Known,
    request: &InstallRun<'_>,
) -> Result<Candidates, OpError> {
    let survey = survey::survey(session, roots)
        .map_err(|failure| OpError::of_pack(PackId::workspace(), failure))?;
    candidate::candidates(session, survey, known, request.is_about, request.force).map_err(
        |error| {
            OpError::new(ErrorKind::Pack, error.to_string()).with_hint(
                "nothing was installed; correct `depends_on` in .grex/pack.yaml, or `grex add` what is missing",
            )
        },
    )
}

/// What would be done, pack by pack.
fn planned(packs: &[Candidate], plan: InstallPlan) -> Vec<PackInstall> {
    let InstallPlan {
        packs: mut plans,
        mut failures,
    } = plan;
    packs
        .iter()
        .filter(|candidate| candidate.reason != Reason::None)
        .map(|candidate| {
            let id = &candidate.identity.id;
            match (plans.remove(id), failures.remove(id)) {
                (_, Some(failure)) => PackInstall::failed(id, candidate.reason, failure),
                (plan, None) => {
                    PackInstall::planned(id, candidate.reason, plan.unwrap_or_default())
                }
            }
        })
        .collect()
}

/// The lockfile's lines of the packs, but for what an install adds.
fn entries(packs: &[Candidate], writer: &LockfileWriter) -> HashMap<String, LockEntry> {
    packs
        .iter()
        .map(|candidate| {
            let id = &candidate.identity.id;
            let entry = match writer.known().get(id) {
                Some(entry) => entry.clone(),
                None => LockEntry {
                    sha: candidate.commit.clone(),
                    ..LockEntry::new(id, id)
                },
            };
            (id.clone(), entry)
        })
        .collect()
}

/// A pack of which nothing touches the machine is installed by its children being so: all that is
/// to be done is to say so in the lockfile.
fn note_inert(packs: &[Candidate], writer: &mut LockfileWriter) -> Result<(), OpError> {
    for candidate in packs {
        let is_settled = candidate.surface.is_inert && candidate.installed.is_none();
        if !is_settled || !candidate.has_contract {
            continue;
        }
        if let Some(entry) = writer.known().get(&candidate.identity.id) {
            let entry = LockEntry {
                actions_hash: candidate.hash.clone(),
                ..entry.clone()
            };
            writer.record(entry)?;
        }
    }
    Ok(())
}

/// Why a pack is not installed that nobody has approved.
fn unapproved(id: &str, url: &str, changed: bool) -> PackFailure {
    let what = if changed {
        "what it would run is not what was approved"
    } else {
        "nobody has approved what it would run"
    };
    let pack = shell::quote(id);
    PackFailure::new(
        FailureClass::Other,
        format!("it is synchronised, not installed: {what}"),
    )
    .with_hint(format!(
        "`grex update {pack} --dry-run` shows it, `grex update {pack} --trust` approves it and \
         installs; or approve all from there with `--trust-source {}`",
        shell::quote(url)
    ))
    .as_refusal()
}
