//! Lines of bounded length from a stream that nobody vouches for.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, BufReader};

/// A UTF-8 byte order mark: tolerated where a stream begins (RFC 8259, section 8.1).
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What comes next.
#[derive(Debug)]
pub(super) enum Line {
    /// A line that is not blank, without its line feed.
    Whole(Vec<u8>),
    /// A line that is longer than the limit. Nothing of it is kept.
    TooLong,
    /// The stream has ended, or cannot be read any more.
    End,
}

/// A stream's lines.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    /// The line as far as it was read: whoever waits for it may stop waiting at any time.
    read: Vec<u8>,
    limit: usize,
    /// The rest of a line that is too long is passed over.
    is_skipping: bool,
    is_at_start: bool,
    has_ended: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// Reads lines of at most `limit` bytes from `input`.
    pub(super) fn new(input: R, limit: usize) -> Self {
        Self {
            input: BufReader::with_capacity(64 * 1024, input),
            read: Vec::new(),
            limit,
            is_skipping: false,
            is_at_start: true,
            has_ended: false,
        }
    }

    /// Returns what comes next. Nothing is lost when this is dropped half-way: there is no wait
    /// between taking bytes from the stream and keeping them.
    pub(super) async fn next(&mut self) -> Line {
        while !self.has_ended {
            let piece = match self.input.fill_buf().await {
                Ok(piece) => piece,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => &[],
            };
            self.has_ended = piece.is_empty();
            let feed = piece.iter().position(|byte| *byte == b'\n');
            let length = feed.unwrap_or(piece.len());
            let is_too_long = !self.is_skipping && self.read.len() + length > self.limit;
            if is_too_long {
                self.read = Vec::new();
                self.is_skipping = true;
            } else if !self.is_skipping {
                self.read.extend_from_slice(&piece[..length]);
            }
            let taken = length + usize::from(feed.is_some());
            std::pin::Pin::new(&mut self.input).consume(taken);
            let is_whole = feed.is_some() || self.has_ended;
            let was_skipping = self.is_skipping;
            if is_whole {
                self.is_skipping = false;
            }
            if is_too_long {
                self.is_at_start = false;
                return Line::TooLong;
            }
            if is_whole
                && !was_skipping
                && let Some(line) = self.take()
            {
                return Line::Whole(line);
            }
        }
        Line::End
    }

    /// The line that was read, unless it is blank.
    fn take(&mut self) -> Option<Vec<u8>> {
        let mut line = std::mem::take(&mut self.read);
        if std::mem::take(&mut self.is_at_start) && line.starts_with(BYTE_ORDER_MARK) {
            line.drain(..BYTE_ORDER_MARK.len());
        }
        (!line.trim_ascii().is_empty()).then_some(line)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    const LIMIT: usize = 8;

    async fn lines(input: &[u8]) -> Vec<Result<String, ()>> {
        let mut lines = Lines::new(input, LIMIT);
        let mut found = Vec::new();
        loop {
            found.push(match lines.next().await {
                Line::Whole(line) => Ok(String::from_utf8_lossy(&line).into_owned()),
                Line::TooLong => Err(()),
                Line::End => return found,
            });
        }
    }

    #[tokio::test]
    async fn lines_are_what_stands_between_line_feeds() {
        let long = [b"123456789".as_slice(), &[b'x'; 200_000], b"\nb\n"].concat();
        let cases: &[(&[u8], &[Result<&str, ()>])] = &[
            (b"", &[]),
            (b"\n\r\n  \n\t\n", &[]),
            (b"a\nb\n", &[Ok("a"), Ok("b")]),
            (b"a\r\nb", &[Ok("a\r"), Ok("b")]),
            (b"\xEF\xBB\xBFa\n", &[Ok("a")]),
            (b"\xEF\xBB\xBF\na\n", &[Ok("a")]),
            (b"a\n\xEF\xBB\xBFb\n", &[Ok("a"), Ok("\u{FEFF}b")]),
            (b"12345678\n", &[Ok("12345678")]),
            (b"123456789\nb\n", &[Err(()), Ok("b")]),
            (b"123456789", &[Err(())]),
            (b"123456789\n", &[Err(())]),
            (&long, &[Err(()), Ok("b")]),
        ];
        for (input, expected) in cases {
            let expected: Vec<_> = expected
                .iter()
                .map(|line| line.map(str::to_owned))
                .collect();
            let shown = String::from_utf8_lossy(&input[..input.len().min(20)]);
            assert_eq!(lines(input).await, expected, "{shown:?}");
        }
    }

    #[tokio::test]
    async fn nothing_is_lost_by_whoever_stops_waiting() {
        let (mut client, server) = tokio::io::duplex(64);
        let mut lines = Lines::new(server, LIMIT);
        for piece in ["ab", "cd", "\ne"] {
            client.write_all(piece.as_bytes()).await.expect("is open");
            tokio::select! {
                biased;
                line = lines.next() => assert!(matches!(line, Line::Whole(line) if line == b"abcd")),
                () = std::future::ready(()) => {}
            }
        }
        drop(client);
        assert!(matches!(lines.next().await, Line::Whole(line) if line == b"e"));
        assert!(matches!(lines.next().await, Line::End));
        assert!(matches!(lines.next().await, Line::End));
    }

    #[tokio::test]
    async fn a_line_without_end_takes_no_memory() {
        let (mut client, server) = tokio::io::duplex(1024);
        let mut lines = Lines::new(server, LIMIT);
        let writer = tokio::spawn(async move {
            for _ in 0..1_000 {
                client.write_all(&[b'x'; 1024]).await.expect("is open");
            }
        });
        assert!(matches!(lines.next().await, Line::TooLong));
        assert!(matches!(lines.next().await, Line::End));
        assert_eq!(lines.read.capacity(), 0);
        writer.await.expect("no panic");
    }
}
