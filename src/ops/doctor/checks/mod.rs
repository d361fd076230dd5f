//! The checks: each looks at what was observed, and says what is not as it should be.

mod blocks;
mod contracts;
mod dependencies;
mod git;
mod installs;
mod journal;
mod leftovers;
mod lockfile;
mod locks;
mod manifest;
mod packs;
mod repositories;
mod trash;
mod trust;

use super::{
    observed::Observed,
    report::{Finding, Weight},
};

/// A check, with the name that its findings bear.
type Check = (&'static str, fn(&Observed) -> Vec<Finding>);

/// All of them, in the order in which their findings are told.
const CHECKS: [Check; 16] = [
    (git::NAME, git::check),
    (locks::NAME, locks::check),
    (manifest::NAME, manifest::check),
    (lockfile::NAME, lockfile::check),
    (blocks::NAME, blocks::check),
    (contracts::NAME, contracts::check),
    (dependencies::NAME, dependencies::check),
    (packs::MISSING, packs::missing),
    (packs::ORPHAN, packs::orphans),
    (packs::UNDECLARED, packs::undeclared),
    (repositories::NAME, repositories::check),
    (installs::NAME, installs::check),
    (trust::NAME, trust::check),
    (journal::NAME, journal::check),
    (leftovers::NAME, leftovers::check),
    (trash::NAME, trash::check),
];

/// What all checks find.
pub(super) fn all(observed: &Observed) -> Vec<Finding> {
    let mut findings: Vec<Finding> = CHECKS
        .iter()
        .flat_map(|(_, check)| check(observed))
        .collect();
    sort(&mut findings);
    findings
}

/// Sorts findings by check, and those of one check by pack.
pub(super) fn sort(findings: &mut [Finding]) {
    let place = |finding: &Finding| {
        let place = CHECKS.iter().position(|(name, _)| *name == finding.check);
        (place, finding.pack.clone())
    };
    findings.sort_by_cached_key(place);
}

/// Notes what a compaction settles, if it was `done`.
pub(super) fn settle(findings: &mut [Finding], done: bool) {
    for finding in findings {
        finding.fixed |= done && manifest::is_settled_by_compaction(finding);
    }
}

/// The finding of a manifest that was not compacted since a later program wrote this op.
pub(super) fn not_compacted(op: &str) -> Finding {
    Finding::warning(
        manifest::NAME,
        format!(
            "it was not compacted: the op `{op}`, which this grex does not know, would be lost"
        ),
        "compact it with the grex that wrote it, or a later one",
    )
    .weighing(Weight::Drift)
}
