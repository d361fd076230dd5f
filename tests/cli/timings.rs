//! `--timings` and `-v`: what a run says that it spends its time on.

use std::collections::BTreeMap;

use grex_fixtures::{Fault, Outcome, Rule, Sandbox, Shim, Signal, Times, grex};
use serde_json::Value;

use crate::support::{register, workspace};

const PACKS: [&str; 5] = ["one", "two", "three", "four", "five"];

/// A workspace with five packs that are registered, and not there yet.
fn five_packs() -> (Sandbox, Shim) {
    let sandbox = workspace();
    for name in PACKS {
        let remote = sandbox.remote(name).commit("a", name).create();
        register(&sandbox, &[(name, &remote.url())]);
    }
    let shim = sandbox.shim();
    (sandbox, shim)
}

/// A span of a trace: its name, its category, its lane, from when to when.
#[derive(Debug)]
struct Span {
    name: String,
    category: String,
    lane: u64,
    begin: u64,
    end: u64,
}

/// Reads a trace, and sees that it is one.
#[track_caller]
fn trace(sandbox: &Sandbox, file: &str) -> Vec<Span> {
    let trace: Value = serde_json::from_str(&sandbox.read(file)).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let named: Vec<_> = events
        .iter()
        .filter(|event| event["name"] == "thread_name" && event["ph"] == "M")
        .map(|event| event["tid"].as_u64().unwrap())
        .collect();
    let mut spans = Vec::new();
    for event in events.iter().filter(|event| event["ph"] == "X") {
        let number = |key: &str| event[key].as_u64().unwrap_or_else(|| panic!("{event}"));
        let text = |key: &str| event[key].as_str().unwrap().to_owned();
        let span = Span {
            name: text("name"),
            category: text("cat"),
            lane: number("tid"),
            begin: number("ts"),
            end: number("ts") + number("dur"),
        };
        assert!(
            named.contains(&span.lane),
            "a lane without a name: {span:?}"
        );
        spans.push(span);
    }
    sound(&spans);
    spans
}

/// In one lane a span is inside of another one or beside it, and all of them are in the run's.
#[track_caller]
fn sound(spans: &[Span]) {
    let run: Vec<_> = spans.iter().filter(|span| span.category == "run").collect();
    assert_eq!(run.len(), 1, "{spans:?}");
    assert_eq!(run[0].lane, 0);
    for (place, one) in spans.iter().enumerate() {
        assert!(
            run[0].begin <= one.begin && one.end <= run[0].end,
            "{one:?}"
        );
        for other in spans[place + 1..]
            .iter()
            .filter(|other| other.lane == one.lane)
        {
            let apart = one.end <= other.begin || other.end <= one.begin;
            let inside = one.begin <= other.begin && other.end <= one.end
                || other.begin <= one.begin && one.end <= other.end;
            assert!(apart || inside, "{one:?} and {other:?}");
        }
    }
}

fn lanes(spans: &[Span]) -> u64 {
    spans.iter().map(|span| span.lane).max().unwrap()
}

/// The git commands that were started, as the shim saw them, without grex's own settings.
fn started(shim: &Shim) -> BTreeMap<String, usize> {
    let mut started = BTreeMap::new();
    for invocation in shim.invocations() {
        let mut words = invocation.argv.into_iter();
        let mut kept = vec![String::from("git")];
        while let Some(word) = words.next() {
            match word.as_str() {
                "-c" if kept.len() == 1 => drop(words.next()),
                _ => kept.push(word),
            }
        }
        *started.entry(kept.join(" ")).or_default() += 1;
    }
    started
}

/// The same, as they are told: quotes are for shells.
fn told<'a>(commands: impl Iterator<Item = &'a str>) -> BTreeMap<String, usize> {
    let mut told = BTreeMap::new();
    for command in commands {
        *told.entry(command.replace('\'', "")).or_default() += 1;
    }
    told
}

fn git_of(spans: &[Span]) -> BTreeMap<String, usize> {
    let git = spans.iter().filter(|span| span.category == "git");
    told(git.map(|span| span.name.as_str()))
}

