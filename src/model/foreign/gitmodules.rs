//! `.gitmodules`: git's submodules. Which commit each one is at is not in the file but in the tree
//! beside it; whoever has that puts it in afterwards.

use indexmap::IndexMap;

use super::{
    entry::Entry,
    found::{ForeignError, Found, Place},
    source::{Context, Text},
};
use crate::model::git_config;

/// What is said of a submodule.
struct Submodule {
    path: Option<String>,
    url: Option<String>,
    branch: Option<String>,
    place: Place,
}

/// Reads the file. The last word on a key counts, as for git.
pub(super) fn read(text: &Text, cx: &Context<'_>, found: &mut Found) -> Result<(), ForeignError> {
    let entries = git_config::parse_lines(text.text.as_bytes())
        .map_err(|error| text.error(error.line, error.reason))?;
    let mut submodules: IndexMap<String, Submodule> = IndexMap::new();
    for (line, entry) in entries {
        let place = text.place(line);
        let (true, Some(name)) = (entry.section == "submodule", entry.subsection) else {
            found.note(format!("`{}.{}`", entry.section, entry.key), &place);
            continue;
        };
        let submodule = submodules.entry(name).or_insert_with(|| Submodule {
            path: None,
            url: None,
            branch: None,
            place: place.clone(),
        });
        match entry.key.as_str() {
            "path" => submodule.path = entry.value,
            "url" => submodule.url = entry.value,
            "branch" => submodule.branch = entry.value,
            key => found.note(format!("`{key}` of submodules"), &place),
        }
    }
    for (name, submodule) in submodules {
        take(&name, submodule, cx, found);
    }
    Ok(())
}

fn take(name: &str, submodule: Submodule, cx: &Context<'_>, found: &mut Found) {
    let Submodule {
        path,
        url,
        branch,
        place,
    } = submodule;
    let Some(path) = path else {
        found.fail(name, &place, "the submodule has no `path`");
        return;
    };
    // `.` is the branch that the repository itself is on, which is nothing to follow elsewhere.
    let branch = branch.filter(|branch| branch != ".");
    let url = url.unwrap_or_default();
    // Only these two beginnings make a URL relative for git's submodules.
    let is_relative = url.starts_with("./") || url.starts_with("../");
    found.add(Entry {
        path,
        base: if is_relative {
            cx.origin.cloned()
        } else {
            cx.directory.cloned()
        },
        url,
        reference: branch,
        place,
    });
}
