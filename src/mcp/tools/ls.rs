//! `ls`.

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
        ls::{ListedPack, LsRequest, ls},
        typed,
    },
};

pub(in crate::mcp) struct Ls;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct LsArguments {
    #[serde(default)]
    filter: Vec<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

impl Tool for Ls {
    type Arguments = LsArguments;
    type Output = Page<ListedPack>;
    const NAME: &'static str = "ls";
    const TITLE: &'static str = "List packs";
    const DESCRIPTION: &'static str = "List registered packs and their children from manifest and lockfile, without looking at the disk. Use status for their state.";
    const HINTS: Hints = Hints {
        reads: true,
        destructive: false,
        idempotent: true,
        open_world: false,
    };
    const QUEUES: bool = false;

    async fn call(call: &Call, arguments: LsArguments) -> Result<Self::Output, Failure> {
        let request = LsRequest {
            selection: Selection {
                filters: typed::filters(&arguments.filter)?,
                ..Selection::default()
            },
            pack_type: None,
        };
        let packs = ls(&*call.session(false, None)?, &request)?;
        Ok(Page::of(
            packs,
            |pack| &pack.id,
            arguments.limit,
            arguments.cursor.as_deref(),
        )?)
    }
}
