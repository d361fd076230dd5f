//! `doctor`: everything that can be checked without a network, and with `--fix` put right.
//!
//! The workspace is read once ([`observed`]), every check judges that and changes nothing
//! ([`checks`]), and what may be done by itself is carried out afterwards, as data ([`remedy`]). Then
//! everything is looked at again: what one remedy brings to light is for the next round.

mod checks;
mod observed;
mod remedy;
mod report;
mod repositories;

use std::{collections::HashMap, sync::Arc};

use schemars::JsonSchema;
use serde::Deserialize;

use self::{observed::Observed, remedy::Remedy};
use super::{error::OpError, run};
use crate::{
    engine::session::Session,
    model::text,
    store::manifest::{self, Compaction},
};

pub use self::report::{CompactionReport, DoctorReport, Finding, Severity};

/// How often everything is looked at again. Two rounds are the rule; a manifest that could not be
/// read takes one more.
const ROUNDS: usize = 5;

/// What to do about what is found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DoctorRequest {
    /// Put right what can be put right without losing anything.
    pub fix: bool,
    /// Rewrite the manifest as the shortest one that declares the same.
    pub compact: bool,
}

/// Checks the workspace. With `dry_run`, or without `fix` and `compact`, nothing is changed and no
/// lock is taken.
///
/// # Errors
/// Fails when another process holds the workspace that something is to be done to, and when the
/// run is cancelled. What is wrong with the workspace is in the report.
pub async fn doctor(
    session: &Arc<Session>,
    request: DoctorRequest,
) -> Result<DoctorReport, OpError> {
    if session.settings.dry_run || !(request.fix || request.compact) {
        let findings = checks::all(&Observed::of(session, false).await?);
        return conclude(session, request, findings).await;
    }
    run::holding_workspace_as_it_is(session, "doctor", async {
        let mut findings = checks::all(&Observed::of(session, true).await?);
        if request.fix {
            findings = mend(session, findings).await?;
        }
        conclude(session, request, findings).await
    })
    .await
}

/// Does what can be done about the findings, until there is nothing more to do. Returns them with
/// what came to light on the way.
async fn mend(session: &Arc<Session>, found: Vec<Finding>) -> Result<Vec<Finding>, OpError> {
    let mut fixed: Vec<Finding> = Vec::new();
    let mut open = found;
    let mut tried: HashMap<Remedy, Option<String>> = HashMap::new();
    for _ in 0..ROUNDS {
        if !carry_out(session, &open, &mut tried).await {
            break;
        }
        let now = checks::all(&Observed::of(session, true).await?);
        // Nobody did anything about the others: they are as they are found now.
        let mended = open.into_iter().filter(|finding| {
            finding.auto_fixable && !now.iter().any(|other| other.is_same(finding))
        });
        fixed.extend(mended.map(Finding::fixed));
        open = now;
    }
    for finding in &mut open {
        let outcome = finding.remedy.as_ref().and_then(|remedy| tried.get(remedy));
        if let Some(Some(reason)) = outcome {
            finding.detail += &format!(" (it could not be fixed: {reason})");
        }
    }
    fixed.extend(open);
    Ok(fixed)
}

/// Carries out what was not tried yet, and notes what failed, with the reason. Returns whether there
/// was anything to do.
async fn carry_out(
    session: &Arc<Session>,
    open: &[Finding],
    tried: &mut HashMap<Remedy, Option<String>>,
) -> bool {
    let mut is_busy = false;
    for remedy in open.iter().filter_map(|finding| finding.remedy.as_ref()) {
        if session.cancel.is_stopped() || tried.contains_key(remedy) {
            continue;
        }
        is_busy = true;
        let done = remedy.carry_out(session).await;
        let failure = done.err().map(|error| text::shown(error.to_string()));
        tried.insert(remedy.clone(), failure);
    }
    is_busy
}

/// Compacts the manifest if that was asked for, and makes the report.
async fn conclude(
    session: &Arc<Session>,
    request: DoctorRequest,
    mut findings: Vec<Finding>,
) -> Result<DoctorReport, OpError> {
    let mut compaction = None;
    if request.compact && is_sound(&findings) {
        let made = match session.settings.dry_run {
            true => manifest::plan_compaction(&session.workspace)?,
            false => remedy::compact(session).await?,
        };
        match made {
            Compaction::Rewritten { before, after } => {
                checks::settle(&mut findings, !session.settings.dry_run);
                compaction = Some(CompactionReport { before, after });
            }
            Compaction::Short => {
                let after = manifest::read(&session.workspace)?.manifest.packs.len();
                let before = after;
                compaction = Some(CompactionReport { before, after });
            }
            Compaction::Later { op } => findings.push(checks::not_compacted(&op)),
        }
    }
    checks::sort(&mut findings);
    Ok(DoctorReport::of(findings, compaction))
}

/// Says whether the manifest is one that can be rewritten.
fn is_sound(findings: &[Finding]) -> bool {
    !findings.iter().any(|finding| {
        !finding.fixed && finding.check == "manifest" && finding.severity == Severity::Error
    })
}
