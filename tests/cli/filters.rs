//! `--filter` and `--only`: every term, negation, or, and what matches nothing.

use std::fs;

use grex_fixtures::{Sandbox, grex};

use crate::support::{Still, pack_yaml, refused, registration, url_of, workspace};

/// A workspace whose packs differ in everything that a filter asks.
fn packs() -> Sandbox {
    let sandbox = workspace();
    let pack = |name: &str| sandbox.remote(name).commit("a", "1").commit("b", "2");
    let docs = "schema_version: \"1\"\nname: handbook\ntype: declarative\nactions: []\n";
    pack("api").create();
    pack("web").create();
    pack("core").create();
    pack("docs").pack_yaml(docs).create();
    let child = serde_json::json!({"url": "../core.git", "path": "core"});
    pack("libs")
        .pack_yaml(&pack_yaml("libs", &[child]))
        .create();
    let lines: String = [
        ("services/api", "api", None),
        ("services/web", "web", None),
        ("docs", "docs", None),
        ("libs", "libs", None),
        ("pinned", "api", Some("HEAD~1")),
    ]
    .iter()
    .map(|(path, name, pin)| {
        let id = pin.map(|pin| sandbox.git(format!("remotes/{name}.git"), &["rev-parse", pin]));
        registration(path, &url_of(&sandbox, name), id.as_deref())
    })
    .collect();
    sandbox.write("workspace/grex.jsonl", lines);
    grex!(sandbox, "sync").run().success();
    sandbox
}

