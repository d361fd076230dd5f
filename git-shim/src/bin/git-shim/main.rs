//! The program that stands in front of git. See the library's documentation for how it is
//! steered, and `docs/git-shim.md` for how to record with it.
#![allow(
    clippy::disallowed_methods,
    reason = "the fences around files and processes are for grex itself, not for its test tools"
)]

mod end;
mod faults;
mod real;

use std::{path::PathBuf, process::ExitCode, time::Instant};

use git_shim::{
    Ending, Invocation,
    argv::CommandLine,
    log::{self, Record},
    rule,
    state::State,
};

use crate::{end::End, faults::HOLD};

/// What the shim knows about the invocation that it is.
pub(crate) struct Shim {
    invocation: Invocation,
    line: CommandLine,
    log: Option<PathBuf>,
    began: Instant,
}

/// What went wrong with the shim itself, in words for the person who wrote the rules.
pub(crate) type Misuse = Box<dyn std::error::Error>;

impl Shim {
    /// Appends to the log, if there is one.
    fn record(&self, record: &Record) -> Result<(), Misuse> {
        let Some(path) = &self.log else { return Ok(()) };
        log::append(path, record)
            .map_err(|error| format!("cannot append to {}: {error}", path.display()).into())
    }

    /// Returns the name that its records have in common.
    fn id(&self) -> String {
        self.invocation.id.clone()
    }
}

fn main() -> ExitCode {
    let began = Instant::now();
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == HOLD) {
        return faults::hold(arguments.next());
    }
    match run(began) {
        Ok(end) => end.follow(),
        Err(misuse) => {
            end::complain(&format!("git-shim: {misuse}\n"));
            ExitCode::from(git_shim::EXIT_MISUSE)
        }
    }
}

/// Records the invocation, carries out the rules that fire, and hands over to the real git.
fn run(began: Instant) -> Result<End, Misuse> {
    let (invocation, line) = Invocation::of_this_process()?;
    let log = std::env::var_os(git_shim::LOG)
        .filter(|path| !path.is_empty())
        .map(PathBuf::from);
    let shim = Shim {
        invocation,
        line,
        log,
        began,
    };
    shim.record(&Record::Started(shim.invocation.clone()))?;
    let ended = carry_out(&shim);
    let end = match &ended {
        Ok(End::Exit(code)) => Ending {
            exit: Some(*code),
            signal: None,
            duration_us: 0,
        },
        Ok(End::Signal(signal)) => Ending {
            exit: None,
            signal: Some(*signal),
            duration_us: 0,
        },
        Err(_) => Ending {
            exit: Some(git_shim::EXIT_MISUSE.into()),
            signal: None,
            duration_us: 0,
        },
    };
    let duration_us = u64::try_from(shim.began.elapsed().as_micros()).unwrap_or(u64::MAX);
    shim.record(&Record::Ended {
        id: shim.id(),
        ending: Ending { duration_us, ..end },
    })?;
    ended
}

/// Carries out the faults of all rules that fire, then runs the real git unless one ended it.
fn carry_out(shim: &Shim) -> Result<End, Misuse> {
    if let Some(rules) = std::env::var_os(git_shim::RULES).filter(|path| !path.is_empty()) {
        let rules = PathBuf::from(rules);
        let state = State::beside(&rules)
            .map_err(|error| format!("cannot count beside {}: {error}", rules.display()))?;
        let mut firing = Vec::new();
        for (place, rule) in rule::read(&rules)?.into_iter().enumerate() {
            if rule.matches(&shim.invocation) && rule.times.includes(state.count(place)?) {
                firing.extend(rule.faults);
            }
        }
        for fault in firing {
            if let Some(end) = faults::carry_out(shim, &state, fault)? {
                return Ok(end);
            }
        }
    }
    real::run(shim.log.is_some())
}
