//! A home directory as something to compare.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt, path::Path};

/// What backups are called after the name of the file, before the time.
const BACKUP: &str = ".grex-bak.";

/// Everything in a home directory, grex's own state left out: by path, what it is. The time in the
/// name of a backup is left out too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Home(BTreeMap<String, String>);

impl Home {
    pub(crate) fn read(home: &Path) -> Self {
        let mut found = BTreeMap::new();
        list(home, home, &mut found);
        Self(found)
    }

    /// What is not as it should be, a line each.
    pub(crate) fn differences(&self, expected: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        for (path, what) in &self.0 {
            match expected.0.get(path) {
                Some(other) if other == what => (),
                Some(other) => lines.push(format!("~/{path}: {what}, expected {other}")),
                None => lines.push(format!("~/{path}: {what}, expected nothing")),
            }
        }
        let missing = expected
            .0
            .iter()
            .filter(|(path, _)| !self.0.contains_key(*path));
        lines.extend(missing.map(|(path, other)| format!("~/{path}: nothing, expected {other}")));
        lines
    }
}

fn list(root: &Path, directory: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_str().unwrap();
        if name == ".local/state/grex" {
            continue;
        }
        let metadata = path.symlink_metadata().unwrap();
        let mode = metadata.permissions().mode();
        let what = if metadata.is_symlink() {
            format!("link to {}", fs::read_link(&path).unwrap().display())
        } else if metadata.is_dir() {
            list(root, &path, found);
            format!("directory {mode:o}")
        } else {
            let bytes = fs::read(&path).unwrap();
            format!("file {mode:o} {:?}", String::from_utf8_lossy(&bytes))
        };
        let other = found.insert(timeless(name), what);
        assert_eq!(other, None, "two backups of {name}");
    }
}

/// The path without the times in the names of backups.
fn timeless(path: &str) -> String {
    let part = |part: &str| match part.split_once(BACKUP) {
        Some((name, _)) => format!("{name}{BACKUP}TIME"),
        None => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}
