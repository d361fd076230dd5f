//! One invocation of git, as it is recorded.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

/// One start of git, and what became of it. Text that was not UTF-8 has replacement characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invocation {
    /// Unique among the records of one machine.
    pub id: String,
    /// The process id of the shim, which is the one that the caller sees.
    pub pid: u32,
    /// The arguments, without the program's name.
    pub argv: Vec<String>,
    /// See [`crate::argv::CommandLine::subcommand`].
    pub subcommand: String,
    /// See [`crate::argv::CommandLine::repository`].
    pub repository: String,
    /// The directory that the shim was started in.
    pub cwd: String,
    /// What begins with `GIT_`, `LC_` or `SSH_`, and `LANGUAGE`; nothing else, and not the
    /// variables that steer the shim. May hold secrets: `GIT_CONFIG_VALUE_0` often does.
    pub environment: BTreeMap<String, String>,
    /// When it started, in microseconds since 1970.
    pub started_us: u64,
    /// How it ended; none: not yet, or it was killed before it could say so.
    #[serde(default)]
    pub ended: Option<Ending>,
    /// What happened when a rule made it ask at the terminal.
    #[serde(default)]
    pub terminal: Option<Terminal>,
    /// The process that a rule made it leave behind.
    #[serde(default)]
    pub grandchild: Option<u32>,
}

/// How an invocation ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// Its exit code; none when a signal ended it.
    pub exit: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// How long it took, in microseconds.
    pub duration_us: u64,
}

/// What came of asking at the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terminal {
    /// Whether `/dev/tty` could be opened.
    pub opened: bool,
    /// The line that was typed, without its end.
    pub answer: Option<String>,
    /// What the system said when it could not.
    pub error: Option<String>,
}

impl Invocation {
    /// Describes the invocation that is this very process.
    ///
    /// # Errors
    /// When the current directory is gone.
    pub fn of_this_process() -> std::io::Result<(Self, crate::argv::CommandLine)> {
        let argv: Vec<String> = std::env::args_os()
            .skip(1)
            .map(|arg| arg.to_string_lossy().into_owned())
            .collect();
        let cwd = std::env::current_dir()?;
        let git_dir = std::env::var_os("GIT_DIR");
        let line = crate::argv::parse(&argv, &cwd, git_dir.as_deref().map(Path::new));
        let pid = std::process::id();
        let started_us = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| {
                u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
            });
        let invocation = Self {
            id: format!("{pid}-{started_us}"),
            pid,
            argv,
            subcommand: line.subcommand.clone(),
            repository: line.repository.to_string_lossy().into_owned(),
            cwd: cwd.to_string_lossy().into_owned(),
            environment: selected_environment(),
            started_us,
            ended: None,
            terminal: None,
            grandchild: None,
        };
        Ok((invocation, line))
    }

    /// Returns whether it ended with exit code 0.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.ended
            .as_ref()
            .is_some_and(|ending| ending.exit == Some(0))
    }

    /// Returns whether this invocation and `other` were at work at the same time.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let until = |one: &Self| {
            one.ended.as_ref().map_or(u64::MAX, |end| {
                one.started_us.saturating_add(end.duration_us)
            })
        };
        self.started_us < until(other) && other.started_us < until(self)
    }
}

/// Returns the variables that decide what git does and how it speaks.
fn selected_environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .map(|(name, value)| {
            (
                name.to_string_lossy().into_owned(),
                value.to_string_lossy().into_owned(),
            )
        })
        .filter(|(name, _)| is_selected(name))
        .collect()
}

/// Returns whether a variable of this name belongs into the record.
fn is_selected(name: &str) -> bool {
    let prefixed = ["GIT_", "LC_", "SSH_"]
        .iter()
        .any(|prefix| name.starts_with(prefix));
    name == "LANGUAGE" || (prefixed && ![crate::RULES, crate::LOG, crate::REAL].contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_concerns_git_is_recorded() {
        for name in [
            "GIT_DIR",
            "GIT_CONFIG_VALUE_0",
            "LANGUAGE",
            "LC_ALL",
            "SSH_AUTH_SOCK",
        ] {
            assert!(is_selected(name), "{name}");
        }
        for name in [
            "HOME",
            "AWS_SECRET",
            "GITHUB_TOKEN",
            "GIT_SHIM_LOG",
            "LANG",
            "XGIT_DIR",
        ] {
            assert!(!is_selected(name), "{name}");
        }
    }

    #[test]
    fn an_open_end_overlaps_all_that_follows() {
        let at = |started_us, duration_us: Option<u64>| Invocation {
            id: String::new(),
            pid: 1,
            argv: Vec::new(),
            subcommand: String::new(),
            repository: String::new(),
            cwd: String::new(),
            environment: BTreeMap::new(),
            started_us,
            ended: duration_us.map(|duration_us| Ending {
                exit: Some(0),
                signal: None,
                duration_us,
            }),
            terminal: None,
            grandchild: None,
        };
        assert!(at(10, Some(10)).overlaps(&at(15, Some(1))));
        assert!(!at(10, Some(5)).overlaps(&at(15, Some(1))));
        assert!(at(10, None).overlaps(&at(99, Some(1))));
        assert!(!at(10, None).overlaps(&at(5, Some(1))));
    }
}
