//! Which uses of one action are done together although others stand between them. Pure.
//!
//! Hundreds of `env` would otherwise rewrite a shell's start-up file hundreds of times. A use is
//! brought forward only past uses that keep to their plans, and only where no plan involved names
//! what another one names: then the order makes no difference.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::plugin::{action::Resource, change::Change};

/// What a plan names: everything that the action will read or change. `None`: nobody knows.
pub(super) type Footprint = Option<BTreeSet<PathBuf>>;

/// A use of an action as its plan has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Use {
    /// The action.
    pub(super) action: String,
    /// What its plan names.
    pub(super) footprint: Footprint,
    /// The plan changes something.
    pub(super) changes: bool,
}

impl Use {
    /// The use of an action; `keeps` says whether that keeps to its plans.
    pub(super) fn of(
        action: &str,
        keeps: bool,
        changes: &[Change],
        resources: &[Resource],
    ) -> Self {
        Self {
            action: action.to_owned(),
            footprint: keeps.then(|| footprint(changes, resources)).flatten(),
            changes: !changes.is_empty(),
        }
    }
}

fn footprint(changes: &[Change], resources: &[Resource]) -> Footprint {
    let mut names = BTreeSet::new();
    for resource in resources {
        let path = resource.name.strip_prefix("path:");
        names.insert(PathBuf::from(path.unwrap_or(&resource.name)));
    }
    for change in changes {
        match change {
            Change::Directory { path }
            | Change::Link { path, .. }
            | Change::Remove { path, .. }
            | Change::Write { path, .. }
            | Change::Entry { path, .. } => drop(names.insert(PathBuf::from(path))),
            Change::Move { from, to } => {
                names.extend([PathBuf::from(from), PathBuf::from(to)]);
            }
            // What comes later may be about the variable, or about anything.
            Change::Variable { .. } | Change::Run { .. } => return None,
        }
    }
    // Whoever names nothing looks at what nobody can tell.
    (!names.is_empty()).then_some(names)
}

/// The places, among `uses`, of those that are done with the first one, that one included, in
/// order. One that changes nothing stays where it is: what it looked at may change before it.
pub(super) fn together(uses: &[&Use]) -> Vec<usize> {
    let Some(first) = uses.first() else {
        return Vec::new();
    };
    let mut places = vec![0];
    let mut passed: BTreeSet<&Path> = BTreeSet::new();
    if first.footprint.is_none() {
        return places;
    }
    for (place, other) in uses.iter().enumerate().skip(1) {
        let Some(footprint) = &other.footprint else {
            break;
        };
        if other.action == first.action && other.changes && is_apart(footprint, &passed) {
            places.push(place);
        } else {
            passed.extend(footprint.iter().map(PathBuf::as_path));
        }
    }
    places
}

/// Says whether no name is one of `passed`, above one or below one.
fn is_apart(footprint: &BTreeSet<PathBuf>, passed: &BTreeSet<&Path>) -> bool {
    footprint.iter().all(|path| {
        let is_below = path.ancestors().any(|above| passed.contains(above));
        let next = passed.range(path.as_path()..).next();
        !is_below && !next.is_some_and(|next| next.starts_with(path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(table: &[(&str, &[&str])]) -> Vec<usize> {
        let uses: Vec<Use> = table
            .iter()
            .map(|(action, paths)| {
                let paths: BTreeSet<PathBuf> = paths.iter().map(PathBuf::from).collect();
                Use {
                    action: (*action).to_owned(),
                    footprint: (!paths.is_empty()).then_some(paths),
                    changes: true,
                }
            })
            .collect();
        together(&uses.iter().collect::<Vec<_>>())
    }

    #[test]
    fn uses_are_brought_forward_past_what_they_have_nothing_to_do_with() {
        let table: &[(&str, &[&str])] = &[
            ("env", &["env:A", "/h/rc"]),
            ("mkdir", &["/h/d"]),
            ("env", &["env:B", "/h/rc"]),
            ("symlink", &["/h/l"]),
            ("env", &["env:A", "/h/rc"]),
        ];
        assert_eq!(gathered(table), [0, 2, 4]);
        assert_eq!(gathered(&table[1..]), [0]);
    }

    #[test]
    fn what_names_the_same_thing_stays_in_its_order() {
        for between in ["/h/rc", "/h", "/h/rc/x", "/"] {
            let table: &[(&str, &[&str])] = &[
                ("env", &["/h/rc"]),
                ("link", &[between]),
                ("env", &["/h/rc"]),
            ];
            assert_eq!(gathered(table), [0], "{between}");
        }
        let table: &[(&str, &[&str])] = &[
            ("env", &["/h/rc"]),
            ("link", &["/h/rc2"]),
            ("env", &["/h/rc"]),
        ];
        assert_eq!(gathered(table), [0, 2]);
    }

    #[test]
    fn nothing_is_brought_past_what_nobody_knows() {
        let table: &[(&str, &[&str])] = &[("env", &["/h/rc"]), ("exec", &[]), ("env", &["/h/rc"])];
        assert_eq!(gathered(table), [0]);
        assert_eq!(gathered(&[("exec", &[]), ("exec", &[])]), [0]);
    }

    #[test]
    fn what_changes_nothing_stays_where_it_is() {
        let of = |changes: &[Change], name: &str| {
            Use::of("env", true, changes, &[Resource::path(name, false, "x")])
        };
        let entry = Change::Entry {
            path: "/rc".into(),
            block: "b".into(),
            old: None,
            new: Some("x".into()),
        };
        let [one, still, two] = [
            of(std::slice::from_ref(&entry), "/a"),
            of(&[], "/b"),
            of(&[entry], "/c"),
        ];
        assert_eq!(together(&[&one, &still, &two]), [0, 2]);
    }

    #[test]
    fn programs_and_variables_have_no_footprint() {
        let run = Change::Run {
            command: "x".into(),
            directory: "/".into(),
        };
        assert_eq!(
            footprint(&[run], &[Resource::path("/a", true, "dst")]),
            None
        );
        assert_eq!(footprint(&[], &[]), None);
        let resources = [Resource::path("/a", true, "dst")];
        assert_eq!(
            footprint(&[], &resources),
            Some(BTreeSet::from([PathBuf::from("/a")]))
        );
    }
}
