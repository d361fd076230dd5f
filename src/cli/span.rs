//! Spans of time as they are typed: `90s`, `15m`, `12h`, `7d`, `2w`.

use std::time::Duration;

/// Parses a span: a whole number and one of the units s, m, h, d and w.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let fault = || {
        format!(
            "`{text}` is no span of time; write a number and a unit, as in 90s, 15m, 12h, 7d, 2w"
        )
    };
    let unit = text.chars().next_back().ok_or_else(fault)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        'w' => 7 * 24 * 60 * 60,
        _ => return Err(fault()),
    };
    let digits = &text[..text.len() - unit.len_utf8()];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(fault());
    }
    let number: u64 = digits.parse().map_err(|_| fault())?;
    number
        .checked_mul(seconds)
        .map(Duration::from_secs)
        .ok_or_else(fault)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::parse;

    #[test]
    fn every_unit_is_read_and_nothing_else() {
        for (text, seconds) in [
            ("90s", 90),
            ("15m", 900),
            ("12h", 43_200),
            ("7d", 604_800),
            ("2w", 1_209_600),
            ("0s", 0),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "5",
            "s",
            "+5s",
            "-5s",
            "5 s",
            "1h30m",
            "5y",
            "5é",
            "99999999999999999999w",
            "9999999999999999w",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
