//! What grex wants to know of a repository's configuration.

use std::path::Path;

use super::refspec;
use crate::git::file::{Found, read};
use crate::model::git_config::{Entry, SyntaxError, parse_file, parse_list_z};
use crate::sys::fs::FileError;

const LIMIT: u64 = 4 * 1024 * 1024;

/// The configuration of one repository, in the order in which git reads it.
#[derive(Clone, PartialEq, Eq)]
pub struct RepositoryConfig {
    entries: Vec<Entry>,
}

/// A remote that the configuration names.
#[derive(Clone, PartialEq, Eq)]
pub struct Remote {
    /// Its name, such as `origin`.
    pub name: String,
    /// The first `url`, as written: `insteadOf` is not applied, and it may hold a secret.
    pub url: Option<String>,
    /// The `fetch` refspecs, as written.
    pub fetch: Vec<String>,
}

/// What a branch follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// The remote's name; `.` is the repository itself.
    pub remote: String,
    /// The ref at the remote, such as `refs/heads/main`.
    pub merge: String,
}

/// A clone that leaves objects at its remote until they are needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartialClone {
    /// The remote that has the rest.
    pub remote: String,
    /// What is left out, such as `blob:none`.
    pub filter: Option<String>,
}

/// Why a configuration could not be read from its file.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It includes other files, is damaged, or is not a file. Ask
    /// `git config --list -z --local --includes`, or show what git says.
    #[error("the repository's configuration cannot be read from its file: {0}")]
    Unusual(String),
    /// The file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
}

impl From<SyntaxError> for ConfigError {
    fn from(error: SyntaxError) -> Self {
        Self::Unusual(format!("{} (line {})", error.reason, error.line))
    }
}

impl RepositoryConfig {
    /// Reads `config` in `git_dir`, and `config.worktree` where the former asks for it. A missing
    /// file is an empty configuration, as for git.
    pub fn read(git_dir: &Path) -> Result<Self, ConfigError> {
        let mut config = Self {
            entries: read_entries(&git_dir.join("config"))?,
        };
        // `git sparse-checkout` switches this on.
        if config.boolean("extensions", "worktreeconfig") {
            let more = read_entries(&git_dir.join("config.worktree"))?;
            config.entries.extend(more);
        }
        Ok(config)
    }

    /// Reads the output of `git config --list -z --local --includes`.
    pub fn from_list_z(bytes: &[u8]) -> Result<Self, ConfigError> {
        Ok(Self {
            entries: parse_list_z(bytes)?,
        })
    }

    /// The remotes, in the order of their first mention.
    #[must_use]
    pub fn remotes(&self) -> Vec<Remote> {
        let mut remotes: indexmap::IndexMap<&str, Remote> = indexmap::IndexMap::new();
        for entry in &self.entries {
            let ("remote", Some(name)) = (entry.section.as_str(), &entry.subsection) else {
                continue;
            };
            let remote = remotes.entry(name).or_insert_with(|| Remote {
                name: name.clone(),
                url: None,
                fetch: Vec::new(),
            });
            match (entry.key.as_str(), &entry.value) {
                ("url", Some(url)) if remote.url.is_none() => remote.url = Some(url.clone()),
                ("fetch", Some(refspec)) => remote.fetch.push(refspec.clone()),
                _ => {}
            }
        }
        remotes.into_values().collect()
    }

    /// One remote by its name.
    #[must_use]
    pub fn remote(&self, name: &str) -> Option<Remote> {
        self.remotes()
            .into_iter()
            .find(|remote| remote.name == name)
    }

    /// The refspecs that a fetch from `remote` uses.
    #[must_use]
    pub fn fetch_refspecs(&self, remote: &str) -> Vec<String> {
        self.remote(remote)
            .map(|remote| remote.fetch)
            .unwrap_or_default()
    }

    /// What a branch (`main`) follows; `None` where the configuration names no remote or no ref.
    #[must_use]
    pub fn branch_upstream(&self, branch: &str) -> Option<Upstream> {
        Some(Upstream {
            remote: self.text("branch", Some(branch), "remote")?.into(),
            merge: self.text("branch", Some(branch), "merge")?.into(),
        })
    }

