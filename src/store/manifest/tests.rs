#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{read as bytes, write};
use std::os::unix::fs::symlink;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::*;
use crate::model::manifest::Warning;

const RM: &str = "{\"op\":\"rm\",\"ts\":\"T\",\"id\":\"a\",\"schema_version\":\"1\"}\n";

fn workspace(log: impl AsRef<[u8]>) -> (tempfile::TempDir, Workspace) {
    let place = tempfile::tempdir().unwrap();
    write(place.path().join("grex.jsonl"), log).unwrap();
    let workspace = Workspace::find(place.path()).unwrap();
    workspace.ensure_state().unwrap();
    (place, workspace)
}

fn add(id: &str) -> String {
    format!(
        "{{\"op\":\"add\",\"ts\":\"T\",\"id\":\"{id}\",\"url\":\"https://h/{id}\",\"path\":\"{id}\",\"type\":\"meta\",\"schema_version\":\"1\"}}\n"
    )
}

fn holder() -> Holder {
    Holder::this_process("test", "T".into())
}

async fn append_all(workspace: &Workspace, events: &[Event<'_>]) -> Result<(), StoreError> {
    let cancel = CancellationToken::new();
    let wait = Wait {
        timeout: Duration::from_secs(600),
        on_wait: &mut |_| {},
        cancel: &cancel,
    };
    append(workspace, events, &holder(), wait).await
}

#[test]
fn a_manifest_is_made_once() {
    let place = tempfile::tempdir().unwrap();
    let workspace = Workspace::at_manifest(&place.path().join("grex.jsonl")).unwrap();
    assert!(matches!(
        read(&workspace).unwrap_err(),
        StoreError::NoManifest { .. }
    ));
    assert!(create(&workspace).unwrap());
    write(workspace.manifest(), add("a")).unwrap();
    assert!(!create(&workspace).unwrap());
    assert_eq!(read(&workspace).unwrap().manifest.packs.len(), 1);
}

#[test]
fn a_link_is_neither_read_nor_made() {
    let place = tempfile::tempdir().unwrap();
    symlink("elsewhere", place.path().join("grex.jsonl")).unwrap();
    let workspace = Workspace::find(place.path()).unwrap();
    assert!(
        read(&workspace)
            .unwrap_err()
            .to_string()
            .ends_with("it is a symbolic link")
    );
    assert!(create(&workspace).is_err());
    assert!(!place.path().join("elsewhere").exists());
}

#[test]
fn garbage_in_the_middle_stops_with_file_and_line() {
    let (_place, workspace) = workspace(add("a") + "garbage\n" + &add("b"));
    let error = read(&workspace).unwrap_err().to_string();
    let path = workspace.manifest().display();
    assert_eq!(
        error,
        format!(
            "{path}: line 2: not an event: it does not begin with `{{`: each line is one JSON object (column 1)"
        )
    );
}

#[test]
fn lines_of_every_length_are_told_apart() {
    let long = |length: usize| format!("{{\"op\":\"x\",\"y\":\"{}\"}}", "z".repeat(length - 17));
    for length in [MAX_EVENT - 1, MAX_EVENT] {
        assert_eq!(long(length).len(), length);
        let (_place, workspace) = workspace(long(length) + "\n" + &add("a"));
        assert_eq!(read(&workspace).unwrap().manifest.packs.len(), 1);
    }
    for length in [MAX_EVENT + 1, MAX_EVENT + 2, 3 * BUFFER] {
        for end in ["\n", ""] {
            let (_place, workspace) = workspace(add("a") + &long(length) + end);
            let error = read(&workspace).unwrap_err().to_string();
            assert!(error.contains("line 2: longer than"), "{error}");
        }
    }
}

#[test]
fn a_torn_tail_is_left_out() {
    for tail in [
        b"{\"op\":\"ad".to_vec(),
        vec![0; 9],
        vec![0; 2 * BUFFER + 7],
    ] {
        let (_place, workspace) = workspace([add("a").as_bytes(), &tail].concat());
        let file = read(&workspace).unwrap();
        assert!(file.torn);
        assert_eq!(file.manifest.warnings, [Warning::TornTail { line: 2 }]);
        assert_eq!(file.manifest.packs.len(), 1);
    }
    let (_place, workspace) = workspace(add("a"));
    assert!(!read(&workspace).unwrap().torn);
}

#[tokio::test]
async fn an_append_repairs_the_end_first() {
    let whole = add("a");
    for (tail, kept) in [
        (b"".to_vec(), ""),
        (b"{\"op\":\"ad".to_vec(), ""),
        (vec![0; 9], ""),
        (vec![0; 3 * MAX_EVENT + 5], ""),
        (RM.trim_end().into(), RM),
    ] {
        let (_place, workspace) = workspace([whole.as_bytes(), &tail].concat());
        append_all(&workspace, &[Event::rm("T", "a")])
            .await
            .unwrap();
        let log = String::from_utf8(bytes(workspace.manifest()).unwrap()).unwrap();
        assert_eq!(log, format!("{whole}{kept}{RM}"));
    }
    // A manifest of one torn line and nothing else.
    let (_place, workspace) = workspace("{");
    append_all(&workspace, &[Event::rm("T", "a")])
        .await
        .unwrap();
    assert_eq!(bytes(workspace.manifest()).unwrap(), RM.as_bytes());
}

#[tokio::test]
async fn an_end_that_is_not_ours_is_not_cut_off() {
    let (_place, workspace) = workspace(add("a") + &"x".repeat(MAX_EVENT + 1));
    let before = bytes(workspace.manifest()).unwrap();
    let error = append_all(&workspace, &[Event::rm("T", "a")])
        .await
        .unwrap_err();
    assert!(error.to_string().contains("line 2: longer than"), "{error}");
    assert_eq!(bytes(workspace.manifest()).unwrap(), before);
}

#[tokio::test]
async fn nothing_is_written_of_too_much_or_nothing_or_without_a_manifest() {
    let (place, workspace) = workspace("");
    append_all(&workspace, &[]).await.unwrap();
    assert!(!workspace.manifest_lock().exists());
    let id = "x".repeat(MAX_EVENT);
    let events = [Event::rm("T", "a"), Event::rm("T", &id)];
    assert!(matches!(
        append_all(&workspace, &events).await.unwrap_err(),
        StoreError::Event(_)
    ));
    assert_eq!(bytes(workspace.manifest()).unwrap(), b"");
    std::fs::remove_file(place.path().join("grex.jsonl")).unwrap();
    let error = append_all(&workspace, &events[..1]).await.unwrap_err();
    assert!(matches!(error, StoreError::NoManifest { .. }));
    assert!(!workspace.manifest().exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn appends_at_once_leave_whole_lines() {
    let (_place, workspace) = workspace("");
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let workspace = workspace.clone();
            tokio::spawn(async move {
                let id = format!("p{number}");
                append_all(&workspace, &[Event::rm("T", &id), Event::rm("T", &id)])
                    .await
                    .unwrap();
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(read(&workspace).unwrap().manifest.warnings.len(), 16);
}

#[tokio::test]
async fn compaction_keeps_what_is_declared() {
    let (_place, workspace) = workspace(
        add("b")
            + &add("a")
            + RM
            + &add("c")
            + "{\"op\":\"sync\",\"schema_version\":\"1\"}\n{\"torn",
    );
    let before = read(&workspace).unwrap();
    let cancel = CancellationToken::new();
    let wait = || Wait {
        timeout: Duration::ZERO,
        on_wait: Box::leak(Box::new(|_: Option<&Holder>| {})),
        cancel: &cancel,
    };
    let rewritten = Compaction::Rewritten {
        before: 6,
        after: 2,
    };
    assert_eq!(plan_compaction(&workspace).unwrap(), rewritten);
    let compacted = compact(&workspace, "T", &holder(), wait()).await.unwrap();
    assert_eq!(compacted, rewritten);
    assert_eq!(
        bytes(workspace.manifest()).unwrap(),
        (add("b") + &add("c")).as_bytes()
    );
    assert_eq!(
        read(&workspace).unwrap().manifest.packs,
        before.manifest.packs
    );
    // Not even the times change when there is nothing to shorten.
    let compacted = compact(&workspace, "U", &holder(), wait()).await.unwrap();
    assert_eq!(compacted, Compaction::Short);
    assert_eq!(
        bytes(workspace.manifest()).unwrap(),
        (add("b") + &add("c")).as_bytes()
    );
}

#[tokio::test]
async fn what_a_later_program_wrote_is_not_compacted_away() {
    let (_place, workspace) = workspace(add("a") + "{\"op\":\"fly\"}\n");
    let before = bytes(workspace.manifest()).unwrap();
    let cancel = CancellationToken::new();
    let wait = Wait {
        timeout: Duration::ZERO,
        on_wait: &mut |_| {},
        cancel: &cancel,
    };
    let op = String::from("fly");
    let compacted = compact(&workspace, "T", &holder(), wait).await.unwrap();
    assert_eq!(compacted, Compaction::Later { op });
    assert_eq!(bytes(workspace.manifest()).unwrap(), before);
    // Nor is a line of a later version called bad and taken out.
    std::fs::write(
        workspace.manifest(),
        "{\"op\":\"rm\",\"schema_version\":\"9\"}\n",
    )
    .unwrap();
    let inspection = inspect(&workspace).unwrap();
    assert!(inspection.is_later && inspection.manifest.is_none());
}

#[tokio::test]
async fn what_killed_writers_left_is_cleared() {
    let (_place, workspace) = workspace(add("a") + "{\"torn");
    std::fs::write(fs::temporary_of(workspace.manifest()), "x").unwrap();
    let cancel = CancellationToken::new();
    for expected in [true, false] {
        let wait = Wait {
            timeout: Duration::ZERO,
            on_wait: &mut |_| {},
            cancel: &cancel,
        };
        let cut = clear_leftovers(&workspace, &holder(), wait).await.unwrap();
        assert_eq!(cut, expected);
        assert_eq!(bytes(workspace.manifest()).unwrap(), add("a").as_bytes());
        assert!(!fs::temporary_of(workspace.manifest()).exists());
    }
}

#[tokio::test]
async fn bad_lines_are_moved_and_not_lost() {
    let (_place, workspace) = workspace(add("a") + "one\n" + &add("b") + "two\n");
    let cancel = CancellationToken::new();
    for expected in [2, 0] {
        let wait = Wait {
            timeout: Duration::ZERO,
            on_wait: &mut |_| {},
            cancel: &cancel,
        };
        assert_eq!(
            reject_bad_lines(&workspace, &holder(), wait).await.unwrap(),
            expected
        );
        assert_eq!(
            bytes(workspace.manifest()).unwrap(),
            (add("a") + &add("b")).as_bytes()
        );
        assert_eq!(bytes(workspace.rejected()).unwrap(), b"one\ntwo\n");
    }
}
