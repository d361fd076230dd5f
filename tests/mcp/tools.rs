//! Each tool in a real workspace: what it does, that its result is what its schema says, and that
//! its failures are those of the command line.

use std::{collections::BTreeMap, fs};

use grex_fixtures::{Sandbox, grex};
use serde_json::{Value, json};

use crate::{
    client::{Era, Server, content},
    support::{Still, entry, remote, workspace, workspace_with},
};

/// A server that compares each result with the schema of its tool.
struct Checked {
    server: Server,
    schemas: BTreeMap<String, jsonschema::Validator>,
}

impl Checked {
    fn open(sandbox: &Sandbox, era: Era) -> Self {
        let mut server = Server::open(sandbox, era);
        let list = server.result("tools/list", json!({}));
        let schemas = list["tools"].as_array().unwrap().iter().map(|tool| {
            let schema = jsonschema::validator_for(&tool["outputSchema"]).unwrap();
            (tool["name"].as_str().unwrap().to_owned(), schema)
        });
        Self {
            schemas: schemas.collect(),
            server,
        }
    }

    #[track_caller]
    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let id = self.server.start(tool, arguments);
        let content = content(&self.server.answer(id));
        let errors: Vec<_> = self.schemas[tool]
            .iter_errors(&content)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{tool}: {errors:?} in {content:#}");
        content
    }
}

#[test]
fn every_tool_works_and_says_what_its_schema_promises() {
    for era in Era::BOTH {
        let sandbox = Sandbox::new();
        let one = remote(&sandbox, "one");
        let dots = sandbox
            .remote("dots")
            .commit_files(&[
                ("vimrc", "set nu\n"),
                (".grex/pack.yaml", "schema_version: \"1\"\nname: dots\ntype: declarative\nactions:\n  - symlink: { src: vimrc, dst: ~/.vimrc }\n"),
            ])
            .create();
        let mut server = Checked::open(&sandbox, era);

        let made = server.call("init", json!({"dry_run": true}));
        assert!(!made["created"].as_array().unwrap().is_empty());
        assert!(!sandbox.path("workspace/grex.jsonl").exists());
        drop(server.call("init", json!({})));
        assert!(sandbox.path("workspace/grex.jsonl").exists());

        let added = server.call("add", json!({"url": one.url(), "path": "libs/one"}));
        assert_eq!(
            (&added["id"], &added["registered"]),
            (&json!("libs/one"), &json!("cloned"))
        );
        assert_eq!(sandbox.read("workspace/libs/one/README"), "hello\n");
        let again = server.call("add", json!({"url": one.url(), "path": "libs/one"}));
        assert_eq!(again["registered"], "already");
        drop(server.call("add", json!({"url": dots.url(), "no_install": true})));

        let list = server.call("ls", json!({}));
        assert_eq!(list["total"], 2);
        assert_eq!(entry(&list["packs"], "libs/one")["url"], one.url());

        let newest = one.push_commit("README", "newer\n");
        let planned = server.call("sync", json!({"dry_run": true}));
        assert_eq!(planned["packs"].as_array().unwrap().len(), 2);
        assert_eq!(sandbox.read("workspace/libs/one/README"), "hello\n");
        let synced = server.call("sync", json!({"filter": ["name=one"]}));
        let done = entry(&synced["packs"], "libs/one");
        assert_eq!(
            (&done["change"], &done["sha_after"]),
            (&json!("updated"), &json!(newest))
        );

        let status = server.call("status", json!({}));
        assert_eq!(entry(&status["packs"], "libs/one")["drift"], "clean");
        assert!(!sandbox.path("home/.vimrc").exists());
        // A person approves; from then on an agent may.
        grex!(sandbox, "update", "dots", "--trust").run().success();
        fs::remove_file(sandbox.path("home/.vimrc")).unwrap();
        let updated = server.call("update", json!({"packs": ["dots"], "force": true}));
        assert_eq!(updated["packs"][0]["id"], "dots");
        assert!(sandbox.path("home/.vimrc").exists());
        fs::remove_file(sandbox.path("home/.vimrc")).unwrap();
        let acted = server.call("run", json!({"action": "symlink"}));
        assert_eq!(acted["actions"].as_array().unwrap().len(), 1, "{acted}");
        assert!(sandbox.path("home/.vimrc").exists());

        let ran = server.call(
            "exec",
            json!({"command": ["git", "rev-parse", "HEAD"], "filter": ["libs/*"]}),
        );
        assert_eq!(
            ran["packs"],
            json!([{"pack": "libs/one", "stdout": format!("{newest}\n"), "stderr": "", "exit": 0}])
        );

        sandbox.write(
            "workspace/other.repos",
            format!(
                "repositories:\n  two: {{type: git, url: {}, version: main}}\n",
                one.url()
            ),
        );
        let imported = server.call("import", json!({"file": "other.repos"}));
        assert_eq!(
            imported["imported"].as_array().unwrap().len(),
            1,
            "{imported}"
        );
        drop(server.call("sync", json!({})));
        assert_eq!(sandbox.read("workspace/two/README"), "newer\n");

        let findings = server.call("doctor", json!({}));
        assert!(findings["findings"].is_array());

        let removed = server.call("rm", json!({"packs": ["two", "dots"]}));
        assert_eq!(removed["packs"].as_array().unwrap().len(), 2);
        assert!(!sandbox.path("workspace/two").exists());
        assert!(!sandbox.path("home/.vimrc").exists(), "it was taken back");
        assert_eq!(server.call("ls", json!({}))["total"], 1);
        server.server.end_well();
    }
}

