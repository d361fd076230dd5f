//! Where the files of a workspace lie, and how a pack's path becomes a directory.

#[cfg(all(test, unix))]
mod tests;

use std::io;
use std::path::{Component, Path, PathBuf};

use super::StoreError;
use crate::model::path::PackPath;
use crate::sys::fs::{self, FileError};
use crate::sys::lock::{LockFile, Tier};

/// The name of the manifest where none is given.
pub const MANIFEST_NAME: &str = "grex.jsonl";

/// The directory of this machine's own files, below the workspace.
const STATE: [&str; 2] = [".grex", ".state"];

/// A workspace: a directory with a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    root: PathBuf,
    manifest: PathBuf,
}

impl Workspace {
    /// Finds the workspace that `start` lies in: the nearest directory with a `grex.jsonl`, at it
    /// or above it.
    ///
    /// # Errors
    /// There is none, or `start` is not there.
    pub fn find(start: &Path) -> Result<Self, StoreError> {
        let directory = canonical(start)?;
        directory
            .ancestors()
            // A link of that name is found too, and then refused when it is read: to pass over it
            // would be to act on a workspace further up that nobody meant.
            .find(|root| {
                root.join(MANIFEST_NAME)
                    .symlink_metadata()
                    .is_ok_and(|metadata| !metadata.is_dir())
            })
            .map(|root| Self {
                root: root.into(),
                manifest: root.join(MANIFEST_NAME),
            })
            .ok_or(StoreError::NoWorkspace { start: directory })
    }

