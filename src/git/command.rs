//! The one place that builds git command lines: the environment, the pinned settings, and the
//! repository that is meant.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
};

use super::{access::Access, run::Git, version::Feature};
use crate::{
    model::{redact, shell},
    sys::{env, process::Spawn},
};

/// What every command gets: a directory inside a pack that looks like a bare repository is not a
/// repository. It is the least, for every git that a command starts reads each setting again.
const PINNED_SETTINGS: &[&str] = &["safe.bareRepository=explicit"];

/// What a command gets besides that changes something: maintenance in the background of every fetch
/// costs a third of its time and collides with what comes next. It runs once, at the end, where
/// refs moved.
const FOREGROUND_SETTINGS: &[&str] = &["gc.auto=0", "maintenance.auto=false"];

/// What a command gets besides that changes a repository which is there. Refs and the index are not
/// synced by default, nor are objects that come one by one: after a power cut a branch would name a
/// commit that is an empty file, and neither git nor grex gets past that. All objects of a command
/// are synced at once.
const DURABLE_SETTINGS: &[&str] = &[
    "core.fsync=objects,derived-metadata,reference,index",
    "core.fsyncMethod=batch",
];

/// The same for a git before [`Feature::FsyncComponents`], which warns of this since.
const OLD_DURABLE_SETTINGS: &[&str] = &["core.fsyncObjectFiles=true"];

/// What a clone gets instead: the run syncs the file system once, after all of them, and until then
/// the journal has each looked at again. Where the system does not promise that a sync of all is
/// done when it returns, git syncs as ever.
#[cfg(any(target_os = "linux", target_os = "android"))]
const CLONE_SETTINGS: &[&str] = &["core.fsync=none"];
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const CLONE_SETTINGS: &[&str] = &[];

/// What `git rev-parse --local-env-vars` lists, less the three that carry the settings of CI
/// (`GIT_CONFIG_PARAMETERS`, `GIT_CONFIG_COUNT` and its pairs), and more that name a repository:
/// inside a git hook they would make every command act on the hook's repository.
pub const FOREIGN_VARIABLES: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_QUARANTINE_PATH",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_DEFAULT_HASH",
    "GIT_EXTERNAL_DIFF",
];

/// What a command is about, which decides how far apart from the terminal it runs and what it
/// may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    /// Only looks: takes no locks that are not needed, cannot ask.
    Query,
    /// Local work in which nothing can ask.
    Local,
    /// Can start hooks, filters, ssh or credential helpers, any of which may try to ask.
    MayAsk,
}

/// A git command line in the making.
pub(super) struct GitCommand {
    pub(super) spawn: Spawn,
    pub(super) subcommand: &'static str,
    settings: usize,
}

impl GitCommand {
    /// Begins `git -C <repository> <subcommand>`. Git may look for a repository in `repository`
    /// and nowhere above it: where `.git` is missing, git would take the parent's.
    pub(super) fn new(
        git: &Git,
        repository: &Path,
        subcommand: &'static str,
        nature: Nature,
    ) -> Self {
        let mut settings = PINNED_SETTINGS.to_vec();
        if nature != Nature::Query {
            settings.extend(FOREGROUND_SETTINGS);
            settings.extend(match subcommand {
                "clone" => CLONE_SETTINGS,
                _ if git.version.supports(Feature::FsyncComponents) => DURABLE_SETTINGS,
                _ => OLD_DURABLE_SETTINGS,
            });
            settings.extend(advice_against(subcommand));
        }
        Self::with_settings(git, repository, subcommand, nature, &settings)
    }

    /// Begins `git -C <repository> maintenance`, the one command that the pinned settings would
    /// defeat. It stays in the foreground: nothing outlives the run.
    pub(super) fn maintenance(git: &Git, repository: &Path) -> Self {
        let settings = &["gc.autoDetach=false", "maintenance.autoDetach=false"];
        Self::with_settings(git, repository, "maintenance", Nature::Local, settings)
    }

