//! Ctrl-C while something is being installed.

use std::{
    fs,
    time::{Duration, Instant},
};

use grex_fixtures::{Sandbox, Signal, grex};

use crate::{
    home::Home,
    support::{declarative, install_state, rm, scripted, told, update, workspace},
};

/// An interrupted run is over within two seconds. It syncs what it takes back, though, and on a machine
/// with other things to do a disk may let it wait for everybody's.
const SOON: Duration = Duration::from_secs(6);

/// Asserts that no process with the sandbox's home is left.
#[track_caller]
fn no_processes(sandbox: &Sandbox) {
    let home = format!("HOME={}", sandbox.home().display()).into_bytes();
    let begin = Instant::now();
    loop {
        let left = fs::read_dir("/proc").into_iter().flatten().flatten();
        let mut left = left.filter(|entry| {
            let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
            environment
                .split(|byte| *byte == 0)
                .any(|pair| pair == home)
        });
        let Some(one) = left.next() else {
            return;
        };
        assert!(
            begin.elapsed() < SOON,
            "still running: {:?}",
            fs::read_to_string(one.path().join("cmdline"))
        );
        std::thread::yield_now();
    }
}

#[test]
fn a_program_that_never_ends_is_ended_and_the_pack_taken_back() {
    for signal in [Signal::Interrupt, Signal::Terminate] {
        let sandbox = workspace();
        sandbox.write("home/.vimrc", "mine\n");
        let before = Home::of(&sandbox);
        let rest = "actions:\n  - symlink: { src: a, dst: ~/.vimrc, backup: true }\n  \
                    - env: { name: EDITOR, value: vim }\n  \
                    - exec: { cmd: [sh, -c, \"touch $HOME/../begun; sleep 1000 & sleep 1000\"] }\n";
        let remote = declarative(&sandbox, "dots", rest)
            .file("a", "a\n")
            .create();
        let mut run = grex!(sandbox, "add", remote.url(), "--trust").start();
        let begun = sandbox.path("begun");
        run.wait_until("the program", || begun.exists());
        let begin = Instant::now();
        run.signal(signal);
        let outcome = run.wait();
        assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
        let code = if signal == Signal::Interrupt {
            130
        } else {
            143
        };
        told(&outcome, code, &[]);
        before.check();
        no_processes(&sandbox);
        assert_eq!(install_state(&sandbox, "dots"), "not-installed");
        rm(&sandbox, &["dots"]).success();
        before.check();
    }
}

#[test]
fn a_hook_that_ignores_signals_is_killed_in_time() {
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    let remote = scripted(&sandbox, "tools")
        .hook(
            "setup",
            "trap '' INT TERM HUP\ntouch \"$HOME/../begun\"\nwhile :; do sleep 1000; done\n",
        )
        .create();
    grex!(sandbox, "add", remote.url(), "--no-install")
        .run()
        .success();
    let mut run = grex!(sandbox, "update", "--trust").start();
    let begun = sandbox.path("begun");
    run.wait_until("the hook", || begun.exists());
    let begin = Instant::now();
    run.signal(Signal::Interrupt);
    let outcome = run.wait();
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    told(&outcome, 130, &[]);
    no_processes(&sandbox);
    before.check();
}

#[test]
fn an_interrupted_update_leaves_the_previous_install() {
    let sandbox = workspace();
    let rest = "actions:\n  - symlink: { src: a, dst: ~/.vimrc }\n";
    let remote = declarative(&sandbox, "dots", rest)
        .file("a", "a\n")
        .file("b", "b\n")
        .add();
    let installed = Home::of(&sandbox);
    let rest = "actions:\n  - symlink: { src: b, dst: ~/.vimrc }\n  - mkdir: { path: ~/made }\n  \
                - exec: { cmd: [sh, -c, \"touch $HOME/../begun; test -e $HOME/../go || sleep 1000\"] }\n";
    remote.push_commit(
        ".grex/pack.yaml",
        crate::support::yaml("dots", "declarative", rest),
    );
    let mut run = grex!(sandbox, "update", "--trust").start();
    let begun = sandbox.path("begun");
    run.wait_until("the program", || begun.exists());
    run.signal(Signal::Interrupt);
    run.wait().code(130);
    installed.check();
    assert_eq!(install_state(&sandbox, "dots"), "outdated");
    sandbox.write("go", "");
    update(&sandbox, &[]).success();
    assert_eq!(sandbox.read("home/.vimrc"), "b\n");
    assert_eq!(install_state(&sandbox, "dots"), "installed");
}