/// The commands that `-v` has shown, each with its time.
fn shown(outcome: &Outcome) -> BTreeMap<String, usize> {
    let commands = outcome
        .stderr
        .lines()
        .filter_map(|line| line.strip_prefix("$ "));
    told(commands.map(|line| {
        let (command, time) = line
            .rsplit_once(" (")
            .unwrap_or_else(|| panic!("no time: {line}"));
        assert!(time.contains(" ms") || time.contains(" s"), "{line}");
        command
    }))
}

#[test]
fn every_git_command_of_every_verb_is_shown_and_timed() {
    let (sandbox, shim) = five_packs();
    let extra = sandbox.remote("extra").commit("a", "a").create().url();
    sandbox.write("elsewhere/repos.json", "[]");
    for words in [
        &["sync"][..],
        &["sync"],
        &["sync", "--dry-run"],
        &["status"],
        &["status", "--fetch"],
        &["status", "--filter", "state=dirty"],
        &["update"],
        &["doctor"],
        &["add", &extra, "six"],
        &["exec", "--plain", "true"],
        &["exec", "--filter", "state=behind", "true"],
        &["run", "mkdir"],
        &["import", "--scan"],
        &["ls"],
        &["rm", "-y", "six"],
        &["init"],
        &["init", "--from", &extra, "new"],
    ] {
        shim.forget();
        let words = [words, &["-v", "--timings", "../trace.json", "-j3"]].concat();
        // What follows the command of `exec` is the command's.
        let words = match words[0] {
            "exec" => {
                let (verb, rest) = words.split_at(1);
                [
                    &["-v", "--timings", "../trace.json", "-j3"],
                    verb,
                    &rest[..rest.len() - 4],
                ]
                .concat()
            }
            _ => words,
        };
        let outcome = grex!(sandbox).args(&words).with_shim(&shim).run();
        let spans = trace(&sandbox, "trace.json");
        let started = started(&shim);
        assert_eq!(git_of(&spans), started, "{words:?}\n{}", outcome.snapshot());
        assert_eq!(
            shown(&outcome),
            started,
            "{words:?}\n{}",
            outcome.snapshot()
        );
        assert!(lanes(&spans) <= 3, "{words:?} {spans:?}");
        std::fs::remove_file(sandbox.path("trace.json")).unwrap();
    }
}

#[test]
fn each_pack_is_a_span_with_its_commands_in_it() {
    let (sandbox, shim) = five_packs();
    let words = ["sync", "-j2", "--timings", "../trace.json"];
    let outcome = grex!(sandbox).args(words).with_shim(&shim).run();
    outcome.success();
    let spans = trace(&sandbox, "trace.json");
    assert_eq!(lanes(&spans), 2, "{spans:?}");
    for pack in PACKS {
        let unit: Vec<_> = spans
            .iter()
            .filter(|span| span.category == "pack" && span.name == pack)
            .collect();
        assert_eq!(unit.len(), 1, "{pack} in {spans:?}");
        let (unit, place) = (unit[0], format!("/{pack}"));
        let clone = spans
            .iter()
            .find(|span| span.category == "git" && span.name.contains(&place))
            .unwrap_or_else(|| panic!("no clone of {pack} in {spans:?}"));
        assert!(unit.lane > 0 && clone.lane == unit.lane);
        assert!(unit.begin <= clone.begin && clone.end <= unit.end);
    }
    // Nothing else is different with it.
    assert_eq!(outcome.stderr, "", "{}", outcome.snapshot());
}

#[test]
fn what_failed_comes_again_and_is_in_it() {
    let (sandbox, shim) = five_packs();
    shim.rules(
        &[Rule::on("clone").times(Times::First(1)).fault(Fault::fatal(
            "fatal: unable to access: Connection reset by peer\n",
        ))],
    );
    let words = ["sync", "--timings", "../trace.json", "--retries", "1"];
    grex!(sandbox).args(words).with_shim(&shim).run().success();
    let spans = trace(&sandbox, "trace.json");
    let units = spans.iter().filter(|span| span.category == "pack").count();
    assert_eq!(units, 6, "{spans:?}");
    let text = sandbox.read("trace.json");
    assert!(
        text.contains("comes again: ") && text.contains("Connection reset"),
        "{text}"
    );
    assert!(text.contains("exit code 128"), "{text}");
}