    /// Where a fetch from `remote` puts its branch (`main`): `refs/remotes/origin/main`. `None`
    /// where it is not kept.
    #[must_use]
    pub fn tracking_ref(&self, remote: &str, branch: &str) -> Option<String> {
        let full = format!("refs/heads/{branch}");
        if remote == "." {
            return Some(full);
        }
        let refspecs = self.entries.iter().filter_map(|entry| {
            let is_meant = entry.section == "remote"
                && entry.subsection.as_deref() == Some(remote)
                && entry.key == "fetch";
            entry.value.as_deref().filter(|_| is_meant)
        });
        refspec::map(refspecs, &full)
    }

    /// Whether the repository says that it has no work tree.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.boolean("core", "bare")
    }

    /// How refs are stored: `files`, unless the configuration says otherwise.
    #[must_use]
    pub fn ref_storage(&self) -> &str {
        self.text("extensions", None, "refstorage")
            .unwrap_or("files")
    }

    /// Whether anything says how refs are stored, whatever it says.
    #[must_use]
    pub fn names_ref_storage(&self) -> bool {
        self.entries.iter().any(|entry| entry.key == "refstorage")
    }

    /// How objects are named: `sha1`, unless the configuration says otherwise.
    #[must_use]
    pub fn object_format(&self) -> &str {
        self.text("extensions", None, "objectformat")
            .unwrap_or("sha1")
    }

    /// What this clone left at its remote, if it is a partial one.
    #[must_use]
    pub fn partial_clone(&self) -> Option<PartialClone> {
        let promisor = || {
            self.entries.iter().rev().find(|entry| {
                entry.section == "remote" && entry.key == "promisor" && is_true(entry)
            })
        };
        let remote = self
            .text("extensions", None, "partialclone")
            .or_else(|| promisor()?.subsection.as_deref())?;
        Some(PartialClone {
            remote: remote.into(),
            filter: self
                .text("remote", Some(remote), "partialclonefilter")
                .map(Into::into),
        })
    }

    /// The last value of a key; names in lower case, the subsection as written.
    #[must_use]
    pub fn text(&self, section: &str, subsection: Option<&str>, key: &str) -> Option<&str> {
        self.last(section, subsection, key)?.value.as_deref()
    }

    fn boolean(&self, section: &str, key: &str) -> bool {
        self.last(section, None, key).is_some_and(is_true)
    }

    fn last(&self, section: &str, subsection: Option<&str>, key: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| {
            entry.section == section
                && entry.subsection.as_deref() == subsection
                && entry.key == key
        })
    }
}

/// Values may be secrets (`http.extraHeader`), so none is shown.
impl std::fmt::Debug for RepositoryConfig {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("RepositoryConfig")
            .field("entries", &self.entries.len())
            .finish()
    }
}

/// A remote's URL may hold a token, so it is not shown.
impl std::fmt::Debug for Remote {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Remote")
            .field("name", &self.name)
            .field("fetch", &self.fetch)
            .finish_non_exhaustive()
    }
}

fn read_entries(path: &Path) -> Result<Vec<Entry>, ConfigError> {
    let bytes = match read(path, LIMIT)? {
        Found::File(bytes) => bytes,
        Found::Missing => return Ok(Vec::new()),
        Found::Link | Found::Directory | Found::Special => {
            return Err(ConfigError::Unusual("it is not a regular file".into()));
        }
    };
    let entries = parse_file(&bytes)?;
    if entries
        .iter()
        .any(|entry| matches!(entry.section.as_str(), "include" | "includeif"))
    {
        return Err(ConfigError::Unusual("it includes other files".into()));
    }
    Ok(entries)
}

/// A boolean as git reads it: a key without a value is true, an empty value is not.
fn is_true(entry: &Entry) -> bool {
    let Some(value) = &entry.value else {
        return true;
    };
    match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => true,
        number => number.parse::<i64>().is_ok_and(|number| number != 0),
    }
}
