//! `init`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    mcp::{
        answer::Failure,
        call::Call,
        catalogue::{Hints, Tool},
    },
    ops::init::{InitReport, init},
};

pub(in crate::mcp) struct Init;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct InitArguments {
    #[serde(default)]
    dry_run: bool,
}

impl Tool for Init {
    type Arguments = InitArguments;
    type Output = InitReport;
    const NAME: &'static str = "init";
    const TITLE: &'static str = "Make a workspace";
    const DESCRIPTION: &'static str = "Make the directory this server was started in a workspace, or repair what one lacks. Then add or import packs.";
    const HINTS: Hints = Hints {
        reads: false,
        destructive: false,
        idempotent: true,
        open_world: false,
    };
    const QUEUES: bool = true;

    async fn call(call: &Call, arguments: InitArguments) -> Result<Self::Output, Failure> {
        let session = call.new_session(arguments.dry_run, None)?;
        Ok(init(&session).await?)
    }
}
