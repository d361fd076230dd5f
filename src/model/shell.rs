//! Words for a command line that a person pastes into a shell.

use super::text::is_invisible;

/// Returns `word` as a shell reads it back: bare where it can be, in single quotes otherwise, and in
/// `$'...'` where there is something in it that a terminal would not show.
pub fn quote(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "_-./:@%+=,".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    in_quotes(word)
}

/// Returns `word` in quotes, whether it needs them or not.
pub fn in_quotes(word: &str) -> String {
    if !word.contains(is_unseen) {
        return format!("'{}'", word.replace('\'', r"'\''"));
    }
    let mut quoted = String::from("$'");
    for letter in word.chars() {
        match letter {
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            '\'' | '\\' => quoted.extend(['\\', letter]),
            _ if is_unseen(letter) => {
                quoted.push_str(&format!("\\U{:08x}", u32::from(letter)));
            }
            _ => quoted.push(letter),
        }
    }
    quoted.push('\'');
    quoted
}

/// Says whether a terminal would not show the letter as one.
pub fn is_unseen(letter: char) -> bool {
    letter.is_control() || is_invisible(letter)
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
            ("é", "é"),
            ("", "''"),
            ("a,b", "a,b"),
            ("two\nlines", r"$'two\nlines'"),
            ("it's\u{1b}[1m", r"$'it\'s\U0000001b[1m'"),
        ] {
            assert_eq!(quote(word), quoted);
        }
    }
}
