//! One file a tool: its arguments, the request that they make, and its result.

pub(super) mod add;
pub(super) mod doctor;
pub(super) mod exec;
pub(super) mod init;
pub(super) mod ls;
pub(super) mod rm;
pub(super) mod run;
pub(super) mod status;
pub(super) mod sync;
pub(super) mod update;

mod page;
