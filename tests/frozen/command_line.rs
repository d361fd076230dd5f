//! Verbs, their flags, and exit codes.

use clap::{Arg, ArgAction, Command};
use grex::{ops::error::ErrorKind, sys::signal::EndSignal};
use grex_fixtures::{Sandbox, grex};

use crate::promise::Facts;

/// What can be typed.
pub(crate) fn facts() -> Facts {
    let mut grex = grex::cli::command();
    grex.build();
    let mut facts = Facts::new();
    add(&grex, "grex", &[], &mut facts);
    let everywhere: Vec<String> = grex.get_arguments().map(name_of).collect();
    for verb in grex
        .get_subcommands()
        .filter(|verb| verb.get_name() != "help")
    {
        let name = format!("grex {}", verb.get_name());
        facts.insert(format!("{name}: is a verb"));
        for alias in verb.get_all_aliases() {
            facts.insert(format!("{name}: also `{alias}`"));
        }
        for flag in verb.get_arguments().map(name_of) {
            if everywhere.contains(&flag) {
                facts.insert(format!("grex {flag}: also behind {}", verb.get_name()));
            }
        }
        add(verb, &name, &everywhere, &mut facts);
    }
    facts
}

fn add(command: &Command, place: &str, everywhere: &[String], facts: &mut Facts) {
    for argument in command.get_arguments() {
        // What every verb takes is said once.
        if everywhere.contains(&name_of(argument)) {
            continue;
        }
        let name = name_of(argument);
        let at = format!("{place} {name}");
        facts.insert(format!("{at}: {}", takes(argument)));
        let short = argument
            .get_short_and_visible_aliases()
            .into_iter()
            .flatten();
        let long = argument.get_all_aliases().into_iter().flatten();
        let others = short.map(|letter| format!("-{letter}"));
        for other in others.chain(long.map(|word| format!("--{word}"))) {
            if other != name {
                facts.insert(format!("{at}: also {other}"));
            }
        }
        for value in argument.get_possible_values() {
            facts.insert(format!("{at}: takes {}", value.get_name()));
        }
        for default in argument.get_default_values() {
            if argument.get_action().takes_values() {
                facts.insert(format!("{at}: default {}", default.to_string_lossy()));
            }
        }
        if argument.is_required_set() {
            facts.insert(format!("! {place}: needs {name}"));
        }
        for other in command.get_arg_conflicts_with(argument) {
            facts.insert(format!("! {at}: not with {}", name_of(other)));
        }
    }
}

fn name_of(argument: &Arg) -> String {
    match (
        argument.get_long(),
        argument.get_short(),
        argument.get_index(),
    ) {
        (Some(long), ..) => format!("--{long}"),
        (None, Some(short), _) => format!("-{short}"),
        (None, None, index) => format!("argument {}", index.unwrap_or_default()),
    }
}

fn takes(argument: &Arg) -> &'static str {
    let values = argument.get_num_args().unwrap_or_default();
    let is_many = values.max_values() > 1 || matches!(argument.get_action(), ArgAction::Append);
    match argument.get_action() {
        ArgAction::Count => "a flag, repeatable",
        _ if values.max_values() == 0 => "a flag",
        _ if is_many => "values",
        _ => "a value",
    }
}

/// The codes, and the kinds of errors that end with them.
pub(crate) fn exit_codes() -> Facts {
    let mut facts = Facts::new();
    for kind in kinds() {
        facts.insert(format!("{}: exit {}", kind.name(), kind.exit_code()));
    }
    for signal in [
        EndSignal::Hangup,
        EndSignal::Interrupt,
        EndSignal::Terminate,
    ] {
        facts.insert(format!("{signal:?}: exit {}", signal.exit_code()));
    }
    let sandbox = Sandbox::new();
    let help = grex!(sandbox, "--help").run();
    let codes = help.success().stdout.split("EXIT CODES").nth(1).unwrap();
    let words = codes
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with(' '));
    // `  0  done     5  ...`: what stands behind two blanks begins with its codes.
    for entry in words.flat_map(|line| line.split("  ")) {
        let is_code = |letter: char| letter.is_ascii_digit() || ", ".contains(letter);
        let end = entry.find(|letter| !is_code(letter)).unwrap_or(entry.len());
        for code in entry[..end].split(',').map(str::trim) {
            if !code.is_empty() {
                facts.insert(format!("exit {code}: is in the help"));
            }
        }
    }
    facts
}

/// Every kind: one that is missing here does not compile.
fn kinds() -> Vec<ErrorKind> {
    let mut kinds = vec![ErrorKind::Other];
    while let Some(next) = after(kinds[kinds.len() - 1]) {
        kinds.push(next);
    }
    kinds
}

fn after(kind: ErrorKind) -> Option<ErrorKind> {
    match kind {
        ErrorKind::Other => Some(ErrorKind::Usage),
        ErrorKind::Usage => Some(ErrorKind::Books),
        ErrorKind::Books => Some(ErrorKind::Pack),
        ErrorKind::Pack => Some(ErrorKind::Locked),
        ErrorKind::Locked => Some(ErrorKind::Protocol),
        ErrorKind::Protocol => Some(ErrorKind::UnknownName),
        ErrorKind::UnknownName => Some(ErrorKind::Refused),
        ErrorKind::Refused => Some(ErrorKind::Cancelled),
        ErrorKind::Cancelled => None,
    }
}
