//! Checkouts in every state that git and people leave them in.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, SystemTime};

use super::*;
use crate::git::test_repository::{TestRepository, every_git};

/// Two branches that change the same line; `main` is checked out.
fn conflicted(git: &std::path::Path) -> TestRepository {
    let repository = TestRepository::new(git);
    repository.commit("base");
    repository.git(&["checkout", "-q", "-b", "side"]);
    repository.commit("side");
    repository.git(&["checkout", "-q", "main"]);
    repository.commit("main");
    repository
}

#[test]
fn sees_what_is_under_way_and_how_to_end_it() {
    for git in every_git() {
        let repository = conflicted(&git);
        let patch = repository.git(&["format-patch", "-q", "-1", "--stdout", "side"]);
        repository.write("p", format!("{patch}\n"));
        for (arguments, expected) in [
            (&["merge", "side"][..], Operation::Merge),
            (&["rebase", "side"], Operation::Rebase),
            (&["rebase", "--apply", "side"], Operation::Rebase),
            (&["cherry-pick", "side"], Operation::CherryPick),
            (&["revert", "HEAD~1"], Operation::Revert),
            (&["am", "p"], Operation::Am),
            (&["bisect", "start"], Operation::Bisect),
        ] {
            assert_eq!(
                operation(&repository.git_dir()),
                None,
                "before {arguments:?}"
            );
            repository.try_git(arguments);
            assert_eq!(
                operation(&repository.git_dir()),
                Some(expected),
                "{arguments:?}"
            );
            let abort: Vec<&str> = expected.abort_command().split(' ').skip(1).collect();
            repository.git(&abort);
        }
        assert_eq!(operation(&repository.git_dir()), None);
        assert_eq!(
            Operation::CherryPick.continue_command(),
            Some("git cherry-pick --continue")
        );
        assert_eq!(
            serde_json::to_string(&Operation::CherryPick).unwrap(),
            "\"cherry-pick\""
        );
    }
}

#[test]
fn sees_a_series_between_two_commits() {
    let repository = TestRepository::new(&every_git()[0]);
    repository.write(".git/sequencer/todo", "pick 1234567 x\n");
    assert_eq!(
        operation(&repository.git_dir()),
        Some(Operation::CherryPick)
    );
    repository.write(".git/sequencer/todo", "revert 1234567 x\n");
    assert_eq!(operation(&repository.git_dir()), Some(Operation::Revert));
}

