//! Standard input and output for a protocol: taken away from everybody else, so that nothing else
//! can read from the one or print on the other, and read and written without keeping the program
//! from its end.

mod input;
mod output;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod streams;

use std::io;

use tokio::io::DuplexStream;

pub use output::Output;

/// Takes standard input and output. From now on this process and its children find nothing at the
/// first, and what they print on the second goes to standard error. Works for pipes, files,
/// sockets and terminals. Must be called within a runtime, once.
///
/// # Errors
/// Fails when one of the two is closed or not open for its purpose, and says which.
pub fn take() -> io::Result<(DuplexStream, Output)> {
    let (input, output) = streams::take()?;
    Ok((input::read(input)?, Output::new(output)))
}
