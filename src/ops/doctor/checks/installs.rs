//! What is installed: records that can be used, installs that came to their end, and a machine that
//! still is as they left it.

use crate::{
    model::{path::PackId, shell},
    ops::doctor::{observed::Observed, report::Finding},
    store::{
        seal::SealError,
        undo::{self, Installed, UndoError},
    },
};

pub(super) const NAME: &str = "install";

pub(super) fn check(observed: &Observed) -> Vec<Finding> {
    let mut findings: Vec<Finding> = observed
        .records
        .iter()
        // The key is another check's.
        .filter(|record| !matches!(record, Err(UndoError::Seal(_))))
        .filter_map(|record| match record {
            Ok(record) => judge(observed, record),
            Err(error) => Some(unusable(error)),
        })
        .collect();
    let declared = observed.declared.iter();
    let drifted = declared.flat_map(|declared| &declared.drifted);
    findings.extend(drifted.map(|id| {
        let detail = "something that it installed was changed or removed on the machine";
        let pack = shell::quote(id);
        let fix = format!(
            "`grex update {pack} --force --dry-run` shows what, without --dry-run it is installed again"
        );
        Finding::warning(NAME, detail, fix).about(id)
    }));
    let workspace = &observed.session.workspace;
    if let Err(error) = undo::read_leftover(workspace, &observed.session.seal())
        && !matches!(
            error,
            UndoError::Seal(SealError::Private(_) | SealError::Length { .. })
        )
    {
        findings.push(unusable(&error));
    }
    findings
}

fn unusable(error: &UndoError) -> Finding {
    let fix = match error.file() {
        Some(path) => format!(
            "restore it from a backup; without one, take back by hand what the pack installed and move it away: `mv {} {}`",
            shell::quote(&path.display().to_string()),
            shell::quote(&format!("{}.unusable", path.display()))
        ),
        None => String::from("restore it from a backup"),
    };
    Finding::error(NAME, error.to_string(), fix)
}

fn judge(observed: &Observed, record: &Installed) -> Option<Finding> {
    let pack = shell::quote(&record.id);
    let declared = observed.declared.as_ref()?;
    let is_own = record.id == PackId::workspace().as_str();
    if !is_own && !declared.knows(&record.id) && declared.own_trouble.is_none() {
        let lockfile = observed.lockfile.as_ref();
        let is_known = lockfile.is_ok_and(|facts| facts.known.get(&record.id).is_some());
        let is_there = observed.session.workspace.root().join(&record.id).exists();
        let fix = match is_known && is_there {
            true if observed.has_rejected => String::from(
                "see first whether a line of grex.jsonl.rejected declared it; `grex add` declares it again",
            ),
            true => String::from("`grex sync --prune` takes it back"),
            false => format!(
                "declare it again (`grex add {} {pack} --no-install`), then `grex rm {pack}` takes it back",
                shell::quote(&record.url)
            ),
        };
        let detail = "it is installed here, and nothing declares it any more";
        return Some(Finding::warning(NAME, detail, fix).about(&record.id));
    }
    if record.is_whole() || record.records.is_empty() {
        return None;
    }
    let (detail, fix) = match is_own {
        true => (
            "its install did not come to its end",
            String::from("`grex update .` installs it"),
        ),
        false => (
            "its install did not come to its end",
            format!("`grex update {pack}` installs it, `grex rm {pack}` takes it back"),
        ),
    };
    Some(Finding::warning(NAME, detail, fix).about(&record.id))
}
