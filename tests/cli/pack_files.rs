//! A `.grex/pack.yaml` that is wrong, huge, no file at all, or leads round in a circle.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use grex_fixtures::{Outcome, Sandbox, grex};
use serde_json::json;

use crate::support::{
    Still, entry, no_leftovers, pack_yaml, peak_memory, refused, register, registration, tidy,
    workspace, workspace_with,
};

/// The time in which what cannot be used is refused, on a machine with other things to do.
const AT_ONCE: Duration = Duration::from_secs(1);

/// Adds a pack whose contract is this text, in vain: nothing is registered, nothing stays.
#[track_caller]
fn added_in_vain(yaml: &str, code: i32) -> (Sandbox, Outcome) {
    let sandbox = workspace();
    let remote = sandbox.remote("wrong").pack_yaml(yaml).create();
    let still = Still::of(sandbox.workspace());
    let outcome = grex!(sandbox, "add", remote.url()).run();
    refused(&sandbox, &outcome, code, &["wrong", ".grex/pack.yaml"]);
    still.check_content();
    (sandbox, outcome)
}

#[track_caller]
fn refused_at(yaml: &str, place: &str, named: &[&str]) {
    let (_sandbox, outcome) = added_in_vain(yaml, 4);
    let place = format!("pack.yaml:{place}");
    for text in named.iter().chain([&place.as_str()]) {
        assert!(
            outcome.stderr.contains(text),
            "{text:?} in\n{}",
            outcome.snapshot()
        );
    }
}

#[test]
fn an_add_in_vain_names_the_file_in_the_repository() {
    let (sandbox, outcome) = added_in_vain("schema_version: \"1\"\nname: a\ntype: mtea\n", 8);
    let url = sandbox.path("remotes/wrong.git");
    let url = url.display();
    let there = format!("nothing was registered; correct .grex/pack.yaml:3:7 of {url} there");
    assert!(outcome.stderr.contains(&there), "{}", outcome.snapshot());
    // The clone is gone: what lay there is no help.
    let clone = sandbox.path("workspace/wrong");
    let clone = clone.to_str().unwrap();
    assert!(!outcome.stderr.contains(clone), "{}", outcome.snapshot());
    let remote = url.to_string();
    let error = grex!(sandbox, "add", remote, "--json").run().json()["error"].clone();
    assert_eq!(
        (&error["file"], &error["line"]),
        (&".grex/pack.yaml".into(), &3.into())
    );
    let message = error["message"].as_str().unwrap();
    let begins = format!(".grex/pack.yaml:3:7 of {url}: ");
    assert!(message.starts_with(&begins), "{message}");
}

#[test]
fn y2_anchors_and_aliases_are_refused_where_they_stand() {
    refused_at(
        "schema_version: \"1\"\nname: &n a\ntype: meta\nx-b: *n\n",
        "2:7",
        &["anchor"],
    );
    let mut bomb = String::from("schema_version: \"1\"\nname: a\ntype: meta\nx-0: &a0 [z]\n");
    for level in 1..30 {
        let below = level - 1;
        let aliases = vec![format!("*a{below}"); 10].join(",");
        bomb += &format!("x-{level}: &a{level} [{aliases}]\n");
    }
    let begin = Instant::now();
    refused_at(&bomb, "4:6", &["anchor"]);
    assert!(begin.elapsed() < 2 * AT_ONCE, "{:?}", begin.elapsed());
}

#[test]
fn y2_endless_nesting_is_refused_at_once() {
    for yaml in [
        "[".repeat(400_000),
        format!("x-a: {}1{}", "[".repeat(65), "]".repeat(65)),
    ] {
        let begin = Instant::now();
        let _ = added_in_vain(&yaml, 4);
        assert!(begin.elapsed() < 2 * AT_ONCE, "{:?}", begin.elapsed());
    }
}

