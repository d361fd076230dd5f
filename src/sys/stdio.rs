//! Standard input and output, taken for a protocol of their own.

use std::{fs::File, io};

/// Takes both streams away from the rest of the process: what is printed from now on goes to
/// standard error, and what reads standard input finds its end. A child inherits neither.
///
/// # Errors
/// Fails when one of them is closed.
#[cfg(unix)]
pub fn take() -> io::Result<(tokio::fs::File, tokio::fs::File)> {
    use rustix::{
        io::fcntl_dupfd_cloexec,
        stdio::{dup2_stdin, dup2_stdout},
    };
    /// The first number that is none of the three streams.
    const FIRST: i32 = 3;
    let input = fcntl_dupfd_cloexec(io::stdin(), FIRST)?;
    let output = fcntl_dupfd_cloexec(io::stdout(), FIRST)?;
    dup2_stdin(File::open("/dev/null")?)?;
    dup2_stdout(io::stderr())?;
    Ok((
        tokio::fs::File::from_std(File::from(input)),
        tokio::fs::File::from_std(File::from(output)),
    ))
}
