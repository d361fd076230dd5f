//! `exec` at a terminal: who has it, and what is seen.

use std::{fs, time::Instant};

use grex_fixtures::Sandbox;

use crate::{
    interrupts::SOON,
    pty::{Terminal, is_drawn},
    support::{no_processes, workspace_with},
};

fn start(sandbox: &Sandbox, words: &[&str]) -> Terminal {
    let words = [&["exec"], words].concat();
    Terminal::start(sandbox, &sandbox.shim(), 100, &words)
}

const ASKING: &str = "test -t 0 && test -t 1 && test -t 2 && printf 'name? ' && read name && \
                      printf '\\033[32mhello %s\\033[0m\\n' $name";

#[test]
fn a_single_pack_has_the_terminal() {
    let sandbox = workspace_with(&["one", "two"]);
    let mut terminal = start(&sandbox, &["--filter", "one", "--shell", ASKING]);
    terminal.wait_for("the question", |screen| screen.contains("name?"));
    terminal.type_in("me\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    // As if it had been typed there: no heading, no summary, its own colours.
    assert_eq!(terminal.screen(), "name? me\nhello me");
    assert!(
        terminal.raw().contains("\u{1b}[32mhello"),
        "{:?}",
        terminal.raw()
    );
}

#[test]
fn a_pager_of_gits_runs() {
    let sandbox = workspace_with(&["one"]);
    let pager = sandbox.write_script("bin/pager", "#!/bin/sh\necho paged; cat\n");
    sandbox.git(
        "",
        &["config", "--global", "core.pager", pager.to_str().unwrap()],
    );
    let mut terminal = start(&sandbox, &["git", "log", "-1", "--format=%an"]);
    assert_eq!(terminal.end(), 0);
    assert_eq!(terminal.screen(), "paged\nTest User");
}

#[test]
fn nobody_has_the_terminal_where_it_makes_no_sense() {
    let sandbox = workspace_with(&["one", "two"]);
    let script =
        "test -t 0 || test -t 1 || test -t 2 || ( : < /dev/tty ) 2> /dev/null || echo none";
    for words in [
        &["--shell", script][..],
        &["--filter", "one", "--plain", "--shell", script],
        &["--filter", "one", "--no-input", "--shell", script],
        &["--filter", "one", "--json", "--shell", script],
    ] {
        let mut terminal = start(&sandbox, words);
        assert_eq!(terminal.end(), 0, "{words:?}\n{}", terminal.screen());
        assert!(
            terminal.screen().contains("none"),
            "{words:?}\n{}",
            terminal.screen()
        );
    }
}

#[test]
fn a_failure_at_the_terminal_is_told() {
    let sandbox = workspace_with(&["one"]);
    let mut terminal = start(&sandbox, &["--shell", "echo no; exit 3"]);
    assert_eq!(terminal.end(), 4);
    let screen = terminal.screen();
    assert!(screen.starts_with("no\nerror: one: "), "{screen}");
    assert!(screen.contains("exited with 3"), "{screen}");
    assert!(
        screen.contains("exec --filter one --shell 'echo no; exit 3'"),
        "{screen}"
    );
}

#[test]
fn ctrl_c_is_for_the_command_that_has_the_terminal() {
    let sandbox = workspace_with(&["one"]);
    // It ends of it, and so does grex.
    let mut terminal = start(&sandbox, &["--shell", "echo ready; exec sleep 60"]);
    terminal.wait_for("the command", |screen| screen.contains("ready"));
    let begin = Instant::now();
    terminal.type_in("\u{3}");
    assert_eq!(terminal.end(), 130, "{}", terminal.screen());
    assert!(begin.elapsed() < SOON);
    assert!(
        !terminal.screen().contains("stopping"),
        "{}",
        terminal.screen()
    );
    no_processes(&sandbox);
    // It has a use for it, as a pager has.
    let script = "trap 'echo heard' INT; echo ready; read a; read b; echo $a $b";
    let script = script.replace("read a; read b", "until read a; do :; done; read b");
    let mut terminal = start(&sandbox, &["--shell", &script]);
    terminal.wait_for("the command", |screen| screen.contains("ready"));
    terminal.type_in("\u{3}");
    terminal.wait_for("the trap", |screen| screen.contains("heard"));
    terminal.type_in("x\ny\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    assert!(terminal.screen().ends_with("x y"), "{}", terminal.screen());
}

#[test]
fn ctrl_c_ends_many_commands() {
    let sandbox = workspace_with(&["one", "two"]);
    let mut terminal = start(&sandbox, &["-j2", "--shell", "touch ready; sleep 60"]);
    terminal.wait_for("both", |_| {
        ["one", "two"]
            .iter()
            .all(|pack| sandbox.workspace().join(pack).join("ready").exists())
    });
    let begin = Instant::now();
    terminal.type_in("\u{3}");
    assert_eq!(terminal.end(), 130, "{}", terminal.screen());
    assert!(begin.elapsed() < SOON);
    assert!(
        terminal.screen().contains("2 interrupted"),
        "{}",
        terminal.screen()
    );
    no_processes(&sandbox);
}

/// What a pack's command does (`T`: it is stopped).
///
/// A shell that was about to start a program waits, and cannot even be stopped (`D`), until its
/// child has become that program; where the child was stopped before it had, so is the shell.
fn state(sandbox: &Sandbox, pack: &str) -> char {
    let number =
        fs::read_to_string(sandbox.workspace().join(pack).join("number")).unwrap_or_default();
    let number = number.trim();
    let children = fs::read_to_string(format!("/proc/{number}/task/{number}/children"));
    match state_of(number) {
        'D' => match children.unwrap_or_default().split_whitespace().next() {
            Some(child) => state_of(child),
            None => 'D',
        },
        state => state,
    }
}

fn state_of(process: &str) -> char {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after = stat.rsplit_once(") ").map(|(_, after)| after.to_owned());
    after.and_then(|after| after.chars().next()).unwrap_or('-')
}

#[test]
fn ctrl_z_stops_commands_and_they_go_on() {
    for packs in [&["one"][..], &["one", "two"]] {
        let sandbox = workspace_with(packs);
        let script = "\"$GREX\" exec -j2 --shell 'echo $$ > number; while ! test -e go; do sleep 0.01; done'; \
                      echo code $?; read x; fg; echo then $?";
        let mut terminal = Terminal::start_shell(&sandbox, &sandbox.shim(), script);
        terminal.wait_for("the commands", |_| {
            packs
                .iter()
                .all(|pack| !"-T".contains(state(&sandbox, pack)))
        });
        terminal.type_in("\u{1a}");
        terminal.wait_for("the shell", |screen| screen.contains("code 14"));
        terminal.wait_for("the commands to stop", |_| {
            packs.iter().all(|pack| state(&sandbox, pack) == 'T')
        });
        for pack in packs {
            sandbox.write(format!("workspace/{pack}/go"), "");
        }
        terminal.type_in("\n");
        assert_eq!(terminal.end(), 0, "{}", terminal.screen());
        assert!(
            terminal.screen().contains("then 0"),
            "{}",
            terminal.screen()
        );
    }
}

#[test]
fn many_commands_are_shown_with_progress_one_after_another() {
    let sandbox = workspace_with(&["one", "two"]);
    let script = "printf '\\033[31m%s\\033[2J out\\n' $GREX_PACK_ID; echo err >&2; \
                  test $GREX_PACK_ID = one || while ! test -e go; do sleep 0.01; done";
    let mut terminal = start(&sandbox, &["-j2", "--shell", script]);
    terminal.wait_for("one of them, and the display", |screen| {
        screen.contains("==> one <==\none out\nerr\n1 of 2 packs")
    });
    sandbox.write("workspace/two/go", "");
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    let screen = terminal.screen();
    assert_eq!(
        screen,
        "==> one <==\none out\nerr\n\n==> two <==\ntwo out\nerr\n2 done"
    );
    assert!(!screen.lines().any(is_drawn));
    let raw = terminal.raw();
    assert!(
        raw.contains("\u{1b}[31mone") && !raw.contains("\u{1b}[2J"),
        "{raw:?}"
    );
}
