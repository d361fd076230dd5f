//! The status of real checkouts, and output that no git prints.

use super::*;
use crate::git::test_repository::{TestRepository, every_git};

const ARGUMENTS: [&str; 5] = ["status", "--porcelain=v2", "--branch", "--show-stash", "-z"];

fn parse(bytes: &[u8]) -> StatusReport {
    let mut parser = StatusParser::new(100);
    parser.push(bytes);
    parser.finish()
}

fn status(repository: &TestRepository, more: &[&str]) -> StatusReport {
    let output = repository.try_git(&[&ARGUMENTS, more].concat());
    assert!(output.status.success(), "{output:?}");
    // Cut at every byte, it says the same.
    let mut parser = StatusParser::new(100);
    for byte in &output.stdout {
        parser.push(&[*byte]);
    }
    let report = parse(&output.stdout);
    assert_eq!(parser.finish(), report);
    report
}

fn find<'a>(report: &'a StatusReport, path: &str) -> &'a PathStatus {
    let found = report.paths.iter().find(|status| status.path == path);
    found.unwrap_or_else(|| panic!("{path} in {report:?}"))
}

#[test]
fn reads_branches_and_upstreams() {
    for git in every_git() {
        let repository = TestRepository::new(&git);
        let report = status(&repository, &[]);
        assert_eq!(
            (&report.head, report.branch.as_deref()),
            (&None, Some("main"))
        );
        let first = repository.commit("1");
        repository.git(&["branch", "up"]);
        repository.git(&["checkout", "-q", "--track", "-b", "müsli/x", "up"]);
        repository.commit("2");
        let report = status(&repository, &[]);
        assert_eq!(report.branch.as_deref(), Some("müsli/x"));
        assert_eq!(report.upstream.as_deref(), Some("up"));
        assert_eq!((report.ahead, report.behind), (Some(1), Some(0)));
        assert!(report.is_clean());
        let unknown = status(&repository, &["--no-ahead-behind"]);
        assert_eq!((unknown.ahead, unknown.unknown), (None, 0));
        repository.git(&["branch", "-D", "up"]);
        let report = status(&repository, &[]);
        assert_eq!(
            report.upstream.as_deref(),
            Some("up"),
            "the upstream is gone"
        );
        assert_eq!((report.ahead, report.behind), (None, None));
        repository.git(&["checkout", "-q", "--detach", &first]);
        let report = status(&repository, &[]);
        assert_eq!(report.branch, None);
        assert_eq!(report.head.map(String::from), Some(first));
    }
}

#[test]
fn reads_every_kind_of_change() {
    for git in every_git() {
        let repository = TestRepository::new(&git);
        repository.write("old name", "content that is long enough to be a rename\n");
        repository.write("both", "1");
        repository.write(".gitignore", "ignored\n");
        repository.git(&["add", "."]);
        repository.commit("1");
        repository.write("f", "stashed");
        repository.git(&["stash", "-q"]);
        repository.git(&["mv", "old name", "new\nname"]);
        repository.write("both", "2");
        repository.git(&["add", "both"]);
        repository.write("both", "3");
        repository.write("f", "changed");
        repository.write("un tracked", "");
        repository.write("ignored", "");
        let report = status(&repository, &["--ignored"]);
        assert_eq!(report.stash, 1);
        assert_eq!((report.staged, report.unstaged), (2, 2));
        assert_eq!(
            (report.untracked, report.ignored, report.unknown),
            (1, 1, 0)
        );
        let renamed = find(&report, "new\nname");
        assert_eq!(renamed.original.as_deref(), Some("old name"));
        assert_eq!(
            (renamed.kind, renamed.letters.as_str()),
            (PathKind::Staged, "R.")
        );
        assert_eq!(find(&report, "both").letters, "MM");
        assert_eq!(find(&report, "f").kind, PathKind::Unstaged);
        assert_eq!(find(&report, "un tracked").kind, PathKind::Untracked);
        assert_eq!(find(&report, "ignored").kind, PathKind::Ignored);
        assert_eq!(report.paths.len(), 5);
        assert!(!report.is_clean());
    }
}

#[test]
fn reads_conflicts() {
    for git in every_git() {
        let repository = TestRepository::new(&git);
        repository.commit("1");
        repository.git(&["checkout", "-q", "-b", "side"]);
        repository.commit("2");
        repository.git(&["checkout", "-q", "main"]);
        repository.commit("3");
        repository.try_git(&["merge", "side"]);
        let report = status(&repository, &[]);
        assert_eq!((report.conflicts, report.staged, report.unknown), (1, 0, 0));
        let conflict = find(&report, "f");
        assert_eq!(
            (conflict.kind, conflict.letters.as_str()),
            (PathKind::Conflict, "UU")
        );
    }
}

#[test]
fn reads_submodules() {
    for git in every_git() {
        let repository = TestRepository::new(&git);
        repository.git(&["init", "-q", "sub"]);
        repository.git(&["-C", "sub", "commit", "-q", "--allow-empty", "-m", "1"]);
        repository.git(&["-c", "advice.addEmbeddedRepo=false", "add", "sub"]);
        repository.git(&["commit", "-q", "-m", "1"]);
        repository.git(&["-C", "sub", "commit", "-q", "--allow-empty", "-m", "2"]);
        repository.write("sub/new", "");
        let report = status(&repository, &[]);
        let expected = SubmoduleState {
            commit_changed: true,
            modified: false,
            untracked: true,
        };
        assert_eq!(find(&report, "sub").submodule, Some(expected));
    }
}

#[test]
fn counts_all_and_keeps_some() {
    let mut parser = StatusParser::new(2);
    for number in 0..1000 {
        parser.push(format!("? file{number}\0").as_bytes());
    }
    let id = "0".repeat(40);
    parser.push(format!("2 R. N... 100644 100644 100644 {id} {id} R100 a\0b\0? c\0").as_bytes());
    let report = parser.finish();
    assert_eq!(
        (report.untracked, report.staged, report.unknown),
        (1001, 1, 0)
    );
    assert_eq!(report.paths.len(), 2);
    assert_eq!(report.paths[1].original, None, "the rename was not kept");
}

#[test]
fn what_it_does_not_know_is_counted_and_not_clean() {
    let report = parse(b"x what\0# branch.new thing\0# alone\x001 M.\0\0? a\0? cut");
    assert_eq!((report.unknown, report.untracked), (4, 1));
    assert!(!parse(b"3 new kind\0").is_clean());
    let mut parser = StatusParser::new(9);
    for _ in 0..100 {
        parser.push(&[b'a'; 4096]);
    }
    parser.push(b"\0? b\0");
    let report = parser.finish();
    assert_eq!((report.unknown, report.untracked), (1, 1));
    let report = parse(b"? \xff\xfe\0");
    assert_eq!(report.paths[0].path, "\u{fffd}\u{fffd}");
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        let _ = parse(&bytes);
    }
}
