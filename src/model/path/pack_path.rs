//! A pack's place.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::fold::fold;
use super::segment::{self, SegmentFault};

/// A pack's place relative to the workspace root: one or more segments, joined by `/`. Whatever
/// holds one may join it to a root and stay below that root, symbolic links aside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PackPath(String);

/// Why a text is not a pack path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The text is empty.
    #[error("a pack path cannot be empty; name a directory below the workspace")]
    Empty,
    /// The text begins with a slash or a backslash.
    #[error("the path {path:?} is absolute; a pack path is relative to the workspace")]
    Absolute {
        /// The text.
        path: String,
    },
    /// The text begins with a drive such as `C:`.
    #[error("the path {path:?} begins with a drive; a pack path is relative to the workspace")]
    Drive {
        /// The text.
        path: String,
    },
    /// One of the segments cannot be a directory's name everywhere.
    #[error(
        "the segment {segment:?} of the path {path:?} is refused: {fault}; choose another name"
    )]
    Segment {
        /// The text.
        path: String,
        /// The segment.
        segment: String,
        /// What is wrong with it.
        fault: SegmentFault,
    },
}

impl PackPath {
    /// Parses a text as docs/formats.md lays down. `./a`, `a/` and `a//b` are refused, so that
    /// one place has one spelling.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.is_empty() {
            return Err(PathError::Empty);
        }
        if text.starts_with(['/', '\\']) {
            return Err(PathError::Absolute {
                path: text.to_owned(),
            });
        }
        if matches!(text.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic()) {
            return Err(PathError::Drive {
                path: text.to_owned(),
            });
        }
        for segment in text.split('/') {
            segment::check(segment).map_err(|fault| PathError::Segment {
                path: text.to_owned(),
                segment: segment.to_owned(),
                fault,
            })?;
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the segments, outermost first; there is at least one.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// Returns the last segment.
    pub fn file_name(&self) -> &str {
        self.0
            .rsplit_once('/')
            .map_or(self.as_str(), |(_, name)| name)
    }

    /// Returns the path without its last segment, or `None` directly below the workspace.
    pub fn parent(&self) -> Option<Self> {
        self.0
            .rsplit_once('/')
            .map(|(parent, _)| Self(parent.to_owned()))
    }

    /// Returns the place of `inner` below this one.
    #[must_use]
    pub fn join(&self, inner: &Self) -> Self {
        Self(format!("{}/{}", self.0, inner.0))
    }

    /// Says whether this is `outer` or lies below it, segment by segment: `ab` is not below `a`.
    pub fn starts_with(&self, outer: &Self) -> bool {
        self.0
            .strip_prefix(&outer.0)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Returns what is left of this path below `outer`; `None` when it does not lie below it.
    pub fn relative_to(&self, outer: &Self) -> Option<Self> {
        let inside = self.0.strip_prefix(&outer.0)?.strip_prefix('/')?;
        Some(Self(inside.to_owned()))
    }

    /// Returns the path of the directory when the workspace is at `root`.
    pub fn under(&self, root: &Path) -> PathBuf {
        let mut path = root.to_owned();
        path.extend(self.segments());
        path
    }

    /// Returns the key that equals another path's when a file system may take both for one
    /// place: NFC, full case folding, ignorable code points dropped. Segments stay segments.
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

impl TryFrom<String> for PackPath {
    type Error = PathError;

    fn try_from(text: String) -> Result<Self, PathError> {
        Self::parse(&text)
    }
}

impl From<PackPath> for String {
    fn from(path: PackPath) -> Self {
        path.0
    }
}

impl std::str::FromStr for PackPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        Self::parse(text)
    }
}

impl fmt::Display for PackPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::path::{Component, Path};

    use proptest::prelude::*;

    use super::{PackPath, PathError};

    #[test]
    fn absolute_paths_and_drives_are_refused_as_such() {
        assert_eq!(PackPath::parse(""), Err(PathError::Empty));
        for text in ["/", "/a", "\\a", "//server/share"] {
            assert!(
                matches!(PackPath::parse(text), Err(PathError::Absolute { .. })),
                "{text}"
            );
        }
        for text in ["c:", "C:/a", "c:a"] {
            assert!(
                matches!(PackPath::parse(text), Err(PathError::Drive { .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn one_bad_segment_anywhere_is_enough_and_is_named() {
        for text in [
            "a/.git/hooks",
            "a//b",
            "a/",
            "./a",
            "a/../b",
            "..",
            ".",
            "a/nul.txt",
            "a/b\u{200c}/.gi\u{200c}t",
        ] {
            assert!(
                matches!(PackPath::parse(text), Err(PathError::Segment { .. })),
                "{text}"
            );
        }
        let said = PackPath::parse("a/.git/hooks").unwrap_err().to_string();
        assert!(
            said.contains("\".git\"") && said.contains("belong to git"),
            "{said}"
        );
        let said = PackPath::parse("a/x\u{1b}[2J").unwrap_err().to_string();
        assert!(
            !said.contains('\u{1b}') && said.contains("U+001B"),
            "{said}"
        );
    }

    #[test]
    fn a_path_comes_apart_and_together() {
        let path = PackPath::parse("services/api/web").unwrap();
        assert_eq!(
            path.segments().collect::<Vec<_>>(),
            ["services", "api", "web"]
        );
        assert_eq!(path.file_name(), "web");
        let parent = path.parent().unwrap();
        assert_eq!(parent.as_str(), "services/api");
        assert_eq!(parent.join(&PackPath::parse("web").unwrap()), path);
        assert_eq!(PackPath::parse("web").unwrap().parent(), None);
        assert_eq!(
            path.under(Path::new("/w")),
            Path::new("/w/services/api/web")
        );
        assert!(path.starts_with(&parent) && path.starts_with(&path));
        assert!(!path.starts_with(&PackPath::parse("services/ap").unwrap()));
        assert!(!parent.starts_with(&path));
    }

    #[test]
    fn serde_goes_through_the_parser() {
        let path: PackPath = serde_json::from_str("\"a/b\"").unwrap();
        assert_eq!(serde_json::to_string(&path).unwrap(), "\"a/b\"");
        assert!(serde_json::from_str::<PackPath>("\"../b\"").is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_stays_below_the_root(
            text in prop_oneof![any::<String>(), "[a.~/\\\\:gGiItT1 \u{200c}\u{2024}-]{0,24}"],
        ) {
            if let Ok(path) = PackPath::parse(&text) {
                let below = path.under(Path::new("/root"));
                let inner = below.strip_prefix("/root").unwrap();
                prop_assert!(inner.components().count() == path.segments().count());
                for component in inner.components() {
                    prop_assert!(matches!(component, Component::Normal(_)));
                }
                prop_assert!(!path.folded().split('/').any(|segment| segment == ".git" || segment == ".grex"));
                prop_assert_eq!(path.folded().split('/').count(), path.segments().count());
                prop_assert_eq!(PackPath::parse(path.as_str()), Ok(path));
            }
        }
    }
}
