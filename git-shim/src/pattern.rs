//! Patterns for directories and arguments: `*` stands for any text, everything else for itself.
//! A pattern fits a text when it equals the whole of it or all that follows one of its `/`, so
//! that `api` fits `/tmp/w/services/api` and `api*` fits `https://example.org/api.git`.

/// Returns whether `pattern` fits `text`.
#[must_use]
pub fn fits(pattern: &str, text: &str) -> bool {
    let after_slashes = text.match_indices('/').map(|(at, _)| at + 1);
    std::iter::once(0)
        .chain(after_slashes)
        .any(|start| equals(pattern, &text[start..]))
}

/// Returns whether the parts of `pattern` between its stars occur in `text` in order, the first
/// at its beginning and the last at its end.
fn equals(pattern: &str, text: &str) -> bool {
    let Some((first, others)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut others = others.split('*').peekable();
    while let Some(part) = others.next() {
        if others.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_pattern_fits_whole_components() {
        assert!(fits("api", "/w/services/api"));
        assert!(fits("services/api", "/w/services/api"));
        assert!(fits("/w/services/api", "/w/services/api"));
        assert!(!fits("api", "/w/services/xapi"));
        assert!(!fits("api", "/w/api/sub"));
        assert!(!fits("", "/w"));
    }

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(fits("*", ""));
        assert!(fits("a*", "/w/api"));
        assert!(fits("*/w/*/api", "/tmp/w/x/y/api"));
        assert!(fits("api*git", "https://h/api.git"));
        assert!(!fits("ab*b", "ab"));
        assert!(!fits("a*b*c", "a-b-d"));
        assert!(fits("pack-é*", "/w/pack-éa"));
    }
}