    fn with_settings(
        git: &Git,
        repository: &Path,
        subcommand: &'static str,
        nature: Nature,
        settings: &[&str],
    ) -> Self {
        let mut spawn = Spawn::new(&git.program);
        for setting in settings {
            spawn.argument("-c").argument(setting);
        }
        spawn
            .argument("-C")
            .argument(repository)
            .argument(subcommand);
        spawn.without_variables(FOREIGN_VARIABLES);
        // English messages, and file names in whatever encoding the user's locale says.
        spawn
            .variable("LANGUAGE", "C")
            .without_variables(&["LC_ALL"])
            .variable("LC_MESSAGES", "C");
        if git.access == Access::Batch {
            spawn.variable("GIT_TERMINAL_PROMPT", "0");
        }
        spawn.variable("GIT_CEILING_DIRECTORIES", ceiling(repository));
        if nature == Nature::Query {
            spawn.variable("GIT_OPTIONAL_LOCKS", "0");
        }
        spawn.isolation(git.access.isolation(nature));
        Self {
            spawn,
            subcommand,
            settings: settings.len(),
        }
    }

    /// Appends an option or a value that grex itself made or that is of a type that cannot be
    /// an option.
    pub(super) fn argument(&mut self, argument: impl AsRef<OsStr>) -> &mut Self {
        self.spawn.argument(argument);
        self
    }

    /// Appends several.
    pub(super) fn arguments<A: AsRef<OsStr>>(
        &mut self,
        arguments: impl IntoIterator<Item = A>,
    ) -> &mut Self {
        for argument in arguments {
            self.spawn.argument(argument);
        }
        self
    }

    /// The command as a person would type it, secrets masked, grex's own settings left out.
    pub(super) fn shown(&self) -> String {
        let arguments = self.spawn.arguments();
        let own = &arguments[2 * self.settings..];
        let mut text = String::from("git");
        for argument in own {
            text.push(' ');
            // One by one: what is masked to the end of a line must not take the others along.
            text.push_str(&shell::quote(&redact::secrets(&argument.to_string_lossy())));
        }
        text
    }
}

/// The setting that keeps a command from giving advice, which is for the person who typed it.
fn advice_against(subcommand: &str) -> Option<&'static str> {
    match subcommand {
        "clone" | "checkout" => Some("advice.detachedHead=false"),
        "merge" => Some("advice.diverging=false"),
        _ => None,
    }
}

/// The value of `GIT_CEILING_DIRECTORIES` for a command in `repository`: the directory above it, before what
/// the user has set.
pub fn ceiling(repository: &Path) -> OsString {
    let mut list = OsString::from(repository.parent().unwrap_or(repository));
    if let Some(users) = env::git_ceiling_directories() {
        list.push(if cfg!(windows) { ";" } else { ":" });
        list.push(users);
    }
    list
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsString, path::Path};

    use super::{GitCommand, Nature};
    use crate::git::{run::Git, version::GitVersion};

    #[test]
    fn every_git_is_told_to_sync_in_its_own_words() {
        for (minor, told) in [
            (35, "core.fsyncObjectFiles=true"),
            (36, "core.fsyncMethod=batch"),
        ] {
            let mut git = Git::at(Path::new("/usr/bin/git"));
            git.version = GitVersion::new(2, minor, 9);
            let says = |nature| {
                let command = GitCommand::new(&git, Path::new("/w"), "merge", nature);
                let words: Vec<_> = command.spawn.arguments().to_vec();
                let syncs = |word: &&OsString| word.to_string_lossy().contains("sync");
                words.iter().rfind(syncs).cloned()
            };
            assert_eq!(says(Nature::MayAsk), Some(told.into()));
            assert_eq!(says(Nature::Query), None);
        }
    }

    #[test]
    fn a_command_is_shown_as_typed() {
        let mut command = GitCommand::new(
            &Git::at(Path::new("/usr/bin/git")),
            Path::new("/w/a b"),
            "fetch",
            Nature::MayAsk,
        );
        command.argument("--").argument("origin");
        assert_eq!(command.shown(), "git -C '/w/a b' fetch -- origin");
    }
}
