//! An entry of a list of actions: a mapping with one key, the action's name.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::builtin;

/// An action as it is written: its name and its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Map<String, Value>")]
pub struct ActionEntry {
    /// The action's name, known or not.
    pub name: String,
    /// Its arguments, which nobody has checked yet.
    pub arguments: Value,
}

/// Any mapping; a type of its own so that the error names what is expected.
#[derive(Deserialize)]
#[serde(expecting = "a mapping with one key, the action's name")]
struct Fields(Map<String, Value>);

/// Not exactly one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an action is a mapping with exactly one key, its name; found {found} keys\nindent the arguments further than the action's name"
)]
pub struct EntryError {
    /// How many there are.
    pub found: usize,
}

impl TryFrom<Fields> for ActionEntry {
    type Error = EntryError;

    fn try_from(Fields(map): Fields) -> Result<Self, EntryError> {
        let found = map.len();
        match (map.into_iter().next(), found) {
            (Some((name, arguments)), 1) => Ok(Self { name, arguments }),
            _ => Err(EntryError { found }),
        }
    }
}

impl From<ActionEntry> for Map<String, Value> {
    fn from(entry: ActionEntry) -> Self {
        Self::from_iter([(entry.name, entry.arguments)])
    }
}

impl JsonSchema for ActionEntry {
    fn schema_name() -> Cow<'static, str> {
        "Action".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let properties: Map<String, Value> = builtin::ACTIONS
            .iter()
            .map(|action| {
                (
                    action.name.to_owned(),
                    (action.schema)(generator).to_value(),
                )
            })
            .collect();
        json_schema!({
            "description": "A mapping with one key, the action's name.",
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1,
        })
    }
}