#[test]
fn a_repository_of_its_own() {
    let repository = TestRepository::new(&every_git()[0]);
    let found = own_git_dir(repository.root()).unwrap();
    assert_eq!(found.path(), repository.git_dir());
    repository.commit("1");
    repository.git(&["checkout", "-q", "--detach"]);
    assert!(own_git_dir(repository.root()).is_ok());
    repository.write("plain/file", "");
    let plain = own_git_dir(&repository.root().join("plain"));
    assert!(matches!(plain, Err(NotARepository::Missing { .. })));
    let nowhere = own_git_dir(&repository.root().join("nowhere"));
    assert!(matches!(nowhere, Err(NotARepository::Missing { .. })));
    repository.git(&["worktree", "add", "-q", "linked", "main"]);
    match own_git_dir(&repository.root().join("linked")) {
        Err(NotARepository::File { target, .. }) => {
            assert!(target.unwrap().ends_with("/.git/worktrees/linked"));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(linked_worktrees(&repository.git_dir()).unwrap(), ["linked"]);
}

#[test]
fn whatever_git_would_look_past_is_broken() {
    for git in every_git() {
        for (head, reason) in [
            ("", "HEAD is empty"),
            ("\n", "HEAD is empty"),
            ("ref: ", "HEAD names neither a branch nor a commit"),
            (
                "ref: heads/main\n",
                "HEAD names neither a branch nor a commit",
            ),
            ("0123456789", "HEAD names neither a branch nor a commit"),
            ("\0\0\0\0", "HEAD names neither a branch nor a commit"),
        ] {
            let repository = TestRepository::new(&git);
            repository.write(".git/HEAD", head);
            assert!(
                !repository.try_git(&["status"]).status.success(),
                "git accepts {head:?}"
            );
            match own_git_dir(repository.root()) {
                Err(NotARepository::Broken { reason: found, .. }) => assert_eq!(found, reason),
                other => panic!("{head:?}: {other:?}"),
            }
        }
    }
}

#[test]
fn missing_parts_are_broken() {
    for part in ["HEAD", "objects", "refs"] {
        let repository = TestRepository::new(&every_git()[0]);
        repository.move_away(&format!(".git/{part}"));
        let found = own_git_dir(repository.root());
        assert!(
            matches!(found, Err(NotARepository::Broken { .. })),
            "{part}"
        );
    }
    let repository = TestRepository::new(&every_git()[0]);
    repository.write(".git/commondir", "../../other/.git\n");
    assert!(matches!(
        own_git_dir(repository.root()),
        Err(NotARepository::Broken { .. })
    ));
}

#[cfg(unix)]
#[test]
fn a_linked_git_directory_is_not_its_own() {
    let repository = TestRepository::new(&every_git()[0]);
    repository.write("other/x", "");
    std::os::unix::fs::symlink("../.git", repository.root().join("other/.git")).unwrap();
    let found = own_git_dir(&repository.root().join("other"));
    assert!(matches!(found, Err(NotARepository::Link { .. })));
    // HEAD as git wrote it long ago.
    repository.remove(".git/HEAD");
    std::os::unix::fs::symlink("refs/heads/main", repository.git_dir().join("HEAD")).unwrap();
    assert!(own_git_dir(repository.root()).is_ok());
}

#[test]
fn counts_and_dates() {
    for git in every_git() {
        let repository = TestRepository::new(&git);
        let git_dir = repository.git_dir();
        repository.commit("1");
        repository.commit("2");
        assert!(!has_stash(&git_dir) && !is_shallow(&git_dir));
        assert!(linked_worktrees(&git_dir).unwrap().is_empty());
        repository.write("f", "changed");
        repository.git(&["stash", "-q"]);
        assert!(has_stash(&git_dir));
        repository.git(&["pack-refs", "--all"]);
        assert!(has_stash(&git_dir), "a packed one");
        repository.git(&["stash", "drop", "-q"]);
        assert!(!has_stash(&git_dir), "the last one dropped");
        let url = format!("file://{}", repository.root().display());
        repository.git(&["clone", "-q", "--depth=1", &url, "cut"]);
        assert!(is_shallow(&repository.root().join("cut/.git")));
    }
}

#[test]
fn tells_how_old_a_lock_is() {
    let repository = TestRepository::new(&every_git()[0]);
    let git_dir = repository.git_dir();
    let now = SystemTime::now();
    assert_eq!(index_lock_age(&git_dir, now), None);
    repository.write(".git/index.lock", "");
    let later = now + Duration::from_secs(3600);
    assert!(index_lock_age(&git_dir, later).unwrap() > Duration::from_secs(3500));
    let earlier = now - Duration::from_secs(3600);
    assert_eq!(index_lock_age(&git_dir, earlier), Some(Duration::ZERO));
}

#[test]
fn feels_pressure_as_git_does() {
    let repository = TestRepository::new(&every_git()[0]);
    let git_dir = repository.git_dir();
    assert!(!loose_object_pressure(&git_dir));
    for number in 0..27 {
        repository.write(&format!(".git/objects/17/{number:038x}"), "");
    }
    repository.write(".git/objects/17/tmp_obj_abcdef", "");
    assert!(!loose_object_pressure(&git_dir), "at the limit");
    repository.write(&format!(".git/objects/17/{:038x}", 27), "");
    assert!(loose_object_pressure(&git_dir));
    repository.remove(&format!(".git/objects/17/{:038x}", 27));
    for number in 0..51 {
        repository.write(&format!(".git/objects/pack/pack-{number}.pack"), "");
        repository.write(&format!(".git/objects/pack/pack-{number}.idx"), "");
    }
    assert!(loose_object_pressure(&git_dir));
    repository.write(".git/objects/pack/pack-3.keep", "");
    assert!(
        !loose_object_pressure(&git_dir),
        "a kept pack does not count"
    );
}
