//! Variables that last, in files.

use super::{
    batch::{Setting, Wanted},
    block_file::BlockFile,
    on_disk::{self, Source},
    record::EnvUndo,
    start_up_files,
};
use crate::{
    model::action::EnvScope,
    plugin::{action::ActionCx, error::ActionError},
};

pub(super) use super::{on_disk::Source as ReadFrom, take_back::take_back};

/// The files that a batch of variables is set in, each read once and written once.
pub(super) struct Durable {
    source: Source,
    scopes: Vec<(EnvScope, Vec<BlockFile>)>,
}

impl Durable {
    /// Nothing is read yet. From the host only one variable can be set.
    pub(super) fn new(source: Source) -> Self {
        Self {
            source,
            scopes: Vec::new(),
        }
    }

    /// Sets a variable, in memory.
    ///
    /// # Errors
    /// A file of its scope cannot be used, or cannot hold the value. Nothing is set then.
    pub(super) fn set(
        &mut self,
        cx: &ActionCx<'_>,
        wanted: &Wanted,
    ) -> Result<Setting, ActionError> {
        let files = self.files(cx, wanted)?;
        let lines = files
            .iter()
            .map(|file| file.line(&wanted.name, &wanted.value))
            .collect::<Result<Vec<_>, _>>()?;
        let mut setting = Setting::default();
        let mut directories = Vec::new();
        let mut undone = Vec::new();
        for (file, line) in files.iter_mut().zip(lines) {
            let edit = file.set(cx, &wanted.name, line)?;
            setting.changes.extend(edit.changes);
            directories.extend(edit.directories);
            undone.extend(edit.undo);
        }
        if !undone.is_empty() {
            let undo = EnvUndo {
                name: wanted.name.clone(),
                scope: wanted.scope,
                files: undone,
            };
            setting.undo = Some(undo.into_record(&wanted.resource(), directories)?);
        }
        Ok(setting)
    }

    /// Writes what was set. Everything in it has been read, and found whole, before.
    ///
    /// # Errors
    /// A file cannot be written. Those before it are.
    pub(super) async fn write(self, cx: &ActionCx<'_>) -> Result<(), ActionError> {
        for (scope, files) in &self.scopes {
            for file in files {
                let written = match file.is_edited() {
                    true => file.write(cx).await,
                    false => on_disk::clear_temporary(cx, file.path()).await,
                };
                written.map_err(|error| match scope {
                    EnvScope::Machine => error.with_hint(
                        "run grex with the rights to write the file, or set it with `scope: user`",
                    ),
                    EnvScope::User | EnvScope::Session => error,
                })?;
            }
        }
        Ok(())
    }

    fn files(
        &mut self,
        cx: &ActionCx<'_>,
        wanted: &Wanted,
    ) -> Result<&mut Vec<BlockFile>, ActionError> {
        let scope = wanted.scope;
        let known = self.scopes.iter().position(|(known, _)| *known == scope);
        let index = match known {
            Some(index) => index,
            None => {
                let files = open(cx, self.source, wanted)?;
                self.scopes.push((scope, files));
                self.scopes.len() - 1
            }
        };
        Ok(&mut self.scopes[index].1)
    }
}

/// Opens the files of a scope. Two paths may lead to one file.
fn open(cx: &ActionCx<'_>, source: Source, wanted: &Wanted) -> Result<Vec<BlockFile>, ActionError> {
    let mut files: Vec<BlockFile> = Vec::new();
    for (path, dialect) in start_up_files::of(cx, wanted.scope)? {
        let file = BlockFile::open(cx, source, path, dialect, &wanted.name)?;
        if files.iter().all(|known| known.path() != file.path()) {
            files.push(file);
        }
    }
    Ok(files)
}
