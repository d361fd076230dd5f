//! Arguments of the actions on files: `symlink`, `mkdir`, `rmdir`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{Mode, PathText};

/// Makes `dst` a symbolic link to `src`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a mapping with `src` and `dst`")]
pub struct SymlinkArguments {
    /// What the link points at, relative to the pack's root.
    pub src: PathText,
    /// Where the link is made. Its parent is created if it is missing.
    pub dst: PathText,
    /// Rename what stands at `dst` out of the way instead of stopping.
    #[serde(default)]
    pub backup: bool,
    /// Make the text of the link absolute.
    #[serde(default = "yes")]
    pub normalize: bool,
    /// What `src` is; matters on Windows, where links to files and to directories differ.
    #[serde(default)]
    pub kind: LinkKind,
}

/// What a link points at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", expecting = "auto, file or directory")]
pub enum LinkKind {
    /// Whatever `src` is when the link is made.
    #[default]
    Auto,
    /// A file.
    File,
    /// A directory.
    Directory,
}

/// Creates a directory and what is missing of its parents.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a mapping with `path`")]
pub struct MkdirArguments {
    /// The directory.
    pub path: PathText,
    /// The permissions of directories that are created, as octal text.
    #[serde(default)]
    #[schemars(extend("default" = "755"))]
    pub mode: Mode,
}

/// Removes a directory.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a mapping with `path`")]
pub struct RmdirArguments {
    /// The directory.
    pub path: PathText,
    /// Rename it out of the way instead of removing it.
    #[serde(default)]
    pub backup: bool,
    /// Remove it with what it holds.
    #[serde(default)]
    pub force: bool,
}

impl SymlinkArguments {
    /// The action's name.
    pub const NAME: &'static str = "symlink";
}

impl MkdirArguments {
    /// The action's name.
    pub const NAME: &'static str = "mkdir";
}

impl RmdirArguments {
    /// The action's name.
    pub const NAME: &'static str = "rmdir";
}

fn yes() -> bool {
    true
}
