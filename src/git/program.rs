//! Which git is run: found once, its version asked once and remembered.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use serde::{Deserialize, Serialize};

use super::{
    failure,
    run::{CommandRecord, OnCommand},
    version::{GitVersion, TooOld},
};
use crate::model::text::shown;
use crate::sys::{
    cancel::Cancel,
    fs,
    process::{Limits, Spawn, Stream, run},
    timings::{self, Kind},
};

/// More than any git says about its version.
const MAXIMUM_ANSWER: usize = 4096;

/// A git that can be run.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    version: GitVersion,
    /// What it said.
    text: String,
}

/// No git that grex can work with.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// Neither `GREX_GIT` nor `PATH` gives one.
    #[error("git was not found ({looked_for}): {reason}")]
    Missing {
        /// What was looked for, and where the name came from.
        looked_for: String,
        /// Why it was not found.
        reason: String,
    },
    /// It could not be started, or does not say its version.
    #[error("{} does not answer like git: {reason}", path.display())]
    NotGit {
        /// The program.
        path: PathBuf,
        /// What it did instead.
        reason: String,
    },
    /// It is too old.
    #[error(transparent)]
    TooOld(#[from] TooOld),
}

/// The answer of an earlier run, valid as long as the program's file is the same.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Remembered {
    program: PathBuf,
    size: u64,
    modified_ns: u128,
    version: String,
}

impl Program {
    /// Finds git: `wanted` (a path, or a name to look up) or else `git`, in `PATH`; and asks its
    /// version unless `memory`, a file of ours, holds the answer for this very file. `on_command` is
    /// told when it was asked.
    ///
    /// # Errors
    /// Fails when there is no git, or one older than [`super::version::MINIMUM`].
    pub async fn find(
        wanted: Option<OsString>,
        memory: Option<&Path>,
        cancel: &Cancel,
        on_command: Option<&OnCommand>,
    ) -> Result<Self, ProgramError> {
        let path = locate(wanted)?;
        let stamp = stamp(&path);
        let remembered = memory.and_then(recall).filter(|known| {
            stamp == Some((known.size, known.modified_ns)) && known.program == path
        });
        // A program that stands in front of git stays the same when git is updated: what was too
        // old is asked again.
        let sufficient = remembered.filter(|known| {
            GitVersion::parse(&known.version)
                .is_ok_and(|version| version.require_minimum(&path).is_ok())
        });
        let text = match sufficient {
            Some(known) => known.version,
            None => {
                let text = ask(&path, cancel, on_command).await?;
                if let Some(memory) = memory {
                    remember(memory, &path, &text);
                }
                text
            }
        };
        let version = GitVersion::parse(&text).map_err(|error| ProgramError::NotGit {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        version.require_minimum(&path)?;
        Ok(Self {
            path,
            version,
            text,
        })
    }

    /// The program's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Remembers the answer in `memory`, for later runs.
    pub fn remember(&self, memory: &Path) {
        remember(memory, &self.path, &self.text);
    }

    /// What it says its version is.
    pub fn version(&self) -> &GitVersion {
        &self.version
    }
}

fn locate(wanted: Option<OsString>) -> Result<PathBuf, ProgramError> {
    let (name, looked_for) = match wanted {
        Some(name) => {
            let looked_for = format!("GREX_GIT={}", name.to_string_lossy());
            (name, looked_for)
        }
        None => (OsString::from("git"), String::from("git in PATH")),
    };
    which::which(&name).map_err(|error| ProgramError::Missing {
        looked_for,
        reason: error.to_string(),
    })
}

async fn ask(
    path: &Path,
    cancel: &Cancel,
    on_command: Option<&OnCommand>,
) -> Result<String, ProgramError> {
    let not_git = |reason: String| ProgramError::NotGit {
        path: path.to_owned(),
        reason,
    };
    let mut spawn = Spawn::new(path);
    spawn.argument("version");
    let (mut answer, mut complaint) = (Vec::new(), Vec::new());
    let mut span = timings::span(Kind::Git, || String::from("git version"));
    let finished = run(&spawn, Limits::default(), cancel, &mut |stream, bytes| {
        let kept = match stream {
            Stream::Out => &mut answer,
            Stream::Err => &mut complaint,
        };
        if kept.len() < MAXIMUM_ANSWER {
            kept.extend_from_slice(bytes);
        }
    })
    .await
    .map_err(|error| not_git(error.source.to_string()))?;
    span.ending(|| finished.ending.to_string());
    drop(span);
    if let Some(on_command) = on_command {
        on_command(&CommandRecord {
            command: String::from("git version"),
            duration: finished.duration,
            ending: finished.ending,
        });
    }
    if !finished.ending.is_success() {
        // Settings that git cannot read are enough to make it fail.
        let complaint = failure::essence(&shown(&complaint));
        let colon = if complaint.is_empty() { "" } else { ": " };
        return Err(not_git(format!("`git version` failed{colon}{complaint}")));
    }
    Ok(String::from_utf8_lossy(&answer).trim().to_owned())
}

fn stamp(path: &Path) -> Option<(u64, u128)> {
    let metadata = std::fs::metadata(path).ok()?;
    let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((metadata.len(), modified.as_nanos()))
}

fn recall(memory: &Path) -> Option<Remembered> {
    let bytes = fs::read_regular(memory, MAXIMUM_ANSWER as u64).ok()??;
    serde_json::from_slice(&bytes).ok()
}

/// Remembering saves a process on the next run and nothing else: where it is not possible (a
/// read-only disk, no state directory yet), the next run asks again.
fn remember(memory: &Path, program: &Path, version: &str) {
    let Some((size, modified_ns)) = stamp(program) else {
        return;
    };
    let answer = Remembered {
        program: program.to_owned(),
        size,
        modified_ns,
        version: version.to_owned(),
    };
    if let Ok(json) = serde_json::to_vec(&answer)
        && memory.parent().is_some_and(Path::is_dir)
    {
        drop(fs::replace_atomically(memory, &json));
    }
}
