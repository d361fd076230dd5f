//! Row M3: calls that are cancelled, and the ends of a server, while children are at work.

use std::{
    io::Read,
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use grex_fixtures::{
    Sandbox, grex,
    server::{GitDaemon, HttpServer, Mood},
};
use rustix::process::Signal;
use serde_json::json;

use crate::{
    client::{Ended, Era, Server},
    support::{SOON, children_gone, entry, nothing_half_made, register, remote, workspace_with},
};

const PACKS: [&str; 3] = ["api", "deep/er", "web"];

/// A server that takes connections and never says a word.
enum Silent {
    Http(HttpServer),
    /// One of `git://`.
    Git(u16, Arc<AtomicUsize>),
}

impl Silent {
    fn start(sandbox: &Sandbox, scheme: &str) -> Self {
        if scheme == "http" {
            return Self::Http(HttpServer::start(sandbox, Mood::Silent));
        }
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        std::thread::spawn(move || {
            for stream in socket.incoming().map_while(Result::ok) {
                counted.fetch_add(1, Ordering::SeqCst);
                // Whoever hangs up ends this.
                std::thread::spawn(move || {
                    let mut stream = stream;
                    let _ = stream.read_to_end(&mut Vec::new());
                });
            }
        });
        Self::Git(port, count)
    }

    fn base(&self) -> String {
        match self {
            Self::Http(server) => server.base(),
            Self::Git(port, _) => format!("git://127.0.0.1:{port}"),
        }
    }

    fn connections(&self) -> usize {
        match self {
            Self::Http(server) => server.connections(),
            Self::Git(_, count) => count.load(Ordering::SeqCst),
        }
    }
}

/// Says where the host is: `base` takes the place of everything before the remote's name.
fn move_host(sandbox: &Sandbox, scheme: &str, base: &str) {
    let config = sandbox.read("home/.gitconfig");
    let config = config.split("[url").next().unwrap().to_owned();
    let rule = format!("[url \"{base}/\"]\n\tinsteadOf = {scheme}://host.invalid/\n");
    sandbox.write("home/.gitconfig", config + &rule);
}

/// A workspace with one pack that is there and three of a host that is silent.
struct Stalled {
    sandbox: Sandbox,
    scheme: &'static str,
    silent: Silent,
}

impl Stalled {
    fn new(scheme: &'static str) -> Self {
        let sandbox = workspace_with(&["here"]);
        remote(&sandbox, "far");
        let url = format!("{scheme}://host.invalid/far.git");
        register(&sandbox, &PACKS.map(|pack| (pack, url.as_str())));
        let silent = Silent::start(&sandbox, scheme);
        move_host(&sandbox, scheme, &silent.base());
        Self {
            sandbox,
            scheme,
            silent,
        }
    }

    /// Starts a `sync`, and waits until it hangs.
    #[track_caller]
    fn hangs(&self, server: &mut Server) -> u64 {
        let before = self.silent.connections();
        let id = server.start("sync", json!({"parallel": 8}));
        server.wait_until("connections", || {
            self.silent.connections() - before == PACKS.len()
        });
        id
    }

    /// Nothing is left of what was begun.
    #[track_caller]
    fn is_untouched(&self) {
        nothing_half_made(&self.sandbox);
        for pack in PACKS {
            assert!(
                !self.sandbox.path("workspace").join(pack).exists(),
                "{pack}"
            );
        }
    }

    /// The server says so, too, and when the host speaks again everything comes.
    #[track_caller]
    fn is_mended(&self, server: &mut Server) {
        let status = server.call("status", json!({}));
        for pack in PACKS {
            let entry = entry(&status["packs"], pack);
            assert_eq!(
                (&entry["on_disk"], &entry["drift"]),
                (&json!(false), &json!("missing"))
            );
        }
        assert_eq!(entry(&status["packs"], "here")["drift"], "clean");
        let (http, daemon);
        let base = match self.scheme {
            "http" => {
                http = HttpServer::start(&self.sandbox, Mood::Plain);
                http.base()
            }
            _ => {
                daemon = GitDaemon::start(&self.sandbox);
                let url = daemon.url("x");
                url.strip_suffix("/x.git").unwrap().to_owned()
            }
        };
        move_host(&self.sandbox, self.scheme, &base);
        let synced = server.call("sync", json!({}));
        assert_eq!(synced["packs"].as_array().unwrap().len(), 4);
        let status = server.call("status", json!({}));
        for pack in PACKS {
            assert_eq!(entry(&status["packs"], pack)["drift"], "clean");
            assert_eq!(
                self.sandbox.read(format!("workspace/{pack}/README")),
                "hello\n"
            );
        }
        nothing_half_made(&self.sandbox);
    }
}

/// Asserts how a server ended, and that nothing that it had started is there any more.
#[track_caller]
fn is_over(stalled: &Stalled, ended: &Ended, limit: Duration) {
    let left = children_gone(&stalled.sandbox, 0);
    assert!(ended.took + left < limit, "{:?} and {left:?}", ended.took);
    assert!(ended.rest.is_empty(), "{ended:#?}");
    assert!(!ended.stderr.contains("panicked"), "{ended:#?}");
}

#[test]
fn m3_a_call_that_is_cancelled_ends_with_its_children_and_without_an_answer() {
    for (scheme, era) in [("http", Era::MODERN), ("git", Era::HANDSHAKE)] {
        let stalled = Stalled::new(scheme);
        let mut server = Server::open(&stalled.sandbox, era);
        let id = stalled.hangs(&mut server);
        server.cancel(id);
        let took = children_gone(&stalled.sandbox, server.pid());
        assert!(took < SOON, "{scheme}: {took:?}");
        assert_eq!(server.call("ls", json!({}))["total"], 4);
        stalled.is_mended(&mut server);
        stalled.sandbox.path("workspace");
        assert_eq!(server.waiting().count(), 0, "{server:?}");
        server.end_well();
    }
}

#[test]
fn m3_what_was_begun_is_gone_when_a_cancelled_call_is() {
    let stalled = Stalled::new("http");
    let mut server = Server::open(&stalled.sandbox, Era::MODERN);
    for _ in 0..3 {
        let id = stalled.hangs(&mut server);
        server.cancel(id);
        // Its turn comes when the other has ended.
        drop(server.call("init", json!({})));
        children_gone(&stalled.sandbox, server.pid());
        stalled.is_untouched();
    }
    assert_eq!(server.waiting().count(), 0);
    server.end_well();
}

#[test]
fn m3_the_end_of_input_ends_everything_within_two_seconds() {
    for (scheme, era) in [("http", Era::HANDSHAKE), ("git", Era::MODERN)] {
        let stalled = Stalled::new(scheme);
        let mut server = Server::open(&stalled.sandbox, era);
        stalled.hangs(&mut server);
        let ended = server.end();
        assert_eq!(ended.status.code(), Some(0), "{ended:#?}");
        is_over(&stalled, &ended, Duration::from_secs(3));
        stalled.is_untouched();
        let mut server = Server::open(&stalled.sandbox, era);
        stalled.is_mended(&mut server);
        server.end_well();
    }
}

#[test]
fn m3_sigterm_ends_everything_at_once() {
    for (scheme, era) in [("http", Era::MODERN), ("git", Era::HANDSHAKE)] {
        let stalled = Stalled::new(scheme);
        let mut server = Server::open(&stalled.sandbox, era);
        stalled.hangs(&mut server);
        server.signal(Signal::TERM);
        let ended = server.wait();
        assert_eq!(ended.status.code(), Some(143), "{ended:#?}");
        is_over(&stalled, &ended, SOON);
        stalled.is_untouched();
        let mut server = Server::open(&stalled.sandbox, era);
        stalled.is_mended(&mut server);
        server.end_well();
    }
}

#[test]
fn m3_even_sigkill_leaves_no_children() {
    use std::os::unix::process::ExitStatusExt;
    for (scheme, era) in [("http", Era::HANDSHAKE), ("git", Era::MODERN)] {
        let stalled = Stalled::new(scheme);
        let mut server = Server::open(&stalled.sandbox, era);
        stalled.hangs(&mut server);
        server.signal(Signal::KILL);
        let ended = server.wait();
        assert_eq!(ended.status.signal(), Some(9), "{ended:#?}");
        is_over(&stalled, &ended, SOON);
        let mut server = Server::open(&stalled.sandbox, era);
        stalled.is_mended(&mut server);
        server.end_well();
    }
}

#[test]
fn m3_sigterm_ends_a_server_that_has_nothing_to_do() {
    let sandbox = workspace_with(&["one"]);
    let server = Server::open(&sandbox, Era::MODERN);
    server.signal(Signal::TERM);
    let ended = server.wait();
    assert_eq!(ended.status.code(), Some(143), "{ended:#?}");
    assert!(ended.took < SOON && ended.rest.is_empty(), "{ended:#?}");
}

#[test]
fn calls_that_can_end_are_answered_after_the_end_of_input() {
    let sandbox = workspace_with(&["one"]);
    let mut server = Server::open(&sandbox, Era::MODERN);
    let id = server.start("ls", json!({}));
    let ended = server.end();
    assert_eq!(ended.status.code(), Some(0), "{ended:#?}");
    assert_eq!(ended.rest.len(), 1, "{ended:#?}");
    assert_eq!(ended.rest[0]["id"], id);
}

#[test]
fn m3_a_call_that_waits_for_its_turn_can_be_cancelled() {
    let stalled = Stalled::new("http");
    let mut server = Server::open(&stalled.sandbox, Era::MODERN);
    let first = stalled.hangs(&mut server);
    let second = server.start("rm", json!({"packs": ["here"]}));
    let third = server.start("init", json!({}));
    server.cancel(second);
    // Answered at once: it has no turn to wait for.
    let list = server.call("ls", json!({}));
    assert_eq!(list["total"], 4);
    assert_eq!(server.waiting().count(), 0, "nobody overtakes");
    server.cancel(first);
    let answer = server.answer(third);
    assert!(answer.get("result").is_some(), "{answer}");
    assert_eq!(server.call("ls", json!({}))["total"], 4);
    assert!(stalled.sandbox.path("workspace/here/README").exists());
    assert_eq!(server.waiting().count(), 0);
    server.end_well();
}

#[test]
fn m3_a_program_that_does_not_want_to_end_is_ended() {
    let sandbox = workspace_with(&["one", "two"]);
    let script =
        "trap '' TERM INT HUP; echo x >> \"$HOME/started\"; sleep 600 & sleep 600; sleep 600";
    let arguments = json!({"command": ["sh", "-c", script]});
    let both =
        || std::fs::read_to_string(sandbox.path("home/started")).is_ok_and(|text| text.len() == 4);
    let mut server = Server::open(&sandbox, Era::HANDSHAKE);
    let id = server.start("exec", arguments.clone());
    server.wait_until("both", both);
    server.cancel(id);
    let took = children_gone(&sandbox, server.pid());
    assert!(took < SOON, "{took:?}");
    assert_eq!(server.call("ls", json!({}))["total"], 2);

    std::fs::remove_file(sandbox.path("home/started")).unwrap();
    server.start("exec", arguments);
    server.wait_until("both", both);
    let ended = server.end();
    let took = ended.took + children_gone(&sandbox, 0);
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert_eq!(
        (ended.status.code(), ended.rest.len()),
        (Some(0), 0),
        "{ended:#?}"
    );
}

#[test]
fn an_id_that_is_at_work_cannot_be_used_again() {
    let stalled = Stalled::new("http");
    let mut server = Server::open(&stalled.sandbox, Era::HANDSHAKE);
    let id = stalled.hangs(&mut server);
    server.send(&json!({"jsonrpc": "2.0", "id": id, "method": "ping"}));
    let (_, answer) = server.next();
    assert_eq!(
        (&answer["id"], &answer["error"]["code"]),
        (&json!(id), &json!(-32600))
    );
    server.cancel(id);
    children_gone(&stalled.sandbox, server.pid());
    server.end_well();
}

#[test]
fn a_client_that_reads_nothing_does_not_keep_the_server() {
    use std::process::Stdio;
    let sandbox = workspace_with(&["one"]);
    let mut child = crate::client::command(&sandbox, [""; 0])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    let meta = Era::MODERN.meta();
    let call =
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}});
    // The answer cannot be written, and that is the end.
    let _ = std::io::Write::write_all(&mut input, format!("{call}\n").as_bytes());
    let begin = Instant::now();
    let status = child.wait().unwrap();
    assert!(begin.elapsed() < Duration::from_secs(10));
    assert_eq!(status.code(), Some(0));
    drop(input);
    grex!(sandbox, "status", "--fail-on-drift").run().success();
}
