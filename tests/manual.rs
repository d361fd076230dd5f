//! The manual pages in `docs/man` are those of the definitions of the command line. Run with
//! `GREX_UPDATE=1` to rewrite them.

#![cfg(feature = "mcp")]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "the test rewrites files when asked to, and fails by panicking"
)]

use std::{collections::BTreeSet, path::Path};

use clap::Command;
use clap_mangen::Man;
use grex::sys::env::VARIABLES;
use roff::{Roff, bold, roman};

/// What lies where, in the page of grex itself.
const FILES: &[(&str, &str)] = &[
    (
        "grex.jsonl",
        "The manifest: which packs belong to the workspace. Its directory is the workspace. Commit it.",
    ),
    (
        "grex.lock.jsonl",
        "The lockfile: which commit each pack is at. Commit it, or not.",
    ),
    (
        ".gitignore, .gitattributes",
        "A managed block in each hides the packs, and lets the two files above merge line by line.",
    ),
    (
        ".grex/pack.yaml",
        "The contract of a pack: its children, and what it sets up.",
    ),
    (".grex/hooks/", "The hooks of a scripted pack."),
    (
        ".grex/.state/",
        "This machine only: locks, the journal, how to take back what was installed, the trash.",
    ),
    (
        "$XDG_STATE_HOME/grex/",
        "What you have approved, and the key that seals what grex writes down about your home directory; \
         ~/.local/state/grex/ where the variable is not set.",
    ),
];

#[test]
fn the_pages_are_not_stale() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/man");
    let pages = pages();
    if std::env::var_os("GREX_UPDATE").is_some() {
        std::fs::create_dir_all(&directory).unwrap();
        for (name, text) in &pages {
            std::fs::write(directory.join(name), text).unwrap();
        }
    }
    let stored = std::fs::read_dir(&directory).expect("docs/man");
    let stored: BTreeSet<String> = stored
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let names: BTreeSet<String> = pages.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(stored, names);
    for (name, text) in pages {
        let stored = std::fs::read_to_string(directory.join(&name)).unwrap();
        assert!(
            stored == text,
            "docs/man/{name} is stale: run `GREX_UPDATE=1 cargo test --test manual`"
        );
    }
}

#[test]
fn every_page_says_what_a_page_should() {
    for (name, text) in pages() {
        for section in [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "OPTIONS",
            "EXAMPLES",
            "EXIT STATUS",
            "ENVIRONMENT",
            "FILES",
            "SEE ALSO",
        ] {
            let heading = [format!(".SH {section}\n"), format!(".SH \"{section}\"\n")];
            let is_there = heading.iter().any(|heading| text.contains(heading));
            assert!(is_there, "{name} lacks {section}");
        }
        assert!(
            text.contains("GREX_PARALLEL") && text.contains("130"),
            "{name}"
        );
    }
}

/// `man` itself has nothing to say about them.
#[test]
fn the_pages_are_sound() {
    if !grex_fixtures::need("groff") {
        return;
    }
    let sandbox = grex_fixtures::Sandbox::new();
    for (name, text) in pages() {
        let path = sandbox.write(&name, text);
        let outcome = sandbox
            .program("groff")
            .args(["-man", "-Tutf8", "-ww", "-rLL=80n"])
            .arg(path)
            .run();
        assert_eq!(outcome.success().stderr, "", "{name}");
    }
}

/// Every page with its file's name.
fn pages() -> Vec<(String, String)> {
    let mut grex = grex::cli::command();
    grex.build();
    let help = after_help(&grex);
    let mut pages = vec![(String::from("grex.1"), main_page(&grex, &help))];
    for verb in grex.get_subcommands() {
        let name = format!("grex-{}.1", verb.get_name());
        pages.push((name, verb_page(&grex, verb, &help)));
    }
    pages
}

