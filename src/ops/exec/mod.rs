//! `exec`: a command in each pack's directory. It is the user's own command, so nobody has to
//! approve it; it takes no lock, and nothing is written down.

mod command;
mod output;
mod packs;
mod report;
mod run;
mod spill;

pub use self::{
    command::ExecCommand,
    output::Output,
    report::{ExecReport, ExecutedPack, MissingProgram},
    run::{Audience, ExecRequest, Unattended, exec},
};
