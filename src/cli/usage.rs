//! A command line that cannot be understood, in the same words and shapes as every other error.

use std::ffi::{OsStr, OsString};

use clap::error::{ContextKind, ContextValue, ErrorKind as Clap};

use super::{
    error::{self, CliError},
    globals::{Globals, When, usage},
    meant,
    ui::Ui,
};
use crate::{model::text, ops::error::OpError};

/// Answers a command line that names no verb to run: help and version go to standard output,
/// everything else is a usage error. Returns the exit code.
pub(super) fn answer(problem: &clap::Error, arguments: &[OsString]) -> u8 {
    let ui = Ui::new(&hasty(arguments));
    match problem.kind() {
        Clap::DisplayHelp | Clap::DisplayVersion => {
            match ui.print(&problem.render().ansi().to_string()) {
                Ok(()) => 0,
                Err(broken) => error::tell(&CliError::Output(broken), &ui),
            }
        }
        Clap::DisplayHelpOnMissingArgumentOrSubcommand if !ui.json => {
            ui.tell(&problem.render().ansi().to_string());
            2
        }
        Clap::DisplayHelpOnMissingArgumentOrSubcommand | Clap::MissingSubcommand => {
            no_verb(arguments)
        }
        _ => {
            let told = Told::of(problem, arguments);
            let code = error::tell(&CliError::Op(usage(told.message).with_hint(told.hint)), &ui);
            if let Some(line) = told.usage.filter(|_| !ui.json) {
                ui.tell(&format!("{line}\n"));
            }
            code
        }
    }
}

/// Tells that flags without a verb do nothing. Returns the exit code.
pub(super) fn no_verb(arguments: &[OsString]) -> u8 {
    refuse(usage("no verb was given").with_hint(HELP), arguments)
}

/// Tells of a command line that clap understands and that makes no sense all the same. Returns
/// the exit code.
pub(super) fn refuse(problem: OpError, arguments: &[OsString]) -> u8 {
    error::tell(&CliError::Op(problem), &Ui::new(&hasty(arguments)))
}

/// The flags that decide how the error looks, found without understanding the others.
fn hasty(arguments: &[OsString]) -> Globals {
    let typed = || {
        arguments
            .iter()
            .skip(1)
            .take_while(|argument| *argument != "--")
    };
    let has = |flag: &str| typed().any(|argument| argument == flag);
    let mut color = When::Auto;
    let mut previous = OsStr::new("");
    for argument in typed() {
        let value = match argument
            .to_str()
            .and_then(|text| text.strip_prefix("--color="))
        {
            Some(value) => value,
            None if previous == "--color" => argument.to_str().unwrap_or_default(),
            None => "",
        };
        color = match value {
            "never" => When::Never,
            "always" => When::Always,
            _ => color,
        };
        previous = argument;
    }
    Globals {
        json: has("--json"),
        plain: has("--plain"),
        color,
        ..Globals::default()
    }
}

/// What clap says, taken apart: its first paragraph, its tips, its usage line.
struct Told {
    message: String,
    hint: String,
    usage: Option<String>,
}

const HELP: &str = "`grex --help` lists the verbs and their flags";

fn help_of(verb: Option<&str>) -> String {
    verb.map_or(HELP.into(), |verb| {
        format!("`grex {verb} --help` says what it takes, with examples")
    })
}

impl Told {
    /// What clap says of the arguments, in the words that all other errors use.
    fn of(problem: &clap::Error, arguments: &[OsString]) -> Self {
        let verb = meant::typed_verb(arguments);
        let verb = verb.as_deref();
        let told = Self::read(&text::shown(problem.render().to_string()));
        let of_kind = |kind| match problem.get(kind) {
            Some(ContextValue::String(word)) => Some(text::shown(word)),
            _ => None,
        };
        match problem.kind() {
            Clap::InvalidSubcommand => match of_kind(ContextKind::InvalidSubcommand) {
                Some(word) => Self::no_verb(&word, arguments),
                None => told,
            },
            Clap::UnknownArgument => match of_kind(ContextKind::InvalidArg) {
                Some(word) if word.starts_with('-') => Self::no_flag(verb, &word),
                Some(word) => told.one_too_many(verb, &word),
                None => told,
            },
            Clap::MissingRequiredArgument => told.something_missing(verb),
            _ => told.with_help_of(verb),
        }
    }

    fn no_verb(word: &str, arguments: &[OsString]) -> Self {
        let mut after = arguments.iter().skip_while(|argument| *argument != word);
        let after = after.nth(1).and_then(|argument| argument.to_str());
        Self {
            message: format!("grex has no verb `{word}`"),
            hint: meant::verb(word, after).unwrap_or(HELP.into()),
            usage: None,
        }
    }

    fn no_flag(verb: Option<&str>, word: &str) -> Self {
        let message = match verb {
            Some(verb) => format!("`grex {verb}` has no flag `{word}`"),
            None => format!("grex has no flag `{word}`"),
        };
        let hint = meant::flag(verb, word).unwrap_or_else(|| help_of(verb));
        Self {
            message,
            hint,
            usage: None,
        }
    }

    fn one_too_many(self, verb: Option<&str>, word: &str) -> Self {
        let Some(verb) = verb else {
            return self;
        };
        let as_flag = meant::own_flag(verb, word).map(|flag| format!("did you mean `{flag}`?"));
        let hint = match (as_flag, meant::chosen_by_filter(verb)) {
            (Some(hint), _) => hint,
            (None, Some(words)) => format!(
                "packs are chosen with --filter: `grex {words} --filter {}`",
                meant::filter(word)
            ),
            (None, None) => match meant::takes_no_pack(verb) {
                Some(why) => why.to_owned(),
                None => format!(
                    "an argument that has spaces needs quotes around it; {}",
                    help_of(Some(verb))
                ),
            },
        };
        Self {
            message: format!("`grex {verb}` cannot do anything with `{word}`"),
            hint,
            ..self
        }
    }

