//! Where a repository's refs are looked up.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use super::ObjectId;
use super::packed::Packed;
use super::syntax::{HeadText, is_full_name, parse_head};
use crate::git::config::RepositoryConfig;
use crate::git::file::{Found, look, read};
use crate::sys::fs::{FileError, inode};

/// A loose ref is one line; git itself reads no more than a few hundred bytes.
const LOOSE_LIMIT: u64 = 8 * 1024;
/// About a million refs.
const PACKED_LIMIT: u64 = 128 * 1024 * 1024;
const CONFIG_LIMIT: u64 = 4 * 1024 * 1024;

const NAMES_STORAGE: &str = "the configuration names a ref storage";

/// The refs of one repository, as its files say at the moment of asking.
///
/// This knows the layout that `git init` and `git clone` make. Whatever else a repository may be
/// is [`RefsError::Unusual`], and the caller asks git instead.
#[derive(Debug)]
pub struct Refs {
    git_dir: PathBuf,
    head: Head,
    commit: Option<ObjectId>,
    packed: Mutex<Option<(Stamp, Packed)>>,
}

/// What `HEAD` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// On the branch of this name (`main`, not `refs/heads/main`), which has a commit.
    Branch(String),
    /// On no branch, at this commit.
    Detached(ObjectId),
    /// On the branch of this name, which has no commit yet.
    Unborn(String),
}

/// What a ref points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefValue {
    /// The object: a commit, or an annotated tag.
    pub id: ObjectId,
    /// What the annotated tag leads to, where the file says so. `None` is "not recorded":
    /// [`crate::git::objects::peel_tag`] may know.
    pub peeled: Option<ObjectId>,
}

/// Why a ref could not be read from files. But for a damaged one, git is the one to ask.
#[derive(Debug, thiserror::Error)]
pub enum RefsError {
    /// Not the usual layout, or damaged. Git knows, or has the better message.
    #[error("refs cannot be read from files: {0}")]
    Unusual(String),
    /// The file of the ref of this name holds no commit, as after a power cut. Git cannot read it
    /// either, and says less.
    #[error("the file of `{0}` is damaged")]
    Damaged(String),
    /// Not a full ref name, or one that git would refuse.
    #[error("`{0}` is not a full ref name")]
    Name(String),
    /// A file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
}

/// What tells one version of `packed-refs` from the next: git always replaces the whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    inode: u64,
}

enum Loose {
    Missing,
    Id(ObjectId),
    Symbolic(String),
}

impl Refs {
    /// Opens the refs of `git_dir`, a repository's own `.git` directory, and reads `HEAD`.
    pub fn open(git_dir: &Path) -> Result<Self, RefsError> {
        refuse_unusual_layout(git_dir)?;
        Self::of_files(git_dir)
    }

    /// As [`Refs::open`], for who has read the repository's configuration, and knows that it is one of
    /// its own ([`crate::git::checkout::own_git_dir`]).
    pub fn open_configured(git_dir: &Path, config: &RepositoryConfig) -> Result<Self, RefsError> {
        refuse_reftable(git_dir)?;
        match config.names_ref_storage() {
            true => Err(unusual(NAMES_STORAGE)),
            false => Self::of_files(git_dir),
        }
    }

    fn of_files(git_dir: &Path) -> Result<Self, RefsError> {
        let mut refs = Self {
            git_dir: git_dir.into(),
            head: Head::Unborn(String::new()),
            commit: None,
            packed: Mutex::new(None),
        };
        (refs.head, refs.commit) = refs.read_head()?;
        Ok(refs)
    }

    /// What `HEAD` said when the refs were opened.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The commit that was checked out when the refs were opened; `None` on a branch without
    /// commits.
    #[must_use]
    pub fn head_commit(&self) -> Option<&ObjectId> {
        self.commit.as_ref()
    }

    /// Looks up a full ref name, such as `refs/heads/main`, through at most one symbolic ref
    /// (`refs/remotes/origin/HEAD`). `None` means that there is no such ref.
    pub fn find(&self, name: &str) -> Result<Option<RefValue>, RefsError> {
        let target = match self.find_direct(name)? {
            Target::Value(value) => return Ok(value),
            Target::Symbolic(target) => target,
        };
        match self.find_direct(&target)? {
            Target::Value(value) => Ok(value),
            Target::Symbolic(_) => Err(unusual("a symbolic ref leads to another one")),
        }
    }

    /// What a symbolic ref names: `refs/remotes/origin/main` for `refs/remotes/origin/HEAD`.
    /// `None` where the ref is missing or not symbolic.
    pub fn symbolic_target(&self, name: &str) -> Result<Option<String>, RefsError> {
        check_name(name)?;
        Ok(match self.read_loose(name)? {
            Loose::Symbolic(target) => Some(target),
            Loose::Missing | Loose::Id(_) => None,
        })
    }

