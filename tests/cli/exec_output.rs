//! What `exec` makes of what commands print.

use std::{fs, io::Read, process::Stdio};

use grex_fixtures::{Sandbox, grex};
use serde_json::json;

use crate::{
    exec::entry,
    support::{harmless, no_processes, peak_memory, workspace_with},
};

/// Bytes for a command to print.
fn printing(sandbox: &Sandbox, bytes: impl AsRef<[u8]>) -> String {
    let file = sandbox.write("bytes", bytes);
    format!("cat {}", file.display())
}

#[test]
fn each_stream_stays_what_it_is() {
    let sandbox = workspace_with(&["a", "b"]);
    let script = "echo out; echo err >&2";
    let outcome = grex!(sandbox, "exec", "-j1", "--shell", script).run();
    outcome.success();
    assert_eq!(outcome.stdout, "==> a <==\nout\n\n==> b <==\nout\n");
    assert_eq!(
        outcome.stderr.replace("\n\n", "\n"),
        "\n==> a <==\nerr\n==> b <==\nerr\n2 done\n"
    );
    let outcome = grex!(sandbox, "exec", "-j1", "--plain", "--shell", script).run();
    assert_eq!(outcome.stdout, "a: out\nb: out\n");
    assert_eq!(outcome.stderr, "a: err\nb: err\n2 done\n");
    let outcome = grex!(sandbox, "exec", "-j1", "-q", "--shell", script).run();
    assert_eq!(outcome.stdout, "out\nout\n");
    assert_eq!(outcome.stderr, "err\nerr\n");
    let outcome = grex!(sandbox, "exec", "--json", "--shell", script).run();
    let entry = entry(&outcome, "a");
    assert_eq!(
        (&entry["stdout"], &entry["stderr"]),
        (&json!("out\n"), &json!("err\n"))
    );
    // Who says nothing has no heading.
    let outcome = grex!(sandbox, "exec", "true").run();
    assert_eq!(
        (outcome.stdout.as_str(), outcome.stderr.as_str()),
        ("", "2 done\n")
    );
}

#[test]
fn nobody_reads_the_callers_input() {
    let sandbox = workspace_with(&["a"]);
    let outcome = grex!(sandbox, "exec", "--plain", "--shell", "cat; echo end")
        .stdin("mine\n")
        .run();
    outcome.success();
    assert_eq!(outcome.stdout, "a: end\n");
}

#[test]
fn a_last_line_may_lack_its_end() {
    let sandbox = workspace_with(&["a", "b"]);
    let outcome = grex!(sandbox, "exec", "-j1", "printf", "x\\ny").run();
    assert_eq!(outcome.stdout, "==> a <==\nx\ny\n\n==> b <==\nx\ny\n");
    let outcome = grex!(sandbox, "exec", "-j1", "--plain", "printf", "x\\n\\ny").run();
    assert_eq!(outcome.stdout, "a: x\na: \na: y\nb: x\nb: \nb: y\n");
    let outcome = grex!(sandbox, "exec", "--json", "printf", "x\\ny").run();
    assert_eq!(entry(&outcome, "a")["stdout"], "x\ny");
}

#[test]
fn what_is_no_text_is_shown_as_text() {
    let sandbox = workspace_with(&["a"]);
    let script = printing(&sandbox, b"a\xff\xfe\0b\r\nc\rd\xc3");
    let outcome = grex!(sandbox, "exec", "--json", "--shell", &script).run();
    outcome.success();
    assert_eq!(
        entry(&outcome, "a")["stdout"],
        "a\u{fffd}\u{fffd}b\nc\nd\u{fffd}"
    );
    grex!(sandbox, "exec", "--shell", &script).run().success();
}

