//! What was found in foreign files.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::entry::Entry;
use crate::model::{path::PackPath, reference::RefName, text, url::PackUrl};

/// A place in a foreign file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as it is reached from the directory that bounds what is read.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// A repository that can be registered as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// Where it goes.
    pub path: PackPath,
    /// Where it comes from.
    pub url: PackUrl,
    /// The branch, tag or commit that it is at.
    pub reference: Option<RefName>,
    /// Where it is declared.
    pub place: Place,
}

/// A repository of which the file says only where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnDisk {
    /// Its directory, as written.
    pub directory: String,
    /// Where it is declared.
    pub place: Place,
}

/// An entry that is left out on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// What it is called there, fit to be shown.
    pub path: String,
    /// Why.
    pub reason: String,
    /// Where it is declared.
    pub place: Place,
}

/// An entry that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// What it is called there, fit to be shown.
    pub path: String,
    /// Why, as a fragment.
    pub error: String,
    /// Where it is declared.
    pub place: Place,
}

/// Something of the file's that has no counterpart here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What, fit to be shown.
    pub what: String,
    /// How often it is there.
    pub count: usize,
    /// Where it is first.
    pub place: Place,
}

/// Why a file cannot be used at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct ForeignError {
    /// Where; the line is 0 where there is no telling.
    pub place: Place,
    /// Why, as a fragment.
    pub reason: String,
}

impl ForeignError {
    /// An error at a line of a file.
    pub(super) fn new(file: &str, line: usize, reason: impl Into<String>) -> Self {
        let file = file.to_owned();
        Self {
            place: Place { file, line },
            reason: reason.into(),
        }
    }
}

/// What a file and those that it names say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The repositories, each path once, in the order of the file.
    pub repositories: Vec<Repository>,
    /// Repositories whose URL only the disk can tell.
    pub on_disk: Vec<OnDisk>,
    /// What is left out on purpose.
    pub skipped: Vec<Skipped>,
    /// What cannot be used.
    pub failed: Vec<Failed>,
    notes: IndexMap<String, (usize, Place)>,
    /// The places by path, so that one that is named twice is noticed.
    places: HashMap<PackPath, Place>,
}

impl Found {
    /// What is not carried over, in the order in which it was met.
    pub fn notes(&self) -> impl Iterator<Item = Note> + '_ {
        self.notes.iter().map(|(what, (count, place))| Note {
            what: what.clone(),
            count: *count,
            place: place.clone(),
        })
    }

    /// Notes something that is not carried over.
    pub fn note(&mut self, what: impl AsRef<str>, place: &Place) {
        let what = one_line(what.as_ref());
        let (count, _) = self.notes.entry(what).or_insert((0, place.clone()));
        *count += 1;
    }

    /// Leaves an entry out.
    pub fn skip(&mut self, path: &str, place: &Place, reason: impl Into<String>) {
        self.skipped.push(Skipped {
            path: one_line(path),
            reason: one_line(&reason.into()),
            place: place.clone(),
        });
    }

    /// Says that an entry cannot be used.
    pub fn fail(&mut self, path: &str, place: &Place, error: impl Into<String>) {
        self.failed.push(Failed {
            path: one_line(path),
            error: one_line(&error.into()),
            place: place.clone(),
        });
    }

    /// Takes an entry in: a repository if its texts are a path, a URL and a ref.
    pub(super) fn add(&mut self, entry: Entry) {
        match entry.check() {
            Ok(repository) => self.insert(repository),
            Err((path, place, error)) => self.fail(&path, &place, error),
        }
    }

    fn insert(&mut self, repository: Repository) {
        let Repository { path, place, .. } = &repository;
        if let Some(first) = self.places.get(path) {
            let first = format!("declared already in line {} of {}", first.line, first.file);
            let (path, place) = (path.to_string(), place.clone());
            self.fail(&path, &place, first);
            return;
        }
        self.places.insert(path.clone(), place.clone());
        self.repositories.push(repository);
    }
}

/// A text fit to be shown, on one line.
fn one_line(text: &str) -> String {
    text::shown(text).replace(['\n', '\t'], " ")
}
