//! Paths on the machine's side of an action, from their text to a place without links in it.

use std::path::{Component, Path, PathBuf};

use super::follow::{Obstacle, follow};
use crate::{
    model::action::{ArgumentError, Step},
    plugin::{
        action::{ActionCx, ActionHost},
        error::ActionError,
        foreseen::Sight,
    },
};

/// Something that an action is about, which may or may not be there.
///
/// What is told, recorded and changed is the place that the path leads to now. A record that is
/// undone months later finds it there, whatever has become of the links on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The path as it was written, expanded and clean.
    pub(super) written: String,
    /// The same without links in its directories. The last component is not followed.
    pub(super) path: PathBuf,
    /// What is at the place: links not followed.
    pub(super) sight: Sight,
    /// Directories above it that are not there, outermost first.
    pub(super) missing: Vec<PathBuf>,
    /// Why nothing can be made there.
    pub(super) obstacle: Option<Obstacle>,
}

impl Place {
    /// Finds the place of the argument `key`, a path with variables in it.
    ///
    /// # Errors
    /// The path is not absolute, or has `..` in it; or something on the way cannot be looked at.
    pub(super) fn of(cx: &ActionCx<'_>, key: &str, text: &str) -> Result<Self, ActionError> {
        Self::at(cx.host, written(cx, key, text)?)
    }

    /// Finds the place of a clean path.
    ///
    /// # Errors
    /// Something on the way cannot be looked at.
    pub(super) fn at(host: &dyn ActionHost, written: String) -> Result<Self, ActionError> {
        let path = Path::new(&written);
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            let sight = host.look(path)?;
            return Ok(Self {
                path: path.to_path_buf(),
                sight,
                missing: Vec::new(),
                obstacle: None,
                written,
            });
        };
        let above = follow(host, parent)?;
        let path = above.path.join(name);
        let obstacle = match above.sight {
            Sight::File | Sight::Other => Some(Obstacle::NotADirectory(above.path)),
            _ => above.obstacle,
        };
        let sight = match obstacle {
            Some(_) => Sight::Nothing,
            None => host.look(&path)?,
        };
        Ok(Self {
            path,
            sight,
            missing: above.missing,
            obstacle,
            written,
        })
    }

    /// The place as text.
    ///
    /// # Errors
    /// A link on the way leads to a name that is no text.
    pub(super) fn text(&self) -> Result<String, ActionError> {
        utf8(&self.path)
    }

    /// A name beside the place that nothing has: `<path>.grex-bak.<stamp>`, or with `.1`, `.2` after
    /// it.
    ///
    /// # Errors
    /// It cannot be looked at.
    pub(super) fn backup_name(&self, cx: &ActionCx<'_>) -> Result<PathBuf, ActionError> {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".grex-bak.{}", cx.scene.stamp));
        free_name(cx.host, PathBuf::from(name))
    }
}

/// The path of the argument `key`, expanded and clean.
///
/// # Errors
/// It is not absolute, or has `..` in it.
pub(super) fn written(cx: &ActionCx<'_>, key: &str, text: &str) -> Result<String, ActionError> {
    clean(&cx.expand(key, text)?).map_err(|error| error.below([Step::Key(key.to_owned())]).into())
}

/// The first of `path`, `path.1`, `path.2`... that nothing has.
///
/// # Errors
/// It cannot be looked at.
pub(super) fn free_name(host: &dyn ActionHost, path: PathBuf) -> Result<PathBuf, ActionError> {
    let mut candidate = path.clone();
    let mut count = 0_u32;
    while host.look(&candidate)? != Sight::Nothing {
        count += 1;
        let mut name = path.clone().into_os_string();
        name.push(format!(".{count}"));
        candidate = PathBuf::from(name);
    }
    Ok(candidate)
}

/// Says whether a place that was recorded is still reached without a link. Behind a link there is
/// something else now, which is nobody's business.
///
/// # Errors
/// Something on the way cannot be looked at.
pub(super) fn is_where_it_was(cx: &ActionCx<'_>, path: &Path) -> Result<bool, ActionError> {
    let Some(parent) = path.parent() else {
        return Ok(true);
    };
    Ok(follow(cx.host, parent)?.path == parent)
}

/// Puts `path` into words for a line about something that an undo leaves.
pub(super) fn leave(cx: &ActionCx<'_>, path: &Path, sight: &Sight) {
    let (path, what) = (path.display(), in_words(sight));
    cx.host.say(&format!(
        "left {path} as it is: {what} stands there, which is not what was installed"
    ));
}

/// A path as text, as records and changes have it.
///
/// # Errors
/// It is none.
pub(super) fn utf8(path: &Path) -> Result<String, ActionError> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        ActionError::precondition(format!("the path {} is not UTF-8 text", path.display()))
    })
}

/// An absolute path without `//`, `/./` and a slash at its end.
///
/// # Errors
/// It is not absolute, or has `..` or a NUL character in it.
pub(super) fn clean(text: &str) -> Result<String, ArgumentError> {
    let refuse = |message: &str| Err(ArgumentError::new(Vec::new(), message));
    if text.contains('\0') {
        return refuse("a NUL character is not allowed in a path");
    }
    let path = Path::new(text);
    if !path.is_absolute() {
        return refuse("the path is not absolute")
            .map_err(|error| error.with_hint("write `~/...` or `$HOME/...`"));
    }
    if path
        .components()
        .any(|component| component == Component::ParentDir)
    {
        return refuse("`..` is not allowed in this path");
    }
    let clean: PathBuf = path.components().collect();
    Ok(clean.to_string_lossy().into_owned())
}

/// What stands somewhere, in words.
pub(super) fn in_words(sight: &Sight) -> String {
    match sight {
        Sight::Nothing => "nothing".to_owned(),
        Sight::Directory { .. } => "a directory".to_owned(),
        Sight::Link(text) => format!("a link to {text}"),
        Sight::File => "a file".to_owned(),
        Sight::Other => "neither a file nor a directory".to_owned(),
    }
}
