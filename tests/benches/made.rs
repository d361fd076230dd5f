//! Inputs of any size, always the same.

use grex::model::{
    event::{Event, Patch},
    lock::{LockEntry, Lockfile},
    manifest::Declaration,
    path::PackPath,
    reference::RefName,
    url::PackUrl,
};

/// When everything here happened.
pub(crate) const TIME: &str = "2026-01-02T03:04:05Z";

/// The commit that everything is at.
pub(crate) const COMMIT: &str = "1234567890abcdef1234567890abcdef12345678";

/// So many packs, in a hundred directories, from a few hosts, every fourth of another type.
pub(crate) fn declarations(packs: usize) -> Vec<Declaration> {
    (0..packs).map(declaration).collect()
}

fn declaration(number: usize) -> Declaration {
    let path = path_of(number);
    Declaration {
        url: PackUrl::parse(&url_of(number)).unwrap(),
        path: PackPath::parse(&path).unwrap(),
        id: path,
        pack_type: type_of(number).to_owned(),
        reference: None,
        extra: serde_json::Map::new(),
    }
}

/// Where the pack lies.
pub(crate) fn path_of(number: usize) -> String {
    format!("group-{:02}/pack-{number:06}", number % 100)
}

/// Where it comes from.
pub(crate) fn url_of(number: usize) -> String {
    format!(
        "ssh://git@host-{}.example.org/team/pack-{number}.git",
        number % 8
    )
}

/// What it is.
pub(crate) fn type_of(number: usize) -> &'static str {
    if number.is_multiple_of(4) {
        "declarative"
    } else {
        "meta"
    }
}

/// A manifest of so many events about a quarter as many packs: each is added, told to follow a
/// branch, removed, and added again.
pub(crate) fn log(events: usize) -> Vec<u8> {
    let declarations = declarations(events.div_ceil(4));
    let main = RefName::parse("main").unwrap();
    let mut lines = String::new();
    for event in 0..events {
        let round = event / declarations.len();
        let pack = &declarations[event % declarations.len()];
        let event = match round {
            1 => Event::update(TIME, &pack.id, Patch::default().reference(Some(&main))),
            2 => Event::rm(TIME, &pack.id),
            _ => Event::add(TIME, pack),
        };
        lines.push_str(&event.to_line().unwrap());
    }
    lines.into_bytes()
}

/// What is known of so many packs.
pub(crate) fn lockfile(packs: usize) -> Lockfile {
    let entries = (0..packs).map(|number| {
        let id = path_of(number);
        let entry = LockEntry {
            url: url_of(number),
            branch: Some("main".to_owned()),
            sha: COMMIT.to_owned(),
            pack_type: type_of(number).to_owned(),
            ..LockEntry::new(&id, &id)
        };
        (id, entry)
    });
    Lockfile {
        entries: entries.collect(),
    }
}
