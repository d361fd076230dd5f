//! Traces of runs whose locks do not lock: what was recorded, with something changed in it that must not be.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{ground::Ground, judge::judge};

#[test]
fn traces_that_break_the_protocol_are_refused() {
    let ground = Ground::new("whole");
    let url = ground.sandbox.remote("one").commit("f", "1").create().url();
    let names: Vec<_> = (0..6).map(|number| format!("p{number}")).collect();
    let packs: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), url.as_str()))
        .collect();
    ground.register("workspace", &packs);
    ground.grex(&["sync", "-j4"]).run().success();
    let whole = ground.events();
    let last = |event: &str, tier: u8| {
        let is_it = |line: &Value| line["event"] == event && line["tier"] == tier;
        whole.iter().rposition(is_it).expect("such an event")
    };
    let (pack, workspace, permit) = (last("take", 2), last("take", 0), last("grant", 1));

    let mut broken: Vec<(&str, Vec<Value>)> = Vec::new();
    let mut with = |name, change: &dyn Fn(&mut Vec<Value>)| {
        let mut events = whole.clone();
        change(&mut events);
        broken.push((name, events));
    };
    with("two holders of a pack", &|events| {
        let other =
            json!({"task": "1.1.0", "tier": 2, "key": events[pack]["key"], "event": "take"});
        events.insert(pack + 1, other);
    });
    with(
        "two holders of the workspace, one after a wait",
        &|events| {
            for event in ["grant", "request"] {
                let other = json!({
                    "task": "1.1.0", "tier": 0, "key": events[workspace]["key"], "event": event,
                });
                events.insert(workspace + 1, other);
            }
        },
    );
    with("the tiers the wrong way round", &|events| {
        // The pack before the permit that was had for it.
        let task = events[pack]["task"].clone();
        let of_it = |event: &Value| event["task"] == task && event["event"] == "request";
        let asked = events[..pack].iter().rposition(of_it).expect("a request");
        let taken = events.remove(pack);
        events.insert(asked, taken);
    });
    with("one permit too few", &|events| {
        for event in events {
            if event["tier"] == 1 {
                event["permits"] = Value::from(1);
            }
        }
    });
    with("a wait for a pack with a permit", &|events| {
        events[pack]["event"] = Value::from("request");
    });
    with("a lock that is given back twice", &|events| {
        let release = last("release", 2);
        let twice = events[release].clone();
        events.insert(release, twice);
    });
    with("a permit that nobody asked for", &|events| {
        let task = events[permit]["task"].clone();
        events.retain(|event| event["event"] != "request" || event["task"] != task);
    });
    let files: Vec<PathBuf> = broken
        .iter()
        .map(|(name, events)| {
            let text: String = events.iter().map(|event| format!("{event}\n")).collect();
            ground.sandbox.write(format!("{name}.jsonl"), text)
        })
        .collect();
    judge([ground.trace().as_path()], files.iter().map(Path::new));
}
