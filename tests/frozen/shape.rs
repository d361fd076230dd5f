//! A JSON Schema as facts.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::promise::Facts;

/// Who writes what the schema is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// People and agents: what is taken is promised, limits are demands.
    In,
    /// grex: all that is said of it is promised.
    Out,
}

/// What a schema says of the values at `place`.
pub(crate) fn facts(way: Way, place: &str, schema: &Value) -> Facts {
    let mut walk = Walk {
        way,
        root: schema,
        open: Vec::new(),
        facts: Facts::new(),
    };
    walk.at(place, schema);
    walk.facts
}

/// Keywords that say nothing about values, or that are looked at by name.
const OTHERS: &[&str] = &[
    "$schema",
    "$defs",
    "$ref",
    "title",
    "description",
    "type",
    "const",
    "enum",
    "oneOf",
    "anyOf",
    "properties",
    "patternProperties",
    "additionalProperties",
    "required",
    "items",
    "default",
];

struct Walk<'a> {
    way: Way,
    root: &'a Value,
    /// The definitions that are being walked, and where each was met.
    open: Vec<(&'a str, String)>,
    facts: Facts,
}

impl<'a> Walk<'a> {
    fn say(&mut self, place: &str, what: &str) {
        self.facts.insert(format!("{place}: {what}"));
    }

    /// A limit: a demand on who writes, a promise to who reads.
    fn limit(&mut self, place: &str, what: &str) {
        let mark = if self.way == Way::In { "! " } else { "" };
        self.facts.insert(format!("{mark}{place}: {what}"));
    }

    fn at(&mut self, place: &str, schema: &'a Value) {
        let Value::Object(fields) = schema else {
            self.say(place, &format!("anything: {schema}"));
            return;
        };
        if let Some(default) = fields.get("default").filter(|it| !it.is_null()) {
            self.say(place, &format!("default {default}"));
        }
        if let Some(name) = fields.get("$ref").and_then(Value::as_str) {
            let met = self.open.iter().find(|(open, _)| *open == name);
            if let Some((_, there)) = met {
                let what = format!("as {there}");
                self.say(place, &what);
                return;
            }
            self.open.push((name, place.to_owned()));
            self.at(place, self.definition(name));
            self.open.pop();
            return;
        }
        self.types(place, schema);
        for value in choices(fields) {
            self.say(place, &format!("{value} is a choice"));
        }
        self.limits(place, fields);
        self.inside(place, fields);
        self.variants(place, fields);
    }

