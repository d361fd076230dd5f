//! Command lines as a person would type them.

use crate::model::shell::{in_quotes, is_unseen, quote};

/// The command, quoted as for a shell, on one line, nothing in it invisible.
pub(super) fn quoted<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words = words.into_iter().enumerate();
    let words: Vec<_> = words
        // A first word with a `=` would be an assignment.
        .map(|(index, word)| match index {
            0 if word.contains('=') => in_quotes(word),
            _ => quote(word),
        })
        .collect();
    words.join(" ")
}

/// An assignment to a variable as it stands in front of a command. `value` is as it was written:
/// what its variables stand for may be a secret.
pub(super) fn assignment(name: &str, value: &str) -> String {
    let refers = value.contains('$') && !value.contains(is_unseen);
    let value = if refers {
        let escaped = value
            .replace('\\', r"\\")
            .replace('"', "\\\"")
            .replace('`', "\\`");
        format!("\"{escaped}\"")
    } else {
        quote(value)
    };
    format!("{name}={value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_could_be_typed() {
        for (words, shown) in [
            (&["make", "install"][..], "make install"),
            (&["a b", "", "it's"], r"'a b' '' 'it'\''s'"),
            (&["X=1", "X=1"], "'X=1' X=1"),
            (&["echo", "$HOME;`x`", "*", "~"], "echo '$HOME;`x`' '*' '~'"),
            (&["sh", "-c", "a\nb'c\\"], r"sh -c $'a\nb\'c\\'"),
            (&["x", "a\u{202e}b\u{1b}"], r"x $'a\U0000202eb\U0000001b'"),
            (&["größe"], "größe"),
        ] {
            assert_eq!(quoted(words.iter().copied()), shown);
        }
    }

    #[test]
    fn assignments_show_variables_and_not_what_they_stand_for() {
        assert_eq!(assignment("A", "b"), "A=b");
        assert_eq!(assignment("A", "b c"), "A='b c'");
        assert_eq!(assignment("A", "$T \"x\""), r#"A="$T \"x\"""#);
        assert_eq!(assignment("A", "$T\u{202e}"), r"A=$'$T\U0000202e'");
    }
}
