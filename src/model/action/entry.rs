//! An entry of a list of actions: a mapping with one key, the action's name.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::builtin;

/// An action as it is written: its name and its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Map<String, Value>")]
pub struct ActionEntry {
    /// The action's name, known or not.
    pub name: String,
    /// Its arguments, which nobody has checked yet.
    pub arguments: Value,
}

/// Not an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// No mapping.
    #[error("an action is a mapping with one key, its name\nwrite e.g. `- mkdir: {{path: build}}`")]
    NotAMapping,
    /// Not exactly one key.
    #[error(
        "an action is a mapping with exactly one key, its name; found {found} keys\nindent the arguments further than the action's name"
    )]
    Keys {
        /// How many there are.
        found: usize,
    },
}

impl TryFrom<Value> for ActionEntry {
    type Error = EntryError;

    fn try_from(value: Value) -> Result<Self, EntryError> {
        let Value::Object(map) = value else {
            return Err(EntryError::NotAMapping);
        };
        let found = map.len();
        match (map.into_iter().next(), found) {
            (Some((name, arguments)), 1) => Ok(Self { name, arguments }),
            _ => Err(EntryError::Keys { found }),
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
