//! The disk as a foreign file may see it: nothing outside of the directory that its repository is.

use std::path::{Path, PathBuf};

use crate::{
    model::{
        foreign::{Contents, Files},
        path::PackPath,
        text,
    },
    store::layout::Workspace,
    sys::{fs, reason::reason},
};

/// The longest file that is read.
pub(super) const LIMIT: u64 = 8 << 20;

/// The most names of one directory that are looked at.
const MAX_NAMES: usize = 10_000;

/// A directory that bounds what is read, and the workspace, for files of other repositories in it.
pub(super) struct Bounded<'a> {
    /// The directory, without links.
    pub(super) root: PathBuf,
    /// The workspace.
    pub(super) workspace: &'a Workspace,
}

impl Files for Bounded<'_> {
    fn read(&self, path: &str) -> Result<Option<Contents>, String> {
        read_below(&self.root, path)
    }

    fn read_in(&self, repository: &str, path: &str) -> Result<Option<Contents>, String> {
        let pack = PackPath::parse(repository).map_err(|error| error.to_string())?;
        let root = self
            .workspace
            .pack_root(&pack)
            .map_err(|error| error.to_string())?;
        match fs::canonicalize(&root) {
            Ok(root) => read_below(&root, path),
            Err(_) => Ok(None),
        }
    }
}

/// Links are followed only to what lies below `root` itself.
fn read_below(root: &Path, path: &str) -> Result<Option<Contents>, String> {
    let Ok(real) = fs::canonicalize(&root.join(path)) else {
        return Ok(None);
    };
    if !real.starts_with(root) {
        let path = text::shown(path);
        return Err(format!(
            "`{path}` is a link that leads out of {}",
            root.display()
        ));
    }
    if real.is_dir() {
        return names(&real).map(|names| Some(Contents::Directory(names)));
    }
    let bytes = fs::read_regular(&real, LIMIT).map_err(|error| error.to_string())?;
    Ok(bytes.map(Contents::File))
}

fn names(directory: &Path) -> Result<Vec<String>, String> {
    let entries = std::fs::read_dir(directory)
        .map_err(|error| format!("cannot list {}: {}", directory.display(), reason(&error)))?;
    let names = entries
        .take(MAX_NAMES)
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.collect();
    names.sort();
    Ok(names)
}
