//! Following links by looking through the host, so that a plan follows those that it will have
//! made itself.

use std::{
    ffi::OsString,
    fs,
    path::{Component, Path, PathBuf},
};

use crate::plugin::{action::ActionHost, error::ActionError, foreseen::Sight};

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
    let mut at = PathBuf::from("/");
    let mut ahead = Vec::new();
    push(&mut ahead, path, None);
    let mut missing = Vec::new();
    let mut links = 0;
    let mut sight = None;
    let mut obstacle = None;
    while let Some(Ahead { name, link }) = ahead.pop() {
        if name == ".." {
            if !missing.is_empty() {
                obstacle = Some(Obstacle::Missing(at.clone()));
                break;
            }
            at.pop();
            sight = None;
            continue;
        }
        let next = at.join(name);
        let seen = host.look(&next)?;
        match &seen {
            Sight::Link(text) => {
                links += 1;
                if links > MOST_LINKS {
                    obstacle = Some(Obstacle::Loop(path.to_path_buf()));
                    break;
                }
                let target = target_of(&next, text);
                if target.is_absolute() {
                    at = PathBuf::from("/");
                    sight = None;
                }
                push(&mut ahead, &target, Some(&next));
                continue;
            }
            Sight::Nothing => match link {
                Some(link) => obstacle = Some(Obstacle::Dangling(link)),
                None => missing.push(next.clone()),
            },
            Sight::File | Sight::Other if !ahead.is_empty() => {
                obstacle = Some(Obstacle::NotADirectory(next.clone()));
            }
            Sight::File | Sight::Other | Sight::Directory { .. } => {}
        }
        at = next;
        sight = Some(seen);
        if obstacle.is_some() {
            break;
        }
    }
    let sight = match (&obstacle, sight) {
        (Some(_), _) => Sight::Nothing,
        (None, Some(sight)) => sight,
        (None, None) => host.look(&at)?,
    };
    Ok(Found {
        path: at,
        sight,
        missing,
        obstacle,
    })
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
    // One that is planned is not on disk; one that cannot be listed is as good as full.
    let Ok(entries) = fs::read_dir(directory) else {
        return Ok(empty);
    };
    let mut is_listed = false;
    for entry in entries {
        let Ok(entry) = entry else { return Ok(false) };
        is_listed = true;
        let path = entry.path();
        if !gone.contains(&path) && host.look(&path)? != Sight::Nothing {
            return Ok(false);
        }
    }
    Ok(is_listed || empty)
}

/// Where a link leads, relative to the directory that it is in. The text is the host's, in which
/// bytes that are no text are replaced: then the disk knows better.
fn target_of(link: &Path, text: &str) -> PathBuf {
    if text.contains(char::REPLACEMENT_CHARACTER)
        && let Ok(target) = fs::read_link(link)
    {
        return target;
    }
    PathBuf::from(text)
}

fn push(ahead: &mut Vec<Ahead>, path: &Path, link: Option<&Path>) {
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
