//! `grex rm`.

use std::io::BufRead;

use super::typed;
use crate::{
    cli::{
        error::{CliError, failure_text},
        globals::{GlobalArgs, Globals, usage},
        invocation::Invocation,
        ui::Piece,
    },
    engine::session::Settings,
    model::text,
    ops::{
        error::{ErrorKind, OpError},
        rm::{RemovedPack, RmRequest, Teardown, exit_code, rm},
    },
    render::question::plan_text,
    store::layout::Workspace,
};

const EXAMPLES: &str = "\
EXAMPLES
  grex rm services/api                take it out, into the trash
  grex rm --keep-files services/api   take it out, leave its directory
  grex rm --dry-run a b c             say what would be done

What a pack has installed is taken back before it goes; if that fails, it stays. Where work would be lost (changes, commits that no remote has, stashes) nothing is removed, and the work is listed. The trash is .grex/.state/trash in the workspace. At a terminal there is a question first; -y answers it.";

/// Take packs out of the workspace; their directories go to the trash
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct RmArgs {
    /// The packs, by their path from the workspace's directory
    #[arg(value_name = "PACK", required = true)]
    packs: Vec<String>,
    /// Leave the directories where they are
    #[arg(long)]
    keep_files: bool,
    /// Do not take back what the packs have installed
    #[arg(long)]
    skip_teardown: bool,
    /// Move to the trash in spite of work that would be lost from sight
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    pub(in crate::cli) globals: GlobalArgs,
}

impl RmArgs {
    fn into_request(self) -> Result<RmRequest, OpError> {
        let Self {
            packs,
            keep_files,
            skip_teardown,
            force,
            globals: _,
        } = self;
        Ok(RmRequest {
            packs: typed::packs_to_remove(&packs)?,
            keep_files,
            skip_teardown,
            force,
        })
    }
}

/// Runs the verb.
pub(in crate::cli) async fn run(args: RmArgs, invocation: &Invocation) -> Result<u8, CliError> {
    invocation.globals.refuse_trust("rm")?;
    let globals = &invocation.globals;
    globals.refuse_filters("rm", "name the packs; `grex ls --filter EXPR` lists them")?;
    let request = args.into_request()?;
    let workspace = invocation.workspace()?;
    if is_question(globals, &request) && invocation.ui.can_ask() {
        confirm(invocation, &workspace, &request).await?;
    }
    let keep_files = request.keep_files;
    let session = invocation.session(workspace);
    let (removed, _) = invocation.watch(rm(&session, request)).await?;
    if globals.json {
        invocation.ui.print_json(&removed)?;
    } else {
        let mut pieces = vec![Piece::Out(lines(&removed, globals.dry_run, keep_files))];
        for pack in &removed {
            if let Some(report) = &pack.failure {
                let text = failure_text(&pack.id, &report.failure, &invocation.ui);
                pieces.push(Piece::Err(text));
            }
        }
        invocation.ui.report(&pieces)?;
    }
    Ok(exit_code(&removed))
}

/// Nothing is asked where no directory goes anywhere.
fn is_question(globals: &Globals, request: &RmRequest) -> bool {
    !globals.yes && !globals.dry_run && !request.keep_files
}

/// Asks, with everything that would refuse the removal out of the way first.
async fn confirm(
    invocation: &Invocation,
    workspace: &Workspace,
    request: &RmRequest,
) -> Result<(), CliError> {
    if invocation.globals.no_input {
        return Err(usage("a question would be asked, and --no-input was given")
            .with_hint("give -y as well")
            .into());
    }
    let settings = Settings {
        dry_run: true,
        ..invocation.globals.settings.clone()
    };
    let session = invocation.session_with(workspace.clone(), settings);
    let planned = rm(&session, copy(request)).await?;
    let mut question = String::new();
    for pack in &planned {
        question += &format!(
            "{}\n{}{}",
            text::shown(&pack.id),
            taken_back(pack),
            work_lines(pack)
        );
    }
    question += "Move to the trash? [y/N] ";
    invocation.ui.tell(&question);
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    let answer = tokio::select! {
        answer = answer => answer,
        () = invocation.cancel.stopped() => {
            invocation.ui.tell("\n");
            return Err(OpError::new(ErrorKind::Cancelled, "cancelled; nothing was removed").into());
        }
    };
    let agreed = matches!(&answer, Ok(Ok(line)) if matches!(line.trim().to_lowercase().as_str(), "y" | "yes"));
    if agreed {
        Ok(())
    } else {
        Err(OpError::new(ErrorKind::Other, "not confirmed; nothing was removed").into())
    }
}

