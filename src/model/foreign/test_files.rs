//! Files in memory, for tests.

use std::collections::BTreeMap;

use super::{Contents, Context, Files, ForeignError, Format, Found, Groups, read};
use crate::model::url::PackUrl;

/// Files by their paths; those of other repositories are at `REPOSITORY:PATH`.
#[derive(Default)]
pub(super) struct Memory {
    files: BTreeMap<String, Vec<u8>>,
    groups: Vec<String>,
    origin: Option<PackUrl>,
}

impl Memory {
    /// One file.
    pub(super) fn of(path: &str, text: &str) -> Self {
        Self::default().and(path, text)
    }

    /// And another one.
    pub(super) fn and(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.into());
        self
    }

    /// Asks for groups.
    pub(super) fn groups(mut self, words: &[&str]) -> Self {
        self.groups = words.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    /// Says where the repository of the files comes from.
    pub(super) fn origin(mut self, url: &str) -> Self {
        self.origin = PackUrl::parse(url).ok();
        self
    }

    /// Reads a file and those that it names.
    pub(super) fn read(&self, format: Format, file: &str) -> Result<Found, ForeignError> {
        let directory = PackUrl::parse("/ws").ok();
        let groups = Groups::new(&self.groups, "linux");
        let cx = Context {
            files: self,
            groups: &groups,
            origin: self.origin.as_ref(),
            directory: directory.as_ref(),
        };
        read(format, file, &cx)
    }
}

impl Files for Memory {
    fn read(&self, path: &str) -> Result<Option<Contents>, String> {
        if let Some(bytes) = self.files.get(path) {
            return Ok(Some(Contents::File(bytes.clone())));
        }
        let below = format!("{path}/");
        let names: Vec<String> = self
            .files
            .keys()
            .filter_map(|file| file.strip_prefix(&below))
            .map(str::to_owned)
            .collect();
        Ok((!names.is_empty()).then_some(Contents::Directory(names)))
    }

    fn read_in(&self, repository: &str, path: &str) -> Result<Option<Contents>, String> {
        Files::read(self, &format!("{repository}:{path}"))
    }
}

/// `path url ref` of what was found, in order.
pub(super) fn lines(found: &Found) -> Vec<String> {
    let line = |repository: &super::Repository| {
        let reference = repository.reference.as_ref();
        let reference = reference.map_or(String::from("-"), ToString::to_string);
        format!("{} {} {reference}", repository.path, repository.url)
    };
    found.repositories.iter().map(line).collect()
}

/// `path: reason` of what was left out.
pub(super) fn skipped(found: &Found) -> Vec<String> {
    let line = |entry: &super::Skipped| format!("{}: {}", entry.path, entry.reason);
    found.skipped.iter().map(line).collect()
}

/// `path:line: error` of what cannot be used.
pub(super) fn failed(found: &Found) -> Vec<String> {
    let line =
        |entry: &super::Failed| format!("{}:{}: {}", entry.path, entry.place.line, entry.error);
    found.failed.iter().map(line).collect()
}

/// `what count line` of what is not carried over.
pub(super) fn notes(found: &Found) -> Vec<String> {
    let notes = found.notes();
    notes
        .map(|note| format!("{} {} {}", note.what, note.count, note.place.line))
        .collect()
}
