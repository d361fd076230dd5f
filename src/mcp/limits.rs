//! What an agent gets to read is short, clean, and says what is missing.

use serde_json::{Map, Value};

use crate::model::text;

/// The most bytes of JSON in a result.
pub(super) const RESULT: usize = 32 * 1024;

/// The most bytes of one text in it: what is longer is cut in the middle.
const TEXT: usize = 8 * 1024;

/// The field that says how many entries are missing.
pub(super) const OMITTED: &str = "omitted";

/// Returns what may be sent: without nulls, without what a terminal or a reader could be deceived
/// by, without secrets, and not longer than [`RESULT`]. Where a list is cut, its end is missing and
/// `omitted` beside it says how many entries that are.
pub(super) fn result(value: Value) -> Value {
    let mut value = clean(value);
    while value.to_string().len() > RESULT {
        if !shorten(&mut value) {
            break;
        }
    }
    value
}

fn clean(value: Value) -> Value {
    match value {
        Value::String(string) => Value::String(cut(&text::shown(string))),
        Value::Array(items) => items.into_iter().map(clean).collect(),
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (text::shown(name), clean(value)))
                .collect(),
        ),
        other => other,
    }
}

/// Cuts a long text in the middle.
fn cut(text: &str) -> String {
    if text.len() <= TEXT {
        return text.to_owned();
    }
    let is_boundary = |place: &usize| text.is_char_boundary(*place);
    let head = (0..=TEXT / 2).rev().find(is_boundary).unwrap_or(0);
    let tail = (text.len() - TEXT / 2..=text.len()).find(is_boundary);
    let tail = tail.unwrap_or(text.len());
    format!(
        "{}\n[{} bytes omitted]\n{}",
        &text[..head],
        tail - head,
        &text[tail..]
    )
}

/// Takes the second half off the list that takes the most room, or says that there is none.
fn shorten(value: &mut Value) -> bool {
    let Some(owner) = owner_of_longest(value) else {
        return false;
    };
    let Some((name, _)) = longest(owner) else {
        return false;
    };
    let Some(Value::Array(items)) = owner.get_mut(&name) else {
        return false;
    };
    let kept = items.len() / 2;
    let gone = items.len() - kept;
    items.truncate(kept);
    let before = owner.get(OMITTED).and_then(Value::as_u64).unwrap_or(0);
    owner.insert(OMITTED.to_owned(), Value::from(before + gone as u64));
    true
}

/// The object that holds the list which takes the most room: the value itself, where it has one.
fn owner_of_longest(value: &mut Value) -> Option<&mut Map<String, Value>> {
    let fields = value.as_object_mut()?;
    if longest(fields).is_some() {
        return Some(fields);
    }
    fields.values_mut().find_map(owner_of_longest)
}

fn longest(fields: &Map<String, Value>) -> Option<(String, usize)> {
    fields
        .iter()
        .filter_map(|(name, value)| {
            let items = value.as_array().filter(|items| !items.is_empty())?;
            let length = items.iter().map(|item| item.to_string().len()).sum();
            Some((name.clone(), length))
        })
        .max_by_key(|(_, length)| *length)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::{Value, json};

    use super::{RESULT, result};

    #[test]
    fn what_is_short_and_clean_stays() {
        let value = json!({"packs": [{"id": "a", "n": 1, "yes": true}]});
        assert_eq!(result(value.clone()), value);
    }

    #[test]
    fn nulls_escapes_and_what_cannot_be_seen_go() {
        let value = json!({"a": null, "b": ["\u{1b}[31mred\u{1b}[0m \u{202e}x", {"c": null}]});
        assert_eq!(result(value), json!({"b": ["red x", {}]}));
    }

    #[test]
    fn secrets_are_masked() {
        let token = format!("ghp_{}", "a1B2".repeat(9));
        let told = result(json!({ "message": format!("https://me:{token}@h/r failed") }));
        assert!(!told.to_string().contains(&token), "{told}");
    }

    #[test]
    fn a_list_is_cut_at_its_end_and_says_so() {
        let packs: Vec<Value> = (0..1000)
            .map(|number| json!({"id": number, "text": "x".repeat(100)}))
            .collect();
        let told = result(json!({ "packs": packs, "other": [1, 2] }));
        let kept = told["packs"].as_array().unwrap().len();
        assert!(told.to_string().len() <= RESULT);
        assert_eq!(kept as u64 + told["omitted"].as_u64().unwrap(), 1000);
        assert_eq!(told["packs"][0]["id"], 0);
        assert_eq!(told["other"], json!([1, 2]));
    }

    #[test]
    fn a_long_text_is_cut_in_the_middle() {
        let told = result(json!({ "text": "é".repeat(100_000) }));
        let text = told["text"].as_str().unwrap();
        assert!(
            text.len() < 9_000 && text.contains("bytes omitted"),
            "{}",
            text.len()
        );
    }
}
