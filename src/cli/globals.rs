//! The flags that every verb takes: as they are typed, and what they mean.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use crate::{
    engine::session::Settings,
    model::filter::Filters,
    ops::{error::OpError, typed},
    store::trust::SourcePrefix,
    sys::env,
};

pub(super) use crate::ops::typed::usage;

/// The global flags as they are typed, before the verb or after it.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct GlobalArgs {
    /// Print one JSON document on standard output, and nothing else there
    #[arg(long)]
    json: bool,
    /// Use no colour and no Unicode decoration; print one line a pack as it finishes
    #[arg(long)]
    plain: bool,
    /// Print the plan and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Work on at most N packs at once [env: GREX_PARALLEL] [default: 16 to 64 on a network,
    /// by the memory there is; the number of processors on this machine]
    #[arg(short = 'j', long, value_name = "N", value_parser = at_least_one)]
    parallel: Option<usize>,
    /// Take only the packs that match; repeat it to take those that match any
    #[arg(long, value_name = "EXPR")]
    filter: Vec<String>,
    /// Use another manifest; its directory is the workspace
    #[arg(long, value_name = "PATH")]
    manifest: Option<PathBuf>,
    /// Run as if started in DIR
    #[arg(short = 'C', value_name = "DIR")]
    directory: Vec<PathBuf>,
    /// Answer yes to questions, except those about trust
    #[arg(short = 'y', long)]
    yes: bool,
    /// Approve what the packs would run, as it is now (add, update, run, init --from)
    #[arg(long)]
    trust: bool,
    /// Approve packs whose URL begins with PREFIX, now and later; repeat it for more (same verbs)
    #[arg(long, value_name = "PREFIX")]
    trust_source: Vec<String>,
    /// Never ask: fail instead
    #[arg(long)]
    no_input: bool,
    /// Try again N times after a network failure [default: 2]
    #[arg(long, value_name = "N", value_parser = whole::<u32>)]
    retries: Option<u32>,
    /// Open at most N connections to one ssh or git host [default: 8]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    per_host: Option<usize>,
    /// End a transfer after this many seconds without progress; 0 for never [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = whole::<u64>)]
    stall_timeout: Option<u64>,
    /// Wait this many seconds for a lock that another grex holds; 0 to fail at once [default: 300]
    #[arg(long, value_name = "SECONDS", value_parser = whole::<u64>)]
    lock_timeout: Option<u64>,
    /// Use colour: auto (at a terminal), always, or never
    #[arg(long, value_name = "WHEN", value_enum, hide_possible_values = true)]
    color: Option<When>,
    /// Say more: the git commands (-v), what git says (-vv), every step (-vvv)
    #[arg(short = 'v', long = "verbose", action = clap::ArgAction::Count)]
    verbose: u8,
    /// Write what the run spends its time on to FILE, for Perfetto and chrome://tracing
    #[arg(long, value_name = "FILE")]
    timings: Option<PathBuf>,
    /// Say nothing but errors and what was asked for
    #[arg(short = 'q', long)]
    quiet: bool,
}

/// When colour is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum When {
    /// At a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What the environment says where no flag does.
#[derive(Debug, Default)]
pub(super) struct Environment {
    /// `GREX_PARALLEL`.
    pub(super) parallel: Option<OsString>,
    /// `GREX_GIT`.
    pub(super) git: Option<OsString>,
}

impl Environment {
    /// Reads it.
    pub(super) fn read() -> Self {
        Self {
            parallel: env::parallel(),
            git: env::git_program(),
        }
    }
}

/// What the global flags mean.
#[derive(Debug, Default)]
pub(super) struct Globals {
    pub(super) json: bool,
    pub(super) plain: bool,
    pub(super) dry_run: bool,
    pub(super) yes: bool,
    pub(super) no_input: bool,
    /// Whoever typed this has approved what the packs would run.
    pub(super) trust: bool,
    /// And what comes from these sources.
    pub(super) trust_sources: Vec<SourcePrefix>,
    pub(super) quiet: bool,
    pub(super) verbosity: u8,
    pub(super) color: When,
    /// The packs that are meant.
    pub(super) filters: Filters,
    /// Another manifest than the one that is found.
    pub(super) manifest: Option<PathBuf>,
    /// Where to start, seen from the current directory.
    pub(super) directory: PathBuf,
    /// Where to write what the run spends its time on.
    pub(super) timings: Option<PathBuf>,
    /// The limits.
    pub(super) settings: Settings,
    /// The flags that another command must have to mean the same workspace and limits.
    pub(super) kept: Vec<String>,
}

