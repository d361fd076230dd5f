//! Every environment variable that grex reads, by name and with its reason.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the catalogue of variables"
)]

use std::{ffi::OsString, path::PathBuf, sync::LazyLock};

/// A variable that grex reads by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it is good for, for who sets it.
    pub about: &'static str,
}

impl Variable {
    const fn new(name: &'static str, about: &'static str) -> Self {
        Self { name, about }
    }

    /// Its value. Empty counts as unset.
    fn value(self) -> Option<OsString> {
        std::env::var_os(self.name).filter(|value| !value.is_empty())
    }

    /// Its value, if that is an absolute path.
    fn absolute(self) -> Option<PathBuf> {
        self.value()
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    }
}

const GREX_GIT: Variable = Variable::new("GREX_GIT", "The git to run instead of the one on PATH.");
const GREX_PARALLEL: Variable = Variable::new(
    "GREX_PARALLEL",
    "Packs at work at once, where --parallel does not say.",
);
const GREX_LOCK_TRACE: Variable = Variable::new(
    "GREX_LOCK_TRACE",
    "A file to which everything that happens to locks is appended.",
);
const GIT_CEILING_DIRECTORIES: Variable = Variable::new(
    "GIT_CEILING_DIRECTORIES",
    "Your own limits to git's search for a repository; grex puts its own before them.",
);
const GIT_TEMPLATE_DIR: Variable = Variable::new(
    "GIT_TEMPLATE_DIR",
    "Where git copies new repositories' .git from; as with git itself.",
);
const PATH: Variable = Variable::new(
    "PATH",
    "Where git is looked for, and programs that a pack or `grex exec` names without a directory.",
);
const NO_COLOR: Variable = Variable::new("NO_COLOR", "Set and not empty: no colour.");
const CLICOLOR_FORCE: Variable =
    Variable::new("CLICOLOR_FORCE", "Set and not 0: colour even in a pipe.");
const TERM: Variable = Variable::new(
    "TERM",
    "dumb: a terminal that cannot move its cursor, without colour and progress display; linux: the console.",
);
const XTERM_VERSION: Variable = Variable::new(
    "XTERM_VERSION",
    "Set by xterm, which cuts its rows when it becomes narrower instead of folding them.",
);
const CI: Variable = Variable::new(
    "CI",
    "Set, and neither false nor 0: nobody watches a progress display or answers a question.",
);
const LC_ALL: Variable = Variable::new(
    "LC_ALL",
    "The locale for text, with LC_CTYPE and LANG behind it: whether decoration may be Unicode.",
);
const LC_CTYPE: Variable = Variable::new("LC_CTYPE", "See LC_ALL.");
const LANG: Variable = Variable::new("LANG", "See LC_ALL.");
const HOME: Variable = Variable::new("HOME", "The home directory.");
const USERPROFILE: Variable = Variable::new("USERPROFILE", "The home directory, on Windows.");
const XDG_STATE_HOME: Variable = Variable::new(
    "XDG_STATE_HOME",
    "What grex knows of this user and machine is below it, approvals above all; else in ~/.local/state.",
);
const LOCALAPPDATA: Variable = Variable::new("LOCALAPPDATA", "The same on Windows.");
const XDG_CONFIG_HOME: Variable = Variable::new(
    "XDG_CONFIG_HOME",
    "Where fish looks for its files; else in ~/.config.",
);
const ZDOTDIR: Variable = Variable::new(
    "ZDOTDIR",
    "Where zsh looks for its files, instead of the home directory.",
);
const SHELL: Variable = Variable::new("SHELL", "The login shell, for variables that packs set.");
const USER: Variable = Variable::new("USER", "For packs that say $USER.");
const USERNAME: Variable = Variable::new("USERNAME", "The same on Windows.");
const COMPUTERNAME: Variable =
    Variable::new("COMPUTERNAME", "The name of the machine, on Windows.");

/// All of them. Packs may name others: see [`variables`].
pub const VARIABLES: &[Variable] = &[
    GREX_GIT,
    GREX_PARALLEL,
    GREX_LOCK_TRACE,
    GIT_CEILING_DIRECTORIES,
    GIT_TEMPLATE_DIR,
    PATH,
    NO_COLOR,
    CLICOLOR_FORCE,
    TERM,
    XTERM_VERSION,
    CI,
    LC_ALL,
    LC_CTYPE,
    LANG,
    HOME,
    USERPROFILE,
    XDG_STATE_HOME,
    LOCALAPPDATA,
    XDG_CONFIG_HOME,
    ZDOTDIR,
    SHELL,
    USER,
    USERNAME,
    COMPUTERNAME,
];

/// `GREX_GIT`: the git to run instead of the one that `PATH` gives. Empty counts as unset.
pub fn git_program() -> Option<OsString> {
    GREX_GIT.value()
}

/// `GREX_PARALLEL`: packs at work at once, where `--parallel` does not say. Empty counts as unset.
pub fn parallel() -> Option<OsString> {
    GREX_PARALLEL.value()
}

/// `GREX_LOCK_TRACE`: the file that what happens to locks is written to (docs/proofs.md). Empty
/// counts as unset.
pub fn lock_trace() -> Option<PathBuf> {
    GREX_LOCK_TRACE.value().map(PathBuf::from)
}

