//! The plugins by name.

use std::{collections::BTreeMap, sync::Arc};

use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use super::{
    action::ActionPlugin,
    builtin,
    error::ActionError,
    fetcher::{Fetcher, NoFetcher},
    pack_type::PackTypePlugin,
};
use crate::model::{
    action::{ArgumentError, ArgumentFault, Step, Vocabulary},
    url::{PackUrl, Scheme},
};

/// The plugins that a run knows.
///
/// ```
/// let registry = grex::plugin::registry::Registry::with_builtins();
/// assert!(registry.action("symlink").is_ok());
/// ```
#[derive(Clone, Default)]
pub struct Registry {
    actions: BTreeMap<String, Arc<dyn ActionPlugin>>,
    pack_types: BTreeMap<String, Arc<dyn PackTypePlugin>>,
    fetchers: BTreeMap<String, Arc<dyn Fetcher>>,
}

/// A plugin that cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} `{name}` is registered already")]
pub struct RegistryError {
    /// What it is: `the action`, `the pack type`, `a fetcher for`.
    pub kind: &'static str,
    /// Its name; of a fetcher, the scheme.
    pub name: String,
}

impl Registry {
    /// Knows nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Knows what comes with grex.
    ///
    /// # Panics
    /// Never: the names of what comes with grex differ, which a test holds.
    pub fn with_builtins() -> Self {
        let mut registry = Self::new();
        builtin::register(&mut registry).expect("different names");
        registry
    }

    /// Adds an action.
    ///
    /// # Errors
    /// Fails when there is one of that name.
    pub fn register_action(&mut self, plugin: Arc<dyn ActionPlugin>) -> Result<(), RegistryError> {
        let name = plugin.name().to_owned();
        insert(&mut self.actions, name, plugin, "the action")
    }

    /// Adds a pack type.
    ///
    /// # Errors
    /// Fails when there is one of that name.
    pub fn register_pack_type(
        &mut self,
        plugin: Arc<dyn PackTypePlugin>,
    ) -> Result<(), RegistryError> {
        let name = plugin.name().to_owned();
        insert(&mut self.pack_types, name, plugin, "the pack type")
    }

    /// Adds a fetcher for all of its schemes, or for none.
    ///
    /// # Errors
    /// Fails when one of them is served already.
    pub fn register_fetcher(&mut self, plugin: Arc<dyn Fetcher>) -> Result<(), RegistryError> {
        let mut fetchers = self.fetchers.clone();
        for scheme in plugin.schemes() {
            insert(
                &mut fetchers,
                (*scheme).to_owned(),
                Arc::clone(&plugin),
                "a fetcher for",
            )?;
        }
        self.fetchers = fetchers;
        Ok(())
    }

    /// An action by its name.
    ///
    /// # Errors
    /// [`ActionError::Unknown`] with the nearest name.
    pub fn action(&self, name: &str) -> Result<&Arc<dyn ActionPlugin>, ActionError> {
        self.actions.get(name).ok_or_else(|| {
            let unknown = self.vocabulary().check_action(name, &Value::Null).err();
            ActionError::Unknown {
                name: name.to_owned(),
                hint: unknown.and_then(|error| error.hint).unwrap_or_default(),
            }
        })
    }

    /// The names of the actions, sorted.
    pub fn action_names(&self) -> impl Iterator<Item = &str> + Clone {
        self.actions.keys().map(String::as_str)
    }

    /// A pack type by its name.
    pub fn pack_type(&self, name: &str) -> Option<&Arc<dyn PackTypePlugin>> {
        self.pack_types.get(name)
    }

    /// The fetcher for a scheme of URLs; paths have the scheme `file`.
    pub fn fetcher(&self, scheme: &str) -> Option<&Arc<dyn Fetcher>> {
        self.fetchers.get(scheme)
    }

    /// The fetcher for a URL.
    ///
    /// # Errors
    /// Nothing serves its scheme.
    pub fn fetcher_of(&self, url: &PackUrl) -> Result<&Arc<dyn Fetcher>, NoFetcher> {
        self.fetcher(url.scheme_name()).ok_or_else(|| NoFetcher {
            scheme: url.scheme_name().to_owned(),
            known: self.fetchers.keys().cloned().collect(),
        })
    }

    /// Says whether packs from `url` are git work trees, which grex looks after itself; see
    /// [`Fetcher::makes_git_work_trees`].
    pub fn is_git(&self, url: &PackUrl) -> bool {
        url.scheme() != Scheme::Other
            && self
                .fetcher_of(url)
                .is_ok_and(|fetcher| fetcher.makes_git_work_trees())
    }

    /// The names that packs may use, with the plugins' own checks of arguments.
    pub fn vocabulary(&self) -> Vocabulary {
        let mut vocabulary = Vocabulary::new();
        for (name, plugin) in &self.actions {
            let plugin = Arc::clone(plugin);
            vocabulary.add_action(
                name,
                Arc::new(move |arguments, vocabulary| plugin.check(arguments, vocabulary)),
            );
        }
        for name in self.pack_types.keys() {
            vocabulary.add_pack_type(name);
        }
        vocabulary
    }
}

