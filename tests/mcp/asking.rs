//! What only a person may agree to: work that goes out of sight, and programs that run.

use std::fs;

use grex_fixtures::{Remote, Sandbox, grex};
use serde_json::{Value, json};

use crate::{
    client::{Era, Server, content, failure},
    support::{Still, workspace, workspace_with},
};

const ONE: &str = "workspace/one";

/// Commits a file that no remote has.
fn commit(sandbox: &Sandbox, file: &str) {
    sandbox.write(format!("{ONE}/{file}"), "mine\n");
    sandbox.git(ONE, &["add", file]);
    sandbox.git(ONE, &["commit", "-qm", file]);
}

fn with_work() -> Sandbox {
    let sandbox = workspace_with(&["one", "two"]);
    commit(&sandbox, "work");
    sandbox
}

/// The files of that name in the trash.
fn in_the_trash(sandbox: &Sandbox, file: &str) -> usize {
    let trash = sandbox.path("workspace/.grex/.state/trash");
    let entries = fs::read_dir(trash).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.path().join(file).exists())
        .count()
}

fn remove() -> Value {
    json!({"packs": ["one"]})
}

#[track_caller]
fn is_refused(error: &Value) {
    assert_eq!(error["kind"], "refused", "{error}");
    let hint = error["hint"].as_str().expect("what a person has to do");
    assert!(hint.contains("person"), "{hint}");
}

#[track_caller]
fn was_removed(sandbox: &Sandbox) {
    assert!(!sandbox.path(ONE).exists());
    assert_eq!(in_the_trash(sandbox, "one/work"), 1);
}

/// The question of a handshake's session: its id and its text.
#[track_caller]
fn question(server: &mut Server) -> (Value, String) {
    let (_, asked) = server.find(|message| message.get("method").is_some());
    assert_eq!(asked["method"], "elicitation/create", "{asked}");
    (asked["id"].clone(), form(&asked["params"]))
}

/// The text of a form without fields.
#[track_caller]
fn form(params: &Value) -> String {
    assert_eq!(params["requestedSchema"]["type"], "object", "{params}");
    let fields = params["requestedSchema"]["properties"].as_object();
    assert!(fields.is_none_or(serde_json::Map::is_empty), "{params}");
    params["message"].as_str().expect("a text").to_owned()
}

fn says(server: &mut Server, id: &Value, said: &Value) {
    let mut message = json!({"jsonrpc": "2.0", "id": id});
    message
        .as_object_mut()
        .unwrap()
        .extend(said.as_object().unwrap().clone());
    server.send(&message);
}

fn result(said: Value) -> Value {
    json!({ "result": said })
}

/// The question of a modern session, as it stands in the answer to a call: its text and the
/// state that comes with it.
#[track_caller]
fn question_in(answer: &Value) -> (String, String) {
    let asked = &answer["result"];
    assert_eq!(asked["resultType"], "input_required", "{answer:#}");
    let requests = asked["inputRequests"].as_object().expect("questions");
    assert_eq!(requests.len(), 1, "{answer:#}");
    assert_eq!(requests["approval"]["method"], "elicitation/create");
    let state = asked["requestState"].as_str().expect("a state");
    (form(&requests["approval"]["params"]), state.to_owned())
}

/// Makes a call again with what a person said.
#[track_caller]
fn again(
    server: &mut Server,
    tool: &str,
    arguments: &Value,
    said: Value,
    state: Option<&str>,
) -> Value {
    let mut params =
        json!({"name": tool, "arguments": arguments, "inputResponses": {"approval": said}});
    if let Some(state) = state {
        params["requestState"] = json!(state);
    }
    server.ask("tools/call", params)
}

fn accepted() -> Value {
    json!({"action": "accept", "content": {}})
}

/// Everything that is no yes.
fn no_yes() -> [Value; 7] {
    [
        json!({"action": "decline"}),
        json!({"action": "cancel"}),
        json!({"action": "yes"}),
        json!({"action": "ACCEPT"}),
        json!({"content": {"action": "accept"}}),
        json!({}),
        json!({"action": ["accept"]}),
    ]
}

#[test]
fn without_a_person_work_stays_where_it_is() {
    let sandbox = with_work();
    let still = Still::of(sandbox.workspace());
    for era in Era::BOTH {
        let mut server = Server::open(&sandbox, era);
        is_refused(&server.failing("rm", remove()));
        // Nobody was asked, so nobody has said anything.
        let answer = again(&mut server, "rm", &remove(), accepted(), Some("x"));
        is_refused(&failure(&answer));
        is_refused(&server.failing("rm", json!({"packs": ["two", "one"]})));
        still.check();
        server.end_well();
    }
}

