//! `grex init`.

use std::path::{Path, PathBuf};

use super::{installs, typed};
use crate::{
    cli::{
        error::CliError,
        globals::{GlobalArgs, Globals, usage},
        invocation::Invocation,
        progress::Shown,
        retry::Retry,
        ui::Piece,
    },
    model::{shell, text, url::Scheme},
    ops::{
        error::OpError,
        init::{InitFromRequest, InitReport, init, init_from},
        install::TrustPolicy,
    },
    store::layout::Workspace,
};

const EXAMPLES: &str = "\
EXAMPLES
  grex init                                            here
  grex init ~/work                                     there
  grex init --from https://example.org/me/work.git     clone one with its packs

With --from the packs are installed as by `grex update`, once you agree. In a workspace that is there already, what is missing is made and nothing else is changed.";

/// Make a workspace, or complete the one that is there; or clone one
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct InitArgs {
    /// Its directory [default: the current one; with --from, the last segment of the URL]
    #[arg(value_name = "DIR")]
    place: Option<PathBuf>,
    /// Clone the workspace from this repository, and its packs
    #[arg(long, value_name = "URL")]
    from: Option<String>,
    /// Check out this branch or tag of the workspace's repository
    #[arg(long = "ref", value_name = "REF", requires = "from")]
    reference: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) globals: GlobalArgs,
}

impl InitArgs {
    /// The directory of the workspace, if one is said, and where it comes from.
    fn into_request(
        self,
        globals: &Globals,
        directory: PathBuf,
        trust: TrustPolicy,
    ) -> Result<(Option<PathBuf>, Option<InitFromRequest>), OpError> {
        let Self {
            place,
            from,
            reference,
            globals: _,
        } = self;
        globals.refuse_filters("init", "clone with --from, then filter with `grex sync`")?;
        if globals.manifest.is_some() && (place.is_some() || from.is_some()) {
            return Err(usage(
                "--manifest says where the workspace is; it goes with neither DIR nor --from",
            ));
        }
        let Some(from) = from else {
            globals.refuse_trust("init")?;
            if let Some(url) = place.as_deref().and_then(remote) {
                let message = format!("{url} is a URL, and `init` takes a directory");
                let hint = format!(
                    "`grex init --from {}` clones a workspace",
                    shell::quote(&url)
                );
                return Err(usage(message).with_hint(hint));
            }
            return Ok((place, None));
        };
        let url = typed::url(&from)?;
        let place = match place {
            Some(place) => place,
            None => url
                .default_path()
                .map_err(|error| usage(error.to_string()))?
                .as_str()
                .into(),
        };
        let reference = typed::reference(reference.as_deref())?;
        Ok((
            Some(place),
            Some(InitFromRequest {
                url,
                reference,
                directory,
                trust,
            }),
        ))
    }
}

/// The URL that was typed for a directory, if it is one.
fn remote(place: &Path) -> Option<String> {
    let typed = place.to_str().filter(|_| !place.exists())?;
    let url = typed::url(typed).ok()?;
    (url.scheme() != Scheme::Path).then(|| url.to_string())
}

/// Runs the verb.
pub(in crate::cli) async fn run(args: InitArgs, invocation: &Invocation) -> Result<u8, CliError> {
    let globals = &invocation.globals;
    let directory = invocation.directory()?;
    let (place, from) = args.into_request(globals, directory.clone(), invocation.trust())?;
    let workspace = match &globals.manifest {
        Some(manifest) => {
            Workspace::at_manifest(&directory.join(manifest)).map_err(OpError::from)?
        }
        None => Invocation::workspace_to_be(
            &place.map_or(directory.clone(), |place| directory.join(place)),
        )?,
    };
    let session = invocation.session(workspace);
    let is_clone = from.is_some();
    let (report, shown) = match from {
        Some(request) => invocation.watch(init_from(&session, request)).await?,
        None => invocation.watch(init(&session)).await?,
    };
    if globals.json {
        invocation.ui.print_json(&report)?;
    } else {
        invocation
            .ui
            .report(&pieces(&report, &shown, is_clone, invocation))?;
    }
    Ok(report.exit_code())
}

fn pieces(
    report: &InitReport,
    shown: &Shown,
    is_clone: bool,
    invocation: &Invocation,
) -> Vec<Piece> {
    let root = report.workspace.to_string_lossy();
    let mut pieces = Vec::new();
    if !report.packs.is_empty() {
        let retry = Retry {
            verb: Some("update"),
            globals: vec![String::from("-C"), root.to_string()],
            ..Retry::default()
        };
        pieces = installs::pieces(&report.packs, shown, &retry, invocation);
    }
    let root = text::shown(root.as_bytes());
    let created = report.created.join(", ");
    let taken_over = report.taken_over.map_or(String::new(), |log| {
        let would = if invocation.globals.dry_run {
            "would be"
        } else {
            "are"
        };
        format!("the packs that the older tool registered in {log} {would} taken over\n")
    });
    let end = match (
        is_clone,
        report.created.is_empty(),
        invocation.globals.dry_run,
    ) {
        (true, _, true) => {
            format!("the workspace would be cloned to {root}\ndry run: nothing was changed\n")
        }
        (true, true, false) => format!("cloned the workspace to {root}\n"),
        (true, false, false) => format!("cloned the workspace to {root}; made {created}\n"),
        (false, true, _) => format!("{root} is a workspace; nothing is missing\n"),
        (false, false, true) => format!("{root} lacks {created}\ndry run: nothing was changed\n"),
        (false, false, false) => format!("{root} is a workspace; made {created}\n"),
    };
    pieces.insert(0, Piece::Out(taken_over + &end));
    pieces
}
