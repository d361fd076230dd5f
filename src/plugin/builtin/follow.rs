//! Following links by looking through the host, so that a plan follows those that it will have
//! made itself.

use std::{
    ffi::OsString,
    fs,
    path::{Component, Path, PathBuf},
};

use crate::plugin::{action::ActionHost, error::ActionError, foreseen::Sight};

#[cfg(all(test, unix))]
mod tests;

/// As many links as Linux follows in one path.
const MOST_LINKS: usize = 40;

/// Where a path leads, all links followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The place, an absolute path without links in it.
    pub(super) path: PathBuf,
    /// What is there; never a link.
    pub(super) sight: Sight,
    /// The directories that are not there, outermost first; the last is the place itself.
    pub(super) missing: Vec<PathBuf>,
    /// Why nothing can be made there either.
    pub(super) obstacle: Option<Obstacle>,
}

/// What is in the way of a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Obstacle {
    /// A link whose target is not there.
    #[error("{} is a symbolic link to nothing", .0.display())]
    Dangling(PathBuf),
    /// Links that lead back to themselves, or too many.
    #[error("{} leads through too many symbolic links", .0.display())]
    Loop(PathBuf),
    /// Something in the middle of the path that is no directory.
    #[error("{} is not a directory", .0.display())]
    NotADirectory(PathBuf),
    /// `..` below something that is not there.
    #[error("{} is not there", .0.display())]
    Missing(PathBuf),
}

/// A component that is still to be walked, and the link whose text it comes from.
struct Ahead {
    name: OsString,
    link: Option<PathBuf>,
}

/// Follows an absolute path to its end.
///
/// # Errors
/// Something on the way cannot be looked at.
pub(super) fn follow(host: &dyn ActionHost, path: &Path) -> Result<Found, ActionError> {
    let mut walk = Walk {
        at: root_of(path),
        sight: None,
        ahead: Vec::new(),
        missing: Vec::new(),
        links: 0,
    };
    push(&mut walk.ahead, path, None);
    let mut obstacle = None;
    while obstacle.is_none()
        && let Some(next) = walk.ahead.pop()
    {
        obstacle = walk.step(host, next)?;
    }
    let sight = match (&obstacle, walk.sight) {
        (Some(_), _) => Sight::Nothing,
        (None, Some(sight)) => sight,
        (None, None) => host.look(&walk.at)?,
    };
    Ok(Found {
        path: walk.at,
        sight,
        missing: walk.missing,
        obstacle,
    })
}

/// A way that is being walked.
struct Walk {
    /// How far it has come: no links in it.
    at: PathBuf,
    /// What is there, where that was looked at.
    sight: Option<Sight>,
    /// What is still to be walked, the next last.
    ahead: Vec<Ahead>,
    missing: Vec<PathBuf>,
    links: usize,
}

impl Walk {
    fn step(
        &mut self,
        host: &dyn ActionHost,
        Ahead { name, link }: Ahead,
    ) -> Result<Option<Obstacle>, ActionError> {
        if name == "." {
            return Ok(None);
        }
        if name == ".." {
            if !self.missing.is_empty() {
                return Ok(Some(Obstacle::Missing(self.at.clone())));
            }
            self.at.pop();
            self.sight = None;
            return Ok(None);
        }
        let next = self.at.join(name);
        let sight = host.look(&next)?;
        let obstacle = match (&sight, link) {
            (Sight::Link(text), _) => return Ok(self.turn(host, &next, text)),
            (Sight::Nothing, Some(link)) => Some(Obstacle::Dangling(link)),
            (Sight::Nothing, None) => {
                self.missing.push(next.clone());
                None
            }
            (Sight::File | Sight::Other, _) if !self.ahead.is_empty() => {
                Some(Obstacle::NotADirectory(next.clone()))
            }
            (Sight::File | Sight::Other | Sight::Directory { .. }, _) => None,
        };
        self.at = next;
        self.sight = Some(sight);
        Ok(obstacle)
    }

    /// Goes on where a link leads to.
    fn turn(&mut self, host: &dyn ActionHost, link: &Path, text: &str) -> Option<Obstacle> {
        self.links += 1;
        if self.links > MOST_LINKS {
            return Some(Obstacle::Loop(link.to_path_buf()));
        }
        let target = target_of(host, link, text);
        if target.is_absolute() {
            self.at = root_of(&target);
        }
        self.sight = None;
        push(&mut self.ahead, &target, Some(link));
        None
    }
}

/// Says whether a directory will have nothing in it once `gone` are gone, which the host does not
/// know of yet.
pub(super) fn is_vacant(
    host: &dyn ActionHost,
    directory: &Path,
    gone: &[PathBuf],
) -> Result<bool, ActionError> {
    let Sight::Directory { empty } = host.look(directory)? else {
        return Ok(false);
    };
    if empty || gone.is_empty() {
        return Ok(empty);
    }
    // One that cannot be listed is as good as full.
    let entries = host.lies_at(directory).and_then(|at| fs::read_dir(at).ok());
    let Some(entries) = entries else {
        return Ok(false);
    };
    for entry in entries {
        let Ok(entry) = entry else { return Ok(false) };
        let path = directory.join(entry.file_name());
        if !gone.contains(&path) && host.look(&path)? != Sight::Nothing {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Where a link leads, relative to the directory that it is in. The text is the host's, in which
/// bytes that are no text are replaced: then the disk knows better.
fn target_of(host: &dyn ActionHost, link: &Path, text: &str) -> PathBuf {
    if text.contains(char::REPLACEMENT_CHARACTER)
        && let Some(target) = host.lies_at(link).and_then(|at| fs::read_link(at).ok())
    {
        return target;
    }
    PathBuf::from(text)
}

/// The root that an absolute path starts from: `/`; on Windows there is one for each drive.
fn root_of(path: &Path) -> PathBuf {
    let mut root = PathBuf::from("/");
    root.extend(
        path.components()
            .take_while(|component| matches!(component, Component::Prefix(_) | Component::RootDir)),
    );
    root
}

fn push(ahead: &mut Vec<Ahead>, path: &Path, link: Option<&Path>) {
    // A separator at the end asks for a directory, as a `.` after it does: path_resolution(7).
    let text = path.as_os_str().as_encoded_bytes();
    if text.ends_with(b"/") || text.ends_with(b"/.") {
        ahead.push(Ahead {
            name: OsString::from("."),
            link: link.map(Path::to_path_buf),
        });
    }
    for component in path.components().rev() {
        let name = match component {
            Component::Normal(name) => name.to_owned(),
            Component::ParentDir => OsString::from(".."),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => continue,
        };
        ahead.push(Ahead {
            name,
            link: link.map(Path::to_path_buf),
        });
    }
}
