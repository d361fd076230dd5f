#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{read as bytes, write};
use std::time::{Duration, SystemTime};

use super::*;

fn workspace() -> (tempfile::TempDir, Workspace) {
    let place = tempfile::tempdir().unwrap();
    let workspace = Workspace::at_manifest(&place.path().join("grex.jsonl")).unwrap();
    (place, workspace)
}

fn entry(id: &str, branch: &str) -> LockEntry {
    let mut entry = LockEntry::new(id, id);
    entry.branch = Some(branch.into());
    entry
}

fn writer(workspace: &Workspace) -> LockfileWriter {
    LockfileWriter::new(workspace, read(workspace).unwrap().0)
}

#[test]
fn a_missing_lockfile_is_empty_and_stays_missing_without_packs() {
    let (_place, workspace) = workspace();
    assert_eq!(read(&workspace).unwrap(), (Lockfile::default(), vec![]));
    assert!(!writer(&workspace).finish().unwrap());
    assert!(!workspace.lockfile().exists());
}

#[test]
fn what_is_recorded_is_there_before_the_end_and_sorted_after_it() {
    let (_place, workspace) = workspace();
    let mut run = writer(&workspace);
    assert!(run.record(entry("b", "main")).unwrap());
    assert!(run.record(entry("a", "main")).unwrap());
    let (b, a) = (entry("b", "main").to_line(), entry("a", "main").to_line());
    assert_eq!(
        bytes(workspace.lockfile()).unwrap(),
        format!("{b}{a}").as_bytes()
    );
    // A run that is killed here has lost nothing.
    assert_eq!(read(&workspace).unwrap().0, *run.known());
    assert!(run.finish().unwrap());
    assert_eq!(
        bytes(workspace.lockfile()).unwrap(),
        format!("{a}{b}").as_bytes()
    );
}

#[test]
fn a_run_without_news_does_not_touch_the_file() {
    let (_place, workspace) = workspace();
    write(workspace.lockfile(), entry("a", "main").to_line()).unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    File::options()
        .write(true)
        .open(workspace.lockfile())
        .unwrap()
        .set_modified(time)
        .unwrap();
    let mut run = writer(&workspace);
    assert!(!run.record(entry("a", "main")).unwrap());
    assert!(!run.forget("b"));
    assert!(!run.finish().unwrap());
    assert_eq!(
        workspace.lockfile().metadata().unwrap().modified().unwrap(),
        time
    );
}

#[test]
fn what_is_forgotten_goes_and_unknown_fields_stay() {
    let (_place, workspace) = workspace();
    let kept = entry("a", "main")
        .to_line()
        .replace("\"schema", "\"new\":1,\"schema");
    write(
        workspace.lockfile(),
        kept.clone() + &entry("b", "main").to_line(),
    )
    .unwrap();
    let mut run = writer(&workspace);
    assert!(run.forget("b"));
    assert!(run.finish().unwrap());
    assert_eq!(bytes(workspace.lockfile()).unwrap(), kept.as_bytes());
}

#[test]
fn a_torn_line_is_a_warning_is_not_built_upon_and_goes_at_the_end() {
    let (_place, workspace) = workspace();
    write(
        workspace.lockfile(),
        entry("a", "main").to_line() + "{\"id\":\"b\",\"sh",
    )
    .unwrap();
    let (known, warnings) = read(&workspace).unwrap();
    assert_eq!(
        (known.entries.len(), warnings.len(), warnings[0].line),
        (1, 1, 2)
    );
    let mut run = LockfileWriter::new(&workspace, known);
    run.record(entry("c", "main")).unwrap();
    assert_eq!(read(&workspace).unwrap().0, *run.known());
    run.finish().unwrap();
    let expected = entry("a", "main").to_line() + &entry("c", "main").to_line();
    assert_eq!(bytes(workspace.lockfile()).unwrap(), expected.as_bytes());
}

#[test]
fn an_empty_lockfile_is_filled() {
    let (_place, workspace) = workspace();
    write(workspace.lockfile(), "").unwrap();
    let mut run = writer(&workspace);
    run.record(entry("a", "main")).unwrap();
    run.finish().unwrap();
    assert_eq!(
        bytes(workspace.lockfile()).unwrap(),
        entry("a", "main").to_line().as_bytes()
    );
}
