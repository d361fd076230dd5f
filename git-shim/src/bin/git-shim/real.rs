//! Finds the real git and becomes it, or runs it.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, atomic::AtomicBool},
};

use crate::{Misuse, end::End};

/// Signals that reach git as well, because it is in the same process group. The shim outlives
/// them to record how git ended, then ends of the same.
#[cfg(unix)]
const SHARED_SIGNALS: [i32; 4] = [
    signal_hook::consts::SIGTERM,
    signal_hook::consts::SIGINT,
    signal_hook::consts::SIGHUP,
    signal_hook::consts::SIGQUIT,
];
#[cfg(not(unix))]
const SHARED_SIGNALS: [i32; 2] = [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT];

/// Runs the real git with the shim's own arguments, environment and streams. With `wait` it
/// returns how git ended; without, the process becomes git where the system can do that.
pub(crate) fn run(wait: bool) -> Result<End, Misuse> {
    let git = find()?;
    let mut command = Command::new(&git);
    command.args(std::env::args_os().skip(1));
    #[cfg(unix)]
    if !wait {
        let error = std::os::unix::process::CommandExt::exec(&mut command);
        return Err(format!("cannot become {}: {error}", git.display()).into());
    }
    if wait {
        outlive(&SHARED_SIGNALS)?;
    }
    let status = command
        .status()
        .map_err(|error| format!("cannot run {}: {error}", git.display()))?;
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Ok(End::Signal(signal));
    }
    Ok(End::Exit(
        status.code().unwrap_or(i32::from(git_shim::EXIT_MISUSE)),
    ))
}

/// Makes these signals pass without effect on the shim. What it starts is not affected.
pub(crate) fn outlive(signals: &[i32]) -> Result<(), Misuse> {
    for signal in signals {
        signal_hook::flag::register(*signal, Arc::new(AtomicBool::new(false)))?;
    }
    Ok(())
}

/// Returns the real git: the one that is named, else the first on `PATH` that is not the shim.
fn find() -> Result<PathBuf, Misuse> {
    if let Some(named) = std::env::var_os(git_shim::REAL).filter(|path| !path.is_empty()) {
        let named = PathBuf::from(named);
        if is_this_program(&named) {
            return Err(format!("{} names the shim itself", git_shim::REAL).into());
        }
        return Ok(named);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let name = format!("git{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path)
        .map(|directory| directory.join(&name))
        .find(|candidate| candidate.is_file() && !is_this_program(candidate))
        .ok_or_else(|| format!("no git on PATH; name one in {}", git_shim::REAL).into())
}

/// Returns whether `candidate` leads to the program that is running.
fn is_this_program(candidate: &Path) -> bool {
    let this = std::env::current_exe().and_then(std::fs::canonicalize);
    matches!((this, std::fs::canonicalize(candidate)), (Ok(this), Ok(other)) if this == other)
}
