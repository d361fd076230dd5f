//! JSON data to typed values, with errors that say where.
//!
//! Arguments cross the plugin border as JSON. This file reads them through the types' serde
//! implementations, as `serde_json::from_value` does, but keeps what that loses: the path to what
//! is wrong, the unknown key, and the nearest valid one.

use std::fmt;

use serde::de::{self, Expected, Unexpected};
use serde_json::Value;
use serde_path_to_error::Segment;

use super::argument::{ArgumentError, ArgumentFault, Step};
use super::data::Data;
use super::nearest::nearest;

/// Reads a value of type `T` from JSON data. A key that is given must have a value: `null` does
/// not stand for an absent key.
pub fn parse<T: de::DeserializeOwned>(value: &Value) -> Result<T, ArgumentError> {
    serde_path_to_error::deserialize(Data(value)).map_err(|error| {
        let path = steps(error.path());
        let Problem {
            message,
            hint,
            fault,
        } = error.into_inner();
        ArgumentError {
            path,
            message,
            hint,
            fault,
        }
    })
}

fn steps(path: &serde_path_to_error::Path) -> Vec<Step> {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(Step::Index(*index)),
            Segment::Map { key } => Some(Step::Key(key.clone())),
            Segment::Enum { variant } => Some(Step::Key(variant.clone())),
            Segment::Unknown => None,
        })
        .collect()
}

/// The error of the deserializer below: a message with advice, without the place.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct Problem {
    message: String,
    hint: Option<String>,
    fault: ArgumentFault,
}

impl Problem {
    pub(super) fn new(message: String, hint: Option<String>) -> Self {
        Self {
            message,
            hint,
            fault: ArgumentFault::Invalid,
        }
    }

    /// The same about the key that was read.
    pub(super) fn of_key(mut self) -> Self {
        if self.fault == ArgumentFault::Invalid {
            self.fault = ArgumentFault::InvalidKey;
        }
        self
    }
}

impl de::Error for Problem {
    /// A custom error's second line, where it has one, is its advice.
    fn custom<T: fmt::Display>(message: T) -> Self {
        let text = message.to_string();
        match text.split_once('\n') {
            Some((message, hint)) => Self::new(message.to_owned(), Some(hint.to_owned())),
            None => Self::new(text, None),
        }
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = match expected.to_string().as_str() {
            "a string" => "text".to_owned(),
            "a sequence" => "a list".to_owned(),
            "a map" => "a mapping".to_owned(),
            "a boolean" => "true or false".to_owned(),
            other => other.to_owned(),
        };
        let hint = match unexpected {
            Unexpected::Bool(_)
            | Unexpected::Unsigned(_)
            | Unexpected::Signed(_)
            | Unexpected::Float(_)
                if expected == "text" =>
            {
                Some("put it in quotes to make it text".to_owned())
            }
            Unexpected::Str(_) if expected == "true or false" => {
                Some("write `true` or `false`, without quotes".to_owned())
            }
            Unexpected::Unit => Some("give it a value, or leave the key out".to_owned()),
            _ => None,
        };
        Self::new(
            format!("expected {expected}, found {}", describe(unexpected)),
            hint,
        )
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let nearest = nearest(field, expected.iter().copied());
        Self {
            message: format!("unknown key `{field}`"),
            hint: Some(match nearest {
                Some(key) => format!("did you mean `{key}`?"),
                None => format!("known here: {}", list(expected)),
            }),
            fault: ArgumentFault::UnknownKey,
        }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let nearest = nearest(variant, expected.iter().copied());
        Self::new(
            format!("`{variant}` is not one of {}", list(expected)),
            nearest.map(|name| format!("did you mean `{name}`?")),
        )
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("the key `{field}` is missing"), None)
    }
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

fn describe(unexpected: Unexpected<'_>) -> String {
    match unexpected {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => {
            "a number".to_owned()
        }
        Unexpected::Str(_) => "text".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a mapping".to_owned(),
        Unexpected::Unit => "nothing".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields, expecting = "a mapping with `name`")]
    struct Sample {
        name: String,
        colour: Option<Colour>,
        #[serde(default)]
        inner: Vec<Choice>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Colour {
        Red,
        Green,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case", deny_unknown_fields)]
    enum Choice {
        Path(String),
        Both(Vec<Choice>),
        Pair { left: String, right: bool },
    }

    fn key(text: &str) -> Step {
        Step::Key(text.to_owned())
    }

    #[test]
    fn values_arrive() {
        let sample: Sample = parse(&json!({
            "name": "x", "colour": "green",
            "inner": [{"both": [{"path": "a"}]}, {"pair": {"left": "l", "right": true}}],
        }))
        .expect("a sample");
        assert_eq!(sample.colour, Some(Colour::Green));
        assert_eq!(
            sample.inner,
            [
                Choice::Both(vec![Choice::Path("a".into())]),
                Choice::Pair {
                    left: "l".into(),
                    right: true
                }
            ]
        );
    }

    #[test]
    fn errors_say_where_and_what() {
        let table = [
            (
                json!({"nam": "x"}),
                vec![key("nam")],
                "unknown key `nam`",
                Some("did you mean `name`?"),
            ),
            (
                json!({"zzzzz": 1}),
                vec![key("zzzzz")],
                "unknown key `zzzzz`",
                Some("known here: `name`, `colour`, `inner`"),
            ),
            (json!({}), vec![], "the key `name` is missing", None),
            (
                json!([]),
                vec![],
                "expected a mapping with `name`, found a list",
                None,
            ),
            (
                json!({"name": 1.5}),
                vec![key("name")],
                "expected text, found a number",
                Some("put it in quotes to make it text"),
            ),
            (
                json!({"name": null}),
                vec![key("name")],
                "expected text, found nothing",
                Some("give it a value, or leave the key out"),
            ),
            (
                json!({"name": "x", "colour": null}),
                vec![key("colour")],
                "expected enum Colour, found nothing",
                Some("give it a value, or leave the key out"),
            ),
            (
                json!({"name": "x", "colour": "gren"}),
                vec![key("colour")],
                "`gren` is not one of `red`, `green`",
                Some("did you mean `green`?"),
            ),
            (
                json!({"name": "x", "inner": "x"}),
                vec![key("inner")],
                "expected a list, found text",
                None,
            ),
            (
                json!({"name": "x", "inner": [{"both": [{"path": "a"}, {"path": 1}]}]}),
                vec![
                    key("inner"),
                    Step::Index(0),
                    key("both"),
                    Step::Index(1),
                    key("path"),
                ],
                "expected text, found a number",
                Some("put it in quotes to make it text"),
            ),
            (
                json!({"name": "x", "inner": [{"path": "a", "both": []}]}),
                vec![key("inner"), Step::Index(0)],
                "expected exactly one key, found 2",
                None,
            ),
            (
                json!({"name": "x", "inner": [{"pair": {"left": "a", "rihgt": true}}]}),
                vec![key("inner"), Step::Index(0), key("pair"), key("rihgt")],
                "unknown key `rihgt`",
                Some("did you mean `right`?"),
            ),
        ];
        for (value, path, message, hint) in table {
            let error = parse::<Sample>(&value).expect_err(&value.to_string());
            assert_eq!(error.message, message, "{value}");
            assert_eq!(error.path, path, "{value}");
            assert_eq!(error.hint.as_deref(), hint, "{value}");
        }
    }
}
