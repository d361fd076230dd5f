//! Manifest and lockfile that were torn, emptied or written over, and file systems that cannot
//! be written.

use std::fs;

use grex_fixtures::{Program, Sandbox, grex, need};

use crate::support::{
    Still, entry, error_of, refused, register, registration, tidy, url_of, workspace,
    workspace_with,
};

const MANIFEST: &str = "workspace/grex.jsonl";
const LOCKFILE: &str = "workspace/grex.lock.jsonl";

#[test]
fn s4_a_torn_tail_is_dropped_with_a_warning_and_cut_by_the_next_writer() {
    for tail in [
        &b"{\"op\":\"add\",\"ts\":\"2026"[..],
        b"\0\0\0\0\0\0\0\0",
        b"{\"op\":\"rm\",\"id\":\"one\0\0\0\0",
        b"garbage",
    ] {
        let sandbox = workspace_with(&["one"]);
        let whole = fs::read(sandbox.path(MANIFEST)).unwrap();
        sandbox.write(MANIFEST, [&whole, tail].concat());
        let still = Still::of(sandbox.workspace());
        for verb in ["ls", "status"] {
            let outcome = grex!(sandbox, verb).run();
            refused(&sandbox, &outcome, 0, &["grex.jsonl", "line 2", "cut off"]);
            assert!(outcome.stdout.contains("one"), "{}", outcome.snapshot());
        }
        still.check();
        let two = sandbox.remote("two").commit("a", "2").create();
        grex!(sandbox, "add", two.url()).run().success();
        let after = fs::read(sandbox.path(MANIFEST)).unwrap();
        assert!(
            after.starts_with(&whole),
            "{}",
            String::from_utf8_lossy(&after)
        );
        assert!(
            after[whole.len()..].starts_with(b"{"),
            "{}",
            String::from_utf8_lossy(&after)
        );
        assert_eq!(after.iter().filter(|byte| **byte == b'\n').count(), 2);
        let outcome = grex!(sandbox, "ls").run();
        outcome.success();
        assert_eq!(outcome.stderr, "");
    }
}

#[test]
fn s4_a_last_line_that_lacks_only_its_end_is_kept_and_completed() {
    let sandbox = workspace_with(&["one"]);
    let whole = sandbox.read(MANIFEST);
    sandbox.write(MANIFEST, whole.trim_end());
    assert_eq!(
        entry(&grex!(sandbox, "ls", "--json").run().json(), "one")["id"],
        "one"
    );
    let two = sandbox.remote("two").commit("a", "2").create();
    grex!(sandbox, "add", two.url()).run().success();
    assert!(sandbox.read(MANIFEST).starts_with(&whole));
    assert_eq!(sandbox.read(MANIFEST).lines().count(), 2);
}

#[test]
fn s4_garbage_in_the_middle_stops_every_verb() {
    for (bad, named) in [
        (&b"garbage"[..], "not an event"),
        (b"\0\0\0\0", "not an event"),
        (b"<<<<<<< HEAD", "conflict"),
        (
            b"{\"op\":\"add\",\"id\":\"x\",\"ts\":\"\",\"schema_version\":\"9\"}",
            "\"9\"",
        ),
        (
            b"{\"op\":\"add\",\"id\":\"x\",\"ts\":\"\",\"schema_version\":\"1\"}",
            "missing",
        ),
        (b"\xff\xfe", "not an event"),
    ] {
        let sandbox = workspace_with(&["one"]);
        let two = registration("two", &url_of(&sandbox, "one"), None);
        let one = fs::read(sandbox.path(MANIFEST)).unwrap();
        sandbox.write(MANIFEST, [&one, bad, b"\n", two.as_bytes()].concat());
        let still = Still::of(sandbox.workspace());
        let url = url_of(&sandbox, "one");
        for words in [
            &["ls"][..],
            &["status"],
            &["sync"],
            &["sync", "--dry-run"],
            &["add", &url, "three"],
            &["rm", "-y", "one"],
            &["init"],
        ] {
            let outcome = grex!(sandbox).args(words).run();
            refused(&sandbox, &outcome, 3, &["grex.jsonl", "line 2", named]);
        }
        let error = error_of(&grex!(sandbox, "ls", "--json").run());
        assert_eq!(
            (&error["kind"], &error["line"]),
            (&"books".into(), &2.into())
        );
        assert!(
            error["file"]
                .as_str()
                .unwrap()
                .ends_with("workspace/grex.jsonl"),
            "{error}"
        );
        still.check();
    }
}

