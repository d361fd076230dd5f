//! What a person sees at a terminal while packs are at work, and is asked.

use grex_fixtures::{Fault, Rule, Sandbox, Shim, grex};

use crate::{
    pty::{Terminal, is_drawn},
    support::{no_leftovers, register, workspace, workspace_with},
};

const SLOW: Fault = Fault::Progress {
    lines: 4,
    every_ms: 20,
};

/// A workspace with so many packs to clone, all of which say how far they are and then wait at
/// the barrier `held` until `jobs` of them and the test have come.
fn slow_clones(names: &[String], jobs: u64) -> (Sandbox, Shim) {
    let sandbox = workspace();
    let remote = sandbox.remote("any").commit("a", "a").create();
    let url = remote.url();
    let packs: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), url.as_str()))
        .collect();
    register(&sandbox, &packs);
    let shim = sandbox.shim();
    let rule = Rule::on("clone")
        .fault(SLOW)
        .fault(Fault::barrier("held", jobs + 1));
    shim.rules(&[rule]);
    (sandbox, shim)
}

fn names(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("pack{number}")).collect()
}

#[test]
fn progress_appears_stays_small_and_is_gone_at_the_end() {
    let (sandbox, shim) = slow_clones(&names(6), 2);
    let mut terminal = Terminal::start(&sandbox, &shim, 100, &["sync", "-j2"]);
    terminal.wait_for("both clones", |screen| {
        screen.contains("0 of 6 packs") && screen.matches("receiving").count() == 2
    });
    let screen = terminal.screen();
    let at_work = screen
        .lines()
        .filter(|line| line.contains("receiving"))
        .count();
    assert_eq!(at_work, 2, "{screen}");
    assert!(screen.lines().all(is_drawn), "{screen}");
    shim.meet("held", 3);
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    assert!(
        terminal.most_lines() <= 3,
        "{} lines\n{}",
        terminal.most_lines(),
        terminal.raw()
    );
    let screen = terminal.screen();
    assert!(!screen.lines().any(is_drawn), "{screen}");
    assert!(!screen.contains("receiving"), "{screen}");
    for name in names(6) {
        assert_eq!(screen.matches(&name).count(), 1, "{name} in\n{screen}");
    }
    assert_eq!(screen.lines().last(), Some("6 cloned"), "{screen}");
    no_leftovers(&sandbox);
}

#[test]
fn a_failure_stays_on_the_screen() {
    let (sandbox, shim) = slow_clones(&names(2), 1);
    register(&sandbox, &[("gone", "/no/such/place")]);
    let mut terminal = Terminal::start(&sandbox, &shim, 100, &["sync", "-j1"]);
    terminal.wait_for("a clone", |screen| screen.contains("receiving"));
    shim.meet("held", 2);
    assert_eq!(terminal.end(), 4, "{}", terminal.screen());
    let screen = terminal.screen();
    assert!(screen.contains("failed      gone"), "{screen}");
    assert!(
        screen.ends_with("grex --parallel 1 sync --only gone"),
        "{screen}"
    );
    assert!(screen.contains("2 cloned, 1 failed"), "{screen}");
}

#[test]
fn forty_columns_are_enough() {
    let long = "a/rather/long/path/to/a/pack/that/does/not/fit/in/forty/columns";
    let wide = "\u{65e5}\u{672c}\u{8a9e}".repeat(12);
    let (sandbox, shim) = slow_clones(&[long.to_owned(), wide], 2);
    let mut terminal = Terminal::start(&sandbox, &shim, 40, &["sync", "-j2"]);
    terminal.wait_for("both clones", |screen| {
        screen.lines().filter(|line| is_drawn(line)).count() == 3
    });
    // Each has one row, and nothing of it is in the next.
    assert_eq!(
        terminal.screen().lines().count(),
        3,
        "{}",
        terminal.screen()
    );
    shim.meet("held", 3);
    assert_eq!(terminal.end(), 0);
    assert_eq!(terminal.most_lines(), 3);
    assert!(
        !terminal.screen().lines().any(is_drawn),
        "{}",
        terminal.screen()
    );
}

