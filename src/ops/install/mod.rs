//! The install half of `add`, `update` and `init --from`: judge, plan, have it approved, do it,
//! keep the books.

mod bench;
mod gate;
mod known;
mod lacking;
mod lines;
mod report;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::{
    engine::{
        install::{
            candidate::{self, Candidate, Candidates, Reason},
            places_of,
            plan::{self, InstallPlan},
            run::{self, Ended, InstallContext},
            survey::{self, Surveyed},
        },
        node::Found,
        outcome::PackFailure,
        session::Session,
    },
    git::failure::FailureClass,
    model::{path::PackId, shell},
    store::lockfile::LockfileWriter,
    sys::lock::Holder,
};

use super::error::{ErrorKind, OpError};

use self::lines::{entries, entry, note_inert};
pub(super) use self::{bench::Bench, known::Known};
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
    let mut candidates = judge(session, roots, &known, &request)?;
    let mut results = lacking::take_out(&mut candidates, request.unusable);
    results.extend(settled(&candidates));
    let packs = candidates.packs;
    let places = places(&packs);
    let plan = plan::plan(session, &bench.machine, &packs, &known.claimed()).await;
    if session.settings.dry_run {
        results.extend(planned(&packs, plan));
    } else {
        note_inert(&packs, writer)?;
        let approval =
            gate::approve(session, &bench.machine, &request, &packs, &plan, &known).await?;
        results.extend(approval.refused);
        let approved = Approved {
            packs,
            plan,
            ids: approval.approved,
        };
        results.extend(carry_out(session, bench, approved, &request, writer).await?);
    }
    for result in &mut results {
        result.places = places.get(&result.id).cloned().unwrap_or_default();
    }
    Ok(results)
}

/// What is installed.
struct Approved {
    packs: Vec<Candidate>,
    plan: InstallPlan,
    /// Those of the packs that may be.
    ids: HashSet<String>,
}

/// Installs what was approved, and writes it into the lockfile.
async fn carry_out(
    session: &Arc<Session>,
    bench: Bench,
    approved: Approved,
    request: &InstallRun<'_>,
    writer: &mut LockfileWriter,
) -> Result<Vec<PackInstall>, OpError> {
    let Approved { packs, plan, ids } = approved;
    let reasons: HashMap<String, Reason> = packs
        .iter()
        .map(|candidate| (candidate.identity.id.clone(), candidate.reason))
        .collect();
    let templates = match request.only {
        None => entries(&packs, writer),
        // A part of a pack is not the pack.
        Some(_) => HashMap::new(),
    };
    let cx = Arc::new(InstallContext {
        session: Arc::clone(session),
        holder: Holder::this_process(request.verb, session.clock.now_text()),
        machine: bench.machine,
        journal: bench.journal,
        seal: bench.seal,
    });
    let mut trouble = None;
    let mut on_done = |id: &str, ended: &Ended| {
        if let (Ended::Installed { record, .. }, Some(template)) = (ended, templates.get(id))
            && let Err(error) = writer.record(entry(template, record))
        {
            trouble.get_or_insert(error);
        }
    };
    let ended = run::install(Arc::clone(&cx), packs, plan, &ids, &mut on_done).await;
    cx.journal.durable()?;
    match trouble {
        Some(error) => Err(error.into()),
        None => Ok(ended
            .into_iter()
            .map(|(id, ended)| {
                let reason = reasons.get(&id).copied().unwrap_or(Reason::None);
                PackInstall::ended(&id, reason, ended)
            })
            .collect()),
    }
}

/// The packs of which nothing is to be done, and those that cannot be judged.
fn settled(candidates: &Candidates) -> Vec<PackInstall> {
    let troubles = candidates
        .troubles
        .iter()
        .map(|(id, failure)| PackInstall::failed(id, Reason::None, failure.clone()));
    let unchanged = candidates
        .packs
        .iter()
        .filter(|candidate| candidate.reason == Reason::None)
        .map(|candidate| PackInstall::unchanged(&candidate.identity.id));
    troubles.chain(unchanged).collect()
}

/// Where the actions stand in the lists of the packs of which only some are meant.
fn places(packs: &[Candidate]) -> HashMap<String, Vec<usize>> {
    packs
        .iter()
        .filter_map(|candidate| {
            let name = candidate.only.as_ref()?;
            Some((candidate.identity.id.clone(), places_of(candidate, name)))
        })
        .collect()
}

/// Judges the packs, and leaves out those of which nothing may, or is to, be installed.
fn judge(
    session: &Session,
    roots: Vec<Found>,
    known: &Known,
    request: &InstallRun<'_>,
) -> Result<Candidates, OpError> {
    let survey = survey::survey(session, roots)
        .map_err(|failure| OpError::of_pack(PackId::workspace(), failure))?;
    let judged = candidate::candidates(session, survey, known, request.is_about, request.force);
    let mut candidates = judged.map_err(|error| {
        OpError::new(ErrorKind::Pack, error.to_string()).with_hint(
            "nothing was installed; correct `depends_on` in .grex/pack.yaml, or `grex add` what is missing",
        )
    })?;
    let packs = &mut candidates.packs;
    packs.retain(|candidate| !request.unusable.contains(&candidate.identity.id));
    if let Some(name) = request.only {
        packs.retain(|candidate| !places_of(candidate, name).is_empty());
        for candidate in packs {
            candidate.reason = Reason::Forced;
            candidate.only = Some(name.to_owned());
        }
    }
    Ok(candidates)
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
