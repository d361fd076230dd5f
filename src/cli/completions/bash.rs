//! A line of bash up to the cursor: its words, and how what is offered has to be written there.
//!
//! Bash gives a completion the words as they are written, quotes and all, apart at characters that
//! part words for readline alone (`=`, `:`), and puts what it gets back into the line as it is.

/// What the cursor is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    None,
    Single,
    Double,
}

/// A line, read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The words before the one that is being typed, the program's name first.
    pub(super) words: Vec<String>,
    /// The word that is being typed, as far as it goes.
    pub(super) current: String,
    /// How much of it, in bytes, stays in the line; the rest is replaced.
    kept: usize,
    quotes: Quotes,
}

impl Line {
    /// Reads a line up to the cursor. `breaks` are the letters at which readline begins a word
    /// anew, `COMP_WORDBREAKS`.
    pub(super) fn read(text: &str, breaks: &str) -> Self {
        let mut line = Self {
            words: Vec::new(),
            current: String::new(),
            kept: 0,
            quotes: Quotes::None,
        };
        let mut begun = false;
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            let is_space = letter.is_ascii_whitespace() && line.quotes == Quotes::None;
            if !is_space {
                begun = true;
                line.take(letter, &mut letters, breaks);
            } else if std::mem::take(&mut begun) {
                line.words.push(std::mem::take(&mut line.current));
                line.kept = 0;
            }
        }
        line
    }

    /// Takes one letter of a word, with those that it speaks for.
    fn take(&mut self, letter: char, letters: &mut std::str::Chars<'_>, breaks: &str) {
        match (self.quotes, letter) {
            (Quotes::None, '\\') => self.current.extend(letters.next()),
            (Quotes::None, '\'') => self.turn(Quotes::Single),
            (Quotes::None, '"') => self.turn(Quotes::Double),
            (Quotes::Single, '\'') | (Quotes::Double, '"') => self.turn(Quotes::None),
            (Quotes::Double, '\\') => match letters.next() {
                Some(next) if "\"\\$`".contains(next) => self.current.push(next),
                next => self.current.extend(Some('\\').into_iter().chain(next)),
            },
            (quotes, _) => {
                self.current.push(letter);
                if quotes == Quotes::None && breaks.contains(letter) {
                    self.kept = self.current.len();
                }
            }
        }
    }

    /// Readline replaces what comes behind a quote, open or closed.
    fn turn(&mut self, quotes: Quotes) {
        self.quotes = quotes;
        self.kept = self.current.len();
    }

    /// Writes a word that begins as the current one does as it has to stand in the line. `None`
    /// where it begins otherwise.
    pub(super) fn write(&self, word: &str) -> Option<String> {
        let rest = word.strip_prefix(&self.current[..self.kept])?;
        Some(match self.quotes {
            Quotes::Single => rest.replace('\'', r"'\''"),
            // History is expanded there too, and a backslash before the `!` would stay.
            Quotes::Double => {
                with_backslashes(rest, |letter| "\"\\$`".contains(letter)).replace('!', "\"'!'\"")
            }
            Quotes::None => with_backslashes(rest, |letter| {
                let is_plain = letter.is_ascii_alphanumeric() || "_-./:@%+=,^".contains(letter);
                letter.is_ascii() && !is_plain
            }),
        })
    }
}

fn with_backslashes(text: &str, needs_one: impl Fn(char) -> bool) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        if needs_one(letter) {
            written.push('\\');
        }
        written.push(letter);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::Line;

    const BREAKS: &str = " \t\n\"'><=;|&(:";

    fn read(text: &str) -> (Vec<String>, String) {
        let line = Line::read(text, BREAKS);
        (line.words, line.current)
    }

    #[test]
    fn words_are_what_bash_would_pass() {
        for (typed, words, current) in [
            ("grex ", &["grex"][..], ""),
            ("grex  rm a", &["grex", "rm"], "a"),
            (r"grex rm my\ fo", &["grex", "rm"], "my fo"),
            (r#"grex rm "my fo"#, &["grex", "rm"], "my fo"),
            (
                r#"grex -C "a b" 'c'\''d' x"#,
                &["grex", "-C", "a b", "c'd"],
                "x",
            ),
            ("grex rm '' x", &["grex", "rm", ""], "x"),
            (r#"grex rm "a\$b\c"#, &["grex", "rm"], r"a$b\c"),
            ("grex rm a\\", &["grex", "rm"], "a"),
            ("grex --only=a:b", &["grex"], "--only=a:b"),
        ] {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            assert_eq!(read(typed), (words, current.to_owned()), "{typed}");
        }
    }

    #[test]
    fn what_is_offered_fits_into_what_is_written() {
        for (typed, word, written) in [
            ("grex rm m", "my fonts", Some(r"my\ fonts")),
            (r"grex rm my\ f", "my fonts", Some(r"my\ fonts")),
            (r#"grex rm "my f"#, "my $fonts", Some(r"my \$fonts")),
            ("grex rm 'my f", "my f'onts", Some(r"my f'\''onts")),
            (r#"grex rm "a"#, "a!x", Some(r#"a"'!'"x"#)),
            (r#"grex rm "a"'!'"x"#, "a!xy", Some("xy")),
            ("grex rm a", "a!x", Some(r"a\!x")),
            (r#"grex rm my" f"#, "my fonts", Some(" fonts")),
            ("grex sync --only=a", "--only=a b", Some(r"a\ b")),
            ("grex rm a:", "a:b", Some("b")),
            ("grex rm 'a'", "b", None),
            ("grex rm a", "a~é#", Some(r"a\~é\#")),
        ] {
            let line = Line::read(typed, BREAKS);
            assert_eq!(line.write(word).as_deref(), written, "{typed}");
        }
    }
}
