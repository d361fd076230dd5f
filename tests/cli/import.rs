//! `grex import`.

use std::fs;

use grex_fixtures::{Outcome, Sandbox, grex};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Still, url_of, workspace, workspace_with};

/// The events of the manifest.
fn events(sandbox: &Sandbox) -> Vec<Value> {
    let manifest = sandbox.read("workspace/grex.jsonl");
    let lines = manifest.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// `path` of each entry of a list of the report.
fn paths(outcome: &Outcome, list: &str) -> Vec<String> {
    let report = outcome.json();
    let entries = report[list].as_array().unwrap();
    let paths = entries
        .iter()
        .map(|entry| entry["path"].as_str().unwrap().to_owned());
    paths.collect()
}

/// Makes a repository with these files committed.
fn repository(sandbox: &Sandbox, directory: &str, files: &[(&str, &str)]) {
    fs::create_dir_all(sandbox.path(directory)).unwrap();
    sandbox.git(directory, &["init", "-q", "-b", "main"]);
    for (path, text) in files {
        sandbox.write(format!("{directory}/{path}"), text);
    }
    sandbox.git(directory, &["add", "-A"]);
    sandbox.git(directory, &["commit", "-q", "--allow-empty", "-m", "files"]);
}

const LIST: &str = r#"[
  {"url": "https://h.example/a.git", "path": "a"},
  {"url": "git@h.example:o/b.git", "path": "deep/er/b", "note": 1},
  {"url": "git@h.example/o/c", "path": "c"}
]"#;

#[test]
fn a_list_is_registered_at_once_and_a_second_time_changes_nothing() {
    let sandbox = workspace();
    sandbox.write("workspace/REPOS.json", LIST);
    let outcome = grex!(sandbox, "import", "REPOS.json").run();
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 4
    ----- stdout -----
    a  https://h.example/a.git
    deep/er/b  git@h.example:o/b.git
    not carried over:
      `note` (REPOS.json:3)
    repos-json: 2 imported, 1 failed

    ----- stderr -----
    c  failed: `git@h.example/o/c` is neither a URL nor a path: `user@host/path` lacks the colon after the host (REPOS.json:4)
    ");
    let events = events(&sandbox);
    assert_eq!(events.len(), 2);
    assert_eq!(
        (&events[1]["op"], &events[1]["id"], &events[1]["type"]),
        (&json!("add"), &json!("deep/er/b"), &json!("meta"))
    );
    let ignored = sandbox.read("workspace/.gitignore");
    assert!(ignored.contains("\n/a/\n/deep/er/b/\n"), "{ignored}");
    let still = Still::of(sandbox.workspace());
    let again = grex!(
        sandbox,
        "import",
        "--json",
        "--from-repos-json",
        "REPOS.json"
    )
    .run();
    again.code(4);
    assert_eq!(paths(&again, "skipped"), ["a", "deep/er/b"]);
    assert_eq!(again.json()["imported"], json!([]));
    still.check();
    grex!(sandbox, "ls").run().success();
}

#[test]
fn the_report_says_where_everything_stands() {
    let sandbox = workspace();
    sandbox.write("workspace/REPOS.json", LIST);
    let still = Still::of(sandbox.workspace());
    let outcome = grex!(sandbox, "import", "--dry-run", "--json", "REPOS.json").run();
    outcome.code(4);
    let report = outcome.json();
    assert_eq!(
        (&report["dry_run"], &report["format"]),
        (&json!(true), &json!("repos-json"))
    );
    assert_eq!(
        report["imported"][0],
        json!({"path": "a", "url": "https://h.example/a.git", "ref": null, "kind": "meta", "change": "added"})
    );
    assert_eq!(
        (
            &report["failed"][0]["path"],
            &report["failed"][0]["file"],
            &report["failed"][0]["line"]
        ),
        (&json!("c"), &json!("REPOS.json"), &json!(4))
    );
    assert_eq!(
        report["not_carried_over"],
        json!([{"what": "`note`", "count": 1, "file": "REPOS.json", "line": 3}])
    );
    still.check();
}

