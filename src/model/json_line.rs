//! What is wrong with a line that should be a JSON object, in the words of people who have edited
//! it by hand.

use std::borrow::Cow;

use serde_json::error::Category;

/// What some editors put before the first character of a file.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Returns the line without a byte order mark before it. It means nothing; the merge of two files
/// may leave it in any line.
pub(super) fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line)
}

/// Says whether the line is what `git merge` leaves around the two sides of a conflict.
pub(super) fn is_conflict_marker(line: &[u8]) -> bool {
    let markers: [&[u8]; 4] = [b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>"];
    markers.iter().any(|marker| line.starts_with(marker))
}

/// Returns what is wrong, as a fragment.
pub(super) fn fault(line: &[u8], error: &serde_json::Error) -> Cow<'static, str> {
    if std::str::from_utf8(line).is_err() || line.contains(&0) {
        return "it is not UTF-8 text".into();
    }
    let first = line.iter().find(|byte| !byte.is_ascii_whitespace());
    if first != Some(&b'{') {
        return "it does not begin with `{`: each line is one JSON object".into();
    }
    if error.classify() == Category::Eof {
        return "the line ends too early: a quote, bracket or brace is not closed".into();
    }
    let text = error.to_string();
    // The parser counts lines of its own input, which is always one: the file's number says more.
    let said = text.split(" at line ").next().unwrap_or(&text);
    match said {
        "expected `,` or `}`" => "a comma or a closing brace is missing",
        "expected `,` or `]`" => "a comma or a closing bracket is missing",
        "expected `:`" => "a colon is missing after the name of a field",
        "expected value" | "expected ident" => "a value is missing, or is text without quotes",
        "key must be a string" => "the name of a field is not in double quotes",
        "trailing comma" => "a comma stands after the last field",
        "trailing characters" => "there is more after the object: each has a line of its own",
        "invalid escape" => "`\\` stands before a character that JSON does not escape",
        said => return Cow::Owned(said.to_owned()),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::{fault, is_conflict_marker, without_mark};

    fn told(line: &[u8]) -> String {
        let error = serde_json::from_slice::<Map<String, Value>>(line).expect_err("it is broken");
        fault(line, &error).into_owned()
    }

    #[test]
    fn slips_of_the_hand_are_named_as_such() {
        for (line, words) in [
            (r#"{"op":"add" "id":"a"}"#, "a comma or a closing brace"),
            (r#"{"op" "add"}"#, "a colon"),
            (r#"{"op":add}"#, "without quotes"),
            (r#"{"op":nope}"#, "without quotes"),
            (r#"{op:"add"}"#, "not in double quotes"),
            ("{'op':'add'}", "not in double quotes"),
            (r#"{"op":"add",}"#, "after the last field"),
            (r#"{"op":"add""#, "ends too early"),
            (r#"{"op":"add"#, "ends too early"),
            (r#"{"op":"add"}{"op":"rm"}"#, "a line of its own"),
            (r#"{"op":"C:\x"}"#, "`\\`"),
            ("hello", "does not begin with `{`"),
            (r#"["op"]"#, "does not begin with `{`"),
            ("42", "does not begin with `{`"),
        ] {
            let told = told(line.as_bytes());
            assert!(told.contains(words), "{line}: {told}");
            assert!(!told.contains("expected"), "{line}: {told}");
        }
        assert!(told(b"\xFF\xFE{\0").contains("UTF-8"));
        assert!(told(b"{\"a\":\"\xFF\"}").contains("UTF-8"));
    }

    #[test]
    fn a_byte_order_mark_and_conflict_markers_are_known() {
        assert_eq!(without_mark(b"\xEF\xBB\xBF{}"), b"{}");
        assert_eq!(without_mark(b"{}"), b"{}");
        assert!(is_conflict_marker(b"<<<<<<< HEAD"));
        assert!(!is_conflict_marker(b"{}"));
    }
}
