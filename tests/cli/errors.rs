//! Exit codes, and the shape of errors for programs.

use grex_fixtures::{Fault, Outcome, Rule, Sandbox, Signal, grex};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{
    Still, entry, error_of, harmless, register, tidy, url_of, workspace, workspace_with,
};

/// Runs grex with `--json`: one document on stdout, nothing of errors on stderr.
#[track_caller]
fn error(sandbox: &Sandbox, words: &[&str], code: i32, kind: &str) -> Value {
    let outcome = grex!(sandbox, "--json").args(words).run();
    outcome.code(code);
    check(sandbox, &outcome, kind)
}

#[track_caller]
fn check(sandbox: &Sandbox, outcome: &Outcome, kind: &str) -> Value {
    tidy(sandbox, outcome);
    harmless(outcome);
    assert_eq!(outcome.stdout.lines().count(), 1, "{}", outcome.snapshot());
    assert!(!outcome.stderr.contains("error"), "{}", outcome.snapshot());
    let error = error_of(outcome);
    assert_eq!(error["kind"], kind, "{error}");
    let known = ["kind", "message", "hint", "pack", "file", "line", "column"];
    for field in error.as_object().unwrap().keys() {
        assert!(known.contains(&field.as_str()), "{field} in {error}");
    }
    assert!(!error["message"].as_str().unwrap().is_empty());
    error
}

#[test]
fn code_0_done() {
    let sandbox = workspace_with(&["one"]);
    for words in [
        &["sync"][..],
        &["ls"],
        &["status"],
        &["--help"],
        &["--version"],
        &["sync", "--help"],
        &["init"],
    ] {
        let outcome = grex!(sandbox).args(words).run();
        assert_eq!(outcome.success().stderr, "");
    }
}

#[test]
fn code_1_anything_else() {
    let sandbox = workspace_with(&["one"]);
    let outcome = grex!(sandbox, "sync", "--json")
        .env("GREX_GIT", "/no/such/git")
        .run();
    let error = check(&sandbox, outcome.code(1), "other");
    assert!(
        error["message"].as_str().unwrap().contains("/no/such/git"),
        "{error}"
    );
    assert!(error["hint"].as_str().unwrap().contains("2.34"), "{error}");
}

#[test]
fn code_2_wrong_usage() {
    let sandbox = workspace_with(&["one"]);
    let still = Still::of(sandbox.workspace());
    for (words, named) in [
        (&["statsu"][..], "statsu"),
        (&["sync", "--lockde"], "--lockde"),
        (&["rm"], "<PACK>"),
        (&["add"], "<URL>"),
        (&["sync", "-j", "0"], "0"),
        (&["sync", "-j", "many"], "many"),
        (&["sync", "--color", "sometimes"], "sometimes"),
        (&["sync", "--locked", "--ref", "x"], "--locked"),
        (&["sync", "-q", "-v"], "-q"),
        (&["ls", "extra"], "extra"),
        (&["init", "--ref", "x"], "--from"),
        (&["add", "ext::x"], "ext::"),
        (&["add", "https://example.org/a", "../a"], "../a"),
        (&["rm", "nothing"], "nothing"),
        (&["sync", "--only", "nothing"], "nothing"),
        (&["sync", "--prune", "--only", "one"], "--prune"),
        (&["--lock-timeout", "soon", "sync"], "soon"),
        (&[], "verb"),
    ] {
        let told = error(&sandbox, words, 2, "usage");
        let message = told["message"].as_str().unwrap();
        assert!(message.contains(named), "{named} in {told}");
        let outcome = grex!(sandbox).args(words).run();
        outcome.code(2);
        assert_eq!(outcome.stdout, "", "{}", outcome.snapshot());
        tidy(&sandbox, &outcome);
    }
    let outcome = grex!(sandbox, "sync").env("GREX_PARALLEL", "0").run();
    assert!(
        outcome.code(2).stderr.contains("GREX_PARALLEL"),
        "{}",
        outcome.snapshot()
    );
    still.check();
}

