//! `.repos` files of vcstool: a mapping `repositories` from path to `type`, `url`, `version`.

use indexmap::IndexMap;

use super::{
    entry::Entry,
    files::Chain,
    found::{ForeignError, Found, Place},
    source::{Context, Text, follow, own_directory},
    tree::Node,
};

/// The keys of a repository that are carried over, or say what it is.
const USED: [&str; 3] = ["type", "url", "version"];

/// A repository and where it is declared.
type Declared = IndexMap<String, (Node, Place)>;

/// Reads the file and those that it extends.
pub(super) fn read(file: &str, cx: &Context<'_>, found: &mut Found) -> Result<(), ForeignError> {
    let mut declared = Declared::new();
    let mut chain = Chain::default();
    let place = Place::new(file, 0);
    follow(cx, &mut chain, "", file, &place, |text, chain| {
        collect(text, cx, chain, &mut declared, found)
    })?;
    for (path, (node, place)) in declared {
        repository(&path, &node, place, cx, found);
    }
    Ok(())
}

/// What a file extends comes first, so that its own word is the last.
fn collect(
    text: &Text,
    cx: &Context<'_>,
    chain: &mut Chain,
    declared: &mut Declared,
    found: &mut Found,
) -> Result<(), ForeignError> {
    let root = text.yaml()?;
    let Some(members) = root.members() else {
        let reason = format!("it is {}, not a mapping with `repositories`", root.what());
        return Err(text.error(root.line, reason));
    };
    if let Some(extends) = root.get("extends") {
        for named in extends.texts() {
            let place = text.place(extends.line);
            follow(
                cx,
                chain,
                own_directory(text),
                named,
                &place,
                |text, chain| collect(text, cx, chain, declared, found),
            )?;
        }
    }
    for member in members {
        match member.key.as_str() {
            "extends" => {}
            "repositories" => {
                let repositories = member.value.members().ok_or_else(|| {
                    let reason =
                        format!("`repositories` is {}, not a mapping", member.value.what());
                    text.error(member.line, reason)
                })?;
                for repository in repositories {
                    let value = (repository.value.clone(), text.place(repository.line));
                    declared.insert(repository.key.clone(), value);
                }
            }
            key => found.note(format!("`{key}`"), &text.place(member.line)),
        }
    }
    Ok(())
}

fn repository(path: &str, node: &Node, place: Place, cx: &Context<'_>, found: &mut Found) {
    let Some(members) = node.members() else {
        found.fail(path, &place, format!("{}, not a mapping", node.what()));
        return;
    };
    match node.text_of("type") {
        Some("git") | None => {}
        Some(other) => {
            let other = crate::model::text::shown(other);
            found.skip(path, &place, format!("its type is `{other}`, not git"));
            return;
        }
    }
    for member in members {
        if !USED.contains(&member.key.as_str()) {
            let place = Place::new(&place.file, member.line);
            found.note(format!("`{}` of repositories", member.key), &place);
        }
    }
    found.add(Entry {
        path: path.to_owned(),
        url: node.text_of("url").unwrap_or_default().to_owned(),
        reference: node.text_of("version").map(str::to_owned),
        base: cx.directory.cloned(),
        place,
    });
}
