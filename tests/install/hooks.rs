//! The programs of scripted packs.

use grex_fixtures::{Program, grex};

use crate::{
    home::Home,
    pty::Terminal,
    support::{add, rm, scripted, told, update, workspace},
};

#[test]
fn t2_a_hook_whose_byte_changes_is_not_run_again() {
    let sandbox = workspace();
    let remote = scripted(&sandbox, "tools")
        .hook("setup", "echo one >> \"$HOME/.ran\"\n")
        .add();
    remote.push_commit(".grex/hooks/setup.sh", "echo two >> \"$HOME/.ran\"\n");
    let outcome = grex!(sandbox, "update").run();
    told(&outcome, 9, &["tools", "not what was approved"]);
    assert_eq!(sandbox.read("home/.ran"), "one\n");
    // At a terminal the difference is shown.
    let mut terminal = Terminal::start(&sandbox, &sandbox.shim(), 100, &["update"]);
    terminal.wait_for("the question", |screen| screen.contains("Install?"));
    let screen = terminal.screen();
    assert!(
        screen.contains("-echo one >> \"$HOME/.ran\"")
            && screen.contains("+echo two >> \"$HOME/.ran\""),
        "{screen}"
    );
    terminal.type_in("n\n");
    assert_eq!(terminal.end(), 9, "{}", terminal.screen());
    assert_eq!(sandbox.read("home/.ran"), "one\n");
    update(&sandbox, &[]).success();
    assert_eq!(sandbox.read("home/.ran"), "one\ntwo\n");
}

