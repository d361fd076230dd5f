//! The command line as it is typed.

#[cfg(feature = "mcp")]
use super::verbs::serve::ServeArgs;
use super::{
    completions::Shell,
    globals::GlobalArgs,
    verbs::{
        act::ActArgs, add::AddArgs, doctor::DoctorArgs, exec::ExecArgs, import::ImportArgs,
        init::InitArgs, ls::LsArgs, rm::RmArgs, status::StatusArgs, sync::SyncArgs,
        update::UpdateArgs,
    },
};

const AFTER_HELP: &str = "\
FILTERS
  EXPR is terms joined by spaces or commas, all of which must hold; `!` before a term negates it:
    path=GLOB (or a bare GLOB)   name=GLOB   url=GLOB   type=T
    depth=N   depth<=N   changed-since=REV
    state=dirty|ahead|behind|diverged|missing|detached
  `*` stays within a segment of a path, `**` does not.

EXIT CODES
  0 done   1 other error   2 wrong usage
  3 manifest or lockfile cannot be trusted   4 a pack failed
  5 another grex holds the lock   6 MCP protocol error   7 drift found
  8 unknown action or pack type
  9 refused: work would be lost, or a pack is not trusted
  129, 130, 143 ended by SIGHUP, SIGINT, SIGTERM";

/// Bring a tree of git repositories into the declared state
#[derive(Debug, clap::Parser)]
#[command(
    name = "grex",
    bin_name = "grex",
    version,
    arg_required_else_help = true,
    args_override_self = true,
    disable_help_subcommand = true,
    infer_long_args = false,
    override_usage = "grex [OPTIONS] <COMMAND>",
    after_help = AFTER_HELP
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) verb: Option<Verb>,
    /// Print a script that completes grex's command lines, for bash, elvish, fish, powershell or zsh
    #[arg(long, value_name = "SHELL", value_enum, hide_possible_values = true)]
    pub(super) completions: Option<Shell>,
    #[command(flatten)]
    pub(super) globals: GlobalArgs,
}

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Verb {
    Init(InitArgs),
    Add(AddArgs),
    Rm(RmArgs),
    Ls(LsArgs),
    Status(StatusArgs),
    Sync(SyncArgs),
    Update(UpdateArgs),
    Import(ImportArgs),
    #[cfg(feature = "mcp")]
    Serve(ServeArgs),
    Doctor(DoctorArgs),
    Run(ActArgs),
    Exec(ExecArgs),
}

/// The definition of the command line, for manual pages and for who looks for its parts.
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

impl Verb {
    /// The global flags that were typed after the verb.
    pub(super) fn globals(&self) -> &GlobalArgs {
        match self {
            Self::Init(args) => &args.globals,
            Self::Add(args) => &args.globals,
            Self::Rm(args) => &args.globals,
            Self::Ls(args) => &args.globals,
            Self::Status(args) => &args.globals,
            Self::Sync(args) => &args.globals,
            Self::Update(args) => &args.globals,
            Self::Import(args) => &args.globals,
            #[cfg(feature = "mcp")]
            Self::Serve(args) => &args.globals,
            Self::Doctor(args) => &args.globals,
            Self::Run(args) => &args.globals,
            Self::Exec(args) => &args.globals,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_definitions_agree_with_each_other() {
        Cli::command().debug_assert();
    }

    /// Prose is broken by clap, at the width of the terminal; what was broken before would be broken
    /// twice. Columns are not broken at all.
    #[test]
    fn the_text_behind_the_flags_fits_a_terminal_of_80_columns() {
        let command = Cli::command();
        for each in std::iter::once(&command).chain(command.get_subcommands()) {
            let text = each.get_after_help().map(ToString::to_string);
            let text = text.unwrap_or_default();
            let mut was_prose = false;
            for line in text.lines() {
                let is_heading = line.bytes().all(|it| it.is_ascii_uppercase() || it == b' ');
                let is_indented = line.starts_with(' ');
                let is_prose = !is_heading && !is_indented;
                assert!(!(is_prose && was_prose), "{}: {line}", each.get_name());
                let in_columns = is_indented && line.trim().contains("  ");
                assert!(
                    !in_columns || line.len() <= 80,
                    "{}: {line}",
                    each.get_name()
                );
                was_prose = is_prose;
            }
        }
    }

    #[test]
    fn every_verb_shows_examples_and_says_what_it_does() {
        let command = Cli::command();
        for verb in command.get_subcommands() {
            let examples = verb
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(
                examples.contains(&format!("  grex {}", verb.get_name())),
                "{}",
                verb.get_name()
            );
            assert!(verb.get_about().is_some());
        }
    }
}
