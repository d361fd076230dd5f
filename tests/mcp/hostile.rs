//! Arguments that want something else than they say: refused before anything is started.

use std::{fs, os::unix::fs::symlink};

use grex_fixtures::Sandbox;
use serde_json::{Value, json};

use crate::{
    client::{Era, Server, command},
    support::{Still, register, remote, workspace_with},
};

/// A server whose git keeps a record.
fn recorded(sandbox: &Sandbox, era: Era) -> (Server, grex_fixtures::Shim) {
    let shim = sandbox.shim();
    let mut command = command(sandbox, [""; 0]);
    command.envs(shim.env());
    (Server::open_with(command, era), shim)
}

#[test]
fn what_is_no_url_ref_path_or_filter_starts_nothing() {
    let sandbox = workspace_with(&["one"]);
    let fine = remote(&sandbox, "fine").url();
    let still = Still::of(sandbox.workspace());
    let cases: Vec<(&str, Value)> = [
        json!({"url": "ext::sh -c 'touch /tmp/x'"}),
        json!({"url": "fd::17"}),
        json!({"url": "--upload-pack=touch x"}),
        json!({"url": "-oProxyCommand=x"}),
        json!({"url": "ssh://-oProxyCommand=x/r"}),
        json!({"url": "https://example.com/a\nb.git"}),
        json!({"url": "https://example.com/a\rb.git"}),
        json!({"url": "https://example.com/a\u{0}b.git"}),
        json!({"url": ""}),
        json!({"url": fine, "ref": "--output=F"}),
        json!({"url": fine, "ref": "-q"}),
        json!({"url": fine, "ref": "a..b"}),
        json!({"url": fine, "ref": "a b"}),
        json!({"url": fine, "ref": "a\nb"}),
        json!({"url": fine, "path": "../x"}),
        json!({"url": fine, "path": "a/../../x"}),
        json!({"url": fine, "path": "/tmp/x"}),
        json!({"url": fine, "path": ".git/hooks"}),
        json!({"url": fine, "path": "one/.git/hooks"}),
        json!({"url": fine, "path": "a/.GIT/b"}),
        json!({"url": fine, "path": ".grex/x"}),
        json!({"url": fine, "path": ""}),
        json!({"url": fine, "path": "."}),
        json!({"url": fine, "path": "a\u{0}b"}),
        json!({"url": fine, "path": "a\nb"}),
        json!({"url": fine, "type": "../x"}),
    ]
    .into_iter()
    .map(|arguments| ("add", arguments))
    .chain([
        ("sync", json!({"ref": "--output=F"})),
        ("sync", json!({"ref": "main:../x"})),
        ("sync", json!({"only": ["../*"]})),
        ("sync", json!({"filter": ["changed-since=--output=F"]})),
        ("sync", json!({"filter": ["nope=1"]})),
        (
            "exec",
            json!({"command": ["true"], "filter": ["changed-since=--output=F"]}),
        ),
        ("exec", json!({"command": []})),
        ("exec", json!({"command": [""]})),
        ("exec", json!({"command": ["a\u{0}b"]})),
        ("rm", json!({"packs": ["../one"]})),
        ("rm", json!({"packs": ["--force", "one"]})),
        ("rm", json!({"packs": ["."]})),
        ("rm", json!({"packs": [".git"]})),
        ("rm", json!({"packs": []})),
        ("update", json!({"packs": ["../one"]})),
        ("update", json!({"packs": ["--trust"]})),
        ("import", json!({"file": "../grex.repos"})),
        ("import", json!({"file": "/etc/passwd"})),
        ("import", json!({"file": "not-there"})),
        ("import", json!({"file": "", "format": "../x"})),
        ("status", json!({"filter": ["changed-since=--output=F"]})),
    ])
    .collect();
    for era in Era::BOTH {
        let (mut server, shim) = recorded(&sandbox, era);
        for (tool, arguments) in &cases {
            shim.forget();
            let error = server.failing(tool, arguments.clone());
            let kinds = ["usage", "pack", "other", "unknown-name"];
            assert!(
                kinds.contains(&error["kind"].as_str().unwrap()),
                "{tool} {arguments}: {error}"
            );
            let started: Vec<_> = shim
                .invocations()
                .into_iter()
                .filter(|one| {
                    one.argv.iter().any(|word| word.contains("output=F"))
                        || ["clone", "fetch"].contains(&&*one.subcommand)
                })
                .collect();
            assert!(started.is_empty(), "{tool} {arguments}: {started:?}");
        }
        server.end_well();
    }
    still.check();
    assert!(!sandbox.path("workspace/F").exists() && !sandbox.path("workspace/one/F").exists());
    assert_eq!(sandbox.read("workspace/grex.jsonl").lines().count(), 1);
}

#[test]
fn links_do_not_lead_out_of_the_workspace() {
    let sandbox = workspace_with(&["one"]);
    let fine = remote(&sandbox, "fine").url();
    sandbox.write(
        "outside/other.repos",
        format!("repositories:\n  two: {{type: git, url: {fine}}}\n"),
    );
    sandbox.write("outside/pack/mine", "mine\n");
    symlink(sandbox.path("outside"), sandbox.path("workspace/out")).unwrap();
    symlink(
        sandbox.path("outside/other.repos"),
        sandbox.path("workspace/link.repos"),
    )
    .unwrap();
    symlink("/etc/passwd", sandbox.path("workspace/passwd")).unwrap();
    register(&sandbox, &[("out/pack", &fine)]);
    let outside = Still::of(sandbox.path("outside"));
    let books = sandbox.read("workspace/grex.jsonl");
    for era in Era::BOTH {
        let (mut server, shim) = recorded(&sandbox, era);
        for (tool, arguments) in [
            ("add", json!({"url": fine, "path": "out/new"})),
            ("add", json!({"url": fine, "path": "out"})),
            ("import", json!({"file": "link.repos"})),
            ("import", json!({"file": "out/other.repos"})),
            ("import", json!({"file": "passwd"})),
            ("rm", json!({"packs": ["out/pack"]})),
            ("sync", json!({"only": ["out/pack"]})),
            (
                "exec",
                json!({"command": ["touch", "been-here"], "filter": ["out/pack"]}),
            ),
        ] {
            shim.forget();
            let error = server.failing(tool, arguments.clone());
            assert!(!error.to_string().contains("root:x"), "{error}");
            assert_eq!(shim.count("clone"), 0, "{tool} {arguments}");
            outside.check();
        }
        server.end_well();
    }
    assert_eq!(sandbox.read("workspace/grex.jsonl"), books);
}

#[test]
fn a_program_is_started_as_it_stands_without_a_shell() {
    let sandbox = workspace_with(&["one"]);
    let mut server = Server::open(&sandbox, Era::MODERN);
    let words = [
        "$(touch x)",
        "; touch y",
        "`touch z`",
        "a b",
        "*",
        "--",
        "-n",
    ];
    let mut command = vec!["printf", "<%s>"];
    command.extend(words);
    let done = server.call("exec", json!({"command": command}));
    let expected: String = words.map(|word| format!("<{word}>")).concat();
    assert_eq!(done["packs"][0]["stdout"], expected);
    let error = server.failing("exec", json!({"command": ["touch x; true"]}));
    assert_eq!(error["packs"][0]["exit"], 127, "{error}");
    assert!(fs::read_dir(sandbox.path("workspace/one")).unwrap().count() == 2);
    server.end_well();
}
