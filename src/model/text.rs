//! Foreign text made fit for a terminal, a log or a JSON field. Whatever came from a repository,
//! a server or a process and is shown or stored goes through [`shown`], or through [`clean`] where
//! it cannot hold a secret. git itself hands on a server's escape sequences as they are.

use super::redact;

/// Returns the text without escape sequences, control characters (line feeds and tabs stay),
/// bidirectional controls and other invisible format characters. Bytes that are not UTF-8 become
/// U+FFFD. Costs one pass.
pub fn clean(text: impl AsRef<[u8]>) -> String {
    sift(text.as_ref(), false)
}

fn sift(text: &[u8], keeps_colours: bool) -> String {
    let text = String::from_utf8_lossy(text);
    let mut cleaned = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            // Most letters by far.
            ' '..='~' => cleaned.push(letter),
            '\u{1b}' if keeps_colours && take_colour(&mut rest, &mut cleaned) => {}
            '\u{1b}' => skip_escape(&mut rest),
            '\u{9b}' => skip_control_sequence(&mut rest),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_string(&mut rest),
            '\n' | '\t' => cleaned.push(letter),
            _ if letter.is_control() || is_invisible(letter) => {}
            _ => cleaned.push(letter),
        }
    }
    cleaned
}

/// Returns the text cleaned (see [`clean`]) and with its secrets masked (see
/// [`redact::secrets`]), in this order: a control character must not split a secret in two.
pub fn shown(text: impl AsRef<[u8]>) -> String {
    let cleaned = clean(text);
    redact::secrets(&cleaned).into_owned()
}

/// Returns the text as [`shown`] does, but with the sequences that set colours and weight (SGR) left
/// in: for what a command that the user typed prints on their terminal. What would hide text is
/// left out, and a text with a secret in it has no colours, as one could split it. Who shows this
/// ends it with [`PLAIN`].
pub fn painted(text: impl AsRef<[u8]>) -> String {
    let text = text.as_ref();
    let cleaned = clean(text);
    let masked = redact::secrets(&cleaned);
    if !text.contains(&0x1b) || masked != cleaned {
        return masked.into_owned();
    }
    sift(text, true)
}

/// The sequence that ends all colours.
pub const PLAIN: &str = "\u{1b}[0m";