#[test]
fn s4_a_lockfile_that_is_torn_or_gone_is_a_warning_and_written_anew() {
    let torn: [(&str, fn(&[u8]) -> Option<Vec<u8>>); 6] = [
        ("gone", |_| None),
        ("empty", |_| Some(Vec::new())),
        ("torn", |bytes| Some(bytes[..bytes.len() - 20].to_vec())),
        ("nul", |bytes| Some([bytes, &[0; 100]].concat())),
        ("middle", |bytes| Some([b"garbage\n", bytes].concat())),
        ("wild", |_| Some(b"[1,2]\n{\"id\":7}\n\xff\n".to_vec())),
    ];
    for (name, spoil) in torn {
        let sandbox = workspace_with(&["one", "two"]);
        let whole = fs::read(sandbox.path(LOCKFILE)).unwrap();
        match spoil(&whole) {
            Some(bytes) => drop(sandbox.write(LOCKFILE, bytes)),
            None => fs::remove_file(sandbox.path(LOCKFILE)).unwrap(),
        }
        for verb in ["ls", "status"] {
            let outcome = grex!(sandbox, verb).run();
            outcome.success();
            let warned = outcome.stderr.contains("grex.lock.jsonl");
            assert_eq!(
                warned,
                !["gone", "empty"].contains(&name),
                "{}",
                outcome.snapshot()
            );
        }
        grex!(sandbox, "sync").run().success();
        let after = String::from_utf8(fs::read(sandbox.path(LOCKFILE)).unwrap()).unwrap();
        assert_eq!(after, String::from_utf8(whole).unwrap(), "{name}");
        let outcome = grex!(sandbox, "sync").run();
        assert_eq!(outcome.success().stderr, "");
    }
}

#[test]
fn s4_the_manifest_is_not_touched_by_a_sync() {
    let sandbox = workspace_with(&["one"]);
    let manifest = Still::of(sandbox.workspace());
    let packs = sandbox.read(MANIFEST);
    grex!(sandbox, "sync").run().success();
    assert_eq!(sandbox.read(MANIFEST), packs);
    // Not even times: a sync with nothing to do leaves the books alone.
    fs::remove_file(sandbox.path("workspace/one/.git/.grex-lock")).ok();
    fs::remove_file(sandbox.path("workspace/one/.git/FETCH_HEAD")).ok();
    let gitless = |line: &&String| !line.starts_with("one/.git");
    let lines = grex_fixtures::tree_snapshot_without(&sandbox.workspace(), &[".grex/.state"]);
    let before: Vec<_> = manifest.lines().iter().filter(gitless).cloned().collect();
    let after: Vec<_> = lines.iter().filter(gitless).cloned().collect();
    assert_eq!(before, after);
}

/// A run of grex in which the whole workspace is read-only.
fn read_only(sandbox: &Sandbox, words: &[&str]) -> Program {
    let script = "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" \"$0\" \
                  && cd \"$0\" && exec \"$@\"";
    sandbox
        .program("unshare")
        .args(["-m", "sh", "-c", script])
        .arg(sandbox.workspace())
        .arg(env!("CARGO_BIN_EXE_grex"))
        .args(words)
}

#[test]
fn s5_on_a_read_only_file_system_looking_works_and_the_rest_says_why_not() {
    let sandbox = workspace_with(&["one"]);
    if !need("unshare") || sandbox.program("unshare").args(["-m", "true"]).run().status != Some(0) {
        return;
    }
    let usual = grex!(sandbox, "ls").run().stdout;
    for verb in ["ls", "status"] {
        let outcome = read_only(&sandbox, &[verb]).run();
        outcome.success();
        tidy(&sandbox, &outcome);
        assert_eq!(outcome.stderr, "");
    }
    assert_eq!(read_only(&sandbox, &["ls"]).run().stdout, usual);
    let url = url_of(&sandbox, "one");
    let still = Still::of(sandbox.workspace());
    for words in [
        &["sync"][..],
        &["add", &url, "two"],
        &["rm", "-y", "one"],
        &["init"],
    ] {
        let outcome = read_only(&sandbox, words).run();
        refused(
            &sandbox,
            &outcome,
            1,
            &["workspace", "ead-only file system"],
        );
        still.check();
    }
}

#[test]
fn s5_a_workspace_without_its_own_state_can_be_looked_at() {
    let sandbox = workspace();
    register(&sandbox, &[("one", "https://example.org/one.git")]);
    fs::remove_dir_all(sandbox.path("workspace/.grex")).unwrap();
    fs::remove_file(sandbox.path(LOCKFILE)).unwrap();
    let still = Still::of(sandbox.workspace());
    for verb in ["ls", "status"] {
        grex!(sandbox, verb).run().success();
    }
    assert!(!sandbox.path("workspace/.grex").exists());
    still.check();
}
