//! `grex run`.

use super::installs;
use crate::{
    cli::{
        error::{CliError, failure_text},
        globals::GlobalArgs,
        invocation::Invocation,
        ui::Piece,
    },
    engine::select::Selection,
    ops::act::{ActReport, ActRequest, act},
};

const EXAMPLES: &str = "\
EXAMPLES
  grex run symlink --filter dotfiles  every `symlink` of that pack
  grex run mkdir --dry-run            what the `mkdir`s of all packs would do

For whoever writes a pack: the actions of that name in the packs' own lists, those inside `when` left out, are applied without the rest. The pack counts as installed or not as before; what is changed is written down, and `grex rm` takes it back.";

/// Run every action of one name in the matching packs, without the rest of their install
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct ActArgs {
    /// The action: symlink, env, mkdir, rmdir, require, when, exec
    #[arg(value_name = "ACTION")]
    action: String,
    #[command(flatten)]
    pub(in crate::cli) globals: GlobalArgs,
}

/// Runs the verb.
pub(in crate::cli) async fn run(args: ActArgs, invocation: &Invocation) -> Result<u8, CliError> {
    let ActArgs { action, globals: _ } = args;
    let name = action.clone();
    let globals = &invocation.globals;
    let request = ActRequest {
        action,
        selection: Selection {
            filters: globals.filters.clone(),
            ..Selection::default()
        },
        trust: invocation.trust(),
    };
    let session = invocation.session(invocation.workspace()?);
    let (report, _) = invocation.watch(act(&session, request)).await?;
    if globals.json {
        invocation.ui.print_json(&report)?;
    } else {
        invocation.ui.report(&pieces(&report, &name, invocation))?;
    }
    Ok(report.exit_code())
}

fn pieces(report: &ActReport, action: &str, invocation: &Invocation) -> Vec<Piece> {
    let dry_run = invocation.globals.dry_run;
    let done = report.packs.iter().filter(|pack| pack.failure.is_none());
    let mut lines: String = match dry_run {
        true => done
            .filter(|pack| pack.reinstalled)
            .map(installs::planned)
            .collect(),
        false => done
            .map(|pack| installs::install_lines(pack, true))
            .collect(),
    };
    if lines.is_empty() && report.packs.iter().all(|pack| pack.failure.is_none()) {
        lines = format!("no pack that is meant has an action `{action}`\n");
    }
    let mut pieces = vec![Piece::Out(lines)];
    let failed = report.failed();
    pieces
        .extend(failed.map(|(id, failure)| Piece::Err(failure_text(id, failure, &invocation.ui))));
    if dry_run {
        pieces.push(Piece::Out(String::from("dry run: nothing was changed\n")));
    }
    pieces
}
