//! Which file a path leads to: people keep their start-up files elsewhere, behind links.

use std::path::{Component, Path, PathBuf};

use crate::plugin::{action::ActionHost, error::ActionError, foreseen::Sight};

/// As many links as Linux follows.
const MOST_LINKS: usize = 40;

/// Where a path leads to once links at its last component are followed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RealFile {
    /// To this regular file.
    File(PathBuf),
    /// There is nothing at the path itself.
    Nothing,
    /// To nothing that lines can be written to; why, as a fragment.
    Unfit(String),
}

/// Finds out where a path leads to.
///
/// # Errors
/// A place on the way cannot be looked at.
pub(super) fn real_file(host: &dyn ActionHost, path: &Path) -> Result<RealFile, ActionError> {
    let mut real = path.to_path_buf();
    for links in 0..=MOST_LINKS {
        let unfit = |what: &str| {
            let leads = if links == 0 {
                format!("{} is {what}", path.display())
            } else {
                format!(
                    "{} is a link to {}, which is {what}",
                    path.display(),
                    real.display()
                )
            };
            Ok(RealFile::Unfit(leads))
        };
        match host.look(&real)? {
            Sight::File => return Ok(RealFile::File(real)),
            Sight::Nothing if links == 0 => return Ok(RealFile::Nothing),
            Sight::Nothing => return unfit("not there"),
            Sight::Directory { .. } => return unfit("a directory"),
            Sight::Other => return unfit("not a regular file"),
            Sight::Link(text) => real = target(host, &real, Path::new(&text))?,
        }
    }
    Ok(RealFile::Unfit(format!(
        "{} is a link that leads back to itself",
        path.display()
    )))
}

/// Where a link leads to, without `..` as far as no other link is in the way.
fn target(host: &dyn ActionHost, link: &Path, text: &Path) -> Result<PathBuf, ActionError> {
    let mut target = match link.parent() {
        Some(parent) if text.is_relative() => parent.to_path_buf(),
        _ => PathBuf::new(),
    };
    for component in text.components() {
        match component {
            Component::ParentDir if !matches!(host.look(&target)?, Sight::Link(_)) => {
                target.pop();
            }
            component => target.push(component),
        }
    }
    Ok(target)
}
