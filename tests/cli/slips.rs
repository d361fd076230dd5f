//! Slips of the hand: what is said of them, and that the command that is proposed works.

use std::fs;

use grex_fixtures::{Program, Sandbox, grex};

use crate::support::{workspace, workspace_with};

#[track_caller]
fn told(program: Program, code: i32, words: &[&str]) {
    let outcome = program.run();
    outcome.code(code);
    for words in words {
        assert!(outcome.stderr.contains(words), "{}", outcome.snapshot());
    }
    let errors = outcome.stderr.matches("error:").count();
    assert_eq!(errors, 1, "{}", outcome.snapshot());
    assert!(
        !outcome.stderr.contains("os error"),
        "{}",
        outcome.snapshot()
    );
}

#[test]
fn a_url_that_lacks_its_beginning_is_no_path() {
    let sandbox = workspace();
    for (url, words) in [
        ("example.org/me/a", "`https://example.org/me/a`"),
        ("git@example.org/me/a", "`git@example.org:me/a`"),
        ("~/a", "the shell"),
        ("$HOME/a", "the shell"),
        ("me/a", "a URL begins with"),
        ("https:/example.org/a", "`https://`"),
    ] {
        for dry_run in [&["--dry-run"][..], &[]] {
            let program = grex!(sandbox, "add", url).args(dry_run);
            told(program, 2, &[words]);
        }
    }
    assert_eq!(sandbox.read("workspace/grex.jsonl"), "");
}

#[test]
fn a_ref_is_called_as_the_remote_calls_it() {
    let sandbox = workspace();
    let remote = sandbox.remote("a").commit("a", "1").create();
    let add = |reference: &str| grex!(sandbox, "add", remote.url(), "--ref", reference);
    told(
        add("origin/main"),
        4,
        &["hint: as the remote calls it, it is `main`"],
    );
    told(
        add("nosuch"),
        4,
        &[&format!("`git ls-remote {}`", remote.url())],
    );
    told(
        add("HEAD~1"),
        2,
        &["hint: name a branch, a tag or a commit id"],
    );
    add("main").run().success();
}

#[test]
fn a_pack_that_failed_is_named_even_where_its_name_is_part_of_another_word() {
    let sandbox = workspace();
    let url = "http://127.0.0.1:9/t.git";
    let program = grex!(sandbox, "add", url, "--retries", "0", "--no-input");
    told(
        program,
        4,
        &["error: t: ", "hint: check the connection to 127.0.0.1"],
    );
}

/// The workspace's own contract says which packs belong here; nothing is done without it.
#[test]
fn a_contract_of_the_workspace_s_own_that_is_wrong_says_whose_it_is_and_what_still_works() {
    let sandbox = workspace_with(&["a"]);
    sandbox.write(
        "workspace/.grex/pack.yaml",
        "schema_version: \"1\"\nname: w\ntype: meta\nfoo: 1\n",
    );
    for words in [
        &["sync"][..],
        &["rm", "a", "-y"],
        &["add", "../x"],
        &["status"],
    ] {
        if words[0] == "add" {
            fs::create_dir_all(sandbox.path("x")).unwrap();
        }
        let program = grex!(sandbox).args(words);
        told(
            program,
            4,
            &[
                "the workspace's own .grex files",
                "unknown key `foo`",
                "`grex ls` and `grex doctor` work",
            ],
        );
    }
    grex!(sandbox, "ls").run().success();
    grex!(sandbox, "doctor").run().code(7);
    assert!(sandbox.path("workspace/a").exists());
}

#[test]
fn slips_in_a_pack_yaml_have_advice() {
    let sandbox = workspace_with(&["a"]);
    let head = "schema_version: \"1\"\n";
    for (text, words) in [
        (
            "name: a\ntype: meta\nchildren:\n\t- url: x\n",
            &["a tab", "tabs cannot indent: use spaces"][..],
        ),
        (
            "<<<<<<< HEAD\nname: a\n=======\nname: b\n>>>>>>> x\ntype: meta\n",
            &["merge conflict marker", "resolve the merge"],
        ),
        ("name: a: b\ntype: meta\n", &["in quotes"]),
        ("name a\ntype: meta\n", &["`key: value`"]),
    ] {
        sandbox.write("workspace/a/.grex/pack.yaml", format!("{head}{text}"));
        told(grex!(sandbox, "sync"), 4, words);
    }
}

#[test]
fn the_books_say_what_is_wrong_with_them_in_plain_words() {
    let sandbox = workspace_with(&["a"]);
    let whole = sandbox.read("workspace/grex.jsonl");
    for (line, words) in [
        ("hello", "does not begin with `{`"),
        ("{\"op\":nope}", "text without quotes"),
        (
            &*whole.replacen(",\"", " \"", 1),
            "a comma or a closing brace is missing",
        ),
    ] {
        sandbox.write(
            "workspace/grex.jsonl",
            format!("{}\n{whole}", line.trim_end()),
        );
        told(
            grex!(sandbox, "ls"),
            3,
            &["line 1", words, "`grex doctor --fix` sets such lines aside"],
        );
        let doctor = grex!(sandbox, "doctor").run();
        assert!(
            doctor.code(3).stdout.contains(words),
            "{}",
            doctor.snapshot()
        );
    }
    // The command that is proposed.
    grex!(sandbox, "doctor", "--fix").run().success();
    grex!(sandbox, "ls").run().success();
    assert_eq!(sandbox.read("workspace/grex.jsonl"), whole);

    sandbox.write(
        "workspace/grex.jsonl",
        format!("\u{feff}{}", whole.replace('\n', "\r\n")),
    );
    grex!(sandbox, "sync").run().success();

    let marked = format!("<<<<<<< HEAD\n{whole}=======\n>>>>>>> other\n");
    sandbox.write("workspace/grex.jsonl", marked);
    told(
        grex!(sandbox, "sync"),
        3,
        &["a merge conflict marker", "keeps the lines of both sides"],
    );
    grex!(sandbox, "doctor", "--fix").run().success();
    assert_eq!(sandbox.read("workspace/grex.jsonl"), whole);
}

