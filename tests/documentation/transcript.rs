//! Blocks that show commands and what they print.
//!
//! A line that begins with `$ ` (or what the page says is its prompt) is a command, `> ` goes on with it, `# ` before a command is for
//! the reader, an empty line before either ends what is printed. What is printed is compared but for times;
//! `...` stands for any lines, `[..]` for anything in a line. A command has to succeed, unless an
//! `error:` or `fatal:` is shown, or `echo $?` follows.

use std::{path::Path, sync::LazyLock};

use regex::Regex;
use snapbox::{Assert, assert::Action};

use crate::{
    machine::{Machine, Ran},
    page,
};

/// A line, or more, of a block.
#[derive(Debug, PartialEq)]
enum Part {
    /// What is for the reader alone.
    Note(String),
    Command {
        typed: String,
        printed: String,
    },
}

/// Runs a block; returns it with what was really printed, and how many commands there were.
pub(crate) fn run(
    machine: &Machine,
    block: &str,
    prompt: &str,
    at_a_terminal: bool,
) -> Result<(String, usize), String> {
    let parts = parse(block, prompt)?;
    let mut written = String::new();
    let mut commands = 0;
    let mut problems = String::new();
    for (place, part) in parts.iter().enumerate() {
        let (typed, printed) = match part {
            Part::Note(note) => {
                written += note;
                continue;
            }
            Part::Command { typed, printed } => (typed, printed),
        };
        commands += 1;
        let command = typed
            .strip_prefix(prompt)
            .unwrap_or(typed)
            .replace("\n> ", "\n");
        let command = machine.real(&command);
        let ran = if at_a_terminal {
            machine.run_at_a_terminal(&command, &Machine::answers(printed))
        } else {
            machine.run(&command)
        };
        // What is written into the page has to hold when it is compared.
        let kept = same(&ran.output, printed);
        let printed = match crate::is_updating() && !kept {
            true => &ran.output,
            false => printed,
        };
        let is_asked = matches!(parts.get(place + 1), Some(Part::Command { typed, .. }) if typed.ends_with(" echo $?\n"));
        let may_fail = is_asked || printed.lines().any(is_failure);
        if let Err(problem) = compare(&ran, printed, may_fail) {
            problems += &format!("{typed}\n(exit {})\n{problem}\n", ran.code);
        }
        written += typed;
        written += printed;
    }
    match problems.is_empty() {
        true => Ok((written, commands)),
        false => Err(problems),
    }
}

/// Runs a command of the source tree that prints a whole block; returns what it printed.
pub(crate) fn printed_by(machine: &Machine, command: &str, block: &str) -> Result<String, String> {
    let built = Path::new(env!("CARGO_BIN_EXE_grex"))
        .parent()
        .expect("a directory");
    assert!(
        built.join("git-shim").exists(),
        "build it first: cargo build -p git-shim"
    );
    let (root, built) = (page::root().display(), built.display());
    let mut ran = machine.run(&format!("(cd '{root}' && GREX_BIN='{built}' {command})"));
    ran.output = ran.output.trim_start().to_owned();
    match compare(&ran, block, false) {
        Err(problem) if !crate::is_updating() => Err(problem),
        _ if same(&ran.output, block) => Ok(block.to_owned()),
        _ => Ok(ran.output),
    }
}

fn is_failure(line: &str) -> bool {
    line.starts_with("error:") || line.starts_with("fatal:")
}

fn parse(block: &str, prompt: &str) -> Result<Vec<Part>, String> {
    let mut parts: Vec<Part> = Vec::new();
    let mut printing = false;
    let lines: Vec<&str> = block.split_inclusive('\n').collect();
    for (place, line) in lines.iter().copied().enumerate() {
        let next = lines[place..].iter().find(|line| **line != "\n");
        let ends = next.is_none_or(|line| line.starts_with(prompt) || line.starts_with("# "));
        match (line, parts.last_mut()) {
            (line, _) if line.starts_with(prompt) => {
                parts.push(Part::Command {
                    typed: line.to_owned(),
                    printed: String::new(),
                });
                printing = false;
            }
            (line, Some(Part::Command { typed, .. })) if line.starts_with("> ") && !printing => {
                *typed += line;
            }
            ("\n", _) if ends => parts.push(Part::Note(line.to_owned())),
            (line, None | Some(Part::Note(_))) if line.starts_with("# ") => {
                parts.push(Part::Note(line.to_owned()));
            }
            (line, Some(Part::Command { printed, .. })) => {
                *printed += line;
                printing = true;
            }
            (line, _) => return Err(format!("this belongs to no command: {line}")),
        }
    }
    Ok(parts)
}

