//! `REPOS.json`: a list of objects with `url` and `path`.

use super::{
    entry::Entry,
    found::{ForeignError, Found},
    source::{Context, Text},
    tree::Kind,
};
use crate::model::url::PackUrl;

/// Reads the file.
pub(super) fn read(text: &Text, cx: &Context<'_>, found: &mut Found) -> Result<(), ForeignError> {
    let root = text.json()?;
    let Kind::List(items) = &root.kind else {
        let reason = format!("it is {}, not a list of repositories", root.what());
        return Err(text.error(root.line, reason));
    };
    for item in items {
        let place = text.place(item.line);
        let Some(members) = item.members().filter(|members| !members.is_empty()) else {
            found.fail(
                "",
                &place,
                format!("{}, not an object with `url`", item.what()),
            );
            continue;
        };
        let url = item.text_of("url").unwrap_or_default();
        let path = match item.text_of("path") {
            Some(path) => path.to_owned(),
            None => default_path(url),
        };
        for member in members {
            if !["url", "path"].contains(&member.key.as_str()) {
                found.note(format!("`{}`", member.key), &text.place(member.line));
            }
        }
        found.add(Entry {
            path,
            url: url.to_owned(),
            reference: None,
            base: cx.directory.cloned(),
            place,
        });
    }
    Ok(())
}

/// The last segment of a URL; nothing where that is no name.
pub(super) fn default_path(url: &str) -> String {
    let path = PackUrl::parse(url)
        .ok()
        .and_then(|url| url.default_path().ok());
    path.map(|path| path.to_string()).unwrap_or_default()
}
