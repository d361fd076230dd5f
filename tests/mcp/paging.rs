//! Long lists a piece at a time, and results that are clean.

use grex_fixtures::{Sandbox, grex};
use serde_json::{Value, json};

use crate::{
    client::{Era, Server, failure},
    support::{register, remote, workspace, workspace_with},
};

/// A workspace with so many packs that are registered and not there.
fn many(count: usize, url: impl Fn(usize) -> String) -> (Sandbox, Vec<String>) {
    let sandbox = workspace();
    let packs: Vec<_> = (0..count)
        .map(|number| {
            (
                format!("group-{}/pack-{number:03}", number % 7),
                url(number),
            )
        })
        .collect();
    let pairs: Vec<_> = packs
        .iter()
        .map(|(path, url)| (path.as_str(), url.as_str()))
        .collect();
    register(&sandbox, &pairs);
    let mut ids: Vec<_> = packs.into_iter().map(|(path, _)| path).collect();
    ids.sort();
    (sandbox, ids)
}

/// Reads a list to its end; returns the ids and the sizes of the pieces.
#[track_caller]
fn all(server: &mut Server, tool: &str, arguments: &Value) -> (Vec<String>, Vec<usize>) {
    let (mut ids, mut sizes) = (Vec::new(), Vec::new());
    let mut arguments = arguments.clone();
    loop {
        let page = server.call(tool, arguments.clone());
        let packs = page["packs"].as_array().unwrap();
        sizes.push(packs.len());
        ids.extend(
            packs
                .iter()
                .map(|pack| pack["id"].as_str().unwrap().to_owned()),
        );
        assert!(page.get("omitted").is_none());
        match page.get("next_cursor") {
            Some(cursor) => arguments["cursor"] = cursor.clone(),
            None => return (ids, sizes),
        }
        assert!(sizes.len() < 1_000, "it never ends");
    }
}

#[test]
fn the_pieces_put_together_are_the_whole() {
    let (sandbox, ids) = many(300, |number| format!("https://example.com/{number}.git"));
    for era in Era::BOTH {
        let mut server = Server::open(&sandbox, era);
        for (tool, limit) in [
            ("ls", None),
            ("ls", Some(7)),
            ("ls", Some(10_000)),
            ("status", None),
            ("status", Some(299)),
        ] {
            let arguments = limit.map_or(json!({}), |limit| json!({"limit": limit}));
            let (found, sizes) = all(&mut server, tool, &arguments);
            assert_eq!(found, ids, "{tool} {limit:?}: {sizes:?}");
            let most = limit.unwrap_or(50);
            assert!(
                sizes.iter().all(|size| (1..=most).contains(size)),
                "{tool} {limit:?}: {sizes:?}"
            );
            if most < 60 {
                let whole = sizes.iter().take(sizes.len() - 1);
                assert!(whole.clone().all(|size| *size == most), "{tool}: {sizes:?}");
            }
            let page = server.call(tool, arguments);
            assert_eq!(page["total"], 300);
        }
        server.end_well();
    }
}

#[test]
fn long_entries_make_short_pieces() {
    let (sandbox, ids) = many(120, |number| {
        format!("https://example.com/{number}/{}.git", "long".repeat(400))
    });
    let mut server = Server::open(&sandbox, Era::MODERN);
    // That each is at most 32 KiB is asserted of every call.
    let (found, sizes) = all(&mut server, "ls", &json!({}));
    assert_eq!(found, ids);
    assert!(
        sizes.len() > 5 && sizes.iter().all(|size| *size < 30),
        "{sizes:?}"
    );
    server.end_well();
}

#[test]
fn cursors_and_limits_that_make_no_sense() {
    let sandbox = workspace_with(&["one", "two"]);
    let mut server = Server::open(&sandbox, Era::HANDSHAKE);
    for tool in ["ls", "status"] {
        assert_eq!(server.failing(tool, json!({"limit": 0}))["kind"], "usage");
        for cursor in ["zzz", "\u{10ffff}"] {
            let page = server.call(tool, json!({"cursor": cursor}));
            assert_eq!((&page["packs"], &page["total"]), (&json!([]), &json!(2)));
        }
        // The pack that it names may have gone in between.
        let page = server.call(tool, json!({"cursor": "p"}));
        assert_eq!(page["packs"][0]["id"], "two");
    }
    server.end_well();
}

