//! Which names a pack may use, and how their arguments are checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::argument::{ArgumentError, ArgumentFault, Step};
use super::builtin;
use super::nearest::nearest;

/// Checks the arguments of one action. It reads nothing but them; the vocabulary is for actions
/// that contain actions.
pub type ArgumentCheck =
    Arc<dyn Fn(&Value, &Vocabulary) -> Result<(), ArgumentError> + Send + Sync>;

/// The names of actions and pack types that are known.
#[derive(Clone, Default)]
pub struct Vocabulary {
    actions: BTreeMap<String, ArgumentCheck>,
    pack_types: BTreeSet<String>,
}

impl Vocabulary {
    /// Knows nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Knows what comes with grex.
    pub fn builtin() -> Self {
        let mut vocabulary = Self::new();
        for action in builtin::ACTIONS {
            vocabulary.add_action(action.name, Arc::new(action.check));
        }
        for name in builtin::PACK_TYPES {
            vocabulary.add_pack_type(name);
        }
        vocabulary
    }

    /// Adds an action; the last one of a name counts.
    pub fn add_action(&mut self, name: impl Into<String>, check: ArgumentCheck) {
        self.actions.insert(name.into(), check);
    }

    /// Adds a pack type.
    pub fn add_pack_type(&mut self, name: impl Into<String>) {
        self.pack_types.insert(name.into());
    }

    /// The names of the actions, sorted.
    pub fn actions(&self) -> impl Iterator<Item = &str> + Clone {
        self.actions.keys().map(String::as_str)
    }

    /// The names of the pack types, sorted.
    pub fn pack_types(&self) -> impl Iterator<Item = &str> + Clone {
        self.pack_types.iter().map(String::as_str)
    }

    /// Checks one action. Paths in the error begin with the action's name, as the entry of a list
    /// of actions does.
    pub fn check_action(&self, name: &str, arguments: &Value) -> Result<(), ArgumentError> {
        let here = [Step::Key(name.to_owned())];
        match self.actions.get(name) {
            Some(check) => check(arguments, self).map_err(|error| error.below(here)),
            None => Err(ArgumentError {
                path: here.to_vec(),
                message: format!("unknown action `{name}`"),
                hint: Some(suggest(name, self.actions())),
                fault: ArgumentFault::UnknownAction,
            }),
        }
    }

    /// Checks the name of a pack type. `Err` is advice: the nearest name, or all of them.
    pub fn check_pack_type(&self, name: &str) -> Result<(), String> {
        if self.pack_types.contains(name) {
            return Ok(());
        }
        Err(suggest(name, self.pack_types()))
    }
}

impl fmt::Debug for Vocabulary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Vocabulary")
            .field("actions", &self.actions.keys())
            .field("pack_types", &self.pack_types)
            .finish()
    }
}

fn suggest<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    if let Some(name) = nearest(name, known.clone()) {
        return format!("did you mean `{name}`?");
    }
    let known: Vec<String> = known.map(|name| format!("`{name}`")).collect();
    format!("known: {}", known.join(", "))
}
