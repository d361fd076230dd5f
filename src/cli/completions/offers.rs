//! What is offered where the cursor is.

use clap::{Arg, Command};

use super::{
    cursor::{Cursor, Slot},
    packs::{self, Known},
};
use crate::{
    cli::verbs::exec,
    model::{
        action::Vocabulary,
        filter::{FILTER_KEYS, PackState, PathGlob, last_term},
        foreign::Format,
        text,
    },
};

/// A word that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// The whole word, unquoted.
    pub(super) text: String,
    /// What it is, in one line. May be empty.
    pub(super) about: String,
}

/// What fits.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// One of these words.
    Words(Vec<Word>),
    /// A file.
    Files,
    /// A directory.
    Directories,
    /// What the program offers whose command line begins with this word of grex's.
    Program(usize),
}

/// Returns what fits at the cursor.
pub(super) fn offer(grex: &Command, cursor: &Cursor<'_>, vocabulary: &Vocabulary) -> Offer {
    match cursor.slot {
        Slot::Nothing => Offer::Words(Vec::new()),
        Slot::Program(index) => Offer::Program(index),
        Slot::Verb => Offer::Words(grex.get_subcommands().map(verb).collect()),
        Slot::Flag => Offer::Words(flags(cursor)),
        Slot::Value(arg) => match value(grex, cursor, arg, vocabulary) {
            Offer::Words(words) => Offer::Words(
                words
                    .into_iter()
                    .map(|word| Word {
                        text: format!("{}{}", cursor.before, word.text),
                        about: word.about,
                    })
                    .collect(),
            ),
            other => other,
        },
    }
}

fn verb(command: &Command) -> Word {
    let about = command.get_about().map(ToString::to_string);
    word(command.get_name(), &about.unwrap_or_default())
}

fn flags(cursor: &Cursor<'_>) -> Vec<Word> {
    let mut words = Vec::new();
    for arg in cursor.command.get_arguments() {
        if arg.is_positional() || arg.is_hide_set() || !cursor.takes(arg) {
            continue;
        }
        let about = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let long = arg.get_long().map(|name| format!("--{name}"));
        // One name of each is enough, until somebody asks for letters.
        let short = arg.get_short().map(|letter| format!("-{letter}"));
        let is_wanted = |name: &String| name.starts_with(cursor.typed);
        words.extend(
            long.filter(is_wanted)
                .or(short.filter(is_wanted))
                .map(|name| word(&name, &about)),
        );
    }
    words
}

/// What fits for an argument, by the name that its value has in the help.
fn value(grex: &Command, cursor: &Cursor<'_>, arg: &Arg, vocabulary: &Vocabulary) -> Offer {
    let possible = arg.get_possible_values();
    if !possible.is_empty() {
        let words = possible.iter().filter(|value| !value.is_hide_set());
        let about = |help: Option<&clap::builder::StyledStr>| help.map(ToString::to_string);
        let words = words.map(|value| {
            word(
                value.get_name(),
                &about(value.get_help()).unwrap_or_default(),
            )
        });
        return Offer::Words(words.collect());
    }
    let names = |names: Vec<&str>| Offer::Words(names.iter().map(|name| word(name, "")).collect());
    match value_name(arg) {
        "PACK" => Offer::Words(pack_words(cursor)),
        "GLOB" => Offer::Words(about_packs(cursor, |pack| PathGlob::escape(&pack.id))),
        "EXPR" => Offer::Words(filters(cursor, vocabulary)),
        "TYPE" => names(vocabulary.pack_types().collect()),
        "ACTION" => names(vocabulary.actions().collect()),
        "F" => names(Format::ALL.map(Format::name).to_vec()),
        "A,B" => Offer::Words(tools(grex, cursor.typed)),
        "FILE" => Offer::Files,
        // The place of a pack is a directory, the place of a manifest is a file.
        "PATH" if !arg.is_positional() => Offer::Files,
        // A repository may be one on this machine.
        "DIR" | "PATH" | "URL" => Offer::Directories,
        _ => Offer::Words(Vec::new()),
    }
}