    fn definition(&self, name: &str) -> &'a Value {
        let pointer = name.strip_prefix('#').expect("a definition of its own");
        self.root.pointer(pointer).expect("a definition")
    }

    fn types(&mut self, place: &str, schema: &'a Value) {
        let types = self.types_of(schema);
        match self.way {
            Way::In => {
                for kind in types {
                    self.say(place, &format!("takes {kind}"));
                }
            }
            // A type more is a break for whoever reads.
            Way::Out if !types.is_empty() => {
                let types: Vec<_> = types.into_iter().collect();
                self.say(place, &format!("is {}", types.join(" or ")));
            }
            Way::Out => {}
        }
    }

    fn types_of(&self, schema: &'a Value) -> BTreeSet<&'a str> {
        let mut types = BTreeSet::new();
        match &schema["type"] {
            Value::String(kind) => drop(types.insert(kind.as_str())),
            Value::Array(kinds) => types.extend(kinds.iter().filter_map(Value::as_str)),
            _ => {}
        }
        if let Some(name) = schema["$ref"].as_str()
            && !self.open.iter().any(|(open, _)| *open == name)
        {
            types.append(&mut self.types_of(self.definition(name)));
        }
        for keyword in ["oneOf", "anyOf"] {
            for variant in schema[keyword].as_array().into_iter().flatten() {
                types.append(&mut self.types_of(variant));
            }
        }
        types
    }

    fn limits(&mut self, place: &str, fields: &'a Map<String, Value>) {
        for (keyword, value) in fields {
            if !OTHERS.contains(&keyword.as_str()) {
                self.limit(place, &format!("{keyword} {value}"));
            }
        }
        if fields.get("additionalProperties") == Some(&Value::Bool(false)) && self.way == Way::In {
            self.limit(place, "no other keys");
        }
        for key in strings(fields.get("required")) {
            match self.way {
                Way::In => self.limit(place, &format!("needs {key}")),
                Way::Out => self.say(&format!("{place}.{key}"), "always there"),
            }
        }
    }

    fn inside(&mut self, place: &str, fields: &'a Map<String, Value>) {
        for keyword in ["properties", "patternProperties"] {
            let inner = fields.get(keyword).and_then(Value::as_object);
            for (key, schema) in inner.into_iter().flatten() {
                self.at(&format!("{place}.{key}"), schema);
            }
        }
        match fields.get("additionalProperties") {
            None | Some(Value::Bool(_)) => {}
            Some(schema) => self.at(&format!("{place}.*"), schema),
        }
        if let Some(items) = fields.get("items") {
            self.at(&format!("{place}[]"), items);
        }
    }

    fn variants(&mut self, place: &str, fields: &'a Map<String, Value>) {
        for keyword in ["oneOf", "anyOf"] {
            let variants = fields.get(keyword).and_then(Value::as_array);
            for variant in variants.into_iter().flatten() {
                let is_plain = variant.get("const").is_some() || variant["type"] == "null";
                if is_plain {
                    continue;
                }
                match label(variant) {
                    Some(label) => {
                        self.say(place, &format!("has the form {label}"));
                        self.at(&format!("{place}<{label}>"), variant);
                    }
                    None => self.at(place, variant),
                }
            }
        }
    }
}

/// What tells a form from the others: the keys that it needs, with their values where these are
/// given.
fn label(variant: &Value) -> Option<String> {
    let keys = strings(variant.get("required"));
    let words: Vec<String> = keys
        .map(|key| match variant["properties"][key]["const"].as_str() {
            Some(value) => format!("{key}={value}"),
            None => key.to_owned(),
        })
        .collect();
    // A tag says enough.
    let tag = words.iter().find(|word| word.contains('='));
    let label = tag.cloned().unwrap_or_else(|| words.join("+"));
    (!label.is_empty()).then_some(label)
}

fn choices(fields: &Map<String, Value>) -> Vec<&Value> {
    let mut values: Vec<&Value> = fields.get("const").into_iter().collect();
    values.extend(
        fields
            .get("enum")
            .and_then(Value::as_array)
            .into_iter()
            .flatten(),
    );
    for variant in fields
        .get("oneOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        values.extend(variant.get("const"));
        values.extend(
            variant
                .get("enum")
                .and_then(Value::as_array)
                .into_iter()
                .flatten(),
        );
    }
    values
}

fn strings(list: Option<&Value>) -> impl Iterator<Item = &str> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Way, facts};

    #[test]
    fn a_schema_is_read_whole() {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["a"],
            "properties": {
                "a": {"type": ["string", "null"], "minLength": 1},
                "b": {"$ref": "#/$defs/B"},
            },
            "$defs": {"B": {
                "oneOf": [
                    {"type": "object", "required": ["c"], "properties": {"c": {"$ref": "#/$defs/B"}}},
                    {"type": "string", "const": "x"},
                ],
            }},
        });
        let taken: Vec<String> = facts(Way::In, "f", &schema).into_iter().collect();
        assert_eq!(
            taken,
            [
                "! f.a: minLength 1",
                "! f.b<c>: needs c",
                "! f: needs a",
                "! f: no other keys",
                "f.a: takes null",
                "f.a: takes string",
                "f.b: \"x\" is a choice",
                "f.b: has the form c",
                "f.b: takes object",
                "f.b: takes string",
                "f.b<c>.c: as f.b",
                "f.b<c>: takes object",
                "f: takes object",
            ]
        );
        let told = facts(Way::Out, "f", &schema);
        for line in [
            "f.a: is null or string",
            "f.a: always there",
            "f.a: minLength 1",
        ] {
            assert!(told.contains(line), "{line}: {told:#?}");
        }
    }
}
