//! `sync`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    engine::{outcome::Change, select::Selection, sync_options::SyncOptions},
    mcp::{
        answer::Failure,
        call::Call,
        catalogue::{Hints, Tool},
    },
    ops::{
        sync::{SyncRequest, SyncedPack, sync},
        typed,
    },
};

pub(in crate::mcp) struct Sync;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct SyncArguments {
    /// Globs on paths
    #[serde(default)]
    only: Vec<String>,
    #[serde(default)]
    filter: Vec<String>,
    /// Branch, tag or commit instead of the declared one
    #[serde(rename = "ref")]
    reference: Option<String>,
    /// Leave children alone
    #[serde(default)]
    no_recursive: bool,
    #[serde(default)]
    fail_fast: bool,
    /// Exactly the lockfile's commits
    #[serde(default)]
    locked: bool,
    /// Trash packs nothing declares
    #[serde(default)]
    prune: bool,
    /// Clone broken packs again
    #[serde(default)]
    force: bool,
    parallel: Option<usize>,
    #[serde(default)]
    dry_run: bool,
}

/// What became of the packs, those first that something happened to.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct Synced {
    packs: Vec<SyncedPack>,
}

impl Tool for Sync {
    type Arguments = SyncArguments;
    type Output = Synced;
    const NAME: &'static str = "sync";
    const TITLE: &'static str = "Sync packs";
    const DESCRIPTION: &'static str = "Fetch and fast-forward every pack, clone what is missing, write the lockfile. Installs nothing (use update). Local work is never discarded: such packs are left and reported.";
    const HINTS: Hints = Hints {
        reads: false,
        destructive: true,
        idempotent: true,
        open_world: true,
    };
    const QUEUES: bool = true;

    async fn call(call: &Call, arguments: SyncArguments) -> Result<Self::Output, Failure> {
        if arguments.locked && arguments.reference.is_some() {
            return Err(typed::usage("`locked` and `ref` contradict each other").into());
        }
        let request = SyncRequest {
            options: SyncOptions {
                reference: typed::reference(arguments.reference.as_deref())?,
                recursive: !arguments.no_recursive,
                fail_fast: arguments.fail_fast,
                locked: arguments.locked,
                force: arguments.force,
            },
            selection: Selection {
                within: Vec::new(),
                only: typed::globs(&arguments.only)?,
                filters: typed::filters(&arguments.filter)?,
            },
            prune: arguments.prune,
        };
        request.check()?;
        let session = call.session(arguments.dry_run, arguments.parallel)?;
        let report = sync(&session, request).await?;
        let failed = report
            .failed()
            .filter_map(|pack| Some((pack.id.as_str(), pack.failure.as_ref()?)));
        if let Some(failure) = Failure::of_packs(failed, report.packs.len()) {
            return Err(failure);
        }
        let mut packs = report.packs;
        // Where there is no room for all, these are what an agent has to know.
        packs.sort_by_key(|pack| matches!(pack.change, Change::UpToDate | Change::None));
        Ok(Synced { packs })
    }
}