#[test]
fn a_person_who_agrees_at_once_moves_the_work_to_the_trash() {
    for version in ["2025-06-18", "2025-11-25"] {
        let sandbox = with_work();
        let mut server = Server::open(&sandbox, Era::of(version).asking());
        let call = server.start("rm", remove());
        let (id, text) = question(&mut server);
        assert!(
            text.contains("one") && text.contains("1 commit that no remote has"),
            "{text}"
        );
        assert!(sandbox.path("workspace/one/work").exists());
        says(&mut server, &id, &result(accepted()));
        drop(content(&server.answer(call)));
        was_removed(&sandbox);
        server.end_well();
    }
}

#[test]
fn a_person_who_does_not_agree_at_once_keeps_it() {
    let sandbox = with_work();
    let still = Still::of(sandbox.workspace());
    let mut server = Server::open(&sandbox, Era::HANDSHAKE.asking());
    let mut said: Vec<_> = no_yes().into_iter().map(result).collect();
    said.push(json!({"error": {"code": -32600, "message": "no"}}));
    for said in said {
        let call = server.start("rm", remove());
        let (id, _) = question(&mut server);
        // Not the answer to this question.
        says(&mut server, &json!("other"), &result(accepted()));
        says(&mut server, &id, &said);
        is_refused(&failure(&server.answer(call)));
        still.check();
    }
    server.end_well();
}

#[test]
fn silence_is_no() {
    let sandbox = with_work();
    let still = Still::of(sandbox.workspace());
    // Somebody hangs up.
    let mut server = Server::open(&sandbox, Era::HANDSHAKE.asking());
    server.start("rm", remove());
    drop(question(&mut server));
    let ended = server.end();
    assert_eq!(ended.status.code(), Some(0), "{ended:#?}");
    assert!(ended.took < std::time::Duration::from_secs(3), "{ended:#?}");
    still.check();
    // The call is cancelled.
    let mut server = Server::open(&sandbox, Era::HANDSHAKE.asking());
    let call = server.start("rm", remove());
    let (id, _) = question(&mut server);
    server.cancel(call);
    says(&mut server, &id, &result(accepted()));
    drop(server.call("init", json!({})));
    still.check();
    server.end_well();
    // Nobody makes the call again.
    let mut server = Server::open(&sandbox, Era::MODERN.asking());
    let id = server.start("rm", remove());
    drop(question_in(&server.answer(id)));
    still.check();
    server.end_well();
}

#[test]
fn a_person_agrees_by_the_call_that_is_made_again() {
    let sandbox = with_work();
    let still = Still::of(sandbox.workspace());
    let mut server = Server::open(&sandbox, Era::MODERN.asking());
    let id = server.start("rm", remove());
    let (text, state) = question_in(&server.answer(id));
    assert!(
        text.contains("one") && text.contains("1 commit that no remote has"),
        "{text}"
    );
    for said in no_yes() {
        let answer = again(&mut server, "rm", &remove(), said, Some(&state));
        is_refused(&failure(&answer));
        still.check();
    }
    let answer = again(&mut server, "rm", &remove(), accepted(), Some(&state));
    drop(content(&answer));
    was_removed(&sandbox);
    server.end_well();
}

#[test]
fn what_was_said_to_another_question_counts_for_nothing() {
    let sandbox = with_work();
    let still = Still::of(sandbox.workspace());
    let mut server = Server::open(&sandbox, Era::MODERN.asking());
    let id = server.start("rm", remove());
    let (_, state) = question_in(&server.answer(id));
    let elsewhere = {
        let mut server = Server::open(&sandbox, Era::MODERN.asking());
        let id = server.start("rm", remove());
        question_in(&server.answer(id)).1
    };
    let mut turned = state.clone();
    let last = if turned.ends_with('0') { "1" } else { "0" };
    turned.replace_range(turned.len() - 1.., last);
    let forged = [
        Some(&*elsewhere),
        Some(&*turned),
        Some(""),
        Some(&state[..8]),
        None,
    ];
    for forged in forged {
        let answer = again(&mut server, "rm", &remove(), accepted(), forged);
        assert_eq!(question_in(&answer).1, state, "asked again");
        still.check();
    }
    // Under another name.
    let params = json!({
        "name": "rm", "arguments": remove(), "requestState": state,
        "inputResponses": {"other": accepted()},
    });
    drop(question_in(&server.ask("tools/call", params)));
    still.check();
    // For another call.
    let other = json!({"packs": ["one", "two"]});
    let answer = again(&mut server, "rm", &other, accepted(), Some(&state));
    assert_ne!(question_in(&answer).1, state);
    still.check();
    // There is more work than the person was told of.
    commit(&sandbox, "more");
    let still = Still::of(sandbox.workspace());
    let answer = again(&mut server, "rm", &remove(), accepted(), Some(&state));
    let (text, newer) = question_in(&answer);
    assert!(text.contains("2 commits"), "{text}");
    assert_ne!(newer, state);
    still.check();
    drop(content(&again(
        &mut server,
        "rm",
        &remove(),
        accepted(),
        Some(&newer),
    )));
    was_removed(&sandbox);
    server.end_well();
}

