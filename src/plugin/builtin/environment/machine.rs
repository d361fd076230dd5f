//! Variables in `/etc/environment`, as pam_env reads it.
//!
//! pam_env is no shell. It cuts a line at its first `#`, quoted or not; it drops a quote at the
//! beginning of a value and one at its end, and knows no escapes, so that quotes in between are
//! part of the value. Its older versions stop reading the file at a line that their buffer of 1,024
//! bytes cannot hold.

/// The longest line, in bytes, that every version reads.
const LONGEST_LINE: usize = 1_022;

/// The line that sets a variable.
///
/// # Errors
/// Says what of the value the file cannot hold, as a fragment.
pub(super) fn line(name: &str, value: &str) -> Result<String, String> {
    if let Some(character) = value.chars().find(|character| character.is_control()) {
        return Err(format!("the control character {character:?}"));
    }
    if value.contains('#') {
        return Err("`#`, which begins a comment there".to_owned());
    }
    let line = format!("{name}=\"{value}\"");
    // Room for what keeps a carriage return off, see [`super::dialect`].
    if line.len() + 1 > LONGEST_LINE {
        return Err(format!("a line of more than {LONGEST_LINE} bytes"));
    }
    Ok(line)
}

/// The variable that such a line is about.
pub(super) fn name_in(line: &str) -> Option<&str> {
    line.split_once('=').map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::*;

    /// What pam_env makes of one line.
    fn read(line: &str) -> Option<(String, String)> {
        let line = line.trim_start_matches([' ', '\t']);
        let line = line.split('#').next().unwrap();
        let (name, value) = line.split_once('=')?;
        let Some(inside) = value.strip_prefix(['"', '\'']) else {
            return Some((name.into(), value.into()));
        };
        let inside = inside.strip_suffix(['"', '\'']).unwrap_or(inside);
        Some((name.into(), inside.into()))
    }

    proptest! {
        #[test]
        fn what_is_not_refused_arrives(value in "[ -~\\PC]{0,40}") {
            if let Ok(line) = line("A", &value) {
                prop_assert_eq!(read(&line), Some(("A".to_owned(), value)));
            }
        }
    }

    #[test]
    fn values_that_are_held_and_values_that_are_not() {
        for value in ["", " a ", "\"", "'x'", "a\\", "$HOME", "ü", "a=b"] {
            let line = line("A", value).unwrap();
            assert_eq!(read(&line), Some(("A".into(), value.into())), "{value:?}");
            assert_eq!(name_in(&line), Some("A"));
        }
        for value in ["a\nb", "\t", "\u{1b}", "\u{85}", "a#b", &"x".repeat(1_100)] {
            assert!(line("A", value).is_err(), "{value:?}");
        }
    }
}
