//! Arguments of the actions that ask first: `require`, `when`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::entry::ActionEntry;
use super::predicate::{OperatingSystem, Predicate};

/// Stops, skips or warns unless something holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "RequireFields")]
#[schemars(with = "RequireFields")]
pub struct RequireArguments {
    /// What has to hold.
    pub condition: Condition,
    /// What it means if it does not.
    pub on_fail: RequireOnFail,
}

/// Predicates and how they are joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Every one holds.
    AllOf(Vec<Predicate>),
    /// At least one holds.
    AnyOf(Vec<Predicate>),
    /// Not one holds.
    NoneOf(Vec<Predicate>),
}

/// What an unmet requirement means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", expecting = "error, skip or warn")]
pub enum RequireOnFail {
    /// The action fails.
    #[default]
    Error,
    /// The rest of the pack's actions are left out.
    Skip,
    /// A warning.
    Warn,
}

/// Stops, skips or warns unless something holds: exactly one of `all_of`, `any_of`, `none_of`.
#[derive(Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "a mapping with `all_of`, `any_of` or `none_of`"
)]
#[schemars(extend("oneOf" = [
    {"required": ["all_of"]}, {"required": ["any_of"]}, {"required": ["none_of"]},
]))]
struct RequireFields {
    /// Every one of these has to hold.
    #[serde(default)]
    #[schemars(with = "Vec<Predicate>")]
    all_of: Option<Vec<Predicate>>,
    /// At least one of these has to hold.
    #[serde(default)]
    #[schemars(with = "Vec<Predicate>")]
    any_of: Option<Vec<Predicate>>,
    /// None of these may hold.
    #[serde(default)]
    #[schemars(with = "Vec<Predicate>")]
    none_of: Option<Vec<Predicate>>,
    /// What it means otherwise.
    #[serde(default)]
    on_fail: RequireOnFail,
}

/// Runs actions if everything that is given holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "a mapping with a condition and `actions`"
)]
pub struct WhenArguments {
    /// grex runs on this system.
    #[serde(default)]
    #[schemars(with = "OperatingSystem")]
    pub os: Option<OperatingSystem>,
    /// Every one of these holds.
    #[serde(default)]
    #[schemars(with = "Vec<Predicate>")]
    pub all_of: Option<Vec<Predicate>>,
    /// At least one of these holds.
    #[serde(default)]
    #[schemars(with = "Vec<Predicate>")]
    pub any_of: Option<Vec<Predicate>>,
    /// None of these holds.
    #[serde(default)]
    #[schemars(with = "Vec<Predicate>")]
    pub none_of: Option<Vec<Predicate>>,
    /// What is run then, in order.
    pub actions: Vec<ActionEntry>,
}

/// Not exactly one condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected exactly one of `all_of`, `any_of`, `none_of`, found {found}")]
pub struct RequireError {
    /// How many there are.
    pub found: usize,
}

impl RequireArguments {
    /// The action's name.
    pub const NAME: &'static str = "require";
}

impl WhenArguments {
    /// The action's name.
    pub const NAME: &'static str = "when";
}

impl TryFrom<RequireFields> for RequireArguments {
    type Error = RequireError;

    fn try_from(fields: RequireFields) -> Result<Self, RequireError> {
        let given = [
            fields.all_of.map(Condition::AllOf),
            fields.any_of.map(Condition::AnyOf),
            fields.none_of.map(Condition::NoneOf),
        ];
        let mut given = given.into_iter().flatten();
        match (given.next(), given.count()) {
            (Some(condition), 0) => Ok(Self {
                condition,
                on_fail: fields.on_fail,
            }),
            (None, _) => Err(RequireError { found: 0 }),
            (Some(_), more) => Err(RequireError { found: more + 1 }),
        }
    }
}