fn compare(ran: &Ran, printed: &str, may_fail: bool) -> Result<(), String> {
    if ran.code != 0 && !may_fail {
        return Err(format!("it should succeed\n{}", ran.output));
    }
    if ran.code == 0 && printed.lines().any(is_failure) {
        return Err(format!("it should fail\n{}", ran.output));
    }
    let assert = Assert::new().action(Action::Verify).normalize_paths(false);
    let (expected, actual) = (timeless(printed), timeless(&ran.output));
    let compared = assert.try_eq(None, actual.into(), expected.into());
    compared.map_err(|error| error.to_string())
}

/// Whether a transcript shows what was printed.
fn same(output: &str, printed: &str) -> bool {
    let ran = Ran {
        output: output.to_owned(),
        code: 1,
    };
    compare(&ran, printed, true).is_ok()
}

/// What differs from run to run, and what stands for it.
static MOMENTS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let moments = [
        (
            r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\b ?[+-]\d\d:?\d\d)?",
            "[TIME]",
        ),
        (r"\b\d{8}T\d{6}Z(\.\d+|-\d+)?\b", "[TIME]"),
        (r"\b(\d+m ?)?\d+(\.\d+)? ?(ns|µs|us|ms|s)\b", "[DURATION]"),
        (r"\bgrex-demo\.\w+", "grex-demo.[NONCE]"),
        (r"\bgit version \d[\w.]*", "git version [VERSION]"),
    ];
    moments
        .map(|(pattern, text)| (Regex::new(pattern).expect("a pattern"), text))
        .into()
});

/// A text without what differs from run to run.
fn timeless(text: &str) -> String {
    let text = text.to_owned();
    MOMENTS.iter().fold(text, |text, (moment, placeholder)| {
        moment.replace_all(&text, *placeholder).into_owned()
    })
}

#[test]
fn a_block_is_taken_apart() {
    let command = |typed: &str, printed: &str| Part::Command {
        typed: typed.to_owned(),
        printed: printed.to_owned(),
    };
    let note = |text: &str| Part::Note(text.to_owned());
    let block =
        "# First\n$ a\nb\n# not a note\n\nafter an empty line\n\n$ c \\\n> d\n> e\n> f\n$ g\n";
    let parts = vec![
        note("# First\n"),
        command("$ a\n", "b\n# not a note\n\nafter an empty line\n"),
        note("\n"),
        command("$ c \\\n> d\n> e\n> f\n", ""),
        command("$ g\n", ""),
    ];
    assert_eq!(parse(block, "$ "), Ok(parts));
    assert!(parse("no command\n", "$ ").is_err());
}

#[test]
fn what_is_wrong_is_noticed() {
    let machine = Machine::new();
    for (block, expected) in [
        ("$ echo a\na\n", true),
        ("$ echo a\nb\n", false),
        ("$ echo a\n", false),
        ("$ true\na\n", false),
        ("$ false\n", false),
        ("$ false\n$ echo $?\n1\n", true),
        ("$ echo 'error: no' >&2; false\nerror: no\n", true),
        ("$ echo 'error: no'\nerror: no\n", false),
        ("$ printf 'a\\nb\\nc\\n'\n...\nc\n", true),
        ("$ printf 'a\\nb\\nc\\n'\n...\nd\n", false),
        ("$ echo a\n...\na\n...\n", true),
        ("$ echo one two\none [..]\n", true),
        ("$ cd /\n$ pwd\n/\n", true),
        ("$ echo 20260102T030405Z\n20270102T030405Z\n", true),
    ] {
        assert_eq!(
            run(&machine, block, "$ ", false).is_ok(),
            expected,
            "{block}"
        );
    }
    let answered = "$ printf 'Move to the trash? [y/N] '; read answer; echo \"<$answer>\"\nMove to the trash? [y/N] y\n<y>\n";
    assert!(run(&machine, answered, "$ ", true).is_ok());
}
