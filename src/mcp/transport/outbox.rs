//! The one writer: whole lines, one after the other, whoever they come from.

use std::io;

use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::{mpsc, oneshot},
};
use tokio_util::sync::CancellationToken;

/// A line, and whom to tell that it is out.
type Letter = (Vec<u8>, oneshot::Sender<()>);

/// Where lines are handed in. What was handed in is written to its end, even when whoever waits for
/// that stops waiting.
pub(super) struct Outbox(mpsc::UnboundedSender<Letter>);

/// Tells when a line was written and flushed.
#[derive(Debug)]
pub(super) struct Written(oneshot::Receiver<()>);

impl Outbox {
    /// Starts the writer. It ends when the outbox is dropped and all is written, or when nobody
    /// reads any more; then it cancels `end`.
    pub(super) fn new<W>(mut output: W, end: CancellationToken) -> Self
    where
        W: AsyncWrite + Send + Unpin + 'static,
    {
        let (sender, mut letters) = mpsc::unbounded_channel::<Letter>();
        tokio::spawn(async move {
            while let Some((line, written)) = letters.recv().await {
                if write(&mut output, &line).await.is_err() {
                    // The letters that are left are dropped, which tells those who wait.
                    end.cancel();
                    return;
                }
                let _ = written.send(());
            }
        });
        Self(sender)
    }

    /// Hands in a line, without its line feed.
    pub(super) fn post(&self, mut line: Vec<u8>) -> Written {
        line.push(b'\n');
        let (sender, written) = oneshot::channel();
        // When the writer has gone, the sender is dropped with the letter.
        let _ = self.0.send((line, sender));
        Written(written)
    }
}

async fn write(output: &mut (impl AsyncWrite + Unpin), line: &[u8]) -> io::Result<()> {
    output.write_all(line).await?;
    output.flush().await
}

impl Written {
    /// Completes when the line is out.
    ///
    /// # Errors
    /// Fails when nobody reads any more.
    pub(super) async fn wait(&mut self) -> io::Result<()> {
        let closed = |_| io::Error::new(io::ErrorKind::BrokenPipe, "the client has gone");
        (&mut self.0).await.map_err(closed)
    }
}