    fn read_head(&self) -> Result<(Head, Option<ObjectId>), RefsError> {
        let text = match read(&self.git_dir.join("HEAD"), LOOSE_LIMIT)? {
            Found::File(text) => text,
            Found::Link => return Err(unusual("HEAD is a symbolic link")),
            _ => return Err(unusual("there is no HEAD")),
        };
        let target = match parse_head(&text) {
            Some(HeadText::Id(id)) => return Ok((Head::Detached(id.clone()), Some(id))),
            Some(HeadText::Ref(target)) => target,
            None => return Err(unusual("HEAD is damaged")),
        };
        let Some(branch) = target.strip_prefix("refs/heads/") else {
            return Err(unusual("HEAD names something that is not a branch"));
        };
        if check_name(&target).is_err() {
            return Err(unusual("HEAD names no possible branch"));
        }
        match self.find_direct(&target)? {
            Target::Value(Some(value)) => Ok((Head::Branch(branch.into()), Some(value.id))),
            Target::Value(None) => Ok((Head::Unborn(branch.into()), None)),
            Target::Symbolic(_) => Err(unusual("the checked-out branch is a symbolic ref")),
        }
    }

    /// Loose, then packed, then loose again: git may be packing the ref meanwhile, which writes
    /// it to `packed-refs` first and removes the file after, or updating it the other way round.
    fn find_direct(&self, name: &str) -> Result<Target, RefsError> {
        check_name(name)?;
        match self.read_loose(name)? {
            Loose::Id(id) => return Ok(Target::id(id)),
            Loose::Symbolic(target) => return Ok(Target::Symbolic(target)),
            Loose::Missing => {}
        }
        if let Some(value) = self.find_packed(name)? {
            return Ok(Target::Value(Some(value)));
        }
        Ok(match self.read_loose(name)? {
            Loose::Id(id) => Target::id(id),
            Loose::Symbolic(target) => Target::Symbolic(target),
            Loose::Missing => Target::Value(None),
        })
    }

    fn read_loose(&self, name: &str) -> Result<Loose, RefsError> {
        let text = match read(&self.git_dir.join(name), LOOSE_LIMIT)? {
            Found::File(text) => text,
            Found::Missing | Found::Directory => return Ok(Loose::Missing),
            Found::Link => return Err(unusual("a ref is a symbolic link")),
            Found::Special => return Err(unusual("a ref is not a file")),
        };
        match parse_head(&text) {
            Some(HeadText::Id(id)) => Ok(Loose::Id(id)),
            Some(HeadText::Ref(target)) => Ok(Loose::Symbolic(target)),
            None if text.starts_with(b"ref:") => {
                Err(RefsError::Unusual(format!("`{name}` leads out of refs")))
            }
            None => Err(RefsError::Damaged(name.to_owned())),
        }
    }

    /// Reads `packed-refs` on first use, and again whenever the file was replaced.
    fn find_packed(&self, name: &str) -> Result<Option<RefValue>, RefsError> {
        let path = self.git_dir.join("packed-refs");
        let Some(stamp) = Stamp::of(&path)? else {
            return Ok(None);
        };
        let mut packed = self
            .packed
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if packed.as_ref().is_none_or(|(known, _)| *known != stamp) {
            *packed = match read(&path, PACKED_LIMIT)? {
                Found::File(bytes) => Some((stamp, Packed::new(bytes))),
                Found::Missing => None,
                _ => return Err(unusual("packed-refs is not a regular file")),
            };
        }
        match packed.as_ref() {
            Some((_, packed)) => packed
                .find(name)
                .map_err(|_| unusual("packed-refs is damaged")),
            None => Ok(None),
        }
    }
}

enum Target {
    Value(Option<RefValue>),
    Symbolic(String),
}

impl Target {
    fn id(id: ObjectId) -> Self {
        Self::Value(Some(RefValue { id, peeled: None }))
    }
}

impl Stamp {
    fn of(path: &Path) -> Result<Option<Self>, RefsError> {
        match std::fs::symlink_metadata(path) {
            Ok(metadata) => Ok(Some(Self {
                length: metadata.len(),
                modified: metadata.modified().ok(),
                inode: inode(&metadata),
            })),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(RefsError::File(FileError {
                action: "look at",
                path: path.into(),
                source,
            })),
        }
    }
}

fn refuse_unusual_layout(git_dir: &Path) -> Result<(), RefsError> {
    match look(git_dir, 0) {
        Ok(Found::Directory) => {}
        _ => return Err(unusual("the git directory is not a directory")),
    }
    if git_dir.join("commondir").exists() {
        return Err(unusual("this is a linked worktree"));
    }
    refuse_reftable(git_dir)?;
    // Any mention of a ref storage is left to git: its value may be a URL in newer versions.
    // Include files cannot set it, git reads extensions from this file alone.
    if let Found::File(config) = read(&git_dir.join("config"), CONFIG_LIMIT)?
        && config
            .windows(b"refstorage".len())
            .any(|window| window.eq_ignore_ascii_case(b"refstorage"))
    {
        return Err(unusual(NAMES_STORAGE));
    }
    Ok(())
}

fn refuse_reftable(git_dir: &Path) -> Result<(), RefsError> {
    match git_dir.join("reftable").exists() {
        true => Err(unusual("refs are stored as reftable")),
        false => Ok(()),
    }
}

fn check_name(name: &str) -> Result<(), RefsError> {
    if is_full_name(name) {
        return Ok(());
    }
    Err(RefsError::Name(name.chars().take(256).collect()))
}

fn unusual(reason: &str) -> RefsError {
    RefsError::Unusual(reason.into())
}
