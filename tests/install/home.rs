//! A home, byte for byte.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use grex_fixtures::Sandbox;

/// The directory of a user in which grex itself keeps its notes.
const NOTES: &str = ".local/state/grex";

/// What a directory has in it: for each path its mode and what it is. Times are left out, so that
/// what was changed and changed back is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    root: PathBuf,
    paths: BTreeMap<PathBuf, String>,
}

impl Home {
    /// Looks at the home of a sandbox, but for grex's own notes there.
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        Self::at(&sandbox.home())
    }

    /// Looks at any directory.
    pub(crate) fn at(root: &Path) -> Self {
        let mut home = Self {
            root: root.to_owned(),
            paths: BTreeMap::new(),
        };
        home.look(root);
        home
    }

    fn look(&mut self, directory: &Path) {
        for entry in fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            let relative = path.strip_prefix(&self.root).expect("below").to_owned();
            if relative == Path::new(NOTES) {
                continue;
            }
            let metadata = fs::symlink_metadata(&path).expect("what it is");
            let mode = metadata.permissions().mode();
            let owner = metadata.uid();
            let what = if metadata.is_symlink() {
                format!("-> {}", fs::read_link(&path).expect("a link").display())
            } else if metadata.is_dir() {
                String::from("directory")
            } else {
                let bytes = fs::read(&path).expect("a file");
                format!("{:?}", String::from_utf8_lossy(&bytes))
            };
            self.paths
                .insert(relative, format!("{mode:o} {owner} {what}"));
            if metadata.is_dir() {
                self.look(&path);
            }
        }
    }

    /// Asserts that the directory is now as it was.
    #[track_caller]
    pub(crate) fn check(&self) {
        let now = Self::at(&self.root);
        let differences = self.differences(&now);
        assert!(
            differences.is_empty(),
            "{} is not as it was:\n{}",
            self.root.display(),
            differences.join("\n")
        );
    }

    /// Asserts that the directory is now as it was, but for these paths, which did change.
    #[track_caller]
    pub(crate) fn check_but(&self, changed: &[&str]) {
        let now = Self::at(&self.root);
        let all: std::collections::BTreeSet<_> =
            self.paths.keys().chain(now.paths.keys()).collect();
        let found: Vec<_> = all
            .into_iter()
            .filter(|path| self.paths.get(*path) != now.paths.get(*path))
            .map(|path| path.to_str().expect("a name"))
            .collect();
        assert_eq!(
            found,
            changed,
            "what changed:\n{}",
            self.differences(&now).join("\n")
        );
    }

    fn differences(&self, now: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        for (path, was) in &self.paths {
            match now.paths.get(path) {
                Some(is) if is == was => {}
                Some(is) => lines.push(format!("{}\n  was {was}\n  is  {is}", path.display())),
                None => lines.push(format!("{} is gone, was {was}", path.display())),
            }
        }
        for (path, is) in &now.paths {
            if !self.paths.contains_key(path) {
                lines.push(format!("{} is new: {is}", path.display()));
            }
        }
        lines
    }
}

impl Home {
    /// Leaves out these paths and what is below them.
    pub(crate) fn without(mut self, left_out: &[&str]) -> Self {
        self.paths
            .retain(|path, _| !left_out.iter().any(|out| path.starts_with(out)));
        self
    }
}
