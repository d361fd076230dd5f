//! URLs that could hurt, through every door by which a URL comes in.

use grex_fixtures::{
    Sandbox, grex,
    server::{HttpServer, Mood},
};
use serde_json::json;

use crate::support::{Still, entry, make_workspace, pack_yaml, refused, registration, workspace};

/// Brings a URL in as an argument: of `add`, with and without a path, and of `init --from`.
#[track_caller]
fn typed(sandbox: &Sandbox, url: &str, named: &str) {
    let still = Still::of(sandbox.workspace());
    let shim = sandbox.shim();
    for words in [
        &["add", "--", url, "pack"][..],
        &["add", "--", url],
        &["add", "--dry-run", "--", url, "pack"],
        &["init", &format!("--from={url}"), "cloned"],
    ] {
        let outcome = grex!(sandbox).args(words).with_shim(&shim).run();
        refused(sandbox, &outcome, 2, &[named]);
    }
    assert!(shim.invocations().is_empty(), "git was asked about {url:?}");
    still.check();
}

/// Brings a URL in through the manifest: the line is named, and nothing is done at all.
#[track_caller]
fn in_the_manifest(sandbox: &Sandbox, url: &str, named: &str) {
    make_workspace(sandbox, "manifest");
    let lines = registration("good", "https://example.org/good.git", None)
        + &registration("pack", url, None);
    sandbox.write("manifest/grex.jsonl", lines);
    let still = Still::of(sandbox.path("manifest"));
    let shim = sandbox.shim();
    for words in [&["ls"][..], &["sync"]] {
        let run = grex!(sandbox)
            .args(words)
            .in_dir("manifest")
            .with_shim(&shim);
        refused(sandbox, &run.run(), 3, &["grex.jsonl", "line 2", named]);
    }
    assert!(shim.invocations().is_empty(), "git was asked about {url:?}");
    still.check();
}

/// Brings a URL in as a child that a cloned pack declares: nothing is registered by `add`, and
/// `sync` fails that pack only.
#[track_caller]
fn in_a_cloned_pack(sandbox: &Sandbox, url: &str, named: &str) {
    make_workspace(sandbox, "parents");
    let yaml = pack_yaml("parent", &[json!({"url": url, "path": "child"})]);
    let parent = sandbox.remote("parent").pack_yaml(&yaml).create();
    let other = sandbox.remote("other").commit("a", "a").create();
    let still = Still::of(sandbox.path("parents"));
    let outcome = grex!(sandbox, "add", parent.url()).in_dir("parents").run();
    refused(sandbox, &outcome, 4, &["pack.yaml", "5:", named]);
    still.check_content();

    let lines =
        registration("parent", &parent.url(), None) + &registration("other", &other.url(), None);
    sandbox.write("parents/grex.jsonl", lines);
    let outcome = grex!(sandbox, "sync").in_dir("parents").run();
    refused(sandbox, &outcome, 4, &["parent", "pack.yaml", named]);
    assert!(sandbox.path("parents/other/a").is_file());
    assert!(!sandbox.path("parents/parent/child").exists());
}

/// Brings a URL in through the workspace's own contract.
#[track_caller]
fn in_the_own_pack(sandbox: &Sandbox, url: &str, named: &str) {
    make_workspace(sandbox, "own");
    let yaml = pack_yaml("own", &[json!({"url": url, "path": "child"})]);
    sandbox.write("own/.grex/pack.yaml", yaml);
    let still = Still::of(sandbox.path("own"));
    let outcome = grex!(sandbox, "sync").in_dir("own").run();
    refused(sandbox, &outcome, 4, &["pack.yaml", "5:", named]);
    still.check();
}

#[track_caller]
fn everywhere(sandbox: &Sandbox, url: &str, named: &str) {
    typed(sandbox, url, named);
    in_the_manifest(sandbox, url, named);
    in_a_cloned_pack(sandbox, url, named);
    in_the_own_pack(sandbox, url, named);
}

#[test]
fn u2_remote_helpers_are_refused_though_the_user_allows_them() {
    for (url, named) in [
        ("ext::sh -c 'touch HACKED'", "ext::"),
        ("ext::sh -c touch% HACKED", "ext::"),
        ("fd::17/foo", "fd::"),
        ("EXT::sh -c id", "EXT::"),
        ("transport::https://example.org/a.git", "transport::"),
    ] {
        let sandbox = workspace();
        let config = sandbox.read("home/.gitconfig") + "[protocol \"ext\"]\n\tallow = always\n";
        sandbox.write("home/.gitconfig", config);
        everywhere(&sandbox, url, named);
        for place in [
            "",
            "workspace",
            "parents",
            "own",
            "manifest",
            "parents/parent",
        ] {
            assert!(
                !sandbox.path(place).join("HACKED").exists(),
                "{url} ran in {place}"
            );
        }
    }
}

