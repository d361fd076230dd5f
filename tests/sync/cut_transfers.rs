//! Connections that are cut somewhere in a transfer.

use std::fmt::Write;

use grex_fixtures::{
    Remote,
    server::{HttpServer, Mood},
};
use serde_json::json;

use crate::ground::{Ground, spawns};

/// How long the file is that makes a pack large; nothing in it can be compressed to less than half.
const LENGTH: usize = 80_000;

/// Where connections are cut, in bytes of an answer's body: in the list of refs, in the few lines
/// before a pack, all over a pack of some 40,000 bytes.
const CUTS: [usize; 20] = [
    0, 1, 3, 4, 30, 60, 100, 150, 170, 400, 1_000, 4_000, 8_000, 12_000, 16_000, 20_000, 24_000,
    28_000, 32_000, 36_000,
];

/// Hexadecimal digits that follow no rule that a compressor could find.
fn noise(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut text = String::new();
    while text.len() < LENGTH {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        write!(text, "{state:016x}").unwrap();
    }
    text
}

fn name(bytes: usize) -> String {
    format!("cut-{bytes}")
}

/// A pack for each place of a cut, each from a server of its own.
struct Cuts {
    ground: Ground,
    servers: Vec<(usize, HttpServer)>,
    remotes: Vec<Remote>,
}

impl Cuts {
    fn new() -> Self {
        let ground = Ground::new();
        let mut servers = Vec::new();
        let mut remotes = Vec::new();
        for (seed, bytes) in (1..).zip(CUTS) {
            let remote = ground.sandbox.remote(&name(bytes));
            remotes.push(remote.commit("a", noise(seed)).create());
            let server = HttpServer::start(&ground.sandbox, Mood::Plain);
            ground.declare(&name(bytes), &server.url(&name(bytes)), None);
            servers.push((bytes, server));
        }
        Self {
            ground,
            servers,
            remotes,
        }
    }

    /// Gives every remote another large commit.
    fn move_on(&self) {
        for (seed, remote) in (100..).zip(&self.remotes) {
            remote.push_commit("b", noise(seed));
        }
    }

    /// Cuts every connection from now on.
    fn cut(&self) {
        for (bytes, server) in &self.servers {
            server.set_mood(Mood::Cut { bytes: *bytes });
        }
    }

    /// Cuts the next three connections: what one clone or fetch takes, if it gets so far.
    fn cut_for_a_while(&self) {
        for (bytes, server) in &self.servers {
            server.set_mood_for_next(3, Mood::Cut { bytes: *bytes });
        }
    }

    fn heal(&self) {
        for (_, server) in &self.servers {
            server.set_mood(Mood::Plain);
        }
    }

    /// Asserts that a run now brings everything to the remotes' commits.
    #[track_caller]
    fn arrives(&self, change: &str, arguments: &[&str]) {
        let report = self.ground.synced(arguments);
        for remote in &self.remotes {
            let fields = json!({"change": change, "sha_after": remote.head("main")});
            report.expect(remote.name(), &fields);
            assert_eq!(self.ground.git(remote.name(), &["status", "--short"]), "");
        }
        self.nothing_is_left();
    }

    /// Asserts that there are no half-made clones, and no packs of objects that are half there.
    #[track_caller]
    fn nothing_is_left(&self) {
        let left: Vec<_> = self
            .ground
            .everything()
            .into_iter()
            .filter(|line| line.contains(".grex-tmp") || line.contains("/tmp_pack"))
            .collect();
        assert!(left.is_empty(), "{left:#?}");
    }
}

#[test]
fn n2_a_clone_that_is_cut_is_tried_again_in_the_same_run() {
    let cuts = Cuts::new();
    cuts.cut_for_a_while();
    // The connection that is cut at once is cut three times.
    cuts.arrives("cloned", &["-j20", "--retries=3"]);
}

#[test]
fn n2_a_fetch_that_is_cut_is_tried_again_in_the_same_run() {
    let cuts = Cuts::new();
    cuts.arrives("cloned", &["-j20"]);
    cuts.move_on();
    cuts.cut_for_a_while();
    cuts.arrives("updated", &["-j20", "--retries=3"]);
}

#[test]
fn n2_a_clone_that_is_always_cut_leaves_nothing_and_the_next_run_is_fine() {
    let cuts = Cuts::new();
    let shim = cuts.ground.sandbox.shim();
    cuts.cut();
    let run = cuts.ground.sync(&["-j20", "--retries=1"]).with_shim(&shim);
    let outcome = run.run();
    let report = crate::ground::Report::of_run(outcome.code(4));
    for bytes in CUTS {
        report.expect_refusal(&name(bytes), "network", &[]);
        assert!(!cuts.ground.place(&name(bytes)).exists(), "{bytes}");
    }
    assert_eq!(spawns(&shim).get("clone"), Some(&(2 * CUTS.len())));
    cuts.nothing_is_left();
    cuts.heal();
    cuts.arrives("cloned", &["-j20"]);
}

#[test]
fn n2_a_fetch_that_is_always_cut_changes_nothing_and_the_next_run_is_fine() {
    let cuts = Cuts::new();
    cuts.arrives("cloned", &["-j20"]);
    let before: Vec<_> = CUTS
        .map(|bytes| cuts.ground.users_state(&name(bytes)))
        .into();
    let locked = cuts.ground.read("grex.lock.jsonl");
    cuts.move_on();
    cuts.cut();
    let report = cuts.ground.failed(4, &["-j20", "--retries=1"]);
    for (bytes, before) in CUTS.iter().zip(before) {
        report.expect_refusal(&name(*bytes), "network", &[]);
        assert_eq!(cuts.ground.users_state(&name(*bytes)), before);
    }
    assert_eq!(cuts.ground.read("grex.lock.jsonl"), locked);
    cuts.nothing_is_left();
    cuts.heal();
    cuts.arrives("updated", &["-j20"]);
}