#[test]
fn what_stays_above_the_display_is_copied_line_by_line() {
    let (sandbox, shim) = slow_clones(&names(2), 1);
    let mut terminal = Terminal::start(&sandbox, &shim, 80, &["sync", "-j1"]);
    terminal.wait_for("a clone", |screen| screen.contains("receiving"));
    shim.meet("held", 2);
    assert_eq!(terminal.end(), 0);
    assert_eq!(terminal.copied(), terminal.screen());
}

#[test]
fn a_table_fits_the_screen() {
    let long = "a/rather/long/path/to/a/pack/that/does/not/fit";
    let sandbox = workspace();
    register(
        &sandbox,
        &[(long, "https://example.org/with/a/long/address/too.git")],
    );
    for (words, columns) in [
        (&["ls"][..], 40),
        (&["ls", "--long"], 60),
        (&["status"], 40),
    ] {
        let mut terminal = Terminal::start(&sandbox, &sandbox.shim(), columns, words);
        assert_eq!(terminal.end(), 0);
        let columns = usize::from(columns);
        assert!(
            terminal
                .copied()
                .lines()
                .all(|line| line.chars().count() <= columns),
            "{words:?}\n{}",
            terminal.copied()
        );
        assert!(
            terminal.screen().contains('\u{2026}'),
            "{words:?}\n{}",
            terminal.screen()
        );
    }
}

#[test]
fn nothing_moves_where_nobody_watches() {
    // Long enough that the display would be there.
    let long = Fault::Progress {
        lines: 10,
        every_ms: 60,
    };
    for (words, variables) in [
        (&["sync"][..], &[("CI", "1")][..]),
        (&["sync", "--json"], &[]),
        (&["sync", "--plain"], &[]),
        (&["sync", "-q"], &[]),
        (&["sync"], &[("TERM", "dumb")]),
    ] {
        let (sandbox, shim) = slow_clones(&names(2), 0);
        shim.rules(&[Rule::on("clone").fault(long.clone())]);
        let mut terminal = Terminal::start_with(&sandbox, &shim, 100, words, variables);
        assert_eq!(terminal.end(), 0, "{}", terminal.screen());
        let raw = terminal.raw();
        assert!(
            !raw.contains(" of 2 packs") && !raw.contains("receiving"),
            "{words:?} {raw:?}"
        );
        let moves = ["\u{1b}[1A", "\u{1b}[A", "\u{1b}[2K", "\u{1b}[?25l"];
        assert!(
            !moves.iter().any(|sequence| raw.contains(sequence)),
            "{words:?} {raw:?}"
        );
    }
    let (sandbox, shim) = slow_clones(&names(2), 0);
    shim.rules(&[Rule::on("clone").fault(long)]);
    let outcome = grex!(sandbox, "sync").with_shim(&shim).run();
    outcome.success();
    assert_eq!(outcome.stderr, "");
    assert!(
        !outcome.stdout.contains("of 2 packs"),
        "{}",
        outcome.snapshot()
    );
}

#[test]
fn colour_is_used_unless_it_is_not_wanted() {
    let sandbox = workspace_with(&["one"]);
    let shim = sandbox.shim();
    for (variables, coloured) in [(&[][..], true), (&[("NO_COLOR", "1")][..], false)] {
        let mut terminal = Terminal::start_with(&sandbox, &shim, 100, &["ls", "--long"], variables);
        assert_eq!(terminal.end(), 0);
        assert_eq!(
            terminal.raw().contains("\u{1b}["),
            coloured,
            "{:?}",
            terminal.raw()
        );
    }
}

#[test]
fn ctrl_c_ends_a_run_and_leaves_the_screen_tidy() {
    let (sandbox, shim) = slow_clones(&names(3), 3);
    shim.rules(&[Rule::on("clone").fault(SLOW).fault(Fault::Hang)]);
    let mut terminal = Terminal::start(&sandbox, &shim, 100, &["sync", "-j3"]);
    terminal.wait_for("three clones", |screen| {
        screen.matches("receiving").count() == 3
    });
    let begin = std::time::Instant::now();
    terminal.type_in("\u{3}");
    assert_eq!(terminal.end(), 130, "{}", terminal.screen());
    assert!(
        begin.elapsed() < crate::interrupts::SOON,
        "{:?}",
        begin.elapsed()
    );
    let screen = terminal.screen();
    assert!(
        !screen.contains("receiving") && !screen.contains("of 3 packs"),
        "{screen}"
    );
    assert!(screen.contains("stopping"), "{screen}");
    // The cursor is there again.
    let hidden = terminal.raw().rfind("\u{1b}[?25l");
    assert!(hidden.is_none_or(|at| terminal.raw()[at..].contains("\u{1b}[?25h")));
    no_leftovers(&sandbox);
    grex!(sandbox, "sync").run().success();
}

