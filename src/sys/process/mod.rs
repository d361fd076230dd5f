//! The one place that starts processes.
//!
//! A child's standard input is null, unless it is handed the terminal; both its outputs are
//! drained at once and handed to a sink as they come, so nothing here grows with what a child
//! prints. Every ending is modelled: a child exits, is killed, stalls or is cancelled, and one
//! that leaves a grandchild holding its pipes is noticed and not waited for.

mod at_work;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod group;
mod pause;
mod room;
mod run;
mod spawn;

pub use at_work::is_at_work;
pub fn keep_watch() -> std::io::Result<()> {
    Ok(())
}
#[cfg(unix)]
pub(super) use group::leads_no_job;
pub use group::{exists, is_in_foreground};
pub use pause::{Paused, pause};
pub use room::room;
pub use run::{Ending, Finished, Limits, Stream, run};
pub use spawn::{Isolation, Spawn, SpawnError};

#[cfg(all(test, unix))]
mod tests;
