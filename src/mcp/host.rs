//! What all calls of one server share.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use tokio_util::task::TaskTracker;

use super::{catalogue::Catalogue, person::Sealer};
use crate::{
    engine::session::Settings, ops::error::OpError, ops::typed::usage, plugin::registry::Registry,
    store::layout::Workspace, sys::cancel::Cancel,
};

/// What a server is started with.
pub struct Launch {
    /// The workspace that is served, for as long as the server lives.
    pub workspace: Workspace,
    /// The limits.
    pub settings: Settings,
    /// The actions, pack types and fetchers.
    pub registry: Arc<Registry>,
    /// Which tools.
    pub choice: Choice,
    /// Ends the server.
    pub cancel: Cancel,
}

/// Which of the tools are served.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Only those that change nothing.
    pub read_only: bool,
    /// Only these; none: all.
    pub tools: Vec<String>,
    /// Not these.
    pub exclude: Vec<String>,
}

impl Choice {
    /// Returns the names of the chosen ones among `all`, each with whether it only reads.
    ///
    /// # Errors
    /// Fails when a name is none, and when nothing is left.
    pub(super) fn of<'a>(
        &self,
        all: impl Iterator<Item = (&'a str, bool)> + Clone,
    ) -> Result<BTreeSet<&'a str>, OpError> {
        let names: Vec<&str> = all.clone().map(|(name, _)| name).collect();
        for wanted in self.tools.iter().chain(&self.exclude) {
            if !names.contains(&wanted.as_str()) {
                return Err(usage(format!("there is no tool `{wanted}`"))
                    .with_hint(format!("the tools are {}", names.join(", "))));
            }
        }
        let chosen: BTreeSet<&str> = all
            .filter(|(name, reads)| {
                let is = |list: &[String]| list.iter().any(|listed| listed == name);
                (*reads || !self.read_only)
                    && (self.tools.is_empty() || is(&self.tools))
                    && !is(&self.exclude)
            })
            .map(|(name, _)| name)
            .collect();
        if chosen.is_empty() {
            return Err(usage("no tool is left to serve"));
        }
        Ok(chosen)
    }
}

/// What all calls share.
pub(super) struct Host {
    pub(super) workspace: Workspace,
    pub(super) settings: Settings,
    pub(super) registry: Arc<Registry>,
    pub(super) catalogue: Catalogue,
    /// Ends every call.
    pub(super) stop: Cancel,
    /// The calls that are at work.
    pub(super) calls: TaskTracker,
    /// Knows its own questions again.
    pub(super) sealer: Sealer,
}

impl Host {
    /// Returns the directory that relative paths start from.
    pub(super) fn root(&self) -> PathBuf {
        self.workspace.root().to_owned()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::Choice;

    fn chosen(choice: &Choice) -> Result<Vec<&'static str>, String> {
        let all = [("ls", true), ("sync", false), ("rm", false)];
        choice
            .of(all.into_iter())
            .map(|names| names.into_iter().collect())
            .map_err(|error| error.to_string())
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn every_way_to_choose_narrows() {
        assert_eq!(chosen(&Choice::default()).unwrap(), ["ls", "rm", "sync"]);
        let read_only = Choice {
            read_only: true,
            ..Choice::default()
        };
        assert_eq!(chosen(&read_only).unwrap(), ["ls"]);
        let some = Choice {
            tools: names(&["ls", "rm"]),
            exclude: names(&["rm"]),
            ..Choice::default()
        };
        assert_eq!(chosen(&some).unwrap(), ["ls"]);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let unknown = Choice {
            exclude: names(&["lss"]),
            ..Choice::default()
        };
        assert_eq!(chosen(&unknown).unwrap_err(), "there is no tool `lss`");
        let nothing = Choice {
            read_only: true,
            tools: names(&["rm"]),
            ..Choice::default()
        };
        assert_eq!(chosen(&nothing).unwrap_err(), "no tool is left to serve");
    }
}