fn copy(request: &RmRequest) -> RmRequest {
    RmRequest {
        packs: request.packs.clone(),
        keep_files: request.keep_files,
        skip_teardown: request.skip_teardown,
        force: request.force,
    }
}

/// What is taken back of what the pack has installed.
fn taken_back(pack: &RemovedPack) -> String {
    match pack.actions.iter().any(|action| action.changed) {
        true => plan_text(&pack.actions, &pack.texts),
        false => String::new(),
    }
}

fn work_lines(pack: &RemovedPack) -> String {
    let work = pack.work.iter().map(|work| ("work", work));
    let ignored = pack.ignored.iter().map(|path| ("ignored", path));
    work.chain(ignored)
        .map(|(what, line)| format!("  {what}: {}\n", text::shown(line)))
        .collect()
}

fn lines(removed: &[RemovedPack], dry_run: bool, keep_files: bool) -> String {
    let mut lines = String::new();
    for pack in removed {
        let verb = if dry_run {
            "would be removed"
        } else {
            "removed"
        };
        let files = match (&pack.trash, pack.files_deleted) {
            (Some(trash), _) => format!(
                "; its files are in {}",
                text::shown(trash.to_string_lossy().as_bytes())
            ),
            (None, true) => String::from("; its files would go to the trash"),
            (None, false) if keep_files => String::from("; its files stay"),
            (None, false) => String::from("; it had no files"),
        };
        let teardown = match pack.teardown {
            Teardown::Skipped => "; what it installed stays",
            _ => "",
        };
        if pack.failure.is_some() {
            continue;
        }
        lines += &format!(
            "{}  {verb}{files}{teardown}\n{}{}",
            text::shown(&pack.id),
            taken_back(pack),
            work_lines(pack)
        );
    }
    if dry_run {
        lines += "dry run: nothing was changed\n";
    }
    lines
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::{RmArgs, is_question, lines};
    use crate::{
        cli::globals::{GlobalArgs, Globals},
        ops::rm::{RemovedPack, Teardown},
    };

    fn typed(packs: &[&str], keep_files: bool) -> RmArgs {
        RmArgs {
            packs: packs.iter().map(ToString::to_string).collect(),
            keep_files,
            skip_teardown: false,
            force: false,
            globals: GlobalArgs::default(),
        }
    }

    #[test]
    fn a_pack_that_is_named_twice_is_removed_once() {
        let request = typed(&["a", "./a/", "b"], false).into_request().unwrap();
        assert_eq!(
            request
                .packs
                .iter()
                .map(|path| path.as_str())
                .collect::<Vec<_>>(),
            ["a", "b"]
        );
    }

    #[test]
    fn a_question_is_asked_only_where_files_move() {
        let request = typed(&["a"], false).into_request().unwrap();
        assert!(is_question(&Globals::default(), &request));
        assert!(!is_question(
            &Globals {
                yes: true,
                ..Globals::default()
            },
            &request
        ));
        assert!(!is_question(
            &Globals {
                dry_run: true,
                ..Globals::default()
            },
            &request
        ));
        assert!(!is_question(
            &Globals::default(),
            &typed(&["a"], true).into_request().unwrap()
        ));
    }

    #[test]
    fn it_is_said_where_the_files_are_and_what_they_held() {
        let removed = RemovedPack {
            id: "a".into(),
            removed: true,
            files_deleted: true,
            teardown: Teardown::Skipped,
            actions: Vec::new(),
            texts: Vec::new(),
            failure: None,
            trash: Some("/w/trash/a".into()),
            work: vec!["a: 1 stash".into()],
            ignored: Vec::new(),
        };
        assert_eq!(
            lines(&[removed], false, false),
            "a  removed; its files are in /w/trash/a; what it installed stays\n  work: a: 1 stash\n"
        );
    }
}
