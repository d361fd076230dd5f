//! One file, read and checked as far as it can be on its own.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::{PackFileError, PackFileErrorKind};
use super::node::Node;
use super::raw::{ChildEntry, TargetFile};
use super::source::SourceText;
use super::spec::{self, ActionSpec, ChildSpec};
use super::yaml;
use super::yaml_error::YamlError;
use crate::model::action::{
    ActionEntry, ArgumentError, ArgumentFault, Step, Subject, Vocabulary, parse,
};
use crate::model::path::PackPath;
use crate::model::reference::RefName;
use crate::model::url::PackUrl;

/// More findings than this in one file help nobody.
const MAX_FINDINGS: usize = 20;

/// What one file says. A key that is absent is `None`.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) name: Option<String>,
    pub(super) pack_type: Option<String>,
    pub(super) version: Option<String>,
    pub(super) depends_on: Option<Vec<String>>,
    pub(super) children: Option<Vec<Child>>,
    pub(super) actions: Option<Vec<ActionSpec>>,
    pub(super) teardown: Option<Vec<ActionSpec>>,
    pub(super) replaces_lists: bool,
    pub(super) extensions: Map<String, Value>,
}

/// A child and where it stands.
#[derive(Debug)]
pub(super) struct Child {
    pub(super) spec: ChildSpec,
    pub(super) source: Arc<SourceText>,
    pub(super) index: usize,
}

/// Reads one file of the shape `T`.
pub(super) fn read<T: DeserializeOwned + Into<TargetFile>>(
    source: &Arc<SourceText>,
    vocabulary: &Vocabulary,
) -> Result<Layer, Vec<PackFileError>> {
    let root = yaml::read(&source.text).map_err(|error| vec![syntax_error(source, &error)])?;
    let mut value = match root.to_value() {
        Value::Null => Value::Object(Map::new()),
        value => value,
    };
    let extensions = take_extensions(&mut value);
    let mut checker = Checker {
        source,
        root: &root,
        vocabulary,
        findings: Vec::new(),
    };
    let layer = checker
        .shape::<T>(value)
        .map(|file| checker.layer(file.into(), extensions));
    match layer {
        Some(layer) if checker.findings.is_empty() => Ok(layer),
        _ => Err(checker.findings),
    }
}

fn syntax_error(source: &SourceText, error: &YamlError) -> PackFileError {
    let hint = error.hint.map(str::to_owned);
    let finding = source.error(
        PackFileErrorKind::Syntax,
        error.place.clone(),
        &error.message,
        hint,
    );
    match &error.first {
        Some(first) => finding.with_place(source.underlined(first.clone()), "first here"),
        None => finding,
    }
}

/// Takes the author's own keys out: those of the file are kept, those of a child are only theirs.
fn take_extensions(value: &mut Value) -> Map<String, Value> {
    let is_own = |key: &str| key.starts_with("x-");
    let Value::Object(file) = value else {
        return Map::new();
    };
    let (own, ours) = std::mem::take(file)
        .into_iter()
        .partition(|(key, _)| is_own(key));
    *file = ours;
    if let Some(Value::Array(children)) = file.get_mut("children") {
        for child in children.iter_mut().filter_map(Value::as_object_mut) {
            child.retain(|key, _| !is_own(key));
        }
    }
    own
}

/// Collects findings about one file.
struct Checker<'a> {
    source: &'a Arc<SourceText>,
    root: &'a Node,
    vocabulary: &'a Vocabulary,
    findings: Vec<PackFileError>,
}

