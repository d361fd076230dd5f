//! A plugin of each kind as somebody else wrote it for version 1: twice, with what a trait demands
//! and no more, and with all that it lets one do. It sees what is public, and it uses every method
//! and every field that is promised, each with its type. What is taken away, renamed, retyped or
//! newly demanded does not compile here, and that is the test; the plugins' compiling on is what
//! version 1 promises (docs/stability.md).

mod actions;
mod data;
mod fetchers;
mod host;
mod pack_types;

use std::sync::Arc;

use grex::plugin::{
    action::ActionPlugin,
    error::ActionError,
    fetcher::{Fetcher, NoFetcher},
    pack_type::PackTypePlugin,
    registry::{Registry, RegistryError},
};

/// What a program with plugins of its own does.
fn registry() -> Result<Registry, RegistryError> {
    let mut registry = Registry::new();
    registry.register_action(Arc::new(actions::Least))?;
    registry.register_action(Arc::new(actions::Most))?;
    registry.register_pack_type(Arc::new(pack_types::All))?;
    registry.register_fetcher(Arc::new(fetchers::Least))?;
    registry.register_fetcher(Arc::new(fetchers::Most))?;
    Ok(registry)
}

#[test]
fn they_are_found_by_their_names() {
    let registry = registry().unwrap();
    let action: Result<&Arc<dyn ActionPlugin>, ActionError> = registry.action("least");
    assert_eq!(action.unwrap().name(), "least");
    assert!(registry.action_names().eq(["least", "most"]));
    let unknown: ActionError = registry.action("lest").err().unwrap();
    let ActionError::Unknown { name, hint } = &unknown else {
        panic!("{unknown}");
    };
    let (name, hint): (&String, &String) = (name, hint);
    assert_eq!((name.as_str(), hint.contains("least")), ("lest", true));
    let pack_type: Option<&Arc<dyn PackTypePlugin>> = registry.pack_type("all");
    assert!(pack_type.is_some_and(|found| found.name() == "all"));
    let fetcher: Option<&Arc<dyn Fetcher>> = registry.fetcher("most");
    assert!(fetcher.is_some_and(|found| found.schemes() == ["most", "more"]));
    let url = grex::model::url::PackUrl::parse("other://x/y").unwrap();
    let missing: NoFetcher = registry.fetcher_of(&url).err().unwrap();
    let (scheme, known): (String, Vec<String>) = (missing.scheme, missing.known);
    assert_eq!((scheme.as_str(), known.len()), ("other", 3));
    assert!(!registry.is_git(&url));
    let again: RegistryError = Registry::with_builtins()
        .register_action(Arc::clone(
            Registry::with_builtins().action("symlink").unwrap(),
        ))
        .unwrap_err();
    let (kind, name): (&'static str, String) = (again.kind, again.name);
    assert_eq!((kind, name.as_str()), ("the action", "symlink"));
}
