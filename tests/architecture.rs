//! The walls of the house, checked: imports only downward, one place that starts processes, one
//! that knows git, a model without a machine, and files small enough to be read.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// The layers, lowest first. What shares a line does not import each other.
const LAYERS: &[&[&str]] = &[
    &["model"],
    &["sys"],
    &["git", "store"],
    &["plugin"],
    &["engine"],
    &["ops"],
    &["render"],
    &["mcp"],
    &["cli"],
];

/// The most lines of a file, its tests not counted.
const LINES: usize = 450;

struct Source {
    /// Relative to `src`.
    path: PathBuf,
    /// Without comments, and without the tests at its end.
    code: String,
    lines: usize,
}

impl Source {
    fn layer(&self) -> Option<&str> {
        self.path
            .components()
            .next()?
            .as_os_str()
            .to_str()?
            .split('.')
            .next()
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut open = vec![root.clone()];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(&directory).expect("src is readable") {
            let path = entry.expect("an entry").path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .expect("a name")
                .to_owned();
            if path.is_dir() {
                open.push(path);
            } else if name.ends_with(".rs") && name != "tests.rs" && !name.starts_with("test_") {
                let text = std::fs::read_to_string(&path).expect("a source file");
                let own = text
                    .split("\n#[cfg(test)]\nmod tests {")
                    .next()
                    .unwrap_or_default();
                let code: Vec<_> = own
                    .lines()
                    .filter(|line| !line.trim_start().starts_with("//"))
                    .collect();
                found.push(Source {
                    path: path.strip_prefix(&root).expect("below src").to_owned(),
                    lines: own.lines().count(),
                    code: code.join("\n"),
                });
            }
        }
    }
    assert!(
        found.len() > 40,
        "the sources were not found: {}",
        found.len()
    );
    found
}

/// The modules of the crate that a file names: `crate::git`, and each of `crate::{git, model}`.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(group_members(group)),
            None => found.extend(identifier(rest)),
        }
    }
    found
}

/// The first names of what a `use` group lists, as far as its closing brace.
fn group_members(group: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut depth = 0_usize;
    let mut at_start = true;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => at_start = true,
            c if c.is_whitespace() => {}
            _ if at_start => {
                found.extend(identifier(&group[at..]));
                at_start = false;
            }
            _ => {}
        }
    }
    found
}

fn identifier(text: &str) -> Option<String> {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

fn height(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

#[test]
fn the_import_reader_sees_groups_and_paths() {
    let code = "use crate::{\n    git::{refs, run::Git},\n    model::path,\n};\nlet x = crate::sys::fs::y();";
    let expected = ["git", "model", "sys"].map(String::from);
    assert_eq!(imports(code), BTreeSet::from(expected));
}

#[test]
fn imports_go_downward() {
    let mut upward = Vec::new();
    for source in sources() {
        let Some(own) = source.layer().and_then(height) else {
            continue;
        };
        for import in imports(&source.code) {
            let same = source.layer() == Some(import.as_str());
            if !same && height(&import).is_some_and(|other| other >= own) {
                upward.push(format!("{} imports {import}", source.path.display()));
            }
        }
    }
    assert_eq!(upward, Vec::<String>::new());
}

#[test]
fn every_file_has_a_layer() {
    let homeless: Vec<_> = sources()
        .into_iter()
        .filter(|source| source.layer().and_then(height).is_none())
        .map(|source| source.path)
        .filter(|path| !["lib.rs", "main.rs"].contains(&path.to_str().unwrap_or_default()))
        .collect();
    assert_eq!(homeless, Vec::<PathBuf>::new());
}

/// Files outside `home` whose code contains one of `words`.
fn trespassers(home: &str, words: &[&str]) -> Vec<String> {
    sources()
        .iter()
        .filter(|source| !source.path.starts_with(home))
        .flat_map(|source| {
            words
                .iter()
                .filter(|word| source.code.contains(**word))
                .map(|word| format!("{}: {word}", source.path.display()))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn one_place_starts_processes() {
    assert_eq!(
        trespassers("sys/process", &["std::process::Command", "tokio::process"]),
        Vec::<String>::new()
    );
}

#[test]
fn one_place_knows_git() {
    let words = [
        "\"--porcelain",
        "\"--ff-only",
        "\"rev-list",
        "\"rev-parse",
        "\"--no-tags",
    ];
    assert_eq!(trespassers("git", &words), Vec::<String>::new());
}

/// Processes are git's, and those that packs ask for.
#[test]
fn three_places_ask_for_processes() {
    let elsewhere: Vec<_> = trespassers("git", &["Spawn::new"])
        .into_iter()
        .filter(|finding| !finding.starts_with("plugin/builtin/"))
        // The user's own command.
        .filter(|finding| !finding.starts_with("ops/exec/"))
        .collect();
    assert_eq!(elsewhere, Vec::<String>::new());
}

#[test]
fn one_place_names_variables() {
    let words = ["env::var(", "env::var_os", "env::vars"];
    assert_eq!(trespassers("sys/env.rs", &words), Vec::<String>::new());
}

#[test]
fn the_model_has_no_machine() {
    let words = [
        "std::fs",
        "std::process",
        "std::env",
        "std::net",
        "tokio",
        "async fn",
        ".await",
        "SystemTime",
        "Instant",
        "File::",
        "println!",
    ];
    let impure: Vec<_> = sources()
        .iter()
        .filter(|source| source.path.starts_with("model"))
        .flat_map(|source| {
            words
                .iter()
                .filter(|word| source.code.contains(**word))
                .map(|word| format!("{}: {word}", source.path.display()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(impure, Vec::<String>::new());
}

#[test]
fn plans_are_pure() {
    for name in ["engine/decide.rs", "engine/scheduler.rs"] {
        let source = sources()
            .into_iter()
            .find(|source| source.path == Path::new(name))
            .unwrap_or_else(|| panic!("{name} is gone"));
        for word in [
            "async",
            ".await",
            "std::fs",
            "tokio",
            "crate::sys",
            "crate::store",
        ] {
            assert!(!source.code.contains(word), "{name} contains {word}");
        }
    }
}

#[test]
fn operations_neither_print_nor_end_the_process() {
    let words = [
        "println!",
        "eprintln!",
        "process::exit",
        "env::args",
        "std::io::stdout",
        "std::io::stderr",
    ];
    let loud: Vec<_> = trespassers("cli", &words)
        .into_iter()
        .filter(|finding| !finding.starts_with("main.rs"))
        .collect();
    assert_eq!(loud, Vec::<String>::new());
}

#[test]
fn files_are_small_enough_to_read() {
    let long: Vec<_> = sources()
        .iter()
        .filter(|source| source.lines > LINES)
        .map(|source| format!("{}: {} lines", source.path.display(), source.lines))
        .collect();
    assert_eq!(long, Vec::<String>::new());
}
