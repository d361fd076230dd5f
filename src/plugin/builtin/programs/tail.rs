//! The last that a program said.

/// The end of what was said, at most [`Tail::KEPT`] bytes of it.
#[derive(Debug, Default)]
pub(super) struct Tail(String);

impl Tail {
    /// The most that is kept, in bytes.
    pub(super) const KEPT: usize = 2 * 1024;

    /// Takes the next line.
    pub(super) fn push(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
        if self.0.len() > 16 * Self::KEPT {
            self.shorten();
        }
    }

    /// The last lines, without a line end after the last. The first of them may lack its beginning.
    pub(super) fn into_text(mut self) -> String {
        self.shorten();
        self.0.trim_matches('\n').to_owned()
    }

    fn shorten(&mut self) {
        let excess = self.0.len().saturating_sub(Self::KEPT);
        let start = (excess..=self.0.len())
            .find(|place| self.0.is_char_boundary(*place))
            .unwrap_or(self.0.len());
        self.0.drain(..start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_the_end() {
        let mut tail = Tail::default();
        for number in 0..100_000 {
            tail.push(&format!("line {number} ä"));
            assert!(tail.0.capacity() < 128 * 1024);
        }
        let text = tail.into_text();
        assert!(text.ends_with("line 99998 ä\nline 99999 ä"));
        assert!(text.len() <= Tail::KEPT && text.len() > Tail::KEPT - 50);
    }
}
