//! `mani.yaml`: a mapping `projects` from name to a mapping.

use super::{
    entry::Entry,
    found::{ForeignError, Found},
    source::{Context, Text},
    tree::Member,
};

/// The keys of a project that are carried over.
const USED: [&str; 3] = ["path", "url", "branch"];

/// Reads the file.
pub(super) fn read(text: &Text, cx: &Context<'_>, found: &mut Found) -> Result<(), ForeignError> {
    let root = text.yaml()?;
    for project in text.projects(&root, "mapping", found)? {
        self::project(project, text, cx, found);
    }
    Ok(())
}

fn project(project: &Member, text: &Text, cx: &Context<'_>, found: &mut Found) {
    let Member { key, line, value } = project;
    let place = text.place(*line);
    let Some(members) = value.members() else {
        found.fail(key, &place, format!("{}, not a mapping", value.what()));
        return;
    };
    for member in members {
        if !USED.contains(&member.key.as_str()) {
            let what = format!("`{}` of projects", member.key);
            found.note(what, &text.place(member.line));
        }
    }
    let path = value.text_of("path").unwrap_or(key);
    match value.text_of("url") {
        None => found.skip(path, &place, "it has no URL: a plain directory"),
        Some(_) if matches!(super::entry::plain(path), "" | ".") => {
            found.skip(path, &place, "it is the workspace itself");
        }
        Some(url) => found.add(Entry {
            path: path.to_owned(),
            url: url.to_owned(),
            reference: value.text_of("branch").map(str::to_owned),
            base: cx.directory.cloned(),
            place,
        }),
    }
}
