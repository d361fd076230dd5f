//! The example that the README shows: its files are what they should be, and its script works.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    reason = "the fences around files and processes are for grex itself, not for its tests"
)]

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use grex::{
    model::{
        block, manifest,
        pack::{PackSpec, Vocabulary},
    },
    store::{blocks, pack_file},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn repository(name: &str) -> PathBuf {
    root().join("fixtures/example").join(name)
}

fn contract(name: &str) -> PackSpec {
    pack_file::read(&repository(name), &Vocabulary::builtin())
        .unwrap_or_else(|error| panic!("{name}: {error}"))
        .unwrap_or_else(|| panic!("{name} has no contract"))
}

fn children(name: &str) -> Vec<(String, String, Option<String>)> {
    let children = contract(name).children.into_iter();
    children
        .map(|child| {
            let reference = child.reference.map(|reference| reference.to_string());
            (child.url.to_string(), child.path.to_string(), reference)
        })
        .collect()
}

#[test]
fn its_packs_nest_three_deep_and_pin_a_tag_and_a_commit() {
    let plain = |url: &str, path: &str| (url.to_owned(), path.to_owned(), None);
    let [editor, themes] = <[_; 2]>::try_from(children("ada/dotfiles")).expect("two children");
    assert_eq!(editor, plain("../editor.git", "editor"));
    assert_eq!(themes.2.as_deref(), Some("v1.0.0"));
    let [snippets, align] = <[_; 2]>::try_from(children("ada/editor")).expect("two children");
    assert_eq!(snippets, plain("../snippets.git", "snippets"));
    assert_eq!(align.1, "plugins/align");
    assert_eq!(align.2.map(|commit| commit.len()), Some(40));
}

#[test]
fn its_workspace_is_as_grex_would_leave_it() {
    let workspace = repository("ada/workspace");
    let log = std::fs::read(workspace.join("grex.jsonl")).expect("a manifest");
    let manifest = manifest::fold(&log).expect("a manifest that can be trusted");
    assert_eq!(manifest.warnings, []);
    let packs: Vec<_> = manifest.packs.values().collect();
    assert!(packs.iter().all(|pack| pack.url.is_relative()));
    assert!(packs.iter().any(|pack| pack.path.as_str().contains(' ')));
    assert!(packs.iter().any(|pack| !pack.path.as_str().is_ascii()));
    let mut lines: Vec<_> = packs
        .iter()
        .map(|pack| block::ignore_line(&pack.path))
        .collect();
    lines.push(".grex-tmp.*".into());
    lines.sort();
    let hidden = blocks::find(&workspace.join(".gitignore"), None).expect("sound markers");
    assert_eq!(hidden.expect("a block").lines, lines);
}

#[test]
fn its_script_runs() {
    let program = Path::new(env!("CARGO_BIN_EXE_grex"));
    let built = program.parent().expect("a directory");
    assert!(
        built.join("git-shim").exists(),
        "build it first: cargo build -p git-shim"
    );
    let output = Command::new(root().join("scripts/demo"))
        .env("GREX_BIN", built)
        .env_remove("KEEP")
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{out}\n{err}");
    for expected in [
        "docs/überblick",
        "field notes",
        "6 fetch)",
        "(files changed: 0 of ",
    ] {
        assert!(out.contains(expected), "no `{expected}` in\n{out}\n{err}");
    }
}