/// Asserts that nothing in it deceives a reader, and that it tells no secret.
#[track_caller]
fn is_clean(answer: &Value, secrets: &[&str]) {
    let mut texts = vec![answer];
    while let Some(value) = texts.pop() {
        match value {
            Value::String(text) => {
                let bad = text.chars().find(|letter| {
                    (letter.is_control() && !"\n\t".contains(*letter))
                        || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' | '\u{feff}')
                });
                assert_eq!(bad, None, "{text:?}");
                // The text of a result is JSON, with escapes of its own.
                if let Ok(inner @ Value::Object(_)) = serde_json::from_str::<Value>(text) {
                    is_clean(&inner, secrets);
                }
                for secret in secrets {
                    assert!(!text.contains(secret), "{secret} in {text}");
                }
            }
            Value::Array(items) => texts.extend(items),
            Value::Object(fields) => {
                texts.extend(fields.values());
                assert!(fields.keys().all(|name| !name.contains('\u{1b}')));
            }
            _ => {}
        }
    }
}

#[test]
fn what_comes_from_repositories_and_programs_is_cleaned() {
    let sandbox = workspace();
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let evil = "\u{1b}[31mred\u{1b}]0;title\u{7}\u{202e}txt\u{2066}\u{200b}";
    let branch = "a\u{202e}b\u{200b}c";
    let one = remote(&sandbox, "one");
    one.git(&["branch", branch, "main"]);
    let two = sandbox
        .remote("two")
        .pack_yaml(&format!(
            "schema_version: \"1\"\nname: \"{}\"\ntype: nope\n",
            "x\u{202e}y"
        ))
        .commit(&format!("{evil}.txt"), evil)
        .create();
    register(&sandbox, &[("one", &one.url()), ("two", &two.url())]);
    // The contract of `two` is refused; its checkout is there.
    grex!(sandbox, "sync", "--only", "one", "--only", "two")
        .run()
        .code(4);
    // Somebody has put a password where git keeps it in the open.
    let url = "https://me:hunter2secret@example.invalid/r.git";
    sandbox.git("workspace/one", &["remote", "set-url", "origin", url]);
    sandbox.git("workspace/one", &["checkout", "-q", "-b", branch]);
    let secrets = [&*token, "hunter2secret"];
    for era in Era::BOTH {
        let mut server = Server::open(&sandbox, era);
        let print = format!(
            "printf '%s\\n' '{evil}' 'https://u:hunter2secret@h/x' '{token}'; printf '%s\\n' '{evil} {token}' >&2"
        );
        for (tool, arguments) in [
            ("ls", json!({})),
            ("status", json!({})),
            ("doctor", json!({})),
            ("sync", json!({"only": ["one"]})),
            ("sync", json!({"only": ["two"]})),
            ("update", json!({"only": ["two"]})),
            (
                "exec",
                json!({"command": ["sh", "-c", print], "filter": ["one"]}),
            ),
            (
                "exec",
                json!({"command": ["sh", "-c", format!("{print}; exit 1")], "filter": ["one"]}),
            ),
            (
                "exec",
                json!({"command": ["git", "branch", "--show-current"], "filter": ["one"]}),
            ),
            ("rm", json!({"packs": [evil]})),
            (
                "add",
                json!({"url": format!("https://u:{token}@h.invalid/{evil}")}),
            ),
            (
                "add",
                json!({"url": two.url(), "path": "new", "ref": format!("{branch}x")}),
            ),
        ] {
            let id = server.start(tool, arguments);
            let answer = server.answer(id);
            is_clean(&answer, &secrets);
        }
        for uri in ["grex://workspace", "grex://pack/one", "grex://pack/two"] {
            let answer = server.ask("resources/read", json!({"uri": uri}));
            is_clean(&answer, &secrets);
        }
        server.end_well();
    }
    // And in the manifest.
    register(&sandbox, &[("three", url)]);
    let mut server = Server::open(&sandbox, Era::MODERN);
    let answer = server.ask("tools/call", json!({"name": "ls"}));
    assert_eq!(failure(&answer)["kind"], "books");
    is_clean(&answer, &secrets);
    server.end_well();
}
