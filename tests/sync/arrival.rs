//! A whole tree from a committed manifest.

use std::path::Path;

use grex_fixtures::{Sandbox, Tree, grex};
use serde_json::{Value, json};

use crate::ground::everything_in;

/// One pack of the tree, as it should arrive.
struct Expected {
    path: String,
    sha: String,
    /// None: detached.
    branch: Option<&'static str>,
}

/// Three levels, thirty packs, and a repository `workspace` whose manifest registers the top
/// ones.
fn plant(sandbox: &Sandbox) -> Vec<Expected> {
    let tree = Tree::plant(
        sandbox,
        "
         one
           a @branch dev
           b
             b1 @v1
             b2 @commit
             b3
           c @v2
             c1
             c2 @branch next
         two
           d
             d1
             d2
             d3
           e @commit
         three @branch dev
         four @v1
           f
             f1
             f2 @branch dev
           g
         five @commit
           h",
    );
    let mut expected: Vec<_> = tree
        .packs
        .iter()
        .map(|pack| Expected {
            path: pack.path.clone(),
            sha: pack.sha.clone(),
            branch: match pack.reference.as_deref() {
                None => Some("main"),
                Some("dev") => Some("dev"),
                Some("next") => Some("next"),
                Some(_) => None,
            },
        })
        .collect();
    let grandchild = sandbox.remote("grandchild").commit("a", "1\n").create();
    let child = sandbox
        .remote("child")
        .pack_yaml(&format!(
            "schema_version: \"1\"\nname: child\ntype: meta\nchildren:\n  - url: \"{}\"\n    path: \"größer/als drei\"\n",
            grandchild.url()
        ))
        .create();
    let annotated = sandbox
        .remote("annotated")
        .commit("a", "1\n")
        .annotated_tag("v1.0")
        .commit("a", "2\n")
        .create();
    let parent = sandbox
        .remote("parent")
        .pack_yaml(&format!(
            "schema_version: \"1\"\nname: parent\ntype: meta\nchildren:\n  - url: \"{}\"\n    path: \"with space\"\n  - url: \"{}\"\n    path: annotated\n    ref: v1.0\n",
            child.url(),
            annotated.url()
        ))
        .create();
    let short = sandbox
        .remote("short")
        .commit("a", "1\n")
        .commit("a", "2\n")
        .create();
    let pinned = short.resolve("refs/heads/main~1");
    let outer = "päckchen/日本";
    let more = [
        (outer.to_owned(), parent.head("main"), Some("main")),
        (
            format!("{outer}/with space"),
            child.head("main"),
            Some("main"),
        ),
        (
            format!("{outer}/with space/größer/als drei"),
            grandchild.head("main"),
            Some("main"),
        ),
        (
            format!("{outer}/annotated"),
            annotated.resolve("refs/tags/v1.0"),
            None,
        ),
        ("deep down/short one".to_owned(), pinned.clone(), None),
        (
            "tagged".to_owned(),
            annotated.resolve("refs/tags/v1.0"),
            None,
        ),
        ("tracked".to_owned(), short.head("main"), Some("main")),
    ];
    expected.extend(
        more.into_iter()
            .map(|(path, sha, branch)| Expected { path, sha, branch }),
    );
    let mut manifest = String::new();
    let mut add = |path: &str, url: &str, reference: Option<&str>| {
        let event = json!({"op": "add", "ts": "2026-01-02T03:04:05Z", "id": path, "url": url,
            "path": path, "type": "meta", "ref": reference, "schema_version": "1"});
        manifest += &format!("{event}\n");
    };
    for root in tree.roots() {
        add(&root.path, &root.url, root.reference.as_deref());
    }
    add(outer, &parent.url(), None);
    add("deep down/short one", &short.url(), Some(&pinned[..9]));
    add("tagged", &annotated.file_url(), Some("v1.0"));
    add("tracked", &short.url(), Some("main"));
    sandbox
        .remote("workspace")
        .commit("README", "mine\n")
        .commit("grex.jsonl", manifest)
        .create();
    expected.sort_by(|a, b| a.path.cmp(&b.path));
    expected
}