#[test]
fn tricks_and_secrets_stay_behind() {
    let token = "ghp_0123456789abcdefABCDEF0123456789abcd";
    let evil = "\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}1m\u{202e}desrever\u{2066}\u{8}\u{200b}";
    let sandbox = workspace_with(&["a"]);
    let text = format!("{evil}\n{token}\nhttps://me:s3cr3t@example.org/\n");
    let script = printing(&sandbox, text) + " | tee /dev/stderr";
    for flags in [
        &[][..],
        &["--plain"],
        &["--json"],
        &["-q"],
        &["--color=never"],
    ] {
        let outcome = grex!(sandbox, "exec")
            .args(flags)
            .args(["--shell", &script])
            .run();
        outcome.success();
        harmless(&outcome);
        let all = outcome.stdout.clone() + &outcome.stderr;
        assert!(
            all.contains("red") && all.contains("***"),
            "{}",
            outcome.snapshot()
        );
        assert!(
            !all.contains(token) && !all.contains("s3cr3t"),
            "{}",
            outcome.snapshot()
        );
    }
    // What is typed is repeated after a failure, and no secret is.
    let outcome = grex!(
        sandbox,
        "exec",
        "false",
        "https://me:s3cr3t@example.org/",
        token
    )
    .run();
    outcome.code(4);
    assert!(!outcome.stderr.contains("s3cr3t") && !outcome.stderr.contains(token));
}

#[test]
fn colours_are_all_that_may_stay() {
    let sandbox = workspace_with(&["a"]);
    let script = printing(
        &sandbox,
        "\u{1b}[31mred\u{1b}[2J\u{1b}]0;t\u{7} \u{1b}[8mhid\u{1b}[1A\n",
    );
    let outcome = grex!(sandbox, "exec", "--color=always", "--shell", &script).run();
    outcome.success();
    let (_, said) = outcome.stdout.split_once('\n').unwrap();
    assert_eq!(said, "\u{1b}[31mred hid\n\u{1b}[0m");
    // JSON has none, and nothing has that is read by a program.
    let outcome = grex!(
        sandbox,
        "exec",
        "--color=always",
        "--json",
        "--shell",
        &script
    )
    .run();
    assert_eq!(entry(&outcome, "a")["stdout"], "red hid\n");
}

#[test]
fn ten_megabytes_are_ten_megabytes_and_no_memory() {
    let sandbox = workspace_with(&["a", "b"]);
    let line = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\n";
    let script = format!("yes {} | head -c 10485760", line.trim_end());
    let (outcome, peak) = peak_memory(grex!(sandbox, "exec", "-j2", "-q", "--shell", &script));
    outcome.success();
    assert_eq!(outcome.stdout.len(), 2 * 10 * 1024 * 1024);
    assert!(outcome.stdout.lines().all(|shown| shown == line.trim_end()));
    let (document, peak_of_json) =
        peak_memory(grex!(sandbox, "exec", "--json", "--shell", &script));
    document.success();
    assert_eq!(
        entry(&document, "b")["stdout"].as_str().unwrap().len(),
        10 * 1024 * 1024
    );
    for peak in [peak, peak_of_json] {
        assert!(peak < 60 * 1024, "{peak} KiB");
    }
    let left = fs::read_dir(sandbox.path("tmp")).unwrap().count();
    assert_eq!(left, 0);
}

#[test]
fn a_line_that_never_ends_is_whole() {
    let sandbox = workspace_with(&["a"]);
    let script = "head -c 1000000 /dev/zero | tr '\\0' x";
    let outcome = grex!(sandbox, "exec", "--json", "--shell", script).run();
    outcome.success();
    assert_eq!(entry(&outcome, "a")["stdout"], "x".repeat(1_000_000));
    let outcome = grex!(sandbox, "exec", "--plain", "--shell", script).run();
    assert_eq!(outcome.stdout, format!("a: {}\n", "x".repeat(1_000_000)));
}

#[test]
fn a_reader_that_goes_away_ends_the_commands() {
    let sandbox = workspace_with(&["a", "b"]);
    // `a` ends when the test has read enough of it; `b` never would.
    let script = "test $GREX_PACK_ID = b && exec sleep 60; yes | head -c 1000000";
    let mut grex = sandbox
        .command(env!("CARGO_BIN_EXE_grex"))
        .current_dir(sandbox.workspace())
        .args(["exec", "-j2", "--shell", script])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = grex.stdout.take().unwrap();
    reader.read_exact(&mut [0; 64]).unwrap();
    drop(reader);
    let output = grex.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(141));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    no_processes(&sandbox);
}
