//! Repositories made by the git programs of this machine, for the tests beside.
#![allow(
    clippy::disallowed_methods,
    reason = "a test makes repositories with the real git and damages them by hand"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Every git program on `PATH`, so that what is read is checked against each of them.
pub(super) fn every_git() -> Vec<PathBuf> {
    let found: Vec<PathBuf> = which::which_all("git").expect("git is needed").collect();
    assert!(!found.is_empty(), "git is needed");
    found
}

/// A new repository in a temporary directory.
pub(super) struct TestRepository {
    git: PathBuf,
    directory: tempfile::TempDir,
}

impl TestRepository {
    /// Makes an empty repository whose branch is `main`.
    pub(super) fn new(git: &Path) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let repository = Self {
            git: git.into(),
            directory,
        };
        repository.git(&["init", "-q", "-b", "main", "."]);
        repository
    }

    /// The work tree.
    pub(super) fn root(&self) -> &Path {
        self.directory.path()
    }

    /// The git directory.
    pub(super) fn git_dir(&self) -> PathBuf {
        self.root().join(".git")
    }

    /// Runs git in the work tree, whatever its exit code.
    pub(super) fn try_git(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.git);
        command.args(arguments).current_dir(self.root());
        command.env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        for (name, value) in [
            ("HOME", "/nonexistent"),
            ("LC_ALL", "C"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_AUTHOR_NAME", "A"),
            ("GIT_AUTHOR_EMAIL", "a@example.org"),
            ("GIT_AUTHOR_DATE", "2024-01-01T00:00:00Z"),
            ("GIT_COMMITTER_NAME", "A"),
            ("GIT_COMMITTER_EMAIL", "a@example.org"),
            ("GIT_COMMITTER_DATE", "2024-01-01T00:00:00Z"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_EDITOR", "true"),
        ] {
            command.env(name, value);
        }
        command.output().expect("git starts")
    }

    /// Runs git in the work tree and returns what it printed, trimmed.
    pub(super) fn git(&self, arguments: &[&str]) -> String {
        let output = self.try_git(arguments);
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        String::from_utf8(output.stdout)
            .expect("text")
            .trim()
            .to_owned()
    }

    /// Writes a file below the work tree, with the directories above it.
    pub(super) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("directories");
        }
        std::fs::write(path, content).expect("a file");
    }

    /// Removes a file below the work tree.
    pub(super) fn remove(&self, path: &str) {
        std::fs::remove_file(self.root().join(path)).expect("a file to remove");
    }

    /// Moves what lies at a path below the work tree out of the way.
    pub(super) fn move_away(&self, path: &str) {
        std::fs::rename(self.root().join(path), self.root().join("away")).expect("a rename");
    }

    /// Commits `content` as the file `f` and returns the commit's id.
    pub(super) fn commit(&self, content: &str) -> String {
        self.write("f", content);
        self.git(&["add", "f"]);
        self.git(&["commit", "-q", "-m", content]);
        self.git(&["rev-parse", "HEAD"])
    }
}
