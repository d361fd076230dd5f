//! What a plan would change, and what an apply did change, as data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One change to the machine. Paths are absolute.
///
/// ```json
/// {"kind":"link","path":"/home/me/.vimrc","old":null,"new":"/work/dotfiles/vimrc"}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Change {
    /// A directory is made.
    Directory {
        /// The directory.
        path: String,
    },
    /// A symbolic link is made, or led elsewhere, or (`new` is null) removed.
    Link {
        /// The link.
        path: String,
        /// What it said before; null: there was none.
        old: Option<String>,
        /// What it says then; null: there is none.
        new: Option<String>,
    },
    /// A file or directory is renamed.
    Move {
        /// Its name before.
        from: String,
        /// Its name then.
        to: String,
    },
    /// A directory is removed.
    Remove {
        /// The directory.
        path: String,
        /// There is something in it, which goes along.
        with_content: bool,
    },
    /// A text file is made, changed or removed.
    Write {
        /// The file.
        path: String,
        /// Its text before; null: it was not there.
        before: Option<String>,
        /// Its text then; null: it is gone.
        after: Option<String>,
    },
    /// A line in the managed block of a text file is added, changed or removed.
    Entry {
        /// The file, which may not be there yet. It is made when a line is added.
        path: String,
        /// The block's name.
        block: String,
        /// The line before; null: it was not there.
        old: Option<String>,
        /// The line then; null: it is gone.
        new: Option<String>,
    },
    /// An environment variable is set or unset where no file tells.
    Variable {
        /// The variable.
        name: String,
        /// For whom: `session`, or on Windows `user` and `machine`.
        scope: String,
        /// Its value before; null: it was not set.
        old: Option<String>,
        /// Its value then; null: it is not set.
        new: Option<String>,
    },
    /// A program is run. What it changes is not known.
    Run {
        /// The whole command, quoted as for a shell.
        command: String,
        /// Where it runs.
        directory: String,
    },
}
