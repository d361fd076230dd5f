//! What a user has in a repository, and whether it is all there later, here or elsewhere.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use grex_fixtures::Sandbox;

/// Every file with this in it is the user's.
pub(super) const MINE: &str = "mine";

/// What git keeps for itself, and changes whenever it is used.
const GITS_OWN: [&str; 9] = [
    "objects",
    "logs",
    "refs",
    "index",
    "packed-refs",
    "FETCH_HEAD",
    "ORIG_HEAD",
    "COMMIT_EDITMSG",
    ".grex-lock",
];

/// What begins and ends with an operation, and is needed to go on with it.
const UNDER_WAY: [&str; 4] = [
    "MERGE_HEAD",
    "BISECT_LOG",
    "rebase-merge",
    "CHERRY_PICK_HEAD",
];

/// All that a user would miss in a directory with repositories in it.
#[derive(Debug, PartialEq)]
pub(super) struct Kept {
    files: BTreeMap<PathBuf, Vec<u8>>,
    /// By the place of the repository.
    repositories: BTreeMap<PathBuf, Repository>,
}

#[derive(Debug, PartialEq)]
struct Repository {
    /// All that any ref or reflog reaches.
    commits: BTreeSet<String>,
    /// Refs that no fetch moves.
    refs: BTreeSet<String>,
    stashes: String,
    staged: String,
    hidden: BTreeSet<String>,
    under_way: Vec<&'static str>,
}

impl Kept {
    /// Looks at a directory.
    pub(super) fn of(sandbox: &Sandbox, directory: &Path) -> Self {
        let mut kept = Self {
            files: BTreeMap::new(),
            repositories: BTreeMap::new(),
        };
        kept.look(sandbox, directory, directory, false);
        kept
    }

    /// Asserts that all of it is in `directory` now, beside whatever else there is.
    #[track_caller]
    pub(super) fn check_in(&self, sandbox: &Sandbox, directory: &Path, cell: &str) {
        let now = Self::of(sandbox, directory);
        for (path, bytes) in &self.files {
            assert_eq!(
                now.files.get(path),
                Some(bytes),
                "{cell}: {}",
                path.display()
            );
        }
        for (place, before) in &self.repositories {
            let what = format!("{cell}: the repository {:?}", place);
            let now = now.repositories.get(place);
            let now = now.unwrap_or_else(|| panic!("{what} is gone"));
            assert!(before.commits.is_subset(&now.commits), "{what}: {now:#?}");
            assert!(before.refs.is_subset(&now.refs), "{what}: {now:#?}");
            assert_eq!(before.stashes, now.stashes, "{what}");
            assert_eq!(before.staged, now.staged, "{what}");
            assert!(before.hidden.is_subset(&now.hidden), "{what}: {now:#?}");
            assert_eq!(before.under_way, now.under_way, "{what}");
        }
    }

    fn look(&mut self, sandbox: &Sandbox, root: &Path, directory: &Path, in_git: bool) {
        let has = |name: &str| directory.join(name).symlink_metadata().is_ok();
        let is_bare = has("HEAD") && has("objects") && has("refs");
        let is_own_git = is_bare && directory.ends_with(".git");
        if has(".git") || (is_bare && !is_own_git) {
            let place = directory.strip_prefix(root).unwrap().to_owned();
            let found = Repository::of(sandbox, directory);
            self.repositories.insert(place, found);
        }
        for entry in fs::read_dir(directory).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name();
            if (in_git || is_bare) && GITS_OWN.iter().any(|own| name == *own) {
                continue;
            }
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                self.look(sandbox, root, &path, in_git || name == ".git");
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            if bytes
                .windows(MINE.len())
                .any(|part| part == MINE.as_bytes())
            {
                let relative = path.strip_prefix(root).unwrap();
                self.files.insert(relative.to_owned(), bytes);
            }
        }
    }
}

impl Repository {
    fn of(sandbox: &Sandbox, place: &Path) -> Self {
        let git = |words: &[&str]| {
            let output = sandbox.git_command(place).args(words).output().unwrap();
            String::from_utf8_lossy(&output.stdout).into_owned()
        };
        let lines = |text: String| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
        let head = git(&["rev-parse", "--verify", "-q", "HEAD"]);
        let mut reached = vec!["rev-list", "--all", "--reflog"];
        reached.extend(Some("HEAD").filter(|_| !head.is_empty()));
        let is_ours =
            |line: &String| !line.contains(" refs/remotes/") && !line.ends_with(" refs/heads/main");
        let refs = git(&["for-each-ref", "--format=%(objectname) %(refname)"]);
        let git_dir = place.join(git(&["rev-parse", "--git-dir"]).trim_end());
        let hidden = git(&["ls-files", "-v"]);
        Self {
            commits: lines(git(&reached)),
            refs: lines(refs).into_iter().filter(is_ours).collect(),
            stashes: git(&["stash", "list"]),
            staged: git(&["diff", "--cached"]),
            hidden: hidden
                .lines()
                .filter(|line| !line.starts_with('H'))
                .map(str::to_owned)
                .collect(),
            under_way: UNDER_WAY
                .into_iter()
                .filter(|name| git_dir.join(name).exists())
                .collect(),
        }
    }
}
