//! Writing to whatever blocks.

use std::{
    fmt,
    io::{self, Write},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::AsyncWrite,
    task::{JoinHandle, spawn_blocking},
};

type Stream = Box<dyn Write + Send>;

/// Standard output, written in the runtime's threads for what blocks. A flush tells whether what
/// was written before has gone out.
pub struct Output(State);

enum State {
    Idle(Stream),
    Busy(JoinHandle<(Stream, io::Result<()>)>),
    /// A writer has panicked.
    Lost,
}

impl Output {
    pub(super) fn new(stream: impl Write + Send + 'static) -> Self {
        Self(State::Idle(Box::new(stream)))
    }

    /// Completes when what was handed over is written.
    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let State::Busy(writing) = &mut self.0 else {
            return Poll::Ready(Ok(()));
        };
        let (state, result) = match ready!(Pin::new(writing).poll(cx)) {
            Ok((stream, result)) => (State::Idle(stream), result),
            Err(error) => (State::Lost, Err(io::Error::other(error))),
        };
        self.0 = state;
        Poll::Ready(result)
    }
}

impl AsyncWrite for Output {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_idle(cx))?;
        match std::mem::replace(&mut self.0, State::Lost) {
            State::Idle(mut stream) => {
                let bytes = bytes.to_vec();
                let length = bytes.len();
                self.0 = State::Busy(spawn_blocking(move || {
                    let result = stream.write_all(&bytes).and_then(|()| stream.flush());
                    (stream, result)
                }));
                Poll::Ready(Ok(length))
            }
            State::Busy(_) | State::Lost => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_idle(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_idle(cx)
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Output")
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use tokio::io::AsyncWriteExt;

    use super::*;

    #[tokio::test]
    async fn what_is_written_goes_out_in_order() {
        let (mut reader, writer) = io::pipe().expect("a pipe");
        let reading = std::thread::spawn(move || {
            let mut all = String::new();
            reader.read_to_string(&mut all).map(|_| all)
        });
        let mut output = Output::new(writer);
        let mut expected = String::new();
        for number in 0..1_000 {
            let line = format!("{number} {}\n", "x".repeat(300));
            output.write_all(line.as_bytes()).await.expect("is open");
            expected += &line;
        }
        output.flush().await.expect("is open");
        drop(output);
        let all = reading.join().expect("no panic").expect("text");
        assert!(all == expected);
    }

    #[tokio::test]
    async fn a_reader_who_has_gone_is_noticed_by_the_flush() {
        let (reader, writer) = io::pipe().expect("a pipe");
        drop(reader);
        let mut output = Output::new(writer);
        output.write_all(b"x").await.expect("is handed over");
        let error = output.flush().await.expect_err("nobody reads");
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
