//! Pack paths that could hurt or collide, through every door by which a path comes in.

use std::fs;

use grex_fixtures::{Fault, Rule, Sandbox, grex};
use serde_json::{Value, json};

use crate::support::{
    Still, make_workspace, no_leftovers, pack_yaml, refused, registration, url_of, workspace,
    workspace_with,
};

/// Brings a path in as an argument of `add` and of `rm`.
#[track_caller]
fn typed(sandbox: &Sandbox, path: &str, named: &str) {
    let remote = sandbox.path("remotes/any.git");
    let still = Still::of(sandbox.workspace());
    let shim = sandbox.shim();
    for words in [
        &["add", "--", remote.to_str().unwrap(), path][..],
        &["rm", "--", path],
    ] {
        let outcome = grex!(sandbox).args(words).with_shim(&shim).run();
        refused(sandbox, &outcome, 2, &[named]);
    }
    assert!(
        shim.invocations().is_empty(),
        "git was asked about {path:?}"
    );
    still.check();
}

#[track_caller]
fn in_the_manifest(sandbox: &Sandbox, path: &str, named: &str) {
    make_workspace(sandbox, "manifest");
    let url = "https://example.org/a.git";
    sandbox.write("manifest/grex.jsonl", registration(path, url, None));
    let still = Still::of(sandbox.path("manifest"));
    for verb in ["ls", "sync"] {
        let outcome = grex!(sandbox, verb).in_dir("manifest").run();
        refused(sandbox, &outcome, 3, &["grex.jsonl", "line 1", named]);
    }
    still.check();
}

/// Brings children in as a cloned pack declares them.
#[track_caller]
fn in_a_cloned_pack(sandbox: &Sandbox, children: &[Value], named: &[&str]) {
    make_workspace(sandbox, "parents");
    let yaml = pack_yaml("parent", children);
    let parent = sandbox.remote("parent").pack_yaml(&yaml).create();
    let still = Still::of(sandbox.path("parents"));
    let outcome = grex!(sandbox, "add", parent.url()).in_dir("parents").run();
    refused(sandbox, &outcome, 4, named);
    still.check_content();
}

#[track_caller]
fn everywhere(sandbox: &Sandbox, path: &str, named: &str) {
    typed(sandbox, path, named);
    in_the_manifest(sandbox, path, named);
    let child = json!({"url": "https://example.org/a.git", "path": path});
    in_a_cloned_pack(sandbox, &[child], &["pack.yaml", "5:", named]);
}

#[test]
fn p2_names_of_gits_and_grexes_own_are_refused_in_every_disguise() {
    for path in [
        ".git",
        ".GIT",
        "a/.git/hooks",
        ".git.",
        "git~1",
        ".g\u{200c}it",
        ".grex",
        "a/.Grex/x",
        ".grex-tmp.1",
    ] {
        everywhere(&workspace(), path, "belong to git and to grex");
    }
}

#[test]
fn p4_names_that_not_every_system_allows_are_refused() {
    for (path, named) in [
        ("con", "Windows device"),
        ("a/nul.txt", "Windows device"),
        ("ab:c", "`:`"),
        ("a:b", "drive"),
        ("a\\b", "`\\`"),
        ("a.", "ends with a dot"),
        ("a ", "ends with a dot or a space"),
        ("a\r", "U+000D"),
        ("a\u{1b}[31m", "U+001B"),
    ] {
        everywhere(&workspace(), path, named);
    }
}

#[test]
fn p4_paths_that_lead_out_are_refused() {
    for path in ["../a", "a/../../b", "/tmp/a", "..", ".", "a//b"] {
        everywhere(&workspace(), path, "");
    }
}

#[test]
fn p5_siblings_that_are_one_directory_somewhere_are_refused_and_both_named() {
    let url = "https://example.org/a.git";
    for (one, two) in [
        ("Fonts", "fonts"),
        ("caf\u{e9}", "cafe\u{301}"),
        ("stra\u{df}e", "STRASSE"),
        ("a", "a/b"),
        ("a/b", "A"),
    ] {
        let sandbox = workspace();
        let children = [
            json!({"url": url, "path": one}),
            json!({"url": url, "path": two}),
        ];
        in_a_cloned_pack(&sandbox, &children, &[one, two]);

        // A manifest that names both, as a merge of two branches makes one.
        make_workspace(&sandbox, "manifest");
        let lines = registration(one, url, None) + &registration(two, url, None);
        sandbox.write("manifest/grex.jsonl", lines);
        let still = Still::of(sandbox.path("manifest"));
        for verb in ["sync", "status"] {
            let outcome = grex!(sandbox, verb).in_dir("manifest").run();
            refused(&sandbox, &outcome, 3, &[one, two]);
        }
        still.check();
    }
}

#[test]
fn p5_add_beside_a_pack_that_is_in_the_way_is_refused() {
    let sandbox = workspace_with(&["fonts", "services/api"]);
    let other = sandbox.remote("other").commit("a", "a").create();
    let still = Still::of(sandbox.workspace());
    for (path, other_path) in [
        ("Fonts", "fonts"),
        ("fonts/sub", "fonts"),
        ("services", "services/api"),
    ] {
        let outcome = grex!(sandbox, "add", other.url(), path).run();
        refused(&sandbox, &outcome, 2, &[path, other_path]);
        still.check();
    }
}