#[track_caller]
fn selected(sandbox: &Sandbox, words: &[&str]) -> Vec<String> {
    let outcome = grex!(sandbox).args(words).arg("--json").run();
    outcome.success();
    let list = outcome.json();
    list.as_array()
        .unwrap()
        .iter()
        .map(|pack| pack["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_term_about_what_is_declared() {
    let sandbox = packs();
    for (filter, expected) in [
        ("docs", &["docs"][..]),
        ("path=services/*", &["services/api", "services/web"]),
        ("services/*", &["services/api", "services/web"]),
        ("*", &["docs", "libs", "pinned"]),
        (
            "**",
            &[
                "docs",
                "libs",
                "libs/core",
                "pinned",
                "services/api",
                "services/web",
            ],
        ),
        ("**/core", &["libs/core"]),
        ("name=web", &["services/web"]),
        ("name=w?b", &["services/web"]),
        // A name is what the pack says of itself.
        ("name=handbook", &["docs"]),
        // A URL is both as declared and as it is meant.
        ("url=../core.git", &["libs/core"]),
        ("url=**/core.git", &["libs/core"]),
        ("type=declarative", &["docs"]),
        (
            "type=meta depth=0",
            &["libs", "pinned", "services/api", "services/web"],
        ),
        ("depth=1", &["libs/core"]),
        (
            "depth<=0",
            &["docs", "libs", "pinned", "services/api", "services/web"],
        ),
        ("url=**/api.git", &["pinned", "services/api"]),
        ("!depth=0", &["libs/core"]),
        ("services/*,!**/web", &["services/api"]),
        ("!services/* !depth=1 !docs", &["libs", "pinned"]),
    ] {
        for verb in ["ls", "status", "sync"] {
            assert_eq!(
                selected(&sandbox, &[verb, "--filter", filter]),
                expected,
                "{verb} {filter}"
            );
        }
    }
}

#[test]
fn what_a_pack_cannot_answer_is_neither_so_nor_otherwise() {
    let sandbox = packs();
    fs::remove_dir_all(sandbox.path("workspace/docs")).unwrap();
    for verb in ["status", "sync", "update"] {
        for filter in ["changed-since=nosuch", "!changed-since=nosuch"] {
            let outcome = grex!(sandbox, verb, "--dry-run", "--filter", filter).run();
            outcome.code(2);
            assert!(
                outcome.stderr.contains("`nosuch`"),
                "{}",
                outcome.snapshot()
            );
        }
    }
}

#[test]
fn a_pack_that_cannot_be_looked_at_is_shown_only_where_it_may_be_meant() {
    let sandbox = packs();
    fs::remove_file(sandbox.path("workspace/docs/.git/HEAD")).unwrap();
    let outcome = grex!(sandbox, "status", "--filter", "libs").run();
    outcome.success();
    assert_eq!(outcome.stderr, "");
    for filter in ["docs", "state=dirty", "name=handbook"] {
        let outcome = grex!(sandbox, "status", "--filter", filter).run();
        outcome.code(4);
        assert!(outcome.stderr.contains("docs"), "{}", outcome.snapshot());
    }
}

#[test]
fn what_matches_nothing_is_met_with_what_may_have_been_meant() {
    let sandbox = packs();
    for (filter, hint) in [
        ("dosc", "did you mean `docs`?"),
        ("type=declartive", "did you mean `type=declarative`?"),
        (
            "state=diverged",
            "`grex status` shows the states of the packs",
        ),
        ("url=nowhere", "`grex ls` lists the packs"),
    ] {
        let outcome = grex!(sandbox, "status", "--filter", filter).run();
        outcome.code(2);
        let told = format!("error: no pack matches {filter}\nhint: {hint}\n");
        assert_eq!(outcome.stderr, told);
    }
}

#[test]
fn repeated_they_are_alternatives() {
    let sandbox = packs();
    for verb in ["ls", "status", "sync"] {
        let words = [verb, "--filter", "docs", "--filter", "depth=1"];
        assert_eq!(selected(&sandbox, &words), ["docs", "libs/core"]);
        let words = ["--filter", "docs", verb, "--filter=pinned"];
        assert_eq!(selected(&sandbox, &words), ["docs", "pinned"]);
    }
    let words = ["sync", "--only", "docs", "--only", "services/*"];
    assert_eq!(
        selected(&sandbox, &words),
        ["docs", "services/api", "services/web"]
    );
    let words = ["sync", "--only", "services/*", "--filter", "**/web"];
    assert_eq!(selected(&sandbox, &words), ["services/web"]);
}

#[test]
fn every_state() {
    let sandbox = packs();
    let git = |pack: &str, args: &[&str]| sandbox.git(format!("workspace/{pack}"), args);
    let empty = ["commit", "-q", "--allow-empty", "-m", "x"];
    sandbox.write("workspace/docs/new", "x");
    git("services/api", &empty);
    git("services/web", &["push", "-q", "origin", "main:main"]);
    git("services/web", &empty);
    git("services/web", &["push", "-q"]);
    git("services/web", &["reset", "-q", "--hard", "HEAD~1"]);
    git("libs", &empty);
    git("libs", &["push", "-q"]);
    git("libs", &["reset", "-q", "--hard", "HEAD~1"]);
    git("libs", &["commit", "-q", "--allow-empty", "-m", "other"]);
    fs::remove_dir_all(sandbox.path("workspace/libs/core")).unwrap();
    let since = git("docs", &["rev-parse", "HEAD"]);
    for (filter, expected) in [
        ("state=dirty", &["docs"][..]),
        ("state=ahead", &["libs", "services/api"]),
        ("state=behind", &["libs", "services/web"]),
        ("state=diverged", &["libs"]),
        ("state=missing", &["libs/core"]),
        ("state=detached", &["pinned"]),
        (
            "!state=detached services/*",
            &["services/api", "services/web"],
        ),
        (
            "changed-since=HEAD~1 services/*",
            &["services/api", "services/web"],
        ),
        (
            "changed-since=origin/main",
            &["docs", "libs", "services/api"],
        ),
        (&format!("changed-since={since}"), &["docs"]),
    ] {
        assert_eq!(
            selected(&sandbox, &["status", "--filter", filter]),
            expected,
            "{filter}"
        );
        let plan = ["sync", "--dry-run", "--filter", filter];
        let outcome = grex!(sandbox).args(plan).arg("--json").run();
        let list = outcome.json();
        let ids: Vec<_> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|pack| pack["id"].clone())
            .collect();
        assert_eq!(
            serde_json::json!(ids),
            serde_json::json!(expected),
            "sync {filter}"
        );
    }
    // What only a checkout can tell is not asked of the books.
    for filter in ["state=dirty", "state=missing", "changed-since=HEAD"] {
        let outcome = grex!(sandbox, "ls", "--filter", filter).run();
        refused(&sandbox, &outcome, 2, &["grex ls", "grex status"]);
    }
}

#[test]
fn what_matches_nothing_suggests_the_closest() {
    let sandbox = packs();
    let still = Still::of(sandbox.path("workspace/docs"));
    for (words, named) in [
        (
            &["ls", "--filter", "service/api"][..],
            &["service/api", "services/api"][..],
        ),
        (&["status", "--filter", "doc"], &["doc", "docs"]),
        (&["sync", "--filter", "pined"], &["pined", "pinned"]),
        (&["sync", "--only", "lib"], &["lib", "libs"]),
        (&["sync", "--dry-run", "--only", "lib"], &["lib", "libs"]),
        (&["status", "--filter", "depth=7"], &["depth=7"]),
        (&["status", "--filter", "state=dirty"], &["state=dirty"]),
    ] {
        let outcome = grex!(sandbox).args(words).run();
        refused(&sandbox, &outcome, 2, named);
    }
    still.check();
}

#[test]
fn what_is_no_filter_is_refused_and_named() {
    let sandbox = packs();
    let still = Still::of(sandbox.workspace());
    for (filter, named) in [
        ("", "empty"),
        ("staet=dirty", "state"),
        ("state=drity", "dirty"),
        ("depth=x", "\"x\""),
        ("depth>1", ">"),
        ("path=a[", "a["),
        ("\"a", "quote"),
        ("!", "!"),
        ("name=", "name="),
    ] {
        for verb in ["ls", "status", "sync"] {
            let outcome = grex!(sandbox, verb, "--filter", filter).run();
            refused(&sandbox, &outcome, 2, &[named]);
        }
    }
    let outcome = grex!(sandbox, "sync", "--only", "a[").run();
    refused(&sandbox, &outcome, 2, &["a["]);
    still.check();
}

#[test]
fn verbs_that_cannot_heed_filters_refuse_them() {
    let sandbox = packs();
    let still = Still::of(sandbox.workspace());
    let url = url_of(&sandbox, "api");
    for words in [&["add", &url, "x"][..], &["rm", "docs"], &["init"]] {
        let outcome = grex!(sandbox, "--filter", "docs").args(words).run();
        refused(&sandbox, &outcome, 2, &["--filter", words[0]]);
    }
    still.check();
}

#[test]
fn nobody_looks_at_what_is_left_out_by_its_name() {
    let sandbox = packs();
    sandbox.write("workspace/docs/.git/HEAD", "nonsense\n");
    let shim = sandbox.shim();
    for (filter, others) in [("!path=docs", 5), ("services/*", 2)] {
        shim.forget();
        let outcome = grex!(sandbox, "status", "--json", "--filter", filter)
            .with_shim(&shim)
            .run();
        let listed = outcome.success().json();
        assert_eq!(listed.as_array().unwrap().len(), others, "{filter}");
        assert_eq!(shim.count("status"), others, "{filter}");
    }
    // What the filter leaves open is told.
    let outcome = grex!(sandbox, "status", "--filter", "state=dirty").run();
    refused(&sandbox, &outcome, 4, &["docs"]);
}
