//! JSON Schemas of what the verbs print with `--json`, from the types that are printed.
//!
//! They are exact about what there is: what must be there, of which type, and which words there are
//! to choose from. Fields may be added by a later grex, so others are allowed beside them.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value};

use super::error::Document;
use crate::ops::{
    act::ActReport, add::AddReport, doctor::DoctorReport, exec::ExecReport, import::ImportReport,
    init::InitReport, ls::ListedPack, rm::RemovedPack, status::StatusView, sync::SyncReport,
    update::UpdateReport,
};

/// The schema of one document.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputSchema {
    /// The verb, or `error` for what is printed instead where a verb could not be carried out.
    pub name: &'static str,
    /// The schema, in draft 2020-12.
    pub schema: Value,
}

/// Returns the schemas of all documents. `serve` prints none: it speaks a protocol.
pub fn output_schemas() -> Vec<OutputSchema> {
    vec![
        schema::<InitReport>("init", "What `grex init --json` prints."),
        schema::<AddReport>("add", "What `grex add --json` prints."),
        schema::<Vec<RemovedPack>>("rm", "What `grex rm --json` prints: one for each pack."),
        schema::<Vec<ListedPack>>("ls", "What `grex ls --json` prints, sorted by id."),
        schema::<StatusView>("status", "What `grex status --json` prints, sorted by id."),
        schema::<SyncReport>("sync", "What `grex sync --json` prints, sorted by id."),
        schema::<UpdateReport>("update", "What `grex update --json` prints, sorted by id."),
        schema::<DoctorReport>("doctor", "What `grex doctor --json` prints."),
        schema::<ImportReport>("import", "What `grex import --json` prints."),
        schema::<ActReport>("run", "What `grex run --json` prints, by pack and place."),
        schema::<ExecReport>("exec", "What `grex exec --json` prints, by pack."),
        schema::<Document<'_>>(
            "error",
            "What a verb prints with --json instead of its report, where it could not be carried out.",
        ),
    ]
}

fn schema<T: JsonSchema>(name: &'static str, about: &str) -> OutputSchema {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value();
    exact(&mut schema);
    let mut fields = Map::new();
    if let Value::Object(root) = &mut schema {
        for field in ["$schema", "title", "description"] {
            root.remove(field);
        }
        let first = [
            ("$schema", "https://json-schema.org/draft/2020-12/schema"),
            ("title", name),
            ("description", about),
        ];
        fields.extend(first.map(|(field, text)| (field.to_owned(), Value::from(text))));
        fields.append(root);
    }
    OutputSchema {
        name,
        schema: Value::Object(fields),
    }
}

/// What need not be there is not null where it is there; and the sizes of numbers are a matter
/// between grex and its compiler.
fn exact(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(exact),
        Value::Object(fields) => {
            let is_size = |format: &Value| {
                let name = format.as_str().unwrap_or_default();
                name.starts_with("uint") || name.starts_with("int")
            };
            if fields.get("format").is_some_and(is_size) {
                fields.remove("format");
                fields.remove("maximum");
            }
            let required = fields.get("required").cloned().unwrap_or_default();
            if let Some(Value::Object(properties)) = fields.get_mut("properties") {
                for (name, property) in properties {
                    let is_required = required
                        .as_array()
                        .is_some_and(|names| names.iter().any(|required| required == name));
                    if !is_required {
                        without_null(property);
                    }
                }
            }
            fields.values_mut().for_each(exact);
        }
        _ => {}
    }
}

fn without_null(schema: &mut Value) {
    let Value::Object(fields) = schema else {
        return;
    };
    fields.remove("default");
    if let Some(Value::Array(types)) = fields.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            fields.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(choices)) = fields.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            fields.remove("anyOf");
            fields.extend(only);
        }
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Serialize;
    use serde_json::json;

    use super::schema;

    /// A thing.
    #[derive(Serialize, JsonSchema)]
    struct Thing {
        /// Known.
        known: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        there: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        inner: Option<Inner>,
    }

    #[derive(Serialize, JsonSchema)]
    struct Inner {
        name: String,
    }

    #[test]
    fn what_may_be_missing_is_never_null() {
        assert_eq!(
            schema::<Thing>("thing", "Things.").schema,
            json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "title": "thing",
                "description": "Things.",
                "type": "object",
                "properties": {
                    "known": {"description": "Known.", "type": ["string", "null"]},
                    "there": {"type": "integer", "minimum": 0},
                    "inner": {"$ref": "#/$defs/Inner"},
                },
                "required": ["known"],
                "$defs": {"Inner": {
                    "type": "object",
                    "properties": {"name": {"type": "string"}},
                    "required": ["name"],
                }},
            })
        );
    }
}