fn assert_arrived(sandbox: &Sandbox, workspace: &Path, expected: &[Expected]) {
    for pack in expected {
        let place = workspace.join(&pack.path);
        assert_eq!(
            sandbox.git(&place, &["rev-parse", "HEAD"]),
            pack.sha,
            "{}",
            pack.path
        );
        let branch = sandbox.git(&place, &["branch", "--show-current"]);
        assert_eq!(branch, pack.branch.unwrap_or_default(), "{}", pack.path);
        assert_eq!(
            sandbox.git(&place, &["status", "--porcelain"]),
            "",
            "{}",
            pack.path
        );
    }
    let lockfile = sandbox.read(workspace.join("grex.lock.jsonl"));
    let entries: Vec<Value> = lockfile
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let locked: Vec<_> = entries
        .iter()
        .map(|entry| {
            (
                entry["id"].as_str().unwrap(),
                entry["sha"].as_str().unwrap(),
            )
        })
        .collect();
    let wanted: Vec<_> = expected
        .iter()
        .map(|pack| (pack.path.as_str(), pack.sha.as_str()))
        .collect();
    assert_eq!(locked, wanted);
    // The packs are hidden from the workspace's own git; the books are not.
    let status = [
        "status",
        "--porcelain",
        "--untracked-files=all",
        "--",
        ":!.gitattributes",
    ];
    assert_eq!(
        sandbox.git(workspace, &status),
        "?? .gitignore\n?? grex.lock.jsonl"
    );
}

#[test]
fn a_tree_arrives_with_one_sync_and_the_next_runs_touch_nothing() {
    let sandbox = Sandbox::new();
    let expected = plant(&sandbox);
    assert_eq!(expected.len(), 30);
    let workspace = sandbox.workspace();
    sandbox.git("", &["clone", "-q", "remotes/workspace.git", "workspace"]);
    let report = grex!(sandbox, "sync", "--json").run().success().json();
    let packs = report.as_array().unwrap();
    let listed: Vec<_> = packs
        .iter()
        .map(|pack| {
            assert_eq!(
                (&pack["result"], &pack["change"], &pack["sha_before"]),
                (&json!("ok"), &json!("cloned"), &json!("")),
                "{pack:#}"
            );
            (
                pack["id"].as_str().unwrap(),
                pack["sha_after"].as_str().unwrap(),
            )
        })
        .collect();
    let wanted: Vec<_> = expected
        .iter()
        .map(|pack| (pack.path.as_str(), pack.sha.as_str()))
        .collect();
    assert_eq!(listed, wanted);
    assert_arrived(&sandbox, &workspace, &expected);

    let before = everything_in(&workspace);
    for run in ["second", "third"] {
        let report = grex!(sandbox, "sync", "--json").run().success().json();
        for pack in report.as_array().unwrap() {
            assert_eq!(pack["change"], "up-to-date", "{pack:#}");
            assert_eq!(pack["commits"], 0, "{pack:#}");
            assert_eq!(pack["sha_before"], pack["sha_after"], "{pack:#}");
        }
        assert_eq!(report.as_array().unwrap().len(), 30);
        let after = everything_in(&workspace);
        let changed: Vec<_> = after.iter().filter(|line| !before.contains(line)).collect();
        assert_eq!(changed, Vec::<&String>::new(), "after the {run} run");
        assert_eq!(after.len(), before.len());
    }
}

#[test]
fn a_tree_arrives_with_init_from_and_the_next_runs_touch_nothing() {
    let sandbox = Sandbox::new();
    let expected = plant(&sandbox);
    let url = sandbox.path("remotes/workspace.git");
    let outcome = grex!(sandbox, "init", "--json", "here/work space", "--from", &url).run();
    let report = outcome.success().json();
    let workspace = sandbox.workspace().join("here/work space");
    assert_eq!(report["workspace"], workspace.to_str().unwrap());
    let cloned: Vec<_> = report["cloned"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect();
    let wanted: Vec<_> = expected.iter().map(|pack| pack.path.as_str()).collect();
    assert_eq!(cloned, wanted);
    assert_arrived(&sandbox, &workspace, &expected);

    let before = everything_in(&workspace);
    for arguments in [&["sync"][..], &["init"], &["status"], &["sync"]] {
        let outcome = grex!(sandbox).args(arguments).in_dir(&workspace).run();
        outcome.success();
        let after = everything_in(&workspace);
        let changed: Vec<_> = after.iter().filter(|line| !before.contains(line)).collect();
        assert_eq!(changed, Vec::<&String>::new(), "after {arguments:?}");
        assert_eq!(after.len(), before.len());
    }
}
