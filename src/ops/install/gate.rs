//! Nothing of a pack runs before somebody has approved exactly that.

use std::{collections::HashSet, path::PathBuf, sync::Arc};

use async_trait::async_trait;

use super::{InstallRun, PackInstall, known::Known, report::ActionLine, unapproved};
use crate::{
    engine::{
        install::{
            candidate::{Candidate, Reason},
            machine::Machine,
            plan::InstallPlan,
        },
        session::Session,
    },
    model::{surface::Surface, url::PackUrl},
    ops::error::{ErrorKind, OpError},
    plugin::foreseen::Foretold,
    store::trust::{Approval, SourcePrefix, Subject, Trust},
    sys::{cancel::Cancel, fs, reason::reason},
};

/// Who approves what packs would run.
#[derive(Debug, Clone, Default)]
pub struct TrustPolicy {
    /// Whoever started the run has approved what the packs that are meant would run.
    pub approve: bool,
    /// And all packs from these sources, now and later.
    pub sources: Vec<SourcePrefix>,
    /// Whom to ask about the others.
    pub ask: Option<Arc<dyn Ask>>,
}

/// Somebody who can be asked.
#[async_trait]
pub trait Ask: std::fmt::Debug + Send + Sync {
    /// Shows what the packs would do and waits for an answer.
    ///
    /// # Errors
    /// There is nobody to answer any more.
    async fn ask(&self, question: &Question) -> Result<Answer, OpError>;
}

/// What is asked.
#[derive(Debug)]
pub struct Question {
    /// The packs, in the order of their install.
    pub packs: Vec<PackQuestion>,
}

/// What one pack would do.
#[derive(Debug)]
pub struct PackQuestion {
    /// Its id.
    pub id: String,
    /// Where it comes from.
    pub url: String,
    /// Action by action.
    pub actions: Vec<ActionLine>,
    /// The text files that would change, whole.
    pub texts: Vec<(PathBuf, Foretold)>,
    /// Why the plan ends before the actions do.
    pub unknown_from: Option<String>,
    /// Everything that would be run.
    pub surface: Surface,
    /// What was approved of it last.
    pub approved_before: Option<Surface>,
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Exactly this.
    Yes,
    /// No.
    No,
    /// This, and whatever comes from where these packs come from.
    Always,
}

/// Who may be installed.
#[derive(Default)]
pub(super) struct Verdict {
    pub(super) approved: HashSet<String>,
    pub(super) refused: Vec<PackInstall>,
}

/// Sorts the packs that would be installed into those that are approved and those that are not.
pub(super) async fn approve(
    session: &Session,
    machine: &Machine,
    request: &InstallRun<'_>,
    packs: &[Candidate],
    plan: &InstallPlan,
    known: &Known,
) -> Result<Verdict, OpError> {
    let policy = request.trust;
    let mut trust = Trust::open(&machine.user_state)?;
    let now = session.clock.now_text();
    for source in &policy.sources {
        warn_of_strange_source(session, source, packs);
        trust.approve_source(source, &now, &session.cancel).await?;
    }
    let mut verdict = Verdict::default();
    let mut open = Vec::new();
    for candidate in packs.iter().filter(|pack| pack.reason != Reason::None) {
        let id = &candidate.identity.id;
        if plan.failures.contains_key(id) {
            // Nothing of it is run; why is told with the pack.
            verdict.approved.insert(id.clone());
        } else if candidate.surface.is_inert || trust.approves(&subject(candidate)?.borrowed()) {
            verdict.approved.insert(id.clone());
        } else {
            open.push(candidate);
        }
    }
    if open.is_empty() {
        return Ok(verdict);
    }
    let answer = match &policy.ask {
        _ if policy.approve => Answer::Yes,
        Some(ask) => ask.ask(&question(&open, plan, &trust)?).await?,
        None => Answer::No,
    };
    match answer {
        Answer::No => {}
        Answer::Yes => write_down(&mut trust, &open, &now, &session.cancel).await?,
        Answer::Always => {
            write_down(&mut trust, &open, &now, &session.cancel).await?;
            for candidate in &open {
                let source = SourcePrefix::parse(&candidate.url)
                    .map_err(|error| OpError::new(ErrorKind::Other, error.to_string()))?;
                trust.approve_source(&source, &now, &session.cancel).await?;
            }
        }
    }
    for candidate in open {
        let id = &candidate.identity.id;
        if answer == Answer::No {
            let changed = known.record(id).is_ok_and(|record| record.is_some());
            let failure = unapproved(id, &candidate.url, changed);
            verdict
                .refused
                .push(PackInstall::failed(id, candidate.reason, failure));
        } else {
            verdict.approved.insert(id.clone());
        }
    }
    Ok(verdict)
}

/// What an approval is about, with what it borrows.
struct OwnSubject {
    path: PathBuf,
    url: String,
    actions_hash: String,
}

impl OwnSubject {
    fn borrowed(&self) -> Subject<'_> {
        Subject {
            path: &self.path,
            url: &self.url,
            actions_hash: &self.actions_hash,
        }
    }
}

/// A slip in the source would otherwise be noticed by nobody.
fn warn_of_strange_source(session: &Session, source: &SourcePrefix, packs: &[Candidate]) {
    let covers = |pack: &Candidate| PackUrl::parse(&pack.url).is_ok_and(|url| source.covers(&url));
    if !packs.iter().any(covers) {
        session.warn(&format!(
            "--trust-source {source}: no pack of this run comes from there; it is approved all the same"
        ));
    }
}

fn subject(candidate: &Candidate) -> Result<OwnSubject, OpError> {
    let root = &candidate.identity.root;
    let path = fs::canonicalize(root).map_err(|error| {
        OpError::new(
            ErrorKind::Other,
            format!("cannot find {}: {}", root.display(), reason(&error)),
        )
    })?;
    Ok(OwnSubject {
        path,
        url: candidate.url.clone(),
        actions_hash: candidate.hash.clone(),
    })
}

async fn write_down(
    trust: &mut Trust,
    packs: &[&Candidate],
    now: &str,
    cancel: &Cancel,
) -> Result<(), OpError> {
    let mut subjects = Vec::with_capacity(packs.len());
    for candidate in packs {
        subjects.push((subject(candidate)?, &candidate.surface));
    }
    let approvals: Vec<Approval<'_>> = subjects
        .iter()
        .map(|(subject, surface)| Approval {
            subject: subject.borrowed(),
            surface,
        })
        .collect();
    Ok(trust.approve_packs(&approvals, now, cancel).await?)
}

fn question(packs: &[&Candidate], plan: &InstallPlan, trust: &Trust) -> Result<Question, OpError> {
    let mut questions = Vec::with_capacity(packs.len());
    for candidate in packs {
        let planned = plan.packs.get(&candidate.identity.id);
        let planned = planned.cloned().unwrap_or_default();
        let subject = subject(candidate)?;
        questions.push(PackQuestion {
            id: candidate.identity.id.clone(),
            url: candidate.url.clone(),
            actions: planned.actions.into_iter().map(ActionLine::from).collect(),
            texts: planned.texts,
            unknown_from: planned.unknown_from,
            surface: candidate.surface.clone(),
            approved_before: trust.last_surface(&subject.path, &subject.url).cloned(),
        });
    }
    Ok(Question { packs: questions })
}
