//! What must never be in what grex prints: secrets, and text that controls a terminal. And what
//! happens when nobody reads it.

use std::{fs, path::Path, process::Stdio};

use grex_fixtures::{
    Fault, Outcome, Rule, Sandbox, grex,
    server::{HttpServer, Mood},
};
use serde_json::json;

use crate::support::{
    harmless, no_leftovers, pack_yaml, refused, register, workspace, workspace_with,
};

const SECRET: &str = "s3cr3t0123456789abcdef";
const EVIL: &str = "\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}1m\rover\u{202e}desrever\u{2066}\u{8}";

#[test]
fn n9_a_reader_that_goes_away_is_no_panic() {
    let names: Vec<String> = (0..300).map(|number| format!("pack-{number}")).collect();
    let sandbox = workspace();
    let packs: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), "https://example.org/a.git"))
        .collect();
    register(&sandbox, &packs);
    for words in [
        &["ls"][..],
        &["ls", "--json"],
        &["ls", "--tree"],
        &["status"],
        &["sync", "--dry-run"],
        &["--help"],
        &["ls", "--json", "--filter", "nothing"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = sandbox
            .command(env!("CARGO_BIN_EXE_grex"))
            .current_dir(sandbox.workspace())
            .args(words)
            .stdout(Stdio::from(writer))
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("panicked"), "{words:?}: {stderr}");
        // As a shell reports of a program that SIGPIPE has ended.
        assert_eq!(output.status.code(), Some(141), "{words:?}: {stderr}");
        assert_eq!(stderr, "", "{words:?}");
    }
    no_leftovers(&sandbox);
}

#[test]
fn n9_without_standard_error_grex_works() {
    let sandbox = workspace_with(&["one"]);
    for (redirection, code) in [
        ("2>&-", 0),
        (">&-", 1),
        ("<&-", 0),
        ("2>/dev/full", 0),
        (">/dev/full", 1),
    ] {
        let script = format!("exec \"$0\" ls {redirection}");
        let outcome = sandbox
            .program("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_grex")])
            .run();
        assert!(
            !outcome.stderr.contains("panicked"),
            "{redirection} {}",
            outcome.snapshot()
        );
        assert_ne!(outcome.status, Some(101), "{redirection}");
        if redirection != ">&-" {
            assert_eq!(
                outcome.status,
                Some(code),
                "{redirection}: {}",
                outcome.snapshot()
            );
        }
    }
}

#[test]
fn o1_what_a_server_says_is_shown_without_its_tricks() {
    let sandbox = workspace_with(&["one"]);
    let url = crate::support::url_of(&sandbox, "one");
    let shim = sandbox.shim();
    let said = format!("remote: hello {EVIL}\nfatal: no {EVIL} way\n");
    for subcommand in ["fetch", "clone"] {
        shim.rules(&[Rule::on(subcommand).fault(Fault::fatal(&said))]);
        for flags in [
            &["-vvv"][..],
            &["--plain"],
            &["--json"],
            &["--color=never"],
            &[],
        ] {
            let words: &[&str] = if subcommand == "fetch" {
                &["sync"]
            } else {
                &["add", &url, "two"]
            };
            let outcome = grex!(sandbox)
                .args(words)
                .args(flags)
                .with_shim(&shim)
                .run();
            outcome.code(4);
            harmless(&outcome);
            let all = outcome.stdout.clone() + &outcome.stderr;
            assert!(
                all.contains("red") && all.contains("way"),
                "{}",
                outcome.snapshot()
            );
        }
    }
    // What is only said on the way is forwarded, and clean too.
    let way = Fault::FatalThenSucceed {
        stderr: format!("remote: welcome {EVIL}\n"),
    };
    shim.rules(&[Rule::on("fetch").fault(way)]);
    let outcome = grex!(sandbox, "sync", "-vv").with_shim(&shim).run();
    outcome.success();
    harmless(&outcome);
    assert!(outcome.stderr.contains("welcome"), "{}", outcome.snapshot());
}

#[test]
fn o1_names_from_a_repository_are_shown_without_their_tricks() {
    let sandbox = workspace_with(&["one"]);
    let name = "evil\u{1b}[31m\r\u{202e}name";
    sandbox.write(format!("workspace/one/{name}"), "x");
    let message = format!("subject {EVIL}\n");
    sandbox.git("workspace/one", &["add", "-A"]);
    sandbox.git("workspace/one", &["commit", "-qm", &message]);
    sandbox.write(format!("workspace/one/{name}"), "y");
    sandbox.git(
        "workspace/one",
        &["checkout", "-q", "-b", "br\u{202e}anch\u{9b}"],
    );
    for words in [
        &["rm", "-y", "one"][..],
        &["status"],
        &["status", "--json"],
        &["sync", "-vvv"],
    ] {
        let outcome = grex!(sandbox).args(words).run();
        harmless(&outcome);
        assert!(
            (outcome.stdout.clone() + &outcome.stderr).contains("one"),
            "{}",
            outcome.snapshot()
        );
    }
    let outcome = grex!(sandbox, "rm", "-y", "one").run();
    refused(&sandbox, &outcome, 9, &["evil", "name"]);
}

