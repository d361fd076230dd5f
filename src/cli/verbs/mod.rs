//! One file a verb: its arguments, the request that they make, and how the report looks.

pub(super) mod act;
pub(super) mod add;
pub(super) mod doctor;
pub(super) mod exec;
pub(super) mod import;
pub(super) mod init;
pub(super) mod ls;
pub(super) mod rm;
#[cfg(feature = "mcp")]
pub(super) mod serve;
pub(super) mod status;
pub(super) mod sync;
pub(super) mod update;

mod exec_guess;
mod installs;
mod outcome;

use crate::ops::typed;
