//! Which git this is, and what it can do.

use std::path::Path;

use serde::Serialize;

/// A git version. Two release candidates of one release compare equal to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct GitVersion {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number; zero where there is none.
    pub patch: u32,
}

/// The oldest git that grex works with: what Ubuntu 22.04 ships.
pub const MINIMUM: GitVersion = GitVersion::new(2, 34, 0);

/// For each line of releases the one that closed the known holes of `clone` and of submodules, as
/// far as the line was cared for: CVE-2024-32002 and its like, and from 2.43 on CVE-2025-48384.
const MENDED: [GitVersion; 12] = [
    GitVersion::new(2, 39, 4),
    GitVersion::new(2, 40, 2),
    GitVersion::new(2, 41, 1),
    GitVersion::new(2, 42, 2),
    GitVersion::new(2, 43, 7),
    GitVersion::new(2, 44, 4),
    GitVersion::new(2, 45, 4),
    GitVersion::new(2, 46, 4),
    GitVersion::new(2, 47, 3),
    GitVersion::new(2, 48, 2),
    GitVersion::new(2, 49, 1),
    GitVersion::new(2, 50, 1),
];

/// Something that a newer git than [`MINIMUM`] can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// `git status --porcelain=v2 --show-stash` prints `# stash N` (2.35).
    StatusStashHeader,
    /// `core.fsync` says what is synced (2.36); an older git syncs objects, if it is told to, and never refs.
    FsyncComponents,
    /// `safe.bareRepository` is known (2.38); an older git ignores it.
    SafeBareRepository,
    /// `git fetch --porcelain` (2.41).
    FetchPorcelain,
    /// Refs may be stored as reftable (2.45).
    Reftable,
}

/// A text is not what `git version` prints.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not the version of a git")]
pub struct GitVersionError {
    /// The first line, shortened.
    pub text: String,
}

/// A git older than [`MINIMUM`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("grex needs git {}.{} or newer, found {found} at {path}", MINIMUM.major, MINIMUM.minor)]
pub struct TooOld {
    /// What was found.
    pub found: GitVersion,
    /// The program.
    pub path: String,
}

impl GitVersion {
    /// A version of three numbers.
    #[must_use]
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self {
            major,
            minor,
            patch,
        }
    }

    /// Reads what `git version` prints, also from builds that add to it: `git version 2.39.5`,
    /// `git version 2.39.5 (Apple Git-154)`, `git version 2.34.1.windows.1`.
    pub fn parse(output: &str) -> Result<Self, GitVersionError> {
        let line = output.lines().next().unwrap_or_default().trim();
        Self::parse_line(line).ok_or_else(|| GitVersionError {
            text: line.chars().take(80).collect(),
        })
    }

    fn parse_line(line: &str) -> Option<Self> {
        let word = line
            .strip_prefix("git version ")?
            .split_whitespace()
            .next()?;
        let mut parts = word.split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = leading_number(parts.next()?)?;
        // `2.48.0.rc1`, `2.34.windows.1` and `2.47-rc1` are all in use.
        let patch = parts.next().and_then(leading_number).unwrap_or(0);
        Some(Self {
            major,
            minor,
            patch,
        })
    }

    /// Whether this git can do that.
    #[must_use]
    pub fn supports(self, feature: Feature) -> bool {
        self >= feature.since()
    }

    /// Returns the release that closed the known holes of this one: of its own line, or the latest
    /// for a line that never was mended. `None` for a git in which they are closed. What a system
    /// has mended without another number is not seen.
    #[must_use]
    pub fn mended_in(self) -> Option<Self> {
        let line = |release: &&Self| (release.major, release.minor) == (self.major, self.minor);
        let [first, .., last] = MENDED;
        let mended = match MENDED.iter().find(line) {
            Some(release) => *release,
            None if self < first => last,
            None => return None,
        };
        (self < mended).then_some(mended)
    }

    /// Refuses a git that is too old for grex; `path` is the program, for the message.
    pub fn require_minimum(self, path: &Path) -> Result<(), TooOld> {
        if self >= MINIMUM {
            return Ok(());
        }
        Err(TooOld {
            found: self,
            path: path.display().to_string(),
        })
    }
}

impl Feature {
    /// The first git that has it.
    #[must_use]
    pub const fn since(self) -> GitVersion {
        match self {
            Self::FsyncComponents => GitVersion::new(2, 36, 0),
            Self::StatusStashHeader => GitVersion::new(2, 35, 0),
            Self::SafeBareRepository => GitVersion::new(2, 38, 0),
            Self::FetchPorcelain => GitVersion::new(2, 41, 0),
            Self::Reftable => GitVersion::new(2, 45, 0),
        }
    }
}

impl std::fmt::Display for GitVersion {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

fn leading_number(text: &str) -> Option<u32> {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    text[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_versions_that_are_about() {
        for (text, expected) in [
            ("git version 2.39.5\n", (2, 39, 5)),
            ("git version 2.39.5 (Apple Git-154)\n", (2, 39, 5)),
            ("git version 2.34.1.windows.1\r\n", (2, 34, 1)),
            ("git version 2.48.0.rc1", (2, 48, 0)),
            ("git version 2.47-rc1", (2, 47, 0)),
            ("git version 2.54.0.415.g1234567.dirty", (2, 54, 0)),
            ("git version 3.0", (3, 0, 0)),
            ("git version 2.49.GIT", (2, 49, 0)),
        ] {
            let (major, minor, patch) = expected;
            let version = GitVersion::new(major, minor, patch);
            assert_eq!(GitVersion::parse(text), Ok(version), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_version() {
        for text in [
            "",
            "git",
            "git version",
            "git version x.y",
            "git version 2",
            "2.39.5",
            "git version 99999999999.1",
            "git version .1",
            "usage: git\n2.39.5",
        ] {
            assert!(GitVersion::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_the_program_that_is_too_old() {
        let old = GitVersion::new(1, 8, 3);
        let error = old
            .require_minimum(Path::new("/opt/git"))
            .map_err(|error| error.to_string());
        assert_eq!(
            error,
            Err("grex needs git 2.34 or newer, found 1.8.3 at /opt/git".into())
        );
        assert_eq!(
            GitVersion::new(2, 34, 0).require_minimum(Path::new("git")),
            Ok(())
        );
        assert_eq!(
            GitVersion::new(3, 0, 0).require_minimum(Path::new("git")),
            Ok(())
        );
    }

    #[test]
    fn a_git_with_known_holes_is_told_where_they_are_closed() {
        let table = [
            ((2, 34, 1), Some((2, 50, 1))),
            ((2, 39, 3), Some((2, 39, 4))),
            ((2, 39, 5), None),
            ((2, 47, 2), Some((2, 47, 3))),
            ((2, 47, 3), None),
            ((2, 50, 0), Some((2, 50, 1))),
            ((2, 51, 0), None),
            ((3, 0, 0), None),
        ];
        let version = |(major, minor, patch)| GitVersion::new(major, minor, patch);
        for (found, mended) in table {
            assert_eq!(version(found).mended_in(), mended.map(version), "{found:?}");
        }
    }

    #[test]
    fn features_begin_with_their_release() {
        assert!(!GitVersion::new(2, 34, 9).supports(Feature::StatusStashHeader));
        assert!(GitVersion::new(2, 35, 0).supports(Feature::StatusStashHeader));
        assert!(GitVersion::new(3, 0, 0).supports(Feature::Reftable));
        assert!(!GitVersion::new(2, 37, 9).supports(Feature::SafeBareRepository));
        assert!(!GitVersion::new(2, 40, 4).supports(Feature::FetchPorcelain));
    }
}
