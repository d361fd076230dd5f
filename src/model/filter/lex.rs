//! Terms apart from one another, and values out of their quotes.

use std::ops::Range;

use super::error::FilterError;

/// Splits an expression at spaces and commas that are neither quoted nor escaped nor, for commas,
/// between braces. The terms keep their quotes and backslashes.
pub(super) fn terms(filter: &str) -> Result<Vec<&str>, FilterError> {
    let (joints, is_open) = joints(filter);
    if is_open {
        return Err(FilterError::Unclosed {
            filter: filter.to_owned(),
        });
    }
    let mut terms = Vec::new();
    let mut start = 0;
    for joint in joints {
        terms.push(&filter[start..joint.start]);
        start = joint.end;
    }
    terms.push(&filter[start..]);
    terms.retain(|term| !term.is_empty());
    Ok(terms)
}

/// Splits an expression that is being typed into what comes before its last term, and that term,
/// which may be empty and its quotes open.
pub fn last_term(filter: &str) -> (&str, &str) {
    let start = joints(filter).0.last().map_or(0, |joint| joint.end);
    filter.split_at(start)
}

/// Where terms are joined, and whether quotes or a backslash at the end are open.
fn joints(filter: &str) -> (Vec<Range<usize>>, bool) {
    let mut joints = Vec::new();
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
                joints.push(at..at + letter.len_utf8());
                braces = 0;
            }
            _ => {}
        }
    }
    (joints, quoted || escaped)
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