#[test]
fn o1_a_contract_is_quoted_without_its_tricks() {
    for yaml in [
        format!("schema_version: \"1\"\nname: a\ntype: meta\n# {EVIL}\nchidlren: []\n"),
        "schema_version: \"1\"\nname: a\ntype: meta\n\"key\\e[31m\\u202e\": 1\n".to_owned(),
        "schema_version: \"1\"\nname: \"a\\e[31m\\r\\u202e\"\ntype: meta\n".to_owned(),
        pack_yaml(
            "a",
            &[json!({"url": "https://example.org/a", "path": format!("p{EVIL}")})],
        ),
        pack_yaml(
            "a",
            &[json!({"url": format!("https://example.org/{EVIL}")})],
        ),
    ] {
        let sandbox = workspace();
        let remote = sandbox.remote("wrong").pack_yaml(&yaml).create();
        for flag in ["--plain", "--json", "-v", "--color=never"] {
            let outcome = grex!(sandbox, "add", remote.url(), flag).run();
            outcome.code(4);
            harmless(&outcome);
        }
    }
}

#[test]
fn o1_what_was_typed_is_quoted_without_its_tricks() {
    let sandbox = workspace_with(&["one"]);
    for words in [
        &["add", EVIL][..],
        &["add", "https://example.org/a", EVIL],
        &["add", "https://example.org/a", "--ref", EVIL],
        &["add", "https://example.org/a", "--type", EVIL],
        &["rm", EVIL],
        &["ls", "--filter", EVIL],
        &["ls", "--filter", &format!("{EVIL}=x")],
        &["ls", "--type", EVIL],
        &["-C", EVIL, "ls"],
        &["--manifest", EVIL, "ls"],
        &[EVIL],
        &["ls", &format!("--{EVIL}")],
        &["init", "--from", EVIL],
        &["sync", "--only", EVIL],
        &["status", "--stale-after", EVIL],
    ] {
        for json in [false, true] {
            let flag: &[&str] = if json { &["--json"] } else { &[] };
            let outcome = grex!(sandbox).args(flag).args(words).run();
            assert!(
                matches!(outcome.status, Some(1..=8)),
                "{words:?} {}",
                outcome.snapshot()
            );
            harmless(&outcome);
        }
    }
}

/// Asserts that the secret is neither printed nor in any file of the workspace.
#[track_caller]
fn kept_secret(sandbox: &Sandbox, outcome: &Outcome) {
    let printed = outcome.stdout.clone() + &outcome.stderr;
    assert!(!printed.contains(SECRET), "{}", outcome.snapshot());
    not_written(&sandbox.workspace());
    not_written(&sandbox.path("home/.local/state"));
}

#[track_caller]
fn not_written(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            not_written(&path);
        } else if let Ok(bytes) = fs::read(&path) {
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains(SECRET), "{}", path.display());
        }
    }
}

/// Every way in which git is made to say more than is good for it.
const TRACES: [(&str, &str); 5] = [
    ("GIT_TRACE", "1"),
    ("GIT_TRACE_CURL", "1"),
    ("GIT_CURL_VERBOSE", "1"),
    ("GIT_TRACE_PACKET", "1"),
    ("GIT_TRACE_REDACT", "0"),
];

#[test]
fn c2_headers_stay_secret_even_while_git_traces() {
    let sandbox = workspace();
    sandbox.remote("one").commit("a", "1").create();
    let server = HttpServer::start(&sandbox, Mood::Plain);
    let header = format!("Authorization: Bearer {SECRET}");
    let by_file = sandbox.read("home/.gitconfig") + &format!("[http]\n\textraHeader = {header}\n");
    let forbidden = HttpServer::start(&sandbox, Mood::Forbidden);
    for in_file in [true, false] {
        let path = if in_file { "by-file" } else { "by-environment" };
        if in_file {
            sandbox.write("home/.gitconfig", &by_file);
        } else {
            sandbox.write("home/.gitconfig", by_file.split("[http]").next().unwrap());
        }
        let run = |words: &[&str], traced: bool| {
            let mut run = grex!(sandbox).args(words);
            if traced {
                run = run.args(["-vvv"]);
                for (name, value) in TRACES {
                    run = run.env(name, value);
                }
            }
            if !in_file {
                run = run
                    .env("GIT_CONFIG_COUNT", "1")
                    .env("GIT_CONFIG_KEY_0", "http.extraHeader")
                    .env("GIT_CONFIG_VALUE_0", &header);
            }
            run.run()
        };
        for traced in [false, true] {
            let outcome = run(&["add", &forbidden.url("one"), "no"], traced);
            outcome.code(4);
            kept_secret(&sandbox, &outcome);
        }
        let outcome = run(&["add", &server.url("one"), path], true);
        outcome.success();
        kept_secret(&sandbox, &outcome);
        for words in [&["sync"][..], &["sync", "--json"], &["status", "--fetch"]] {
            let outcome = run(words, true);
            outcome.success();
            kept_secret(&sandbox, &outcome);
        }
        let sent = server.requests();
        assert!(
            sent.iter().any(|request| request
                .header("authorization")
                .is_some_and(|sent| sent.contains(SECRET))),
            "the header never reached the server"
        );
    }
}

