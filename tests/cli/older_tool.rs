//! Workspaces as the older tool of this name left them: its log of events, its lines in the
//! lockfile, its blocks in `.gitignore`. The files have its shape; nothing in them is copied.

use std::fs;

use grex_fixtures::{Remote, Sandbox, grex};

use crate::support::workspace;

/// What the older tool noted after a run; none of it is anybody's intent.
const DOINGS: &str = r#"{"op":"action_started","ts":"2025-06-01T10:00:01.497688484Z","id":"alpha","action_idx":0,"action_name":"scripted","schema_version":"2"}
{"op":"sync","ts":"2025-06-01T10:00:01.498299040Z","id":"alpha","sha":"scripted:NoOp"}
{"op":"action_completed","ts":"2025-06-01T10:00:01.498486760Z","id":"alpha","action_idx":0,"result_summary":"NoOp","schema_version":"2"}
{"op":"dry_run_would_clone","ts":"2025-06-01T10:00:01Z","id":"beta","url":"u","ref":null,"schema_version":"2"}
{"op":"quarantine_start","ts":"2025-06-01T10:00:01Z","src":"/w/a","trash":"/w/.grex/trash/a"}
{"op":"force_prune_executed","ts":"2025-06-01T10:00:01Z","path":"/w/a","kind":"dirty","force_prune_with_ignored":false}
"#;

fn added(id: &str, url: &str) -> String {
    format!(
        "{{\"op\":\"add\",\"ts\":\"2025-06-01T10:00:00.1Z\",\"id\":\"{id}\",\"url\":\"{url}\",\"path\":\"{id}\",\"type\":\"declarative\",\"schema_version\":\"2\"}}\n"
    )
}

fn locked(id: &str, sha: &str) -> String {
    format!(
        "{{\"id\":\"{id}\",\"path\":\"{id}\",\"sha\":\"{sha}\",\"branch\":\"\",\"installed_at\":\"2025-06-01T10:00:02.1Z\",\"actions_hash\":\"8683339c94433e6824d7ca90385b5e94382d3099943d621204d413f52c3782aa\",\"schema_version\":\"1\"}}\n"
    )
}

fn ids(report: &serde_json::Value) -> Vec<&str> {
    let packs = report.as_array().unwrap().iter();
    packs.map(|pack| pack["id"].as_str().unwrap()).collect()
}

struct Older {
    sandbox: Sandbox,
    alpha: Remote,
    beta: Remote,
    log: String,
}

/// The older tool both registered a pack in its log and read it from the workspace's pack.yaml.
fn older() -> Older {
    let sandbox = Sandbox::new();
    let alpha = sandbox.remote("alpha").commit("a", "1").create();
    let beta = sandbox.remote("beta").commit("b", "1").create();
    let log = added("alpha", &alpha.url()) + &added("beta", &beta.url()) + DOINGS;
    sandbox.write("workspace/.grex/events.jsonl", &log);
    sandbox.write(
        "workspace/.grex/pack.yaml",
        format!(
            "schema_version: \"1\"\nname: workspace\ntype: meta\nactions: []\nchildren:\n  - url: {}\n  - url: {}\n    path: beta\n",
            alpha.url(),
            beta.url()
        ),
    );
    let lock = locked("alpha", &alpha.head("main")) + &locked("workspace", "");
    sandbox.write("workspace/.grex/grex.lock.jsonl", lock);
    sandbox.write("workspace/.grex/.grex.sync.lock", "");
    sandbox.git(sandbox.workspace(), &["clone", "-q", &alpha.url(), "alpha"]);
    Older {
        sandbox,
        alpha,
        beta,
        log,
    }
}