    /// Returns the workspace of a manifest, which need not be there yet; its directory must.
    ///
    /// # Errors
    /// The directory is not there, or `path` names none but a directory.
    pub fn at_manifest(path: &Path) -> Result<Self, StoreError> {
        let name = path
            .file_name()
            .ok_or_else(|| StoreError::NoManifest { path: path.into() })?;
        let root = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => canonical(parent)?,
            _ => canonical(Path::new("."))?,
        };
        Ok(Self {
            manifest: root.join(name),
            root,
        })
    }

    /// Returns the workspace that `directory` is or is to become. It need not be there, nor need
    /// the directories above it.
    ///
    /// # Errors
    /// A directory above it cannot be looked at, or something else than a directory is in the way.
    pub fn to_be(directory: &Path) -> Result<Self, StoreError> {
        let present = directory
            .ancestors()
            .find(|ancestor| ancestor.symlink_metadata().is_ok())
            .unwrap_or(Path::new("/"));
        let rest = directory.strip_prefix(present).unwrap_or(Path::new(""));
        let is_plain = |component| matches!(component, Component::Normal(_) | Component::CurDir);
        let root: PathBuf = if rest.components().all(is_plain) {
            canonical(present)?.join(rest).components().collect()
        } else {
            // The way back out of a directory that is not there leads nowhere.
            canonical(directory)?
        };
        Ok(Self {
            manifest: root.join(MANIFEST_NAME),
            root,
        })
    }

    /// Returns the directory, absolute and without links in it.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the manifest.
    #[must_use]
    pub fn manifest(&self) -> &Path {
        &self.manifest
    }

    /// Returns the lockfile: `x.lock.jsonl` beside the manifest `x.jsonl`.
    #[must_use]
    pub fn lockfile(&self) -> PathBuf {
        if self
            .manifest
            .extension()
            .is_some_and(|extension| extension == "jsonl")
        {
            self.manifest.with_extension("lock.jsonl")
        } else {
            let mut name = self.manifest.file_name().unwrap_or_default().to_owned();
            name.push(".lock.jsonl");
            self.manifest.with_file_name(name)
        }
    }

    /// Returns where `doctor` puts lines of the manifest that cannot be read.
    #[must_use]
    pub fn rejected(&self) -> PathBuf {
        let mut name = self.manifest.file_name().unwrap_or_default().to_owned();
        name.push(".rejected");
        self.manifest.with_file_name(name)
    }

    /// Returns the `.gitignore` that hides the packs.
    #[must_use]
    pub fn gitignore(&self) -> PathBuf {
        self.root.join(".gitignore")
    }

    /// Returns the `.gitattributes` that makes the books merge.
    #[must_use]
    pub fn gitattributes(&self) -> PathBuf {
        self.root.join(".gitattributes")
    }

    /// Returns the directory of this machine's own files.
    #[must_use]
    pub fn state_directory(&self) -> PathBuf {
        self.root.join(STATE[0]).join(STATE[1])
    }

    /// Returns the lock of a whole mutating verb.
    #[must_use]
    pub fn workspace_lock(&self) -> LockFile {
        let path = self.state_directory().join("workspace.grex-lock");
        LockFile::new(Tier::Workspace, &self.root, path)
    }

    /// Returns the lock of one write to the manifest.
    #[must_use]
    pub fn manifest_lock(&self) -> LockFile {
        let path = self.state_directory().join("manifest.grex-lock");
        LockFile::new(Tier::Books, &self.manifest, path)
    }

    /// Returns the journal.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.state_directory().join("journal.jsonl")
    }

    /// Returns where the answer of `git version` is remembered.
    #[must_use]
    pub fn git_memory(&self) -> PathBuf {
        self.state_directory().join("git.json")
    }

    /// Returns where it is kept what was installed here, and how to take it back.
    #[must_use]
    pub fn undo_directory(&self) -> PathBuf {
        self.state_directory().join("undo")
    }

    /// Returns the directory for what lives as long as a run.
    #[must_use]
    pub fn scratch(&self) -> PathBuf {
        self.state_directory().join("run")
    }

    /// Returns the trash.
    #[must_use]
    pub fn trash(&self) -> PathBuf {
        self.state_directory().join("trash")
    }

    /// Makes the directory of this machine's own files, which ignores itself. Whatever is there
    /// stays as it is.
    ///
    /// # Errors
    /// It cannot be made, or one of its two components is a link: our own files are then somebody
    /// else's.
    pub fn ensure_state(&self) -> Result<(), StoreError> {
        self.check_state()?;
        let directory = self.state_directory();
        fs::create_dir_all(&directory)?;
        let ignore = directory.join(".gitignore");
        if ignore.symlink_metadata().is_err() {
            fs::replace_atomically(&ignore, b"*\n")?;
        }
        Ok(())
    }

    /// Makes sure that the directory of this machine's own files is our own, if it is there.
    ///
    /// # Errors
    /// One of its two components is a link.
    pub fn check_state(&self) -> Result<(), StoreError> {
        let mut directory = self.root.clone();
        for component in STATE {
            directory.push(component);
            if is_link(&directory)? {
                return Err(StoreError::Link {
                    link: directory,
                    reason: "in place of our own directory".into(),
                });
            }
        }
        Ok(())
    }

    /// Returns the workspace that is, or is to be, at `root`, an absolute path.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self {
            root: root.into(),
            manifest: root.join(MANIFEST_NAME),
        }
    }

    /// Returns the directory of a pack, which need not be there. A component may be a symbolic
    /// link only to another place in the workspace where a pack may be.
    ///
    /// # Errors
    /// [`StoreError::Link`], naming the component.
    pub fn pack_root(&self, path: &PackPath) -> Result<PathBuf, StoreError> {
        let mut directory = self.root.clone();
        for component in path.as_str().split('/') {
            directory.push(component);
            match directory.symlink_metadata() {
                Ok(metadata) if metadata.is_symlink() => self.check_link(&directory)?,
                Ok(_) => {}
                // Nothing there, so nothing below either.
                Err(error) if error.kind() == io::ErrorKind::NotFound => break,
                Err(error) => return Err(FileError::when("look at", &directory)(error).into()),
            }
        }
        Ok(self.root.join(path.as_str()))
    }

    fn check_link(&self, link: &Path) -> Result<(), StoreError> {
        let refuse = |reason: String| {
            Err(StoreError::Link {
                link: link.into(),
                reason,
            })
        };
        let Ok(target) = fs::canonicalize(link) else {
            return refuse("that leads nowhere".into());
        };
        match target.strip_prefix(&self.root) {
            Err(_) => refuse(format!("to {}, outside the workspace", target.display())),
            Ok(inside) if inside.as_os_str().is_empty() => refuse("to the workspace itself".into()),
            Ok(inside) if inside.components().any(is_private) => {
                refuse(format!("into {}", target.display()))
            }
            Ok(_) => Ok(()),
        }
    }
}

/// Returns a pack's own lock, outside its work tree; it depends on the pack's directory alone, so
/// that two workspaces that contain the same directory exclude each other. `None` while there is
/// neither a repository nor a `.grex/.state` in the pack to hold it.
#[must_use]
// proof: Grex.Scheduler.packLock
pub fn pack_lock(pack_root: &Path) -> Option<LockFile> {
    const NAME: &str = ".grex-lock";
    let state = || pack_root.join(STATE[0]).join(STATE[1]);
    let own = |directory: PathBuf| {
        let metadata = directory.symlink_metadata().ok()?;
        let lock = || LockFile::new(Tier::Pack, pack_root, directory.join(NAME));
        metadata.is_dir().then(lock)
    };
    own(pack_root.join(".git")).or_else(|| own(state()))
}

fn is_private(component: Component<'_>) -> bool {
    let name = component.as_os_str();
    name.eq_ignore_ascii_case(".git") || name.eq_ignore_ascii_case(STATE[0])
}

fn is_link(path: &Path) -> Result<bool, FileError> {
    match path.symlink_metadata() {
        Ok(metadata) => Ok(metadata.is_symlink()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(FileError::when("look at", path)(error)),
    }
}

fn canonical(path: &Path) -> Result<PathBuf, FileError> {
    fs::canonicalize(path).map_err(FileError::when("find", path))
}
