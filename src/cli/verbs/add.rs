//! `grex add`.

use std::path::PathBuf;

use super::{installs, typed};
use crate::{
    cli::{
        error::{CliError, failure_text},
        globals::GlobalArgs,
        invocation::Invocation,
        progress::Shown,
        retry::Retry,
        ui::Piece,
    },
    model::text,
    ops::{
        add::{AddReport, AddRequest, Registered, add},
        error::OpError,
        install::TrustPolicy,
    },
};

const EXAMPLES: &str = "\
EXAMPLES
  grex add https://example.org/me/dotfiles.git          as `dotfiles`
  grex add git@example.org:team/api.git services/api    at another path
  grex add https://example.org/me/fonts --ref v2        follow a tag
  grex add --no-install https://example.org/x/y.git     run nothing of it

What the pack and its children would do to this machine is shown first, and done once you agree; where nobody can be asked, --trust agrees. Otherwise the pack is cloned and not installed (exit 9). A git repository that is at PATH already, with the same origin, is taken as it is.";

/// Register a pack, clone it with its children, and install it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct AddArgs {
    /// The repository: anything that git can clone; a path is one from the current directory
    #[arg(value_name = "URL")]
    url: String,
    /// Its place, from the workspace's directory [default: the last segment of the URL]
    #[arg(value_name = "PATH")]
    path: Option<String>,
    /// Follow this branch, tag or commit
    #[arg(long = "ref", value_name = "REF")]
    reference: Option<String>,
    /// The pack's type, until its pack.yaml says otherwise
    #[arg(long = "type", value_name = "TYPE")]
    pack_type: Option<String>,
    /// Register and clone only
    #[arg(long)]
    no_install: bool,
    #[command(flatten)]
    pub(in crate::cli) globals: GlobalArgs,
}

impl AddArgs {
    fn into_request(self, directory: PathBuf, trust: TrustPolicy) -> Result<AddRequest, OpError> {
        let Self {
            url,
            path,
            reference,
            pack_type,
            no_install,
            globals: _,
        } = self;
        Ok(AddRequest {
            url: typed::url(&url)?,
            path: path.as_deref().map(typed::pack_path).transpose()?,
            reference: typed::reference(reference.as_deref())?,
            pack_type,
            directory,
            install: !no_install,
            trust,
        })
    }
}

/// Runs the verb.
pub(in crate::cli) async fn run(args: AddArgs, invocation: &Invocation) -> Result<u8, CliError> {
    let globals = &invocation.globals;
    globals.refuse_filters("add", "leave it out")?;
    invocation.check_pack_type(args.pack_type.as_deref())?;
    let request = args.into_request(invocation.directory()?, invocation.trust())?;
    let session = invocation.session(invocation.workspace()?);
    let (report, shown) = invocation.watch(add(&session, request)).await?;
    if globals.json {
        invocation.ui.print_json(&report)?;
    } else {
        invocation.ui.report(&pieces(&report, &shown, invocation))?;
    }
    Ok(report.exit_code())
}

/// What the pack and those below it would install, as far as that is known before they are there.
fn planned(report: &AddReport, invocation: &Invocation) -> Vec<Piece> {
    let children = report
        .children
        .iter()
        .filter_map(|child| child.install.as_ref());
    let mut pieces = Vec::new();
    for install in report.install.iter().chain(children) {
        match &install.failure {
            Some(failure) => pieces.push(Piece::Err(failure_text(
                &install.id,
                failure,
                &invocation.ui,
            ))),
            None if install.reinstalled => pieces.push(Piece::Out(installs::planned(install))),
            None => {}
        }
    }
    if report.registered == Registered::Cloned {
        let text = "what it installs is shown once it is there: add it with --no-install, then \
                    `grex update --dry-run`\n";
        pieces.push(Piece::Out(String::from(text)));
    }
    pieces
}

fn pieces(report: &AddReport, shown: &Shown, invocation: &Invocation) -> Vec<Piece> {
    let id = text::shown(&report.id);
    if invocation.globals.dry_run {
        let what = match report.registered {
            Registered::Cloned => "would be registered and cloned",
            Registered::Adopted => "would be registered; something is in its place already",
            Registered::Already => "registered already",
        };
        let mut pieces = vec![Piece::Out(format!("{id}  {what}\n"))];
        pieces.extend(planned(report, invocation));
        let end = "dry run: nothing was changed\n";
        pieces.push(Piece::Out(String::from(end)));
        return pieces;
    }
    let at = report
        .sha
        .as_ref()
        .map(|sha| format!(", at {}", sha.short()))
        .unwrap_or_default();
    let what = match report.registered {
        Registered::Cloned => "registered and cloned",
        Registered::Adopted => "registered; the repository in its place is the same one",
        Registered::Already => "registered already",
    };
    let mut pieces = vec![Piece::Out(format!("{id}  {what}{at}\n"))];
    if let Some(install) = &report.install {
        let lines = installs::install_lines(install, invocation.ui.verbosity > 0);
        pieces.push(Piece::Out(lines));
        if let Some(failure) = &install.failure {
            pieces.push(Piece::Err(failure_text(
                &report.id,
                failure,
                &invocation.ui,
            )));
        }
    }
    if !report.children.is_empty() {
        let retry = Retry {
            verb: Some("update"),
            ..invocation.retry()
        };
        pieces.extend(installs::pieces(
            &report.children,
            shown,
            &retry,
            invocation,
        ));
    }
    pieces
}