fn value_name(arg: &Arg) -> &str {
    let first = arg.get_value_names().and_then(|names| names.first());
    first.map_or("", |name| name.as_str())
}

/// The packs that are not named yet. Only registered ones can be removed.
fn pack_words(cursor: &Cursor<'_>) -> Vec<Word> {
    let only_registered = cursor.command.get_name() == "rm";
    let dots = match cursor.typed.starts_with("./") {
        true => "./",
        false => "",
    };
    let packs = packs::packs(cursor).into_iter();
    packs
        .filter(|pack| pack.is_registered || !only_registered)
        .filter(|pack| !cursor.positionals.contains(&pack.id.as_str()))
        // What begins like a flag would be one.
        .map(|pack| match pack.id.starts_with('-') {
            true => word(&format!("./{}", pack.id), &pack.url),
            false => word(&format!("{dots}{}", pack.id), &pack.url),
        })
        .collect()
}

fn about_packs(cursor: &Cursor<'_>, text: impl Fn(&Known) -> String) -> Vec<Word> {
    let packs = packs::packs(cursor);
    packs
        .iter()
        .map(|pack| word(&text(pack), &pack.url))
        .collect()
}

/// The last term of a filter, behind those that are there already.
fn filters(cursor: &Cursor<'_>, vocabulary: &Vocabulary) -> Vec<Word> {
    let (before, term) = last_term(cursor.typed);
    let (not, term) = match term.strip_prefix('!') {
        Some(term) => ("!", term),
        None => ("", term),
    };
    let quoted = |pack: &str| exec::filter(pack);
    let bare = |value: &str| {
        let filter = quoted(value);
        filter.strip_prefix("path=").unwrap_or(&filter).to_owned()
    };
    let (key, words) = match term.split_once('=') {
        Some(("state", _)) => (
            "state=",
            PackState::ALL
                .iter()
                .map(|state| word(state.as_str(), ""))
                .collect(),
        ),
        Some(("type", _)) => (
            "type=",
            vocabulary.pack_types().map(|name| word(name, "")).collect(),
        ),
        Some(("path", _)) => ("path=", about_packs(cursor, |pack| bare(&pack.id))),
        Some(("url", _)) => ("url=", about_packs(cursor, |pack| bare(&pack.url))),
        Some(("name", _)) => (
            "name=",
            about_packs(cursor, |pack| {
                bare(pack.id.rsplit('/').next().unwrap_or(""))
            }),
        ),
        Some(_) => ("", Vec::new()),
        None => {
            let mut words = about_packs(cursor, |pack| quoted(&pack.id));
            words.extend(FILTER_KEYS.iter().map(|key| word(&format!("{key}="), "")));
            ("", words)
        }
    };
    let mut words: Vec<Word> = words
        .into_iter()
        .map(|found| word(&format!("{before}{not}{key}{}", found.text), &found.about))
        .collect();
    words.dedup_by(|later, first| later.text == first.text);
    words
}

/// The tools of a server: the other verbs, behind those that are there already.
fn tools(grex: &Command, typed: &str) -> Vec<Word> {
    let before = typed.rfind(',').map_or("", |comma| &typed[..=comma]);
    let given: Vec<&str> = before.split(',').collect();
    let tools = grex.get_subcommands().filter(|verb| {
        let name = verb.get_name();
        name != "serve" && !given.contains(&name)
    });
    tools
        .map(|tool| {
            let verb = verb(tool);
            word(&format!("{before}{}", verb.text), &verb.about)
        })
        .collect()
}

