//! Putting markers right that do not pair up. Nothing but markers and lines of ours is taken away,
//! and only where a block is there twice or belongs to another program.

use std::collections::BTreeSet;

use super::JOINED;
use super::scan::{Marker, Span, marker, scan};

/// Returns the text with markers that pair up, and with the block `name` at most once. What is
/// missing is added so that a block ends, or begins, where the lines of `ours` do: whatever else
/// stands there is somebody's own and comes to lie outside. Of a block that is there again, the
/// markers and the lines of `ours` go, and its other lines stay.
///
/// A text without faults comes back as it is.
#[must_use]
pub fn mend(text: &[u8], name: Option<&str>, ours: &BTreeSet<&str>) -> Vec<u8> {
    let mut mending = Mending {
        name: name.map(str::as_bytes),
        ours,
        lines: Vec::new(),
        free_from: 0,
        open: None,
    };
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        mending.take(line);
    }
    mending.close();
    let mended = mending.lines.concat();
    let Ok(spans) = scan(&mended) else {
        // Every marker has been paired above.
        return mended;
    };
    let of_name = |span: &&Span<'_>| span.name == name.map(str::as_bytes);
    let again: Vec<&Span<'_>> = spans.iter().filter(of_name).skip(1).collect();
    dissolve(&mended, &again, ours)
}

/// Returns the text without the blocks that have a name: their markers and the lines of `ours` go,
/// their other lines stay where they are. A text whose markers do not pair up comes back as it is.
#[must_use]
pub fn fold_foreign(text: &[u8], ours: &BTreeSet<&str>) -> Vec<u8> {
    let spans = scan(text).unwrap_or_default();
    let foreign: Vec<&Span<'_>> = spans.iter().filter(|span| span.name.is_some()).collect();
    dissolve(text, &foreign, ours)
}

/// A text on its way to markers that pair up.
struct Mending<'t> {
    /// The block whose lines are known.
    name: Option<&'t [u8]>,
    ours: &'t BTreeSet<&'t str>,
    lines: Vec<Vec<u8>>,
    /// The line after the last marker: what begins a block cannot stand before it.
    free_from: usize,
    open: Option<Open>,
}

/// A block that has begun and not ended.
struct Open {
    name: Option<Vec<u8>>,
    newline: &'static [u8],
    /// Where its closing marker would go: after the lines that are surely its own.
    end: usize,
    /// Nothing else has come yet.
    is_running: bool,
}

impl Mending<'_> {
    fn take(&mut self, line: &[u8]) {
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        match marker(content) {
            None => {
                self.lines.push(line.to_vec());
                let is_ours = self.is_ours(line);
                let at = self.lines.len();
                let name = self.name;
                if let Some(open) = &mut self.open {
                    open.is_running &= is_ours && open.name.as_deref() == name;
                    if open.is_running {
                        open.end = at;
                    }
                }
            }
            Some(Marker::Open(name)) => {
                self.close();
                self.lines.push(line.to_vec());
                self.free_from = self.lines.len();
                self.open = Some(Open {
                    name: name.map(<[u8]>::to_vec),
                    newline: newline(content),
                    end: self.lines.len(),
                    is_running: true,
                });
            }
            Some(Marker::Close(name)) => {
                if self
                    .open
                    .as_ref()
                    .is_some_and(|open| open.name.as_deref() == name)
                {
                    self.open = None;
                } else {
                    self.close();
                    self.begin(name, newline(content));
                }
                self.lines.push(line.to_vec());
                self.free_from = self.lines.len();
            }
        }
    }

    /// Ends the block that is open, if one is.
    fn close(&mut self) {
        let Some(open) = self.open.take() else {
            return;
        };
        if let Some(last) = open.end.checked_sub(1).map(|last| &mut self.lines[last])
            && !last.ends_with(b"\n")
        {
            last.extend_from_slice(open.newline);
        }
        let line = marker_line("<<<", open.name.as_deref(), open.newline);
        self.lines.insert(open.end, line);
        self.free_from = open.end + 1;
    }

    /// Begins a block before the lines that are surely its own.
    fn begin(&mut self, name: Option<&[u8]>, newline: &[u8]) {
        let mut at = self.lines.len();
        while at > self.free_from && name == self.name && self.is_ours(&self.lines[at - 1]) {
            at -= 1;
        }
        let line = marker_line(">>>", name, newline);
        self.lines.insert(at, line);
    }

    fn is_ours(&self, line: &[u8]) -> bool {
        is_ours(line, self.ours)
    }
}

fn is_ours(line: &[u8], ours: &BTreeSet<&str>) -> bool {
    let line = line.trim_ascii_end();
    line == JOINED.as_bytes() || std::str::from_utf8(line).is_ok_and(|line| ours.contains(line))
}

fn newline(content: &[u8]) -> &'static [u8] {
    if content.ends_with(b"\r") {
        b"\r\n"
    } else {
        b"\n"
    }
}