impl Checker<'_> {
    /// Reads the shape. Unknown keys are reported and then left out, so that what is wrong beside
    /// them is found in the same run.
    fn shape<T: DeserializeOwned>(&mut self, mut value: Value) -> Option<T> {
        loop {
            let error = match parse::<T>(&value) {
                Ok(file) => return Some(file),
                Err(error) => error,
            };
            self.refuse(&error);
            let is_removed =
                error.fault == ArgumentFault::UnknownKey && remove(&mut value, &error.path);
            if !is_removed || self.findings.len() >= MAX_FINDINGS {
                return None;
            }
        }
    }

    fn layer(&mut self, file: TargetFile, extensions: Map<String, Value>) -> Layer {
        if let Some(name) = &file.name {
            self.name(name);
        }
        if let Some(pack_type) = &file.pack_type {
            self.pack_type(pack_type);
        }
        for (index, pack) in file.depends_on.iter().flatten().enumerate() {
            self.dependency(index, pack);
        }
        Layer {
            name: file.name,
            pack_type: file.pack_type,
            version: file.version,
            depends_on: file.depends_on,
            children: file.children.map(|children| self.children(children)),
            actions: file.actions.map(|list| self.actions("actions", list)),
            teardown: file.teardown.map(|list| self.actions("teardown", list)),
            replaces_lists: file.actions_replace,
            extensions,
        }
    }

    fn name(&mut self, name: &str) {
        let rest_is_fine = name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !rest_is_fine || !name.starts_with(|first: char| first.is_ascii_lowercase()) {
            let error = ArgumentError::new(vec![key("name")], format!("`{name}` is not a name"));
            self.refuse(&error.with_hint(
                "a pack's name is made of `a-z`, `0-9` and `-`, and begins with a letter",
            ));
        }
    }

    fn pack_type(&mut self, name: &str) {
        if let Err(hint) = self.vocabulary.check_pack_type(name) {
            let place = self.root.locate(&[key("type")], Subject::Value);
            self.add(self.source.error(
                PackFileErrorKind::UnknownName,
                place,
                &format!("unknown pack type `{name}`"),
                Some(hint),
            ));
        }
    }

    /// A URL, or a pack's name or path; nothing is cloned for it, so that its form is all there
    /// is to check.
    fn dependency(&mut self, index: usize, pack: &str) {
        let is_url = pack.contains(':') || pack.starts_with("../") || pack.starts_with("./");
        let refusal = if is_url {
            PackUrl::parse(pack).err().map(|error| error.to_string())
        } else {
            PackPath::parse(pack).err().map(|error| error.to_string())
        };
        if let Some(message) = refusal {
            let path = vec![key("depends_on"), Step::Index(index)];
            self.refuse(&ArgumentError::new(path, message));
        }
    }

    fn children(&mut self, entries: Vec<ChildEntry>) -> Vec<Child> {
        let mut children = Vec::with_capacity(entries.len());
        for (index, entry) in entries.into_iter().enumerate() {
            if let Some(spec) = self.child(index, &entry) {
                children.push(Child {
                    spec,
                    source: Arc::clone(self.source),
                    index,
                });
            }
        }
        children
    }

    fn child(&mut self, index: usize, entry: &ChildEntry) -> Option<ChildSpec> {
        let at = |name: &str| vec![key("children"), Step::Index(index), key(name)];
        let url = PackUrl::parse(&entry.url)
            .map_err(|error| self.refuse(&ArgumentError::new(at("url"), error.to_string())))
            .ok();
        let path = match &entry.path {
            Some(path) => PackPath::parse(path)
                .map_err(|error| self.refuse(&ArgumentError::new(at("path"), error.to_string()))),
            None if url.is_none() => return None,
            None => PackPath::parse(ChildSpec::default_path(&entry.url)).map_err(|error| {
                let message = format!("no path can be made from the URL: {error}");
                self.refuse(&ArgumentError::new(at("url"), message).with_hint("give it a `path`"));
            }),
        };
        let reference = match &entry.reference {
            Some(name) => Some(
                RefName::parse(name)
                    .map_err(|error| self.refuse(&ArgumentError::new(at("ref"), error.to_string())))
                    .ok()?,
            ),
            None => None,
        };
        Some(ChildSpec {
            url: url?,
            path: path.ok()?,
            reference,
        })
    }

    fn actions(&mut self, list: &'static str, entries: Vec<ActionEntry>) -> Vec<ActionSpec> {
        let mut actions = Vec::with_capacity(entries.len());
        for (index, ActionEntry { name, arguments }) in entries.into_iter().enumerate() {
            if let Err(error) = self.vocabulary.check_action(&name, &arguments) {
                self.refuse(&error.below([key(list), Step::Index(index)]));
            }
            let action = ActionSpec::new(name, arguments);
            actions.push(action.read_from(self.source, list, index));
        }
        actions
    }

    fn refuse(&mut self, error: &ArgumentError) {
        let place = self.root.locate(&error.path, error.subject());
        let kind = spec::kind(error);
        self.add(
            self.source
                .error(kind, place, &error.message, error.hint.clone()),
        );
    }

    fn add(&mut self, finding: PackFileError) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        }
    }
}

fn key(name: &str) -> Step {
    Step::Key(name.to_owned())
}

/// Removes what stands at a path; whether there was something.
fn remove(value: &mut Value, path: &[Step]) -> bool {
    let Some((Step::Key(last), parents)) = path.split_last() else {
        return false;
    };
    let parent = parents
        .iter()
        .try_fold(value, |value, step| match step {
            Step::Key(name) => value.get_mut(name.as_str()),
            Step::Index(index) => value.get_mut(*index),
        })
        .and_then(Value::as_object_mut);
    parent.is_some_and(|parent| parent.shift_remove(last).is_some())
}
