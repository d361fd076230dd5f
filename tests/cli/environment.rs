//! What surrounds grex: git's version, language and configuration, repositories above and below.

use std::fs;

use grex_fixtures::{Fault, Rule, Sandbox, grex, need, skip};

use crate::support::{Still, entry, refused, register, tidy, url_of, workspace, workspace_with};

#[test]
fn e2_a_child_without_its_git_is_reported_and_its_parent_left_alone() {
    let sandbox = workspace_with(&["parent", "other"]);
    let child = sandbox.remote("child").commit("a", "a").create();
    register(&sandbox, &[("below/child", &child.url())]);
    grex!(sandbox, "sync").run().success();
    // The workspace is a repository itself, and dirty: the one that git would find from below.
    sandbox.git("workspace", &["init", "-q"]);
    sandbox.git("workspace", &["commit", "-q", "--allow-empty", "-m", "x"]);
    sandbox.write("workspace/dirty", "dirty\n");
    sandbox.git("workspace", &["add", "dirty"]);
    sandbox.git("workspace", &["remote", "add", "origin", &child.url()]);
    fs::remove_dir_all(sandbox.path("workspace/below/child/.git")).unwrap();
    let above = Still::of(sandbox.path("workspace/.git"));
    let below = Still::of(sandbox.path("workspace/below"));
    child.push_commit("b", "b");
    for words in [
        &["sync"][..],
        &["status"],
        &["sync", "--force"],
        &["rm", "-y", "below/child"],
    ] {
        let outcome = grex!(sandbox).args(words).run();
        let code = if words[0] == "rm" { 9 } else { 4 };
        refused(&sandbox, &outcome, code, &["below/child"]);
        above.check();
        below.check();
    }
    let outcome = grex!(sandbox, "sync", "--json").run();
    assert_eq!(entry(&outcome.json(), "other")["result"], "ok");
}

#[test]
fn e3_configuration_by_environment_works() {
    let sandbox = workspace();
    let remote = sandbox.remote("one").commit("a", "1").create();
    let base = format!("url.{}/.insteadOf", sandbox.path("remotes").display());
    let add = |path: &str| grex!(sandbox, "add", "https://example.org/one.git", path);
    let outcome = add("counted")
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", &base)
        .env("GIT_CONFIG_VALUE_0", "https://example.org/")
        .run();
    outcome.success();
    let outcome = add("parameters")
        .env(
            "GIT_CONFIG_PARAMETERS",
            format!("'{base}=https://example.org/'"),
        )
        .run();
    outcome.success();
    for path in ["counted", "parameters"] {
        assert_eq!(sandbox.read(format!("workspace/{path}/a")), "1");
        let url = sandbox.git(
            format!("workspace/{path}"),
            &["config", "remote.origin.url"],
        );
        assert_eq!(url, "https://example.org/one.git");
    }
    remote.push_commit("b", "2");
    let outcome = grex!(sandbox, "sync")
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", &base)
        .env("GIT_CONFIG_VALUE_0", "https://example.org/")
        .run();
    outcome.success();
    assert_eq!(sandbox.read("workspace/counted/b"), "2");
}

#[test]
fn e3_inside_a_hook_the_callers_repository_is_not_touched() {
    let sandbox = workspace();
    let remote = sandbox.remote("one").commit("a", "1").create();
    sandbox.git("", &["init", "-q", "caller"]);
    sandbox.write("caller/staged", "x");
    sandbox.git("caller", &["add", "staged"]);
    let still = Still::of(sandbox.path("caller"));
    let caller = sandbox.path("caller/.git");
    let outcome = grex!(sandbox, "add", remote.url())
        .env("GIT_DIR", &caller)
        .env("GIT_WORK_TREE", sandbox.path("caller"))
        .env("GIT_INDEX_FILE", caller.join("index"))
        .env("GIT_OBJECT_DIRECTORY", caller.join("objects"))
        .env("GIT_NAMESPACE", "elsewhere")
        .env("GIT_PREFIX", "x/")
        .run();
    outcome.success();
    assert_eq!(sandbox.read("workspace/one/a"), "1");
    still.check();
}