#[test]
fn c2_what_a_credential_helper_says_stays_secret_even_while_git_traces() {
    let sandbox = workspace();
    sandbox.remote("one").commit("a", "1").create();
    let right = HttpServer::start(&sandbox, Mood::basic("me", SECRET));
    let wrong = HttpServer::start(&sandbox, Mood::basic("me", "something else"));
    let helper = format!("!f() {{ echo username=me; echo password={SECRET}; }}; f");
    let words = ["config", "--global", "credential.helper", &helper];
    sandbox.git("", &words);
    let mut printed = String::new();
    let mut run = |words: &[&str], code: i32| {
        for flags in [&["-vvv"][..], &["-vvv", "--json"], &[]] {
            let mut run = grex!(sandbox, "--no-input").args(words).args(flags);
            for (name, value) in TRACES {
                run = run.env(name, value);
            }
            let outcome = run.run();
            outcome.code(code);
            kept_secret(&sandbox, &outcome);
            printed += &outcome.stdout;
            printed += &outcome.stderr;
        }
    };
    run(&["add", &wrong.url("one"), "no"], 4);
    run(&["add", &right.url("one"), "one"], 0);
    run(&["sync"], 0);
    run(&["status", "--fetch"], 0);
    // As it goes over the wire, it is another text.
    for server in [right, wrong] {
        let sent = server.requests();
        let sent = sent.iter().find_map(|one| one.header("authorization"));
        let coded = sent.expect("the token got there").split_once(' ').unwrap();
        assert!(!printed.contains(coded.1), "{printed}");
    }
}

#[test]
fn c2_secrets_in_urls_are_refused_and_not_repeated() {
    let token = format!("ghp_{SECRET}{SECRET}");
    for url in [
        format!("https://user:{SECRET}@example.org/a.git"),
        format!("https://:{SECRET}@example.org/a.git"),
        format!("https://{token}@example.org/a.git"),
        format!("https://{token}:x-oauth-basic@example.org/a.git"),
        format!("https://example.org/a.git?access_token={token}"),
        format!("ssh://user:{SECRET}@example.org/a.git"),
    ] {
        let sandbox = workspace();
        for words in [
            &["add", &url][..],
            &["add", "--json", &url],
            &["add", "-vvv", &url, "path"],
            &["init", "--from", &url, "new"],
        ] {
            let outcome = grex!(sandbox).args(words).run();
            outcome.code(2);
            kept_secret(&sandbox, &outcome);
            let told = outcome.stdout.clone() + &outcome.stderr;
            assert!(told.contains("credential"), "{}", outcome.snapshot());
        }
        let remote = sandbox
            .remote("parent")
            .pack_yaml(&pack_yaml("parent", &[json!({"url": url})]))
            .create();
        for flag in ["-vvv", "--json"] {
            let outcome = grex!(sandbox, "add", remote.url(), flag).run();
            outcome.code(4);
            let printed = outcome.stdout.clone() + &outcome.stderr;
            assert!(!printed.contains(SECRET), "{}", outcome.snapshot());
        }
    }
}

#[test]
fn c2_an_origin_with_a_secret_is_shown_without_it() {
    let sandbox = workspace_with(&["one"]);
    let url = format!("https://user:{SECRET}@example.org/a.git");
    sandbox.git("workspace/one", &["remote", "set-url", "origin", &url]);
    for words in [
        &["sync", "-vvv"][..],
        &["sync", "--json"],
        &["status", "-vvv"],
        &["status", "--json"],
    ] {
        let outcome = grex!(sandbox).args(words).run();
        let printed = outcome.stdout.clone() + &outcome.stderr;
        assert!(!printed.contains(SECRET), "{}", outcome.snapshot());
        assert!(printed.contains("one"), "{}", outcome.snapshot());
    }
}
