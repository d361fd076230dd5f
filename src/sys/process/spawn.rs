//! What to start, and how far apart from grex it runs.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the one place that starts processes"
)]

use std::{
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::{Child, Command};

use super::group;
use crate::sys::{env, reason::reason};

/// How a child relates to the terminal and to signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// A session of its own: it has no terminal at all, so nothing in it can ask, and nothing
    /// can be stopped for trying. Costs a `fork` where grex has a terminal.
    Session,
    /// A process group of its own: one signal reaches all of it. Cheap, but a member that reads
    /// the terminal is stopped: only for children that cannot ask.
    Group,
    /// The terminal is the child's, with standard input: it may ask. It stays in grex's own group,
    /// so Ctrl-C reaches both. Its outputs are drained as ever.
    Terminal,
    /// The terminal is the child's with all three streams, as if it had been started by a shell:
    /// what it prints is not seen. It stays in grex's own group, so Ctrl-C and Ctrl-Z reach both.
    Handover,
}

/// A child to be ended, with those that it has started.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leader {
    /// The child.
    pub(super) process: u32,
    /// It leads a group of its own; otherwise it is in grex's.
    pub(super) has_group: bool,
    /// The terminal stops it together with grex, in its own way (an editor puts the screen in
    /// order first).
    pub(super) hears_stops: bool,
}

/// A process to be started.
#[derive(Debug, Clone)]
pub struct Spawn {
    program: PathBuf,
    arguments: Vec<OsString>,
    /// Variables of the child's own; the last of a name counts.
    environment: Vec<(OsString, OsString)>,
    /// Variables of ours that it does not get.
    withheld: Vec<&'static [&'static str]>,
    directory: Option<PathBuf>,
    isolation: Isolation,
}

/// A process that could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start {}: {}", program.display(), reason(source))]
pub struct SpawnError {
    /// The program.
    pub program: PathBuf,
    /// The cause.
    pub source: io::Error,
}

impl SpawnError {
    /// Says whether the program is open for writing somewhere (`ETXTBSY`): often only in a process
    /// that is being started at this moment, and not any more once it has.
    pub fn is_busy(&self) -> bool {
        self.source.kind() == io::ErrorKind::ExecutableFileBusy
    }

    /// Says whether the file is no program that this system can run (`ENOEXEC`).
    pub fn is_no_program(&self) -> bool {
        group::is_no_program(&self.source)
    }
}

impl Spawn {
    /// Describes `program`, started without arguments in a group of its own.
    pub fn new(program: &Path) -> Self {
        Self {
            program: program.to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
            withheld: Vec::new(),
            directory: None,
            isolation: Isolation::Group,
        }
    }

    /// Appends an argument.
    pub fn argument(&mut self, argument: impl AsRef<OsStr>) -> &mut Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Sets a variable of the child.
    pub fn variable(&mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> &mut Self {
        self.environment
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Keeps variables of ours from the child.
    pub fn without_variables(&mut self, names: &'static [&'static str]) -> &mut Self {
        self.withheld.push(names);
        self
    }

    /// Starts the child in `directory`.
    pub fn directory(&mut self, directory: &Path) -> &mut Self {
        self.directory = Some(directory.to_owned());
        self
    }

    /// Sets how far apart the child runs.
    pub fn isolation(&mut self, isolation: Isolation) -> &mut Self {
        self.isolation = isolation;
        self
    }

    /// The arguments, for those who show the command line.
    pub fn arguments(&self) -> &[OsString] {
        &self.arguments
    }

    /// Says whether the child has the terminal.
    pub(super) fn has_terminal(&self) -> bool {
        matches!(self.isolation, Isolation::Terminal | Isolation::Handover)
    }

    /// Says whether the child prints on grex's own streams.
    pub(super) fn has_streams(&self) -> bool {
        self.isolation == Isolation::Handover
    }

    pub(super) fn start(&self) -> Result<Child, SpawnError> {
        let mut command = Command::new(&self.program);
        let output = || match self.has_streams() {
            true => Stdio::inherit(),
            false => Stdio::piped(),
        };
        command
            .args(&self.arguments)
            .stdin(if self.has_terminal() {
                Stdio::inherit()
            } else {
                Stdio::null()
            })
            .stdout(output())
            .stderr(output())
            .kill_on_drop(true);
        self.give_environment(&mut command);
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        group::start(command, self.isolation).map_err(|source| SpawnError {
            program: self.program.clone(),
            source,
        })
    }

    /// Names each variable of the child, instead of what is different: `Command` would read ours anew
    /// for every child.
    fn give_environment(&self, command: &mut Command) {
        let is_ours = |name: &OsStr| {
            let is_withheld = |withheld: &&str| is_same(withheld.as_ref(), name);
            !self.withheld.iter().copied().flatten().any(is_withheld)
        };
        let ours = env::everything().iter().filter(|(name, _)| is_ours(name));
        let all = ours.chain(&self.environment);
        command
            .env_clear()
            .envs(all.map(|(name, value)| (name, value)));
    }
}

/// Says whether two names mean the same variable.
fn is_same(one: &OsStr, other: &OsStr) -> bool {
    match cfg!(windows) {
        true => one.eq_ignore_ascii_case(other),
        false => one == other,
    }
}
