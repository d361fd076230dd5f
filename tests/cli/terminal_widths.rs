//! Tables and the display in terminals of several widths.

use grex_fixtures::{Fault, Rule, Sandbox, grex};
use unicode_width::UnicodeWidthStr;

use crate::{
    pty::{Terminal, is_drawn},
    support::{register, workspace},
};

const LONG: &str = "platform/payments/reconciliation-engine";
const WIDE: &str = "文書/日本語のとても長い名前のパック";

/// A workspace with a pack in every state that there is.
fn all_states() -> Sandbox {
    let sandbox = workspace();
    let remote = sandbox.remote("any").commit("a", "1").commit("b", "2");
    let url = remote.create().url();
    let packs = [
        "ahead",
        "apart",
        "behind",
        "clean",
        "detached",
        "gone",
        "services/merging",
    ];
    let packs: Vec<_> = packs
        .iter()
        .chain(&[LONG, WIDE])
        .map(|pack| (*pack, url.as_str()))
        .collect();
    register(&sandbox, &packs);
    grex!(sandbox, "sync").run().success();
    let git = |pack: &str, words: &[&str]| sandbox.git(format!("workspace/{pack}"), words);
    let commit = |pack: &str, content: &str| {
        sandbox.write(format!("workspace/{pack}/a"), content);
        git(pack, &["commit", "-qam", "more"]);
    };
    commit("ahead", "2");
    for pack in ["apart", "behind"] {
        git(pack, &["reset", "-q", "--hard", "HEAD~1"]);
    }
    commit("apart", "2");
    git("detached", &["checkout", "-q", "--detach"]);
    git(
        WIDE,
        &[
            "checkout",
            "-q",
            "-b",
            "feature/a-rather-long-name-of-a-branch",
        ],
    );
    std::fs::remove_dir_all(sandbox.path("workspace/gone")).unwrap();
    sandbox.write(format!("workspace/{LONG}/a"), "3");
    sandbox.write(format!("workspace/{LONG}/new"), "");
    sandbox.write(format!("workspace/{LONG}/added"), "");
    git(LONG, &["add", "added"]);
    git(
        "services/merging",
        &["checkout", "-q", "-b", "other", "HEAD~1"],
    );
    commit("services/merging", "3");
    git("services/merging", &["checkout", "-q", "main"]);
    commit("services/merging", "4");
    let merge = sandbox
        .git_command("workspace/services/merging")
        .args(["merge", "other"])
        .output();
    assert!(!merge.unwrap().status.success());
    sandbox.git("", &["init", "-q", "workspace/stray"]);
    sandbox
}

/// What a run shows at a terminal with so many columns.
fn shown(sandbox: &Sandbox, columns: u16, words: &[&str]) -> String {
    let mut terminal = Terminal::start(sandbox, &sandbox.shim(), columns, words);
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    let screen = terminal.screen();
    // Nothing but the summary may be longer than a row.
    let copied = terminal.copied();
    for line in copied.lines().rev().skip(1) {
        assert!(line.width() <= columns.into(), "{line}");
    }
    screen
}

