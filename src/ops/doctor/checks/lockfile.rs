//! The lockfile: that it can be read, is as grex writes it, and knows the packs that are there.

use crate::{
    model::lock::LockWarning,
    ops::doctor::{
        observed::{Declared, LockfileFacts, Observed},
        remedy::Remedy,
        report::{Finding, Weight},
        repositories::State,
    },
};

pub(super) const NAME: &str = "lockfile";

const REWRITE: Remedy = Remedy::RewriteLockfile { forget: Vec::new() };

pub(super) fn check(observed: &Observed) -> Vec<Finding> {
    let path = observed.session.workspace.lockfile();
    let facts = match &observed.lockfile {
        Ok(facts) => facts,
        Err(error) => {
            let fix = "make it a file that can be read, or move it away: `grex sync` makes it anew";
            let finding = Finding::error(NAME, error.to_string(), fix);
            return vec![finding.weighing(Weight::Books)];
        }
    };
    let bytes = facts.bytes.as_deref().unwrap_or_default();
    let mut findings: Vec<Finding> = facts
        .warnings
        .iter()
        .map(|warning| bad_line(&path.display().to_string(), bytes, warning))
        .collect();
    if facts.warnings.is_empty() && facts.known.render().as_bytes() != bytes {
        let detail = format!(
            "{} is not sorted with one line a pack: a run did not come to its end, or branches were merged",
            path.display()
        );
        let fix = "`grex doctor --fix` writes it as it should be, as the next run would";
        findings.push(Finding::warning(NAME, detail, fix).mended_by(REWRITE));
    }
    if let Some(declared) = &observed.declared {
        findings.extend(unknown_packs(declared, facts));
    }
    findings
}

/// A last line without its end was cut off while it was written; anything else was never right.
fn bad_line(path: &str, bytes: &[u8], warning: &LockWarning) -> Finding {
    let detail = format!("{path}: line {}: {}", warning.line, warning.reason);
    let lines = bytes.split(|byte| *byte == b'\n').count();
    let fix = "`grex doctor --fix` leaves it out and keeps a copy of the file in the trash; `grex sync` finds out again what it said";
    let finding = match warning.line == lines {
        true => Finding::warning(NAME, detail, fix),
        false => Finding::error(NAME, detail, fix).weighing(Weight::Books),
    };
    finding.mended_by(REWRITE)
}

/// Packs that are there, and that the lockfile does not know.
fn unknown_packs(declared: &Declared, facts: &LockfileFacts) -> Vec<Finding> {
    let is_there = |path| {
        let seen = declared.repositories.get(path);
        seen.is_some_and(|seen| seen.state == State::Sound)
    };
    let unknown = declared
        .nodes
        .iter()
        .filter(|node| facts.known.get(node.path.as_str()).is_none() && is_there(&node.path));
    let findings = unknown.map(|node| {
        let detail = "it is there, and the lockfile does not know at which commit";
        let fix = "`grex sync` writes it down";
        Finding::warning(NAME, detail, fix).about(&node.path)
    });
    findings.collect()
}
