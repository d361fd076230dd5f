#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{read_to_string, write};

use super::*;

fn workspace() -> (tempfile::TempDir, Workspace) {
    let place = tempfile::tempdir().unwrap();
    let workspace = Workspace::at_manifest(&place.path().join("grex.jsonl")).unwrap();
    workspace.ensure_state().unwrap();
    (place, workspace)
}

fn path(text: &str) -> PackPath {
    PackPath::parse(text).unwrap()
}

fn left(workspace: &Workspace) -> Vec<(String, CloneProgress)> {
    let unfinished = Journal::open(workspace).unwrap().unfinished();
    unfinished
        .into_iter()
        .map(|clone| (clone.temporary, clone.progress))
        .collect()
}

#[test]
fn a_run_with_nothing_to_announce_writes_nothing() {
    let (_place, workspace) = workspace();
    let journal = Journal::open(&workspace).unwrap();
    assert!(!journal.durable().unwrap());
    journal.end_clone(".grex-tmp.never").unwrap();
    assert!(!workspace.journal().exists());
}

#[test]
fn a_clone_is_unfinished_until_it_is_durable() {
    let (_place, workspace) = workspace();
    let journal = Journal::open(&workspace).unwrap();
    journal
        .begin_clone("a/b", &path("a/b"), ".grex-tmp.1")
        .unwrap();
    journal.begin_clone("c", &path("c"), ".grex-tmp.2").unwrap();
    let expected = [
        UnfinishedClone {
            id: "a/b".into(),
            path: path("a/b"),
            temporary: ".grex-tmp.1".into(),
            progress: CloneProgress::Announced,
        },
        UnfinishedClone {
            id: "c".into(),
            path: path("c"),
            temporary: ".grex-tmp.2".into(),
            progress: CloneProgress::Announced,
        },
    ];
    assert_eq!(Journal::open(&workspace).unwrap().unfinished(), expected);
    journal.end_clone(".grex-tmp.1").unwrap();
    assert_eq!(
        left(&workspace),
        [
            (".grex-tmp.1".into(), CloneProgress::Placed),
            (".grex-tmp.2".into(), CloneProgress::Announced)
        ]
    );
    assert!(journal.durable().unwrap());
    assert_eq!(
        left(&workspace),
        [(".grex-tmp.2".into(), CloneProgress::Announced)]
    );
    assert!(!journal.durable().unwrap());
    journal.end_clone(".grex-tmp.2").unwrap();
    assert!(journal.durable().unwrap());
    assert_eq!(read_to_string(workspace.journal()).unwrap(), "");
}

#[test]
fn the_next_run_settles_what_the_last_one_left() {
    let (_place, workspace) = workspace();
    Journal::open(&workspace)
        .unwrap()
        .begin_clone("a", &path("a"), ".grex-tmp.1")
        .unwrap();
    // A run that does not look after it leaves it as it is.
    let text = read_to_string(workspace.journal()).unwrap();
    assert!(!Journal::open(&workspace).unwrap().durable().unwrap());
    assert_eq!(read_to_string(workspace.journal()).unwrap(), text);

    let journal = Journal::open(&workspace).unwrap();
    journal.end_clone(".grex-tmp.1").unwrap();
    journal.durable().unwrap();
    assert!(Journal::open(&workspace).unwrap().unfinished().is_empty());
    // The same journal goes on after it was emptied.
    journal.begin_clone("b", &path("b"), ".grex-tmp.2").unwrap();
    assert_eq!(left(&workspace).len(), 1);
}

#[test]
fn a_torn_line_is_passed_over_and_not_built_upon() {
    let (_place, workspace) = workspace();
    write(workspace.journal(), "{\"kind\":\"clone-beg").unwrap();
    let journal = Journal::open(&workspace).unwrap();
    assert!(journal.unfinished().is_empty());
    journal.begin_clone("a", &path("a"), ".grex-tmp.1").unwrap();
    assert_eq!(left(&workspace).len(), 1);
    journal.end_clone(".grex-tmp.1").unwrap();
    journal.durable().unwrap();
    assert_eq!(read_to_string(workspace.journal()).unwrap(), "");

    write(workspace.journal(), "\0\0").unwrap();
    assert!(Journal::open(&workspace).unwrap().durable().unwrap());
    assert_eq!(read_to_string(workspace.journal()).unwrap(), "");
}

#[test]
fn kinds_of_later_programs_are_never_thrown_away() {
    let (_place, workspace) = workspace();
    let later = "{\"kind\":\"install-begin\",\"id\":\"a\"}\n";
    write(workspace.journal(), later).unwrap();
    let journal = Journal::open(&workspace).unwrap();
    journal.begin_clone("a", &path("a"), ".grex-tmp.1").unwrap();
    journal.end_clone(".grex-tmp.1").unwrap();
    journal.durable().unwrap();
    assert!(
        read_to_string(workspace.journal())
            .unwrap()
            .starts_with(later)
    );
    assert!(left(&workspace).is_empty());
}

#[test]
fn only_names_of_ours_are_ever_handed_to_recovery() {
    let (_place, workspace) = workspace();
    let line = |temporary: &str| {
        format!(
            "{{\"kind\":\"clone-begin\",\"id\":\"a\",\"path\":\"a\",\"temporary\":\"{temporary}\"}}\n"
        )
    };
    let journal = Journal::open(&workspace).unwrap();
    assert!(journal.begin_clone("a", &path("a"), "home").is_err());
    assert!(!workspace.journal().exists());
    write(
        workspace.journal(),
        line("home") + &line(".grex-tmp.x/../..") + &line(".grex-tmp.x"),
    )
    .unwrap();
    assert_eq!(
        left(&workspace),
        [(".grex-tmp.x".into(), CloneProgress::Announced)]
    );
}
