//! What a client hears while a call is at work, and what goes on beside it.

use std::time::{Duration, Instant};

use grex_fixtures::server::{HttpServer, Mood};
use serde_json::{Value, json};

use crate::{
    client::{Era, Server},
    support::{register, remote, workspace, workspace_with},
};

fn is_progress(message: &Value) -> bool {
    message["method"] == "notifications/progress"
}

/// Three packs of a host that never answers.
fn stalled() -> (grex_fixtures::Sandbox, HttpServer) {
    let sandbox = workspace();
    let host = HttpServer::start(&sandbox, Mood::Silent);
    let url = host.url("far");
    register(&sandbox, &["a", "b", "c"].map(|pack| (pack, url.as_str())));
    (sandbox, host)
}

#[test]
fn signs_of_life_come_while_nothing_happens() {
    let (sandbox, _host) = stalled();
    let mut server = Server::open(&sandbox, Era::HANDSHAKE);
    let id = server.start_told("sync", json!({}), "tok");
    let mut told: Vec<(Instant, f64)> = Vec::new();
    let mut quiet = 0;
    // The one place where waiting is what is tested: twice nothing happens for five seconds.
    while quiet < 2 {
        let (at, notice) = server.find(is_progress);
        let params = &notice["params"];
        assert_eq!(params["progressToken"], "tok");
        let number = params["progress"].as_f64().expect("a number");
        if let Some((before, last)) = told.last() {
            assert!(number > *last, "{last} and then {number}");
            let gap = at - *before;
            assert!(gap < Duration::from_millis(5_900), "{gap:?}");
            quiet += usize::from(gap > Duration::from_secs(2));
        }
        if told.len() > 1 {
            assert_eq!(params["total"].as_f64(), Some(3.0), "{notice}");
        }
        assert!(number < 1.0, "no pack is done: {number}");
        told.push((at, number));
    }
    server.cancel(id);
    drop(server.call("init", json!({})));
    let late: Vec<_> = server
        .waiting()
        .filter(|message| !is_progress(message))
        .collect();
    assert!(late.is_empty(), "{late:?}");
    server.end_well_after_notices();
}

#[test]
fn numbers_rise_to_the_count_of_the_packs_at_four_a_second() {
    let sandbox = workspace();
    let url = remote(&sandbox, "any").url();
    let names: Vec<_> = (0..60).map(|number| format!("pack-{number:02}")).collect();
    let packs: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), url.as_str()))
        .collect();
    register(&sandbox, &packs);
    for era in Era::BOTH {
        let mut server = Server::open(&sandbox, era);
        let begin = Instant::now();
        let id = server.start_told("sync", json!({}), "t");
        let mut last = -1.0;
        let mut count = 0;
        let answered = loop {
            let (at, message) = server.next();
            if message["id"] == id {
                break at;
            }
            assert!(is_progress(&message), "{message}");
            let params = &message["params"];
            let number = params["progress"].as_f64().unwrap();
            assert!(number > last, "{last} and then {number}");
            last = number;
            count += 1;
            if number >= 1.0 {
                assert_eq!(params["total"].as_f64(), Some(60.0));
                assert!(
                    params["message"].as_str().unwrap().starts_with("pack-"),
                    "{message}"
                );
            }
        };
        let seconds = (answered - begin).as_secs_f64();
        assert!(
            f64::from(count) <= seconds * 4.0 + 2.0,
            "{count} in {seconds} s"
        );
        assert!(count >= 1);
        // Nothing behind the answer.
        assert_eq!(server.call("ls", json!({"limit": 1}))["total"], 60);
        assert_eq!(server.waiting().count(), 0);
        server.end_well();
    }
}

#[test]
fn without_a_token_nothing_is_told() {
    let sandbox = workspace_with(&["one", "two"]);
    for era in Era::BOTH {
        let mut server = Server::open(&sandbox, era);
        drop(server.call("sync", json!({})));
        drop(server.call("exec", json!({"command": ["true"]})));
        assert_eq!(server.waiting().count(), 0);
        server.end_well();
    }
}

#[test]
fn who_only_reads_is_answered_while_another_works() {
    let (sandbox, host) = stalled();
    let mut server = Server::open(&sandbox, Era::MODERN);
    let id = server.start("sync", json!({}));
    server.wait_until("connections", || host.connections() >= 3);
    assert_eq!(server.call("ls", json!({}))["total"], 3);
    assert_eq!(server.call("status", json!({}))["total"], 3);
    drop(server.call("doctor", json!({})));
    drop(server.result("tools/list", json!({})));
    drop(server.result("resources/read", json!({"uri": "grex://workspace"})));
    assert_eq!(server.waiting().count(), 0, "the sync hangs");
    server.cancel(id);
    server.end_well();
}

#[test]
fn those_that_change_something_work_in_the_order_in_which_they_came() {
    let (sandbox, host) = stalled();
    let url = remote(&sandbox, "any").url();
    let mut server = Server::open(&sandbox, Era::MODERN);
    let first = server.start("sync", json!({}));
    server.wait_until("connections", || host.connections() >= 3);
    let ids: Vec<_> = (0..8)
        .map(|number| server.start("add", json!({"url": url, "path": format!("new-{number}")})))
        .collect();
    server.cancel(first);
    for id in ids {
        let (_, answer) = server.next();
        assert_eq!(answer["id"], id);
    }
    let events = sandbox.read("workspace/grex.jsonl");
    let paths: Vec<_> = events
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["path"].clone())
        .skip(3)
        .collect();
    assert_eq!(
        paths,
        (0..8)
            .map(|number| format!("new-{number}"))
            .collect::<Vec<_>>()
    );
    server.end_well();
}