#[test]
fn results_are_those_of_the_command_line() {
    let sandbox = workspace_with(&["one", "services/api"]);
    let mut server = Checked::open(&sandbox, Era::MODERN);
    for verb in ["ls", "status"] {
        let mut expected = grex!(sandbox, verb, "--json").run().json();
        for pack in expected.as_array_mut().unwrap() {
            pack.as_object_mut()
                .unwrap()
                .retain(|_, value| !value.is_null());
        }
        assert_eq!(server.call(verb, json!({}))["packs"], expected, "{verb}");
    }
    let findings = grex!(sandbox, "doctor", "--json").run().json();
    assert_eq!(
        server.call("doctor", json!({}))["worst_severity"],
        findings["worst_severity"]
    );
}

#[test]
fn work_that_fails_fails_as_on_the_command_line() {
    let sandbox = workspace_with(&["one"]);
    let gone = sandbox
        .path("remotes/gone.git")
        .to_str()
        .unwrap()
        .to_owned();
    let mut server = Server::open(&sandbox, Era::HANDSHAKE);
    let cases: [(&str, Value, &[&str]); 8] = [
        ("rm", json!({"packs": ["nope"]}), &["rm", "nope"]),
        ("add", json!({"url": gone}), &["add", &gone]),
        (
            "add",
            json!({"url": gone, "ref": "a..b"}),
            &["add", &gone, "--ref", "a..b"],
        ),
        (
            "ls",
            json!({"filter": ["nope=1"]}),
            &["ls", "--filter", "nope=1"],
        ),
        ("exec", json!({"command": ["false"]}), &["exec", "false"]),
        ("exec", json!({"command": []}), &["exec"]),
        ("run", json!({"action": "nope"}), &["run", "nope"]),
        (
            "sync",
            json!({"ref": "no-such-branch"}),
            &["sync", "--ref", "no-such-branch"],
        ),
    ];
    for (tool, arguments, words) in cases {
        let told = server.failing(tool, arguments);
        let outcome = grex!(sandbox).args(words).arg("--json").run();
        if let Ok(document) = serde_json::from_str::<Value>(&outcome.stdout)
            && let Some(error) = document.get("error")
        {
            assert_eq!(told["kind"], error["kind"], "{words:?}: {told} {error}");
            if words != ["exec"] {
                assert_eq!(told["message"], error["message"], "{words:?}");
            }
        }
        let kind = match outcome.status {
            Some(2) => "usage",
            Some(4) => "pack",
            _ => told["kind"].as_str().unwrap(),
        };
        assert!(
            outcome.status != Some(0) && told["kind"] == kind,
            "{words:?}: {told}\n{}",
            outcome.snapshot()
        );
    }
    server.end_well();
}

