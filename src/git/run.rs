//! One git command from start to end: its lines to whoever watches, its failure classified once.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{
    access::Access,
    command::GitCommand,
    failure::{self, FailureClass},
    progress::{Line, LineSplitter},
    version::GitVersion,
};
use crate::{
    model::text,
    sys::{
        cancel::Cancel,
        process::{self, Ending, Limits, SpawnError, Stream},
        timings::{self, Kind},
    },
};

/// The end of standard error that is kept: git says at its end why it failed.
const KEPT_ERROR_BYTES: usize = 16 * 1024;

/// The most of standard output that is kept of a command whose answer is small.
const KEPT_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// Who watches over a git command.
pub struct Watch<'a> {
    /// Ends it.
    pub cancel: &'a Cancel,
    /// The longest silence of a transfer; `None`: any.
    pub stall: Option<Duration>,
    /// Wants to see progress: without it git is not asked to report any, unless the stall limit
    /// needs it as a sign of life.
    pub wants_progress: bool,
    /// Gets each line of standard error.
    pub on_line: Box<dyn FnMut(Line) + Send + 'a>,
}

impl<'a> Watch<'a> {
    /// A watch that only ends.
    pub fn quiet(cancel: &'a Cancel) -> Self {
        Self {
            cancel,
            stall: None,
            wants_progress: false,
            on_line: Box::new(|_| ()),
        }
    }
}

/// A git command that was run, for `-v` and for timings.
#[derive(Debug, Clone)]
pub struct CommandRecord {
    /// The command line, secrets masked.
    pub command: String,
    /// From start to end.
    pub duration: Duration,
    /// How it ended.
    pub ending: Ending,
}

/// A git command that did not do what it was started for.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// Git ran and failed.
    #[error("{}", .0.summary())]
    Failed(Box<GitFailure>),
    /// The run was cancelled meanwhile.
    #[error("cancelled")]
    Cancelled,
    /// Git could not be started.
    #[error(transparent)]
    Spawn(#[from] SpawnError),
    /// A file of the repository cannot be read.
    #[error("{detail}")]
    Unreadable {
        /// Which, and why.
        detail: String,
    },
    /// The file of a ref holds no commit.
    #[error("the file of `{name}` is damaged")]
    DamagedRef {
        /// The ref's full name.
        name: String,
    },
    /// Git succeeded and printed something that cannot be understood.
    #[error("`{command}` printed something unexpected: {detail}")]
    Unexpected {
        /// The command line.
        command: String,
        /// What is wrong with its output.
        detail: String,
    },
}

/// What is known of a failed git command. Everything in it is clean: no secrets, no controls.
#[derive(Debug, Clone)]
pub struct GitFailure {
    /// Why, as far as grex can tell.
    pub class: FailureClass,
    /// The command line.
    pub command: String,
    /// How it ended.
    pub ending: Ending,
    /// The lines that say why.
    pub essence: String,
    /// The end of standard error.
    pub stderr: String,
}

impl GitFailure {
    fn summary(&self) -> String {
        match self.ending {
            Ending::Stalled(limit) => {
                format!(
                    "`{}` made no progress for {} s and was ended",
                    self.command,
                    limit.as_secs()
                )
            }
            Ending::Signalled(signal) => format!("`{}` was ended by signal {signal}", self.command),
            Ending::Exited(code) if self.essence.is_empty() => {
                format!(
                    "`{}` failed with exit code {code} and no message",
                    self.command
                )
            }
            Ending::Exited(_) | Ending::Cancelled => self.essence.clone(),
        }
    }
}

impl GitError {
    /// The class of the failure; what is no failure of git's own is `other`.
    pub fn class(&self) -> FailureClass {
        match self {
            Self::Failed(failure) => failure.class,
            Self::Cancelled
            | Self::Spawn(_)
            | Self::Unreadable { .. }
            | Self::DamagedRef { .. }
            | Self::Unexpected { .. } => FailureClass::Other,
        }
    }

    /// What a person can do about it, where git does not say it and it is more than what helps
    /// against all failures of its class.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::DamagedRef { name } => Some(failure::hint_for_damaged_ref(name)),
            Self::Failed(failed) => {
                failure::damaged_ref(&failed.stderr).map(failure::hint_for_damaged_ref)
            }
            Self::Cancelled
            | Self::Spawn(_)
            | Self::Unreadable { .. }
            | Self::Unexpected { .. } => None,
        }
    }
}

/// Is told of each command that has ended.
pub type OnCommand = Arc<dyn Fn(&CommandRecord) + Send + Sync>;

/// The git that a run uses.
#[derive(Clone)]
pub struct Git {
    pub(super) program: PathBuf,
    pub(super) access: Access,
    pub(super) version: GitVersion,
    on_command: Option<OnCommand>,
}

impl Git {
    /// A git that tells `on_command`, if there is one, of each command it has run.
    pub fn new(program: &super::program::Program, on_command: Option<OnCommand>) -> Self {
        Self {
            program: program.path().to_owned(),
            access: Access::Batch,
            version: *program.version(),
            on_command,
        }
    }

