//! Finding the program that a pack names.

use std::{
    env::{join_paths, split_paths},
    ffi::OsStr,
    path::{Path, PathBuf},
};

use super::child::Failure;

/// The file of a program: one with a `/` in its name is relative to `directory`, any other is
/// looked for in `directories`, a `PATH`, whose relative entries are relative to `directory` too.
pub(super) fn program(
    name: &str,
    directory: &Path,
    directories: Option<&OsStr>,
) -> Result<PathBuf, Failure> {
    if name.contains('/') || (cfg!(windows) && name.contains('\\')) {
        let file = directory.join(name);
        check(&file)?;
        return Ok(file);
    }
    let absent = || Failure::Unready {
        message: match directories {
            Some(_) => format!("the program `{name}` is not in any directory of `PATH`"),
            None => format!("the program `{name}` was not found: `PATH` is not set"),
        },
        hint: "install it, or name its file with its directory".to_owned(),
    };
    let directories = directories.ok_or_else(absent)?;
    // Joined here: an entry `~` or `` means what a shell takes it for.
    let absolute = split_paths(directories).map(|entry| directory.join(entry));
    let directories = join_paths(absolute).map_err(|_| absent())?;
    if name.is_empty() {
        return Err(Failure::Unready {
            message: "the program's name is empty".to_owned(),
            hint: "the first element of `cmd` is the program".to_owned(),
        });
    }
    which::which_in(name, Some(directories), directory).map_err(|_| absent())
}

/// Whether a file that is named can be run at all.
fn check(file: &Path) -> Result<(), Failure> {
    let unready = |reason: &str, hint: &str| {
        Err(Failure::Unready {
            message: format!("{} {reason}", file.display()),
            hint: hint.to_owned(),
        })
    };
    match std::fs::metadata(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => unready(
            "does not exist",
            "a program with a `/` in its name is relative to `cwd`",
        ),
        Err(error) => unready(
            &format!("cannot be looked at: {error}"),
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

#[cfg(unix)]
fn is_executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    true
}
