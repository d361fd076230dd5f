//! Arguments of the action `exec`.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{EnvironmentName, PathText, Text};

/// Runs a program.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "ExecFields")]
#[schemars(with = "ExecFields")]
pub struct ExecArguments {
    /// What is run.
    pub command: ExecCommand,
    /// Where it runs; the pack's root if absent.
    pub cwd: Option<PathText>,
    /// Variables that are set for it, in this order.
    pub env: IndexMap<EnvironmentName, Text>,
    /// What its failure means.
    pub on_fail: ExecOnFail,
}

/// What is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecCommand {
    /// A program and its arguments, at least the program. No shell sees them.
    List(Vec<Text>),
    /// A line for the shell.
    Shell(Text),
}

/// What a program's failure means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", expecting = "error, warn or ignore")]
pub enum ExecOnFail {
    /// The action fails.
    #[default]
    Error,
    /// A warning.
    Warn,
    /// Nothing.
    Ignore,
}

/// Runs a program: `cmd`, or `shell: true` with `cmd_shell`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a mapping with `cmd`")]
#[schemars(extend("oneOf" = [
    {"required": ["cmd"], "properties": {"shell": {"const": false}}, "not": {"required": ["cmd_shell"]}},
    {"required": ["shell", "cmd_shell"], "properties": {"shell": {"const": true}}, "not": {"required": ["cmd"]}},
]))]
struct ExecFields {
    /// The program and its arguments. No shell sees them.
    #[serde(default)]
    #[schemars(with = "Vec<Text>", length(min = 1))]
    cmd: Option<Vec<Text>>,
    /// Run `cmd_shell` with the shell.
    #[serde(default)]
    shell: bool,
    /// The line for the shell.
    #[serde(default)]
    #[schemars(with = "Text")]
    cmd_shell: Option<Text>,
    /// Where it runs; the pack's root if absent.
    #[serde(default)]
    #[schemars(with = "PathText")]
    cwd: Option<PathText>,
    /// Variables that are set for it.
    #[serde(default)]
    #[schemars(with = "std::collections::BTreeMap<EnvironmentName, Text>")]
    env: IndexMap<EnvironmentName, Text>,
    /// What its failure means.
    #[serde(default)]
    on_fail: ExecOnFail,
}

/// Why the parts of an `exec` do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExecError {
    /// Neither a list nor a line.
    #[error(
        "there is nothing to run\ngive `cmd: [program, argument]`, or `shell: true` with `cmd_shell`"
    )]
    Nothing,
    /// An empty list.
    #[error("`cmd` is empty\nits first element is the program")]
    EmptyList,
    /// A list with a shell.
    #[error("`cmd` and `shell: true` exclude each other\nwith `shell: true`, give `cmd_shell`")]
    ListWithShell,
    /// A line without a shell.
    #[error("`cmd_shell` needs `shell: true`")]
    LineWithoutShell,
    /// A list and a line.
    #[error("`cmd` and `cmd_shell` exclude each other")]
    Both,
    /// A shell without a line.
    #[error("`shell: true` needs `cmd_shell`")]
    ShellWithoutLine,
}

impl ExecArguments {
    /// The action's name.
    pub const NAME: &'static str = "exec";
}

impl TryFrom<ExecFields> for ExecArguments {
    type Error = ExecError;

    fn try_from(fields: ExecFields) -> Result<Self, ExecError> {
        let command = match (fields.cmd, fields.shell, fields.cmd_shell) {
            (Some(_), _, Some(_)) => return Err(ExecError::Both),
            (Some(_), true, None) => return Err(ExecError::ListWithShell),
            (Some(list), false, None) if list.is_empty() => return Err(ExecError::EmptyList),
            (Some(list), false, None) => ExecCommand::List(list),
            (None, true, Some(line)) => ExecCommand::Shell(line),
            (None, false, Some(_)) => return Err(ExecError::LineWithoutShell),
            (None, true, None) => return Err(ExecError::ShellWithoutLine),
            (None, false, None) => return Err(ExecError::Nothing),
        };
        Ok(Self {
            command,
            cwd: fields.cwd,
            env: fields.env,
            on_fail: fields.on_fail,
        })
    }
}
