//! Carries out faults, one after another.

use std::{
    ffi::OsString,
    fs::OpenOptions,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, ExitCode, Stdio},
    thread,
    time::Duration,
};

use git_shim::{Fault, Terminal, log::Record, state::State};
use signal_hook::consts::SIGTERM;

use crate::{
    Misuse, Shim,
    end::{End, complain},
    real,
};

/// The first argument of a shim that only holds its streams open, for the milliseconds that the
/// second one gives.
pub(crate) const HOLD: &str = "--git-shim-hold";

/// The longest that anything hangs, so that no forgotten process stays for ever.
const LONGEST_HANG: Duration = Duration::from_secs(600);

/// Carries out one fault. Returns how the invocation ends, when the fault ends it.
pub(crate) fn carry_out(shim: &Shim, state: &State, fault: Fault) -> Result<Option<End>, Misuse> {
    match fault {
        Fault::Delay { ms } => thread::sleep(Duration::from_millis(ms)),
        Fault::Fail { exit, stderr } => {
            complain(&stderr);
            return Ok(Some(End::Exit(exit.into())));
        }
        Fault::Hang => {
            thread::sleep(LONGEST_HANG);
            return Err("it hung, and nobody ended it".into());
        }
        Fault::IgnoreTerm => real::outlive(&[SIGTERM])?,
        Fault::Progress { lines, every_ms } => progress(lines, every_ms),
        Fault::Grandchild { ms } => leave_grandchild(shim, ms)?,
        Fault::HalfClone { exit } => return half_clone(shim, exit).map(Some),
        Fault::AskTty { prompt } => {
            let record = Record::Asked {
                id: shim.id(),
                terminal: ask(&prompt),
            };
            shim.record(&record)?;
        }
        Fault::Version { text } => {
            if shim.invocation.subcommand == "version" {
                std::io::stdout().write_all(format!("git version {text}\n").as_bytes())?;
                return Ok(Some(End::Exit(0)));
            }
        }
        Fault::Barrier {
            name,
            count,
            timeout_ms,
        } => {
            state.meet(&name, count, Duration::from_millis(timeout_ms))?;
        }
        Fault::FatalThenSucceed { stderr } => complain(&stderr),
        Fault::StderrBytes { count } => stderr_bytes(count),
        Fault::Run { argv } => run(&argv)?,
    }
    Ok(None)
}

/// Prints what git prints while it receives, one line at a time.
fn progress(lines: u32, every_ms: u64) {
    for line in 1..=lines {
        thread::sleep(Duration::from_millis(every_ms));
        let percent = u64::from(line) * 100 / u64::from(lines);
        let end = if line == lines { ", done.\n" } else { "\r" };
        complain(&format!(
            "Receiving objects: {percent:3}% ({line}/{lines}){end}"
        ));
    }
}

/// Starts a process that holds this one's stdout and stderr, and records it.
fn leave_grandchild(shim: &Shim, ms: u64) -> Result<(), Misuse> {
    let child = Command::new(std::env::current_exe()?)
        .args([HOLD, &ms.to_string()])
        .stdin(Stdio::null())
        .spawn()?;
    shim.record(&Record::Left {
        id: shim.id(),
        grandchild: child.id(),
    })
}

/// Is the process that was left behind.
pub(crate) fn hold(ms: Option<OsString>) -> ExitCode {
    let Some(ms) = ms.and_then(|ms| ms.to_str().and_then(|ms| ms.parse().ok())) else {
        return ExitCode::from(git_shim::EXIT_MISUSE);
    };
    thread::sleep(Duration::from_millis(ms).min(LONGEST_HANG));
    ExitCode::SUCCESS
}

/// Makes what a clone has made when it is cut off in the middle of the transfer.
fn half_clone(shim: &Shim, exit: Option<u8>) -> Result<End, Misuse> {
    let target = shim
        .line
        .clone_target()
        .ok_or("only a clone can be made by half")?;
    let git = target.join(".git");
    std::fs::create_dir_all(git.join("objects/pack"))?;
    std::fs::create_dir_all(git.join("refs/heads"))?;
    std::fs::write(git.join("HEAD"), "ref: refs/heads/main\n")?;
    std::fs::write(
        git.join("config"),
        "[core]\n\trepositoryformatversion = 0\n",
    )?;
    std::fs::write(git.join("objects/pack/tmp_pack_shim00"), "PACK\0\0\0\x02")?;
    match exit {
        Some(exit) => {
            complain("fatal: early EOF\nfatal: fetch-pack: invalid index-pack output\n");
            Ok(End::Exit(exit.into()))
        }
        None => Ok(End::Signal(KILL)),
    }
}

#[cfg(unix)]
const KILL: i32 = signal_hook::consts::SIGKILL;
#[cfg(not(unix))]
const KILL: i32 = signal_hook::consts::SIGABRT;

/// Asks at the terminal, if there is one, and waits for a line.
fn ask(prompt: &str) -> Terminal {
    let path = Path::new(if cfg!(unix) { "/dev/tty" } else { "CON" });
    let mut terminal = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(terminal) => terminal,
        Err(error) => {
            return Terminal {
                opened: false,
                answer: None,
                error: Some(error.to_string()),
            };
        }
    };
    let mut answer = String::new();
    let asked = terminal
        .write_all(prompt.as_bytes())
        .and_then(|()| BufReader::new(&terminal).read_line(&mut answer));
    Terminal {
        opened: true,
        answer: asked
            .is_ok()
            .then(|| answer.trim_end_matches(['\r', '\n']).to_owned()),
        error: asked.err().map(|error| error.to_string()),
    }
}

/// Prints so many bytes on stderr, in lines of 80.
fn stderr_bytes(count: u64) {
    let line = [[b'x'; 79].as_slice(), b"\n"].concat().repeat(100);
    let mut stderr = std::io::stderr().lock();
    let mut left = count;
    while left > 0 {
        let now = usize::try_from(left).unwrap_or(usize::MAX).min(line.len());
        if stderr.write_all(&line[..now]).is_err() {
            return;
        }
        left -= now as u64;
    }
}

/// Runs a program to its end.
fn run(argv: &[String]) -> Result<(), Misuse> {
    let (program, arguments) = argv.split_first().ok_or("a fault runs no program")?;
    let status = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{argv:?} ended with {status}").into()),
        Err(error) => Err(format!("cannot run {program:?}: {error}").into()),
    }
}