    fn something_missing(self, verb: Option<&str>) -> Self {
        let lacking = self.message.split_once(": ").map(|(_, lacking)| lacking);
        let message = match (verb, lacking) {
            (Some(verb), Some(lacking)) => format!("`grex {verb}` needs {lacking}"),
            _ => self.message.clone(),
        };
        Self { message, ..self }.with_help_of(verb)
    }

    /// Where clap has nothing better to say: the help of the very verb.
    fn with_help_of(self, verb: Option<&str>) -> Self {
        match self.hint == HELP {
            true => Self {
                hint: help_of(verb),
                ..self
            },
            false => self,
        }
    }

    fn read(rendered: &str) -> Self {
        let mut message = Vec::new();
        let mut tips = Vec::new();
        let mut usage = None;
        for line in rendered.lines() {
            let trimmed = line.trim();
            if let Some(tip) = trimmed.strip_prefix("tip: ") {
                tips.push(tip.to_owned());
            } else if trimmed.starts_with("Usage: ") {
                usage = Some(trimmed.to_owned());
            } else if trimmed.starts_with("For more information, try") {
                break;
            } else if usage.is_none() && !trimmed.is_empty() {
                message.push(
                    trimmed
                        .strip_prefix("error: ")
                        .unwrap_or(trimmed)
                        .to_owned(),
                );
            }
        }
        let hint = if tips.is_empty() {
            HELP.to_owned()
        } else {
            tips.join("; ")
        };
        Self {
            message: message.join(" "),
            hint,
            usage,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Told, hasty};
    use crate::cli::{arguments::Cli, globals::When};

    fn told(words: &[&str]) -> Told {
        let error = Cli::try_parse_from(words).expect_err("these words make no sense");
        let words: Vec<_> = words.iter().map(Into::into).collect();
        Told::of(&error, &words)
    }

    #[test]
    fn what_was_meant_is_the_hint() {
        let told = told(&["grex", "statsu"]);
        assert_eq!(told.message, "grex has no verb `statsu`");
        assert_eq!(told.hint, "did you mean `status`?");
    }

    #[test]
    fn a_flag_of_another_verb_and_a_pack_where_none_is_taken_are_explained() {
        for (words, message, hint) in [
            (
                &["grex", "ls", "--prune"][..],
                "`grex ls` has no flag `--prune`",
                "`--prune` is a flag of `grex sync`",
            ),
            (
                &["grex", "sync", "my pack"],
                "`grex sync` cannot do anything with `my pack`",
                "packs are chosen with --filter: `grex sync --filter 'path=my\\ pack'`",
            ),
            (
                &["grex", "sync", "a,b"],
                "`grex sync` cannot do anything with `a,b`",
                "packs are chosen with --filter: `grex sync --filter 'path=a\\,b'`",
            ),
            (
                &["grex", "ls", "state=dirty"],
                "`grex ls` cannot do anything with `state=dirty`",
                "packs are chosen with --filter: `grex ls --filter state=dirty`",
            ),
            (
                &["grex", "run", "mkdir", "a"],
                "`grex run` cannot do anything with `a`",
                "packs are chosen with --filter: `grex run ACTION --filter a`",
            ),
            (
                &["grex", "doctor", "fix"],
                "`grex doctor` cannot do anything with `fix`",
                "did you mean `--fix`?",
            ),
            (
                &["grex", "doctor", "beta"],
                "`grex doctor` cannot do anything with `beta`",
                "it checks the workspace as a whole: leave it out",
            ),
            (
                &["grex", "-q", "help", "add"],
                "grex has no verb `help`",
                "`grex add --help`",
            ),
            (
                &["grex", "add", "u", "p", "q"],
                "`grex add` cannot do anything with `q`",
                "an argument that has spaces needs quotes around it; `grex add --help` says what it takes, with examples",
            ),
            (
                &["grex", "sync", "--color", "sometimes"],
                "invalid value 'sometimes' for '--color <WHEN>' [possible values: auto, always, never]",
                "`grex sync --help` says what it takes, with examples",
            ),
        ] {
            let told = told(words);
            assert_eq!((&*told.message, &*told.hint), (message, hint));
        }
    }

    #[test]
    fn what_is_missing_is_named_in_one_line() {
        let told = told(&["grex", "rm"]);
        assert_eq!(told.message, "`grex rm` needs <PACK>...");
        assert_eq!(told.usage.as_deref(), Some("Usage: grex rm <PACK>..."));
    }

    #[test]
    fn a_value_that_is_refused_says_why_and_no_more() {
        let told = told(&["grex", "sync", "-j0"]);
        assert_eq!(
            told.message,
            "invalid value '0' for '--parallel <N>': the least is 1"
        );
    }

    #[test]
    fn flags_about_the_look_are_found_among_nonsense() {
        let words = |words: &[&str]| words.iter().map(Into::into).collect::<Vec<_>>();
        let globals = hasty(&words(&[
            "grex",
            "--nonsense",
            "--color",
            "never",
            "--json",
            "--",
            "--plain",
        ]));
        assert!(globals.json && !globals.plain);
        assert_eq!(globals.color, When::Never);
    }
}
