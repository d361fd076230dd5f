//! `workspace-lock.toml` of git-workspace: `[[repo]]` with `path`, `url`, `branch`.

use serde::Deserialize;
use toml::Spanned;

use super::{
    entry::Entry,
    found::{ForeignError, Found},
    source::{Context, Text},
};

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    repo: Vec<Spanned<toml::Table>>,
    #[serde(default)]
    provider: Vec<Spanned<toml::Table>>,
}

/// Whether a text is such a file, or the one that git-workspace makes it from.
pub(super) fn is_one(text: &str) -> bool {
    let has_table = |name: &str| text.lines().any(|line| line.trim() == name);
    has_table("[[repo]]") || has_table("[[provider]]")
}

/// Reads the file.
pub(super) fn read(text: &Text, cx: &Context<'_>, found: &mut Found) -> Result<(), ForeignError> {
    let line_of = |byte: usize| {
        let before = text.text.as_bytes().get(..byte).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    };
    let file: File = toml::from_str(&text.text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        text.error(line_of(start), error.message())
    })?;
    for provider in &file.provider {
        let place = text.place(line_of(provider.span().start));
        let kind = provider.get_ref().get("provider");
        let kind = kind.and_then(toml::Value::as_str).unwrap_or("unknown");
        let what = format!("provider `{kind}` (needs the network; import workspace-lock.toml)");
        found.note(what, &place);
    }
    for repo in &file.repo {
        let place = text.place(line_of(repo.span().start));
        let table = repo.get_ref();
        let text_of = |key: &str| table.get(key).and_then(toml::Value::as_str);
        for key in table.keys() {
            if !["path", "url", "branch"].contains(&key.as_str()) {
                found.note(format!("`{key}` of repositories"), &place);
            }
        }
        found.add(Entry {
            path: text_of("path").unwrap_or_default().to_owned(),
            url: text_of("url").unwrap_or_default().to_owned(),
            reference: text_of("branch").map(str::to_owned),
            base: cx.directory.cloned(),
            place,
        });
    }
    Ok(())
}