    /// The git at `program`, whatever is there.
    #[cfg(test)]
    pub(super) fn at(program: &std::path::Path) -> Self {
        Self {
            program: program.to_owned(),
            access: Access::Batch,
            version: super::version::MINIMUM,
            on_command: None,
        }
    }

    /// Runs a command whose standard output does not matter.
    pub(super) async fn run(
        &self,
        command: &GitCommand,
        watch: &mut Watch<'_>,
    ) -> Result<(), GitError> {
        self.stream(command, watch, &mut |_| ()).await.map(drop)
    }

    /// Runs a command and returns its standard output, which is small.
    pub(super) async fn ask(
        &self,
        command: &GitCommand,
        cancel: &Cancel,
    ) -> Result<Vec<u8>, GitError> {
        let mut answer = Vec::new();
        let mut too_long = false;
        self.stream(command, &mut Watch::quiet(cancel), &mut |bytes| {
            too_long |= answer.len() + bytes.len() > KEPT_ANSWER_BYTES;
            if !too_long {
                answer.extend_from_slice(bytes);
            }
        })
        .await?;
        if too_long {
            let detail = format!("more than {KEPT_ANSWER_BYTES} bytes");
            return Err(GitError::Unexpected {
                command: command.shown(),
                detail,
            });
        }
        Ok(answer)
    }

    /// Runs a command and hands its standard output to `on_output` as it comes. Returns whether it
    /// said anything on standard error.
    pub(super) async fn stream(
        &self,
        command: &GitCommand,
        watch: &mut Watch<'_>,
        on_output: &mut (dyn FnMut(&[u8]) + Send),
    ) -> Result<bool, GitError> {
        let mut lines = LineSplitter::new();
        let mut kept = Tail::default();
        let on_line = &mut watch.on_line;
        let mut span = timings::span(Kind::Git, || command.shown());
        let finished = process::run(
            &command.spawn,
            Limits {
                stall: watch.stall,
                // What a helper of git's leaves behind on purpose (a credential cache) stays.
                ends_group: false,
            },
            watch.cancel,
            &mut |stream, bytes| match stream {
                Stream::Out => on_output(bytes),
                Stream::Err => {
                    kept.push(bytes);
                    lines.push(bytes, &mut |line| on_line(cleaned(line)));
                }
            },
        )
        .await?;
        span.ending(|| finished.ending.to_string());
        drop(span);
        lines.finish(&mut |line| on_line(cleaned(line)));
        if let Some(on_command) = &self.on_command {
            on_command(&CommandRecord {
                command: command.shown(),
                duration: finished.duration,
                ending: finished.ending,
            });
        }
        match finished.ending {
            Ending::Exited(0) => Ok(!kept.bytes.is_empty()),
            Ending::Cancelled => Err(GitError::Cancelled),
            ending => Err(GitError::Failed(Box::new(describe(command, ending, &kept)))),
        }
    }
}

/// What a server or a program said, fit to be shown.
fn cleaned(line: Line) -> Line {
    match line {
        Line::Remote(said) => Line::Remote(text::shown(said)),
        Line::Local(said) => Line::Local(text::shown(said)),
        progress @ Line::Progress(_) => progress,
    }
}

fn describe(command: &GitCommand, ending: Ending, kept: &Tail) -> GitFailure {
    let stderr = shown_lines(&kept.bytes);
    let class = match ending {
        Ending::Stalled(_) => FailureClass::Network,
        // A server that hangs up early can make git die of a broken pipe (SIGPIPE).
        Ending::Signalled(13) => FailureClass::Network,
        ending => failure::classify(ending.code(), &stderr),
    };
    let essence = failure::essence(&stderr);
    GitFailure {
        class,
        command: command.shown(),
        ending,
        essence,
        stderr,
    }
}

/// How git begins what it says.
const BEGINNINGS: [&str; 5] = ["remote:", "error:", "fatal:", "warning:", "hint:"];

/// What git said, fit to be shown. Where a carriage return is followed by the beginning of a
/// message, it ends a line too: an error may follow the last step of a progress that was cut off.
/// Any other is dropped, as it must not take a word or a secret apart.
fn shown_lines(bytes: &[u8]) -> String {
    let said = String::from_utf8_lossy(bytes);
    let mut lines = String::with_capacity(said.len());
    for (place, part) in said.split('\r').enumerate() {
        if place > 0 && BEGINNINGS.iter().any(|start| part.starts_with(start)) {
            lines.push('\n');
        }
        lines.push_str(part);
    }
    text::shown(lines)
}

/// The last bytes of a stream of any length.
#[derive(Default)]
struct Tail {
    bytes: Vec<u8>,
}

impl Tail {
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        // Cut at twice the size, so that a long stream is moved rarely.
        if self.bytes.len() > 2 * KEPT_ERROR_BYTES {
            self.bytes.drain(..self.bytes.len() - KEPT_ERROR_BYTES);
        }
    }
}