#[test]
fn p7_what_is_in_a_packs_place_is_kept() {
    let sandbox = workspace();
    let wanted = sandbox.remote("wanted").commit("a", "a").create();
    let foreign = sandbox.remote("foreign").commit("b", "b").create();
    sandbox.write("workspace/file", "mine\n");
    sandbox.write("workspace/full/mine", "mine\n");
    sandbox.git("workspace", &["clone", "-q", &foreign.url(), "repo"]);
    sandbox.git("workspace", &["init", "-q", "own"]);
    std::os::unix::fs::symlink("full", sandbox.path("workspace/link")).unwrap();
    std::os::unix::fs::symlink("nowhere", sandbox.path("workspace/dangling")).unwrap();
    let still = Still::of(sandbox.workspace());
    for (place, code) in [
        ("file", 4),
        ("full", 4),
        ("repo", 4),
        ("own", 4),
        ("link", 4),
        ("dangling", 4),
        ("file/below", 4),
    ] {
        let outcome = grex!(sandbox, "add", wanted.url(), place).run();
        refused(
            &sandbox,
            &outcome,
            code,
            &[place.split('/').next().unwrap()],
        );
        // The lock of a pack lies in its `.git`, whoever it belongs to.
        fs::remove_file(sandbox.workspace().join(place).join(".git/.grex-lock")).ok();
        still.check_content();
    }

    let lines: String = ["file", "full", "repo", "own", "link", "good"]
        .iter()
        .map(|place| registration(place, &wanted.url(), None))
        .collect();
    sandbox.write("workspace/grex.jsonl", lines);
    let outcome = grex!(sandbox, "sync", "--json").run();
    outcome.code(4);
    no_leftovers(&sandbox);
    for pack in outcome.json().as_array().unwrap() {
        let expected = if pack["id"] == "good" { "ok" } else { "err" };
        assert_eq!(pack["result"], expected, "{pack}");
    }
    assert_eq!(sandbox.read("workspace/file"), "mine\n");
    assert_eq!(sandbox.read("workspace/full/mine"), "mine\n");
    assert_eq!(sandbox.read("workspace/repo/b"), "b");
    let text = grex!(sandbox, "sync").run();
    // Both URLs are shown for the repository that comes from elsewhere.
    refused(&sandbox, &text, 4, &[&foreign.url(), &wanted.url()]);
}

/// The place of a pack turns into a link to `outside` while git is at work.
fn component_becomes_a_link(above: &str, pack: &str) {
    let sandbox = workspace();
    let remote = sandbox.remote("one").commit("a", "1").create();
    fs::create_dir(sandbox.path("outside")).unwrap();
    sandbox.write(
        "workspace/grex.jsonl",
        registration(pack, &remote.url(), None),
    );
    let shim = sandbox.shim();
    let swap = format!(
        "rm -rf '{above}.old'; mv '{above}' '{above}.old' 2>/dev/null; ln -s ../outside '{above}'"
    );
    let swap = format!("cd '{}' && {swap}", sandbox.workspace().display());
    let argv = ["sh", "-c", &swap].map(String::from).to_vec();
    shim.rules(&[Rule::on("clone").fault(Fault::Run { argv })]);
    let outcome = grex!(sandbox, "sync").with_shim(&shim).run();
    assert_eq!(
        shim.count("clone"),
        1,
        "the link came while a clone was under way"
    );
    let outside: Vec<_> = fs::read_dir(sandbox.path("outside")).unwrap().collect();
    assert!(outside.is_empty(), "{outside:?}");
    outcome.code(4);
    assert!(outcome.stderr.contains(pack), "{}", outcome.snapshot());
}

#[test]
fn p8_a_directory_above_a_pack_becomes_a_link_during_the_clone() {
    component_becomes_a_link("services", "services/api");
}

#[test]
fn p8_the_packs_own_place_becomes_a_link_during_the_clone() {
    component_becomes_a_link("api", "api");
}

#[test]
fn p8_links_that_are_there_already_are_not_followed() {
    let sandbox = workspace();
    let remote = sandbox.remote("one").commit("a", "1").create();
    fs::create_dir(sandbox.path("outside")).unwrap();
    std::os::unix::fs::symlink("../outside", sandbox.path("workspace/services")).unwrap();
    let still = Still::of(sandbox.workspace());
    let outcome = grex!(sandbox, "add", remote.url(), "services/api").run();
    refused(&sandbox, &outcome, 4, &["services", "symbolic link"]);
    still.check();
    // A cloned pack may bring such a link along, and declare a child behind it.
    let yaml = pack_yaml("parent", &[json!({"url": remote.url(), "path": "way/out"})]);
    let parent = sandbox
        .remote("parent")
        .commit_link("way", "../../outside")
        .pack_yaml(&yaml)
        .create();
    let outcome = grex!(sandbox, "add", parent.url()).run();
    refused(&sandbox, &outcome, 4, &["parent/way/out"]);
    assert_eq!(fs::read_dir(sandbox.path("outside")).unwrap().count(), 0);
}

#[test]
fn p8_rm_moves_a_link_and_not_what_it_leads_to() {
    let sandbox = workspace_with(&["one"]);
    let url = url_of(&sandbox, "one");
    fs::rename(sandbox.path("workspace/one"), sandbox.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", sandbox.path("workspace/one")).unwrap();
    let still = Still::of(sandbox.path("elsewhere"));
    for verb in [
        &["rm", "-y", "one"][..],
        &["rm", "-y", "--force", "one"],
        &["sync", "--force"],
    ] {
        let outcome = grex!(sandbox).args(verb).run();
        assert!(outcome.status != Some(101), "{}", outcome.snapshot());
        assert!(
            outcome.status == Some(0) || outcome.stderr.contains("one"),
            "{url}"
        );
        still.check();
    }
}