#[test]
fn books_that_are_broken_are_called_so() {
    let sandbox = workspace_with(&["one"]);
    let manifest = sandbox.read("workspace/grex.jsonl");
    sandbox.write("workspace/grex.jsonl", format!("{{\"op\":1}}\n{manifest}"));
    let mut server = Server::open(&sandbox, Era::MODERN);
    for (tool, arguments) in [
        ("ls", json!({})),
        ("status", json!({})),
        ("sync", json!({})),
        ("rm", json!({"packs": ["one"]})),
    ] {
        let error = server.failing(tool, arguments);
        assert_eq!(error["kind"], "books", "{tool}: {error}");
        assert_eq!(error["line"], 1, "{tool}: {error}");
    }
    sandbox.write("workspace/grex.jsonl", manifest);
    assert_eq!(server.call("ls", json!({}))["total"], 1);
    server.end_well();
}

#[test]
fn a_workspace_that_somebody_else_holds_is_called_so() {
    let sandbox = workspace_with(&["one"]);
    let two = remote(&sandbox, "two");
    let shim = sandbox.shim();
    shim.rules(&[grex_fixtures::Rule::on("clone").fault(grex_fixtures::Fault::barrier("held", 2))]);
    let mut other = grex!(sandbox, "add", two.url()).with_shim(&shim).start();
    other.wait_until("the clone", || shim.count("clone") == 1);
    let command = crate::client::command(&sandbox, ["--lock-timeout", "0"]);
    let mut server = Server::open_with(command, Era::MODERN);
    let error = server.failing("sync", json!({}));
    assert_eq!(error["kind"], "locked", "{error}");
    assert_eq!(
        server.call("ls", json!({}))["total"],
        1,
        "reading waits for nobody"
    );
    shim.meet("held", 2);
    other.wait().success();
    drop(server.call("sync", json!({})));
    server.end_well();
}

#[test]
fn a_dry_run_changes_nothing() {
    let sandbox = workspace_with(&["one"]);
    let two = remote(&sandbox, "two");
    sandbox.write(
        "workspace/other.repos",
        format!("repositories:\n  two: {{type: git, url: {}}}\n", two.url()),
    );
    let still = Still::of(sandbox.workspace());
    let home = Still::of(sandbox.home());
    let mut server = Checked::open(&sandbox, Era::MODERN);
    for (tool, arguments) in [
        ("init", json!({})),
        ("add", json!({"url": two.url()})),
        ("sync", json!({})),
        ("update", json!({})),
        ("rm", json!({"packs": ["one"]})),
        ("run", json!({"action": "symlink"})),
        ("exec", json!({"command": ["touch", "new"]})),
        ("import", json!({"file": "other.repos"})),
    ] {
        let mut arguments = arguments;
        arguments["dry_run"] = json!(true);
        let id = server.server.start(tool, arguments);
        let answer = server.server.answer(id);
        if tool != "run" {
            drop(content(&answer));
        }
        still.check();
        home.check();
    }
    server.server.end_well();
}

#[test]
fn parallel_is_at_least_one() {
    let sandbox = workspace();
    let mut server = Server::open(&sandbox, Era::MODERN);
    for (tool, arguments) in [
        ("sync", json!({})),
        ("update", json!({})),
        ("exec", json!({"command": ["true"]})),
    ] {
        let mut arguments = arguments;
        arguments["parallel"] = json!(0);
        assert_eq!(server.failing(tool, arguments)["kind"], "usage", "{tool}");
    }
    server.end_well();
}
