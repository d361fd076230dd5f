//! A command line that cannot be understood, in the same words and shapes as every other error.

use std::ffi::{OsStr, OsString};

use clap::error::ErrorKind as Clap;

use super::{
    error::{self, CliError},
    globals::{Globals, When, usage},
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
            let told = Told::read(&text::shown(problem.render().to_string()));
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

impl Told {
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
        Told::read(&error.render().to_string())
    }

    #[test]
    fn what_was_meant_is_the_hint() {
        let told = told(&["grex", "statsu"]);
        assert_eq!(told.message, "unrecognized subcommand 'statsu'");
        assert!(told.hint.contains("'status'"), "{}", told.hint);
    }

    #[test]
    fn what_is_missing_is_named_in_one_line() {
        let told = told(&["grex", "rm"]);
        assert_eq!(
            told.message,
            "the following required arguments were not provided: <PACK>..."
        );
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
