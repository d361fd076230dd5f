//! Variables in the words of POSIX shells: sh, bash, zsh.

use std::fmt::Write as _;

/// The line that exports a variable. A value without control characters stands between single
/// quotes, where only the quote itself is special.
///
/// Control characters would break the line, or look like the end of a block, so a value with any
/// of them is printed by the shell from octal escapes. The `x` saves the newlines at its end, which
/// `$(...)` drops.
pub(super) fn line(name: &str, value: &str) -> String {
    if value.contains(char::is_control) {
        let escaped = escaped(value);
        format!("{name}=\"$(printf '{escaped}x')\"; export {name}=\"${{{name}%x}}\"")
    } else {
        format!("export {name}='{}'", value.replace('\'', r"'\''"))
    }
}

/// The variable that such a line is about.
pub(super) fn name_in(line: &str) -> Option<&str> {
    let (name, _) = line.split_once('=')?;
    Some(name.strip_prefix("export ").unwrap_or(name))
}

/// A format for `printf` that prints the value. Everything is escaped that any shell, in any
/// locale, could take for something else: old ones look for quotes and parentheses inside `$(...)`.
fn escaped(value: &str) -> String {
    let mut format = String::with_capacity(value.len() * 2);
    for (index, byte) in value.bytes().enumerate() {
        let is_plain = byte.is_ascii_alphanumeric()
            || b" _./:,=+@".contains(&byte)
            // At the beginning it would be an option.
            || (byte == b'-' && index > 0);
        if is_plain {
            format.push(char::from(byte));
        } else {
            // Three digits always, so that a digit may follow. Writing to a string cannot fail.
            let _ = write!(format, "\\{byte:03o}");
        }
    }
    format
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values_stand_between_quotes() {
        assert_eq!(line("A", ""), "export A=''");
        assert_eq!(line("A", "it's $(x)"), r"export A='it'\''s $(x)'");
    }

    #[test]
    fn control_characters_become_escapes_in_one_line() {
        assert_eq!(
            line("A", "-1%\n2\n"),
            r#"A="$(printf '\0551\045\0122\012x')"; export A="${A%x}""#
        );
    }

    #[test]
    fn a_line_is_found_again_by_its_variable() {
        for value in ["", "a=b", "a\nb=c", "export B='x'"] {
            assert_eq!(name_in(&line("A_1", value)), Some("A_1"), "{value:?}");
        }
        assert_eq!(name_in("# a comment"), None);
    }
}