#[test]
fn another_url_is_refused_unless_it_is_forced() {
    let sandbox = workspace();
    let list = |url: &str| format!("repositories:\n  a: {{type: git, url: {url}, version: v1}}\n");
    sandbox.write("workspace/x.repos", list("https://h.example/a"));
    grex!(sandbox, "import", "x.repos").run().success();
    // The same repository, written differently.
    sandbox.write("workspace/x.repos", list("https://h.example/a.git/"));
    let same = grex!(sandbox, "import", "--json", "x.repos").run();
    same.success();
    assert_eq!(paths(&same, "skipped"), ["a"]);
    sandbox.write("workspace/x.repos", list("https://other.example/a"));
    let still = Still::of(sandbox.workspace());
    let refused = grex!(sandbox, "import", "--json", "x.repos").run();
    refused.code(2);
    let error = refused.json()["failed"][0]["error"].to_string();
    assert!(
        error.contains("registered already, from https://h.example/a;"),
        "{error}"
    );
    still.check();
    let forced = grex!(sandbox, "import", "--json", "--force", "x.repos").run();
    forced.success();
    assert_eq!(forced.json()["imported"][0]["change"], "updated");
    let listed = grex!(sandbox, "ls", "--json").run().json();
    assert_eq!(listed[0]["url"], "https://other.example/a");
    assert_eq!(listed[0]["ref"], "v1");
}

#[test]
fn places_that_some_file_system_takes_for_one_are_refused() {
    let sandbox = workspace_with(&["lib"]);
    sandbox.write(
        "workspace/.meta",
        r#"{"projects": {"LIB": "https://h.example/1", "lib/inner": "https://h.example/2",
            "x/y": "https://h.example/3", "x": "https://h.example/4", "X/y": "https://h.example/5",
            "x/z": "https://h.example/6", ".git": "https://h.example/7"}}"#,
    );
    let outcome = grex!(sandbox, "import", "--json", ".meta").run();
    outcome.code(4);
    assert_eq!(paths(&outcome, "imported"), ["x/y", "x/z"]);
    assert_eq!(
        paths(&outcome, "failed"),
        [".git", "LIB", "X/y", "lib/inner", "x"]
    );
    grex!(sandbox, "ls").run().success();
}

#[test]
fn submodules_are_pinned_to_the_commits_of_the_tree() {
    let sandbox = workspace();
    let first = sandbox.remote("first").commit("a", "1").create();
    let second = sandbox
        .remote("second")
        .commit("a", "2")
        .commit("a", "3")
        .create();
    let modules = "[submodule \"one\"]\n\tpath = subs/first\n\turl = ../first.git\n\tbranch = dev\n\
        [submodule \"two\"]\n\tpath = subs/second\n\turl = ./../second.git\n\
        [submodule \"three\"]\n\tpath = third\n\turl = ../third.git\n\tbranch = main\n";
    repository(&sandbox, "super", &[(".gitmodules", modules)]);
    let origin = url_of(&sandbox, "super");
    sandbox.git("super", &["remote", "add", "origin", &origin]);
    let pin = first.head("main");
    let old = second.resolve("main~1");
    for (id, path) in [(&pin, "subs/first"), (&old, "subs/second")] {
        let info = format!("160000,{id},{path}");
        sandbox.git("super", &["update-index", "--add", "--cacheinfo", &info]);
    }
    sandbox.git("super", &["commit", "-q", "-m", "pins"]);
    let file = sandbox.path("super/.gitmodules");
    let outcome = grex!(sandbox, "import", "--json", &file).run();
    outcome.success();
    let imported = outcome.json()["imported"].clone();
    assert_eq!(imported[0]["ref"], json!(pin));
    assert_eq!(imported[0]["url"], first.url());
    assert_eq!(imported[1]["ref"], json!(old));
    assert_eq!(
        (&imported[2]["path"], &imported[2]["ref"]),
        (&json!("third"), &json!("main"))
    );
    let notes = outcome.json()["not_carried_over"].to_string();
    assert!(notes.contains("`branch` of submodules"), "{notes}");
    grex!(sandbox, "sync", "--only", "subs/*").run().success();
    assert_eq!(sandbox.read("workspace/subs/second/a"), "2");
}