fn main_page(grex: &Command, help: &[Section]) -> String {
    let mut page = begin("grex", grex);
    let mut roff = Roff::new();
    paragraphs(&mut roff, MAIN);
    roff.control("SH", ["VERBS"]);
    for verb in grex.get_subcommands() {
        roff.control("TP", []);
        roff.text([bold(format!("grex-{}", verb.get_name())), roman("(1)")]);
        roff.text([roman(verb.get_about().unwrap().to_string())]);
    }
    page += &roff.to_roff();
    page += &rendered(|text| man("grex", grex).render_options_section(text));
    let mut roff = Roff::new();
    let filters = section(help, "FILTERS");
    roff.control("SH", ["FILTERS"]);
    literally(&mut roff, &filters.lines);
    examples(&mut roff, &MAIN_EXAMPLES.map(String::from));
    end(&mut roff, help, "");
    roff.control("SH", ["SEE ALSO"]);
    let names: Vec<String> = grex
        .get_subcommands()
        .map(|verb| format!("grex-{}", verb.get_name()))
        .collect();
    see_also(&mut roff, &names);
    page + &roff.to_roff()
}

const MAIN: &str = "\
grex brings a tree of git repositories, called packs, and the set-up that lives in them, into the state \
that is declared for it: one command on an empty machine, and the same command every day after. git does \
git's work: your own git is started, with your credentials, hooks and settings.

A workspace is a directory with a manifest, `grex.jsonl`. It is found from the current directory upwards. \
Packs are named by their path from there. A pack is a git repository; one with a `.grex/pack.yaml` may own \
further packs, and may set up the machine: nothing of it runs before you have agreed to exactly that.

Results go to standard output, everything else to standard error. No local work is ever discarded: what has \
to go is moved into a trash.

The options below may stand before the verb, behind it, or both.";

const MAIN_EXAMPLES: [&str; 6] = [
    "  grex init --from https://example.org/me/work.git   a new machine, in one command",
    "  grex add https://example.org/me/dotfiles.git       one more pack",
    "  grex update                                        bring everything up to date",
    "  grex status                                        where every pack stands",
    "  grex ls --json                                     for programs",
    "  source <(grex --completions bash)                  complete command lines, in ~/.bashrc",
];

fn verb_page(grex: &Command, verb: &Command, help: &[Section]) -> String {
    let name = format!("grex-{}", verb.get_name());
    let own = after_help(verb);
    let shown = section(&own, "EXAMPLES");
    let is_example = |line: &&String| line.starts_with("  ");
    let example_lines: Vec<String> = shown.lines.iter().filter(is_example).cloned().collect();
    let prose: Vec<&str> = shown
        .lines
        .iter()
        .filter(|line| !is_example(line))
        .map(String::as_str)
        .collect();
    let mut page = begin(&name, verb);
    let mut roff = Roff::new();
    paragraphs(
        &mut roff,
        &format!("{}.\n\n{}", verb.get_about().unwrap(), prose.join("\n")),
    );
    page += &roff.to_roff();
    page += &rendered(|text| man(&name, verb).render_options_section(text));
    let mut roff = Roff::new();
    examples(&mut roff, &example_lines);
    end(&mut roff, help, &name);
    roff.control("SH", ["SEE ALSO"]);
    let others = grex.get_subcommands().map(Command::get_name);
    let others = others.filter(|other| related(verb.get_name()).contains(other));
    let mut names = vec![String::from("grex")];
    names.extend(others.map(|other| format!("grex-{other}")));
    see_also(&mut roff, &names);
    page + &roff.to_roff()
}

/// The verbs that whoever reads of one may be looking for.
fn related(verb: &str) -> &'static [&'static str] {
    match verb {
        "init" => &["add", "import", "update"],
        "add" => &["import", "rm", "update"],
        "rm" => &["add", "sync", "doctor"],
        "ls" => &["status"],
        "status" => &["ls", "sync", "doctor"],
        "sync" => &["status", "update"],
        "update" => &["sync", "status", "run"],
        "import" => &["add", "init", "sync"],
        "serve" => &["exec"],
        "doctor" => &["status", "sync"],
        "run" => &["update", "exec"],
        "exec" => &["run", "status"],
        other => panic!("nobody has said what `{other}` has to do with the other verbs"),
    }
}

/// The first three sections.
fn begin(name: &str, command: &Command) -> String {
    let title = rendered(|text| man(name, command).render_title(text));
    // The date is left out, so that a page changes with the definitions only; its place stays.
    let mut page = title.replace(" 1  ", " 1 \"\" ");
    let mut roff = Roff::new();
    roff.control("SH", ["NAME"]);
    let about = command.get_about().unwrap().to_string();
    roff.text([roman(format!("{name} - {}", lower(&about)))]);
    roff.control("SH", ["SYNOPSIS"]);
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    let words = command.get_bin_name().unwrap().to_owned();
    let rest = usage.strip_prefix(&words).unwrap().to_owned();
    roff.text([bold(words), roman(rest)]);
    roff.control("SH", ["DESCRIPTION"]);
    page += &roff.to_roff();
    page
}

