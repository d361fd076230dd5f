//! `exec`.

use std::ffi::OsString;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    engine::select::Selection,
    mcp::{
        answer::Failure,
        call::Call,
        catalogue::{Hints, Tool},
    },
    ops::{
        error::{ErrorKind, OpError},
        exec::{ExecCommand, ExecReport, ExecRequest, ExecutedPack, Unattended, exec},
        typed,
    },
};

/// Of each stream, so many bytes of its beginning and of its end are kept.
const ENDS: usize = 4 * 1024;

pub(in crate::mcp) struct Exec;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct ExecArguments {
    /// Program and arguments
    command: Vec<String>,
    #[serde(default)]
    filter: Vec<String>,
    parallel: Option<usize>,
    #[serde(default)]
    dry_run: bool,
}

/// What became of the command in the packs.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct Executed {
    packs: Vec<ExecutedPack>,
}

impl Tool for Exec {
    type Arguments = ExecArguments;
    type Output = Executed;
    const NAME: &'static str = "exec";
    const TITLE: &'static str = "Run a program in packs";
    const DESCRIPTION: &'static str = "Run a program in each matching pack's directory, in parallel, without a shell. Returns exit codes and the first and last 4 KiB of each output.";
    const HINTS: Hints = Hints {
        reads: false,
        destructive: true,
        idempotent: false,
        open_world: true,
    };
    const QUEUES: bool = false;

    async fn call(call: &Call, arguments: ExecArguments) -> Result<Self::Output, Failure> {
        let words = arguments.command.into_iter().map(OsString::from).collect();
        let request = ExecRequest {
            command: ExecCommand::Words(words),
            selection: Selection {
                filters: typed::filters(&arguments.filter)?,
                ..Selection::default()
            },
            ends: Some(ENDS),
            colours: false,
            interactive: false,
        };
        let session = call.session(arguments.dry_run, arguments.parallel)?;
        let report = exec(&session, request, &mut Unattended).await?;
        match failure(&report) {
            Some(failure) => Err(failure),
            None => Ok(Executed {
                packs: report.packs,
            }),
        }
    }
}

/// The failure of a run in which the command failed somewhere: with what it printed, for that is
/// why it was run. The packs in which it failed come first.
fn failure(report: &ExecReport) -> Option<Failure> {
    let failed: Vec<&str> = report.failed().collect();
    let first = failed.first()?;
    let message = match failed.len() {
        1 => format!("the command failed in `{first}`"),
        count => format!(
            "the command failed in {count} of {} packs",
            report.packs.len()
        ),
    };
    let mut error = OpError::new(ErrorKind::Pack, message);
    if failed.len() == 1 {
        error = error.about(first);
    }
    let mut packs: Vec<&ExecutedPack> = report.packs.iter().collect();
    packs.sort_by_key(|pack| !pack.has_failed());
    let packs = packs
        .into_iter()
        .filter_map(|pack| serde_json::to_value(pack).ok());
    Some(Failure::from(error).with_packs(packs.collect()))
}
