//! Which files a variable is set in.

use std::path::PathBuf;

use super::dialect::Dialect;
use crate::{
    model::action::{EnvScope, OperatingSystem},
    plugin::{action::ActionCx, error::ActionError, foreseen::Sight},
};

/// The files of a scope, in the order in which they are written. `~/.profile` is always among
/// those of a user: the login shell of tomorrow, and most desktops, read it.
///
/// # Errors
/// A file cannot be looked at, or the system has no such scope.
pub(super) fn of(
    cx: &ActionCx<'_>,
    scope: EnvScope,
) -> Result<Vec<(PathBuf, Dialect)>, ActionError> {
    let places = cx.scene.places;
    match scope {
        EnvScope::Session => return Ok(Vec::new()),
        // Nothing there reads such a file, or any other of the kind.
        EnvScope::Machine if cx.scene.platform == OperatingSystem::Macos => {
            return Err(ActionError::precondition(
                "macOS has no file with variables for everybody",
            )
            .with_hint("set it with `scope: user`"));
        }
        EnvScope::Machine => {
            return Ok(vec![(places.machine_environment.clone(), Dialect::Machine)]);
        }
        EnvScope::User => {}
    }
    let fish = places.config.join("fish");
    // The file, what has to be there for it to be wanted, and whose it is.
    let wanted = [
        (
            places.home.join(".bashrc"),
            places.home.join(".bashrc"),
            "bash",
            Dialect::Posix,
        ),
        (
            places.zsh.join(".zshrc"),
            places.zsh.join(".zshrc"),
            "zsh",
            Dialect::Posix,
        ),
        (fish.join("conf.d/grex.fish"), fish, "fish", Dialect::Fish),
    ];
    let mut files = vec![(places.home.join(".profile"), Dialect::Posix)];
    for (file, sign, shell, dialect) in wanted {
        let is_login_shell = places.login_shell.as_deref() == Some(shell);
        if is_login_shell || cx.host.look(&sign)? != Sight::Nothing {
            files.push((file, dialect));
        }
    }
    Ok(files)
}