/// Puts something in the place of the pack.yaml of a pack and of the workspace, which every verb
/// that wants to read it must refuse at once, with little memory.
fn refused_on_disk(put: impl Fn(&Path), named: &str) {
    let sandbox = workspace_with(&["one", "two"]);
    fs::create_dir(sandbox.path("workspace/one/.grex")).unwrap();
    put(&sandbox.path("workspace/one/.grex/pack.yaml"));
    for words in [&["sync"][..], &["status"], &["sync", "--dry-run"]] {
        let begin = Instant::now();
        let (outcome, memory) = peak_memory(grex!(sandbox).args(words).timeout(20 * AT_ONCE));
        assert!(
            begin.elapsed() < AT_ONCE,
            "{words:?} took {:?}",
            begin.elapsed()
        );
        assert!(memory < 60 * 1024, "{memory} KiB");
        assert!(
            outcome.stderr.contains(named),
            "{named} in\n{}",
            outcome.snapshot()
        );
        refused(&sandbox, &outcome, 4, &["one", "pack.yaml"]);
    }
    put(&sandbox.path("workspace/.grex/pack.yaml"));
    let still = Still::of(sandbox.path("workspace/two"));
    for words in [
        &["sync"][..],
        &["status"],
        &["add", "https://example.org/a"],
        &["rm", "two"],
    ] {
        let begin = Instant::now();
        let outcome = grex!(sandbox).args(words).timeout(20 * AT_ONCE).run();
        assert!(
            begin.elapsed() < AT_ONCE,
            "{words:?} took {:?}",
            begin.elapsed()
        );
        refused(&sandbox, &outcome, 4, &["pack.yaml", named]);
    }
    still.check();
}

#[test]
fn y3_a_pack_yaml_of_300_megabytes_is_refused() {
    let put = |path: &Path| fs::File::create(path).unwrap().set_len(300 << 20).unwrap();
    refused_on_disk(put, "longer than");
}

#[test]
fn y3_a_fifo_for_a_pack_yaml_is_refused() {
    let put = |path: &Path| {
        let status = std::process::Command::new("mkfifo")
            .arg(path)
            .status()
            .unwrap();
        assert!(status.success());
    };
    refused_on_disk(put, "regular file");
}

#[test]
fn y3_a_link_to_dev_zero_for_a_pack_yaml_is_refused() {
    refused_on_disk(
        |path| std::os::unix::fs::symlink("/dev/zero", path).unwrap(),
        "link",
    );
}

#[test]
fn y3_a_pack_may_not_bring_such_a_link_along() {
    for target in ["/dev/zero", "../README", "/etc/passwd"] {
        let sandbox = workspace();
        let remote = sandbox
            .remote("wrong")
            .commit("README", "hello")
            .commit_link(".grex/pack.yaml", target)
            .create();
        let still = Still::of(sandbox.workspace());
        let begin = Instant::now();
        let outcome = grex!(sandbox, "add", remote.url())
            .timeout(20 * AT_ONCE)
            .run();
        assert!(begin.elapsed() < 2 * AT_ONCE, "{:?}", begin.elapsed());
        refused(&sandbox, &outcome, 4, &["wrong", "pack.yaml", "link"]);
        assert!(!outcome.stderr.contains("root:"), "{}", outcome.snapshot());
        still.check_content();
    }
}

#[test]
fn y4_every_mistake_is_named_with_its_place() {
    let head = "schema_version: \"1\"\nname: a\ntype: meta\n";
    for (rest, place, named) in [
        ("name: b\n", "4:1", &["name", "twice"][..]),
        ("chidlren: []\n", "4:1", &["chidlren", "children"]),
        ("children: yes\n", "4:11", &["children"]),
        ("children:\n  - path: b\n", "5:", &["url"]),
        ("children:\n  - url: [a]\n", "5:11", &["text"]),
        ("version: {}\n", "4:10", &["version"]),
        ("---\nname: b\n", "4:", &["document"]),
    ] {
        refused_at(&format!("{head}{rest}"), place, named);
    }
    refused_at("name: a\ntype: meta\n", "", &["schema_version"]);
    refused_at(
        "schema_version: 1\nname: a\ntype: meta\n",
        "1:17",
        &["schema_version"],
    );
    refused_at(
        "schema_version: \"2\"\nname: a\ntype: meta\n",
        "1:17",
        &["\"2\""],
    );
    refused_at(
        "schema_version: \"1\"\nname: A b\ntype: meta\n",
        "2:7",
        &["A b"],
    );
}

#[test]
fn y4_an_unknown_action_or_type_has_its_own_exit_code() {
    let head = "schema_version: \"1\"\nname: a\n";
    for (rest, named) in [
        (
            "type: declarative\nactions:\n  - symlnik: {src: a, dst: b}\n",
            "symlink",
        ),
        ("type: declaratve\n", "declarative"),
    ] {
        let (sandbox, outcome) = added_in_vain(&format!("{head}{rest}"), 8);
        assert!(outcome.stderr.contains(named), "{}", outcome.snapshot());
        register(
            &sandbox,
            &[("wrong", sandbox.path("remotes/wrong.git").to_str().unwrap())],
        );
        let outcome = grex!(sandbox, "sync").run();
        refused(&sandbox, &outcome, 8, &["wrong", named]);
    }
}

