//! What `docs/actions.md` shows is what the reader of packs accepts.

#![allow(
    clippy::disallowed_methods,
    reason = "the fences around files are for grex itself, not for its tests"
)]

use std::path::Path;

use grex::{
    model::pack::{PackSource, SourceFile, parse},
    plugin::registry::Registry,
};

/// What makes a list of actions a whole pack.
const HEAD: &str = "schema_version: \"1\"\nname: example\ntype: declarative\n";

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/actions.md");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The fenced blocks of a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    let rest = page.split(opening.as_str()).skip(1);
    rest.map(|rest| {
        let (block, _) = rest.split_once("\n```").expect("every block ends");
        format!("{block}\n")
    })
    .collect()
}

#[test]
fn every_example_is_a_pack() {
    let vocabulary = Registry::with_builtins().vocabulary();
    let blocks = blocks(&page(), "yaml");
    let mut shown: Vec<String> = Vec::new();
    for block in &blocks {
        let text = match block.starts_with("actions:") {
            true => format!("{HEAD}{block}"),
            false => block.clone(),
        };
        let source = PackSource {
            pack: SourceFile {
                name: "docs/actions.md",
                text: &text,
            },
            target: None,
        };
        let spec = parse(source, &vocabulary).unwrap_or_else(|error| panic!("{error}\n{block}"));
        shown.extend(spec.actions.iter().map(|action| action.name.clone()));
    }
    for name in [
        "symlink", "env", "mkdir", "rmdir", "require", "when", "exec",
    ] {
        assert!(
            shown.iter().any(|shown| shown == name),
            "no example of {name}"
        );
    }
}
