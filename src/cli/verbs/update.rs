//! `grex update`.

use super::{installs, typed};
use crate::{
    cli::{error::CliError, globals::GlobalArgs, invocation::Invocation, retry::Retry, ui::Piece},
    engine::select::Selection,
    model::{filter::Filters, path::PackId},
    ops::{
        error::OpError,
        install::TrustPolicy,
        update::{UpdateRequest, update},
    },
};

const EXAMPLES: &str = "\
EXAMPLES
  grex update                       synchronise, then install what has changed
  grex update dotfiles              one pack, and the packs below it
  grex update --dry-run             show every change, and make none
  grex update dotfiles --trust      approve exactly what the pack would run now
  grex update --force               install again what has not changed

A pack is installed when its commit or what it installs is not what was installed here. Before anything of a pack runs, somebody has to have agreed to exactly that: at a terminal you are asked, with the whole plan; elsewhere --trust or --trust-source says so. If an action fails, what was done for the pack is taken back. What was only changed on this machine is put right by --force. `.` names the workspace's own pack.";

/// Bring packs up to date, and install those that have changed
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct UpdateArgs {
    /// Only these packs, by their path from the workspace's directory, and the packs below them
    #[arg(value_name = "PACK")]
    packs: Vec<String>,
    /// Install again what has not changed
    #[arg(long)]
    force: bool,
    /// Take only the packs whose path matches; repeat it to take more
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) globals: GlobalArgs,
}

impl UpdateArgs {
    fn into_request(self, filters: Filters, trust: TrustPolicy) -> Result<UpdateRequest, OpError> {
        let Self {
            packs,
            force,
            only,
            globals: _,
        } = self;
        Ok(UpdateRequest {
            packs: packs
                .iter()
                .map(|pack| typed::pack_id(pack))
                .collect::<Result<Vec<PackId>, OpError>>()?,
            selection: Selection {
                within: Vec::new(),
                only: typed::globs(&only)?,
                filters,
            },
            force,
            trust,
        })
    }
}

/// Runs the verb.
pub(in crate::cli) async fn run(args: UpdateArgs, invocation: &Invocation) -> Result<u8, CliError> {
    let globals = &invocation.globals;
    let forced = args.force.then(|| String::from("--force"));
    let request = args.into_request(globals.filters.clone(), invocation.trust())?;
    let session = invocation.session(invocation.workspace()?);
    let (report, shown) = invocation.watch(update(&session, request)).await?;
    let ui = &invocation.ui;
    if globals.json {
        ui.print_json(&report)?;
    } else if globals.dry_run {
        ui.report(&installs::plan_pieces(&report.packs, invocation))?;
    } else {
        let retry = Retry {
            verb: Some("update"),
            flags: forced.into_iter().collect(),
            ..invocation.retry()
        };
        let mut pieces = installs::pieces(&report.packs, &shown, &retry, invocation);
        if report.cancelled {
            let text = "cancelled; what was begun was taken back; run it again to go on\n";
            pieces.push(Piece::Err(String::from(text)));
        }
        ui.report(&pieces)?;
    }
    Ok(report.exit_code())
}
