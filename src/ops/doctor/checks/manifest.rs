//! The manifest: that it can be trusted, and what in it is odd.

use crate::{
    model::manifest::Warning,
    ops::{
        books,
        doctor::{
            observed::Observed,
            remedy::Remedy,
            report::{Finding, Severity, Weight},
        },
    },
    store::{StoreError, manifest::Inspection},
};

pub(super) const NAME: &str = "manifest";

/// How the advice begins that a compaction settles.
const COMPACT: &str = "`grex doctor --compact`";

pub(super) fn check(observed: &Observed) -> Vec<Finding> {
    let inspection = match &observed.manifest {
        Ok(inspection) => inspection,
        Err(error) => return vec![unreadable(error)],
    };
    let mut findings = bad_lines(observed, inspection);
    findings.extend(set_aside(observed));
    if let Some(manifest) = &inspection.manifest {
        findings.extend(manifest.warnings.iter().map(odd));
    }
    findings.extend(inspection.contested.iter().map(|contested| {
        let detail = format!(
            "line {} of `{}` counts, and is older than line {}: two branches that were merged have both changed it",
            contested.line, contested.id, contested.younger
        );
        let fix = format!("see with `grex ls --long` whether it is what you want; {COMPACT} settles it so");
        Finding::warning(NAME, detail, fix).about(&contested.id)
    }));
    let declared = observed.declared.iter();
    let conflicts = declared.filter_map(|declared| books::check_places(&declared.roots).err());
    findings.extend(conflicts.map(|error| {
        Finding::error(NAME, error.message, error.hint.unwrap_or_default()).weighing(Weight::Books)
    }));
    findings
}

fn unreadable(error: &StoreError) -> Finding {
    let fix = match error {
        StoreError::NoManifest { .. } => "`grex init` makes one, or take it from version control",
        _ => "make it a file that can be read, or take it from version control",
    };
    Finding::error(NAME, error.to_string(), fix).weighing(Weight::Books)
}

fn bad_lines(observed: &Observed, inspection: &Inspection) -> Vec<Finding> {
    let workspace = &observed.session.workspace;
    let rejected = workspace.rejected();
    let rejected = rejected.file_name().unwrap_or_default().to_string_lossy();
    let findings = inspection.bad.iter().map(|error| {
        let detail = format!("{}: {error}", workspace.manifest().display());
        if inspection.is_later {
            let fix = "use the grex that wrote it, or a later one; correct the other lines by hand";
            return Finding::error(NAME, detail, fix).weighing(Weight::Books);
        }
        let fix = format!(
            "correct that line, or take the file from version control; `grex doctor --fix` moves it to {rejected}: mend it there, and append it to grex.jsonl"
        );
        Finding::error(NAME, detail, fix)
            .weighing(Weight::Books)
            .mended_by(Remedy::RejectLines)
    });
    findings.collect()
}

/// Lines that were moved aside and that nobody has seen to yet.
fn set_aside(observed: &Observed) -> Option<Finding> {
    let rejected = observed.session.workspace.rejected();
    let detail = format!(
        "{} has lines that were moved out of the manifest: what they declared is not declared any more",
        rejected.display()
    );
    let fix = "mend them there and append them to grex.jsonl; then, or if nothing of them is needed, remove the file";
    observed
        .has_rejected
        .then(|| Finding::warning(NAME, detail, fix).weighing(Weight::Advice))
}

fn odd(warning: &Warning) -> Finding {
    let detail = warning.to_string();
    match warning {
        Warning::NotDeclared { id, .. } => {
            let fix = format!("{COMPACT} leaves it out");
            Finding::warning(NAME, detail, fix).about(id)
        }
        Warning::UnknownOp { .. } => {
            Finding::warning(NAME, detail, "use the grex that wrote it, or a later one")
        }
        Warning::TornTail { .. } => {
            let fix = "`grex doctor --fix` cuts it off, as the next change of the manifest would";
            Finding::warning(NAME, detail, fix).mended_by(Remedy::ClearManifest)
        }
    }
}

pub(super) fn is_settled_by_compaction(finding: &Finding) -> bool {
    finding.check == NAME
        && finding.severity == Severity::Warning
        && (finding.fix.contains(COMPACT) || finding.remedy == Some(Remedy::ClearManifest))
}
