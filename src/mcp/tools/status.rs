//! `status`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::page::Page;
use crate::{
    engine::select::Selection,
    mcp::{
        answer::Failure,
        call::Call,
        catalogue::{Hints, Tool},
    },
    ops::{
        status::{PackStatus, StatusRequest, status},
        typed,
    },
};

pub(in crate::mcp) struct Status;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct StatusArguments {
    /// Terms such as path=GLOB, state=dirty
    #[serde(default)]
    filter: Vec<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

impl Tool for Status {
    type Arguments = StatusArguments;
    type Output = Page<PackStatus>;
    const NAME: &'static str = "status";
    const TITLE: &'static str = "Status of packs";
    const DESCRIPTION: &'static str = "Compare manifest, lockfile and disk: branch, ahead/behind, changed files, drift (clean, dirty, missing, untracked, stale) and install state of each pack. Uses no network. Next: sync what is missing or behind, update what is not installed.";
    const HINTS: Hints = Hints {
        reads: true,
        destructive: false,
        idempotent: true,
        open_world: false,
    };
    const QUEUES: bool = false;

    async fn call(call: &Call, arguments: StatusArguments) -> Result<Self::Output, Failure> {
        let request = StatusRequest {
            selection: Selection {
                filters: typed::filters(&arguments.filter)?,
                ..Selection::default()
            },
            ..StatusRequest::default()
        };
        let view = status(&call.session(false, None)?, request).await?;
        Ok(Page::of(
            view.packs,
            |pack| &pack.id,
            arguments.limit,
            arguments.cursor.as_deref(),
        )?)
    }
}
