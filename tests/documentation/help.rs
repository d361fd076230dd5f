//! `grex --help` and `grex VERB --help`: the examples in them are run, each on a machine of its own.

use std::collections::BTreeSet;

use grex_fixtures::{Sandbox, grex};

use crate::{
    machine::Machine,
    page::{self, Page},
    setups,
};

/// The help of a verb, or with an empty name that of all, in lines that are not broken.
pub(crate) fn text(verb: &str) -> String {
    let sandbox = Sandbox::new();
    let words = [verb, "--help"].into_iter().filter(|word| !word.is_empty());
    let ran = grex!(sandbox).args(words).env("COLUMNS", "400").run();
    ran.success();
    ran.stdout
}

/// The verbs, in the order of the help.
pub(crate) fn verbs() -> Vec<String> {
    let text = text("");
    let list = text.split("Commands:\n").nth(1).expect("a list of verbs");
    let lines = list.lines().take_while(|line| line.starts_with("  "));
    lines
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .collect()
}

/// The long flags of a list of options in the help.
fn flags_below(text: &str, heading: &str) -> BTreeSet<String> {
    let list = text
        .split(&format!("\n{heading}:\n"))
        .nth(1)
        .unwrap_or_default();
    let lines = list.lines().take_while(|line| line.starts_with("  "));
    let words = lines.flat_map(|line| line.split("  ").filter(|part| !part.is_empty()).take(1));
    let words = words.flat_map(str::split_whitespace);
    let flags = words.filter(|word| word.starts_with("--") && word.len() > 2);
    let flags = flags
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != '-'));
    flags
        .map(|flag| flag.trim_end_matches('.').to_owned())
        .collect()
}

/// The long flags that only this verb has.
pub(crate) fn own_flags(verb: &str) -> BTreeSet<String> {
    let mut flags = flags_below(&text(verb), "Options");
    flags.remove("--help");
    flags
}

/// The long flags that every verb has.
pub(crate) fn global_flags() -> BTreeSet<String> {
    flags_below(&text(""), "Global options")
}

/// The commands below `EXAMPLES`.
fn examples(verb: &str) -> Vec<String> {
    let text = text(verb);
    let list = text
        .split("EXAMPLES\n")
        .nth(1)
        .expect("every verb has examples");
    let lines = list.lines().take_while(|line| line.starts_with("  grex "));
    // Two spaces part a command from what it is for.
    let command = |line: &str| {
        line.trim()
            .split("  ")
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    lines.map(command).collect()
}

/// Verbs that ask, and are told yes.
const ASKED: [&str; 4] = ["init", "add", "rm", "update"];

/// Runs all examples of a verb.
fn run(verb: &str) {
    let examples = examples(verb);
    assert!(!examples.is_empty(), "{verb}");
    for example in &examples {
        let machine = setups::machine("examples of the help");
        prepare(&machine, example);
        let ran = match ASKED.contains(&verb) {
            true => machine.run_at_a_terminal(example, &["y".to_owned()]),
            false => machine.run(example),
        };
        assert!(
            ran.code == 0,
            "{example}: exit {}\n{}",
            ran.code,
            ran.output
        );
    }
    eprintln!("grex {verb} --help: {} examples run", examples.len());
}

/// What has to be so that an example makes sense.
fn prepare(machine: &Machine, example: &str) {
    if example == "grex init" || example.starts_with("grex init --from") {
        machine.go("home/elsewhere");
    } else if example == "grex init ~/work" {
        machine.prepare("rm -rf ~/work");
    } else if example.starts_with("grex add") {
        machine.go("home/fresh");
        machine.prepare("grex init -q && rm ~/.vimrc");
    } else if example.contains("--scan") {
        machine.prepare("git clone -q https://example.org/x/y.git stray/y");
    } else if example.contains("state=dirty") {
        machine.prepare("echo more >>api/README.md");
    } else if example.contains("state=behind") {
        machine.prepare("grex status --fetch");
    } else if example.contains("rebase -i") {
        machine.prepare("git config --global sequence.editor true");
    }
}

macro_rules! verbs {
    ($($test:ident: $verb:literal,)*) => {
        const VERBS: &[&str] = &[$($verb),*];
        mod examples_of {
            $(#[test]
            fn $test() {
                super::run($verb);
            })*
        }
    };
}

verbs! {
    init: "init",
    add: "add",
    rm: "rm",
    ls: "ls",
    status: "status",
    sync: "sync",
    update: "update",
    import: "import",
    serve: "serve",
    doctor: "doctor",
    run: "run",
    exec: "exec",
}

#[test]
fn every_verb_is_tested() {
    assert_eq!(verbs(), VERBS);
}

/// `grex sync --only X` in the running text: the verb and the flags are there. Placeholders stand
/// in such commands, so they are not run.
#[test]
fn commands_in_the_text_have_flags_that_there_are() {
    let sandbox = Sandbox::new();
    let mut seen = BTreeSet::new();
    for name in page::all() {
        // The past keeps its words.
        if name == "CHANGELOG.md" {
            continue;
        }
        for code in Page::read(&name).codes {
            let Some(words) = code.strip_prefix("grex ") else {
                continue;
            };
            let words = words.split(" | ").next().unwrap_or(words);
            let is_verb = words.starts_with(|letter: char| letter.is_ascii_lowercase());
            if !is_verb || words.starts_with("exec ") || !seen.insert(words.to_owned()) {
                continue;
            }
            let words: Vec<String> = words
                .split_whitespace()
                .map(|word| word.replace(['[', ']', '\''], ""))
                .collect();
            let ran = grex!(sandbox).args(&words).arg("--help").run();
            assert!(
                ran.status == Some(0) || ran.stderr.contains("invalid value"),
                "{name}: `{code}`\n{}",
                ran.stderr
            );
        }
    }
    assert!(seen.len() > 20, "{seen:?}");
}
