//! How a change is taken back: what an action leaves behind for `rm`, months later.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How to take one change of an action back.
///
/// Plain data: it is written to disk before the change is made, and read by another process.
///
/// ```json
/// {"action":"symlink","resource":"path:/home/me/.vimrc",
///  "data":{"dst":"/home/me/.vimrc","text":"/work/dotfiles/vimrc"},
///  "directories":[]}
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UndoRecord {
    /// The name of the action that made the change, and that takes it back.
    pub action: String,
    /// The name of what was changed, as the action's plan calls it. An action that is declared no
    /// more is one whose resources nobody names any more.
    pub resource: String,
    /// What the action needs to know.
    pub data: Value,
    /// Directories that were made on the way, absolute, outermost first. They go with the last
    /// thing in them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub directories: Vec<String>,
}
