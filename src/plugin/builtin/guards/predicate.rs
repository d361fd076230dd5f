//! Asking the machine what `require` and `when` want to know. While planning, what earlier actions
//! of the plan will have done counts.

use std::{
    env::{join_paths, split_paths},
    path::Path,
};

use crate::{
    model::action::{ArgumentError, Condition, Predicate, Step},
    plugin::{
        action::ActionCx,
        builtin::{
            follow::follow,
            place::{Place, clean},
            source::{Source, inside},
        },
        error::ActionError,
        foreseen::Sight,
    },
};

#[cfg(all(test, unix))]
mod tests;

/// An answer that may take another process to find.
type Answer<'a, T> = std::pin::Pin<Box<dyn Future<Output = Result<T, ActionError>> + Send + 'a>>;

/// Whether a condition holds, and if not, why, in words. `at` is where it is in the arguments.
pub(super) fn unmet<'a>(
    cx: &'a ActionCx<'a>,
    condition: &'a Condition,
    at: &'a [Step],
) -> Answer<'a, Option<String>> {
    Box::pin(async move {
        let (key, predicates) = parts(condition);
        let mut at = at.to_vec();
        at.push(Step::Key(key.to_owned()));
        for (index, predicate) in predicates.iter().enumerate() {
            at.push(Step::Index(index));
            let holds = holds(cx, predicate, &at).await?;
            at.pop();
            match condition {
                Condition::AllOf(_) if !holds => {
                    let words = in_words(predicate);
                    return Ok(Some(format!("what is required does not hold: {words}")));
                }
                Condition::NoneOf(_) if holds => {
                    let words = in_words(predicate);
                    return Ok(Some(format!("what must not hold does: {words}")));
                }
                Condition::AnyOf(_) if holds => return Ok(None),
                _ => {}
            }
        }
        Ok(match condition {
            Condition::AnyOf(predicates) => Some(format!(
                "nothing of what is required holds: {}",
                list(predicates)
            )),
            Condition::AllOf(_) | Condition::NoneOf(_) => None,
        })
    })
}

/// The key of a condition and what it joins.
pub(super) fn parts(condition: &Condition) -> (&'static str, &[Predicate]) {
    match condition {
        Condition::AllOf(predicates) => ("all_of", predicates),
        Condition::AnyOf(predicates) => ("any_of", predicates),
        Condition::NoneOf(predicates) => ("none_of", predicates),
    }
}

/// The key of a predicate.
pub(super) fn key(predicate: &Predicate) -> &'static str {
    match predicate {
        Predicate::PathExists(_) => "path_exists",
        Predicate::CmdAvailable(_) => "cmd_available",
        Predicate::Os(_) => "os",
        Predicate::RegKey(_) => "reg_key",
        Predicate::Psversion(_) => "psversion",
        Predicate::SymlinkOk { .. } => "symlink_ok",
        Predicate::AllOf(_) => "all_of",
        Predicate::AnyOf(_) => "any_of",
        Predicate::NoneOf(_) => "none_of",
    }
}

async fn holds(cx: &ActionCx<'_>, predicate: &Predicate, at: &[Step]) -> Result<bool, ActionError> {
    let mut own = at.to_vec();
    own.push(Step::Key(key(predicate).to_owned()));
    match predicate {
        Predicate::PathExists(path) => path_exists(cx, path.as_str(), own),
        Predicate::CmdAvailable(name) => cmd_available(cx, name.as_str(), own),
        Predicate::Os(system) => Ok(cx.scene.platform == *system),
        Predicate::SymlinkOk { src, dst } => symlink_ok(cx, src.as_str(), dst.as_str(), &own),
        Predicate::RegKey(_) | Predicate::Psversion(_) => windows_only(cx, predicate, own).await,
        Predicate::AllOf(inner) => nested(cx, Condition::AllOf(inner.clone()), at).await,
        Predicate::AnyOf(inner) => nested(cx, Condition::AnyOf(inner.clone()), at).await,
        Predicate::NoneOf(inner) => nested(cx, Condition::NoneOf(inner.clone()), at).await,
    }
}

async fn nested(cx: &ActionCx<'_>, condition: Condition, at: &[Step]) -> Result<bool, ActionError> {
    Ok(unmet(cx, &condition, at).await?.is_none())
}

