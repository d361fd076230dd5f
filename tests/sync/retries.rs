//! What is tried again, and how often.

use grex_fixtures::{
    Fault, Rule, Shim, Times,
    server::{HttpServer, Mood},
};
use serde_json::json;

use crate::ground::{Ground, Report};

const NO_NETWORK: &str = "fatal: unable to access 'https://example.invalid/api.git/': \
                          Could not resolve host: example.invalid\n";
const NO_ACCESS: &str = "fatal: Authentication failed for 'https://example.invalid/api.git/'\n";

fn failing(ground: &Ground, subcommand: &str, times: Times, stderr: &str) -> Shim {
    let shim = ground.sandbox.shim();
    let rule = Rule::on(subcommand)
        .times(times)
        .fault(Fault::fatal(stderr));
    shim.rules(&[rule]);
    shim
}

#[test]
fn a_network_failure_is_tried_again_twice_where_nobody_says() {
    let (ground, remote) = Ground::with_pack(None, |remote| remote.commit("a", "1\n"));
    let shim = failing(&ground, "clone", Times::First(2), NO_NETWORK);
    let run = ground.sync(&[]).with_shim(&shim).run();
    Report::of_run(run.success()).expect(
        "api",
        &json!({"change": "cloned", "sha_after": remote.head("main")}),
    );
    assert_eq!(shim.count("clone"), 3);
}

#[test]
fn a_transfer_that_was_cut_in_the_middle_of_a_progress_is_tried_again() {
    let (ground, _remote) = Ground::with_pack(None, |remote| remote.commit("a", "1\n"));
    let stderr = "remote: Counting objects: 100% (4/4), done.        \n\
                  remote: Compressing objects:  66% (2/3)        \r\
                  remote: Compressing objects: 100% (3/3)        \r\
                  error: RPC failed; curl 18 transfer closed with 9 bytes remaining to read\n\
                  error: 1 bytes of length header were received\n\
                  fatal: protocol error: bad pack header\n";
    let shim = failing(&ground, "clone", Times::Every, stderr);
    let run = ground.sync(&["--retries", "1"]).with_shim(&shim).run();
    let report = Report::of_run(run.code(4));
    report.expect_refusal("api", "network", &["RPC failed"]);
    let message = report.of("api")["message"].as_str().unwrap();
    assert!(!message.contains("Compressing"), "{message}");
    assert_eq!(shim.count("clone"), 2);
}

#[test]
fn a_network_failure_is_tried_again_as_often_as_asked_for() {
    for (retries, starts) in [("0", 1), ("1", 2)] {
        let (ground, _remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
        let shim = failing(&ground, "fetch", Times::Every, NO_NETWORK);
        let run = ground.sync(&["--retries", retries]).with_shim(&shim).run();
        Report::of_run(run.code(4)).expect_refusal("api", "network", &["example.invalid"]);
        assert_eq!(shim.count("fetch"), starts);
    }
}

#[test]
fn a_failure_to_authenticate_is_never_tried_again() {
    for subcommand in ["clone", "fetch"] {
        let (ground, _remote) = Ground::with_pack(None, |remote| remote.commit("a", "1\n"));
        if subcommand == "fetch" {
            ground.synced(&[]);
        }
        let shim = failing(&ground, subcommand, Times::Every, NO_ACCESS);
        let run = ground.sync(&["--retries", "5"]).with_shim(&shim).run();
        Report::of_run(run.code(4)).expect_refusal("api", "auth", &[]);
        assert_eq!(shim.count(subcommand), 1);
    }
}

#[test]
fn what_is_not_there_is_not_tried_again() {
    let (ground, remote) = Ground::with_pack(None, |remote| remote.commit("a", "1\n"));
    std::fs::rename(remote.path(), ground.sandbox.path("gone")).unwrap();
    let shim = ground.sandbox.shim();
    let run = ground.sync(&["--retries", "5"]).with_shim(&shim).run();
    Report::of_run(run.code(4)).expect_refusal("api", "not-found", &[]);
    assert_eq!(shim.count("clone"), 1);
}

#[test]
fn a_transfer_that_was_cut_is_tried_again_and_leaves_nothing_behind() {
    let (ground, remote) = Ground::with_pack(None, |remote| remote.commit("a", "1\n"));
    let shim = ground.sandbox.shim();
    shim.rules(&[Rule::on("clone")
        .times(Times::First(1))
        .fault(Fault::HalfClone { exit: Some(128) })]);
    let run = ground.sync(&[]).with_shim(&shim).run();
    Report::of_run(run.success()).expect(
        "api",
        &json!({"change": "cloned", "sha_after": remote.head("main")}),
    );
    assert_eq!(shim.count("clone"), 2);
    let left: Vec<_> = std::fs::read_dir(ground.sandbox.workspace())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().starts_with(".grex-tmp"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_server_that_is_ill_for_a_moment_is_asked_again() {
    let ground = Ground::new();
    let remote = ground.sandbox.remote("api").commit("a", "1\n").create();
    let server = HttpServer::start(&ground.sandbox, Mood::Plain);
    ground.declare("api", &server.url("api"), None);
    server.set_mood_for_next(1, Mood::ServerError);
    ground.synced(&[]).expect(
        "api",
        &json!({"change": "cloned", "sha_after": remote.head("main")}),
    );
}

#[test]
fn what_waits_for_another_try_holds_up_nobody() {
    let (ground, _remote) = Ground::with_pack(None, |remote| remote.commit("a", "1\n"));
    let other = ground.sandbox.remote("other").commit("a", "1\n").create();
    ground.declare("other", &other.url(), None);
    let shim = ground.sandbox.shim();
    // The second try at `api` begins when `other` has been begun: there is one place only.
    shim.rules(&[Rule::on("clone")
        .argument("api.git")
        .times(Times::Only(1))
        .fault(Fault::fatal(NO_NETWORK))]);
    ground.sync(&["-j", "1"]).with_shim(&shim).run().success();
    let order: Vec<_> = shim
        .invocations()
        .into_iter()
        .filter(|one| one.subcommand == "clone")
        .map(|one| {
            one.argv
                .iter()
                .any(|argument| argument.ends_with("/api.git"))
        })
        .collect();
    assert_eq!(order, [true, false, true]);
}
