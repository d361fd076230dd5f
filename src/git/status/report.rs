//! A checkout's status as values.

use serde::Serialize;

use crate::git::refs::ObjectId;

/// What `git status` said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StatusReport {
    /// The commit that is checked out; `None` on a branch without commits.
    pub head: Option<ObjectId>,
    /// The branch; `None` where HEAD is detached (or, which git prints alike, a branch is really
    /// named `(detached)`).
    pub branch: Option<String>,
    /// The branch's upstream, as `origin/main`.
    pub upstream: Option<String>,
    /// Commits that the upstream does not have; `None` without an upstream, and where the upstream
    /// is gone.
    pub ahead: Option<u64>,
    /// Commits that only the upstream has; `None` as for `ahead`.
    pub behind: Option<u64>,
    /// Stashes. Git before 2.35 does not print them: see [`crate::git::checkout::has_stash`].
    pub stash: u64,
    /// Paths whose content in the index is not HEAD's.
    pub staged: u64,
    /// Paths whose content in the work tree is not the index's.
    pub unstaged: u64,
    /// Paths, or whole directories, that git does not know.
    pub untracked: u64,
    /// Paths with an unresolved conflict.
    pub conflicts: u64,
    /// Ignored paths, where they were asked for.
    pub ignored: u64,
    /// Records that this version of grex does not know.
    pub unknown: u64,
    /// The first of these paths, as many as the parser was told to keep.
    pub paths: Vec<PathStatus>,
}

/// One path of a status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PathStatus {
    /// What it is.
    pub kind: PathKind,
    /// Relative to the work tree's root; what is not UTF-8 is replaced.
    pub path: String,
    /// Where a renamed or copied file came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
    /// Git's two letters, index then work tree, such as `M.`; `??` untracked, `!!` ignored.
    pub letters: String,
    /// For a submodule, what changed in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submodule: Option<SubmoduleState>,
}

/// What kind of change a path has; one that has several counts as the first that applies, in the
/// order conflict, unstaged, staged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PathKind {
    /// Changed in the index only.
    Staged,
    /// Changed in the work tree.
    Unstaged,
    /// Not known to git.
    Untracked,
    /// In conflict.
    Conflict,
    /// Ignored.
    Ignored,
}

/// What changed in a submodule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SubmoduleState {
    /// Another commit is checked out in it.
    pub commit_changed: bool,
    /// It has changes in tracked files.
    pub modified: bool,
    /// It has untracked files.
    pub untracked: bool,
}

impl StatusReport {
    /// How many files are changed, staged, in conflict or not known to git.
    #[must_use]
    pub fn changed(&self) -> u64 {
        self.staged + self.unstaged + self.untracked + self.conflicts
    }

    /// The paths of those, as far as they are kept.
    pub fn changed_paths(&self) -> impl Iterator<Item = &str> {
        let changed = self
            .paths
            .iter()
            .filter(|path| path.kind != PathKind::Ignored);
        changed.map(|path| path.path.as_str())
    }

    /// Whether nothing is staged, changed, untracked or in conflict, and nothing unknown was said.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.staged + self.unstaged + self.untracked + self.conflicts + self.unknown == 0
    }
}