#[test]
fn a_workspace_of_the_older_tool_is_taken_over_by_the_command_that_is_proposed() {
    let Older { sandbox, log, .. } = older();
    let refused = grex!(sandbox, "ls", "--json")
        .in_dir(sandbox.path("workspace/alpha"))
        .run();
    refused.code(1);
    let error = &refused.json()["error"];
    assert!(error["message"].as_str().unwrap().contains("grex.jsonl"));
    let root = sandbox.workspace();
    let hint = error["hint"].as_str().unwrap();
    assert!(
        hint.contains(&format!("`grex -C {} init`", root.display())),
        "{hint}"
    );

    grex!(sandbox, "init", "--dry-run").run().success();
    assert!(!sandbox.path("workspace/grex.jsonl").exists());
    let made = grex!(sandbox, "-C", &root, "init", "--json").run();
    assert_eq!(made.success().json()["taken_over"], ".grex/events.jsonl");
    assert_eq!(sandbox.read("workspace/grex.jsonl"), log);
    let again = grex!(sandbox, "init", "--json").run().json();
    assert!(again.get("taken_over").is_none());

    for verb in ["ls", "status"] {
        let outcome = grex!(sandbox, verb, "--json").run();
        outcome.success();
        assert_eq!(outcome.stderr, "", "{verb}");
    }
    let synced = grex!(sandbox, "sync", "--json").run();
    assert_eq!(ids(&synced.success().json()), ["alpha", "beta"]);
    grex!(sandbox, "doctor").run().success();
    assert_eq!(sandbox.read("workspace/.grex/events.jsonl"), log);
}

#[test]
fn packs_of_the_older_tool_are_changed_as_any_others() {
    let Older {
        sandbox,
        alpha,
        beta,
        log,
    } = older();
    grex!(sandbox, "init").run().success();
    grex!(sandbox, "sync").run().success();
    let gamma = sandbox.remote("gamma").commit("c", "1").create();
    grex!(sandbox, "add", gamma.url()).run().success();
    grex!(sandbox, "add", beta.url(), "--ref", "main")
        .run()
        .success();
    alpha.push_commit("a", "2");
    let synced = grex!(sandbox, "sync", "--json").run().json();
    assert_eq!(ids(&synced), ["alpha", "beta", "gamma"]);
    assert_eq!(synced[0]["change"], "updated");
    grex!(sandbox, "rm", "gamma", "-y").run().success();
    assert!(sandbox.read("workspace/grex.jsonl").starts_with(&log));
    let listed = grex!(sandbox, "ls", "--json").run().json();
    let left = ids(&listed);
    assert_eq!(left, ["alpha", "beta"]);
    let compacted = grex!(sandbox, "doctor", "--compact").run();
    compacted.success();
    assert_eq!(sandbox.read("workspace/grex.jsonl").lines().count(), 2);
    assert_eq!(ids(&grex!(sandbox, "ls", "--json").run().json()), left);
}

#[test]
fn one_pack_declared_twice_is_one_unless_the_two_contradict_each_other() {
    let Older { sandbox, alpha, .. } = older();
    grex!(sandbox, "init").run().success();
    let contract = sandbox.read("workspace/.grex/pack.yaml");
    let with_ref = contract.replace("/alpha.git\n", "/alpha.git\n    ref: main\n");
    assert_ne!(with_ref, contract);
    sandbox.write("workspace/.grex/pack.yaml", &with_ref);
    let synced = grex!(sandbox, "sync", "--json").run();
    synced.success();
    let locked = sandbox.read("workspace/grex.lock.jsonl");
    assert!(locked.contains("\"ref\":\"main\""), "{locked}");

    let elsewhere = contract.replace("/alpha.git\n", "/other.git\n    path: alpha\n");
    sandbox.write("workspace/.grex/pack.yaml", &elsewhere);
    let refused = grex!(sandbox, "sync").run();
    refused.code(3);
    for words in ["`alpha` is there twice", "grex.jsonl", ".grex/pack.yaml"] {
        assert!(refused.stderr.contains(words), "{}", refused.snapshot());
    }
    assert!(alpha.path().exists());
}