fn lower(about: &str) -> String {
    let mut letters = about.chars();
    let first = letters.next().unwrap().to_lowercase();
    first.chain(letters).collect()
}

fn man(name: &str, command: &Command) -> Man {
    Man::new(command.clone())
        .title(name)
        .section("1")
        .source(format!("grex {}", env!("CARGO_PKG_VERSION")))
        .manual("User Commands")
}

fn rendered(render: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut text = Vec::new();
    render(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// What stands in every page: exit codes, variables, files.
fn end(roff: &mut Roff, help: &[Section], name: &str) {
    roff.control("SH", ["EXIT STATUS"]);
    let codes = section(help, "EXIT CODES").lines.join("\n");
    for code in codes.split("   ").flat_map(|part| part.split('\n')) {
        let code = code.trim();
        let digits = code.find(|letter: char| !letter.is_ascii_digit() && !", ".contains(letter));
        let (numbers, meaning) = code.split_at(digits.expect("a meaning"));
        roff.control("TP", []);
        roff.text([bold(numbers.trim())]);
        roff.text([roman(meaning)]);
    }
    roff.control("SH", ["ENVIRONMENT"]);
    for variable in VARIABLES {
        let is_ours = variable.name.starts_with("GREX_");
        if name.is_empty() || is_ours {
            tagged(roff, variable.name, variable.about);
        }
    }
    if !name.is_empty() {
        paragraphs(roff, "The others that grex heeds are in grex(1).");
    }
    roff.control("SH", ["FILES"]);
    let count = if name.is_empty() { FILES.len() } else { 2 };
    for (path, about) in &FILES[..count] {
        tagged(roff, path, about);
    }
    if !name.is_empty() {
        paragraphs(roff, "All of them are in grex(1).");
    }
}

fn tagged(roff: &mut Roff, name: &str, about: &str) {
    roff.control("TP", []);
    roff.text([bold(name)]);
    roff.text([roman(about)]);
}

fn see_also(roff: &mut Roff, names: &[String]) {
    let mut words = Vec::new();
    for name in names {
        words.extend([bold(name.as_str()), roman("(1), ")]);
    }
    words.extend([bold("git"), roman("(1)")]);
    roff.text(words);
}

fn examples(roff: &mut Roff, lines: &[String]) {
    roff.control("SH", ["EXAMPLES"]);
    for line in lines {
        let line = line.trim();
        let (command, about) = line.split_once("  ").unwrap_or((line, ""));
        roff.control("TP", []);
        roff.text([bold(command)]);
        roff.text([roman(about.trim())]);
    }
}

fn literally(roff: &mut Roff, lines: &[String]) {
    roff.control("nf", []);
    for line in lines {
        roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
    }
    roff.control("fi", []);
}

fn paragraphs(roff: &mut Roff, text: &str) {
    for (index, paragraph) in text
        .split("\n\n")
        .filter(|text| !text.is_empty())
        .enumerate()
    {
        if index > 0 || text.starts_with("The others") || text.starts_with("All of") {
            roff.control("PP", []);
        }
        roff.text([roman(paragraph.replace('\n', " ").trim())]);
    }
}

/// A part of the text behind the options of a help, under a heading in capitals.
struct Section {
    heading: String,
    lines: Vec<String>,
}

fn after_help(command: &Command) -> Vec<Section> {
    let text = command.get_after_help().expect("examples").to_string();
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines() {
        let is_heading =
            !line.is_empty() && line.chars().all(|it| it.is_ascii_uppercase() || it == ' ');
        match sections.last_mut() {
            _ if is_heading => sections.push(Section {
                heading: line.to_owned(),
                lines: Vec::new(),
            }),
            Some(section) => section.lines.push(line.to_owned()),
            None => panic!("{line} stands under no heading"),
        }
    }
    for section in &mut sections {
        while section.lines.last().is_some_and(String::is_empty) {
            section.lines.pop();
        }
    }
    sections
}

fn section<'a>(sections: &'a [Section], heading: &str) -> &'a Section {
    let found = sections.iter().find(|section| section.heading == heading);
    found.unwrap_or_else(|| panic!("no {heading}"))
}