#[test]
fn code_2_suggests_what_was_meant() {
    let sandbox = workspace();
    assert_snapshot!(grex!(sandbox, "statsu").run().snapshot(), @r"
    exit: 2
    ----- stdout -----

    ----- stderr -----
    error: grex has no verb `statsu`
    hint: did you mean `status`?
    ");
    assert_snapshot!(grex!(sandbox, "sync", "--prun").run().snapshot(), @r"
    exit: 2
    ----- stdout -----

    ----- stderr -----
    error: `grex sync` has no flag `--prun`
    hint: did you mean `--prune`?
    ");
    assert_snapshot!(grex!(sandbox, "rm").run().snapshot(), @r"
    exit: 2
    ----- stdout -----

    ----- stderr -----
    error: `grex rm` needs <PACK>...
    hint: `grex rm --help` says what it takes, with examples
    Usage: grex rm <PACK>...
    ");
    assert_snapshot!(grex!(sandbox, "--json", "statsu").run().snapshot(), @r#"
    exit: 2
    ----- stdout -----
    {"error":{"kind":"usage","message":"grex has no verb `statsu`","hint":"did you mean `status`?"}}

    ----- stderr -----
    "#);
}

#[test]
fn code_3_books_that_cannot_be_trusted() {
    let sandbox = workspace_with(&["one"]);
    let manifest = sandbox.read("workspace/grex.jsonl");
    sandbox.write("workspace/grex.jsonl", format!("{manifest}nonsense\n"));
    for words in [
        &["ls"][..],
        &["sync"],
        &["status"],
        &["rm", "one"],
        &["add", "https://example.org/a"],
        &["init"],
    ] {
        let told = error(&sandbox, words, 3, "books");
        assert_eq!(told["line"], 2);
        let file = told["file"].as_str().unwrap();
        assert_eq!(file, sandbox.path("workspace/grex.jsonl").to_str().unwrap());
    }
    assert_snapshot!(grex!(sandbox, "ls").run().snapshot(), @r"
    exit: 3
    ----- stdout -----

    ----- stderr -----
    error: [SANDBOX]/workspace/grex.jsonl: line 2: not an event: it does not begin with `{`: each line is one JSON object (column 2)
    hint: correct that line, or take the file from version control; `grex doctor --fix` sets such lines aside
    ");
    // What the lockfile lacks cannot be had from it.
    sandbox.write("workspace/grex.jsonl", manifest);
    register(&sandbox, &[("two", &url_of(&sandbox, "one"))]);
    let told = error(&sandbox, &["sync", "--locked"], 3, "books");
    assert!(told["message"].as_str().unwrap().contains("two"), "{told}");
}

#[test]
fn code_4_packs_that_failed() {
    let sandbox = workspace_with(&["one"]);
    let gone = sandbox.path("remotes/gone.git");
    let told = error(
        &sandbox,
        &["add", gone.to_str().unwrap(), "deep/gone"],
        4,
        "pack",
    );
    assert_eq!(told["pack"], "deep/gone");
    let yaml = "schema_version: \"1\"\nname: wrong\ntype: meta\nchidlren: []\n";
    let wrong = sandbox.remote("wrong").pack_yaml(yaml).create();
    let told = error(&sandbox, &["add", &wrong.url()], 4, "pack");
    assert_eq!(told["pack"], "wrong");
    assert_eq!((&told["line"], &told["column"]), (&json!(4), &json!(1)));
    assert!(
        told["file"].as_str().unwrap().ends_with(".grex/pack.yaml"),
        "{told}"
    );
    assert!(
        told["hint"].as_str().unwrap().contains("children"),
        "{told}"
    );
    // A sync with failures is no error but a list.
    register(&sandbox, &[("gone", gone.to_str().unwrap())]);
    let outcome = grex!(sandbox, "sync", "--json").run();
    let list = outcome.code(4).json();
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_snapshot!(grex!(sandbox, "sync").run().snapshot(), @r"
    exit: 4
    ----- stdout -----
    failed      gone  not-found: fatal: repository '[SANDBOX]/remotes/gone.git' does not exist
    1 up to date, 1 failed

    ----- stderr -----
    error: gone: fatal: repository '[SANDBOX]/remotes/gone.git' does not exist
      $ git -C [SANDBOX]/workspace clone --template= -- [SANDBOX]/remotes/gone.git [SANDBOX]/workspace/.grex-tmp.[NONCE]
    hint: check the path: there is no git repository that you may read
    failed:
      gone
    hint: to try again: grex sync --only gone
    ");
}

#[test]
fn code_4_ends_with_the_command_that_tries_just_those_again() {
    let sandbox = workspace_with(&["one"]);
    let gone = sandbox.path("remotes/gone.git");
    let gone = gone.to_str().unwrap();
    register(&sandbox, &[("a b", gone), ("c[1]", gone), ("-d", gone)]);
    let outcome = grex!(sandbox, "-C", sandbox.path("workspace"), "sync", "-j2")
        .in_dir("home")
        .run();
    outcome.code(4);
    let command = outcome
        .stderr
        .lines()
        .last()
        .unwrap()
        .split("to try again: grex ")
        .nth(1)
        .unwrap();
    let script = format!("exec \"$0\" {command} --json");
    let again = sandbox
        .program("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_grex")])
        .in_dir("home")
        .run();
    let list = again.code(4).json();
    let ids: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|pack| pack["id"].clone())
        .collect();
    assert_eq!(json!(ids), json!(["-d", "a b", "c[1]"]), "{command}");
}

#[test]
fn code_5_somebody_else_holds_the_lock() {
    let sandbox = workspace_with(&["one"]);
    let shim = sandbox.shim();
    shim.rules(&[Rule::on("fetch").fault(Fault::barrier("held", 2))]);
    let mut first = grex!(sandbox, "sync").with_shim(&shim).start();
    first.wait_until("the fetch", || shim.count("fetch") == 1);
    let outcome = grex!(sandbox, "--json", "sync", "--lock-timeout=0").run();
    let told = error_of(outcome.code(5));
    assert_eq!(told["kind"], "locked");
    assert!(
        told["message"]
            .as_str()
            .unwrap()
            .contains(&first.pid().to_string()),
        "{told}"
    );
    shim.meet("held", 2);
    first.wait().success();
}

#[test]
fn code_7_drift() {
    let sandbox = workspace_with(&["one"]);
    sandbox.write("workspace/one/new", "x");
    let outcome = grex!(sandbox, "status", "--fail-on-drift", "--json").run();
    assert!(
        outcome.code(7).json().is_array(),
        "drift is no error but a result"
    );
}

#[test]
fn code_8_unknown_action_or_type() {
    let sandbox = workspace_with(&["one"]);
    let yaml = "schema_version: \"1\"\nname: wrong\ntype: declarative\nactions:\n  - symlnik: {src: a, dst: b}\n";
    let wrong = sandbox.remote("wrong").pack_yaml(yaml).create();
    let told = error(&sandbox, &["add", &wrong.url()], 8, "unknown-name");
    assert_eq!((&told["line"], &told["pack"]), (&json!(5), &json!("wrong")));
    assert!(told["hint"].as_str().unwrap().contains("symlink"), "{told}");
    error(&sandbox, &["ls", "--type", "declaratve"], 8, "unknown-name");
    register(&sandbox, &[("wrong", &wrong.url())]);
    grex!(sandbox, "sync").run().code(8);
    // A failure of another kind beside it is not hidden by it.
    register(&sandbox, &[("gone", "/no/such/place")]);
    let outcome = grex!(sandbox, "sync").run();
    assert!(
        matches!(outcome.status, Some(4 | 8)),
        "{}",
        outcome.snapshot()
    );
}

#[test]
fn code_9_work_to_lose() {
    let sandbox = workspace_with(&["one"]);
    sandbox.write("workspace/one/new", "x");
    let told = error(&sandbox, &["rm", "one"], 9, "refused");
    assert_eq!(told["pack"], "one");
    assert!(told["message"].as_str().unwrap().contains("new"), "{told}");
    assert_snapshot!(grex!(sandbox, "rm", "one").run().snapshot(), @r"
    exit: 9
    ----- stdout -----

    ----- stderr -----
    error: there is work to lose:
      one: 1 file, changed or untracked: `new`
    hint: push or commit it, or move it to the trash all the same with --force
    ");
    // The same when a sync would have to remove it.
    let manifest = sandbox.read("workspace/grex.jsonl");
    sandbox.write("workspace/grex.jsonl", "");
    grex!(sandbox, "sync", "--prune").run().code(9);
    assert!(sandbox.path("workspace/one/new").exists());
    sandbox.write("workspace/grex.jsonl", manifest);
}

#[test]
fn codes_129_130_143_signals() {
    for (signal, code) in [
        (Signal::Hangup, 129),
        (Signal::Interrupt, 130),
        (Signal::Terminate, 143),
    ] {
        let sandbox = workspace_with(&["one"]);
        let shim = sandbox.shim();
        shim.rules(&[Rule::on("fetch").fault(Fault::Hang)]);
        for flag in ["--json", "--plain"] {
            shim.forget();
            let mut run = grex!(sandbox, "sync", flag).with_shim(&shim).start();
            run.wait_until("the fetch", || shim.count("fetch") == 1);
            run.signal(signal);
            let outcome = run.wait();
            assert_eq!(outcome.status, Some(code), "{}", outcome.snapshot());
            tidy(&sandbox, &outcome);
            if flag == "--json" {
                // What was not done is data, like every other result.
                assert_eq!(entry(&outcome.json(), "one")["result"], "skipped");
            }
        }
    }
}
