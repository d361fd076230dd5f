//! What every plugin may know of the run that it takes part in.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{locks::FileLocks, registry::Registry};
use crate::{
    model::{action::OperatingSystem, variables::Variables},
    sys::{cancel::Cancel, env},
};

/// Which pack it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackIdentity {
    /// Its id: its path in the workspace, or `.`.
    pub id: String,
    /// Its name, from its pack.yaml.
    pub name: String,
    /// Its directory, absolute.
    pub root: PathBuf,
}

/// Where things are on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// The home directory.
    pub home: PathBuf,
    /// Where zsh looks for `.zshrc`: `$ZDOTDIR`, or the home directory.
    pub zsh: PathBuf,
    /// The user's configuration: `$XDG_CONFIG_HOME`, or `~/.config`.
    pub config: PathBuf,
    /// The name of the login shell's program, e.g. `zsh`, where it is known.
    pub login_shell: Option<String>,
    /// The file that holds the machine's environment: `/etc/environment`.
    pub machine_environment: PathBuf,
}

impl Places {
    /// Those of whoever runs grex; `None` without a home directory.
    pub fn of_this_machine() -> Option<Self> {
        let home = env::home()?;
        Some(Self {
            zsh: env::zsh_directory().unwrap_or_else(|| home.clone()),
            config: env::config_home().unwrap_or_else(|| home.join(".config")),
            login_shell: env::login_shell()
                .and_then(|shell| Some(shell.file_name()?.to_str()?.to_owned())),
            machine_environment: PathBuf::from("/etc/environment"),
            home,
        })
    }
}

/// What every plugin may know. Everything in it could be rebuilt from plain data.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The pack.
    pub pack: &'a PackIdentity,
    /// The workspace's directory, absolute.
    pub workspace: &'a Path,
    /// A directory of grex's own for what lives as long as the run; it may have to be made.
    pub scratch: &'a Path,
    /// What `$NAME` stands for; session variables included.
    pub variables: &'a Variables,
    /// Variables that this run has set for what comes later in it.
    pub session: &'a BTreeMap<String, String>,
    /// The system that grex runs on.
    pub platform: OperatingSystem,
    /// Where things are on this machine.
    pub places: &'a Places,
    /// Nothing may be changed.
    pub dry_run: bool,
    /// The time of the run in UTC, for the names of backups: `20260102T030405Z`.
    pub stamp: &'a str,
    /// Tells when to stop.
    pub cancel: &'a Cancel,
    /// The plugins.
    pub registry: &'a Registry,
    /// Locks on files that more than one pack writes.
    pub locks: &'a FileLocks,
}