#[test]
fn a_scheme_that_nothing_fetches_is_not_given_to_git() {
    let sandbox = workspace();
    let named = "nothing fetches `foo` URLs; known: file, git, http, https, ssh";
    typed(&sandbox, "foo://example.org/a.git", named);

    let other = sandbox.remote("other").commit("a", "a").create();
    let lines = registration("bad", "foo://example.org/a.git", None)
        + &registration("other", &other.url(), None);
    sandbox.write("workspace/grex.jsonl", lines);
    grex!(sandbox, "ls").run().success();
    let outcome = grex!(sandbox, "sync").run();
    refused(&sandbox, &outcome, 4, &["bad", named]);
    assert!(sandbox.path("workspace/other/a").is_file());
    assert!(!sandbox.path("workspace/bad").exists());
}

#[test]
fn u4_hosts_users_and_paths_that_are_options_are_refused() {
    for url in [
        "ssh://-oProxyCommand=touch%20HACKED/a",
        "ssh://h/-x",
        "ssh://%2doX@h/a",
        "ssh://-lx@h/a",
        "-oProxyCommand=x:a",
        "%2doX@h:a",
        "h:-x",
        "--upload-pack=x",
    ] {
        let sandbox = workspace();
        everywhere(&sandbox, url, "begins with `-`");
    }
}

#[test]
fn u5_control_characters_are_refused_plain_and_in_percent_form() {
    for url in [
        "https://example.org/a\rb",
        "https://example.org/a\nb",
        "https://example.org/a%0ab",
        "https://example.org/a%0D%0Ab",
        "https://example.org/a%00b",
        "https://exa%1bmple.org/a",
        "git@example.org:a\u{1b}[31mb",
        "https://example.org/a\u{202e}b",
    ] {
        let sandbox = workspace();
        everywhere(&sandbox, url, "a control character or its percent form");
    }
}

#[test]
fn u5_nul_is_refused_where_an_argument_cannot_hold_it() {
    let sandbox = workspace();
    let (url, named) = ("https://example.org/a\0b", "control character");
    in_the_manifest(&sandbox, url, named);
    in_a_cloned_pack(&sandbox, url, named);
    in_the_own_pack(&sandbox, url, named);
}

#[test]
fn u8_a_pack_from_elsewhere_may_not_name_what_is_on_this_machine() {
    for form in ["file", "path"] {
        let sandbox = workspace();
        let server = HttpServer::start(&sandbox, Mood::Plain);
        let secret = sandbox.remote("secret").commit("key", "k").create();
        let url = if form == "file" {
            secret.file_url()
        } else {
            secret.url()
        };
        let yaml = pack_yaml("parent", &[json!({"url": url, "path": "child"})]);
        let parent = sandbox.remote("parent").pack_yaml(&yaml).create();
        let other = sandbox.remote("other").commit("a", "a").create();
        let outcome = grex!(sandbox, "add", server.url("parent")).run();
        refused(
            &sandbox,
            &outcome,
            4,
            &["parent/child", secret.path().to_str().unwrap()],
        );
        let outcome = grex!(sandbox, "add", other.url()).run();
        outcome.success();

        let outcome = grex!(sandbox, "sync", "--json").run();
        outcome.code(4);
        assert_eq!(entry(&outcome.json(), "parent/child")["result"], "err");
        assert_eq!(entry(&outcome.json(), "parent")["result"], "ok");
        assert_eq!(entry(&outcome.json(), "other")["result"], "ok");
        assert!(!sandbox.path("workspace/parent/child").exists());
        // The same pack from a path of the user's own may name another one.
        let outcome = grex!(sandbox, "add", parent.url(), "trusted").run();
        outcome.success();
        assert!(sandbox.path("workspace/trusted/child/key").is_file());
    }
}

#[test]
fn u8_the_workspaces_own_books_may_name_what_is_on_this_machine() {
    let sandbox = workspace();
    let one = sandbox.remote("one").commit("a", "1").create();
    let two = sandbox.remote("two").commit("a", "2").create();
    let three = sandbox.remote("three").commit("a", "3").create();
    let lines = registration("one", &one.file_url(), None) + &registration("two", &two.url(), None);
    sandbox.write("workspace/grex.jsonl", lines);
    let yaml = pack_yaml("own", &[json!({"url": three.url()})]);
    sandbox.write("workspace/.grex/pack.yaml", yaml);
    grex!(sandbox, "sync").run().success();
    for (pack, content) in [("one", "1"), ("two", "2"), ("three", "3")] {
        assert_eq!(sandbox.read(format!("workspace/{pack}/a")), content);
    }
}
