//! `grex sync`.

use super::outcome::{Outcome, plan_pieces};
use crate::{
    cli::{error::CliError, globals::GlobalArgs, invocation::Invocation, retry::Retry},
    engine::{select::Selection, sync_options::SyncOptions},
    model::filter::Filters,
    ops::{
        error::OpError,
        sync::{SyncRequest, sync},
        typed,
    },
};

const EXAMPLES: &str = "\
EXAMPLES
  grex sync                              bring all up to date, clone the missing
  grex sync --only 'services/*' -j 4     some packs, four at once
  grex sync --filter state=behind        the packs that are behind
  grex sync --locked                     exactly the commits of the lockfile
  grex sync --dry-run                    say what would be done

Nothing is installed; `grex update` does that. A pack that is installed and has a hook `sync` runs it. No local work is ever discarded: a pack with changes in the way, or with commits of its own beside remote ones, is left as it is and reported.";

/// Bring every pack's commits up to date, and clone what is missing
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct SyncArgs {
    /// Take only the packs whose path matches; repeat it to take more
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,
    /// Follow this branch, tag or commit instead of what is declared, for this run
    #[arg(long = "ref", value_name = "REF", conflicts_with = "locked")]
    reference: Option<String>,
    /// Leave the children of packs alone
    #[arg(long)]
    no_recursive: bool,
    /// Stop at the first failure
    #[arg(long)]
    fail_fast: bool,
    /// Check out exactly the lockfile's commits, and fail if it lacks one or would change
    #[arg(long)]
    locked: bool,
    /// Take back what packs that nothing declares any more have installed, and move them to the
    /// trash, unless there is work to lose
    #[arg(long)]
    prune: bool,
    /// Clone again what is broken; what is there goes to the trash, unless there is work to lose
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    pub(in crate::cli) globals: GlobalArgs,
}

impl SyncArgs {
    fn into_request(self, filters: Filters, retry: Retry) -> Result<(SyncRequest, Retry), OpError> {
        let Self {
            only,
            reference,
            no_recursive,
            fail_fast,
            locked,
            prune,
            force,
            globals: _,
        } = self;
        let mut flags = Vec::new();
        if let Some(reference) = &reference {
            flags.extend([String::from("--ref"), reference.clone()]);
        }
        let given = [
            (no_recursive, "--no-recursive"),
            (fail_fast, "--fail-fast"),
            (locked, "--locked"),
            (prune, "--prune"),
            (force, "--force"),
        ];
        flags.extend(
            given
                .iter()
                .filter(|(given, _)| *given)
                .map(|(_, flag)| (*flag).to_owned()),
        );
        // What nothing declares any more is only looked for in a run about everything, so a pack
        // that could not be pruned is tried again by the same command.
        let whole =
            (prune && only.is_empty() && filters.is_empty() && !no_recursive).then(Vec::new);
        let request = SyncRequest {
            options: SyncOptions {
                reference: typed::reference(reference.as_deref())?,
                recursive: !no_recursive,
                fail_fast,
                locked,
                force,
            },
            selection: Selection {
                within: Vec::new(),
                only: typed::globs(&only)?,
                filters,
            },
            prune,
        };
        request.check()?;
        Ok((
            request,
            Retry {
                flags,
                whole,
                ..retry
            },
        ))
    }
}

/// Runs the verb.
pub(in crate::cli) async fn run(args: SyncArgs, invocation: &Invocation) -> Result<u8, CliError> {
    let globals = &invocation.globals;
    globals.refuse_trust("sync")?;
    let (request, retry) = args.into_request(globals.filters.clone(), invocation.retry())?;
    let fail_fast = request.options.fail_fast;
    let session = invocation.session(invocation.workspace()?);
    let (report, shown) = invocation.watch(sync(&session, request)).await?;
    let ui = &invocation.ui;
    if globals.json {
        ui.print_json(&report)?;
    } else if globals.dry_run {
        ui.report(&plan_pieces(&report.packs, ui))?;
    } else {
        let outcome = Outcome {
            packs: &report.packs,
            shown: &shown,
            retry: &retry,
            fail_fast,
        };
        ui.report(&outcome.pieces(ui))?;
    }
    Ok(report.exit_code())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use clap::Parser;

    use super::{Filters, Retry, SyncArgs};
    use crate::{model::filter::Filter, ops::error::ErrorKind};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: SyncArgs,
    }

    fn typed(words: &[&str]) -> SyncArgs {
        Line::parse_from([&["sync"], words].concat()).args
    }

    #[test]
    fn the_flags_that_matter_are_kept_for_another_try() {
        let words = [
            "--only",
            "a",
            "--only",
            "b*",
            "--ref",
            "v1",
            "--no-recursive",
            "--fail-fast",
            "--force",
        ];
        let (request, retry) = typed(&words)
            .into_request(Filters::default(), Retry::default())
            .unwrap();
        assert_eq!(request.selection.only.len(), 2);
        assert!(!request.options.recursive && request.options.fail_fast && request.options.force);
        assert_eq!(request.options.reference.unwrap().as_str(), "v1");
        assert_eq!(
            retry.flags,
            ["--ref", "v1", "--no-recursive", "--fail-fast", "--force"]
        );
        assert_eq!(retry.whole, None);
    }

    #[test]
    fn pruning_is_about_every_pack() {
        let (_, retry) = typed(&["--prune"])
            .into_request(Filters::default(), Retry::default())
            .unwrap();
        assert_eq!(retry.whole, Some(Vec::new()));
        let filters = || Filters::new(vec![Filter::parse("x").unwrap()]);
        for (words, filters) in [
            (&["--prune", "--only", "a"][..], Filters::default()),
            (&["--prune", "--no-recursive"], Filters::default()),
            (&["--prune"], filters()),
        ] {
            let refused = typed(words)
                .into_request(filters, Retry::default())
                .unwrap_err();
            assert_eq!(refused.kind, ErrorKind::Usage);
        }
    }

    #[test]
    fn what_is_no_glob_or_ref_is_wrong_usage() {
        for words in [["--only", "a["], ["--ref", "a..b"]] {
            let refused = typed(&words)
                .into_request(Filters::default(), Retry::default())
                .unwrap_err();
            assert_eq!(refused.kind, ErrorKind::Usage);
        }
    }
}
