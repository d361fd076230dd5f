//! The user's git hooks: they run, and see the place where a pack is to stay.

use std::path::Path;

use grex_fixtures::{RemoteBuilder, Sandbox};
use serde_json::json;

use crate::ground::Ground;

/// A hook that says its name, the directory it runs in, and whether the files are there.
fn hook(sandbox: &Sandbox, name: &str) -> String {
    let log = sandbox.path("hooks.log");
    format!(
        "#!/bin/sh\necho {name} \"$(pwd)\" \"$(cat a)\" >> {}\n",
        log.display()
    )
}

fn said(sandbox: &Sandbox) -> Vec<String> {
    let log = sandbox.path("hooks.log");
    if !log.exists() {
        return Vec::new();
    }
    let lines = sandbox.read(&log).lines().map(str::to_owned).collect();
    std::fs::remove_file(log).unwrap();
    lines
}

fn said_by(name: &str, place: &Path, content: &str) -> Vec<String> {
    vec![format!("{name} {} {content}", place.display())]
}

/// Clones, updates, pins, and comes back: which hooks speak, and where.
fn assert_hooks_see_the_place(ground: &Ground, remote: &grex_fixtures::Remote) {
    let place = ground.place("deep/api");
    ground
        .synced(&[])
        .expect("deep/api", &json!({"change": "cloned"}));
    assert_eq!(said(&ground.sandbox), said_by("post-checkout", &place, "1"));
    ground.synced(&[]);
    assert_eq!(said(&ground.sandbox), Vec::<String>::new());
    remote.push_commit("a", "2\n");
    ground
        .synced(&[])
        .expect("deep/api", &json!({"change": "updated"}));
    assert_eq!(said(&ground.sandbox), said_by("post-merge", &place, "2"));
    ground.declare_ref("deep/api", Some("v1"));
    ground
        .synced(&[])
        .expect("deep/api", &json!({"change": "updated"}));
    assert_eq!(said(&ground.sandbox), said_by("post-checkout", &place, "1"));
}

fn tagged(remote: RemoteBuilder) -> RemoteBuilder {
    remote.commit("a", "1\n").tag("v1")
}

#[test]
fn hooks_of_the_user_s_hooks_path_see_the_final_place() {
    let ground = Ground::new();
    let remote = tagged(ground.sandbox.remote("api")).create();
    ground.declare("deep/api", &remote.url(), Some("main"));
    for name in ["post-checkout", "post-merge"] {
        let script = hook(&ground.sandbox, name);
        ground
            .sandbox
            .write_script(format!("hooks/{name}"), &script);
    }
    let hooks = ground.sandbox.path("hooks");
    ground.sandbox.git(
        "",
        &[
            "config",
            "--global",
            "core.hooksPath",
            hooks.to_str().unwrap(),
        ],
    );
    assert_hooks_see_the_place(&ground, &remote);
}

#[test]
fn hooks_below_the_home_directory_see_the_final_place() {
    let ground = Ground::new();
    let remote = tagged(ground.sandbox.remote("api")).create();
    ground.declare("deep/api", &remote.url(), Some("main"));
    for name in ["post-checkout", "post-merge"] {
        let script = hook(&ground.sandbox, name);
        ground
            .sandbox
            .write_script(format!("home/my hooks/{name}"), &script);
    }
    ground
        .sandbox
        .git("", &["config", "--global", "core.hooksPath", "~/my hooks"]);
    assert_hooks_see_the_place(&ground, &remote);
}

#[test]
fn hooks_that_the_repository_brings_see_the_final_place() {
    let ground = Ground::new();
    let mut builder = ground.sandbox.remote("api");
    for name in ["post-checkout", "post-merge"] {
        builder = builder.commit_script(&format!(".hooks/{name}"), &hook(&ground.sandbox, name));
    }
    let remote = tagged(builder).create();
    ground.declare("deep/api", &remote.url(), Some("main"));
    ground
        .sandbox
        .git("", &["config", "--global", "core.hooksPath", ".hooks"]);
    assert_hooks_see_the_place(&ground, &remote);
}

#[test]
fn hooks_of_a_template_see_the_final_place() {
    for from_variable in [false, true] {
        let ground = Ground::new();
        let remote = ground.sandbox.remote("api").commit("a", "1\n").create();
        ground.declare("deep/api", &remote.url(), None);
        let script = hook(&ground.sandbox, "post-checkout");
        ground
            .sandbox
            .write_script("template/hooks/post-checkout", &script);
        let template = ground.sandbox.path("template");
        let mut run = ground.sync(&[]);
        if from_variable {
            run = run.env("GIT_TEMPLATE_DIR", &template);
        } else {
            let value = template.to_str().unwrap();
            ground
                .sandbox
                .git("", &["config", "--global", "init.templateDir", value]);
            run = run.env_remove("GIT_TEMPLATE_DIR");
        }
        run.run().success();
        let place = ground.place("deep/api");
        assert_eq!(said(&ground.sandbox), said_by("post-checkout", &place, "1"));
        assert!(place.join(".git/hooks/post-checkout").exists());
    }
}

#[test]
fn a_template_s_other_files_arrive_in_a_clone() {
    let (ground, _remote) = Ground::with_pack(None, |remote| remote.commit("a", "1\n"));
    ground.sandbox.write("template/info/exclude", "*.mine\n");
    let template = ground.sandbox.path("template");
    let value = template.to_str().unwrap();
    ground
        .sandbox
        .git("", &["config", "--global", "init.templateDir", value]);
    let run = ground.sync(&[]).env_remove("GIT_TEMPLATE_DIR");
    run.run().success();
    assert_eq!(ground.read("api/.git/info/exclude"), "*.mine\n");
}

#[test]
fn a_hook_that_fails_does_not_lose_a_clone() {
    let (ground, _remote) = Ground::with_pack(None, |remote| remote.commit("a", "1\n"));
    ground
        .sandbox
        .write_script("hooks/post-checkout", "#!/bin/sh\necho no >&2\nexit 1\n");
    let hooks = ground.sandbox.path("hooks");
    ground.sandbox.git(
        "",
        &[
            "config",
            "--global",
            "core.hooksPath",
            hooks.to_str().unwrap(),
        ],
    );
    // Git itself ends `clone` and `checkout` with the hook's exit code, all being in place.
    let _ = ground.sync(&[]).run();
    assert_eq!(ground.read("api/a"), "1\n");
    ground
        .synced(&[])
        .expect("api", &json!({"change": "up-to-date"}));
}
