//! The one list of the actions and pack types that come with grex.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::argument::{ArgumentError, Step};
use super::environment::EnvArguments;
use super::exec::ExecArguments;
use super::files::{MkdirArguments, RmdirArguments, SymlinkArguments};
use super::guard::{RequireArguments, WhenArguments};
use super::shape;
use super::vocabulary::Vocabulary;

/// The pack types that come with grex.
pub const PACK_TYPES: [&str; 3] = ["meta", "declarative", "scripted"];

/// An action that comes with grex.
pub struct BuiltinAction {
    /// Its name.
    pub name: &'static str,
    /// Refuses arguments that it does not understand. Reads nothing but them.
    pub check: fn(&Value, &Vocabulary) -> Result<(), ArgumentError>,
    /// The JSON Schema of its arguments.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
}

/// The actions that come with grex, in the order of docs/actions.md.
pub const ACTIONS: [BuiltinAction; 7] = [
    action::<SymlinkArguments>(SymlinkArguments::NAME),
    action::<EnvArguments>(EnvArguments::NAME),
    action::<MkdirArguments>(MkdirArguments::NAME),
    action::<RmdirArguments>(RmdirArguments::NAME),
    action::<RequireArguments>(RequireArguments::NAME),
    BuiltinAction {
        name: WhenArguments::NAME,
        check: check_when,
        schema: schema::<WhenArguments>,
    },
    action::<ExecArguments>(ExecArguments::NAME),
];

const fn action<T: DeserializeOwned + JsonSchema>(name: &'static str) -> BuiltinAction {
    BuiltinAction {
        name,
        check: check::<T>,
        schema: schema::<T>,
    }
}

fn check<T: DeserializeOwned>(arguments: &Value, _: &Vocabulary) -> Result<(), ArgumentError> {
    shape::parse::<T>(arguments).map(drop)
}

/// What is inside is checked with the same vocabulary.
fn check_when(arguments: &Value, vocabulary: &Vocabulary) -> Result<(), ArgumentError> {
    let when: WhenArguments = shape::parse(arguments)?;
    for (index, entry) in when.actions.iter().enumerate() {
        vocabulary
            .check_action(&entry.name, &entry.arguments)
            .map_err(|error| error.below([Step::Key("actions".to_owned()), Step::Index(index)]))?;
    }
    Ok(())
}

fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// The JSON Schema of one type of arguments, complete in itself.
pub fn schema_of<T: JsonSchema>() -> Value {
    SchemaGenerator::default()
        .into_root_schema_for::<T>()
        .to_value()
}
