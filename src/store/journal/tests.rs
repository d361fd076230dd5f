#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{read_to_string, write};

use serde_json::json;

use super::*;
use crate::model::path::PackPath;
use crate::model::undo::UndoRecord;
use crate::store::seal::Seal;
use crate::store::{StoreError, Workspace};

fn workspace() -> (tempfile::TempDir, Workspace) {
    let place = tempfile::tempdir().unwrap();
    let workspace = Workspace::at_manifest(&place.path().join("grex.jsonl")).unwrap();
    workspace.ensure_state().unwrap();
    (place, workspace)
}

fn path(text: &str) -> PackPath {
    PackPath::parse(text).unwrap()
}

/// The key lies beside the manifest, where a test can see whether it is made.
fn seal(workspace: &Workspace) -> Seal {
    Seal::at(&workspace.root().join("user"))
}

fn open(workspace: &Workspace) -> Result<Journal, StoreError> {
    Journal::open(workspace, &seal(workspace))
}

fn left(workspace: &Workspace) -> Vec<(String, CloneProgress)> {
    let unfinished = open(workspace).unwrap().unfinished();
    unfinished
        .into_iter()
        .map(|clone| (clone.temporary, clone.progress))
        .collect()
}

#[test]
fn a_run_with_nothing_to_announce_writes_nothing() {
    let (_place, workspace) = workspace();
    let journal = open(&workspace).unwrap();
    assert!(!journal.durable().unwrap());
    journal.end_clone(".grex-tmp.never").unwrap();
    assert!(!workspace.journal().exists());
}

#[test]
fn a_clone_is_unfinished_until_it_is_durable() {
    let (_place, workspace) = workspace();
    let journal = open(&workspace).unwrap();
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
    assert_eq!(open(&workspace).unwrap().unfinished(), expected);
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
    open(&workspace)
        .unwrap()
        .begin_clone("a", &path("a"), ".grex-tmp.1")
        .unwrap();
    // A run that does not look after it leaves it as it is.
    let text = read_to_string(workspace.journal()).unwrap();
    assert!(!open(&workspace).unwrap().durable().unwrap());
    assert_eq!(read_to_string(workspace.journal()).unwrap(), text);

    let journal = open(&workspace).unwrap();
    journal.end_clone(".grex-tmp.1").unwrap();
    journal.durable().unwrap();
    assert!(open(&workspace).unwrap().unfinished().is_empty());
    // The same journal goes on after it was emptied.
    journal.begin_clone("b", &path("b"), ".grex-tmp.2").unwrap();
    assert_eq!(left(&workspace).len(), 1);
}

#[test]
fn a_torn_line_is_passed_over_and_not_built_upon() {
    let (_place, workspace) = workspace();
    write(workspace.journal(), "{\"kind\":\"clone-beg").unwrap();
    let journal = open(&workspace).unwrap();
    assert!(journal.unfinished().is_empty());
    journal.begin_clone("a", &path("a"), ".grex-tmp.1").unwrap();
    assert_eq!(left(&workspace).len(), 1);
    journal.end_clone(".grex-tmp.1").unwrap();
    journal.durable().unwrap();
    assert_eq!(read_to_string(workspace.journal()).unwrap(), "");

    write(workspace.journal(), "\0\0").unwrap();
    assert!(open(&workspace).unwrap().durable().unwrap());
    assert_eq!(read_to_string(workspace.journal()).unwrap(), "");
}