#[test]
fn a_source_that_no_pack_comes_from_is_noticed() {
    let sandbox = workspace_with(&["a"]);
    let source = "https://exmaple.org/me/";
    let outcome = grex!(sandbox, "update", "--trust-source", source).run();
    outcome.success();
    assert!(
        outcome
            .stderr
            .contains("no pack of this run comes from there"),
        "{}",
        outcome.snapshot()
    );
    let known = sandbox.path("remotes");
    let outcome = grex!(sandbox, "update", "--trust-source", known).run();
    assert_eq!(outcome.success().stderr, "");
}

#[test]
fn variables_that_shells_keep_to_themselves_are_refused() {
    let sandbox = workspace_with(&["a"]);
    for name in ["UID", "EUID", "PPID", "SHELLOPTS", "BASHOPTS"] {
        let yaml = format!(
            "schema_version: \"1\"\nname: a\ntype: declarative\nactions:\n  - env: {{name: {name}, value: x}}\n"
        );
        sandbox.write("workspace/a/.grex/pack.yaml", yaml);
        told(
            grex!(sandbox, "update", "--trust"),
            4,
            &["shells set this variable themselves", "choose another name"],
        );
    }
}

#[test]
fn a_file_to_import_that_is_none_says_what_to_do() {
    let sandbox = workspace();
    sandbox.write("workspace/REPOS.json", "[{\"url\":\"https://h/a\"},]\n");
    sandbox.write("workspace/a.repos", "repositories:\n\ta: b\n");
    for (file, code, words) in [
        ("nothere.repos", 2, "check the path"),
        ("https://example.org/a.repos", 2, "fetch it first"),
        (".", 2, "--scan"),
        ("REPOS.json", 1, "line 1"),
        ("a.repos", 1, "line 2"),
    ] {
        told(grex!(sandbox, "import", file), code, &[words]);
    }
    let format = |name: &str| grex!(sandbox, "import", "--format", name, "a.repos");
    told(format("vcstol"), 2, &["did you mean `vcstool`?"]);
    told(format("x"), 2, &["one of repos-json"]);
}

#[test]
fn nothing_registered_is_said_in_one_way() {
    let sandbox: Sandbox = workspace();
    for verb in ["ls", "status"] {
        let outcome = grex!(sandbox, verb).run();
        assert_eq!(outcome.success().stdout, "", "{verb}");
        assert_eq!(
            outcome.stderr, "no packs: `grex add URL` registers one\n",
            "{verb}"
        );
        assert_eq!(
            grex!(sandbox, verb, "-q").run().success().stderr,
            "",
            "{verb}"
        );
    }
}

#[test]
fn a_command_that_is_none_is_named_once_with_what_was_meant() {
    let sandbox = workspace_with(&["a", "beta", "c"]);
    let exec = |words: &[&str]| grex!(sandbox, "exec").args(words);
    told(
        exec(&["nosuchcmd", "-x"]),
        4,
        &["error: the program `nosuchcmd` is not in any", "`--shell`"],
    );
    let meant = "hint: `beta` is a pack: `grex exec --filter beta git status`\n";
    told(exec(&["beta", "git", "status"]), 4, &[meant]);
    told(
        exec(&["--dry-run", "beta", "git"]),
        4,
        &["`grex --dry-run exec --filter beta git`"],
    );
    told(exec(&["beta"]), 4, &["`grex exec --filter beta CMD`"]);
    told(
        exec(&["state=dirty", "git", "diff"]),
        4,
        &["`state=dirty` is a filter: `grex exec --filter state=dirty git diff`"],
    );
    told(
        exec(&["--filter", "dirty", "git", "diff"]),
        2,
        &["hint: did you mean `--filter state=dirty`?"],
    );
}

#[test]
fn a_flag_of_grex_behind_the_command_is_explained_once() {
    let sandbox = workspace_with(&["a", "b"]);
    let words = ["exec", "git", "status", "-s", "--filter", "state=dirty"];
    let outcome = grex!(sandbox).args(words).run();
    outcome.code(4);
    let hint = "hint: grex's own flags stand before the command";
    assert_eq!(
        outcome.stderr.matches(hint).count(),
        1,
        "{}",
        outcome.snapshot()
    );
    let outcome = grex!(sandbox, "exec", "git", "status", "--frob").run();
    assert!(!outcome.stderr.contains(hint), "{}", outcome.snapshot());
}
