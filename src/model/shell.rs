//! Words for a command line that a person pastes into a shell.

use super::text;

/// Returns `word` as a POSIX shell reads it back: bare where it can be, in single quotes otherwise.
/// What a terminal would not show is left out.
pub fn quote(word: &str) -> String {
    let word = text::clean(word);
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./:@%+=".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word;
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Returns the words of a command, each quoted, with spaces between them.
pub fn join(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
    quoted.join(" ")
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn words_are_quoted_only_where_they_must_be() {
        for (word, quoted) in [
            ("a/b-1.2", "a/b-1.2"),
            ("b c", "'b c'"),
            ("it's", r"'it'\''s'"),
            ("$(rm)", "'$(rm)'"),
            (r"a\[1\]", r"'a\[1\]'"),
            ("~x", "'~x'"),
            ("é", "'é'"),
            ("", "''"),
        ] {
            assert_eq!(quote(word), quoted);
        }
    }
}