/// What the processes of the sandbox that run a shim's clone do (`T`: they are stopped).
fn states_of_clones(shim: &Shim) -> Vec<char> {
    let state = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let after = stat.rsplit(") ").next().unwrap_or_default().to_owned();
        after.chars().next().unwrap_or('-')
    };
    let clones = shim.invocations();
    let clones = clones.iter().filter(|one| one.subcommand == "clone");
    clones.map(|one| state(one.pid)).collect()
}

#[test]
fn ctrl_z_stops_what_is_at_work_and_it_goes_on_with_grex() {
    let (sandbox, shim) = slow_clones(&names(2), 2);
    let script = "\"$GREX\" sync -j2; echo code $?; read x; fg; echo then $?";
    let mut terminal = Terminal::start_shell(&sandbox, &shim, script);
    terminal.wait_for("both clones", |screen| {
        screen.matches("receiving").count() == 2
    });
    terminal.type_in("\u{1a}");
    terminal.wait_for("the shell", |screen| screen.contains("code 14"));
    terminal.wait_for("both clones to stop", |_| {
        states_of_clones(&shim) == ['T', 'T']
    });
    let screen = terminal.screen();
    assert!(!screen.lines().any(is_drawn), "{screen}");
    terminal.type_in("\n");
    terminal.wait_for("the display", |screen| screen.lines().any(is_drawn));
    shim.meet("held", 3);
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    assert!(
        terminal.screen().contains("then 0"),
        "{}",
        terminal.screen()
    );
    no_leftovers(&sandbox);
}

#[test]
fn rm_asks_and_no_means_no() {
    let shown = |screen: &str| screen.contains("[y/N]");
    for (answer, code, removed) in [
        ("n\n", 1, false),
        ("\n", 1, false),
        ("y\n", 0, true),
        ("YES\n", 0, true),
        ("\u{4}", 1, false),
        ("\u{3}", 130, false),
    ] {
        let sandbox = workspace_with(&["one"]);
        let mut terminal = Terminal::start(&sandbox, &sandbox.shim(), 100, &["rm", "one"]);
        terminal.wait_for("the question", shown);
        assert!(terminal.screen().contains("one"), "{}", terminal.screen());
        terminal.type_in(answer);
        assert_eq!(terminal.end(), code, "{answer:?}\n{}", terminal.screen());
        assert_eq!(
            !sandbox.path("workspace/one").exists(),
            removed,
            "{answer:?}"
        );
        assert_eq!(
            sandbox.read("workspace/grex.jsonl").contains("\"rm\""),
            removed
        );
    }
}

#[test]
fn rm_asks_only_where_it_makes_sense() {
    for (words, code) in [
        (&["rm", "-y", "one"][..], 0),
        (&["rm", "--keep-files", "one"], 0),
        (&["rm", "--dry-run", "one"], 0),
        (&["rm", "--no-input", "one"], 2),
        (&["rm", "nothing"], 2),
    ] {
        let sandbox = workspace_with(&["one"]);
        let mut terminal = Terminal::start(&sandbox, &sandbox.shim(), 100, words);
        assert_eq!(terminal.end(), code, "{words:?}\n{}", terminal.screen());
        assert!(
            !terminal.raw().contains("[y/N]"),
            "{words:?}\n{}",
            terminal.screen()
        );
    }
    // Work that would be lost is no question.
    let sandbox = workspace_with(&["one"]);
    sandbox.write("workspace/one/new", "x");
    let mut terminal = Terminal::start(&sandbox, &sandbox.shim(), 100, &["rm", "one"]);
    assert_eq!(terminal.end(), 9, "{}", terminal.screen());
}