/// A pack that links, writes and runs.
fn dots(sandbox: &Sandbox) -> Remote {
    sandbox
        .remote("dots")
        .commit_files(&[
            ("vimrc", "set nu\n"),
            (
                ".grex/pack.yaml",
                "schema_version: \"1\"\nname: dots\ntype: declarative\nactions:\n  \
                 - symlink: { src: vimrc, dst: ~/.vimrc }\n  \
                 - mkdir: { path: ~/made-by-dots }\n  \
                 - exec: { cmd: [sh, -c, 'echo ran >> \"$HOME/ran\"'] }\n",
            ),
        ])
        .create()
}

/// The question shows everything that would happen.
#[track_caller]
fn shows_the_plan(text: &str) {
    for part in ["dots", "dots.git", ".vimrc", "made-by-dots", "echo ran >> "] {
        assert!(text.contains(part), "{part:?} in\n{text}");
    }
}

#[track_caller]
fn is_installed(sandbox: &Sandbox) {
    assert_eq!(sandbox.read("home/.vimrc"), "set nu\n");
    assert!(sandbox.path("home/made-by-dots").is_dir());
    assert_eq!(sandbox.read("home/ran"), "ran\n");
}

/// A workspace, and the call that would install a pack there: an `add`, or an `update` after an
/// `add` that installed nothing.
fn to_install(tool: &str) -> (Sandbox, Value) {
    let sandbox = workspace();
    let remote = dots(&sandbox);
    if tool == "add" {
        return (sandbox, json!({"url": remote.url()}));
    }
    grex!(sandbox, "add", remote.url(), "--no-install")
        .run()
        .success();
    (sandbox, json!({}))
}

#[test]
fn without_a_person_nothing_of_a_pack_runs() {
    for (tool, era) in [("add", Era::MODERN), ("update", Era::HANDSHAKE)] {
        let (sandbox, arguments) = to_install(tool);
        let home = Still::of(sandbox.home());
        let mut server = Server::open(&sandbox, era);
        for _ in 0..2 {
            let error = server.failing(tool, arguments.clone());
            assert_eq!(error["kind"], "refused", "{error}");
            assert!(error["hint"].as_str().unwrap().contains("grex"), "{error}");
        }
        assert_eq!(
            server.failing("run", json!({"action": "exec"}))["kind"],
            "refused"
        );
        home.check();
        server.end_well();
    }
}

#[test]
fn a_person_is_shown_the_whole_plan_and_approves_it_at_once() {
    for tool in ["add", "update"] {
        let (sandbox, arguments) = to_install(tool);
        let home = Still::of(sandbox.home());
        let mut server = Server::open(&sandbox, Era::HANDSHAKE.asking());
        for said in no_yes() {
            let call = server.start(tool, arguments.clone());
            let (id, text) = question(&mut server);
            shows_the_plan(&text);
            says(&mut server, &id, &result(said));
            assert_eq!(failure(&server.answer(call))["kind"], "refused");
            home.check();
        }
        let call = server.start(tool, arguments.clone());
        let (id, _) = question(&mut server);
        home.check();
        says(&mut server, &id, &result(accepted()));
        drop(content(&server.answer(call)));
        is_installed(&sandbox);
        // It stays approved.
        drop(server.call("update", json!({"force": true})));
        server.end_well();
    }
}

#[test]
fn a_person_approves_by_the_call_that_is_made_again() {
    for tool in ["add", "update"] {
        let (sandbox, arguments) = to_install(tool);
        let home = Still::of(sandbox.home());
        let mut server = Server::open(&sandbox, Era::MODERN.asking());
        let id = server.start(tool, arguments.clone());
        let (text, state) = question_in(&server.answer(id));
        shows_the_plan(&text);
        for (said, state) in [
            (accepted(), None),
            (accepted(), Some("x")),
            (json!({"action": "decline"}), Some(&*state)),
        ] {
            let answer = again(&mut server, tool, &arguments, said, state);
            assert_ne!(answer["result"]["isError"], false, "{answer}");
            home.check();
        }
        let answer = again(&mut server, tool, &arguments, accepted(), Some(&state));
        drop(content(&answer));
        is_installed(&sandbox);
        server.end_well();
    }
}

#[test]
fn what_a_pack_has_become_since_it_was_shown_is_asked_about_again() {
    let sandbox = workspace();
    let remote = dots(&sandbox);
    grex!(sandbox, "add", remote.url(), "--no-install")
        .run()
        .success();
    let home = Still::of(sandbox.home());
    let mut server = Server::open(&sandbox, Era::MODERN.asking());
    let id = server.start("update", json!({}));
    let (_, state) = question_in(&server.answer(id));
    remote.push_commit(
        ".grex/pack.yaml",
        "schema_version: \"1\"\nname: dots\ntype: declarative\nactions:\n  - exec: { cmd: [sh, -c, 'touch ~/evil'] }\n",
    );
    let answer = again(&mut server, "update", &json!({}), accepted(), Some(&state));
    let (text, newer) = question_in(&answer);
    assert!(text.contains("evil") && newer != state, "{text}");
    home.check();
    server.end_well();
}
