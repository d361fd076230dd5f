//! What the verbs print, held against `docs/schema`.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use grex_fixtures::Outcome;
use jsonschema::Validator;
use serde_json::{Value, json};

/// The documents of one kind that were printed, and what of their schema they have shown.
pub(crate) struct Documents {
    name: &'static str,
    /// As it is published.
    open: Validator,
    /// The same where nothing is allowed that it does not name.
    closed: Validator,
    /// Every field that there can be, by its path (`[].failure.class`), and whether it has to be
    /// there; every word of a choice (`[].drift=clean`).
    fields: BTreeMap<String, bool>,
    words: BTreeSet<String>,
    seen: BTreeSet<String>,
}

impl Documents {
    /// Reads a schema.
    pub(crate) fn of(name: &'static str) -> Self {
        let path = format!("docs/schema/{name}.schema.json");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut documents = Self {
            name,
            open: validator(&schema),
            closed: validator(&closed(schema.clone())),
            fields: BTreeMap::new(),
            words: BTreeSet::new(),
            seen: BTreeSet::new(),
        };
        documents.describe(&schema, &schema, "");
        documents
    }

    /// Takes what a run printed, which has to be as the schema says and the only thing on standard
    /// output.
    #[track_caller]
    pub(crate) fn check(&mut self, outcome: &Outcome, code: i32) -> Value {
        outcome.code(code);
        assert_eq!(outcome.stdout.lines().count(), 1, "{}", outcome.stdout);
        let document = outcome.json();
        let wrong: Vec<String> = self
            .closed
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}\n{document:#}", self.name);
        self.see(&document, "");
        self.try_changes(&document);
        document
    }

    /// Asserts that every field and every word of the schema was printed, but for those whose
    /// paths begin like one of `not_reached`.
    #[track_caller]
    pub(crate) fn all_seen(&self, not_reached: &[&str]) {
        let all = self.fields.keys().chain(&self.words);
        let unseen: Vec<&String> = all
            .filter(|path| !self.seen.contains(*path))
            .filter(|path| !not_reached.iter().any(|start| path.starts_with(start)))
            .collect();
        assert!(
            unseen.is_empty(),
            "{}: nobody has printed {unseen:#?}",
            self.name
        );
        for start in not_reached {
            let is_seen = self.seen.iter().any(|path| path == start);
            assert!(!is_seen, "{}: {start} was printed after all", self.name);
        }
    }

    /// Notes what a schema describes.
    fn describe(&mut self, root: &Value, schema: &Value, path: &str) {
        if let Some(link) = schema["$ref"].as_str() {
            let target = root.pointer(link.trim_start_matches('#')).expect(link);
            return self.describe(root, target, path);
        }
        for choice in ["oneOf", "anyOf"] {
            for variant in schema[choice].as_array().into_iter().flatten() {
                self.describe(root, variant, path);
            }
        }
        let words = schema["enum"].as_array().into_iter().flatten();
        for word in words.chain(schema.get("const")) {
            self.words.insert(format!("{path}={}", plain(word)));
        }
        if schema.get("items").is_some() {
            self.describe(root, &schema["items"], &format!("{path}[]"));
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{path}.{name}");
            let required = schema["required"].as_array().into_iter().flatten();
            let is_required = required.clone().any(|required| required == name);
            let everywhere = self.fields.entry(path.clone()).or_insert(true);
            *everywhere &= is_required;
            self.describe(root, property, &path);
        }
    }

    fn see(&mut self, value: &Value, path: &str) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let path = format!("{path}.{name}");
                    self.seen.insert(path.clone());
                    self.see(value, &path);
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.see(item, &format!("{path}[]"));
                }
            }
            Value::Null => {}
            word => {
                let word = format!("{path}={}", plain(word));
                if self.words.contains(&word) {
                    self.seen.insert(word);
                }
            }
        }
    }

    /// A field under another name, or of another type, has to be against the published schema. Only
    /// the name of a field that need not be there can be any.
    #[track_caller]
    fn try_changes(&self, document: &Value) {
        for pointer in pointers(document, "") {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            let mut retyped = document.clone();
            let value = retyped.pointer_mut(&pointer).unwrap();
            *value = match value {
                Value::String(_) => json!(5),
                Value::Null => json!({}),
                _ => json!("another type"),
            };
            assert!(
                !self.open.is_valid(&retyped),
                "{}: {pointer} may be of another type: {document:#}",
                self.name
            );
            let mut renamed = document.clone();
            if let Some(Value::Object(fields)) = renamed.pointer_mut(parent) {
                let value = fields.shift_remove(name).unwrap();
                fields.insert(format!("new_{name}"), value);
                let path = without_places(&pointer);
                assert!(
                    self.fields[&path] != self.open.is_valid(&renamed),
                    "{}: {pointer} may have another name",
                    self.name
                );
            }
        }
    }
}

fn validator(schema: &Value) -> Validator {
    let options = jsonschema::options().should_validate_formats(true);
    options.build(schema).expect("a schema")
}

/// The same schema where nothing is allowed that it does not name.
fn closed(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(fields) => {
            for value in fields.values_mut() {
                *value = closed(value.take());
            }
            if fields.get("type").is_some_and(|kind| kind == "object") {
                fields.insert(String::from("additionalProperties"), Value::Bool(false));
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = closed(item.take());
            }
        }
        _ => {}
    }
    schema
}

/// The JSON pointers of everything in a document.
fn pointers(value: &Value, at: &str) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => {
            let fields = fields.iter();
            fields
                .map(|(name, value)| (format!("{at}/{name}"), value))
                .collect()
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items
                .map(|(index, value)| (format!("{at}/{index}"), value))
                .collect()
        }
        _ => Vec::new(),
    };
    let below = children.iter().flat_map(|(at, value)| pointers(value, at));
    children
        .iter()
        .map(|(at, _)| at.clone())
        .chain(below)
        .collect()
}

/// `/0/failure/class` as `[].failure.class`.
fn without_places(pointer: &str) -> String {
    let segments = pointer.split('/').skip(1);
    segments
        .map(|segment| match segment.parse::<usize>() {
            Ok(_) => String::from("[]"),
            Err(_) => format!(".{segment}"),
        })
        .collect()
}

fn plain(word: &Value) -> String {
    word.as_str()
        .map_or_else(|| word.to_string(), str::to_owned)
}