/// Makes three packs fail in three ways, and returns each one's class.
fn classes(sandbox: &Sandbox, environment: &[(&str, &str)]) -> Vec<String> {
    let mut run = grex!(sandbox, "sync", "--json");
    for (name, value) in environment {
        run = run.env(name, value);
    }
    let outcome = run.run();
    outcome.code(4);
    tidy(sandbox, &outcome);
    let list = outcome.json();
    ["gone", "ref", "dirty"]
        .iter()
        .map(|id| {
            entry(&list, id)["failure"]["class"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

#[test]
fn e4_failures_are_told_apart_in_any_language() {
    let sandbox = workspace_with(&["dirty"]);
    register(
        &sandbox,
        &[("gone", sandbox.path("remotes/gone.git").to_str().unwrap())],
    );
    sandbox.remote("ref").commit("a", "a").create();
    let line = crate::support::registration("ref", &url_of(&sandbox, "ref"), Some("nowhere"));
    let manifest = sandbox.read("workspace/grex.jsonl");
    sandbox.write("workspace/grex.jsonl", manifest + &line);
    sandbox.write("workspace/dirty/README", "mine\n");
    let update = sandbox.path("remotes/dirty.git");
    sandbox.git("", &["clone", "-q", update.to_str().unwrap(), "writer"]);
    sandbox.write("writer/README", "theirs\n");
    sandbox.git("writer", &["commit", "-qam", "theirs"]);
    sandbox.git("writer", &["push", "-q"]);

    let english = classes(&sandbox, &[]);
    assert_eq!(english, ["not-found", "no-such-ref", "dirty"]);
    let german = [
        ("LANGUAGE", "de"),
        ("LANG", "de_DE.UTF-8"),
        ("LC_ALL", "C.UTF-8"),
    ];
    assert_eq!(classes(&sandbox, &german), english);

    // A git that does speak German, where there is one.
    let gits = [
        sandbox.git_program().to_str().unwrap().to_owned(),
        "/usr/bin/git".to_owned(),
    ];
    let Some(git) = gits.iter().find(|git| speaks_german(&sandbox, git)) else {
        assert!(!need("git-that-speaks-German"));
        return;
    };
    let german = [&german[..], &[("GREX_GIT", git.as_str())]].concat();
    assert_eq!(classes(&sandbox, &german), english);
}

fn speaks_german(sandbox: &Sandbox, git: &str) -> bool {
    let output = sandbox
        .command(git)
        .args(["clone", "/no/such/place", "x"])
        .env("LANGUAGE", "de")
        .env("LC_ALL", "C.UTF-8")
        .output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stderr).contains("existiert nicht"))
}

#[test]
fn e6_without_git_grex_says_what_it_needs() {
    let sandbox = workspace_with(&["one"]);
    let url = url_of(&sandbox, "one");
    let still = Still::of(sandbox.workspace());
    let empty = sandbox.path("empty-template");
    for words in [
        &["sync"][..],
        &["status"],
        &["add", &url, "two"],
        &["init", "--from", &url, "new"],
    ] {
        let outcome = grex!(sandbox).args(words).env("PATH", &empty).run();
        refused(&sandbox, &outcome, 1, &["git", "2.34"]);
        let outcome = grex!(sandbox)
            .args(words)
            .env("GREX_GIT", "/no/such/git")
            .run();
        refused(&sandbox, &outcome, 1, &["/no/such/git"]);
        still.check_content();
    }
    // What needs no git works without.
    for words in [&["ls"][..], &["init"], &["--version"]] {
        grex!(sandbox)
            .args(words)
            .env("PATH", &empty)
            .run()
            .success();
    }
}

#[test]
fn e6_a_git_that_is_too_old_is_refused_with_both_versions() {
    let sandbox = workspace_with(&["one"]);
    let url = url_of(&sandbox, "one");
    let shim = sandbox.shim();
    let still = Still::of(sandbox.workspace());
    for text in ["1.8.3", "2.33.8", "2.9.5 (Apple Git-60)"] {
        shim.rules(&[Rule::on("version").fault(Fault::Version { text: text.into() })]);
        for words in [&["sync"][..], &["status"], &["add", &url, "two"]] {
            let outcome = grex!(sandbox).args(words).with_shim(&shim).run();
            let version = text.split(' ').next().unwrap();
            refused(&sandbox, &outcome, 1, &[version, "2.34"]);
            still.check_content();
        }
    }
    shim.rules(&[Rule::on("version").fault(Fault::Version {
        text: "2.34.1".into(),
    })]);
    grex!(sandbox, "sync").with_shim(&shim).run().success();
}

#[test]
fn a_container_whose_session_leader_is_outside() {
    let grex = env!("CARGO_BIN_EXE_grex");
    if !need("unshare") {
        return;
    }
    let inside = ["--user", "--map-root-user", "--pid", "--fork", "--"];
    let sandbox = workspace_with(&["one"]);
    let allowed = sandbox.program("unshare").args(inside).arg("true").run();
    if allowed.status != Some(0) {
        skip("needs permission to make namespaces");
        return;
    }
    let outcome = sandbox
        .program("unshare")
        .args(inside)
        .args([grex, "sync"])
        .in_dir(sandbox.workspace())
        .run();
    tidy(&sandbox, outcome.success());
}
