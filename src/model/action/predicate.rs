//! What `require` and `when` ask about the machine.

use schemars::JsonSchema;
use serde::Deserialize;

use super::text::{PathText, VersionRequirement};

/// A question about the machine: a mapping with one key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    rename_all = "snake_case",
    deny_unknown_fields,
    expecting = "a mapping with one key, e.g. `cmd_available: git`"
)]
pub enum Predicate {
    /// Something exists at this path; a relative one is in the pack.
    PathExists(PathText),
    /// A program of this name is on `PATH`; with a `/` in it, it is a file, relative to the pack.
    CmdAvailable(PathText),
    /// grex runs on this system.
    Os(OperatingSystem),
    /// This key, or `key!value`, is in the registry. Windows only.
    RegKey(PathText),
    /// The version of PowerShell. Windows only.
    Psversion(VersionRequirement),
    /// `dst` is a link that points at `src`.
    SymlinkOk {
        /// What the link has to point at.
        src: PathText,
        /// Where the link is.
        dst: PathText,
    },
    /// Every one of these holds; true if there is none.
    AllOf(Vec<Predicate>),
    /// At least one of these holds; false if there is none.
    AnyOf(Vec<Predicate>),
    /// Not one of these holds; true if there is none.
    NoneOf(Vec<Predicate>),
}

/// A system that grex runs on. The names are the values of `GREX_OS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", expecting = "linux, macos or windows")]
pub enum OperatingSystem {
    /// Linux.
    Linux,
    /// macOS.
    Macos,
    /// Windows.
    Windows,
}

impl OperatingSystem {
    /// Its name, as in `GREX_OS` and in `.grex/targets/<name>.yaml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Macos => "macos",
            Self::Windows => "windows",
        }
    }

    /// The system that this program was built for. Other systems of the Unix family count as
    /// Linux.
    pub fn current() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::Macos
        } else {
            Self::Linux
        }
    }
}

impl Predicate {
    /// Whether it can only be asked on Windows.
    pub fn is_windows_only(&self) -> bool {
        matches!(self, Self::RegKey(_) | Self::Psversion(_))
    }
}
