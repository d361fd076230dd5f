//! A pack's contract as values.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::error::{PackFileError, PackFileErrorKind};
use super::source::SourceText;
use super::yaml;
use crate::model::action::{ArgumentError, ArgumentFault, Step};
use crate::model::path::PackPath;
use crate::model::reference::RefName;
use crate::model::url::PackUrl;

/// What a pack declares, after the platform's override is merged in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PackSpec {
    /// Its name: `^[a-z][a-z0-9-]*$`, or a directory's name for a repository without a contract.
    pub name: String,
    /// Its type, which the vocabulary knows.
    pub pack_type: String,
    /// Its version, free text.
    pub version: Option<String>,
    /// Names, paths or URLs of packs that have to be there. They are never cloned for it.
    pub depends_on: Vec<String>,
    /// Packs that it owns, in order.
    pub children: Vec<ChildSpec>,
    /// What is done on install, in order.
    pub actions: Vec<ActionSpec>,
    /// What is done on teardown; none means to undo what was installed, in reverse.
    pub teardown: Option<Vec<ActionSpec>>,
    /// The author's own keys, `x-...`.
    pub extensions: Map<String, Value>,
}

/// A pack that another one owns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChildSpec {
    /// Where it comes from, as declared; may be relative to the parent's URL (`../x.git`).
    pub url: PackUrl,
    /// Where it lies, relative to the parent.
    pub path: PackPath,
    /// The branch, tag or commit that it follows; none means the remote's default branch.
    pub reference: Option<RefName>,
}

/// An action of a pack: its name and arguments. Serialises as the mapping with one key that it
/// was written as.
#[derive(Debug, Clone)]
pub struct ActionSpec {
    /// The action's name, which the vocabulary knows.
    pub name: String,
    /// Its arguments, which the vocabulary's check accepted.
    pub arguments: Value,
    origin: Option<Origin>,
}

/// Where an action stands. Places are looked up by reading the text again, which costs nothing
/// until there is an error.
#[derive(Debug, Clone)]
struct Origin {
    source: Arc<SourceText>,
    list: &'static str,
    index: usize,
}

impl PackSpec {
    /// The contract of a git repository without one: type `meta`, no children, no actions.
    pub fn plain(directory_name: &str) -> Self {
        Self {
            name: directory_name.to_owned(),
            pack_type: "meta".to_owned(),
            version: None,
            depends_on: Vec::new(),
            children: Vec::new(),
            actions: Vec::new(),
            teardown: None,
            extensions: Map::new(),
        }
    }
}

impl ChildSpec {
    /// The path of a child that gives none: the last segment of its URL without `.git`. May be
    /// empty or not a path at all (`..`); `PackPath::parse` decides.
    pub fn default_path(url: &str) -> &str {
        let url = url.trim_end_matches(['/', '\\']);
        let last = url.rsplit(['/', '\\', ':']).next().unwrap_or(url);
        last.strip_suffix(".git").unwrap_or(last)
    }
}

impl ActionSpec {
    /// An action that was not read from a file.
    pub fn new(name: impl Into<String>, arguments: Value) -> Self {
        Self {
            name: name.into(),
            arguments,
            origin: None,
        }
    }

    /// An action that stands in `list` of a file at `index`.
    pub(super) fn read_from(
        mut self,
        source: &Arc<SourceText>,
        list: &'static str,
        index: usize,
    ) -> Self {
        self.origin = Some(Origin {
            source: Arc::clone(source),
            list,
            index,
        });
        self
    }

    /// An error about this action that underlines what is meant. `error.path` begins below the
    /// action's name, where its arguments do.
    pub fn error(&self, error: &ArgumentError) -> PackFileError {
        let Some(origin) = &self.origin else {
            let mut plain = PackFileError::unreadable(self.name.clone(), error.message.clone());
            plain.kind = kind(error);
            plain.hint.clone_from(&error.hint);
            return plain;
        };
        origin.source.error(
            kind(error),
            origin.place(&self.name, error),
            &error.message,
            error.hint.clone(),
        )
    }

    /// [`Self::error`], which underlines also what `first_error` means in the action `first`, as the
    /// other of two that cannot both be, if both actions stand in one file.
    pub fn error_beside(
        &self,
        error: &ArgumentError,
        first: &Self,
        first_error: &ArgumentError,
    ) -> PackFileError {
        let second = self.error(error);
        match (&self.origin, &first.origin) {
            (Some(mine), Some(theirs)) if Arc::ptr_eq(&mine.source, &theirs.source) => {
                second.with_place(theirs.place(&first.name, first_error), "the other one")
            }
            _ => second,
        }
    }
}

impl Origin {
    fn place(&self, name: &str, error: &ArgumentError) -> std::ops::Range<usize> {
        let above = [
            Step::Key(self.list.to_owned()),
            Step::Index(self.index),
            Step::Key(name.to_owned()),
        ];
        let path: Vec<Step> = above
            .into_iter()
            .chain(error.path.iter().cloned())
            .collect();
        // The text was read before, so that it can be read again.
        yaml::read(&self.source.text).map_or(0..0, |root| root.locate(&path, error.subject()))
    }
}

/// The kind of a finding about arguments.
pub(super) fn kind(error: &ArgumentError) -> PackFileErrorKind {
    match error.fault {
        ArgumentFault::UnknownAction => PackFileErrorKind::UnknownName,
        ArgumentFault::UnknownKey | ArgumentFault::InvalidKey | ArgumentFault::Invalid => {
            PackFileErrorKind::Invalid
        }
    }
}

impl PartialEq for ActionSpec {
    /// Where an action stands is no part of what it is.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.arguments == other.arguments
    }
}

impl Serialize for ActionSpec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(&self.name, &self.arguments)])
    }
}