/// Says whether a character changes the direction in which its neighbours are displayed.
pub fn is_bidi_control(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Says whether a character shows nothing of its own and can therefore hide or reorder text:
/// bidirectional controls, zero-width characters, separators that break lines, tags, and the
/// variation selectors that carry no emoji style (which can smuggle whole texts).
pub fn is_invisible(letter: char) -> bool {
    is_bidi_control(letter)
        || matches!(letter,
            '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}'
            | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

type Letters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// The most digits and separators of a colour sequence.
const LONGEST_COLOUR: usize = 64;

/// Takes over the rest of a colour sequence (`[`, numbers, `m`), if it is one that hides nothing.
fn take_colour(rest: &mut Letters<'_>, cleaned: &mut String) -> bool {
    let mut ahead = rest.clone();
    if ahead.next() != Some('[') {
        return false;
    }
    let mut numbers = String::new();
    while let Some(letter) =
        ahead.next_if(|letter| letter.is_ascii_digit() || matches!(letter, ';' | ':'))
    {
        numbers.push(letter);
    }
    if ahead.next() != Some('m') || numbers.len() > LONGEST_COLOUR || conceals(&numbers) {
        return false;
    }
    cleaned.push_str("\u{1b}[");
    cleaned.push_str(&numbers);
    cleaned.push('m');
    *rest = ahead;
    true
}

/// Says whether the numbers of a colour sequence hide the text (8). Those that belong to a colour
/// (`38;5;8`, `48;2;8;8;8`) do not.
fn conceals(numbers: &str) -> bool {
    let mut numbers = numbers
        .split(';')
        .map(|number| number.trim_start_matches('0'));
    while let Some(number) = numbers.next() {
        match number {
            "8" => return true,
            "38" | "48" | "58" => match numbers.next() {
                Some("5") => drop(numbers.next()),
                Some("2") => drop(numbers.nth(2)),
                _ => {}
            },
            _ => {}
        }
    }
    false
}

/// Skips what follows ESC: a control sequence, a string, or intermediate bytes and a final one.
/// What does not belong to the sequence is left for the caller.
fn skip_escape(rest: &mut Letters<'_>) {
    match rest.peek() {
        Some('[') => {
            rest.next();
            skip_control_sequence(rest);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            rest.next();
            skip_string(rest);
        }
        _ => {
            while rest.next_if(|letter| matches!(letter, ' '..='/')).is_some() {}
            rest.next_if(|letter| matches!(letter, '0'..='~'));
        }
    }
}

/// Skips parameters, intermediates and the final byte of a CSI sequence (ECMA-48, 5.4).
fn skip_control_sequence(rest: &mut Letters<'_>) {
    while rest.next_if(|letter| matches!(letter, '0'..='?')).is_some() {}
    while rest.next_if(|letter| matches!(letter, ' '..='/')).is_some() {}
    rest.next_if(|letter| matches!(letter, '@'..='~'));
}

/// Skips the body of an OSC, DCS, SOS, PM or APC string up to its terminator. One that never ends
/// takes only its own line with it, so that it cannot swallow what git says after it.
fn skip_string(rest: &mut Letters<'_>) {
    while let Some(letter) = rest.next_if(|letter| *letter != '\n') {
        match letter {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' => {
                // ESC \ is the terminator; any other ESC cancels the string and begins anew.
                if rest.next_if_eq(&'\\').is_none() {
                    skip_escape(rest);
                }
                return;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{clean, is_invisible, painted, shown};

    #[test]
    fn escape_sequences_go_with_all_they_carry() {
        for (raw, cleaned) in [
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}[?25l\u{1b}[38;2;1;2;3mx", "x"),
            ("\u{1b}]0;title\u{7}x", "x"),
            (
                "\u{1b}]8;;https://evil\u{1b}\\link\u{1b}]8;;\u{1b}\\",
                "link",
            ),
            ("\u{1b}Pq#0\u{1b}\\x", "x"),
            ("\u{1b}(Bx\u{1b}7y\u{1b}cz", "xyz"),
            ("\u{9b}31mred\u{9d}0;t\u{9c}x", "redx"),
            ("\u{1b}]52;c;never ended\nfatal: no", "\nfatal: no"),
            ("\u{1b}]x\u{1b}[1mbold", "bold"),
            ("\u{1b}[1\nx", "\nx"),
            ("\u{1b}", ""),
            ("\u{1b}[", ""),
            ("\u{1b}\u{1b}[31mx", "x"),
        ] {
            assert_eq!(clean(raw), cleaned, "{raw:?}");
        }
    }

    #[test]
    fn controls_and_invisible_characters_go_and_text_stays() {
        assert_eq!(clean("a\rb\0c\u{8}d\u{7f}e\u{85}f\tg\n"), "abcdef\tg\n");
        assert_eq!(
            clean("\u{202e}gpj\u{2066}.\u{200b}exe\u{feff}\u{e0041}"),
            "gpj.exe"
        );
        assert_eq!(
            clean("\u{2764}\u{fe0f} \u{65e5}\u{672c} \u{e9} e\u{301}"),
            "\u{2764}\u{fe0f} \u{65e5}\u{672c} \u{e9} e\u{301}"
        );
        assert_eq!(clean(b"a\xff\xfeb".as_slice()), "a\u{fffd}\u{fffd}b");
    }

    #[test]
    fn a_secret_that_a_control_character_splits_is_masked_all_the_same() {
        let said = shown("remote: ghp_0123\u{1b}[0m456789abcdef\u{200b}0123456789abcdef\r\n");
        assert_eq!(said, "remote: ***\n");
    }

    #[test]
    fn colours_stay_where_they_are_wanted_and_nothing_else_does() {
        for (raw, kept) in [
            ("\u{1b}[31mred\u{1b}[m", "\u{1b}[31mred\u{1b}[m"),
            ("\u{1b}[1;38;5;8mx", "\u{1b}[1;38;5;8mx"),
            ("\u{1b}[38;2;8;8;8mx", "\u{1b}[38;2;8;8;8mx"),
            ("\u{1b}[4:3mx", "\u{1b}[4:3mx"),
            ("\u{1b}[8mhidden", "hidden"),
            ("\u{1b}[0;08mhidden", "hidden"),
            ("\u{1b}[38;5;1;8mhidden", "hidden"),
            ("\u{1b}[2J\u{1b}[1;1Hx\u{1b}]0;t\u{7}\u{202e}", "x"),
            ("\u{1b}[?25mx\u{1b}[31", "x"),
            ("\u{1b}\u{1b}[31mx", "\u{1b}[31mx"),
            (
                "ghp_0123\u{1b}[1m456789abcdef0123456789abcdef \u{1b}[1mx",
                "*** x",
            ),
        ] {
            assert_eq!(painted(raw), kept, "{raw:?}");
        }
    }

    proptest! {
        #[test]
        fn without_its_colours_a_painted_text_is_the_clean_one(text in "[\u{1b}\\[\\]0-9;:mJx\n\u{9b}]{0,40}") {
            prop_assert_eq!(clean(painted(&text)), clean(&text));
        }

        #[test]
        fn nothing_dangerous_is_left(bytes in prop::collection::vec(any::<u8>(), 0..64), text in any::<String>()) {
            for cleaned in [clean(&bytes), clean(&text)] {
                let bad = |letter: char| {
                    is_invisible(letter) || (letter.is_control() && letter != '\n' && letter != '\t')
                };
                prop_assert!(!cleaned.contains(bad));
                prop_assert_eq!(clean(&cleaned), cleaned);
            }
        }
    }
}