#[test]
fn y5_a_pack_that_contains_itself_is_named_and_not_cloned_again() {
    let sandbox = workspace();
    let place = sandbox.path("remotes/own.git");
    let yaml = pack_yaml(
        "own",
        &[json!({"url": place.to_str().unwrap(), "path": "again"})],
    );
    let remote = sandbox.remote("own").pack_yaml(&yaml).create();
    let shim = sandbox.shim();
    let outcome = grex!(sandbox, "add", remote.url()).with_shim(&shim).run();
    refused(&sandbox, &outcome, 4, &["own/again", "own -> own/again"]);
    assert_eq!(shim.count("clone"), 1);
    assert!(!sandbox.path("workspace/own/again").exists());
    let outcome = grex!(sandbox, "sync").with_shim(&shim).run();
    refused(&sandbox, &outcome, 4, &["own -> own/again"]);
    assert_eq!(shim.count("clone"), 1);
}

#[test]
fn y5_a_circle_of_packs_is_named_and_its_third_level_is_not_cloned() {
    let sandbox = workspace();
    let a_place = sandbox.path("remotes/a.git");
    let b_yaml = pack_yaml(
        "b",
        &[json!({"url": format!("file://{}", a_place.display())})],
    );
    let b = sandbox.remote("b").pack_yaml(&b_yaml).create();
    let a_yaml = pack_yaml("a", &[json!({"url": b.url()})]);
    let a = sandbox.remote("a").pack_yaml(&a_yaml).create();
    register(&sandbox, &[("a", &a.url())]);
    let outcome = grex!(sandbox, "sync").run();
    refused(&sandbox, &outcome, 4, &["a -> a/b -> a/b/a"]);
    assert!(sandbox.path("workspace/a/b/.git").is_dir());
    assert!(!sandbox.path("workspace/a/b/a").exists());
    let outcome = grex!(sandbox, "sync", "--json").run();
    outcome.code(4);
    assert_eq!(entry(&outcome.json(), "a/b/a")["result"], "err");
    assert_eq!(entry(&outcome.json(), "a/b")["result"], "ok");
}

/// Makes a workspace with one pack that declares so many children, all from one repository.
fn broad(count: usize) -> Sandbox {
    let sandbox = workspace();
    sandbox.remote("tiny").commit("a", "a").create();
    let mut yaml = String::from("schema_version: \"1\"\nname: broad\ntype: meta\nchildren:\n");
    for number in 0..count {
        yaml += &format!("  - {{url: ../tiny.git, path: c{number}}}\n");
    }
    let broad = sandbox.remote("broad").pack_yaml(&yaml).create();
    sandbox.write(
        "workspace/grex.jsonl",
        registration("broad", &broad.url(), None),
    );
    sandbox
}

#[test]
fn y6_five_thousand_children_are_planned_with_little_memory() {
    let sandbox = broad(5_000);
    grex!(sandbox, "sync", "--no-recursive").run().success();
    let (outcome, memory) = peak_memory(grex!(sandbox, "sync", "--dry-run", "--json"));
    outcome.success();
    let plan = outcome.json();
    assert_eq!(plan.as_array().unwrap().len(), 5_001);
    assert_eq!(entry(&plan, "broad/c4999")["change"], "cloned");
    assert!(memory < 64 * 1024, "{memory} KiB");
}

#[test]
fn y6_many_children_are_cloned_with_little_memory() {
    let slow = std::env::var_os("GREX_SLOW").is_some();
    let count = if slow { 5_000 } else { 100 };
    let sandbox = broad(count);
    let limit = Duration::from_secs(if slow { 900 } else { 100 });
    let (outcome, memory) = peak_memory(grex!(sandbox, "sync", "--json").timeout(limit));
    outcome.success();
    let packs = outcome.json();
    let packs = packs.as_array().unwrap();
    assert_eq!(packs.len(), count + 1);
    assert!(packs.iter().all(|pack| pack["result"] == "ok"), "{packs:?}");
    assert_eq!(
        sandbox.read("workspace/grex.lock.jsonl").lines().count(),
        count + 1
    );
    assert_eq!(
        sandbox.read(format!("workspace/broad/c{}/a", count - 1)),
        "a"
    );
    assert!(memory < 100 * 1024, "{memory} KiB");
    tidy(&sandbox, &outcome);
    no_leftovers(&sandbox);
}
