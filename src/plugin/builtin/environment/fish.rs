//! Variables in the words of fish.

use std::fmt::Write as _;

/// The line that exports a variable. Between single quotes only `\` and the quote are special;
/// control characters stand outside of them, as escapes.
pub(super) fn line(name: &str, value: &str) -> String {
    let mut line = format!("set -gx {name} '");
    let mut quoted = true;
    for character in value.chars() {
        let is_control = character.is_ascii_control();
        if is_control == quoted {
            line.push('\'');
            quoted = !quoted;
        }
        match character {
            '\'' | '\\' => {
                line.push('\\');
                line.push(character);
            }
            // Two digits always, so that a digit may follow. Writing to a string cannot fail.
            _ if is_control => {
                let _ = write!(line, "\\x{:02x}", u32::from(character));
            }
            _ => line.push(character),
        }
    }
    if quoted {
        line.push('\'');
    }
    line
}

/// The variable that such a line is about.
pub(super) fn name_in(line: &str) -> Option<&str> {
    let (name, _) = line.strip_prefix("set -gx ")?.split_once(' ')?;
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_are_escaped_and_control_characters_stand_outside() {
        assert_eq!(line("A", ""), "set -gx A ''");
        assert_eq!(line("A", r"it's \n"), r"set -gx A 'it\'s \\n'");
        assert_eq!(line("A", "\na\t1\u{7f}"), r"set -gx A ''\x0a'a'\x09'1'\x7f");
    }

    #[test]
    fn a_line_is_found_again_by_its_variable() {
        for value in ["", "a b", "a\nb", "set -gx B 'x'"] {
            assert_eq!(name_in(&line("A_1", value)), Some("A_1"), "{value:?}");
        }
        assert_eq!(name_in("# a comment"), None);
    }
}