#[test]
fn kinds_of_later_programs_are_never_thrown_away() {
    let (_place, workspace) = workspace();
    let later = "{\"kind\":\"of-a-later-program\",\"id\":\"a\"}\n";
    write(workspace.journal(), later).unwrap();
    let journal = open(&workspace).unwrap();
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
    let journal = open(&workspace).unwrap();
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

fn record(resource: &str) -> UndoRecord {
    UndoRecord {
        action: "symlink".into(),
        resource: resource.into(),
        data: json!({"z": 1.1, "a": [null, "\u{1b}\n\"}"]}),
        directories: vec!["/d".into()],
    }
}

/// What is unfinished: the packs, the resources of their records, the lines that are not ours.
fn installs(workspace: &Workspace) -> Vec<(String, String, usize)> {
    let unfinished = open(workspace).unwrap().unfinished_installs();
    let resources = |records: Vec<UndoRecord>| {
        let names: Vec<_> = records.into_iter().map(|record| record.resource).collect();
        names.join(" ")
    };
    unfinished
        .into_iter()
        .map(|install| (install.id, resources(install.records), install.unsealed))
        .collect()
}

#[test]
fn what_installs_announce_is_known_until_each_of_them_ends() {
    let (_place, workspace) = workspace();
    let journal = open(&workspace).unwrap();
    for id in ["a", "b/c", "a"] {
        journal.begin_install(id).unwrap();
    }
    journal.announce("a", &[record("1"), record("2")]).unwrap();
    journal.announce("b/c", &[record("x")]).unwrap();
    journal.announce("a", &[]).unwrap();
    journal.announce("a", &[record("3")]).unwrap();
    let unfinished = open(&workspace).unwrap().unfinished_installs();
    assert_eq!(unfinished[0].records, ["1", "2", "3"].map(record));
    assert_eq!(unfinished, journal.unfinished_installs());
    assert!(!journal.durable().unwrap(), "nothing is finished");
    journal.end_install("a").unwrap();
    journal.end_install("never").unwrap();
    assert_eq!(installs(&workspace), [("b/c".into(), "x".into(), 0)]);

    let next = open(&workspace).unwrap();
    assert!(!next.durable().unwrap());
    next.end_install("b/c").unwrap();
    assert!(installs(&workspace).is_empty());
    assert!(next.durable().unwrap());
    assert_eq!(read_to_string(workspace.journal()).unwrap(), "");
}

#[test]
fn clones_that_are_durable_leave_unfinished_installs_alone() {
    let (_place, workspace) = workspace();
    let journal = open(&workspace).unwrap();
    journal.begin_install("a").unwrap();
    journal.announce("a", &[record("1")]).unwrap();
    journal.begin_clone("c", &path("c"), ".grex-tmp.1").unwrap();
    journal.end_clone(".grex-tmp.1").unwrap();
    assert!(journal.durable().unwrap());
    assert!(left(&workspace).is_empty());
    assert_eq!(installs(&workspace), [("a".into(), "1".into(), 0)]);
}

#[test]
fn what_this_user_did_not_write_is_counted_and_never_acted_upon() {
    let (_place, workspace) = workspace();
    let journal = open(&workspace).unwrap();
    journal.begin_install("a").unwrap();
    journal.announce("a", &[record("1")]).unwrap();
    let text = read_to_string(workspace.journal()).unwrap();
    let line = text.lines().last().unwrap();
    let forged = [
        line.replace("\"id\":\"a\"", "\"id\":\"b\""),
        line.replace("/d", "/e"),
        format!("{} }}", &line[..line.len() - 1]),
        line.split(",\"seal\"").next().unwrap().to_owned() + "}",
    ];
    write(
        workspace.journal(),
        text.clone() + &forged.join("\n") + "\n",
    )
    .unwrap();
    assert_eq!(
        installs(&workspace),
        [("a".into(), "1".into(), 3), ("b".into(), String::new(), 1)]
    );
    // Another user's grex, or this one's after the key was lost.
    let other = Seal::at(&workspace.root().join("other"));
    let unfinished = Journal::open(&workspace, &other)
        .unwrap()
        .unfinished_installs();
    assert!(unfinished.iter().all(|install| install.records.is_empty()));
    assert!(!workspace.root().join("other").exists());
}

#[test]
fn an_announcement_that_was_cut_off_had_not_begun() {
    let (_place, workspace) = workspace();
    let journal = open(&workspace).unwrap();
    journal.begin_install("a").unwrap();
    journal.announce("a", &[record("1")]).unwrap();
    journal.announce("a", &[record("2")]).unwrap();
    let text = read_to_string(workspace.journal()).unwrap();
    write(workspace.journal(), &text[..text.len() - 9]).unwrap();
    assert_eq!(installs(&workspace), [("a".into(), "1".into(), 0)]);
    let next = open(&workspace).unwrap();
    next.announce("a", &[record("3")]).unwrap();
    assert_eq!(installs(&workspace), [("a".into(), "1 3".into(), 0)]);
}

#[test]
fn a_key_is_made_by_installs_only() {
    let (_place, workspace) = workspace();
    let journal = open(&workspace).unwrap();
    journal.begin_clone("c", &path("c"), ".grex-tmp.1").unwrap();
    journal.end_clone(".grex-tmp.1").unwrap();
    journal.durable().unwrap();
    assert!(journal.unfinished_installs().is_empty());
    assert!(!workspace.root().join("user").exists());
    journal.begin_install("a").unwrap();
    assert!(workspace.root().join("user/key").exists());
}

#[test]
fn many_packs_share_a_journal() {
    let (_place, workspace) = workspace();
    let journal = open(&workspace).unwrap();
    std::thread::scope(|scope| {
        for pack in 0..4 {
            let journal = &journal;
            scope.spawn(move || {
                let id = format!("p{pack}");
                journal.begin_install(&id).unwrap();
                for step in 0..5 {
                    journal.announce(&id, &[record(&step.to_string())]).unwrap();
                }
                if pack == 0 {
                    journal.end_install(&id).unwrap();
                }
            });
        }
    });
    let mut left = installs(&workspace);
    left.sort();
    let whole = |id: &str| (id.to_owned(), "0 1 2 3 4".to_owned(), 0);
    assert_eq!(left, [whole("p1"), whole("p2"), whole("p3")]);
}

#[test]
fn a_move_is_told_until_it_is_made_and_synced() {
    let (_place, workspace) = workspace();
    let journal = open(&workspace).unwrap();
    journal.begin_move("a", &path("a"), Some("1"), "2").unwrap();
    journal.begin_move("a", &path("a"), Some("2"), "3").unwrap();
    journal.begin_move("b", &path("b"), None, "3").unwrap();
    journal.end_move("b").unwrap();
    let told = open(&workspace).unwrap().unfinished_moves();
    // Nothing is certain but where the first of two set out from.
    assert_eq!(
        (told[0].from.as_deref(), told[0].to.as_str()),
        (Some("1"), "3")
    );
    assert_eq!((told[0].is_made, told[1].is_made), (false, true));
    assert!(journal.durable().unwrap());
    let told = open(&workspace).unwrap().unfinished_moves();
    assert_eq!(told.len(), 1);
    journal.end_move("a").unwrap();
    assert!(journal.durable().unwrap());
    assert_eq!(read_to_string(workspace.journal()).unwrap(), "");
}
