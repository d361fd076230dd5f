//! Two links in one place.

use std::collections::HashMap;
use std::path::PathBuf;

use super::error::PackFileError;
use super::spec::{ActionSpec, PackSpec};
use crate::model::action::{
    ActionEntry, ArgumentError, Step, SymlinkArguments, WhenArguments, parse,
};
use crate::model::variables::Variables;

/// Refuses a pack of which two `symlink`s make one `dst`, once variables are expanded; also inside
/// `when`. A `when` for another system than the one that `GREX_OS` names is left out: a link for
/// each system is what it is for.
///
/// The error is also that of a variable that is not set in such a `dst`. Only the actions are
/// looked at, not the teardown.
pub fn check_symlink_targets(spec: &PackSpec, variables: &Variables) -> Result<(), PackFileError> {
    let mut links = Vec::new();
    for action in &spec.actions {
        let mut path = Vec::new();
        let entry = (action.name.as_str(), &action.arguments);
        collect(action, entry, variables, &mut path, &mut links)?;
    }
    let mut seen: HashMap<&PathBuf, &Link<'_>> = HashMap::with_capacity(links.len());
    for link in &links {
        if let Some(first) = seen.insert(&link.target, link) {
            return Err(refuse(first, link));
        }
    }
    Ok(())
}

struct Link<'a> {
    /// The action of the pack that it is, or is inside of.
    action: &'a ActionSpec,
    /// Where its `dst` is below that action's arguments.
    path: Vec<Step>,
    target: PathBuf,
}

fn collect<'a>(
    action: &'a ActionSpec,
    (name, arguments): (&str, &serde_json::Value),
    variables: &Variables,
    path: &mut Vec<Step>,
    links: &mut Vec<Link<'a>>,
) -> Result<(), PackFileError> {
    if name == SymlinkArguments::NAME {
        let link: SymlinkArguments = parse(arguments).map_err(|error| action.error(&error))?;
        path.push(Step::Key("dst".to_owned()));
        let target = variables
            .expand(link.dst.as_str())
            .map_err(|error| action.error(&ArgumentError::new(path.clone(), error.to_string())))?;
        links.push(Link {
            action,
            path: path.clone(),
            target: comparable(&target),
        });
        path.pop();
    } else if name == WhenArguments::NAME {
        let when: WhenArguments = parse(arguments).map_err(|error| action.error(&error))?;
        let runs_elsewhere = when
            .os
            .zip(variables.get("GREX_OS"))
            .is_some_and(|(wanted, current)| wanted.name() != current);
        if runs_elsewhere {
            return Ok(());
        }
        for (index, ActionEntry { name, arguments }) in when.actions.iter().enumerate() {
            path.push(Step::Key("actions".to_owned()));
            path.push(Step::Index(index));
            path.push(Step::Key(name.clone()));
            collect(action, (name, arguments), variables, path, links)?;
            path.truncate(path.len() - 3);
        }
    }
    Ok(())
}

/// The path without what does not change where it leads: `//`, `/./`, a slash at the end.
fn comparable(target: &str) -> PathBuf {
    let path: PathBuf = std::path::Path::new(target).components().collect();
    if cfg!(windows) {
        return PathBuf::from(path.to_string_lossy().to_lowercase());
    }
    path
}

fn refuse(first: &Link<'_>, second: &Link<'_>) -> PackFileError {
    let at = |link: &Link<'_>, message: String| ArgumentError::new(link.path.clone(), message);
    let message = format!("two symlinks have the `dst` {}", second.target.display());
    let error = second
        .action
        .error(&at(second, message).with_hint("remove one of them, or give it another `dst`"));
    let place = first
        .action
        .place_beside(second.action, &at(first, String::new()));
    match place {
        Some(place) => error.with_place(place, "the other one"),
        None => error,
    }
}