#[test]
fn a_status_of_everything_fits() {
    let sandbox = all_states();
    insta::assert_snapshot!(shown(&sandbox, 60, &["status"]), @r"
    PACK                 BRANCH    SYNC   CHANGES       STATE
    ahead                main      +1                   off lock
    apart                main      +1 -1                diverged
    behind               main      -1                   off lock
    clean                main                           clean
    detached             (d20b66…                       clean
    gone                                                missing
    platfo…ation-engine  main             1 stg 1 mod…  dirty
    services/merging     main      +1     1 cfl         dirty
    stray                                               stray
    文書/…名前のパック   feature…                       clean
    10 packs: 3 clean, 2 dirty, 1 diverged, 2 not at the locked
    commit, 1 missing, 1 not declared
    ");
    insta::assert_snapshot!(shown(&sandbox, 80, &["status"]), @r"
    PACK                        BRANCH            SYNC   CHANGES            STATE
    ahead                       main              +1                        off lock
    apart                       main              +1 -1                     diverged
    behind                      main              -1                        off lock
    clean                       main                                        clean
    detached                    (d20b665)                                   clean
    gone                                                                    missing
    pla…/reconciliation-engine  main                     1 stg 1 mod 1 new  dirty
    services/merging            main              +1     1 cfl              dirty
    stray                                                                   stray
    文書/日本…長い名前のパック  feature/a-rathe…                            clean
    10 packs: 3 clean, 2 dirty, 1 diverged, 2 not at the locked commit, 1 missing, 1
     not declared
    ");
    insta::assert_snapshot!(shown(&sandbox, 140, &["status"]), @r"
    PACK                                    BRANCH                            SYNC   CHANGES                            STATE
    ahead                                   main                              +1                                        not at the locked commit
    apart                                   main                              +1 -1                                     diverged
    behind                                  main                              -1                                        not at the locked commit
    clean                                   main                                                                        clean
    detached                                (d20b665)                                                                   clean
    gone                                                                                                                missing
    platform/paymen…/reconciliation-engine  main                                     1 staged, 1 unstaged, 1 untracked  dirty
    services/merging                        main                              +1     1 in conflict                      dirty
    stray                                                                                                               not declared
    文書/日本語のとても長い名前のパック     feature/a-rather-long-name-of-a…                                            clean
    10 packs: 3 clean, 2 dirty, 1 diverged, 2 not at the locked commit, 1 missing, 1 not declared
    ");
    insta::assert_snapshot!(shown(&sandbox, 60, &["ls", "--tree"]), @r"
    .
    ├── ahead  d20b665
    ├── apart  d20b665
    ├── behind  d20b665
    ├── clean  d20b665
    ├── detached  d20b665
    ├── gone  d20b665
    ├── platform/payments/reconciliation-engine  d20b665
    ├── services/merging  d20b665
    └── 文書/日本語のとても長い名前のパック  d20b665
    ");
    insta::assert_snapshot!(shown(&sandbox, 30, &["ls", "--tree"]), @r"
    .
    ├── ahead  d20b665
    ├── apart  d20b665
    ├── behind  d20b665
    ├── clean  d20b665
    ├── detached  d20b665
    ├── gone  d20b665
    ├── platf…tion-engine  d20b665
    ├── services/merging  d20b665
    └── 文書/…前のパック  d20b665
    ");
}

#[test]
fn a_table_that_is_longer_than_the_screen_ends_with_what_needs_attention() {
    let sandbox = workspace();
    let remote = sandbox.remote("any").commit("a", "1").create();
    let names: Vec<String> = (0..50).map(|number| format!("pack{number:02}")).collect();
    let url = remote.url();
    let packs: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), url.as_str()))
        .collect();
    register(&sandbox, &packs);
    grex!(sandbox, "sync").run().success();
    sandbox.write("workspace/pack07/a", "2");
    let screen = shown(&sandbox, 80, &["status"]);
    let last: Vec<_> = screen.lines().rev().take(3).collect();
    assert!(
        last[0].starts_with("50 packs: 49 clean, 1 dirty"),
        "{screen}"
    );
    assert!(
        last[1].starts_with("pack07") && last[2].starts_with("pack49"),
        "{screen}"
    );
    // In a pipe the order is that of the names.
    let piped = grex!(sandbox, "status").run();
    let mut sorted: Vec<_> = piped.stdout.lines().skip(1).take(50).collect();
    let printed = sorted.clone();
    sorted.sort_unstable();
    assert_eq!(printed, sorted);
}

/// Starts a sync of three packs that all say how far they are, and then wait for the test.
fn start(sandbox: &Sandbox, columns: u16) -> (Terminal, grex_fixtures::Shim) {
    let url = sandbox.remote("any").commit("a", "a").create().url();
    register(sandbox, &[("short", &url), (LONG, &url), (WIDE, &url)]);
    let shim = sandbox.shim();
    let slow = Fault::Progress {
        lines: 4,
        every_ms: 20,
    };
    shim.rules(&[Rule::on("clone")
        .fault(slow)
        .fault(Fault::barrier("held", 4))]);
    // The test's terminal cuts rows when it becomes narrower.
    let variables = [("XTERM_VERSION", "XTerm(390)")];
    let mut terminal = Terminal::start_with(sandbox, &shim, columns, &["sync", "-j3"], &variables);
    terminal.wait_for("all three", |screen| screen.matches("100%").count() == 3);
    (terminal, shim)
}

/// The display, whose packs come in any order.
fn sorted(screen: &str) -> String {
    let mut lines: Vec<_> = screen.lines().collect();
    lines[1..].sort_unstable();
    lines.join("\n")
}

#[test]
fn the_display_fits() {
    for columns in [60, 80, 140] {
        let sandbox = workspace();
        let (mut terminal, shim) = start(&sandbox, columns);
        let drawn = sorted(&terminal.screen());
        match columns {
            60 => insta::assert_snapshot!(drawn, @r"
            0 of 3 packs
              platform/payme…/reconciliation-engine  receiving 100%
              short                                  receiving 100%
              文書/日本語のとても長い名前のパック    receiving 100%
            "),
            80 => insta::assert_snapshot!(drawn, @r"
            0 of 3 packs  ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
              platform/payments/reconciliation-engine  receiving 100%
              short                                    receiving 100%
              文書/日本語のとても長い名前のパック      receiving 100%
            "),
            _ => insta::assert_snapshot!(drawn, @r"
            0 of 3 packs  ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
              platform/payments/reconciliation-engine  receiving 100%
              short                                    receiving 100%
              文書/日本語のとても長い名前のパック      receiving 100%
            "),
        }
        shim.meet("held", 4);
        assert_eq!(terminal.end(), 0);
    }
}

#[test]
fn the_display_follows_the_width_of_the_terminal() {
    let sandbox = workspace();
    let (mut terminal, shim) = start(&sandbox, 100);
    let fits = |columns: usize| {
        move |screen: &str| {
            let drawn = screen.lines().filter(|line| is_drawn(line)).count();
            // A bar only where there is room for one.
            drawn == 4 && screen.contains('\u{254c}') == (columns > 60) && screen.contains("100%")
        }
    };
    terminal.wait_for("a wide display", fits(100));
    for columns in [50, 120, 45, 90] {
        terminal.resize(columns);
        terminal.wait_for("another display", fits(columns.into()));
        assert_eq!(
            terminal.screen().lines().count(),
            4,
            "{}",
            terminal.screen()
        );
    }
    shim.meet("held", 4);
    assert_eq!(terminal.end(), 0);
    let screen = terminal.screen();
    assert!(!screen.lines().any(is_drawn), "{screen}");
    assert_eq!(screen.lines().count(), 4, "{screen}");
}

#[test]
fn a_terminal_that_folds_its_rows_is_left_clean() {
    let sandbox = workspace();
    let url = sandbox.remote("any").commit("a", "a").create().url();
    register(&sandbox, &[(LONG, &url)]);
    let shim = sandbox.shim();
    let slow = Fault::Progress {
        lines: 4,
        every_ms: 20,
    };
    shim.rules(&[Rule::on("clone")
        .fault(slow)
        .fault(Fault::barrier("held", 2))]);
    let mut terminal = Terminal::start(&sandbox, &shim, 100, &["sync"]);
    terminal.wait_for("a clone", |screen| screen.contains("100%"));
    let seen = terminal.raw().len();
    terminal.resize(30);
    terminal.wait_for("another display", |screen| screen.contains('\u{2026}'));
    // The total has two rows by then, and the pack's line has two.
    let sent = terminal.raw()[seen..].to_owned();
    assert!(sent.starts_with("\r\u{1b}[4A"), "{sent:?}");
    shim.meet("held", 2);
    assert_eq!(terminal.end(), 0);
}