#[test]
fn what_is_imported_can_be_cloned_at_once() {
    let sandbox = workspace_with(&["old"]);
    let one = sandbox
        .remote("one")
        .commit("a", "1")
        .tag("1.10")
        .commit("a", "2")
        .create();
    let two = sandbox.remote("two").commit("b", "1").create();
    let list = format!(
        "repositories:\n  x/one: {{type: git, url: {}, version: 1.10}}\n  two: {{type: git, url: {}}}\n",
        one.url(),
        two.url()
    );
    sandbox.write("workspace/all.repos", list);
    let outcome = grex!(sandbox, "import", "--json", "--sync", "all.repos").run();
    outcome.success();
    let synced = outcome.json()["synced"].clone();
    assert_eq!(synced.as_array().unwrap().len(), 2);
    assert_eq!(
        (&synced[1]["id"], &synced[1]["change"]),
        (&json!("x/one"), &json!("cloned"))
    );
    assert_eq!(sandbox.read("workspace/x/one/a"), "1");
    // Whoever was interrupted goes on with the same command.
    fs::remove_dir_all(sandbox.path("workspace/two")).unwrap();
    let again = grex!(sandbox, "import", "--sync", "all.repos").run();
    again.success();
    assert!(sandbox.path("workspace/two/.git").is_dir());
}

#[test]
fn relative_urls_can_be_told_what_they_are_relative_to() {
    let sandbox = workspace();
    let projects: String = (0..8)
        .map(|number| format!("<project name='p{number}'/>"))
        .collect();
    sandbox.write(
        "workspace/m.xml",
        format!(
            "<manifest><remote name='r' fetch='..'/><default remote='r'/>{projects}</manifest>"
        ),
    );
    let unknown = grex!(sandbox, "import", "m.xml").run();
    unknown.code(4);
    assert_eq!(unknown.stderr.matches("p3  failed: ").count(), 1);
    assert_eq!(unknown.stderr.matches("p5  failed: ").count(), 0);
    assert!(unknown.stderr.contains("\n3 more failed: the remote's"));
    assert!(unknown.stderr.contains("--base-url URL"));

    sandbox.write(
        "workspace/.gitmodules",
        "[submodule \"s\"]\n\tpath = s\n\turl = ../s.git\n",
    );
    for (file, path, url) in [
        ("m.xml", "p7", "https://h.example/p7"),
        (".gitmodules", "s", "https://h.example/o/s.git"),
    ] {
        let base = "https://h.example/o/manifest";
        let outcome = grex!(sandbox, "import", file, "--base-url", base, "--json").run();
        outcome.success();
        let report = outcome.json();
        let imported = report["imported"].as_array().unwrap();
        let pack = imported.iter().find(|pack| pack["path"] == path).unwrap();
        assert_eq!(pack["url"], url);
    }
}

#[test]
fn a_scan_finds_what_nothing_declares() {
    let sandbox = workspace_with(&["known"]);
    for directory in [
        "one",
        "deep/two",
        "deep/er/three",
        ".hidden/four",
        "one/inside",
        "known/five",
    ] {
        repository(&sandbox, &format!("workspace/{directory}"), &[("a", "a")]);
        sandbox.git(
            format!("workspace/{directory}"),
            &["remote", "add", "origin", "https://h.example/x.git"],
        );
    }
    sandbox.git("workspace/deep/two", &["checkout", "-q", "-b", "feature/x"]);
    sandbox.git("workspace/deep/er/three", &["checkout", "-q", "--detach"]);
    let id = sandbox.git("workspace/deep/er/three", &["rev-parse", "HEAD"]);
    repository(&sandbox, "workspace/local", &[]);
    std::os::unix::fs::symlink("one", sandbox.path("workspace/link")).unwrap();
    sandbox.git("workspace/one", &["worktree", "add", "-q", "../tree"]);
    let near = grex!(
        sandbox,
        "import",
        "--json",
        "--dry-run",
        "--scan",
        "--depth",
        "1"
    )
    .run();
    near.success();
    assert_eq!(paths(&near, "imported"), ["one"]);
    let outcome = grex!(sandbox, "import", "--json", "--scan").run();
    outcome.success();
    assert_eq!(
        paths(&outcome, "imported"),
        ["deep/er/three", "deep/two", "one"]
    );
    let report = outcome.json();
    let references: Vec<_> = (0..3)
        .map(|index| report["imported"][index]["ref"].clone())
        .collect();
    assert_eq!(
        references,
        [json!(id.trim()), json!("feature/x"), json!("main")]
    );
    assert_eq!(paths(&outcome, "skipped"), ["local", "tree"]);
    let still = Still::of(sandbox.workspace());
    let again = grex!(sandbox, "import", "--json", "--scan").run();
    assert_eq!(again.json()["imported"], json!([]));
    still.check();
    grex!(sandbox, "status").run().success();
}

