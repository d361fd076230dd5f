//! The key under which two names are the same name to some file system.

use unicode_normalization::UnicodeNormalization;

/// Returns the key of a name: what is left once normalisation (macOS), letter case (macOS,
/// Windows, ext4 with casefold) and ignorable code points (HFS+, ext4 with casefold) no longer
/// count. Names with one key may be one file; a key is for comparing, never a path to open.
///
/// Full case folding is done as lower, upper, lower, letter by letter. Over all of Unicode this
/// puts into one class exactly what full case folding does, save that the dotless `ı` joins `i`:
/// a refusal more, never one less. (`str::to_lowercase` would not do: it looks at the context of
/// a sigma.)
pub(super) fn fold(name: &str) -> String {
    // Most names by far, and of them only the case is folded.
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    name.nfd()
        .filter(|letter| !is_ignorable(*letter))
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfc()
        .collect()
}

/// Unicode's `Default_Ignorable_Code_Point`: ext4 drops these from names it compares, and HFS+
/// the part of them that git's `next_hfs_char` lists.
fn is_ignorable(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn names_that_a_file_system_may_take_for_one_another_share_a_key() {
        for (left, right) in [
            ("Fonts", "fONTS"),
            ("caf\u{e9}", "cafe\u{301}"),
            ("STRASSE", "stra\u{df}e"),
            ("STRASSE", "stra\u{1e9e}e"),
            ("\u{3a3}\u{391}\u{3a3}", "\u{3c3}\u{3b1}\u{3c2}"),
            ("\u{212a}elvin", "kelvin"),
            ("\u{17f}et", "set"),
            ("of\u{fb01}ce", "OFFICE"),
            ("\u{130}", "i\u{307}"),
            ("\u{1c4}", "\u{1c5}"),
            ("\u{1f80}", "\u{1f00}\u{3b9}"),
            ("a\u{200c}b", "ab"),
            ("a\u{fe0f}b", "AB"),
        ] {
            assert_eq!(fold(left), fold(right), "{left} and {right}");
        }
        assert_ne!(fold("cafe"), fold("caf\u{e9}"));
        assert_ne!(fold("o"), fold("0"));
    }

    #[test]
    fn plain_letters_are_folded_like_all_others() {
        let letters: String = ('\0'..='\u{7f}').collect();
        assert_eq!(
            format!("{}\u{e9}", fold(&letters)),
            fold(&format!("{letters}\u{e9}"))
        );
    }

    #[test]
    fn every_letter_shares_its_key_with_its_other_cases_and_the_key_is_its_own() {
        for letter in '\0'..=char::MAX {
            let (lower, upper) = (
                letter.to_lowercase().to_string(),
                letter.to_uppercase().to_string(),
            );
            if lower == upper {
                continue;
            }
            let key = fold(&letter.to_string());
            assert_eq!(key, fold(&lower), "{letter:?}");
            assert_eq!(key, fold(&upper), "{letter:?}");
            assert_eq!(key, fold(&key), "{letter:?}");
        }
    }
}