#[cfg(windows)]
async fn windows_only(
    cx: &ActionCx<'_>,
    predicate: &Predicate,
    at: Vec<Step>,
) -> Result<bool, ActionError> {
    match predicate {
        Predicate::RegKey(text) => {
            let text = expand(cx, text.as_str(), at)?;
            super::windows::has_key(&text, cx.scene.cancel).await
        }
        Predicate::Psversion(wanted) => {
            super::windows::has_powershell(wanted.as_str(), cx.scene.cancel).await
        }
        _ => Ok(false),
    }
}

/// Elsewhere there is neither a registry nor the PowerShell that is meant.
#[cfg(not(windows))]
#[expect(clippy::unused_async, reason = "on Windows another process is asked")]
async fn windows_only(_: &ActionCx<'_>, _: &Predicate, _: Vec<Step>) -> Result<bool, ActionError> {
    Ok(false)
}

/// What cannot be reached is not there for whoever asks.
fn path_exists(cx: &ActionCx<'_>, text: &str, at: Vec<Step>) -> Result<bool, ActionError> {
    let text = expand(cx, text, at.clone())?;
    if text.is_empty() {
        return Ok(false);
    }
    let path = if Path::new(&text).is_absolute() {
        text.into()
    } else {
        let root = &cx.scene.pack.root;
        let below = inside(root, &text)
            .ok_or_else(|| ArgumentError::new(at, format!("`{text}` leaves the pack")))?;
        root.join(below)
    };
    Ok(follow(cx.host, &path).is_ok_and(|found| found.sight != Sight::Nothing))
}

/// Whether a program can be started: by its file if it has a `/`, else from `PATH`, whose relative
/// entries are relative to the pack's root, as for `exec`.
fn cmd_available(cx: &ActionCx<'_>, name: &str, at: Vec<Step>) -> Result<bool, ActionError> {
    let name = expand(cx, name, at)?;
    if name.is_empty() {
        return Ok(false);
    }
    let root = &cx.scene.pack.root;
    let directories = cx.scene.variables.get("PATH").and_then(|directories| {
        // Joined here: an entry `~` or `` means what a shell takes it for.
        join_paths(split_paths(directories).map(|entry| root.join(entry))).ok()
    });
    Ok(which::which_in(name, directories, root).is_ok())
}

fn symlink_ok(cx: &ActionCx<'_>, src: &str, dst: &str, at: &[Step]) -> Result<bool, ActionError> {
    let below = |key: &str| {
        let mut at = at.to_vec();
        at.push(Step::Key(key.to_owned()));
        at
    };
    let source = Source::find(cx, &expand(cx, src, below("src"))?, &below("src"))?;
    let written =
        clean(&expand(cx, dst, below("dst"))?).map_err(|error| error.below(below("dst")))?;
    let place = Place::at(cx.host, written)?;
    if source.sight == Sight::Nothing || !matches!(place.sight, Sight::Link(_)) {
        return Ok(false);
    }
    let found = follow(cx.host, &place.path)?;
    Ok(found.sight != Sight::Nothing && found.path == source.target)
}

fn expand(cx: &ActionCx<'_>, text: &str, at: Vec<Step>) -> Result<String, ActionError> {
    let expanded = cx.scene.variables.expand(text);
    expanded.map_err(|error| ArgumentError::new(at, error.to_string()).into())
}

/// A predicate as the end of a sentence.
fn in_words(predicate: &Predicate) -> String {
    match predicate {
        Predicate::PathExists(path) => format!("{} exists", path.as_str()),
        Predicate::CmdAvailable(name) => format!("the command `{}` is available", name.as_str()),
        Predicate::Os(system) => format!("the system is {}", system.name()),
        Predicate::RegKey(key) => format!("`{}` is in the registry", key.as_str()),
        Predicate::Psversion(version) => format!("PowerShell is {}", version.as_str()),
        Predicate::SymlinkOk { src, dst } => {
            format!("{} is a link to {}", dst.as_str(), src.as_str())
        }
        Predicate::AllOf(inner) => format!("all of ({})", list(inner)),
        Predicate::AnyOf(inner) => format!("one of ({})", list(inner)),
        Predicate::NoneOf(inner) => format!("none of ({})", list(inner)),
    }
}

fn list(predicates: &[Predicate]) -> String {
    if predicates.is_empty() {
        return "an empty list".to_owned();
    }
    let words: Vec<_> = predicates.iter().map(in_words).collect();
    words.join("; ")
}
