//! Every way to a server, with the user's own settings on it.

use grex_fixtures::{
    Program, Remote, Sandbox,
    server::{GitDaemon, HttpServer, Mood, SshOptions, SshServer},
};
use serde_json::json;

use crate::ground::{Ground, Report};

/// Clones a pack from `url`, moves the remote on, and updates; `with` completes each run.
fn comes_and_goes(url: impl Fn(&Sandbox) -> String, with: impl Fn(&Sandbox, Program) -> Program) {
    let ground = Ground::new();
    let remote = ground.sandbox.remote("api").commit("a", "1\n").create();
    ground.declare("api", &url(&ground.sandbox), Some("main"));
    clone_and_update(&ground, &remote, |run| with(&ground.sandbox, run));
}

fn clone_and_update(ground: &Ground, remote: &Remote, with: impl Fn(Program) -> Program) {
    let run = || with(ground.sync(&["--no-input"])).run();
    Report::of_run(run().success()).expect(
        "api",
        &json!({"change": "cloned", "sha_after": remote.head("main")}),
    );
    let after = remote.push_commit("a", "2\n");
    Report::of_run(run().success()).expect(
        "api",
        &json!({"change": "updated", "sha_after": after, "commits": 1}),
    );
    assert_eq!(ground.read("api/a"), "2\n");
    Report::of_run(run().success()).expect("api", &json!({"change": "up-to-date"}));
}

fn global(sandbox: &Sandbox, name: &str, value: &str) {
    sandbox.git("", &["config", "--global", name, value]);
}

fn remotes(sandbox: &Sandbox) -> String {
    sandbox.path("remotes").to_str().unwrap().to_owned()
}

#[test]
fn packs_come_by_path_and_by_file_url() {
    comes_and_goes(
        |sandbox| format!("{}/api.git", remotes(sandbox)),
        |_, run| run,
    );
    comes_and_goes(
        |sandbox| format!("file://{}/api.git", remotes(sandbox)),
        |_, run| run,
    );
}

#[test]
fn packs_come_by_the_git_protocol() {
    let ground = Ground::new();
    let remote = ground.sandbox.remote("api").commit("a", "1\n").create();
    let daemon = GitDaemon::start(&ground.sandbox);
    ground.declare("api", &daemon.url("api"), None);
    clone_and_update(&ground, &remote, |run| run);
    assert_eq!(daemon.connections(), 3);
}

#[test]
fn packs_come_by_http_with_a_credential_helper() {
    let ground = Ground::new();
    let remote = ground.sandbox.remote("api").commit("a", "1\n").create();
    let server = HttpServer::start(&ground.sandbox, Mood::basic("me", "s3cret"));
    let helper = "!f() { test \"$1\" = get && echo username=me && echo password=s3cret; }; f";
    global(&ground.sandbox, "credential.helper", helper);
    ground.declare("api", &server.url("api"), None);
    clone_and_update(&ground, &remote, |run| run);
    assert!(
        server
            .requests()
            .iter()
            .any(|request| request.status == 401)
    );
    let books = ground.read("grex.jsonl") + &ground.read("grex.lock.jsonl");
    assert!(!books.contains("s3cret"));
}

#[test]
fn http_without_the_password_is_a_failure_to_authenticate_that_is_not_tried_again() {
    let ground = Ground::new();
    ground.sandbox.remote("api").commit("a", "1\n").create();
    let server = HttpServer::start(&ground.sandbox, Mood::basic("me", "s3cret"));
    ground.declare("api", &server.url("api"), None);
    ground
        .failed(4, &["--no-input"])
        .expect_refusal("api", "auth", &[]);
    assert_eq!(server.connections(), 1);
    assert!(!ground.place("api").exists());
}

#[test]
fn packs_come_by_ssh_urls_and_scp_like_ones() {
    // As a URL by `core.sshCommand`, then in scp's way by the variable.
    for scp in [false, true] {
        let ground = Ground::new();
        let remote = ground.sandbox.remote("api").commit("a", "1\n").create();
        let Some(server) = SshServer::start(&ground.sandbox) else {
            return;
        };
        let command = server.ssh_command();
        if scp {
            ground.declare("api", &server.scp_url("api"), None);
            clone_and_update(&ground, &remote, |run| run.env("GIT_SSH_COMMAND", &command));
        } else {
            ground.declare("api", &server.url("api"), None);
            global(&ground.sandbox, "core.sshCommand", &command);
            clone_and_update(&ground, &remote, |run| run);
        }
    }
}

#[test]
fn a_key_that_the_server_does_not_know_is_a_failure_to_authenticate() {
    let ground = Ground::new();
    ground.sandbox.remote("api").commit("a", "1\n").create();
    let options = SshOptions {
        key_is_known: false,
        ..SshOptions::default()
    };
    let Some(server) = SshServer::start_with(&ground.sandbox, &options) else {
        return;
    };
    ground.declare("api", &server.url("api"), None);
    let shim = ground.sandbox.shim();
    let run = ground
        .sync(&["--no-input"])
        .env("GIT_SSH_COMMAND", server.ssh_command())
        .with_shim(&shim);
    Report::of_run(run.run().code(4)).expect_refusal("api", "auth", &[]);
    assert_eq!(shim.count("clone"), 1);
}

#[test]
fn the_user_s_instead_of_is_heeded() {
    for (from_environment, url) in [
        (false, "https://example.invalid/api.git"),
        (true, "https://example.invalid/api.git"),
        (false, "me@example.invalid:api.git"),
    ] {
        comes_and_goes(
            |sandbox| {
                if !from_environment {
                    let base = url.strip_suffix("api.git").unwrap();
                    let key = format!("url.{}/.insteadOf", remotes(sandbox));
                    global(sandbox, &key, base);
                }
                url.to_owned()
            },
            |sandbox, run| {
                if from_environment {
                    run.env("GIT_CONFIG_COUNT", "1")
                        .env(
                            "GIT_CONFIG_KEY_0",
                            format!("url.{}/.insteadOf", remotes(sandbox)),
                        )
                        .env("GIT_CONFIG_VALUE_0", "https://example.invalid/")
                } else {
                    run
                }
            },
        );
    }
}

#[test]
fn a_filter_of_the_user_s_fills_the_files() {
    let ground = Ground::new();
    let remote = ground
        .sandbox
        .remote("api")
        .commit_files(&[
            (".gitattributes", "*.bin filter=big\n"),
            ("x.bin", "POINTER 1\n"),
        ])
        .create();
    global(
        &ground.sandbox,
        "filter.big.smudge",
        "sed s/POINTER/CONTENT/",
    );
    global(
        &ground.sandbox,
        "filter.big.clean",
        "sed s/CONTENT/POINTER/",
    );
    global(&ground.sandbox, "filter.big.required", "true");
    ground.declare("api", &remote.url(), None);
    ground.synced(&[]);
    assert_eq!(ground.read("api/x.bin"), "CONTENT 1\n");
    remote.push_commit("x.bin", "POINTER 2\n");
    ground
        .synced(&[])
        .expect("api", &json!({"change": "updated"}));
    assert_eq!(ground.read("api/x.bin"), "CONTENT 2\n");
    assert_eq!(ground.git("api", &["status", "--porcelain"]), "");
}
