//! The two file descriptors, and what is put in their places.

use std::{
    fs::File,
    io::{self, Read, Write},
    os::fd::{AsFd, BorrowedFd},
    path::Path,
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    fs::{FileType, OFlags, fcntl_getfl, fstat, stat},
    io::fcntl_dupfd_cloexec,
    stdio::{dup2_stdin, dup2_stdout},
};

const NULL: &str = "/dev/null";

/// A stream that is waited for when it says that it is not ready: whether it says so is a matter of
/// everybody who has it open (`O_NONBLOCK`), and some clients want it for their side.
pub(super) struct Patient(File);

/// Takes both, and puts `/dev/null` and standard error in their places.
pub(super) fn take() -> io::Result<(Patient, Patient)> {
    let (stdin, stdout) = (rustix::stdio::stdin(), rustix::stdio::stdout());
    check(stdin, OFlags::WRONLY, "standard input", "reading")?;
    check(stdout, OFlags::RDONLY, "standard output", "writing")?;
    let input = private(stdin)?;
    let output = private(stdout)?;
    dup2_stdin(File::open(NULL)?)?;
    dup2_stdout(rustix::stdio::stderr())?;
    Ok((input, output))
}

fn private(stream: BorrowedFd<'_>) -> io::Result<Patient> {
    // Above those that programs take for their standard streams.
    let copy = fcntl_dupfd_cloexec(stream, 3)?;
    Ok(Patient(File::from(copy)))
}

/// Says why a stream is of no use. `opposite` is the mode in which it is.
///
/// What is closed when a program starts, its runtime opens as `/dev/null` for reading and writing,
/// which nobody does who redirects to it by the means of a shell.
fn check(stream: BorrowedFd<'_>, opposite: OFlags, name: &str, purpose: &str) -> io::Result<()> {
    let unusable = |what: &str| Err(io::Error::other(format!("{name} is {what}")));
    let mode = match fcntl_getfl(stream) {
        Ok(flags) => flags & OFlags::RWMODE,
        Err(_) => return unusable("closed"),
    };
    if mode == opposite {
        return unusable(&format!("not open for {purpose}"));
    }
    // Standard input in that state is at its end, as it is for every other program.
    if opposite == OFlags::RDONLY && mode == OFlags::RDWR && is_null(stream) {
        return unusable("closed");
    }
    Ok(())
}

fn is_null(stream: BorrowedFd<'_>) -> bool {
    match (fstat(stream), stat(Path::new(NULL))) {
        (Ok(stream), Ok(null)) => {
            let kind = FileType::from_raw_mode(stream.st_mode);
            kind == FileType::CharacterDevice && stream.st_rdev == null.st_rdev
        }
        _ => false,
    }
}

impl Patient {
    fn until_ready<T>(
        &mut self,
        event: PollFlags,
        mut act: impl FnMut(&mut File) -> io::Result<T>,
    ) -> io::Result<T> {
        loop {
            match act(&mut self.0) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let mut streams = [PollFd::from_borrowed_fd(self.0.as_fd(), event)];
                    match poll(&mut streams, None) {
                        Ok(_) | Err(rustix::io::Errno::INTR) => {}
                        Err(error) => return Err(error.into()),
                    }
                }
                result => return result,
            }
        }
    }
}

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.until_ready(PollFlags::IN, |file| file.read(buffer))
    }
}

impl Write for Patient {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.until_ready(PollFlags::OUT, |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::{fs::OpenOptions, os::unix::net::UnixStream, thread};

    use rustix::fs::fcntl_setfl;

    use super::*;

    #[test]
    fn a_stream_of_no_use_is_named() {
        let null = |read, write| {
            let mut options = OpenOptions::new();
            options.read(read).write(write).open(NULL).unwrap()
        };
        let file = tempfile::tempfile().unwrap();
        for (stream, as_input, as_output) in [
            (null(true, true), None, Some("out is closed")),
            (null(true, false), None, Some("out is not open for writing")),
            (null(false, true), Some("in is not open for reading"), None),
            (file, None, None),
        ] {
            let input = check(stream.as_fd(), OFlags::WRONLY, "in", "reading");
            let output = check(stream.as_fd(), OFlags::RDONLY, "out", "writing");
            let said = |result: io::Result<()>| result.err().map(|error| error.to_string());
            assert_eq!(said(input).as_deref(), as_input);
            assert_eq!(said(output).as_deref(), as_output);
        }
    }

    #[test]
    fn what_is_not_ready_is_waited_for() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        fcntl_setfl(&theirs, OFlags::NONBLOCK).unwrap();
        let mut reader = private(theirs.as_fd()).unwrap();
        let mut writer = private(theirs.as_fd()).unwrap();
        drop(theirs);
        let sent = vec![7; 4 * 1024 * 1024];
        let copy = sent.clone();
        let echo = thread::spawn(move || {
            let mut received = vec![0; copy.len()];
            (&ours).read_exact(&mut received).unwrap();
            (&ours).write_all(&received).unwrap();
        });
        writer.write_all(&sent).unwrap();
        let mut received = vec![0; sent.len()];
        reader.read_exact(&mut received).unwrap();
        assert!(received == sent);
        echo.join().unwrap();
    }
}
