//! `run`.

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
        act::{ActRequest, ActedAction, act},
        typed,
    },
};

pub(in crate::mcp) struct Run;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct RunArguments {
    /// Such as symlink
    action: String,
    #[serde(default)]
    filter: Vec<String>,
    #[serde(default)]
    dry_run: bool,
}

/// What became of the actions.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct Acted {
    actions: Vec<ActedAction>,
}

impl Tool for Run {
    type Arguments = RunArguments;
    type Output = Acted;
    const NAME: &'static str = "run";
    const TITLE: &'static str = "Run one kind of action";
    const DESCRIPTION: &'static str = "Run every action of one name that packs declare, to test a pack being written. To install, use update; to run a program, exec.";
    const HINTS: Hints = Hints {
        reads: false,
        destructive: true,
        idempotent: false,
        open_world: true,
    };
    const QUEUES: bool = true;

    async fn call(call: &Call, arguments: RunArguments) -> Result<Self::Output, Failure> {
        let request = ActRequest {
            action: arguments.action,
            selection: Selection {
                filters: typed::filters(&arguments.filter)?,
                ..Selection::default()
            },
            trust: call.trust(),
        };
        let session = call.session(arguments.dry_run, None)?;
        let report = act(&session, request).await?;
        match Failure::of_failures(report.failed(), report.packs.len()) {
            Some(failure) => Err(failure),
            None => Ok(Acted {
                actions: report.actions,
            }),
        }
    }
}
