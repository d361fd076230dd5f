//! Packs that cannot lie side by side.

use std::fmt;

use super::pack_path::PackPath;

/// How two paths are in each other's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConflictKind {
    /// Some file system takes both for one directory.
    Same,
    /// The second lies inside the first.
    Inside,
}

/// Two paths of which only one can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The one that came first, or the outer one.
    pub first: PackPath,
    /// The one that came later, or the inner one.
    pub second: PackPath,
    /// What they are to each other.
    pub kind: ConflictKind,
}

impl fmt::Display for Conflict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            first,
            second,
            kind,
        } = self;
        match kind {
            ConflictKind::Same if first == second => write!(formatter, "`{first}` is there twice"),
            ConflictKind::Same => {
                write!(
                    formatter,
                    "`{first}` and `{second}` are one directory on some file systems"
                )
            }
            ConflictKind::Inside => write!(formatter, "`{second}` lies inside `{first}`"),
        }
    }
}

/// Returns two of the paths that are in each other's way once letter case and the form of
/// letters do not count, or `None`. Costs one sort.
pub fn conflict<'a>(paths: impl Iterator<Item = &'a PackPath>) -> Option<Conflict> {
    // NUL, which no path contains, sorts before every other character: so what lies inside a
    // path follows it at once, and neighbours are all that needs comparing.
    let mut keyed: Vec<(String, &PackPath)> = paths
        .map(|path| (path.folded().replace('/', "\0"), path))
        .collect();
    // The sort is stable: of two with one key the earlier stays first.
    keyed.sort_by(|left, right| left.0.cmp(&right.0));
    keyed.windows(2).find_map(|pair| {
        let [(outer, first), (inner, second)] = pair else {
            return None;
        };
        let rest = inner.strip_prefix(outer.as_str())?;
        let kind = match rest.bytes().next() {
            None => ConflictKind::Same,
            Some(0) => ConflictKind::Inside,
            Some(_) => return None,
        };
        Some(Conflict {
            first: (*first).clone(),
            second: (*second).clone(),
            kind,
        })
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::{Conflict, ConflictKind, conflict};
    use crate::model::path::PackPath;

    fn among(texts: &[&str]) -> Option<(String, String, ConflictKind)> {
        let paths: Vec<PackPath> = texts
            .iter()
            .map(|text| PackPath::parse(text).unwrap())
            .collect();
        conflict(paths.iter()).map(
            |Conflict {
                 first,
                 second,
                 kind,
             }| (first.into(), second.into(), kind),
        )
    }

    #[test]
    fn neighbours_are_no_conflict() {
        assert_eq!(among(&[]), None);
        assert_eq!(
            among(&["a", "b", "a-b", "ab", "a.b", "c/d", "c/e", "c/da"]),
            None
        );
    }

    #[test]
    fn the_same_place_in_another_spelling_is_found_and_both_are_named() {
        let found =
            |first: &str, second: &str| Some((first.into(), second.into(), ConflictKind::Same));
        assert_eq!(
            among(&["x", "Fonts", "a", "fonts"]),
            found("Fonts", "fonts")
        );
        assert_eq!(
            among(&["cafe\u{301}/x", "CAF\u{c9}/X"]),
            found("cafe\u{301}/x", "CAF\u{c9}/X")
        );
        assert_eq!(among(&["a", "a"]), found("a", "a"));
    }

    #[test]
    fn one_inside_another_is_found_whatever_the_order_and_what_sorts_between() {
        let found = Some(("a".to_owned(), "A/b/c".to_owned(), ConflictKind::Inside));
        assert_eq!(among(&["a", "a-b", "a b", "A/b/c"]), found);
        assert_eq!(among(&["A/b/c", "a!", "a"]), found);
    }

    proptest! {
        #[test]
        fn agrees_with_comparing_every_pair(texts in prop::collection::vec("[aAb!](/[aB-]){0,2}", 0..8)) {
            let paths: Vec<PackPath> = texts.iter().map(|text| PackPath::parse(text).unwrap()).collect();
            let folded: Vec<PackPath> = paths.iter().map(|path| PackPath::parse(&path.folded()).unwrap()).collect();
            let slow = (0..folded.len()).any(|one| {
                (0..folded.len()).any(|other| one != other && folded[one].starts_with(&folded[other]))
            });
            prop_assert_eq!(conflict(paths.iter()).is_some(), slow);
        }
    }
}