fn insert<T>(
    plugins: &mut BTreeMap<String, T>,
    name: String,
    plugin: T,
    kind: &'static str,
) -> Result<(), RegistryError> {
    if plugins.contains_key(&name) {
        return Err(RegistryError { kind, name });
    }
    plugins.insert(name, plugin);
    Ok(())
}

/// Checks arguments against a JSON Schema.
///
/// # Errors
/// The first place where they do not fit; also when the schema itself is none.
pub(super) fn check_against(schema: &Value, arguments: &Value) -> Result<(), ArgumentError> {
    let validator = jsonschema::validator_for(schema).map_err(|error| {
        ArgumentError::new(
            Vec::new(),
            format!("the action's own schema is broken: {error}"),
        )
    })?;
    validator.validate(arguments).map_err(|error| {
        let mut path = steps(arguments, error.instance_path().as_str());
        // The key itself is at fault, not the mapping that it is in.
        if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind()
            && let Some(key) = unexpected.first()
        {
            path.push(Step::Key(key.clone()));
            return ArgumentError {
                fault: ArgumentFault::UnknownKey,
                ..ArgumentError::new(path, format!("unknown key `{key}`"))
            };
        }
        ArgumentError::new(path, error.to_string())
    })
}

/// The way to a place in a value that a JSON pointer (RFC 6901) leads to.
fn steps(value: &Value, pointer: &str) -> Vec<Step> {
    let mut at = Some(value);
    let mut steps = Vec::new();
    for segment in pointer.split('/').skip(1) {
        let key = segment.replace("~1", "/").replace("~0", "~");
        // What looks like a number may be the key of a mapping.
        let index = segment
            .parse()
            .ok()
            .filter(|_| at.is_some_and(Value::is_array));
        at = match index {
            Some(index) => at.and_then(|list| list.get::<usize>(index)),
            None => at.and_then(|mapping| mapping.get(&key)),
        };
        steps.push(index.map_or(Step::Key(key), Step::Index));
    }
    steps
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_name_is_registered_once() {
        let mut registry = Registry::with_builtins();
        let error = builtin::register(&mut registry).unwrap_err();
        assert!(
            error.to_string().ends_with("is registered already"),
            "{error}"
        );
    }

    #[test]
    fn what_comes_with_grex_is_what_its_schema_lists() {
        let registry = Registry::with_builtins();
        let vocabulary = registry.vocabulary();
        let listed = Vocabulary::builtin();
        assert_eq!(
            vocabulary.actions().collect::<Vec<_>>(),
            listed.actions().collect::<Vec<_>>()
        );
        assert_eq!(
            vocabulary.pack_types().collect::<Vec<_>>(),
            listed.pack_types().collect::<Vec<_>>()
        );
    }

    #[test]
    fn an_unknown_action_comes_with_the_nearest_name() {
        let registry = Registry::with_builtins();
        let error = registry.action("simlink").err().unwrap();
        assert_eq!(error.hint(), Some("did you mean `symlink`?"));
    }

    #[test]
    fn a_url_that_nothing_serves_comes_with_what_is_served() {
        let registry = Registry::with_builtins();
        let foo = PackUrl::parse("foo://h/x").unwrap();
        let error = registry.fetcher_of(&foo).err().unwrap();
        assert_eq!(
            error.to_string(),
            "nothing fetches `foo` URLs; known: file, git, http, https, ssh"
        );
        assert!(!registry.is_git(&foo));
        for text in [
            "h:x",
            "ssh://h/x",
            "/x",
            "../x",
            "file:///x",
            "https://h/x",
            "git://h/x",
        ] {
            assert!(registry.is_git(&PackUrl::parse(text).unwrap()), "{text}");
        }
        assert!(!Registry::new().is_git(&PackUrl::parse("/x").unwrap()));
    }

    #[test]
    fn a_schema_decides_where_nothing_else_does() {
        let schema = serde_json::json!({"type": "object", "required": ["a"],
            "properties": {"a": {"type": "array", "items": {"type": "integer"}}}});
        let error = check_against(&schema, &serde_json::json!({"a": [1, "x"]})).unwrap_err();
        assert_eq!(error.path, [Step::Key("a".into()), Step::Index(1)]);
        assert!(check_against(&schema, &serde_json::json!({"a": [1]})).is_ok());
    }

    #[test]
    fn a_key_that_a_schema_does_not_have_is_the_place() {
        let inner = serde_json::json!({"type": "object", "properties": {"a": {}},
            "additionalProperties": false});
        let schema = serde_json::json!({"type": "object", "additionalProperties": inner});
        let error = check_against(&schema, &serde_json::json!({"7": {"b/c": 1}})).unwrap_err();
        let path = ["7", "b/c"].map(|key| Step::Key(key.into()));
        assert_eq!(error.path, path);
        assert_eq!(error.fault, ArgumentFault::UnknownKey);
        assert_eq!(error.message, "unknown key `b/c`");
    }
}