#[test]
fn gitas_repositories_say_themselves_where_they_come_from() {
    let sandbox = workspace();
    for (directory, url) in [
        ("workspace/deep/a", "https://h.example/a"),
        ("outside", "https://h.example/o"),
    ] {
        repository(&sandbox, directory, &[]);
        sandbox.git(directory, &["remote", "add", "origin", url]);
    }
    let row = |directory: &str| format!("{},x,,\n", sandbox.path(directory).display());
    let rows = ["workspace/deep/a", "outside", "workspace/gone", "workspace"].map(row);
    sandbox.write("repos.csv", rows.concat());
    let outcome = grex!(sandbox, "import", "--json", sandbox.path("repos.csv")).run();
    outcome.code(4);
    assert_eq!(outcome.json()["format"], "gita");
    let imported = outcome.json()["imported"][0].clone();
    assert_eq!(
        (&imported["path"], &imported["url"], &imported["ref"]),
        (
            &json!("deep/a"),
            &json!("https://h.example/a"),
            &json!("main")
        )
    );
    let failed = outcome.json()["failed"].to_string();
    assert!(
        failed.contains("outside of the workspace") && failed.contains("it is not there"),
        "{failed}"
    );
    assert_eq!(outcome.json()["skipped"].as_array().unwrap().len(), 1);
}

#[test]
fn included_files_cannot_lie_outside_of_the_files_repository() {
    let sandbox = workspace();
    sandbox.write(
        "secret.xml",
        "<manifest><project name='secret'/></manifest>",
    );
    sandbox.write(
        "flat/in.xml",
        "<manifest><project name='a' path='p/a'/></manifest>",
    );
    let top = |name: &str| {
        format!(
            "<manifest><remote name='r' fetch='https://h.example'/><default remote='r'/>\n<include name='{name}'/></manifest>"
        )
    };
    std::os::unix::fs::symlink("../secret.xml", sandbox.path("flat/link.xml")).unwrap();
    std::os::unix::fs::symlink("in.xml", sandbox.path("flat/inner.xml")).unwrap();
    let still = Still::of(sandbox.workspace());
    for name in ["../secret.xml", "link.xml", "none.xml"] {
        sandbox.write("flat/top.xml", top(name));
        let outcome = grex!(sandbox, "import", "--json", sandbox.path("flat/top.xml")).run();
        outcome.code(1);
        let error = outcome.json()["error"].clone();
        assert_eq!(error["line"], json!(2), "{name}: {error}");
        assert!(!error.to_string().contains("project"), "{name}: {error}");
    }
    still.check();
    sandbox.write("flat/top.xml", top("inner.xml"));
    let outcome = grex!(sandbox, "import", "--json", sandbox.path("flat/top.xml")).run();
    outcome.success();
    assert_eq!(paths(&outcome, "imported"), ["p/a"]);
}

