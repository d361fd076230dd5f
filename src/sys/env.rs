//! Every environment variable that grex reads, by name and with its reason.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the catalogue of variables"
)]

use std::{ffi::OsString, path::PathBuf};

/// `GREX_GIT`: the git to run instead of the one that `PATH` gives. Empty counts as unset.
pub fn git_program() -> Option<OsString> {
    present("GREX_GIT")
}

/// `GREX_PARALLEL`: packs at work at once, where `--parallel` does not say. Empty counts as unset.
pub fn parallel() -> Option<OsString> {
    present("GREX_PARALLEL")
}

/// `GIT_CEILING_DIRECTORIES`: the user's own limits to git's search; ours is put before them.
pub fn git_ceiling_directories() -> Option<OsString> {
    present("GIT_CEILING_DIRECTORIES")
}

/// `GIT_TEMPLATE_DIR`: where git copies new repositories' `.git` from.
pub fn git_template_directory() -> Option<PathBuf> {
    present("GIT_TEMPLATE_DIR").map(PathBuf::from)
}

/// `PATH`: where programs are looked for that a pack names without a directory.
pub fn program_directories() -> Option<OsString> {
    present("PATH")
}

/// `NO_COLOR`: set and not empty, no colour is wanted (no-color.org).
pub fn no_color() -> bool {
    present("NO_COLOR").is_some()
}

/// `CLICOLOR_FORCE`: set and not `0`, colour is wanted even in a pipe (bixense.com/clicolors).
pub fn color_is_forced() -> bool {
    present("CLICOLOR_FORCE").is_some_and(|value| value != "0")
}

/// `TERM=dumb`: a terminal that cannot move its cursor.
pub fn terminal_is_dumb() -> bool {
    present("TERM").is_some_and(|value| value == "dumb")
}

/// `XTERM_VERSION` (xterm itself) and `TERM=linux` (the console): terminals that cut their rows when
/// they become narrower. All others of today fold them.
pub fn terminal_folds() -> bool {
    present("XTERM_VERSION").is_none() && present("TERM").is_none_or(|value| value != "linux")
}

/// `CI`: a build machine; nobody watches a progress display there.
pub fn is_ci() -> bool {
    present("CI").is_some_and(|value| value != "false" && value != "0")
}

/// The language of the locale for text, to choose between Unicode and ASCII decoration.
pub fn locale_is_utf8() -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(present)
        .and_then(|value| value.into_string().ok())
        .is_none_or(|value| {
            let value = value.to_ascii_lowercase();
            value.contains("utf-8") || value.contains("utf8")
        })
}

/// `HOME` (on Windows `USERPROFILE`): the home directory, else the one that the system knows. One
/// that is not absolute is none.
pub fn home() -> Option<PathBuf> {
    let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    absolute(name).or_else(super::user::home)
}

/// `XDG_STATE_HOME` (XDG base directories), else `~/.local/state`; on Windows `LOCALAPPDATA`:
/// where what grex knows of this user and this machine is kept.
pub fn state_home() -> Option<PathBuf> {
    if cfg!(windows) {
        return absolute("LOCALAPPDATA");
    }
    absolute("XDG_STATE_HOME").or_else(|| Some(home()?.join(".local/state")))
}

/// `XDG_CONFIG_HOME` (XDG base directories), else `~/.config`: where fish looks for its files.
pub fn config_home() -> Option<PathBuf> {
    absolute("XDG_CONFIG_HOME").or_else(|| Some(home()?.join(".config")))
}

/// `ZDOTDIR`: where zsh looks for its files instead of the home directory.
pub fn zsh_directory() -> Option<PathBuf> {
    absolute("ZDOTDIR")
}

/// `SHELL`: the login shell.
pub fn login_shell() -> Option<PathBuf> {
    present("SHELL").map(PathBuf::from)
}

/// `USER` (on Windows `USERNAME`), for packs that say `$USER`.
pub fn user() -> Option<String> {
    let name = if cfg!(windows) { "USERNAME" } else { "USER" };
    present(name).and_then(|value| value.into_string().ok())
}

/// `COMPUTERNAME`: the name of the machine, which Windows tells every process.
#[cfg(not(unix))]
pub fn computer_name() -> Option<String> {
    present("COMPUTERNAME").and_then(|value| value.into_string().ok())
}

/// The whole environment as text, for packs that name a variable. What is no text is left out.
pub fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

fn absolute(name: &str) -> Option<PathBuf> {
    present(name)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}

fn present(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