impl GlobalArgs {
    /// Joins what was typed before the verb (`self`) and after it. What can be said once is said
    /// last by `after`.
    fn merge(self, after: Self) -> Self {
        let Self {
            json,
            plain,
            dry_run,
            parallel,
            filter,
            manifest,
            directory,
            yes,
            trust,
            trust_source,
            no_input,
            retries,
            per_host,
            stall_timeout,
            lock_timeout,
            color,
            verbose,
            timings,
            quiet,
        } = self;
        Self {
            json: json || after.json,
            plain: plain || after.plain,
            dry_run: dry_run || after.dry_run,
            parallel: after.parallel.or(parallel),
            filter: [filter, after.filter].concat(),
            manifest: after.manifest.or(manifest),
            directory: [directory, after.directory].concat(),
            yes: yes || after.yes,
            trust: trust || after.trust,
            trust_source: [trust_source, after.trust_source].concat(),
            no_input: no_input || after.no_input,
            retries: after.retries.or(retries),
            per_host: after.per_host.or(per_host),
            stall_timeout: after.stall_timeout.or(stall_timeout),
            lock_timeout: after.lock_timeout.or(lock_timeout),
            color: after.color.or(color),
            verbose: verbose.saturating_add(after.verbose),
            timings: after.timings.or(timings),
            quiet: quiet || after.quiet,
        }
    }
}

impl Globals {
    /// Gives the flags typed before and after the verb their meaning. Nothing is looked at but
    /// what is passed.
    ///
    /// # Errors
    /// Fails when a filter or the environment's number cannot be read, and for flags that
    /// contradict each other.
    pub(super) fn resolve(
        before: GlobalArgs,
        after: GlobalArgs,
        environment: Environment,
    ) -> Result<Self, OpError> {
        let args = before.merge(after);
        if args.quiet && args.verbose > 0 {
            return Err(usage("-q and -v contradict each other"));
        }
        let kept = kept(&args);
        let parallel = match args.parallel {
            Some(parallel) => Some(parallel),
            None => environment.parallel.map(parallel_of).transpose()?,
        };
        let usual = Settings::default();
        let settings = Settings {
            git: environment.git,
            parallel,
            per_host: args.per_host.unwrap_or(usual.per_host),
            retries: args.retries.unwrap_or(usual.retries),
            stall_timeout: match args.stall_timeout {
                Some(0) => None,
                Some(seconds) => Some(Duration::from_secs(seconds)),
                None => usual.stall_timeout,
            },
            lock_timeout: args
                .lock_timeout
                .map_or(usual.lock_timeout, Duration::from_secs),
            dry_run: args.dry_run,
        };
        Ok(Self {
            json: args.json,
            plain: args.plain,
            dry_run: args.dry_run,
            yes: args.yes,
            no_input: args.no_input,
            trust: args.trust,
            trust_sources: sources(&args.trust_source)?,
            quiet: args.quiet,
            verbosity: args.verbose,
            color: args.color.unwrap_or_default(),
            filters: typed::filters(&args.filter)?,
            manifest: args.manifest,
            directory: args.directory.iter().collect(),
            timings: args.timings,
            settings,
            kept,
        })
    }

    /// Refuses filters, for a verb that would not heed them.
    ///
    /// # Errors
    /// Fails when there are any.
    pub(super) fn refuse_filters(&self, verb: &str, instead: &str) -> Result<(), OpError> {
        if self.filters.is_empty() {
            return Ok(());
        }
        Err(usage(format!("`grex {verb}` takes no --filter")).with_hint(instead))
    }
}

impl Globals {
    /// Refuses approval, for a verb that runs nothing.
    ///
    /// # Errors
    /// Fails when it was given.
    pub(super) fn refuse_trust(&self, verb: &str) -> Result<(), OpError> {
        if !self.trust && self.trust_sources.is_empty() {
            return Ok(());
        }
        Err(
            usage(format!("`grex {verb}` asks for no approval")).with_hint(
                "--trust and --trust-source go with `add`, `update`, `run` and `init --from`",
            ),
        )
    }
}

fn sources(typed: &[String]) -> Result<Vec<SourcePrefix>, OpError> {
    let sources: Result<Vec<_>, _> = typed.iter().map(|text| SourcePrefix::parse(text)).collect();
    sources.map_err(|error| usage(error.to_string()))
}

