//! `exec`: a command in each pack's directory.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use grex_fixtures::{Outcome, Sandbox, Signal, Tree, grex};
use serde_json::{Value, json};

use crate::{
    interrupts::SOON,
    support::{Still, error_of, no_processes, register, tidy, url_of, workspace, workspace_with},
};

/// Packs `a` and `b`, and `a/inner`, which `a` declares; all cloned.
fn family() -> Sandbox {
    let sandbox = workspace();
    let tree = Tree::plant(
        &sandbox,
        "
         a
           inner
         b",
    );
    for root in tree.roots() {
        register(&sandbox, &[(&root.path, &root.url)]);
    }
    grex!(sandbox, "sync").run().success();
    sandbox
}

/// The entry of a pack.
#[track_caller]
pub(crate) fn entry(outcome: &Outcome, pack: &str) -> Value {
    let list = outcome.json();
    let mut entries = list.as_array().expect("a list").iter();
    let found = entries.find(|entry| entry["pack"] == pack);
    found
        .unwrap_or_else(|| panic!("no {pack} in {list:#}"))
        .clone()
}

/// The ids in a list, in its order.
fn packs(outcome: &Outcome) -> Vec<String> {
    let list = outcome.json();
    let entries = list.as_array().expect("a list").iter();
    entries
        .map(|entry| entry["pack"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_command_runs_in_each_pack_and_its_children() {
    let sandbox = family();
    let outcome = grex!(sandbox, "exec", "-j1", "pwd").run();
    outcome.success();
    let place = |pack: &str| sandbox.workspace().join(pack).display().to_string();
    let expected = format!(
        "==> a <==\n{}\n\n==> a/inner <==\n{}\n\n==> b <==\n{}\n",
        place("a"),
        place("a/inner"),
        place("b")
    );
    assert_eq!(outcome.stdout, expected);
    assert_eq!(outcome.stderr, "3 done\n");
    let outcome = grex!(sandbox, "exec", "--json", "pwd").run();
    outcome.success();
    let one =
        |pack: &str| json!({"pack": pack, "stdout": place(pack) + "\n", "stderr": "", "exit": 0});
    assert_eq!(outcome.json(), json!([one("a"), one("a/inner"), one("b")]));
    assert_eq!(outcome.stderr, "");
}

#[test]
fn the_environment_says_where_the_command_is() {
    let sandbox = workspace();
    let remote = sandbox
        .remote("one")
        .pack_yaml("schema_version: \"1\"\nname: called\ntype: meta\n")
        .create();
    register(&sandbox, &[("deep/one", &remote.url())]);
    grex!(sandbox, "sync").run().success();
    let script = "echo $GREX_PACK_ID $GREX_PACK_NAME $GREX_PACK_PATH $GREX_WORKSPACE";
    let outcome = grex!(sandbox, "exec", "--shell", "--plain", script).run();
    outcome.success();
    let workspace = sandbox.workspace().display().to_string();
    assert_eq!(
        outcome.stdout,
        format!("deep/one: deep/one called {workspace}/deep/one {workspace}\n")
    );
}

#[test]
fn what_stands_after_the_command_is_its_own() {
    let sandbox = workspace_with(&["one"]);
    let said = |words: &[&str]| {
        let outcome = grex!(sandbox).args(words).run();
        outcome.success();
        outcome.stdout.clone()
    };
    let log = said(&["exec", "--plain", "git", "log", "-1", "--format=%s"]);
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.starts_with("one: "), "{log}");
    let listed = said(&["exec", "--plain", "--", "ls", "-1", "--", "README"]);
    assert_eq!(listed, "one: README\n");
    let words = said(&[
        "exec", "--plain", "printf", "[%s]", "--json", "-q", "--", "", "a b", "$HOME", "*",
    ]);
    assert_eq!(words, "one: [--json][-q][--][][a b][$HOME][*]\n");
    let outcome = grex!(sandbox, "exec", "--sehll", "x").run();
    outcome.code(2);
    assert!(outcome.stderr.contains("--sehll"), "{}", outcome.snapshot());
    for words in [&["exec"][..], &["exec", ""], &["exec", "--shell", ""]] {
        grex!(sandbox).args(words).run().code(2);
    }
    // Nothing is a shell's business without one.
    let outcome = grex!(sandbox, "exec", "--plain", "echo", "$(id)", "|", "cat").run();
    assert_eq!(outcome.stdout, "one: $(id) | cat\n");
}

#[cfg(unix)]
#[test]
fn a_word_that_is_no_text_arrives_as_it_is() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    let sandbox = workspace_with(&["one"]);
    let word = OsStr::from_bytes(b"no\xfftext");
    grex!(sandbox, "exec", "touch").arg(word).run().success();
    assert!(sandbox.workspace().join("one").join(word).exists());
}

#[test]
fn a_shell_gets_one_line() {
    let sandbox = workspace_with(&["one"]);
    for words in [
        &["echo a b | tr a-z A-Z"][..],
        &["echo", "a", "b", "|", "tr", "a-z", "A-Z"],
    ] {
        let outcome = grex!(sandbox, "exec", "--plain", "--shell")
            .args(words)
            .run();
        outcome.success();
        assert_eq!(outcome.stdout, "one: A B\n");
    }
}

#[test]
fn filters_choose_the_packs() {
    let sandbox = family();
    sandbox.write("workspace/b/new", "x");
    for (filters, expected) in [
        (&["a"][..], &["a"][..]),
        (&["a/**"], &["a/inner"]),
        (&["depth=0"], &["a", "b"]),
        (&["a", "b"], &["a", "b"]),
        (&["state=dirty"], &["b"]),
        (&["!state=dirty"], &["a", "a/inner"]),
    ] {
        let mut run = grex!(sandbox, "exec", "--json");
        for filter in filters {
            run = run.args(["--filter", filter]);
        }
        let outcome = run.arg("true").run();
        outcome.success();
        assert_eq!(packs(&outcome), expected, "{filters:?}");
    }
    let outcome = grex!(sandbox, "exec", "--json", "--filter", "c", "true").run();
    outcome.code(2);
    assert_eq!(error_of(&outcome)["kind"], "usage");
}

#[test]
fn failures_are_listed_with_a_command_that_tries_them_again() {
    let sandbox = family();
    sandbox.write("workspace/a/inner/bad", "");
    sandbox.write("workspace/b/bad", "");
    let script = "echo said; echo why >&2; test ! -e bad";
    let outcome = grex!(sandbox, "exec", "-j1", "--shell", script).run();
    outcome.code(4);
    let told = &outcome.stderr;
    assert!(told.contains("error: b: `sh -c"), "{told}");
    assert!(told.contains("exited with 1"), "{told}");
    assert!(told.contains("\n1 done, 2 failed\n"), "{told}");
    assert!(told.contains("failed:\n  a/inner\n  b\n"), "{told}");
    let retry = told.rsplit("try again: grex ").next().unwrap().trim_end();
    assert_eq!(
        retry,
        format!("--parallel 1 exec --filter a/inner --filter b --shell '{script}'")
    );
    // As it stands there, it means these two.
    let again = format!("\"$0\" {retry}");
    fs::remove_file(sandbox.path("workspace/b/bad")).unwrap();
    let outcome = sandbox
        .program("sh")
        .args(["-c", &again, env!("CARGO_BIN_EXE_grex")])
        .run();
    outcome.code(4);
    assert!(
        outcome.stderr.contains("1 done, 1 failed"),
        "{}",
        outcome.snapshot()
    );
    let outcome = grex!(sandbox, "exec", "--json", "sh", "-c", "exit 3").run();
    outcome.code(4);
    let entry = entry(&outcome, "b");
    assert_eq!(entry["exit"], 3);
    assert_eq!(entry["message"], "`sh -c 'exit 3'` exited with 3");
}

#[test]
fn a_whole_line_in_one_word_is_for_a_shell() {
    let sandbox = workspace_with(&["one"]);
    let outcome = grex!(sandbox, "exec", "echo one two").run();
    let said = outcome.stderr_normalised();
    assert!(
        said.contains("the program `echo one two` is not in any directory of PATH")
            && said.contains("words are arguments of their own")
            && said.contains("`--shell`"),
        "{said}"
    );
    let outcome = grex!(sandbox, "exec", "--shell", "echo one two").run();
    assert!(outcome.success().stdout_normalised().contains("one two"));
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let sandbox = workspace_with(&["one"]);
    sandbox.write("workspace/one/data", "x");
    sandbox.write_script("workspace/one/tool", "#!/bin/sh\necho \"tool $1\"\n");
    for (program, exit, named) in [
        (
            "no-such-program",
            127,
            "`no-such-program` is not in any directory of PATH",
        ),
        ("./no-such-file", 127, "no-such-file is not there"),
        ("./data", 126, "is not executable"),
        ("./.git", 126, "is not a file"),
    ] {
        let outcome = grex!(sandbox, "exec", "--json", program).run();
        outcome.code(4);
        let entry = entry(&outcome, "one");
        assert_eq!(entry["exit"], exit, "{entry}");
        assert!(
            entry["message"].as_str().unwrap().contains(named),
            "{entry}"
        );
        let outcome = grex!(sandbox, "exec", program).run();
        outcome.code(4);
        assert!(outcome.stderr.contains(named), "{}", outcome.snapshot());
    }
    let outcome = grex!(sandbox, "exec", "--plain", "./tool", "-x").run();
    outcome.success();
    assert_eq!(outcome.stdout, "one: tool -x\n");
}

#[test]
fn an_entry_of_path_may_be_relative_to_the_pack() {
    let sandbox = workspace_with(&["one", "two"]);
    for pack in ["one", "two"] {
        let script = format!("#!/bin/sh\necho of {pack}\n");
        sandbox.write_script(format!("workspace/{pack}/bin/tool"), &script);
    }
    let path = format!("bin:{}", std::env::var("PATH").unwrap());
    let run = |path: &str| {
        let exec = grex!(sandbox, "exec", "--plain", "-j", "1", "tool");
        exec.env("PATH", path).run()
    };
    let outcome = run(&path);
    outcome.success();
    assert_eq!(outcome.stdout, "one: of one\ntwo: of two\n");
    run(path.trim_start_matches("bin:")).code(4);
}

#[test]
fn a_signal_that_ends_a_command_is_named() {
    let sandbox = workspace_with(&["one"]);
    let outcome = grex!(sandbox, "exec", "--json", "--shell", "kill -9 $$").run();
    outcome.code(4);
    let entry = entry(&outcome, "one");
    assert_eq!((&entry["exit"], &entry["signal"]), (&json!(137), &json!(9)));
    let message = entry["message"].as_str().unwrap();
    assert!(message.contains("ended by signal 9"), "{message}");
}

#[test]
fn a_pack_that_is_not_there_is_a_failure() {
    let sandbox = workspace_with(&["one"]);
    register(&sandbox, &[("two", &url_of(&sandbox, "one"))]);
    let outcome = grex!(sandbox, "exec", "--json", "pwd").run();
    outcome.code(4);
    assert_eq!(packs(&outcome), ["one", "two"]);
    let gone = entry(&outcome, "two");
    assert_eq!(gone["exit"], 126);
    assert!(
        gone["message"].as_str().unwrap().contains("not there"),
        "{gone}"
    );
    assert!(
        gone["hint"].as_str().unwrap().contains("grex sync"),
        "{gone}"
    );
    let outcome = grex!(sandbox, "exec", "--filter", "!state=missing", "pwd").run();
    outcome.success();
}

#[test]
fn a_command_never_runs_beside_its_pack() {
    let sandbox = family();
    let outside = sandbox.path("outside");
    sandbox.git("", &["clone", "-q", &url_of(&sandbox, "b"), "outside"]);
    // `b` leads out of the workspace, and `a/inner` is no repository any more.
    fs::rename(sandbox.path("workspace/b"), sandbox.path("old")).unwrap();
    std::os::unix::fs::symlink(&outside, sandbox.path("workspace/b")).unwrap();
    fs::remove_dir_all(sandbox.path("workspace/a/inner/.git")).unwrap();
    let still = Still::of(&outside);
    let parent = Still::of(sandbox.path("workspace/a"));
    let outcome = grex!(
        sandbox, "exec", "--json", "--filter", "b", "--filter", "a/inner"
    )
    .args(["sh", "-c", "touch made; git add -A"])
    .run();
    outcome.code(4);
    for (pack, why) in [
        ("b", "outside the workspace"),
        ("a/inner", ".git is not there"),
    ] {
        let entry = entry(&outcome, pack);
        assert_eq!(entry["exit"], 126);
        assert!(entry["message"].as_str().unwrap().contains(why), "{entry}");
    }
    still.check();
    parent.check();
}

#[test]
fn a_git_in_a_command_means_the_packs_own_repository() {
    let sandbox = family();
    // As in a hook of another repository; and what breaks on the way is not looked for above.
    let script =
        "git rev-parse --absolute-git-dir; mv .git gone; git rev-parse --git-dir; mv gone .git";
    let outcome = grex!(
        sandbox, "exec", "--json", "--filter", "a/inner", "--shell", script
    )
    .env("GIT_DIR", sandbox.path("workspace/b/.git"))
    .env("GIT_WORK_TREE", sandbox.path("workspace/b"))
    .env("GIT_INDEX_FILE", sandbox.path("workspace/b/.git/index"))
    .env("GIT_PREFIX", "x")
    .run();
    outcome.success();
    let entry = entry(&outcome, "a/inner");
    let own = sandbox.path("workspace/a/inner/.git");
    assert_eq!(entry["stdout"], format!("{}\n", own.display()));
    assert!(
        entry["stderr"]
            .as_str()
            .unwrap()
            .contains("not a git repository"),
        "{entry}"
    );
}

#[test]
fn a_command_needs_no_lock_and_changes_no_books() {
    let sandbox = workspace_with(&["one"]);
    let state = sandbox.path("workspace/.grex/.state/workspace.grex-lock");
    let mut first = grex!(
        sandbox,
        "exec",
        "--shell",
        "touch ready; while test -e ready; do sleep 0.01; done"
    )
    .start();
    let ready = sandbox.path("workspace/one/ready");
    first.wait_until("the command", || ready.exists());
    let before = fs::read(&state).ok();
    grex!(sandbox, "sync", "--lock-timeout=0").run().success();
    grex!(sandbox, "exec", "true").run().success();
    fs::remove_file(ready).unwrap();
    first.wait().success();
    assert!(before.is_some());
}

#[test]
fn a_dry_run_says_what_would_be_run_where() {
    let sandbox = family();
    register(&sandbox, &[("gone", &url_of(&sandbox, "b"))]);
    let still = Still::of(sandbox.workspace());
    let outcome = grex!(sandbox, "exec", "--dry-run", "touch", "a b").run();
    outcome.code(4);
    let place = |pack: &str| sandbox.workspace().join(pack).display().to_string();
    assert_eq!(
        outcome.stdout,
        format!(
            "a: touch 'a b' (in {})\na/inner: touch 'a b' (in {})\nb: touch 'a b' (in {})\n\
             dry run: nothing was run\n",
            place("a"),
            place("a/inner"),
            place("b")
        )
    );
    assert!(
        outcome.stderr.contains("gone: it is not there"),
        "{}",
        outcome.snapshot()
    );
    let outcome = grex!(
        sandbox,
        "exec",
        "--dry-run",
        "--json",
        "--filter",
        "a",
        "touch",
        "x"
    )
    .run();
    outcome.success();
    let planned = entry(&outcome, "a");
    assert_eq!(
        (&planned["command"], &planned["directory"]),
        (&json!("touch x"), &json!(place("a")))
    );
    still.check();
}

#[test]
fn nobody_has_to_be_asked_for_trust_and_nobody_can() {
    let sandbox = workspace_with(&["one"]);
    let outcome = grex!(sandbox, "exec", "--trust", "true").run();
    outcome.code(2);
}

/// A script that ends when so many packs of the workspace are in it at once.
fn meeting(sandbox: &Sandbox, count: usize) -> String {
    let hall = sandbox.path("hall");
    fs::create_dir_all(&hall).unwrap();
    let hall = hall.display();
    format!(
        "touch {hall}/$GREX_PACK_NAME; \
         while test $(ls {hall} | wc -l) -lt {count}; do sleep 0.01; done"
    )
}

#[test]
fn sixteen_packs_are_at_work_at_once() {
    let sandbox = workspace();
    let remote = sandbox.remote("any").commit("a", "a").create();
    let names: Vec<String> = (0..16).map(|number| format!("pack{number}")).collect();
    for name in &names {
        register(&sandbox, &[(name, &remote.url())]);
    }
    grex!(sandbox, "sync").run().success();
    let script = meeting(&sandbox, 16);
    grex!(sandbox, "exec", "-j16", "--shell", &script)
        .run()
        .success();
    // Without a number there are four, whatever the machine.
    fs::remove_dir_all(sandbox.path("hall")).unwrap();
    let script = meeting(&sandbox, 4);
    grex!(sandbox, "exec", "--filter", "pack[0-3]", "--shell", &script)
        .run()
        .success();
}

#[test]
fn one_at_a_time_is_in_order() {
    let sandbox = workspace_with(&["c", "a", "b"]);
    let log = sandbox.path("log");
    let script = format!(
        "echo +$GREX_PACK_ID >> {0}; echo -$GREX_PACK_ID >> {0}",
        log.display()
    );
    grex!(sandbox, "exec", "-j1", "--shell", script)
        .run()
        .success();
    assert_eq!(sandbox.read(log), "+a\n-a\n+b\n-b\n+c\n-c\n");
}

#[test]
fn the_first_to_end_is_the_first_to_be_shown() {
    let sandbox = workspace_with(&["a", "b"]);
    let flag = sandbox.path("flag");
    // `a` waits until `b`'s output has been read.
    let script = format!(
        "if test $GREX_PACK_ID = a; then while ! test -e {0}; do sleep 0.01; done; fi; echo $GREX_PACK_ID",
        flag.display()
    );
    let mut run = grex!(
        sandbox,
        "exec",
        "-j2",
        "--plain",
        "--shell",
        script + "; echo now >&2"
    )
    .start();
    run.wait_for_stderr("b: now");
    fs::write(flag, "").unwrap();
    let outcome = run.wait();
    outcome.success();
    assert_eq!(outcome.stdout, "b: b\na: a\n");
}

fn wait_for_files(run: &mut grex_fixtures::Running, sandbox: &Sandbox, names: &[&str]) {
    let ready = |name: &&str| Path::new(&sandbox.workspace()).join(name).exists();
    run.wait_until("the commands", || names.iter().all(&ready));
}

#[test]
fn ctrl_c_ends_every_command_with_what_it_has_started() {
    // A shell that waits for a child, one that does not listen, and a third that is not begun.
    let script = "trap '' TERM; sleep 60 & touch ready; wait; sleep 60";
    for signal in [Signal::Interrupt, Signal::Terminate] {
        let sandbox = workspace_with(&["a", "b", "c"]);
        let mut run = grex!(sandbox, "exec", "-j2", "--json", "--shell", script).start();
        wait_for_files(&mut run, &sandbox, &["a/ready", "b/ready"]);
        let begin = Instant::now();
        run.signal(signal);
        let outcome = run.wait();
        assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
        outcome.code(if signal == Signal::Interrupt {
            130
        } else {
            143
        });
        assert_eq!(packs(&outcome), ["a", "b", "c"]);
        assert_eq!(entry(&outcome, "a")["exit"], 130);
        let third = entry(&outcome, "c");
        assert!(
            third["message"]
                .as_str()
                .unwrap()
                .contains("before the command"),
            "{third}"
        );
        assert!(!sandbox.path("workspace/c/ready").exists());
        tidy(&sandbox, &outcome);
    }
}

#[test]
fn who_is_ended_has_said_what_it_said() {
    let sandbox = workspace_with(&["a", "b"]);
    let script = "echo begun; touch ready; sleep 60";
    let mut run = grex!(sandbox, "exec", "-j2", "--shell", script).start();
    wait_for_files(&mut run, &sandbox, &["a/ready", "b/ready"]);
    run.signal(Signal::Interrupt);
    let outcome = run.wait();
    outcome.code(130);
    assert_eq!(
        outcome.stdout.matches("begun").count(),
        2,
        "{}",
        outcome.snapshot()
    );
    assert!(
        outcome.stderr.contains("2 interrupted"),
        "{}",
        outcome.snapshot()
    );
    assert!(
        !outcome.stderr.contains("try again"),
        "{}",
        outcome.snapshot()
    );
    no_processes(&sandbox);
}

#[test]
fn a_grandchild_that_holds_the_pipe_holds_nobody_up() {
    let sandbox = workspace_with(&["one"]);
    let begin = Instant::now();
    let script = "echo word; sleep 60 & echo $! > number";
    let outcome = grex!(sandbox, "exec", "--plain", "--shell", script).run();
    outcome.success();
    assert!(
        begin.elapsed() < Duration::from_secs(20),
        "{:?}",
        begin.elapsed()
    );
    assert_eq!(outcome.stdout, "one: word\n");
    // It was started to stay.
    let number = sandbox.read("workspace/one/number");
    let process = rustix::process::Pid::from_raw(number.trim().parse().unwrap()).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::KILL).unwrap();
}

#[test]
fn nothing_is_registered_is_nothing_to_do() {
    let sandbox = workspace();
    let outcome = grex!(sandbox, "exec", "true").run();
    outcome.success();
    assert_eq!(
        (outcome.stdout.as_str(), outcome.stderr.as_str()),
        ("", "no packs\n")
    );
    assert_eq!(
        grex!(sandbox, "exec", "--json", "true").run().json(),
        json!([])
    );
}

#[test]
fn a_pack_whose_contract_is_broken_is_still_a_place() {
    let sandbox = workspace_with(&["one"]);
    sandbox.write("workspace/one/.grex/pack.yaml", "nonsense: [\n");
    let outcome = grex!(sandbox, "exec", "--plain", "echo", "here").run();
    outcome.success();
    assert_eq!(outcome.stdout, "one: here\n");
    assert!(
        outcome.stderr.contains("warning: one: "),
        "{}",
        outcome.snapshot()
    );
}
