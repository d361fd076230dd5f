//! Reading without end, and without anybody who waits for it.

use std::{
    io::{self, Read},
    thread,
};

use tokio::{
    io::{AsyncWriteExt, DuplexStream},
    runtime::Handle,
};

/// How much is read ahead, in bytes.
const AHEAD: usize = 64 * 1024;

/// Reads `input` in a thread of its own. A read cannot be called back: when the program ends, the
/// thread ends with it, wherever it is.
pub(super) fn read(mut input: impl Read + Send + 'static) -> io::Result<DuplexStream> {
    let (ours, mut theirs) = tokio::io::duplex(AHEAD);
    let runtime = Handle::current();
    thread::Builder::new()
        .name("standard input".to_owned())
        .spawn(move || {
            let mut piece = vec![0; AHEAD];
            loop {
                let length = match input.read(&mut piece) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Ok(0) | Err(_) => return,
                    Ok(length) => length,
                };
                if runtime
                    .block_on(theirs.write_all(&piece[..length]))
                    .is_err()
                {
                    return;
                }
            }
        })?;
    Ok(ours)
}

#[cfg(test)]
mod tests {
    use std::io::{PipeReader, Write};

    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn everything_arrives_and_so_does_the_end() {
        let (reader, mut writer): (PipeReader, _) = io::pipe().expect("a pipe");
        let sent: Vec<u8> = (0..300_000_u32)
            .map(|number| (number % 251) as u8)
            .collect();
        let mut input = read(reader).expect("a thread");
        let copy = sent.clone();
        let writing = thread::spawn(move || writer.write_all(&copy));
        let mut received = Vec::new();
        input.read_to_end(&mut received).await.expect("is open");
        assert!(received == sent);
        writing.join().expect("no panic").expect("is open");
    }

    #[test]
    fn a_read_that_never_ends_keeps_no_runtime() {
        let (reader, writer) = io::pipe().expect("a pipe");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let input = runtime.block_on(async { read(reader) });
        drop(runtime);
        drop((input, writer));
    }
}
