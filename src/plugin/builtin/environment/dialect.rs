//! How a file says that a variable has a value.

use super::{fish, machine, sh};
use crate::plugin::error::ActionError;

/// The language of a file that variables are set in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// sh, bash and zsh.
    Posix,
    /// fish.
    Fish,
    /// `/etc/environment`.
    Machine,
}

impl Dialect {
    /// The one line that sets a variable, whatever its value holds. With `ends_in_cr`, the line
    /// will end in CRLF: readers would take the carriage return for a part of the value, so a
    /// comment keeps it off.
    ///
    /// # Errors
    /// The language cannot hold the value byte for byte.
    pub(super) fn line(
        self,
        name: &str,
        value: &str,
        ends_in_cr: bool,
    ) -> Result<String, ActionError> {
        let refused = |what: String| {
            ActionError::precondition(format!("the value of `{name}` cannot be kept: {what}"))
        };
        if value.contains('\0') {
            return Err(refused("it holds a NUL character".to_owned()));
        }
        let (mut line, comment) = match self {
            Self::Posix => (sh::line(name, value), " #"),
            Self::Fish => (fish::line(name, value), " #"),
            Self::Machine => {
                let line = machine::line(name, value).map_err(|what| {
                    refused(format!("the machine's environment cannot hold {what}"))
                        .with_hint("set it with `scope: user`")
                })?;
                (line, "#")
            }
        };
        if ends_in_cr {
            line.push_str(comment);
        }
        Ok(line)
    }

    /// How the lines begin that set a variable.
    pub(super) fn beginnings(self, name: &str) -> Vec<String> {
        match self {
            Self::Posix => vec![format!("export {name}="), format!("{name}=")],
            Self::Fish => vec![format!("set -gx {name} ")],
            Self::Machine => vec![format!("{name}=")],
        }
    }

    /// The variable that a line of this language sets.
    pub(super) fn name_in(self, line: &str) -> Option<&str> {
        match self {
            Self::Posix => sh::name_in(line),
            Self::Fish => fish::name_in(line),
            Self::Machine => machine::name_in(line),
        }
    }
}
