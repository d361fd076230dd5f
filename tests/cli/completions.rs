//! Completions, in the shells themselves.

use std::path::Path;

use grex_fixtures::{Sandbox, grex, need, tree_snapshot};

use crate::{
    pty::{Terminal, with_grex},
    support::{pack_yaml, refused, register, workspace},
};

/// What bash gives as `COMP_WORDBREAKS`.
const BREAKS: &str = " \t\n\"'><=;|&(:";

/// A workspace with packs whose names are hard for a shell, none of them on disk.
fn hard_names() -> Sandbox {
    let sandbox = workspace();
    let url = "https://example.org/x.git";
    let packs = ["api", "it's", "my fonts", "services/a$b", "services/`c`"];
    register(&sandbox, &packs.map(|pack| (pack, url)));
    sandbox.write("workspace/list.repos", "");
    sandbox
}

/// What grex answers a script.
fn answer(sandbox: &Sandbox, words: &[&str]) -> Vec<String> {
    let outcome = grex!(sandbox, "--complete").args(words).run();
    assert_eq!(outcome.stderr, "");
    let lines = outcome.success().stdout.lines().map(str::to_owned);
    lines.collect()
}

/// What fish offers for a line, without what it says about it.
fn fish(sandbox: &Sandbox, directory: &Path, line: &str) -> Vec<String> {
    let script = "grex --completions fish | source; complete -C $argv[1]";
    let outcome = sandbox
        .program("fish")
        .args(["-c", script, line])
        .env("PATH", with_grex(sandbox))
        .in_dir(directory)
        .run();
    assert_eq!(outcome.stderr, "", "{line}");
    let lines = outcome.stdout.lines();
    lines
        .map(|line| line.split('\t').next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn the_scripts_find_grex_by_its_name() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "pwsh", "zsh"] {
        let outcome = grex!(sandbox, "--completions", shell).run();
        let script = &outcome.success().stdout;
        assert!(
            script.contains("--complete ") && script.is_ascii(),
            "{shell}"
        );
        let binary = Path::new(env!("CARGO_BIN_EXE_grex"));
        assert!(!script.contains(binary.parent().unwrap().to_str().unwrap()));
    }
}

#[test]
fn another_shell_is_wrong_usage() {
    let sandbox = Sandbox::new();
    let outcome = grex!(sandbox, "--completions", "csh").run();
    let shells = "bash, elvish, fish, powershell, zsh";
    refused(&sandbox, &outcome, 2, &["'csh'", shells]);
    let outcome = grex!(sandbox, "--completions", "zsh", "ls").run();
    refused(&sandbox, &outcome, 2, &["goes with no verb"]);
    let outcome = grex!(sandbox, "--json").run();
    assert_eq!(
        outcome.code(2).json()["error"]["message"],
        "no verb was given"
    );
}

#[test]
fn an_answer_touches_nothing() {
    let sandbox = hard_names();
    let shim = sandbox.shim();
    let before = tree_snapshot(&sandbox.workspace());
    for words in [
        &["zsh", "rm", "."][..],
        &["zsh", "ls", "--filter", ".state=dirty "],
        &["bash", "grex update ", BREAKS],
    ] {
        let outcome = grex!(sandbox, "--complete")
            .args(words)
            .with_shim(&shim)
            .run();
        assert!(outcome.success().stdout.contains("api"), "{words:?}");
    }
    assert_eq!(shim.invocations().len(), 0);
    assert_eq!(tree_snapshot(&sandbox.workspace()), before);
}

