//! One pack while the log is folded: texts, each with the line that it comes from.

use serde_json::{Map, Value};

use super::{Declaration, LineError, ManifestError};
use crate::model::event::{Added, Patch, RefChange};
use crate::model::path::PackPath;
use crate::model::reference::RefName;
use crate::model::url::PackUrl;

/// A text and the line (from 1) that set it.
#[derive(Debug)]
struct Field {
    text: String,
    line: usize,
}

impl Field {
    fn new(text: &str, line: usize) -> Self {
        Self {
            text: text.to_owned(),
            line,
        }
    }

    /// Replaces the text in the memory that it has.
    fn set(&mut self, text: &str, line: usize) {
        self.text.clear();
        self.text.push_str(text);
        self.line = line;
    }

    fn parse<T, E: std::fmt::Display>(
        &self,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, ManifestError> {
        parse(&self.text).map_err(|error| ManifestError {
            line: self.line,
            reason: LineError::Declaration(error.to_string()),
        })
    }
}

/// A declared pack, unchecked.
#[derive(Debug)]
pub(super) struct Draft {
    /// The line of the `add`.
    line: usize,
    url: Field,
    path: Field,
    pack_type: String,
    reference: Option<Field>,
    extra: Map<String, Value>,
}

impl Draft {
    /// Starts from an `add`.
    pub(super) fn new(added: &Added<'_>, extra: Map<String, Value>, line: usize) -> Self {
        Self {
            line,
            url: Field::new(&added.url, line),
            path: Field::new(&added.path, line),
            pack_type: added.pack_type.as_ref().to_owned(),
            reference: added
                .reference
                .as_deref()
                .map(|text| Field::new(text, line)),
            extra,
        }
    }

    /// Applies an `update`.
    pub(super) fn patch(&mut self, patch: &Patch<'_>, extra: Map<String, Value>, line: usize) {
        if let Some(url) = &patch.url {
            self.url.set(url, line);
        }
        if let Some(path) = &patch.path {
            self.path.set(path, line);
        }
        if let Some(pack_type) = &patch.pack_type {
            self.pack_type.clear();
            self.pack_type.push_str(pack_type);
        }
        match (&patch.reference, &mut self.reference) {
            (RefChange::Keep, _) => {}
            (RefChange::Clear, reference) => *reference = None,
            (RefChange::Set(text), Some(reference)) => reference.set(text, line),
            (RefChange::Set(text), reference) => *reference = Some(Field::new(text, line)),
        }
        self.extra.extend(extra);
    }

    /// Returns the line that set the path.
    pub(super) fn path_line(&self) -> usize {
        self.path.line
    }

    /// Returns the declaration, if every text is what it should be. The id names directories of
    /// ours (the trash, undo records), so it is held to the rules of a path.
    pub(super) fn check(self, id: &str) -> Result<Declaration, ManifestError> {
        PackPath::parse(id).map_err(|error| ManifestError {
            line: self.line,
            reason: LineError::Declaration(format!("the id: {error}")),
        })?;
        Ok(Declaration {
            id: id.to_owned(),
            url: self.url.parse(PackUrl::parse)?,
            path: self.path.parse(PackPath::parse)?,
            reference: self
                .reference
                .map(|field| field.parse(RefName::parse))
                .transpose()?,
            pack_type: self.pack_type,
            extra: self.extra,
        })
    }
}
