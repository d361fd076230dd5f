//! `update`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    engine::{outcome::Change, select::Selection},
    mcp::{
        answer::Failure,
        call::Call,
        catalogue::{Hints, Tool},
    },
    ops::{
        typed,
        update::{UpdateRequest, UpdatedPack, update},
    },
};

pub(in crate::mcp) struct Update;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct UpdateArguments {
    /// Packs, each with what is below it; none: all
    #[serde(default)]
    packs: Vec<String>,
    /// Globs on paths
    #[serde(default)]
    only: Vec<String>,
    #[serde(default)]
    filter: Vec<String>,
    /// Install again what has not changed
    #[serde(default)]
    force: bool,
    parallel: Option<usize>,
    #[serde(default)]
    dry_run: bool,
}

/// What became of the packs, those first that something happened to.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct Updated {
    packs: Vec<UpdatedPack>,
}

impl Tool for Update {
    type Arguments = UpdateArguments;
    type Output = Updated;
    const NAME: &'static str = "update";
    const TITLE: &'static str = "Sync and install packs";
    const DESCRIPTION: &'static str = "Do what sync does, then install each pack whose commit or actions changed. Runs the packs' actions on this machine, once a person has approved them; kind `refused` means nobody has. See dry_run first.";
    const HINTS: Hints = Hints {
        reads: false,
        destructive: true,
        idempotent: true,
        open_world: true,
    };
    const QUEUES: bool = true;

    async fn call(call: &Call, arguments: UpdateArguments) -> Result<Self::Output, Failure> {
        let packs: Result<_, _> = arguments
            .packs
            .iter()
            .map(|pack| typed::pack_id(pack))
            .collect();
        let request = UpdateRequest {
            packs: packs?,
            selection: Selection {
                within: Vec::new(),
                only: typed::globs(&arguments.only)?,
                filters: typed::filters(&arguments.filter)?,
            },
            force: arguments.force,
            trust: call.trust(),
        };
        let session = call.session(arguments.dry_run, arguments.parallel)?;
        let report = update(&session, request).await?;
        let failed = report
            .failed()
            .filter_map(|pack| Some((pack.id.as_str(), pack.failure.as_ref()?)));
        if let Some(failure) = Failure::of_packs(failed, report.packs.len()) {
            return Err(failure);
        }
        let mut packs = report.packs;
        packs.sort_by_key(|pack| {
            matches!(pack.change, Change::UpToDate | Change::None) && !pack.reinstalled
        });
        Ok(Updated { packs })
    }
}
