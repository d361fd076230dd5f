//! A tree of values that remembers where in its file each of them stands.

use std::ops::Range;

use serde_json::Value;

use crate::model::action::{Step, Subject};

/// A value of a YAML file and the bytes where it stands.
#[derive(Debug)]
pub(super) struct Node {
    /// Where it stands; empty, at its beginning, for a list or mapping in block style.
    pub(super) place: Range<usize>,
    /// What it is.
    pub(super) kind: Kind,
}

/// What a [`Node`] is.
#[derive(Debug)]
pub(super) enum Kind {
    /// Text, a number, a boolean or nothing.
    Scalar(Value),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Mapping(Vec<(Key, Node)>),
}

/// A key of a mapping: text, whatever it looks like.
#[derive(Debug, Clone)]
pub(super) struct Key {
    /// The text.
    pub(super) text: String,
    /// Where it stands.
    pub(super) place: Range<usize>,
}

impl Node {
    /// The same as plain data, without the places.
    pub(super) fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Scalar(value) => value.clone(),
            Kind::List(items) => Value::Array(items.iter().map(Node::to_value).collect()),
            Kind::Mapping(entries) => Value::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.text.clone(), value.to_value()))
                    .collect(),
            ),
        }
    }

    /// The bytes to underline for what stands at `path`: the key itself or the value. Where the
    /// path leads to nothing, the nearest thing above it that exists.
    pub(super) fn locate(&self, path: &[Step], subject: Subject) -> Range<usize> {
        let Some((last, parents)) = path.split_last() else {
            return self.head();
        };
        let mut node = self;
        for step in parents {
            match node.child(step) {
                Some((_, child)) => node = child,
                None => return node.head(),
            }
        }
        match (node.child(last), subject) {
            (Some((Some(key), _)), Subject::Key) => key.place.clone(),
            (Some((Some(key), child)), Subject::Value) if child.is_nothing() => key.place.clone(),
            (Some((_, child)), _) => child.head(),
            (None, _) => node.head(),
        }
    }

    /// Whether something stands at `path`.
    pub(super) fn has(&self, path: &[Step]) -> bool {
        path.iter()
            .try_fold(self, |node, step| node.child(step).map(|(_, child)| child))
            .is_some()
    }

    /// The bytes that stand for the node as a whole: its own, or its first key's.
    fn head(&self) -> Range<usize> {
        match &self.kind {
            Kind::Mapping(entries) => entries
                .first()
                .map_or_else(|| self.place.clone(), |(key, _)| key.place.clone()),
            Kind::List(items) => items.first().map_or_else(|| self.place.clone(), Node::head),
            Kind::Scalar(_) => self.place.clone(),
        }
    }

    /// Whether there is no text to underline: a key without a value.
    fn is_nothing(&self) -> bool {
        matches!(self.kind, Kind::Scalar(_)) && self.place.is_empty()
    }

    fn child(&self, step: &Step) -> Option<(Option<&Key>, &Node)> {
        match (&self.kind, step) {
            (Kind::List(items), Step::Index(index)) => items.get(*index).map(|item| (None, item)),
            (Kind::Mapping(entries), Step::Key(name)) => entries
                .iter()
                .find(|(key, _)| key.text == *name)
                .map(|(key, value)| (Some(key), value)),
            _ => None,
        }
    }
}