fn word(text: &str, about: &str) -> Word {
    Word {
        text: text.to_owned(),
        about: text::shown(about.lines().next().unwrap_or_default()).replace('\t', " "),
    }
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory};

    use super::{Offer, offer, value_name};
    use crate::{
        cli::{arguments::Cli, completions::cursor::Cursor},
        model::action::Vocabulary,
    };

    /// Values of which nothing is known before they are typed.
    const FREE: [&str; 8] = [
        "N", "SECONDS", "PREFIX", "REF", "DURATION", "GROUP", "CMD", "WHEN",
    ];
    const KNOWN: [&str; 10] = [
        "PACK", "GLOB", "EXPR", "TYPE", "ACTION", "F", "A,B", "FILE", "PATH", "DIR",
    ];

    fn grex() -> Command {
        let mut grex = Cli::command();
        grex.build();
        grex
    }

    fn offered(words: &[&str], current: &str) -> Offer {
        let grex = grex();
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        let cursor = Cursor::find(&grex, &words, current);
        offer(&grex, &cursor, &Vocabulary::builtin())
    }

    fn texts(words: &[&str], current: &str) -> Vec<String> {
        match offered(words, current) {
            Offer::Words(words) => words.into_iter().map(|word| word.text).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn it_is_known_of_every_value_what_it_is() {
        for command in grex().get_subcommands().chain([&grex()]) {
            for arg in command.get_arguments() {
                let is_settled = !arg.get_action().takes_values()
                    || !arg.get_possible_values().is_empty()
                    || value_name(arg) == "URL";
                let name = value_name(arg);
                assert!(
                    is_settled || FREE.contains(&name) || KNOWN.contains(&name),
                    "what completes {name} of `{}`?",
                    command.get_name()
                );
            }
        }
    }

    #[test]
    fn verbs_and_flags_are_those_of_the_definitions() {
        let verbs = texts(&["--json", "-j", "2", "-C/tmp"], "");
        assert!(verbs.contains(&"sync".into()) && verbs.contains(&"exec".into()));
        assert!(!verbs.contains(&"help".into()));
        let flags = texts(&["sync", "--locked", "--only", "a"], "--");
        assert!(flags.contains(&"--force".into()) && flags.contains(&"--only".into()));
        assert!(flags.contains(&"--filter".into()) && flags.contains(&"--help".into()));
        assert!(!flags.contains(&"--locked".into()), "it is there already");
        assert_eq!(texts(&["ls"], "-l"), ["-l"]);
        assert_eq!(texts(&["nonsense"], ""), Vec::<String>::new());
    }

    #[test]
    fn values_are_known_wherever_they_stand() {
        assert_eq!(texts(&["--color"], ""), ["auto", "always", "never"]);
        let joined = texts(&["ls", "--json"], "--color=n");
        assert_eq!(joined, ["--color=auto", "--color=always", "--color=never"]);
        assert!(texts(&["import", "--format"], "").contains(&"west".into()));
        assert!(texts(&["run"], "").contains(&"symlink".into()));
        assert!(texts(&["add", "u", "--type"], "").contains(&"declarative".into()));
        assert_eq!(texts(&["add", "u", "p"], ""), Vec::<String>::new());
        assert_eq!(texts(&["sync", "-j"], ""), Vec::<String>::new());
        assert_eq!(offered(&["import"], "x"), Offer::Files);
        assert_eq!(offered(&["ls", "--manifest"], ""), Offer::Files);
        assert_eq!(offered(&["-C"], ""), Offer::Directories);
        assert_eq!(offered(&["add", "u"], ""), Offer::Directories);
    }

    #[test]
    fn the_words_of_another_program_are_its_own() {
        assert_eq!(offered(&["exec"], "gi"), Offer::Program(1));
        assert_eq!(
            offered(&["exec", "-j1", "--", "git", "-C"], "-"),
            Offer::Program(3)
        );
        assert!(matches!(offered(&["exec", "-"], ""), Offer::Program(1)));
        assert!(matches!(offered(&["exec"], "-"), Offer::Words(_)));
    }

    #[test]
    fn the_last_term_of_a_filter_is_completed() {
        let states = texts(&["ls", "--filter"], "type=meta,!state=");
        assert!(
            states.contains(&"type=meta,!state=dirty".into()),
            "{states:?}"
        );
        let keys = texts(&["--filter"], "depth=0 ");
        assert!(keys.contains(&"depth=0 changed-since=".into()), "{keys:?}");
    }

    #[test]
    #[cfg(feature = "mcp")]
    fn a_tool_is_named_once() {
        let tools = texts(&["serve", "--mcp", "--tools"], "ls,");
        assert!(tools.contains(&"ls,status".into()) && !tools.contains(&"ls,ls".into()));
        assert!(!tools.contains(&"ls,serve".into()));
    }
}
