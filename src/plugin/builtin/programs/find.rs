//! Finding the program that a pack names.

use std::{
    env::{join_paths, split_paths},
    ffi::OsStr,
    path::{Path, PathBuf},
};

use super::child::Failure;
use crate::sys::{self, reason::reason};

/// The file of a program: one with a `/` in its name is relative to `directory`, any other is
/// looked for in `directories`, a `PATH`, whose relative entries are relative to `directory` too.
pub(super) fn program(
    name: &str,
    directory: &Path,
    directories: Option<&OsStr>,
) -> Result<PathBuf, Failure> {
    if name.is_empty() {
        return Err(Failure::unready(
            "the program's name is empty",
            "the first element of `cmd` is the program",
        ));
    }
    if name.contains('/') || (cfg!(windows) && name.contains('\\')) {
        let file = directory.join(name);
        check(&file)?;
        return Ok(file);
    }
    let absent = |reason: &str| {
        Failure::unready(
            format!("the program `{name}` is not {reason}"),
            "install it, or name its file with its directory",
        )
    };
    let directories = directories.ok_or_else(|| absent("to be found: `PATH` is not set"))?;
    // Joined here: an entry `~` or `` means what a shell takes it for.
    let absolute = split_paths(directories).map(|entry| directory.join(entry));
    let anywhere = || absent("in any directory of `PATH`");
    let directories = join_paths(absolute).map_err(|_| anywhere())?;
    which::which_in(name, Some(directories), directory).map_err(|_| anywhere())
}

/// Whether a file that is named can be run at all.
fn check(file: &Path) -> Result<(), Failure> {
    let unready = |reason: &str, hint| {
        let message = format!("{} {reason}", file.display());
        Err(Failure::unready(message, hint))
    };
    match std::fs::metadata(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => unready(
            "does not exist",
            "a program with a `/` in its name is relative to `cwd`",
        ),
        Err(error) => unready(
            &format!("cannot be looked at: {}", reason(&error)),
            "whoever runs grex must be allowed to",
        ),
        Ok(metadata) if !metadata.is_file() => {
            unready("is not a file", "name the program, not its directory")
        }
        Ok(metadata) if !is_executable(&metadata) => unready(
            "is not executable",
            "make it executable (`chmod +x`), or give the program that reads it first",
        ),
        Ok(_) => Ok(()),
    }
}

/// Where there are no modes, what a file is called decides, and the system says so in time.
fn is_executable(metadata: &std::fs::Metadata) -> bool {
    sys::fs::mode(metadata).is_none_or(|mode| mode & 0o111 != 0)
}
