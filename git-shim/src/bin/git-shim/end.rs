//! How the shim itself ends: with the exit code, or of the signal, that the real git ended with.

use std::{io::Write, process::ExitCode};

/// How an invocation is to end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// With this exit code.
    Exit(i32),
    /// Of this signal.
    Signal(i32),
}

impl End {
    /// Ends like this: returns the exit code, or does not return.
    pub(crate) fn follow(self) -> ExitCode {
        match self {
            Self::Exit(code) => ExitCode::from(u8::try_from(code & 0xff).unwrap_or(u8::MAX)),
            Self::Signal(signal) => {
                // The default action has to be put back where the shim had a handler. What cannot
                // be sent leaves what a shell would report.
                let sent = signal_hook::low_level::emulate_default_handler(signal)
                    .and_then(|()| signal_hook::low_level::raise(signal));
                drop(sent);
                ExitCode::from(u8::try_from(128 + signal).unwrap_or(u8::MAX))
            }
        }
    }
}

/// Writes to stderr. When nobody reads it there is nobody to tell.
pub(crate) fn complain(text: &str) {
    drop(std::io::stderr().write_all(text.as_bytes()));
}
