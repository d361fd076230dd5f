//! `.meta`: an object `projects` from path to URL.

use super::{
    entry::Entry,
    found::{ForeignError, Found},
    source::{Context, Text},
    tree::{Kind, Member},
};

/// Reads the file.
pub(super) fn read(text: &Text, cx: &Context<'_>, found: &mut Found) -> Result<(), ForeignError> {
    let root = text.json()?;
    for project in text.projects(&root, "object", found)? {
        self::project(project, text, cx, found);
    }
    Ok(())
}

fn project(project: &Member, text: &Text, cx: &Context<'_>, found: &mut Found) {
    let Member { key, line, value } = project;
    let place = text.place(*line);
    let url = match &value.kind {
        Kind::Mapping(members) => {
            for member in members.iter().filter(|member| member.key != "url") {
                let what = format!("`{}` of projects", member.key);
                found.note(what, &text.place(member.line));
            }
            value.text_of("url")
        }
        _ => value.text(),
    };
    match url {
        Some("local") => found.skip(key, &place, "a plain directory, not a repository (`local`)"),
        url => found.add(Entry {
            path: key.clone(),
            url: url.unwrap_or_default().to_owned(),
            reference: None,
            base: cx.directory.cloned(),
            place,
        }),
    }
}
