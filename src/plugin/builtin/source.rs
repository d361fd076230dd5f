//! Paths on the pack's side of an action.

use std::path::{Component, Path, PathBuf};

use super::follow::follow;
use crate::{
    model::action::{ArgumentError, Step},
    plugin::{action::ActionCx, error::ActionError, foreseen::Sight},
    sys::{self, reason::reason},
};

/// Something in the pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// Where it is, absolute, below the pack's root as the pack is called.
    pub(super) path: PathBuf,
    /// The same below the pack's root without links.
    pub(super) real: PathBuf,
    /// Where that leads, all links followed.
    pub(super) target: PathBuf,
    /// What is there; never a link.
    pub(super) sight: Sight,
}

impl Source {
    /// Finds something by its expanded path, relative to the pack's root or absolute in it. It may
    /// be missing, and is then nothing.
    ///
    /// # Errors
    /// At the argument `argument`, when the path leaves the pack, by its text or through links.
    pub(super) fn find(
        cx: &ActionCx<'_>,
        text: &str,
        argument: &[Step],
    ) -> Result<Self, ActionError> {
        let refuse = |message: String| {
            ArgumentError::new(argument.to_vec(), message)
                .with_hint("a pack links to its own files only")
        };
        let root = &cx.scene.pack.root;
        if text.contains('\0') {
            return Err(refuse("a NUL character is not allowed in a path".to_owned()).into());
        }
        let outside = || refuse(format!("`{text}` leaves the pack"));
        let inside = inside(root, text).ok_or_else(outside)?;
        let real_root = sys::fs::canonicalize(root).map_err(|error| {
            ActionError::precondition(format!(
                "cannot look at {}: {}",
                root.display(),
                reason(&error)
            ))
        })?;
        let real = join(&real_root, &inside);
        let found = follow(cx.host, &real)?;
        if !found.path.starts_with(&real_root) {
            let target = found.path.display();
            return Err(refuse(format!("`{text}` leaves the pack: it leads to {target}")).into());
        }
        Ok(Self {
            path: join(root, &inside),
            real,
            target: found.path,
            sight: found.sight,
        })
    }
}

/// The path below the root without `.` and `..`; `None` where it leaves it, and be it on the way.
pub(super) fn inside(root: &Path, text: &str) -> Option<PathBuf> {
    let path = Path::new(text);
    let relative = if path.is_absolute() {
        let root: PathBuf = root.components().collect();
        let path: PathBuf = path.components().collect();
        path.strip_prefix(root).ok()?.to_path_buf()
    } else {
        path.to_path_buf()
    };
    let mut inside = PathBuf::new();
    for component in relative.components() {
        match component {
            Component::Normal(name) => inside.push(name),
            Component::CurDir => {}
            Component::ParentDir if inside.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(inside)
}

/// The two as one path; to join nothing leaves a slash at the end.
fn join(root: &Path, inside: &Path) -> PathBuf {
    root.join(inside).components().collect()
}

/// The path that leads from a directory to `path`; both are absolute and without links.
pub(super) fn relative(directory: &Path, path: &Path) -> PathBuf {
    let shared = directory
        .components()
        .zip(path.components())
        .take_while(|(left, right)| left == right)
        .count();
    let up = directory
        .components()
        .skip(shared)
        .map(|_| Component::ParentDir);
    let relative: PathBuf = up.chain(path.components().skip(shared)).collect();
    if relative.as_os_str().is_empty() {
        return PathBuf::from(".");
    }
    relative
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_way_is_never_outside() {
        let root = Path::new("/work//pack/");
        for (text, expected) in [
            ("a/b", Some("a/b")),
            ("./a//b/", Some("a/b")),
            ("a/../b", Some("b")),
            ("a/..", Some("")),
            (".", Some("")),
            ("/work/pack", Some("")),
            ("/work/./pack//x", Some("x")),
            ("..", None),
            ("a/../..", None),
            ("../pack/x", None),
            ("/work/pack-2/x", None),
            ("/work", None),
            ("/work/pack/../pack/x", None),
        ] {
            let expected = expected.map(PathBuf::from);
            assert_eq!(inside(root, text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_relative_path_leads_to_its_end(from in "(/[ab]){0,4}", to in "(/[ab]){0,4}") {
            let (from, to) = (Path::new("/").join(&from), Path::new("/").join(&to));
            let mut at = from.clone();
            for component in relative(&from, &to).components() {
                match component {
                    Component::ParentDir => prop_assert!(at.pop()),
                    Component::CurDir => {}
                    other => at.push(other),
                }
            }
            prop_assert_eq!(at, to);
        }
    }
}