#[test]
fn the_first_versions_kept_the_log_where_it_is_now() {
    let sandbox = workspace();
    let alpha = sandbox
        .remote("alpha")
        .commit("a", "1")
        .branch("next")
        .create();
    let log = added("alpha", "https://example.org/elsewhere").replace("\"2\"", "\"1\"")
        + &format!(
            "{{\"op\":\"update\",\"ts\":\"2025-06-01T10:00:00Z\",\"id\":\"alpha\",\"field\":\"url\",\"value\":\"{}\"}}\n",
            alpha.url()
        )
        + "{\"op\":\"update\",\"ts\":\"2025-06-01T10:00:00Z\",\"id\":\"alpha\",\"field\":\"ref\",\"value\":\"next\"}\n"
        + &DOINGS.replace("\"id\"", "\"pack\"");
    sandbox.write("workspace/grex.jsonl", &log);
    sandbox.write("workspace/grex.lock.jsonl", "{\"id\":\"alpha\"}\n");
    let ignored = sandbox.read("workspace/.gitignore");
    let own = "*.log\n# >>> grex:alpha >>>\n/alpha/\n/keep-me/\n# <<< grex:alpha <<<\n";
    sandbox.write("workspace/.gitignore", format!("{own}{ignored}"));

    let synced = grex!(sandbox, "sync", "--json").run();
    assert_eq!(synced.success().json()[0]["change"], "cloned");
    assert_eq!(synced.stderr, "");
    let head = sandbox.git(
        sandbox.path("workspace/alpha"),
        &["branch", "--show-current"],
    );
    assert_eq!(head.trim(), "next");
    grex!(sandbox, "doctor", "--fix").run().success();
    let ignored = fs::read_to_string(sandbox.path("workspace/.gitignore")).unwrap();
    assert!(ignored.starts_with("*.log\n/keep-me/\n"), "{ignored}");
    assert!(!ignored.contains("grex:alpha"), "{ignored}");
    assert_eq!(ignored.matches("/alpha/").count(), 1, "{ignored}");
    assert!(sandbox.read("workspace/grex.jsonl").starts_with(&log));
    grex!(sandbox, "rm", "alpha", "-y").run().success();
    grex!(sandbox, "doctor").run().success();
}

#[test]
fn a_workspace_of_the_older_tool_can_be_cloned() {
    let Older { sandbox, .. } = older();
    let files = [
        ("events.jsonl", sandbox.read("workspace/.grex/events.jsonl")),
        ("pack.yaml", sandbox.read("workspace/.grex/pack.yaml")),
    ];
    let mut remote = sandbox.remote("old");
    for (name, text) in files {
        remote = remote.commit(&format!(".grex/{name}"), text);
    }
    let remote = remote.create();
    let report = grex!(
        sandbox,
        "init",
        sandbox.path("new"),
        "--from",
        remote.url(),
        "--json"
    )
    .run();
    let report = report.success().json();
    assert_eq!(report["taken_over"], ".grex/events.jsonl");
    assert_eq!(report["cloned"], serde_json::json!(["alpha", "beta"]));
}

#[test]
fn a_log_that_cannot_be_trusted_is_not_taken_over() {
    let Older { sandbox, log, .. } = older();
    sandbox.write(
        "workspace/.grex/events.jsonl",
        format!("{log}nonsense\n{log}"),
    );
    for words in [&["init", "--dry-run"][..], &["init"]] {
        let refused = grex!(sandbox).args(words).run();
        refused.code(3);
        assert!(
            refused.stderr.contains("events.jsonl: line 9"),
            "{}",
            refused.stderr
        );
        for made in ["grex.jsonl", ".gitignore"] {
            assert!(!sandbox.path(format!("workspace/{made}")).exists());
        }
    }
    sandbox.write("workspace/.grex/events.jsonl", &log);
    grex!(sandbox, "init").run().success();
    assert_eq!(sandbox.read("workspace/grex.jsonl"), log);
}