/// `GIT_CEILING_DIRECTORIES`: the user's own limits to git's search; ours is put before them.
pub fn git_ceiling_directories() -> Option<OsString> {
    GIT_CEILING_DIRECTORIES.value()
}

/// `GIT_TEMPLATE_DIR`: where git copies new repositories' `.git` from.
pub fn git_template_directory() -> Option<PathBuf> {
    GIT_TEMPLATE_DIR.value().map(PathBuf::from)
}

/// `PATH`: where programs are looked for that a pack names without a directory.
pub fn program_directories() -> Option<OsString> {
    PATH.value()
}

/// `NO_COLOR`: set and not empty, no colour is wanted (no-color.org).
pub fn no_color() -> bool {
    NO_COLOR.value().is_some()
}

/// `CLICOLOR_FORCE`: set and not `0`, colour is wanted even in a pipe (bixense.com/clicolors).
pub fn color_is_forced() -> bool {
    CLICOLOR_FORCE.value().is_some_and(|value| value != "0")
}

/// `TERM=dumb`: a terminal that cannot move its cursor.
pub fn terminal_is_dumb() -> bool {
    TERM.value().is_some_and(|value| value == "dumb")
}

/// `XTERM_VERSION` (xterm itself) and `TERM=linux` (the console): terminals that cut their rows when
/// they become narrower. All others of today fold them.
pub fn terminal_folds() -> bool {
    XTERM_VERSION.value().is_none() && TERM.value().is_none_or(|value| value != "linux")
}

/// `CI`: a build machine; nobody watches a progress display there.
pub fn is_ci() -> bool {
    CI.value()
        .is_some_and(|value| value != "false" && value != "0")
}

/// The language of the locale for text, to choose between Unicode and ASCII decoration.
pub fn locale_is_utf8() -> bool {
    [LC_ALL, LC_CTYPE, LANG]
        .into_iter()
        .find_map(Variable::value)
        .and_then(|value| value.into_string().ok())
        .is_none_or(|value| {
            let value = value.to_ascii_lowercase();
            value.contains("utf-8") || value.contains("utf8")
        })
}

/// `HOME` (on Windows `USERPROFILE`): the home directory, else the one that the system knows. One
/// that is not absolute is none.
pub fn home() -> Option<PathBuf> {
    let variable = if cfg!(windows) { USERPROFILE } else { HOME };
    variable.absolute().or_else(super::user::home)
}

/// `XDG_STATE_HOME` (XDG base directories), else `~/.local/state`; on Windows `LOCALAPPDATA`:
/// where what grex knows of this user and this machine is kept.
pub fn state_home() -> Option<PathBuf> {
    if cfg!(windows) {
        return LOCALAPPDATA.absolute();
    }
    XDG_STATE_HOME
        .absolute()
        .or_else(|| Some(home()?.join(".local/state")))
}

/// `XDG_CONFIG_HOME` (XDG base directories), else `~/.config`: where fish looks for its files.
pub fn config_home() -> Option<PathBuf> {
    XDG_CONFIG_HOME
        .absolute()
        .or_else(|| Some(home()?.join(".config")))
}

/// `ZDOTDIR`: where zsh looks for its files instead of the home directory.
pub fn zsh_directory() -> Option<PathBuf> {
    ZDOTDIR.absolute()
}

/// `SHELL`: the login shell.
pub fn login_shell() -> Option<PathBuf> {
    SHELL.value().map(PathBuf::from)
}

/// `USER` (on Windows `USERNAME`), for packs that say `$USER`.
pub fn user() -> Option<String> {
    let variable = if cfg!(windows) { USERNAME } else { USER };
    variable.value().and_then(|value| value.into_string().ok())
}

/// `COMPUTERNAME`: the name of the machine, which Windows tells every process.
#[cfg(not(unix))]
pub fn computer_name() -> Option<String> {
    COMPUTERNAME
        .value()
        .and_then(|value| value.into_string().ok())
}

/// The whole environment, as every child gets it. Read once: no variable is ever set in a process that
/// has threads.
pub fn everything() -> &'static [(OsString, OsString)] {
    static EVERYTHING: LazyLock<Vec<(OsString, OsString)>> =
        LazyLock::new(|| std::env::vars_os().collect());
    &EVERYTHING
}

/// The whole environment as text, for packs that name a variable. What is no text is left out.
pub fn variables() -> impl Iterator<Item = (String, String)> {
    let text = |word: &OsString| word.to_str().map(str::to_owned);
    everything()
        .iter()
        .filter_map(move |(name, value)| Some((text(name)?, text(value)?)))
}

#[cfg(test)]
mod tests {
    use super::VARIABLES;

    #[test]
    fn the_list_has_every_variable_once() {
        let source = include_str!("env.rs");
        let defined = source.matches("\nconst ").count();
        assert_eq!(VARIABLES.len(), defined);
        for (index, variable) in VARIABLES.iter().enumerate() {
            assert!(!VARIABLES[..index].contains(variable), "{}", variable.name);
        }
    }
}
