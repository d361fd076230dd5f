//! A program of a pack from its start to its end. Nobody it leaves behind in its process group
//! outlives it.

use std::{
    io::{self, Read},
    path::Path,
    time::Duration,
};

use super::tail::Tail;
use crate::{
    model::{lines::Lines, text},
    sys::{
        cancel::Cancel,
        process::{self, Ending, Limits, Spawn, SpawnError, Stream},
        timings::{self, Kind},
    },
};

/// How often a program is tried that somebody is still writing: a process that is being started
/// elsewhere in grex holds, for a moment, everything that grex has open.
const BUSY_TRIES: u32 = 20;

/// How long to wait between the tries.
const BUSY_WAIT: Duration = Duration::from_millis(25);

/// The longest command that an error shows whole, in characters.
const SHOWN_COMMAND: usize = 200;

/// Why a program did not do what it was run for. Everything in it is fit to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::plugin::builtin) enum Failure {
    /// The machine is not as the program needs it; it was not started.
    Unready {
        /// What is missing, as a fragment.
        message: String,
        /// What to do about it.
        hint: String,
    },
    /// It ended badly.
    Ended {
        /// Which, how, and the last that it said.
        message: String,
    },
    /// The run was cancelled; the program and its group were ended.
    Cancelled,
}

impl Failure {
    /// The machine is not as the program needs it.
    pub(super) fn unready(message: impl AsRef<str>, hint: impl AsRef<str>) -> Self {
        Self::Unready {
            message: text::shown(message.as_ref()),
            hint: text::shown(hint.as_ref()),
        }
    }

    /// What there is to say of it.
    pub(super) fn message(self) -> Option<String> {
        match self {
            Self::Unready { message, .. } | Self::Ended { message } => Some(message),
            Self::Cancelled => None,
        }
    }
}

/// Runs `spawn`, which messages call `shown`, to its end. Each line that it prints goes to `say`,
/// cleaned and without secrets.
///
/// # Errors
/// It could not be started, did not exit with 0, or was cancelled.
pub(in crate::plugin::builtin) async fn run(
    spawn: &Spawn,
    shown: &str,
    cancel: &Cancel,
    say: &(dyn Fn(&str) + Send + Sync),
) -> Result<(), Failure> {
    let (mut out, mut err, mut tail) = (Lines::default(), Lines::default(), Tail::default());
    let mut sink = |stream, bytes: &[u8]| match stream {
        Stream::Out => out.push(bytes, &mut |line| say(line.text)),
        Stream::Err => err.push(bytes, &mut |line| {
            tail.push(line.text);
            say(line.text);
        }),
    };
    let mut span = timings::span(Kind::Program, || clipped(shown));
    let ending = start(spawn, cancel, &mut sink).await;
    span.ending(|| match &ending {
        Ok(ending) => ending.to_string(),
        Err(_) => String::from("not started"),
    });
    drop(span);
    out.finish(&mut |line| say(line.text));
    err.finish(&mut |line| {
        tail.push(line.text);
        say(line.text);
    });
    let how = match ending? {
        Ending::Exited(0) => return Ok(()),
        Ending::Cancelled => return Err(Failure::Cancelled),
        Ending::Exited(code) => format!("exited with {code}"),
        Ending::Signalled(signal) => format!("was ended by signal {signal}"),
        Ending::Stalled(limit) => format!("was silent for {} s", limit.as_secs()),
    };
    let mut message = format!("`{}` {how}", clipped(shown));
    let said = tail.into_text();
    if !said.is_empty() {
        message.push_str(":\n");
        message.push_str(&said);
    }
    Err(Failure::Ended { message })
}

async fn start(
    spawn: &Spawn,
    cancel: &Cancel,
    sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
) -> Result<Ending, Failure> {
    let limits = Limits {
        stall: None,
        ends_group: true,
    };
    let mut tries = 1;
    loop {
        if cancel.is_stopped() {
            return Err(Failure::Cancelled);
        }
        match process::run(spawn, limits, cancel, sink).await {
            Ok(finished) => return Ok(finished.ending),
            Err(error) if error.is_busy() && tries < BUSY_TRIES => {
                tries += 1;
                tokio::time::sleep(BUSY_WAIT).await;
            }
            Err(error) => return Err(not_started(&error)),
        }
    }
}

fn not_started(error: &SpawnError) -> Failure {
    let hint = if error.is_no_program() {
        "it is no program of this system; a script begins with a line such as `#!/bin/sh`".into()
    } else if error.is_busy() {
        "somebody is writing it; try again when they have finished".into()
    } else if error.source.kind() == io::ErrorKind::PermissionDenied {
        "whoever runs grex must be allowed to execute it; `noexec` file systems forbid it".into()
    } else {
        interpreter_hint(&error.program)
            .unwrap_or_else(|| "see that it and the directory it runs in are there".into())
    };
    Failure::unready(error.to_string(), hint)
}

/// A script whose interpreter is missing fails as if it were missing itself.
fn interpreter_hint(program: &Path) -> Option<String> {
    let mut beginning = Vec::new();
    let file = std::fs::File::open(program).ok()?;
    file.take(256).read_to_end(&mut beginning).ok()?;
    let line = beginning.split(|byte| *byte == b'\n').next()?;
    let interpreter = String::from_utf8_lossy(line.strip_prefix(b"#!")?);
    if interpreter.ends_with('\r') {
        let advice = "its first line ends in CR LF; save it with LF line ends, as Unix needs them";
        return Some(advice.to_owned());
    }
    let interpreter = interpreter.split_whitespace().next()?;
    (!Path::new(interpreter).exists())
        .then(|| format!("its first line asks for `{interpreter}`, which is not there"))
}

/// The command as a message names it: on one line, not too long, without secrets.
fn clipped(command: &str) -> String {
    let shown = text::shown(command).replace(['\n', '\t'], " ");
    match shown.char_indices().nth(SHOWN_COMMAND) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}