#[test]
fn it_is_written_when_the_run_fails_or_is_interrupted() {
    let (sandbox, shim) = five_packs();
    shim.rules(&[Rule::on("clone").fault(Fault::fatal("fatal: repository not found\n"))]);
    let words = ["sync", "--timings", "../failed.json"];
    grex!(sandbox).args(words).with_shim(&shim).run().code(4);
    assert_eq!(git_of(&trace(&sandbox, "failed.json")), started(&shim));
    shim.forget();
    shim.rules(&[Rule::on("clone").fault(Fault::Hang)]);
    let words = ["sync", "-j2", "--timings", "../interrupted.json"];
    let mut run = grex!(sandbox).args(words).with_shim(&shim).start();
    run.wait_until("two clones", || shim.count("clone") == 2);
    run.signal(Signal::Interrupt);
    run.wait().code(130);
    let spans = trace(&sandbox, "interrupted.json");
    assert_eq!(git_of(&spans), started(&shim));
    assert!(sandbox.read("interrupted.json").contains("cancelled"));
    // An error of the whole run is one more way to end.
    sandbox.write("workspace/grex.jsonl", "not a manifest\n{}\n");
    let words = ["sync", "--timings", "../broken.json"];
    grex!(sandbox).args(words).with_shim(&shim).run().code(3);
    assert_eq!(lanes(&trace(&sandbox, "broken.json")), 0);
}

#[test]
fn a_file_that_cannot_be_written_is_an_error_before_anything_is_done() {
    let (sandbox, shim) = five_packs();
    sandbox.write("there/file", "");
    for file in [
        "../there",
        "../nowhere/trace.json",
        "../there/file/trace.json",
        "/dev/null",
    ] {
        let words = ["sync", "--timings", file];
        let outcome = grex!(sandbox).args(words).with_shim(&shim).run();
        outcome.code(1);
        assert!(
            outcome.stderr.contains("--timings"),
            "{}",
            outcome.snapshot()
        );
        assert!(shim.invocations().is_empty(), "{file}");
        assert!(!sandbox.path("workspace/one").exists(), "{file}");
    }
    let outcome = grex!(sandbox, "serve", "--mcp", "--timings", "../trace.json").run();
    outcome.code(2);
    assert!(!sandbox.path("trace.json").exists());
}

#[test]
fn it_replaces_a_trace_and_is_found_where_c_leads() {
    let (sandbox, _) = five_packs();
    sandbox.write("workspace/trace.json", "old");
    let words = ["-C", "workspace", "ls", "--timings", "trace.json"];
    grex!(sandbox).in_dir("").args(words).run().success();
    let spans = trace(&sandbox, "workspace/trace.json");
    assert_eq!(spans[0].name, "grex -C workspace ls --timings trace.json");
}

#[test]
fn no_secret_is_in_it() {
    let (sandbox, shim) = five_packs();
    let secret = "hunter2hunter2";
    let url = format!("https://user:{secret}@example.org/a.git");
    let words = ["add", &url, "--timings", "../trace.json"];
    grex!(sandbox).args(words).with_shim(&shim).run().code(2);
    let text = sandbox.read("trace.json");
    assert!(
        text.contains("example.org") && !text.contains(secret),
        "{text}"
    );
    grex!(sandbox, "sync").run().success();
    let script = format!("curl https://user:{secret}@example.org; true");
    let words = ["--timings", "../trace.json", "exec", "--shell", &script];
    grex!(sandbox).args(words).run().success();
    let text = sandbox.read("trace.json");
    assert!(text.contains("curl") && !text.contains(secret), "{text}");
}