#[test]
fn where_something_is_wrong_nothing_is_offered_and_nothing_is_said() {
    let sandbox = hard_names();
    let ids = |sandbox: &Sandbox| answer(sandbox, &["zsh", "rm", "."]);
    assert_eq!(ids(&sandbox).len(), 1 + 5);
    sandbox.write("workspace/grex.jsonl", "{\"op\":\"add\"}\nnonsense\n");
    assert_eq!(ids(&sandbox), ["words"]);
    std::fs::remove_file(sandbox.path("workspace/grex.jsonl")).unwrap();
    assert_eq!(ids(&sandbox), ["words"]);
    std::os::unix::fs::symlink("grex.jsonl", sandbox.path("workspace/grex.jsonl")).unwrap();
    assert_eq!(ids(&sandbox), ["words"]);
    for words in [
        &["zsh", "-C", "/nowhere", "rm", "."][..],
        &["csh", "."],
        &[],
    ] {
        let words = answer(&sandbox, words);
        assert!(words.is_empty() || words == ["words"], "{words:?}");
    }
}

#[test]
fn only_registered_packs_are_removed_and_none_twice() {
    let sandbox = workspace();
    let child = sandbox.remote("child").commit("README", "x").create();
    let children = [serde_json::json!({"url": child.url(), "path": "child"})];
    let parent = sandbox.remote("parent");
    let parent = parent.commit(".grex/pack.yaml", pack_yaml("parent", &children));
    let parent = parent.create();
    register(&sandbox, &[("a", &parent.url()), ("b", &child.url())]);
    grex!(sandbox, "sync").run().success();
    let ids = |words: &[&str]| {
        let lines = answer(&sandbox, words);
        let names = lines[1..]
            .iter()
            .map(|line| line.split('\t').next().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(ids(&["zsh", "rm", "."]), ["a", "b"]);
    assert_eq!(ids(&["zsh", "rm", "b", "."]), ["a"]);
    assert_eq!(ids(&["zsh", "rm", "../"]), ["./a", "./b"]);
    assert_eq!(ids(&["zsh", "update", "."]), ["a", "a/child", "b"]);
    assert_eq!(ids(&["zsh", "sync", "--only", "."]), ["a", "a/child", "b"]);
    // A lockfile is a file that anybody may have written.
    let line = |path: &str| {
        serde_json::json!({
            "id": path, "path": path, "url": child.url(), "ref": null, "branch": null,
            "sha": "", "type": "meta", "parent": "a", "actions_hash": "", "installed_at": null,
            "schema_version": "1",
        })
    };
    let lines = ["a/x\ny", "a/\u{1b}[2J", "../out", "a/good"].map(line);
    let lines = lines.map(|line| format!("{line}\n")).concat();
    sandbox.write("workspace/grex.lock.jsonl", lines);
    assert_eq!(ids(&["zsh", "update", "."]), ["a", "a/good", "b"]);
    // Without the lockfile what is registered is known all the same.
    std::fs::remove_file(sandbox.path("workspace/grex.lock.jsonl")).unwrap();
    assert_eq!(ids(&["zsh", "update", "."]), ["a", "b"]);
}

#[test]
fn the_workspace_is_the_one_that_was_typed() {
    let sandbox = hard_names();
    let workspace = sandbox.workspace();
    let workspace = workspace.to_str().unwrap();
    for words in [
        &["zsh", "-C", workspace, "rm", "."][..],
        &["zsh", "rm", "-C", "..", "-Cworkspace", "."],
        &["zsh", "rm", "--manifest", "../workspace/grex.jsonl", "."],
        &["zsh", "--manifest=~/../workspace/grex.jsonl", "rm", "."],
    ] {
        let outcome = grex!(sandbox, "--complete")
            .args(words)
            .in_dir(sandbox.home())
            .run();
        assert!(outcome.success().stdout.contains("my fonts"), "{words:?}");
    }
}

#[test]
fn a_name_stands_for_itself_in_globs_and_filters() {
    let sandbox = workspace();
    register(&sandbox, &[("a[1] b", "../x"), ("plain", "../x")]);
    for (flag, offered) in [("--only", r"a\[1\] b"), ("--filter", r"path=a\[1\]\ b")] {
        let lines = answer(&sandbox, &["zsh", "sync", flag, "."]);
        let text = lines[1].split('\t').next().unwrap();
        assert_eq!(text, offered);
        let outcome = grex!(sandbox, "sync", "--dry-run", "--json", flag, text).run();
        let packs = outcome.success().json();
        let ids: Vec<_> = packs
            .as_array()
            .unwrap()
            .iter()
            .map(|pack| &pack["id"])
            .collect();
        assert_eq!(ids, ["a[1] b"], "{flag}");
    }
}

#[test]
fn in_bash() {
    if !need("bash") {
        return;
    }
    let sandbox = hard_names();
    let shim = sandbox.shim();
    let mut terminal = Terminal::start_program(&sandbox, &shim, &["bash", "--norc", "-i"]);
    terminal.type_in("PS1='> '; source <(grex --completions bash); echo rea''dy\n");
    wait_for_prompt(&mut terminal);
    for (typed, completed) in [
        ("grex upd", "grex update"),
        ("grex rm m", r"grex rm my\ fonts"),
        (r"grex rm my\ f", r"grex rm my\ fonts"),
        ("grex rm \"m", "grex rm \"my fonts\""),
        ("grex rm 'm", "grex rm 'my fonts'"),
        ("grex rm it", r"grex rm it\'s"),
        ("grex rm services/a", r"grex rm services/a\$b"),
        ("grex rm \"services/`", "grex rm \"services/`"),
        ("grex rm services/\\`", r"grex rm services/\`c\`"),
        ("grex sync --only=ap", "grex sync --only=api"),
        ("grex ls --color=al", "grex ls --color=always"),
        (
            "grex ls --filter type=meta,!state=dir",
            "grex ls --filter type=meta,!state=dirty",
        ),
        ("grex import li", "grex import list.repos"),
        ("grex ls --manifest=grex.j", "grex ls --manifest=grex.jsonl"),
        ("grex -C .gr", "grex -C .grex/"),
        ("cd /; grex -C ~+ ls --fil", "cd /; grex -C ~+ ls --filter"),
        ("grex exec cat li", "grex exec cat list.repos"),
    ] {
        completes(&mut terminal, typed, completed);
    }
    assert_eq!(shim.invocations().len(), 0);
}

#[test]
fn in_bash_without_a_terminal() {
    if !need("bash") {
        return;
    }
    let sandbox = hard_names();
    let script = "source <(grex --completions bash)
        COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDBREAKS=$2
        _grex grex \"${1##* }\" ''
        printf '<%s>' \"${COMPREPLY[@]}\"";
    for (typed, offered) in [
        ("grex rm s", r"<services/\`c\`><services/a\$b>"),
        ("grex rm services/a$b s", r"<services/\`c\`>"),
        ("grex ls --color ", "<auto><always><never>"),
        ("grex ls --nonsense=", "<>"),
        ("grex import li", "<list.repos>"),
    ] {
        let outcome = sandbox
            .program("bash")
            .args(["-c", script, "bash", typed, BREAKS])
            .env("PATH", with_grex(&sandbox))
            .run();
        assert_eq!(
            (outcome.stdout.as_str(), outcome.stderr.as_str()),
            (offered, ""),
            "{typed}"
        );
    }
}

#[test]
fn in_zsh() {
    if !need("zsh") {
        return;
    }
    let sandbox = hard_names();
    let shim = sandbox.shim();
    let script = grex!(sandbox, "--completions", "zsh").run();
    sandbox.write("functions/_grex", &script.success().stdout);
    for begin in [
        "autoload -U compinit; compinit -D -u; source <(grex --completions zsh)",
        "fpath=(~/../functions $fpath); autoload -U compinit; compinit -D -u",
    ] {
        let mut terminal = Terminal::start_program(&sandbox, &shim, &["zsh", "-f", "-i"]);
        terminal.type_in(&format!("PS1='> '; {begin}; echo rea''dy\n"));
        wait_for_prompt(&mut terminal);
        for (typed, completed) in [
            ("grex upd", "grex update"),
            ("grex rm m", r"grex rm my\ fonts"),
            (r"grex rm my\ f", r"grex rm my\ fonts"),
            ("grex rm \"m", "grex rm \"my fonts\""),
            ("grex rm 'm", "grex rm 'my fonts'"),
            ("grex rm it", r"grex rm it\'s"),
            ("grex rm services/a", r"grex rm services/a\$b"),
            ("grex sync --only=ap", "grex sync --only=api"),
            ("grex ls --color al", "grex ls --color always"),
            ("grex import li", "grex import list.repos"),
            ("grex ls --manifest=grex.j", "grex ls --manifest=grex.jsonl"),
            ("grex -C .gr", "grex -C .grex/"),
            ("grex exec -j1 cat li", "grex exec -j1 cat list.repos"),
        ] {
            completes(&mut terminal, typed, completed);
        }
    }
    assert_eq!(shim.invocations().len(), 0);
}

#[test]
fn in_fish() {
    if !need("fish") {
        return;
    }
    let sandbox = hard_names();
    for (line, offered) in [
        ("grex upd", &["update"][..]),
        ("grex rm m", &["my fonts"]),
        ("grex rm \"my", &["my fonts"]),
        ("grex rm services/", &["services/`c`", "services/a$b"]),
        ("grex rm 'my fonts' it", &["it's"]),
        ("grex sync --only=ap", &["--only=api"]),
        ("grex ls --color ", &["always", "auto", "never"]),
        (
            "grex ls --filter '!state=d'",
            &["!state=detached", "!state=dirty", "!state=diverged"],
        ),
        ("grex ls --filter type=m", &["type=meta"]),
        ("grex import li", &["list.repos"]),
        ("grex ls --manifest=grex.j", &["--manifest=grex.jsonl"]),
        ("grex exec cat li", &["list.repos"]),
        ("grex exec fis", &["fish"]),
    ] {
        let mut found = fish(&sandbox, &sandbox.workspace(), line);
        found.retain(|word| offered.len() > 1 || offered.contains(&word.as_str()));
        found.sort();
        assert_eq!(found, offered, "{line}");
    }
    let line = format!("grex -C {} rm ap", sandbox.workspace().display());
    assert_eq!(fish(&sandbox, &sandbox.home(), &line), ["api"]);
    sandbox.write("workspace/grex.jsonl", "nonsense\n\n");
    let none: [&str; 0] = [];
    assert_eq!(fish(&sandbox, &sandbox.workspace(), "grex rm "), none);
}

#[test]
fn in_elvish() {
    if !need("elvish") {
        return;
    }
    let sandbox = hard_names();
    let shim = sandbox.shim();
    for (typed, completed) in [
        ("grex upd", "grex update"),
        ("grex rm m", "grex rm 'my fonts'"),
        ("grex import li", "grex import list.repos"),
    ] {
        let mut terminal = Terminal::start_program(&sandbox, &shim, &["elvish", "-norc"]);
        terminal.wait_for("the prompt", |screen| screen.contains("workspace"));
        terminal.type_in(
            "set edit:rprompt = { }; eval (grex --completions elvish | slurp); echo rea''dy\n",
        );
        terminal.wait_for("the script", |screen| screen.contains("\nready"));
        complete(&mut terminal, typed, completed);
    }
}

/// Waits for the prompt `> ` below `ready`: what is typed before it is there stands on the screen twice.
#[track_caller]
fn wait_for_prompt(terminal: &mut Terminal) {
    terminal.wait_for("the prompt", |screen| {
        let below = screen.lines().skip_while(|line| line.trim_end() != "ready");
        below.skip(1).any(|line| line.starts_with('>'))
    });
}

/// Types something and TAB, and waits until it is complete.
#[track_caller]
fn complete(terminal: &mut Terminal, typed: &str, completed: &str) {
    terminal.type_in(&format!("{typed}\t"));
    terminal.wait_for(completed, |screen| {
        screen
            .lines()
            .any(|line| line.trim_end().ends_with(completed))
    });
}

/// The same, and takes the line back.
#[track_caller]
fn completes(terminal: &mut Terminal, typed: &str, completed: &str) {
    complete(terminal, typed, completed);
    terminal.type_in("\x15");
    terminal.wait_for("an empty line", |screen| {
        !screen.lines().any(|line| line.contains(typed))
    });
}
