//! The inputs that mutations start from: `tests/fuzz/seeds/TARGET/*`, valid ones, nearly valid ones
//! and hostile ones, and those that a parser once failed on.

use std::path::{Path, PathBuf};

/// Where the seeds of a target lie.
fn directory(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/seeds")
        .join(target)
}

/// The seeds of a target with their names, in the order of those.
pub(crate) fn of(target: &str) -> Vec<(String, Vec<u8>)> {
    let directory = directory(target);
    let entries = std::fs::read_dir(&directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut seeds: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, std::fs::read(&path).expect("a file"))
        })
        .collect();
    seeds.sort();
    seeds
}
