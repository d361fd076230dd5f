//! Data as text that is the same however it was written down.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::model::surface::SurfacePart;
use crate::{model::pack::PackSpec, plugin::error::PackError};

/// JSON with the keys of every object sorted and no space that means nothing.
pub(super) fn json(value: &impl Serialize) -> Result<String, PackError> {
    let sorted = serde_json::to_value(value).map(sorted);
    sorted
        .and_then(|value| serde_json::to_string(&value))
        .map_err(|error| {
            PackError::unusable(
                format!("the pack cannot be written as JSON: {error}"),
                "use plain texts, numbers, lists and mappings",
            )
        })
}

/// A part of a surface that is data.
pub(super) fn part(
    name: impl Into<String>,
    value: &impl Serialize,
) -> Result<SurfacePart, PackError> {
    Ok(SurfacePart::text(name, json(value)?))
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            let entries = entries.into_iter().map(|(key, value)| (key, sorted(value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(sorted).collect()),
        plain => plain,
    }
}

/// Refuses actions in a pack whose type would not run them.
pub(super) fn refuse_actions(spec: &PackSpec) -> Result<(), PackError> {
    let has_teardown = spec.teardown.as_ref().is_some_and(|list| !list.is_empty());
    let ignored = match (spec.actions.is_empty(), has_teardown) {
        (true, false) => return Ok(()),
        (false, false) => "`actions`",
        (true, true) => "`teardown`",
        (false, true) => "`actions` and `teardown`",
    };
    Err(PackError::unusable(
        format!(
            "the pack `{}` is of type `{}`, which runs no actions: its {ignored} would be ignored",
            spec.name, spec.pack_type
        ),
        "make it `type: declarative`",
    ))
}
