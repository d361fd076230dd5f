//! Terms apart from one another, and values out of their quotes.

use super::error::FilterError;

/// Splits an expression at spaces and commas that are neither quoted nor escaped nor, for commas,
/// between braces. The terms keep their quotes and backslashes.
pub(super) fn terms(filter: &str) -> Result<Vec<&str>, FilterError> {
    let mut terms = Vec::new();
    let mut start = 0;
    let (mut quoted, mut escaped, mut braces) = (false, false, 0_usize);
    for (at, letter) in filter.char_indices() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match letter {
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '{' => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            _ if letter.is_whitespace() || (letter == ',' && braces == 0) => {
                terms.push(&filter[start..at]);
                start = at + letter.len_utf8();
                braces = 0;
            }
            _ => {}
        }
    }
    if quoted || escaped {
        return Err(FilterError::Unclosed {
            filter: filter.to_owned(),
        });
    }
    terms.push(&filter[start..]);
    terms.retain(|term| !term.is_empty());
    Ok(terms)
}

/// Takes quotes away, and the backslashes before spaces, commas and quotes. Other backslashes stay:
/// they are the glob's.
pub(super) fn unquote(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {}
            '\\' => match letters.next() {
                Some(next) if next == '"' || next == ',' || next.is_whitespace() => {
                    plain.push(next)
                }
                Some(next) => plain.extend(['\\', next]),
                None => plain.push('\\'),
            },
            _ => plain.push(letter),
        }
    }
    plain
}
