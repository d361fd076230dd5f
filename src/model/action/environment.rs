//! Arguments of the action `env`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{EnvironmentName, Text};

/// Sets an environment variable.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a mapping with `name` and `value`")]
pub struct EnvArguments {
    /// The variable.
    pub name: EnvironmentName,
    /// Its value, which arrives byte for byte once variables in it are expanded.
    pub value: Text,
    /// For whom it is set.
    #[serde(default)]
    pub scope: EnvScope,
}

/// For whom a variable is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", expecting = "user, machine or session")]
pub enum EnvScope {
    /// The user, in the start-up files of the shells (or the registry).
    #[default]
    User,
    /// Everybody on this machine.
    Machine,
    /// The later actions of this run.
    Session,
}

impl EnvArguments {
    /// The action's name.
    pub const NAME: &'static str = "env";
}