fn parallel_of(text: OsString) -> Result<usize, OpError> {
    let text = text.to_string_lossy();
    at_least_one(&text).map_err(|reason| {
        usage(format!(
            "the environment variable GREX_PARALLEL is `{text}`: {reason}"
        ))
        .with_hint("set it to a number of packs, unset it, or give -j N")
    })
}

/// Parses a number of things at once: nothing at once would never end.
pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err(String::from("the least is 1")),
        Ok(number) => Ok(number),
        Err(_) => Err(String::from("not a whole number")),
    }
}

/// Parses a number that is not negative.
fn whole<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.parse()
        .map_err(|_| String::from("not a whole number, or too large"))
}

/// Where and how much at once, as flags.
fn kept(args: &GlobalArgs) -> Vec<String> {
    let mut kept = Vec::new();
    let mut keep = |flag: &str, value: Option<String>| {
        if let Some(value) = value {
            kept.extend([flag.to_owned(), value]);
        }
    };
    let directory: PathBuf = args.directory.iter().collect();
    keep(
        "-C",
        (!args.directory.is_empty()).then(|| directory.to_string_lossy().into_owned()),
    );
    keep(
        "--manifest",
        args.manifest
            .as_ref()
            .map(|path| path.to_string_lossy().into_owned()),
    );
    keep("--parallel", args.parallel.map(|number| number.to_string()));
    keep("--retries", args.retries.map(|number| number.to_string()));
    keep("--per-host", args.per_host.map(|number| number.to_string()));
    keep(
        "--stall-timeout",
        args.stall_timeout.map(|number| number.to_string()),
    );
    keep(
        "--lock-timeout",
        args.lock_timeout.map(|number| number.to_string()),
    );
    for (given, flag) in [(args.dry_run, "--dry-run"), (args.no_input, "--no-input")] {
        if given {
            kept.push(flag.to_owned());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::{path::Path, time::Duration};

    use clap::Parser;

    use super::{Environment, GlobalArgs, Globals};
    use crate::ops::error::{ErrorKind, OpError};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        globals: GlobalArgs,
    }

    fn typed(words: &[&str]) -> GlobalArgs {
        Line::parse_from([&["grex"], words].concat()).globals
    }

    fn resolve(
        before: &[&str],
        after: &[&str],
        environment: Option<&str>,
    ) -> Result<Globals, OpError> {
        let environment = Environment {
            parallel: environment.map(Into::into),
            git: None,
        };
        Globals::resolve(typed(before), typed(after), environment)
    }

    #[test]
    fn what_stands_before_and_after_the_verb_is_joined() {
        let globals = resolve(
            &["-C", "a", "--filter", "x", "-v", "-j4", "--json"],
            &["-C", "b", "--filter", "!y", "-v", "-j8"],
            Some("2"),
        )
        .unwrap();
        assert_eq!(globals.directory, Path::new("a/b"));
        assert_eq!(globals.filters.wanted_texts(), ["x"]);
        assert_eq!(globals.verbosity, 2);
        assert_eq!(globals.settings.parallel, Some(8));
        assert!(globals.json);
        assert_eq!(globals.kept, ["-C", "a/b", "--parallel", "8"]);
    }

    #[test]
    fn the_environment_speaks_where_no_flag_does() {
        assert_eq!(
            resolve(&[], &[], Some("3")).unwrap().settings.parallel,
            Some(3)
        );
        assert_eq!(resolve(&[], &[], None).unwrap().settings.parallel, None);
        for bad in ["0", "-1", "many"] {
            assert_eq!(
                resolve(&[], &[], Some(bad)).unwrap_err().kind,
                ErrorKind::Usage
            );
            assert_eq!(
                resolve(&["-j1"], &[], Some(bad)).unwrap().settings.parallel,
                Some(1)
            );
        }
    }

    #[test]
    fn zero_has_a_meaning_where_it_is_allowed() {
        let settings = resolve(
            &["--stall-timeout=0", "--lock-timeout=0", "--retries=0"],
            &[],
            None,
        )
        .unwrap()
        .settings;
        assert_eq!(settings.stall_timeout, None);
        assert_eq!(settings.lock_timeout, Duration::ZERO);
        assert_eq!(settings.retries, 0);
        for flag in ["-j0", "--per-host=0"] {
            assert!(Line::try_parse_from(["grex", flag]).is_err());
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        assert_eq!(
            resolve(&["-q"], &["-v"], None).unwrap_err().kind,
            ErrorKind::Usage
        );
        assert_eq!(
            resolve(&["--filter="], &[], None).unwrap_err().kind,
            ErrorKind::Usage
        );
    }
}
