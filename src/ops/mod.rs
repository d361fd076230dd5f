//! One function a verb: a request in, a report out. Nothing here prints, reads the command line
//! or ends the process; the command line and the MCP server call the same functions.

pub mod act;
pub mod add;
pub mod doctor;
pub mod error;
pub mod exec;
pub mod import;
pub mod init;
pub mod install;
pub mod ls;
pub mod rm;
pub mod status;
pub mod sync;
pub mod typed;
pub mod update;

mod advice;
mod books;
pub mod present;
mod run;
mod teardown;