/// A marker with its arrows, which open or close. A name may be bytes that are no text.
fn marker_line(arrows: &str, name: Option<&[u8]>, newline: &[u8]) -> Vec<u8> {
    let arrows = arrows.as_bytes();
    let (colon, name) = match name {
        Some(name) => (b":".as_slice(), name),
        None => Default::default(),
    };
    [b"# ", arrows, b" grex", colon, name, b" ", arrows, newline].concat()
}

/// Takes the markers of blocks away, and those of their lines that are `ours`.
fn dissolve(text: &[u8], spans: &[&Span<'_>], ours: &BTreeSet<&str>) -> Vec<u8> {
    let mut left = Vec::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        left.extend_from_slice(&text[at..span.start]);
        for line in text[span.body.clone()].split_inclusive(|byte| *byte == b'\n') {
            if !is_ours(line, ours) {
                left.extend_from_slice(line);
            }
        }
        let rest = &text[span.end..];
        let broken = rest
            .strip_prefix(b"\r\n")
            .or_else(|| rest.strip_prefix(b"\n"));
        at = text.len() - broken.unwrap_or(rest).len();
    }
    left.extend_from_slice(&text[at..]);
    left
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::*;

    const OURS: [&str; 2] = ["/a/", "/b/"];

    fn ours() -> BTreeSet<&'static str> {
        OURS.into()
    }

    fn mended(text: &str) -> String {
        String::from_utf8(mend(text.as_bytes(), None, &ours())).unwrap()
    }

    #[test]
    fn a_marker_that_is_missing_is_put_where_our_lines_end() {
        let table = [
            (
                "mine\n# >>> grex >>>\n/a/\nyours\n",
                "mine\n# >>> grex >>>\n/a/\n# <<< grex <<<\nyours\n",
            ),
            (
                "mine\n/a/\n/b/\n# <<< grex <<<\nyours\n",
                "mine\n# >>> grex >>>\n/a/\n/b/\n# <<< grex <<<\nyours\n",
            ),
            (
                "# >>> grex >>>\r\n/a/",
                "# >>> grex >>>\r\n/a/\r\n# <<< grex <<<\r\n",
            ),
            ("x\n# <<< grex <<<", "x\n# >>> grex >>>\n# <<< grex <<<"),
            (
                "# >>> grex:x >>>\n/a/\n",
                "# >>> grex:x >>>\n# <<< grex:x <<<\n/a/\n",
            ),
        ];
        for (text, expected) in table {
            assert_eq!(mended(text), expected, "{text:?}");
        }
    }

    #[test]
    fn blocks_in_one_another_and_again_become_one() {
        assert_eq!(
            mended("# >>> grex >>>\n/a/\n# >>> grex >>>\n/b/\nmine\n# <<< grex <<<\nend\n"),
            "# >>> grex >>>\n/a/\n# <<< grex <<<\nmine\nend\n"
        );
        assert_eq!(
            mended("# >>> grex >>>\n/a/\n# <<< grex:x <<<\n# <<< grex <<<\n"),
            "# >>> grex >>>\n/a/\n# <<< grex <<<\n# >>> grex:x >>>\n# <<< grex:x <<<\n"
        );
    }

    #[test]
    fn other_programs_blocks_leave_the_lines_that_are_not_ours() {
        let text =
            b"# >>> grex:a >>>\n/a/\n/c/\n# <<< grex:a <<<\n# >>> grex >>>\n/b/\n# <<< grex <<<\n";
        assert_eq!(
            String::from_utf8(fold_foreign(text, &ours())).unwrap(),
            "/c/\n# >>> grex >>>\n/b/\n# <<< grex <<<\n"
        );
    }

    fn line() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("# >>> grex >>>".to_owned()),
            Just("# <<< grex <<<".to_owned()),
            Just("# >>> grex:x >>>".to_owned()),
            Just("# <<< grex:x <<<".to_owned()),
            Just("/a/".to_owned()),
            Just("/b/\r".to_owned()),
            "[m-z]{0,3}",
        ]
    }

    proptest! {
        #[test]
        fn nobodys_line_is_lost_and_twice_is_once(
            lines in prop::collection::vec(line(), 0..14),
            ends in any::<bool>(),
        ) {
            let text = lines.join("\n") + if ends { "\n" } else { "" };
            let once = mend(text.as_bytes(), None, &ours());
            prop_assert!(super::super::find(&once, None).is_ok());
            prop_assert_eq!(&mend(&once, None, &ours()), &once);
            let theirs = |text: &[u8]| -> Vec<Vec<u8>> {
                text.split(|byte| *byte == b'\n')
                    .map(<[u8]>::trim_ascii_end)
                    .filter(|line| !line.is_empty() && marker(line).is_none() && !is_ours(line, &ours()))
                    .map(<[u8]>::to_vec)
                    .collect()
            };
            prop_assert_eq!(theirs(&once), theirs(text.as_bytes()));
            if super::super::find(text.as_bytes(), None).is_ok() {
                prop_assert_eq!(&once, text.as_bytes());
            }
        }
    }
}
