//! JSON Schemas of arguments and results, from their types, as short as clients and their models
//! want them: an object at the root, nothing that is null, no reference to elsewhere.

use rmcp::model::JsonObject;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value};

use super::limits::OMITTED;

/// How deep the schema of a result goes; what lies deeper is said to be an object or a list and
/// no more.
const DEPTH: usize = 2;

/// Returns the schema of arguments. Nothing else is allowed beside them.
pub(super) fn input<T: JsonSchema>() -> JsonObject {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let mut schema = generate::<T>(settings);
    tidy(&mut schema, true);
    finish(schema)
}

/// Returns the schema of a result.
pub(super) fn output<T: JsonSchema>() -> JsonObject {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = generate::<T>(settings);
    tidy(&mut schema, false);
    prune(&mut schema, DEPTH);
    let mut schema = finish(schema);
    if let Some(Value::Object(properties)) = schema.get_mut("properties")
        && properties
            .values()
            .any(|property| property["type"] == "array")
    {
        properties.insert(OMITTED.into(), serde_json::json!({"type": "integer"}));
    }
    schema
}

fn generate<T: JsonSchema>(settings: SchemaSettings) -> Value {
    let settings = settings.with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    settings
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

fn finish(schema: Value) -> JsonObject {
    let Value::Object(mut schema) = schema else {
        return JsonObject::new();
    };
    schema.remove("description");
    schema.insert("type".into(), "object".into());
    schema
        .entry("properties")
        .or_insert_with(|| Value::Object(Map::new()));
    schema.insert("additionalProperties".into(), false.into());
    schema
}

/// Takes away what only costs room, and what says that something may be null: nulls are neither
/// taken nor sent.
fn tidy(schema: &mut Value, describes: bool) {
    let Value::Object(fields) = schema else {
        return;
    };
    for name in [
        "title", "format", "default", "examples", "minimum", "maximum", "pattern", "$schema",
    ] {
        fields.remove(name);
    }
    if !describes {
        fields.remove("description");
    }
    // Not every client takes a choice between numbers.
    if fields
        .get("enum")
        .and_then(Value::as_array)
        .is_some_and(|words| words.iter().any(Value::is_number))
    {
        fields.remove("enum");
    }
    without_null(fields);
    choices(fields);
    if let Some(Value::Object(properties)) = fields.get_mut("properties") {
        let mut may_lack = Vec::new();
        for (name, property) in properties.iter_mut() {
            if is_nullable(property) {
                may_lack.push(name.clone());
            }
            tidy(property, describes);
        }
        if let Some(Value::Array(required)) = fields.get_mut("required") {
            required.retain(|name| !may_lack.iter().any(|lacking| name == lacking));
            if required.is_empty() {
                fields.remove("required");
            }
        }
    }
    if let Some(items) = fields.get_mut("items") {
        tidy(items, describes);
    }
}

fn is_nullable(schema: &Value) -> bool {
    let is_null = |value: &Value| value == "null";
    let by_type = schema["type"]
        .as_array()
        .is_some_and(|types| types.iter().any(is_null));
    let by_choice = schema["anyOf"]
        .as_array()
        .is_some_and(|choices| choices.iter().any(|choice| is_null(&choice["type"])));
    by_type || by_choice
}

/// Takes `null` out of the types.
fn without_null(fields: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = fields.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            fields.insert("type".into(), only);
        }
        return;
    }
    let Some(Value::Array(choices)) = fields.get_mut("anyOf") else {
        return;
    };
    choices.retain(|choice| choice["type"] != "null");
    let [only] = choices.as_slice() else {
        return;
    };
    let only = only.clone();
    fields.remove("anyOf");
    if let Value::Object(only) = only {
        for (name, value) in only {
            fields.entry(name).or_insert(value);
        }
    }
    // What the choice brought along.
    for name in ["title", "format"] {
        fields.remove(name);
    }
}

/// Writes a choice between constants as what it is.
fn choices(fields: &mut Map<String, Value>) {
    let Some(Value::Array(variants)) = fields.get("oneOf") else {
        return;
    };
    let names: Option<Vec<Value>> = variants
        .iter()
        .map(|variant| variant.get("const").cloned())
        .collect();
    if let Some(names) = names {
        fields.remove("oneOf");
        fields.insert("type".into(), "string".into());
        fields.insert("enum".into(), Value::Array(names));
    }
}

/// Leaves of what lies deep no more than its type, and of an object just above that no more than
/// that it is one.
fn prune(schema: &mut Value, depth: usize) {
    let Value::Object(fields) = schema else {
        return;
    };
    let is_deep_object = depth < DEPTH && fields.contains_key("properties");
    let is_list_of_objects = fields
        .get("items")
        .is_some_and(|items| items["type"] == "object");
    if depth == 0 || is_deep_object || is_list_of_objects {
        fields.retain(|name, _| name == "type");
        return;
    }
    if let Some(Value::Object(properties)) = fields.get_mut("properties") {
        for property in properties.values_mut() {
            prune(property, depth - 1);
        }
    }
    if let Some(items) = fields.get_mut("items") {
        prune(items, depth - 1);
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    use super::{input, output};

    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    enum Kind {
        /// The one.
        OneKind,
        /// The other.
        Other,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        /// A number.
        number: Option<u64>,
        deep: Option<Box<Innermost>>,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Innermost {
        name: String,
    }

    /// A thing.
    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Thing {
        /// What kind.
        kind: Option<Kind>,
        #[serde(default)]
        list: Vec<Inner>,
        name: String,
    }

    #[test]
    fn arguments_are_described() {
        assert_eq!(
            Value::Object(input::<Thing>()),
            json!({
                "type": "object",
                "properties": {
                    "kind": {"description": "What kind.", "type": "string", "enum": ["one-kind", "other"]},
                    "list": {"type": "array", "items": {
                        "type": "object",
                        "properties": {
                            "number": {"description": "A number.", "type": "integer"},
                            "deep": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
                        },
                        "additionalProperties": false,
                    }},
                    "name": {"type": "string"},
                },
                "required": ["name"],
                "additionalProperties": false,
            })
        );
    }

    #[test]
    fn results_are_not_described_deeper_than_is_of_use() {
        assert_eq!(
            Value::Object(output::<Thing>()),
            json!({
                "type": "object",
                "properties": {
                    "kind": {"type": "string", "enum": ["one-kind", "other"]},
                    "list": {"type": "array"},
                    "name": {"type": "string"},
                    "omitted": {"type": "integer"},
                },
                "required": ["list", "name"],
                "additionalProperties": false,
            })
        );
    }
}