#[test]
fn t2_a_hook_whose_mode_changes_is_not_run_again() {
    let sandbox = workspace();
    let script = "#!/bin/sh\necho ran >> \"$HOME/.ran\"\n";
    let remote = scripted(&sandbox, "tools").hook("setup", script).add();
    let blob = remote.git(&["rev-parse", "main:.grex/hooks/setup.sh"]);
    // The same bytes, executable: now the first line says what runs it.
    let tree = sandbox.path("tree");
    let tree = tree.to_str().unwrap();
    remote.git(&["clone", "--quiet", ".", tree]);
    sandbox.git(
        tree,
        &["update-index", "--chmod=+x", ".grex/hooks/setup.sh"],
    );
    sandbox.git(tree, &["commit", "--quiet", "-m", "executable"]);
    sandbox.git(tree, &["push", "--quiet", "origin", "HEAD:main"]);
    assert_eq!(
        remote.git(&["rev-parse", "main:.grex/hooks/setup.sh"]),
        blob
    );
    told(&grex!(sandbox, "update").run(), 9, &["tools"]);
    assert_eq!(sandbox.read("home/.ran"), "ran\n");
    let mut terminal = Terminal::start(&sandbox, &sandbox.shim(), 100, &["update"]);
    terminal.wait_for("the question", |screen| screen.contains("Install?"));
    let screen = terminal.screen();
    assert!(screen.contains("executable"), "{screen}");
    terminal.type_in("y\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    assert_eq!(sandbox.read("home/.ran"), "ran\nran\n");
}

#[test]
fn every_hook_has_to_be_approved_the_one_of_sync_too() {
    let sandbox = workspace();
    let remote = scripted(&sandbox, "tools")
        .hook("setup", "echo setup >> \"$HOME/.ran\"\n")
        .hook("sync", "echo sync >> \"$HOME/.ran\"\n")
        .hook("teardown", "echo teardown >> \"$HOME/.ran\"\n")
        .create();
    grex!(sandbox, "add", remote.url(), "--no-install")
        .run()
        .success();
    let _ = grex!(sandbox, "sync").run();
    assert!(!sandbox.path("home/.ran").exists());
    update(&sandbox, &[]).success();
    let ran = sandbox.read("home/.ran");
    assert!(ran.contains("setup"), "{ran}");
    grex!(sandbox, "sync").run().success();
    let ran = sandbox.read("home/.ran");
    assert!(ran.ends_with("sync\n"), "{ran}");
    // What has changed since is not run, neither by `sync` nor by `rm`.
    remote.push_commit(".grex/hooks/sync.sh", "echo evil >> \"$HOME/.ran\"\n");
    remote.push_commit(".grex/hooks/teardown.sh", "echo evil >> \"$HOME/.ran\"\n");
    let _ = grex!(sandbox, "sync").run();
    assert_eq!(sandbox.read("home/.ran"), ran);
    let plan = grex!(sandbox, "sync", "--dry-run").run();
    assert!(!plan.stdout.contains("would run"), "{}", plan.stdout);
    assert!(
        plan.stdout.contains("waits for `grex update`"),
        "{}",
        plan.stdout
    );
    rm(&sandbox, &["tools"]).success();
    assert_eq!(sandbox.read("home/.ran"), ran + "teardown\n");
}

#[test]
fn hooks_know_where_they_are() {
    let sandbox = workspace();
    let script = "printf '%s|' \"$PWD\" \"$GREX_PACK_NAME\" \"$GREX_PACK_PATH\" \"$GREX_PACK_ID\" \
                  \"$GREX_PACK_OS\" \"$GREX_WORKSPACE\" \"$GREX_DRY_RUN\" > \"$HOME/.told\"\n";
    scripted(&sandbox, "tools").hook("setup", script).add();
    let told = sandbox.read("home/.told");
    let words: Vec<_> = told.split('|').collect();
    let root = sandbox.path("workspace/tools");
    let workspace = sandbox.workspace();
    let (root, workspace) = (root.to_str().unwrap(), workspace.to_str().unwrap());
    assert_eq!(words[..4], [root, "tools", root, "tools"]);
    assert_eq!(words[4], std::env::consts::OS);
    assert_eq!(words[5], workspace);
}

#[test]
fn a_hook_that_is_not_executable_runs_with_sh_and_one_that_is_by_itself() {
    let sandbox = workspace();
    scripted(&sandbox, "plain")
        .hook(
            "setup",
            "#!/no/such/program\necho plain >> \"$HOME/.ran\"\n",
        )
        .add();
    let own = "#!/usr/bin/env -S sh -x\necho own >> \"$HOME/.ran\"\n";
    scripted(&sandbox, "own")
        .executable_hook("setup", own)
        .add();
    assert_eq!(sandbox.read("home/.ran"), "plain\nown\n");
    // Executable, and nothing that could run it: a failure that says so.
    let remote = scripted(&sandbox, "broken")
        .executable_hook("setup", "#!/no/such/program\n")
        .create();
    told(&add(&sandbox, &remote), 4, &["broken", "setup.sh"]);
}

#[test]
fn a_hook_that_fails_tells_its_last_words() {
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    let remote = scripted(&sandbox, "tools")
        .hook("setup", "echo first\necho the reason >&2\nexit 42\n")
        .create();
    told(
        &add(&sandbox, &remote),
        4,
        &["tools", "setup.sh", "42", "the reason"],
    );
    before.check();
}

/// Runs a program and returns with how it ended the most memory that it used, in KiB.
fn peak_memory(program: Program) -> (grex_fixtures::Outcome, u64) {
    let running = program.start();
    let status = format!("/proc/{}/status", running.pid());
    let watcher = std::thread::spawn(move || {
        let mut peak = 0;
        // The kernel keeps the peak; only the very last moments are missed.
        while let Ok(text) = std::fs::read_to_string(&status) {
            let Some(line) = text.lines().find(|line| line.starts_with("VmHWM:")) else {
                break;
            };
            let number = line.split_whitespace().nth(1).unwrap();
            peak = number.parse::<u64>().unwrap().max(peak);
            std::thread::yield_now();
        }
        peak
    });
    let outcome = running.wait();
    (outcome, watcher.join().unwrap())
}

#[test]
fn o2_a_hook_that_prints_20_megabytes_needs_little_memory() {
    // One line of 12 MB, then lines of half a kilobyte.
    let words = "words ".repeat(80);
    let script = format!(
        "head -c 12000000 /dev/zero | tr '\\0' x\n\
         yes '{words}' | head -c 8000000 >&2\n\
         echo >&2; echo last words >&2; exit 1\n"
    );
    let sandbox = workspace();
    let remote = scripted(&sandbox, "tools").hook("setup", &script).create();
    let program = grex!(sandbox, "add", remote.url(), "--trust", "--json");
    let (outcome, peak) = peak_memory(program);
    outcome.code(4);
    assert!(peak < 100 * 1024, "{peak} KiB");
    assert!(outcome.stdout.len() < 100_000, "{}", outcome.stdout.len());
    let report = outcome.json().to_string();
    assert!(report.contains("last words"), "{report}");
}
