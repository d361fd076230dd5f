//! The command: its words, its program, its environment.

use std::{
    env::{join_paths, split_paths},
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use super::report::{CANNOT_RUN, NOT_FOUND};
use crate::{
    git::{FOREIGN_VARIABLES, ceiling},
    model::{redact, shell},
    ops::{
        error::{ErrorKind, OpError},
        exec::packs::Place,
    },
    sys::{
        env, fs,
        process::{Isolation, Spawn},
        reason::reason,
    },
};

/// What to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecCommand {
    /// A program and its arguments, exactly as they are. A program with a `/` in its name is
    /// relative to the pack.
    Words(Vec<OsString>),
    /// A line for `sh -c`.
    Shell(OsString),
}

/// Why there is no program to start.
#[derive(Debug)]
pub(super) struct NoProgram {
    pub(super) exit: i32,
    pub(super) message: String,
    pub(super) hint: &'static str,
}

impl ExecCommand {
    /// Checks what only a mistake can be.
    pub(super) fn check(&self) -> Result<(), OpError> {
        let is_empty = match self {
            Self::Words(words) => words.first().is_none_or(|program| program.is_empty()),
            Self::Shell(line) => line.is_empty(),
        };
        match is_empty {
            true => Err(OpError::new(ErrorKind::Usage, "there is no command to run")
                .with_hint("the first word after the options is the program")),
            false => Ok(()),
        }
    }

    fn words(&self) -> Vec<&OsStr> {
        match self {
            Self::Words(words) => words.iter().map(OsString::as_os_str).collect(),
            Self::Shell(line) => vec![OsStr::new("sh"), OsStr::new("-c"), line],
        }
    }

    /// The command as a person would type it, secrets masked.
    pub fn shown(&self) -> String {
        // One by one: what is masked to the end of a line must not take the others along.
        let words = self.words().into_iter().map(|word| {
            let word = word.to_string_lossy();
            shell::quote(&redact::secrets(&word))
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// The program, where it is the same in every pack because neither it nor an entry of `PATH` is
    /// relative to the pack.
    ///
    /// # Errors
    /// There is no such program in any pack.
    pub(super) fn program_everywhere(&self) -> Result<Option<PathBuf>, NoProgram> {
        let words = self.words();
        let Some(program) = words.first() else {
            return Ok(None);
        };
        let path = env::program_directories().unwrap_or_default();
        let depends = is_path(program) || split_paths(&path).any(|entry| entry.is_relative());
        match depends {
            true => Ok(None),
            // Nothing is relative to this directory.
            false => find(program, Path::new("/")).map(Some),
        }
    }

    /// The command as a process in a pack; `program`, where [`Self::program_everywhere`] has found it.
    ///
    /// The environment is grex's own, less what would make a git act on another repository than the
    /// pack's: inside a git hook, `GIT_DIR`; where `.git` is no repository, the one above.
    pub(super) fn spawn(
        &self,
        program: Option<&Path>,
        place: &Place,
        isolation: Isolation,
    ) -> Result<Spawn, NoProgram> {
        let words = self.words();
        let Some((word, arguments)) = words.split_first() else {
            return Err(not_found(String::from("there is no command to run")));
        };
        let mut spawn = match program {
            Some(program) => Spawn::new(program),
            None => Spawn::new(&find(word, &place.root)?),
        };
        for argument in arguments {
            spawn.argument(argument);
        }
        spawn.without_variables(FOREIGN_VARIABLES);
        spawn
            .variable("GIT_CEILING_DIRECTORIES", ceiling(&place.root))
            .variable("GREX_PACK_ID", &place.id)
            .variable("GREX_PACK_NAME", &place.name)
            .variable("GREX_PACK_PATH", &place.root)
            .variable("GREX_WORKSPACE", &place.workspace)
            .directory(&place.root)
            .isolation(isolation);
        Ok(spawn)
    }
}

fn is_path(program: &OsStr) -> bool {
    let name = program.to_string_lossy();
    name.contains('/') || (cfg!(windows) && name.contains('\\'))
}

/// The file of a program: one with a `/` in its name is relative to `directory`, and so are the
/// relative entries of `PATH`.
fn find(program: &OsStr, directory: &Path) -> Result<PathBuf, NoProgram> {
    if is_path(program) {
        return named(directory.join(program));
    }
    let name = program.to_string_lossy();
    let nowhere = || {
        let missing = not_found(format!(
            "the program `{name}` is not in any directory of PATH"
        ));
        match name.contains(char::is_whitespace) {
            true => NoProgram {
                hint: "a command's words are arguments of their own; a line for the shell needs `--shell`",
                ..missing
            },
            false => missing,
        }
    };
    let path = env::program_directories().ok_or_else(nowhere)?;
    let directories = split_paths(&path).map(|entry| directory.join(entry));
    let directories = join_paths(directories).map_err(|_| nowhere())?;
    which::which_in(program, Some(directories), directory).map_err(|_| nowhere())
}

fn named(file: PathBuf) -> Result<PathBuf, NoProgram> {
    let cannot_run = |why: &str| NoProgram {
        exit: CANNOT_RUN,
        message: format!("{} {why}", file.display()),
        hint: "",
    };
    match std::fs::metadata(&file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(NoProgram {
            hint: "a program with a `/` in its name is relative to the pack",
            ..not_found(format!("{} is not there", file.display()))
        }),
        Err(error) => Err(cannot_run(&format!(
            "cannot be looked at: {}",
            reason(&error)
        ))),
        Ok(metadata) if !metadata.is_file() => Err(cannot_run("is not a file")),
        Ok(metadata) if fs::mode(&metadata).is_some_and(|mode| mode & 0o111 == 0) => {
            Err(NoProgram {
                hint: "make it executable (`chmod +x`), or give the program that reads it first",
                ..cannot_run("is not executable")
            })
        }
        Ok(_) => Ok(file),
    }
}

fn not_found(message: String) -> NoProgram {
    NoProgram {
        exit: NOT_FOUND,
        message,
        hint: "what only a shell knows, such as an alias or a pipe, needs `--shell`",
    }
}

#[cfg(test)]
mod tests {
    use super::ExecCommand;

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        let words = |words: &[&str]| ExecCommand::Words(words.iter().map(Into::into).collect());
        assert_eq!(
            words(&["git", "log", "--format=%h %s"]).shown(),
            "git log '--format=%h %s'"
        );
        assert_eq!(
            words(&[
                "curl",
                "-H",
                "Authorization: Bearer s3cr3t",
                "https://u:pw@h/"
            ])
            .shown(),
            "curl -H 'Authorization: ***' 'https://***@h/'"
        );
        let line = ExecCommand::Shell("a | b".into());
        assert_eq!(line.shown(), "sh -c 'a | b'");
    }

    #[test]
    fn no_command_is_a_mistake() {
        for command in [
            ExecCommand::Words(Vec::new()),
            ExecCommand::Words(vec!["".into(), "a".into()]),
            ExecCommand::Shell("".into()),
        ] {
            assert!(command.check().is_err(), "{command:?}");
        }
        assert!(ExecCommand::Words(vec!["a".into()]).check().is_ok());
    }
}
