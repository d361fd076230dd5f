//! Connections to one host.

use grex_fixtures::{
    Fault, Rule, Times,
    server::{GitDaemon, HttpServer, Mood, SshServer},
};

use crate::ground::{Ground, most_at_once};

fn ground() -> Ground {
    let ground = Ground::new();
    ground.sandbox.remote("api").commit("a", "1\n").create();
    ground
}

/// Lets the first so many clones wait for each other.
fn together(count: u64) -> Rule {
    Rule::on("clone")
        .times(Times::First(count))
        .fault(Fault::barrier("together", count))
}

#[test]
fn a_git_host_gets_as_many_connections_as_asked_for_and_not_one_more() {
    let ground = ground();
    let daemon = GitDaemon::start(&ground.sandbox);
    for number in 0..5 {
        ground.declare(&format!("pack-{number}"), &daemon.url("api"), None);
    }
    let shim = ground.sandbox.shim();
    shim.rules(&[together(2)]);
    ground
        .sync(&["--per-host", "2", "-j", "5"])
        .with_shim(&shim)
        .run()
        .success();
    assert_eq!(most_at_once(&ground.sandbox, "clone"), 2);
}

#[test]
fn a_git_host_gets_eight_connections_where_nobody_says() {
    let ground = ground();
    let daemon = GitDaemon::start(&ground.sandbox);
    for number in 0..10 {
        ground.declare(&format!("pack-{number}"), &daemon.url("api"), None);
    }
    let shim = ground.sandbox.shim();
    shim.rules(&[together(8)]);
    ground.sync(&["-j", "10"]).with_shim(&shim).run().success();
    assert_eq!(most_at_once(&ground.sandbox, "clone"), 8);
}

#[test]
fn each_host_has_connections_of_its_own() {
    let ground = ground();
    let daemon = GitDaemon::start(&ground.sandbox);
    for number in 0..4 {
        let url = daemon.url("api");
        ground.declare(&format!("one-{number}"), &url, None);
        let other = url.replace("127.0.0.1", "localhost");
        ground.declare(&format!("two-{number}"), &other, None);
    }
    let shim = ground.sandbox.shim();
    shim.rules(&[together(4)]);
    ground
        .sync(&["--per-host", "2", "-j", "8"])
        .with_shim(&shim)
        .run()
        .success();
    assert_eq!(most_at_once(&ground.sandbox, "clone"), 4);
}

#[test]
fn an_ssh_host_gets_as_many_connections_as_asked_for_however_it_is_written() {
    let ground = ground();
    let Some(server) = SshServer::start(&ground.sandbox) else {
        return;
    };
    for number in 0..4 {
        ground.declare(&format!("pack-{number}"), &server.url("api"), None);
    }
    let shim = ground.sandbox.shim();
    shim.rules(&[together(2)]);
    let run = ground.sync(&["--per-host", "2", "-j", "4"]);
    run.env("GIT_SSH_COMMAND", server.ssh_command())
        .with_shim(&shim)
        .run()
        .success();
    assert_eq!(most_at_once(&ground.sandbox, "clone"), 2);
}

#[test]
fn an_http_host_is_not_limited() {
    let ground = ground();
    let server = HttpServer::start(&ground.sandbox, Mood::Plain);
    for number in 0..4 {
        ground.declare(&format!("pack-{number}"), &server.url("api"), None);
    }
    let shim = ground.sandbox.shim();
    shim.rules(&[together(4)]);
    ground
        .sync(&["--per-host", "1", "-j", "4"])
        .with_shim(&shim)
        .run()
        .success();
    assert_eq!(most_at_once(&ground.sandbox, "clone"), 4);
}
