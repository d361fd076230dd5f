//! `rm`.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    mcp::{
        answer::Failure,
        call::Call,
        catalogue::{Hints, Tool},
        place,
    },
    model::path::PackPath,
    ops::{
        error::{ErrorKind, OpError},
        rm::{RemovedPack, RmRequest, rm},
        typed,
    },
};

pub(in crate::mcp) struct Rm;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct RmArguments {
    packs: Vec<String>,
    /// Leave the directories
    #[serde(default)]
    keep_files: bool,
    /// Do not take back what was installed
    #[serde(default)]
    skip_teardown: bool,
    #[serde(default)]
    dry_run: bool,
}

/// What became of the packs.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct Removed {
    packs: Vec<RemovedPack>,
}

impl Tool for Rm {
    type Arguments = RmArguments;
    type Output = Removed;
    const NAME: &'static str = "rm";
    const TITLE: &'static str = "Remove packs";
    const DESCRIPTION: &'static str = "Take packs out: undo what they installed, move their directories to the trash, unregister them. Refused while there is uncommitted or unpushed work, unless a person agrees.";
    const HINTS: Hints = Hints {
        reads: false,
        destructive: true,
        idempotent: false,
        open_world: false,
    };
    const QUEUES: bool = true;

    async fn call(call: &Call, arguments: RmArguments) -> Result<Self::Output, Failure> {
        let packs = typed::packs_to_remove(&arguments.packs)?;
        if packs.is_empty() {
            return Err(typed::usage("`packs` names none").into());
        }
        for path in &packs {
            place::pack(&call.host.workspace, path)?;
        }
        let request = |force| RmRequest {
            packs: packs.clone(),
            keep_files: arguments.keep_files,
            skip_teardown: arguments.skip_teardown,
            force,
        };
        let session = call.session(arguments.dry_run, None)?;
        let removed = match rm(&session, request(false)).await {
            // Only a person may let work go out of sight, and only knowing which.
            Err(refused) if refused.kind == ErrorKind::Refused && !arguments.dry_run => {
                match call.person.agrees(&question(&packs, &refused)).await {
                    true => rm(&session, request(true)).await?,
                    false => return Err(for_an_agent(refused).into()),
                }
            }
            other => other?,
        };
        let failed = removed
            .iter()
            .filter_map(|pack| Some((pack.id.as_str(), pack.failure.as_ref()?)));
        match Failure::of_packs(failed, removed.len()) {
            Some(failure) => Err(failure),
            None => Ok(Removed { packs: removed }),
        }
    }
}

fn question(packs: &[PackPath], refused: &OpError) -> String {
    let mut names = String::new();
    for path in packs {
        let _ = write!(names, " {path}");
    }
    format!(
        "An agent wants to remove{names}, and {}\nMove it to the trash of the workspace all the same?",
        refused.message
    )
}

/// What a person has to do; an agent has no `--force`.
fn for_an_agent(refused: OpError) -> OpError {
    refused.with_hint(
        "push or commit the work first; or a person can run `grex rm --force`, which moves it to the trash",
    )
}
