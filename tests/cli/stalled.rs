//! Transfers that stand still, over each transport, and a signal.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use grex_fixtures::{
    Running, Sandbox, Signal, grex,
    server::{GitDaemon, HttpServer, Mood, SshServer},
};

use crate::{
    interrupts::SOON,
    support::{no_leftovers, no_processes, register, tidy, workspace},
};

const PACKS: usize = 16;

const SIGNALS: [(Signal, i32); 2] = [(Signal::Interrupt, 130), (Signal::Terminate, 143)];

/// A workspace with sixteen packs of one remote, whose declared host is not there; git's
/// `insteadOf` says where it is today.
fn sixteen(scheme: &str) -> Sandbox {
    let sandbox = workspace();
    let mut text = String::new();
    for number in 0..20_000_u64 {
        let digits = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        write!(text, "{digits:016x}").unwrap();
    }
    sandbox.remote("api").commit("a", text).create();
    let url = format!("{scheme}://host.invalid/api.git");
    let names: Vec<_> = (0..PACKS).map(|number| format!("pack-{number}")).collect();
    let packs: Vec<_> = names.iter().map(|name| (&**name, &*url)).collect();
    register(&sandbox, &packs);
    sandbox
}

/// Says where the host is: `base` takes the place of everything before the remote's name.
fn move_host(sandbox: &Sandbox, scheme: &str, base: &str) {
    let config = sandbox.read("home/.gitconfig");
    let config = config.split("[url").next().unwrap().to_owned();
    let rule = format!("[url \"{base}/\"]\n\tinsteadOf = {scheme}://host.invalid/\n");
    sandbox.write("home/.gitconfig", config + &rule);
}

fn start(sandbox: &Sandbox) -> Running {
    grex!(sandbox, "sync", "-j16", "--per-host=16").start()
}

/// Sends one signal, and asserts that within two seconds grex and all that it started are gone
/// and that nothing half-made is left.
#[track_caller]
fn is_over_soon(sandbox: &Sandbox, run: Running, (signal, code): (Signal, i32)) {
    let begin = Instant::now();
    run.signal(signal);
    let outcome = run.wait();
    no_processes(sandbox);
    let took = begin.elapsed();
    assert!(took < SOON, "{took:?}");
    outcome.code(code);
    tidy(sandbox, &outcome);
    for number in 0..PACKS {
        assert!(!sandbox.path(format!("workspace/pack-{number}")).exists());
    }
}

#[track_caller]
fn arrives(sandbox: &Sandbox) {
    grex!(sandbox, "sync").run().success();
    grex!(sandbox, "status", "--fail-on-drift").run().success();
    for number in 0..PACKS {
        let file = sandbox.path(format!("workspace/pack-{number}/a"));
        assert_eq!(file.metadata().unwrap().len(), 320_000);
    }
    no_leftovers(sandbox);
}

#[test]
fn sixteen_http_servers_that_say_nothing_and_one_signal() {
    let sandbox = sixteen("http");
    let server = HttpServer::start(&sandbox, Mood::Silent);
    move_host(&sandbox, "http", &server.base());
    for signal in SIGNALS {
        let before = server.connections();
        let mut run = start(&sandbox);
        run.wait_until("requests", || server.connections() - before == PACKS);
        is_over_soon(&sandbox, run, signal);
    }
    server.set_mood(Mood::Plain);
    arrives(&sandbox);
}

#[test]
fn sixteen_http_transfers_in_the_middle_and_one_signal() {
    let sandbox = sixteen("http");
    // A pack of some 150,000 bytes would take a minute.
    let drip = Mood::Drip {
        bytes: 100,
        every_ms: 40,
    };
    let server = HttpServer::start(&sandbox, drip);
    move_host(&sandbox, "http", &server.base());
    for signal in SIGNALS {
        let packs = || {
            let requests = server.requests();
            requests.iter().filter(|one| one.answered > 50_000).count()
        };
        let before = packs();
        let mut run = start(&sandbox);
        run.wait_until("packs on their way", || packs() - before == PACKS);
        is_over_soon(&sandbox, run, signal);
    }
    server.set_mood(Mood::Plain);
    arrives(&sandbox);
}

#[test]
fn sixteen_git_servers_that_say_nothing_and_one_signal() {
    let sandbox = sixteen("git");
    let silent = HttpServer::start(&sandbox, Mood::Silent);
    let base = silent.base().replace("http://", "git://");
    move_host(&sandbox, "git", &base);
    for signal in SIGNALS {
        let before = silent.connections();
        let mut run = start(&sandbox);
        run.wait_until("requests", || silent.connections() - before == PACKS);
        is_over_soon(&sandbox, run, signal);
    }
    let daemon = GitDaemon::start(&sandbox);
    move_host(&sandbox, "git", daemon.url("").trim_end_matches("/.git"));
    arrives(&sandbox);
}

#[test]
fn sixteen_ssh_servers_that_say_nothing_and_one_signal() {
    let sandbox = sixteen("ssh");
    let Some(server) = SshServer::start(&sandbox) else {
        return;
    };
    let silent = HttpServer::start(&sandbox, Mood::Silent);
    let base = silent.base().replace("http://", "ssh://");
    let command = server.ssh_command();
    sandbox.git("", &["config", "--global", "core.sshCommand", &command]);
    move_host(&sandbox, "ssh", &base);
    for signal in SIGNALS {
        let before = silent.connections();
        let mut run = start(&sandbox);
        run.wait_until("requests", || silent.connections() - before == PACKS);
        is_over_soon(&sandbox, run, signal);
    }
    move_host(&sandbox, "ssh", server.url("").trim_end_matches("/.git"));
    arrives(&sandbox);
}

#[test]
fn sixteen_transfers_that_stand_still_are_ended_when_their_time_is_up() {
    let sandbox = sixteen("http");
    let server = HttpServer::start(&sandbox, Mood::Silent);
    move_host(&sandbox, "http", &server.base());
    let begin = Instant::now();
    let words = ["-j16", "--stall-timeout=1", "--retries=0", "--json"];
    let outcome = grex!(sandbox, "sync").args(words).run();
    assert!(begin.elapsed() < Duration::from_secs(20));
    outcome.code(4);
    tidy(&sandbox, &outcome);
    for pack in outcome.json().as_array().unwrap() {
        assert_eq!(pack["failure"]["class"], "network", "{pack}");
    }
    server.set_mood(Mood::Plain);
    arrives(&sandbox);
}
