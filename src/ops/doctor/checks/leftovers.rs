//! What killed runs have left beside what they were making, and in the directory of a run.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::{
    ops::doctor::{observed::Observed, remedy::Remedy, report::Finding},
    sys::{
        fs::{self, TEMPORARY_PREFIX},
        process,
    },
};

pub(super) const NAME: &str = "leftover";

pub(super) fn check(observed: &Observed) -> Vec<Finding> {
    if observed.is_busy {
        return Vec::new();
    }
    let workspace = &observed.session.workspace;
    let announced: BTreeSet<String> = match &observed.journal {
        Ok(journal) => journal
            .unfinished()
            .into_iter()
            .map(|clone| clone.temporary)
            .collect(),
        Err(_) => BTreeSet::new(),
    };
    let mut findings = Vec::new();
    for directory in directories(observed) {
        let entries = std::fs::read_dir(&directory)
            .into_iter()
            .flatten()
            .flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names
            .filter(|name| name.starts_with(TEMPORARY_PREFIX) && !announced.contains(name))
            .collect();
        names.sort();
        let found = names
            .iter()
            .map(|name| leftover(observed, &directory, name));
        findings.extend(found);
    }
    if workspace.scratch().symlink_metadata().is_ok() {
        let detail = format!(
            "{} was left by an interrupted run",
            workspace.scratch().display()
        );
        let fix = "`grex doctor --fix` removes it, as the next install would";
        findings.push(Finding::warning(NAME, detail, fix).mended_by(Remedy::ClearScratch));
    }
    findings
}

/// Where grex makes things on their way to their place.
fn directories(observed: &Observed) -> BTreeSet<PathBuf> {
    let workspace = &observed.session.workspace;
    let mut directories = BTreeSet::from([
        workspace.root().to_owned(),
        workspace.state_directory(),
        workspace.undo_directory(),
    ]);
    let declared = observed.declared.iter();
    for seen in declared.flat_map(|declared| declared.repositories.values()) {
        directories.extend(seen.root.parent().map(Path::to_owned));
        directories.insert(seen.root.join(".git/info"));
    }
    let known = observed
        .lockfile
        .iter()
        .flat_map(|facts| facts.known.entries.values());
    for entry in known.filter(|entry| entry.path != ".") {
        let place = workspace.root().join(&entry.path);
        directories.extend(place.parent().map(Path::to_owned));
    }
    directories
}

fn leftover(observed: &Observed, directory: &Path, name: &str) -> Finding {
    let workspace = &observed.session.workspace;
    let path = directory.join(name);
    let detail = format!("{} was left by an interrupted run", path.display());
    if path == fs::temporary_of(workspace.manifest()) {
        let fix = "`grex doctor --fix` removes it, as the next compaction would";
        return Finding::warning(NAME, detail, fix).mended_by(Remedy::ClearManifest);
    }
    let books = [
        workspace.lockfile(),
        workspace.gitignore(),
        workspace.gitattributes(),
    ];
    if let Some(book) = books
        .into_iter()
        .find(|book| fs::temporary_of(book) == path)
    {
        let fix = "`grex doctor --fix` removes it, as the next run would";
        return Finding::warning(NAME, detail, fix).mended_by(Remedy::ClearTemporary(book));
    }
    if let Some(process) = owner(name).filter(|process| process::exists(*process)) {
        let detail = format!(
            "{} is not of a run in this workspace; process {process}, which bears the number of the one that made it, is there",
            path.display()
        );
        let fix = "if that is no grex, move it away; else wait for it";
        return Finding::warning(NAME, detail, fix);
    }
    let fix = "`grex doctor --fix` moves it to the trash";
    Finding::warning(NAME, detail, fix).mended_by(Remedy::PutAway(path))
}

/// The process in the name of a half-made clone: `.grex-tmp.<process>-<moment>-<count>`. This one has
/// begun none.
fn owner(name: &str) -> Option<u32> {
    let mut parts = name.strip_prefix(TEMPORARY_PREFIX)?.split('-');
    let process = u32::from_str_radix(parts.next()?, 16).ok()?;
    (parts.count() == 2 && process != std::process::id()).then_some(process)
}

#[cfg(test)]
mod tests {
    use super::owner;

    #[test]
    fn only_the_name_of_a_clone_names_a_process() {
        assert_eq!(owner(".grex-tmp.1f-187c-0"), Some(0x1f));
        for name in [
            ".grex-tmp.0123456789abcdef",
            ".grex-tmp.x-1-0",
            ".grex-tmp.1f-1",
            "1f-1-0",
        ] {
            assert_eq!(owner(name), None, "{name}");
        }
    }
}
