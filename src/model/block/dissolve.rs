//! Named blocks of another program, taken apart.

use super::{BlockError, block, scan::scan};

/// A block that is taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dissolved {
    /// Its name.
    pub name: String,
    /// Its lines that stay where they were, without markers around them.
    pub kept: Vec<String>,
}

/// Returns the text without the markers of named blocks and without those of their lines that
/// `is_needless` says nothing is lost with. Everything else stays, byte for byte.
///
/// # Errors
/// The markers of the text do not pair up.
pub fn dissolve(
    text: &[u8],
    is_needless: impl Fn(&str) -> bool,
) -> Result<(Vec<u8>, Vec<Dissolved>), BlockError> {
    let spans = scan(text)?;
    let mut new = Vec::with_capacity(text.len());
    let mut dissolved = Vec::new();
    let mut done = 0;
    for span in spans.iter().filter(|span| span.name.is_some()) {
        new.extend_from_slice(&text[done..span.start]);
        let mut kept = Vec::new();
        for line in text[span.body.clone()].split_inclusive(|byte| *byte == b'\n') {
            let shown = String::from_utf8_lossy(line);
            if shown.trim().is_empty() || is_needless(shown.trim()) {
                continue;
            }
            new.extend_from_slice(line);
            kept.push(shown.trim().to_owned());
        }
        let ending: &[u8] = if text[span.end..].starts_with(b"\r\n") {
            b"\r\n"
        } else if text[span.end..].starts_with(b"\n") {
            b"\n"
        } else {
            b""
        };
        done = span.end + ending.len();
        let name = block(text, span).name.unwrap_or_default();
        dissolved.push(Dissolved { name, kept });
    }
    new.extend_from_slice(&text[done..]);
    Ok((new, dissolved))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::dissolve;

    #[test]
    fn markers_and_needless_lines_go_and_everything_else_stays() {
        let text = b"mine\r\n# >>> grex:a >>>\n/a/\n*.log\n\n# <<< grex:a <<<\nmine too\n\
            # >>> grex >>>\n/a/\n# <<< grex <<<\n# >>> grex:b >>>\n# <<< grex:b <<<";
        let (new, dissolved) = dissolve(text, |line| line == "/a/").unwrap();
        let expected = b"mine\r\n*.log\nmine too\n# >>> grex >>>\n/a/\n# <<< grex <<<\n".as_slice();
        assert_eq!(new, expected);
        let names: Vec<_> = dissolved.iter().map(|block| block.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(dissolved[0].kept, ["*.log"]);
        let (again, none) = dissolve(&new, |_| true).unwrap();
        assert_eq!((again, none), (new, Vec::new()));
    }

    #[test]
    fn broken_markers_are_refused() {
        assert!(dissolve(b"# >>> grex:a >>>\n/a/\n", |_| true).is_err());
    }
}
