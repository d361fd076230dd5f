//! `doctor`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    mcp::{
        answer::Failure,
        call::Call,
        catalogue::{Hints, Tool},
    },
    ops::doctor::{DoctorReport, DoctorRequest, doctor},
};

pub(in crate::mcp) struct Doctor;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct DoctorArguments {}

impl Tool for Doctor {
    type Arguments = DoctorArguments;
    type Output = DoctorReport;
    const NAME: &'static str = "doctor";
    const TITLE: &'static str = "Check the workspace";
    const DESCRIPTION: &'static str = "Check git, manifest, lockfile, pack contracts, repositories and leftovers. Changes nothing; findings say how to fix them, a person can run `grex doctor --fix`.";
    const HINTS: Hints = Hints {
        reads: true,
        destructive: false,
        idempotent: true,
        open_world: false,
    };
    const QUEUES: bool = false;

    async fn call(call: &Call, _arguments: DoctorArguments) -> Result<Self::Output, Failure> {
        let session = call.session(false, None)?;
        Ok(doctor(&session, DoctorRequest::default()).await?)
    }
}
