//! Repositories that are damaged: each fails by itself, and nothing of it is touched.

use std::{fs, path::Path};

use grex_fixtures::grex;

use crate::support::{entry, refused, workspace_with};

fn damage(name: &str, git: &Path) {
    match name {
        "head-empty" => fs::write(git.join("HEAD"), "").unwrap(),
        "head-gone" => fs::remove_file(git.join("HEAD")).unwrap(),
        "head-garbage" => fs::write(git.join("HEAD"), "\0\0\0\0").unwrap(),
        "objects-gone" => {
            fs::remove_dir_all(git.join("objects")).unwrap();
            fs::create_dir(git.join("objects")).unwrap();
        }
        "index-truncated" => {
            let bytes = fs::read(git.join("index")).unwrap();
            fs::write(git.join("index"), &bytes[..bytes.len() / 2]).unwrap();
        }
        "config-garbage" => fs::write(git.join("config"), "[core\n\0").unwrap(),
        "refs-garbage" => fs::write(git.join("refs/heads/main"), "nonsense\n").unwrap(),
        other => panic!("no such damage: {other}"),
    }
}

#[test]
fn s7_a_damaged_pack_fails_and_the_others_are_done() {
    let all = [
        "head-empty",
        "head-gone",
        "head-garbage",
        "index-truncated",
        "config-garbage",
        "refs-garbage",
    ];
    let packs = [&all[..], &["sound"]].concat();
    let sandbox = workspace_with(&packs);
    for pack in packs {
        let url = crate::support::url_of(&sandbox, pack);
        let writer = format!("writer-{pack}");
        sandbox.git("", &["clone", "-q", &url, &writer]);
        sandbox.write(format!("{writer}/README"), "changed\n");
        sandbox.git(&writer, &["commit", "-qam", "change"]);
        sandbox.git(&writer, &["push", "-q"]);
    }
    for name in all {
        sandbox.write(format!("workspace/{name}/mine"), "mine\n");
        damage(name, &sandbox.path(format!("workspace/{name}/.git")));
    }
    let outcome = grex!(sandbox, "sync").run();
    refused(&sandbox, &outcome, 4, &all);
    assert_eq!(sandbox.read("workspace/sound/README"), "changed\n");
    for name in all {
        assert_eq!(
            sandbox.read(format!("workspace/{name}/README")),
            "hello\n",
            "{name}"
        );
        assert_eq!(
            sandbox.read(format!("workspace/{name}/mine")),
            "mine\n",
            "{name}"
        );
    }
    let outcome = grex!(sandbox, "sync", "--json").run();
    outcome.code(4);
    for name in all {
        let pack = entry(&outcome.json(), name);
        assert_eq!(pack["result"], "err", "{pack}");
        assert!(
            !pack["failure"]["message"].as_str().unwrap().is_empty(),
            "{pack}"
        );
    }
    assert_eq!(entry(&outcome.json(), "sound")["result"], "ok");
    // Looking at them neither ends the run nor changes anything.
    let outcome = grex!(sandbox, "status", "--json").run();
    outcome.code(4);
    assert_eq!(entry(&outcome.json(), "sound")["drift"], "clean");
}

#[test]
fn s7_what_is_broken_is_cloned_again_only_when_asked_and_kept_in_the_trash() {
    let sandbox = workspace_with(&["one"]);
    sandbox.write("workspace/one/mine", "mine\n");
    damage("head-gone", &sandbox.path("workspace/one/.git"));
    grex!(sandbox, "sync").run().code(4);
    assert!(
        sandbox.path("workspace/one/mine").exists(),
        "not without being asked"
    );
    let outcome = grex!(sandbox, "sync", "--force").run();
    outcome.success();
    let place = outcome
        .stdout
        .split("is kept in ")
        .nth(1)
        .expect("where it is")
        .trim_end();
    let place = Path::new(place.lines().next().unwrap());
    assert!(
        place.starts_with(sandbox.path("workspace/.grex/.state/trash")),
        "{place:?}"
    );
    assert_eq!(fs::read(place.join("mine")).unwrap(), b"mine\n");
    assert_eq!(fs::read(place.join("README")).unwrap(), b"hello\n");
    assert!(place.join(".git/objects").is_dir());
    assert!(!sandbox.path("workspace/one/mine").exists());
    assert_eq!(sandbox.git("workspace/one", &["status", "--porcelain"]), "");
}

#[test]
fn s7_objects_that_are_gone_are_fetched_or_named() {
    let sandbox = workspace_with(&["one", "two"]);
    sandbox.write("workspace/one/mine", "mine\n");
    damage("objects-gone", &sandbox.path("workspace/one/.git"));
    let outcome = grex!(sandbox, "sync", "--json").run();
    let one = entry(&outcome.json(), "one");
    if one["result"] == "ok" {
        sandbox.git("workspace/one", &["fsck"]);
    } else {
        outcome.code(4);
        assert!(
            !one["failure"]["message"].as_str().unwrap().is_empty(),
            "{one}"
        );
    }
    assert_eq!(entry(&outcome.json(), "two")["result"], "ok");
    assert_eq!(sandbox.read("workspace/one/mine"), "mine\n");
}
