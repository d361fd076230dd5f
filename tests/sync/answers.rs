//! Servers that answer something else than a repository.

use grex_fixtures::{
    Shim, grex,
    server::{HttpServer, Mood},
};
use serde_json::json;

use crate::ground::{Ground, Report, spawns};

/// A workspace with `bad`, of a server in some mood, between two packs that are fine.
struct Answer {
    ground: Ground,
    server: HttpServer,
    shim: Shim,
}

impl Answer {
    fn new(mood: Mood) -> Self {
        let ground = Ground::new();
        let server = HttpServer::start(&ground.sandbox, mood);
        for name in ["a", "bad", "c"] {
            let remote = ground.sandbox.remote(name).commit("f", name).create();
            let url = if name == "bad" {
                server.url(name)
            } else {
                remote.url()
            };
            ground.declare(name, &url, None);
        }
        let shim = ground.sandbox.shim();
        Self {
            ground,
            server,
            shim,
        }
    }

    /// Asserts how `sync` fails: as what, after how many clones, and what is named; the other
    /// packs arrive, the bad one is nowhere, and is there when the server has recovered.
    #[track_caller]
    fn fails(&self, class: &str, clones: usize, named: &[&str]) {
        let run = self.ground.sync(&["--retries=1", "--no-input"]);
        let outcome = run.with_shim(&self.shim).run();
        let report = Report::of_run(outcome.code(4));
        report.expect_refusal("bad", class, named);
        for other in ["a", "c"] {
            report.expect(other, &json!({"result": "ok", "change": "cloned"}));
        }
        assert_eq!(spawns(&self.shim).get("clone"), Some(&(2 + clones)));
        assert!(!self.ground.place("bad").exists());
        assert!(!self.ground.read("grex.lock.jsonl").contains("\"bad\""));
        let left = self.ground.everything();
        assert!(!left.iter().any(|line| line.contains(".grex-tmp")));
        self.not_added();
        self.server.set_mood(Mood::Plain);
        let report = self.ground.synced(&[]);
        report.expect("bad", &json!({"change": "cloned"}));
        for other in ["a", "c"] {
            report.expect(other, &json!({"change": "up-to-date"}));
        }
    }

    /// Asserts that `add` of the same fails and records nothing.
    #[track_caller]
    fn not_added(&self) {
        let manifest = self.ground.read("grex.jsonl");
        let url = self.server.url("bad");
        let words = ["add", "--no-input", "--retries=0", &url, "again"];
        let outcome = grex!(self.ground.sandbox).args(words).run();
        outcome.code(4);
        assert_eq!(self.ground.read("grex.jsonl"), manifest);
        assert!(!self.ground.place("again").exists());
    }
}

#[test]
fn n3_a_login_page_in_place_of_a_repository_is_a_failure_and_not_recorded() {
    Answer::new(Mood::LoginPage).fails("other", 1, &["not valid: is this a git repository?"]);
}

#[test]
fn a_login_page_in_place_of_an_update_changes_nothing() {
    let answer = Answer::new(Mood::Plain);
    answer.ground.synced(&[]);
    let before = answer.ground.users_state("bad");
    let locked = answer.ground.read("grex.lock.jsonl");
    answer.server.set_mood(Mood::LoginPage);
    let report = answer.ground.failed(4, &[]);
    report.expect_refusal("bad", "other", &[]);
    report.expect("c", &json!({"result": "ok"}));
    assert_eq!(answer.ground.users_state("bad"), before);
    assert_eq!(answer.ground.read("grex.lock.jsonl"), locked);
    answer.server.set_mood(Mood::Plain);
    let report = answer.ground.synced(&[]);
    report.expect("bad", &json!({"change": "up-to-date"}));
}

#[test]
fn who_may_not_is_told_once() {
    Answer::new(Mood::Forbidden).fails("auth", 1, &["403"]);
}

#[test]
fn a_wrong_password_is_not_tried_twice() {
    let answer = Answer::new(Mood::basic("me", "right"));
    let config = "[credential]\n\thelper = \"!echo username=me; echo password=wrong; :\"\n";
    let config = answer.ground.sandbox.read("home/.gitconfig") + config;
    answer.ground.sandbox.write("home/.gitconfig", config);
    answer.fails("auth", 1, &["Authentication failed"]);
}

#[test]
fn a_server_that_is_too_busy_or_broken_is_asked_again() {
    for retry_after in [None, Some(3600)] {
        Answer::new(Mood::TooManyRequests { retry_after }).fails("network", 2, &["429"]);
    }
    Answer::new(Mood::ServerError).fails("network", 2, &["500"]);
}

#[test]
fn a_redirect_to_a_repository_is_followed_and_to_anything_else_is_a_failure() {
    let answer = Answer::new(Mood::Forbidden);
    let elsewhere = HttpServer::start(&answer.ground.sandbox, Mood::Plain);
    let to = |to: &str| Mood::Redirect { to: to.to_owned() };
    // What a redirect may lead to is git's affair; that it is never a file of this machine is ours.
    let remotes = answer.ground.sandbox.path("remotes");
    answer
        .server
        .set_mood(to(&format!("file://{}", remotes.display())));
    // `Protocol "file" not supported` or `disabled`, as the library of curl has it.
    answer.fails("other", 1, &["Protocol \"file\""]);
    std::fs::remove_dir_all(answer.ground.place("bad")).unwrap();
    answer.server.set_mood(to(&elsewhere.base()));
    let report = answer.ground.synced(&[]);
    report.expect("bad", &json!({"change": "cloned"}));
    // The declared place stays the origin.
    let origin = answer.ground.git("bad", &["remote", "get-url", "origin"]);
    assert_eq!(origin, answer.server.url("bad"));
    assert!(elsewhere.connections() > 0);
}
