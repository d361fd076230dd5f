//! Asks `scripts/check-proofs`.

use std::{
    path::Path,
    process::{Command, Output},
};

use grex_fixtures::{need, skip};

/// How the check ends where there is no Lean.
const NO_LEAN: i32 = 77;

/// Asserts that the protocol accepts some traces and refuses others, unless there is nobody to ask.
#[track_caller]
pub(crate) fn judge<'a>(
    accepted: impl IntoIterator<Item = &'a Path>,
    refused: impl IntoIterator<Item = &'a Path>,
) {
    if !need("python3") {
        return;
    }
    let Output {
        status,
        stdout,
        stderr,
    } = check(accepted, refused);
    let said = String::from_utf8_lossy(&stdout);
    if status.code() == Some(NO_LEAN) {
        skip(said.trim());
        return;
    }
    let why = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{said}{why}");
    eprint!("{said}");
}

fn check<'a>(
    accepted: impl IntoIterator<Item = &'a Path>,
    refused: impl IntoIterator<Item = &'a Path>,
) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/check-proofs");
    let mut command = Command::new("python3");
    command.arg(script);
    for (word, files) in [
        ("--trace", accepted.into_iter().collect::<Vec<_>>()),
        ("--refuse", refused.into_iter().collect()),
    ] {
        if !files.is_empty() {
            command.arg(word).args(files);
        }
    }
    command.output().expect("python3 runs")
}