#[test]
fn the_top_file_of_repo_stands_for_a_manifest_of_the_repository_beside_it() {
    let sandbox = workspace();
    let text = "<manifest><remote name='r' fetch='..'/><default remote='r' revision='main'/>\
        <project name='p/a' path='a'/><project name='b' groups='notdefault,extra'/></manifest>";
    repository(
        &sandbox,
        "workspace/.repo/manifests",
        &[("default.xml", text)],
    );
    let origin = "https://h.example/platform/manifest";
    sandbox.git(
        "workspace/.repo/manifests",
        &["remote", "add", "origin", origin],
    );
    sandbox.write(
        "workspace/.repo/manifest.xml",
        "<manifest><include name='default.xml'/></manifest>",
    );
    let outcome = grex!(sandbox, "import", "--json", ".repo/manifest.xml").run();
    outcome.success();
    assert_eq!(
        outcome.json()["imported"][0]["url"],
        "https://h.example/p/a"
    );
    assert_eq!(paths(&outcome, "skipped"), ["b"]);
    let asked = grex!(
        sandbox,
        "import",
        "--json",
        ".repo/manifest.xml",
        "--group",
        "extra"
    )
    .run();
    assert_eq!(paths(&asked, "imported"), ["b"]);
}

#[test]
fn blocks_of_an_older_tool_are_folded_into_the_one_block() {
    let sandbox = workspace_with(&["a"]);
    let before = sandbox.read("workspace/.gitignore");
    let old = "mine\n# >>> grex:a >>>\n/a/\n# <<< grex:a <<<\n# >>> grex:b >>>\nb/\n*.log\n# <<< grex:b <<<\n";
    sandbox.write("workspace/.gitignore", format!("{old}{before}"));
    let still = Still::of(sandbox.workspace());
    let planned = grex!(
        sandbox,
        "import",
        "--migrate-gitignore",
        "--dry-run",
        "--json"
    )
    .run();
    planned.success();
    still.check();
    let outcome = grex!(sandbox, "import", "--migrate-gitignore", "--json").run();
    outcome.success();
    assert_eq!(
        outcome.json()["folded"],
        json!([{"block": "a", "kept": []}, {"block": "b", "kept": ["b/", "*.log"]}])
    );
    assert_eq!(planned.json()["folded"], outcome.json()["folded"]);
    let after = sandbox.read("workspace/.gitignore");
    assert_eq!(after, format!("mine\nb/\n*.log\n{before}"));
    let still = Still::of(sandbox.workspace());
    let again = grex!(sandbox, "import", "--migrate-gitignore", "--json").run();
    again.success();
    assert_eq!(again.json().get("folded"), None);
    still.check();
}

#[test]
fn the_type_is_what_a_pack_says_or_what_is_typed() {
    let sandbox = workspace();
    sandbox.write(
        "workspace/a/.grex/pack.yaml",
        "schema_version: \"1\"\nname: a\ntype: declarative\n",
    );
    sandbox.write(
        "workspace/REPOS.json",
        r#"[{"url": "https://h.example/a"}, {"url": "https://h.example/b"}]"#,
    );
    let unknown = grex!(sandbox, "import", "REPOS.json", "--default-type", "odd").run();
    unknown.code(8);
    let outcome = grex!(
        sandbox,
        "import",
        "REPOS.json",
        "--json",
        "--default-type",
        "scripted"
    )
    .run();
    outcome.success();
    let report = outcome.json();
    assert_eq!(report["imported"][0]["kind"], "declarative");
    assert_eq!(report["imported"][1]["kind"], "scripted");
}

#[test]
fn what_makes_no_sense_is_wrong_usage() {
    let sandbox = workspace();
    sandbox.write("workspace/x", "hello\n");
    sandbox.write("workspace/REPOS.json", "[]");
    sandbox.write("workspace/m.xml", "<manifest/>");
    for arguments in [
        &[][..],
        &["--depth", "2"],
        &["--scan", "--depth", "0"],
        &["missing.json"],
        &["x"],
        &["REPOS.json", "--format", "none"],
        &["REPOS.json", "--group", "x"],
        &["--scan", "--group", "x"],
        &["--scan", "--base-url", "https://h.example/m"],
        &["REPOS.json", "--base-url", "https://h.example/m"],
        &["m.xml", "--base-url", "../m"],
        &["m.xml", "--base-url", "ext::sh -c x"],
        &["REPOS.json", "--from-repos-json", "REPOS.json"],
        &["REPOS.json", "--filter", "x"],
        &["REPOS.json", "--trust"],
    ] {
        let run = grex!(sandbox, "import").args(arguments).run();
        run.code(2);
    }
    let fifo = grex!(sandbox, "import", "/dev/zero").run();
    fifo.code(1);
}
