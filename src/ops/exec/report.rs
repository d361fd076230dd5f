//! What became of a command in the packs.

use schemars::JsonSchema;
use serde::Serialize;

use super::output::Output;
use crate::{
    engine::outcome::PackFailure, git::failure::FailureClass, model::text, ops::error::ErrorKind,
};

/// What a shell says of a program that there is not.
pub(super) const NOT_FOUND: i32 = 127;

/// What a shell says of a program that it cannot run.
pub(super) const CANNOT_RUN: i32 = 126;

/// What a shell adds to the number of the signal that ended a program.
pub(super) const SIGNALLED: i32 = 128;

/// SIGINT, what Ctrl-C sends.
pub(super) const INTERRUPT: i32 = 2;

/// What became of the command in one pack.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExecutedPack {
    /// The pack.
    pub pack: String,
    /// What the command printed on standard output: text without control characters, secrets
    /// masked.
    #[schemars(with = "String")]
    pub stdout: Output,
    /// And on standard error.
    #[schemars(with = "String")]
    pub stderr: Output,
    /// The exit code as a shell gives it: 127 for a program that there is not, 126 for one that
    /// cannot be run, also because the pack is not there, 128 and the number for a signal.
    pub exit: i32,
    /// The signal that ended the command.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "i32")]
    pub signal: Option<i32>,
    /// Why it counts as failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub message: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub hint: Option<String>,
    /// Not all of the output is here.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schemars(default)]
    pub truncated: bool,
    /// The bytes that were left out of both streams.
    #[serde(skip_serializing_if = "is_zero")]
    #[schemars(default)]
    pub omitted_bytes: u64,
    /// With a dry run: the command, as a person would type it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub command: Option<String>,
    /// With a dry run: where it would be run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub directory: Option<String>,
    /// The run was cancelled before the command had ended.
    #[serde(skip)]
    pub is_interrupted: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl ExecutedPack {
    /// A command that exited with 0 and printed nothing.
    pub(super) fn silent(pack: &str) -> Self {
        Self {
            pack: pack.to_owned(),
            stdout: Output::default(),
            stderr: Output::default(),
            exit: 0,
            signal: None,
            message: None,
            hint: None,
            truncated: false,
            omitted_bytes: 0,
            command: None,
            directory: None,
            is_interrupted: false,
        }
    }

    /// A command that could not be run.
    pub(super) fn unable(pack: &str, exit: i32, message: impl AsRef<str>, hint: &str) -> Self {
        Self {
            exit,
            message: Some(text::shown(message.as_ref())),
            hint: (!hint.is_empty()).then(|| text::shown(hint)),
            ..Self::silent(pack)
        }
    }

    /// A command that was ended, or not begun, because the run was cancelled.
    pub(super) fn interrupted(pack: &str, message: &str) -> Self {
        Self {
            is_interrupted: true,
            ..Self::unable(pack, SIGNALLED + INTERRUPT, message, "")
        }
    }

    /// Says whether the command has failed by itself.
    pub fn has_failed(&self) -> bool {
        self.message.is_some() && !self.is_interrupted
    }

    /// The failure, for who shows it to a person.
    pub fn failure(&self) -> Option<PackFailure> {
        let message = self.message.clone().filter(|_| self.has_failed())?;
        Some(PackFailure {
            hint: self.hint.clone(),
            ..PackFailure::new(FailureClass::Other, message)
        })
    }

    /// Lets go of what was printed, for who has handed it on.
    pub fn forget_output(&mut self) {
        self.stdout = Output::default();
        self.stderr = Output::default();
    }
}

/// A program that is not on this machine.
#[derive(Debug)]
pub struct MissingProgram {
    /// What it is called, and where it was looked for.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// What became of the command in all of them.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct ExecReport {
    /// One for each pack, by id.
    pub packs: Vec<ExecutedPack>,
    /// The run was cancelled before everything was done.
    #[serde(skip)]
    pub cancelled: bool,
    /// Why nothing was started anywhere, where that is one reason for all: the program is not there.
    #[serde(skip)]
    pub missing_program: Option<MissingProgram>,
}

impl ExecReport {
    /// The packs in which the command failed.
    pub fn failed(&self) -> impl Iterator<Item = &str> {
        let failed = self.packs.iter().filter(|pack| pack.has_failed());
        failed.map(|pack| pack.pack.as_str())
    }

    /// The exit code.
    pub fn exit_code(&self) -> u8 {
        match () {
            () if self.cancelled => ErrorKind::Cancelled.exit_code(),
            () if self.failed().next().is_some() => ErrorKind::Pack.exit_code(),
            () => 0,
        }
    }
}
