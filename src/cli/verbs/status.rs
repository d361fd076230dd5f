//! `grex status`.

use std::time::Duration;

use anstyle::Style;

use crate::{
    cli::{
        columns::{Cell, lay_out},
        error::{CliError, failure_text},
        globals::{GlobalArgs, usage},
        invocation::Invocation,
        span, style,
        ui::Piece,
    },
    engine::select::Selection,
    model::{filter::Filters, text},
    ops::{
        error::{ErrorKind, OpError},
        status::{Drift, Install, PackStatus, StatusRequest, StatusView, status},
    },
};

const EXAMPLES: &str = "\
EXAMPLES
  grex status                         every pack: branch, ahead and behind, changes, drift
  grex status --filter state=dirty    the packs with changes
  grex status --fetch                 ask the remotes first
  grex status --fail-on-drift         exit 7 unless every STATE is clean

In the column SYNC, +2 -1 means two commits that the upstream lacks and one that only it has.";

/// Show how the packs on disk differ from what is declared and recorded
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct StatusArgs {
    /// Exit with 7 when the state of any pack is not clean
    #[arg(long)]
    fail_on_drift: bool,
    /// Call a pack stale when it was synchronised longer ago than this: 90s, 15m, 12h, 7d, 2w
    #[arg(long, value_name = "DURATION", value_parser = span::parse)]
    stale_after: Option<Duration>,
    /// Fetch first, so that ahead and behind speak of now
    #[arg(long)]
    fetch: bool,
    #[command(flatten)]
    pub(in crate::cli) globals: GlobalArgs,
}

impl StatusArgs {
    /// The request, and whether drift is a failure.
    fn into_request(
        self,
        filters: Filters,
        dry_run: bool,
    ) -> Result<(StatusRequest, bool), OpError> {
        let Self {
            fail_on_drift,
            stale_after,
            fetch,
            globals: _,
        } = self;
        if fetch && dry_run {
            return Err(usage("--fetch moves refs, and --dry-run changes nothing"));
        }
        let selection = Selection {
            filters,
            ..Selection::default()
        };
        Ok((
            StatusRequest {
                selection,
                stale_after,
                fetch,
            },
            fail_on_drift,
        ))
    }
}

/// What is said where there is nothing to show, as by `ls`.
pub(super) const NO_PACKS: &str = "no packs: `grex add URL` registers one\n";

/// The exit code when there is drift and somebody asked.
const DRIFT: u8 = 7;

/// Runs the verb.
pub(in crate::cli) async fn run(args: StatusArgs, invocation: &Invocation) -> Result<u8, CliError> {
    invocation.globals.refuse_trust("status")?;
    let globals = &invocation.globals;
    let (request, fail_on_drift) = args.into_request(globals.filters.clone(), globals.dry_run)?;
    let session = invocation.session(invocation.workspace()?);
    let (view, _) = invocation.watch(status(&session, request)).await?;
    let ui = &invocation.ui;
    if globals.json {
        ui.print_json(&view)?;
    } else {
        ui.print(&lay_out(&table(&view.packs), ui.width(), ui.ellipsis()))?;
        let failures: Vec<Piece> = view
            .failed()
            .filter_map(|pack| Some(failure_text(&pack.id, &pack.failure.as_ref()?.failure, ui)))
            .map(Piece::Err)
            .collect();
        ui.report(&failures)?;
        match view.packs.is_empty() {
            true if ui.quiet => {}
            true => ui.tell(NO_PACKS),
            false => ui.print(&summary(&view.packs))?,
        }
    }
    Ok(exit_code(&view, fail_on_drift))
}

/// A pack that could not be looked at outweighs drift: whether it drifted is not known.
fn exit_code(view: &StatusView, fail_on_drift: bool) -> u8 {
    let mut unknown = view
        .failed()
        .filter_map(|pack| pack.failure.as_ref())
        .map(|failure| failure.failure.is_unknown_name());
    match unknown.next() {
        Some(first) if first && unknown.all(|unknown| unknown) => {
            ErrorKind::UnknownName.exit_code()
        }
        Some(_) => ErrorKind::Pack.exit_code(),
        None if fail_on_drift && view.has_drift() => DRIFT,
        None => 0,
    }
}

fn table(packs: &[PackStatus]) -> Vec<Vec<Cell>> {
    const NAMES: [&str; 6] = ["PACK", "BRANCH", "SYNC", "CHANGES", "INSTALL", "STATE"];
    let body: Vec<[(String, Style); 6]> = packs.iter().map(row).collect();
    if body.is_empty() {
        return Vec::new();
    }
    // A column with nothing in it needs no name either, and is left out.
    let is_used = |column: usize| body.iter().any(|row| !row[column].0.is_empty());
    let heading = NAMES.iter().enumerate().map(|(column, name)| {
        Cell::styled(if is_used(column) { name } else { "" }, style::HEADING)
    });
    let mut rows = vec![heading.collect()];
    rows.extend(
        body.into_iter()
            .map(|row| row.map(|(text, style)| Cell::styled(text, style)).to_vec()),
    );
    rows
}

fn row(pack: &PackStatus) -> [(String, Style); 6] {
    let (state, state_style) = state(pack);
    let install = match pack.install {
        Install::None => "",
        Install::NotInstalled => "not installed",
        Install::Installed => "installed",
        Install::Outdated => "outdated",
        Install::Drifted => "drifted",
    };
    [
        (text::shown(&pack.id), Style::new()),
        (branch(pack), Style::new()),
        (distance(pack), style::HINT),
        (changes(pack), style::WARNING),
        (install.to_owned(), style::FAINT),
        (state.to_owned(), state_style),
    ]
}

fn branch(pack: &PackStatus) -> String {
    match &pack.branch {
        Some(branch) => text::shown(branch),
        None if pack.sha.is_empty() => String::new(),
        None => format!("({})", pack.sha.get(..7).unwrap_or(&pack.sha)),
    }
}

/// `+2 -1`: ahead and behind, where there is anything to tell.
fn distance(pack: &PackStatus) -> String {
    let part = |sign: char, count: Option<u64>| {
        count
            .filter(|count| *count > 0)
            .map(|count| format!("{sign}{count}"))
    };
    let parts: Vec<String> = [part('+', pack.ahead), part('-', pack.behind)]
        .into_iter()
        .flatten()
        .collect();
    parts.join(" ")
}

fn changes(pack: &PackStatus) -> String {
    let counts = [
        (pack.conflicts, "in conflict"),
        (pack.staged, "staged"),
        (pack.unstaged, "unstaged"),
        (pack.untracked, "untracked"),
    ];
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    parts.join(", ")
}

fn state(pack: &PackStatus) -> (&'static str, Style) {
    if pack.failure.is_some() {
        return ("failed", style::ERROR);
    }
    match pack.drift {
        Drift::Clean => ("clean", style::GOOD),
        Drift::Dirty => ("dirty", style::WARNING),
        Drift::Missing => ("missing", style::ERROR),
        Drift::Untracked => ("not declared", style::WARNING),
        Drift::Stale if pack.sha_match => ("stale", style::WARNING),
        Drift::Stale => ("not at the locked commit", style::WARNING),
    }
}

fn summary(packs: &[PackStatus]) -> String {
    const STATES: [&str; 7] = [
        "clean",
        "dirty",
        "stale",
        "not at the locked commit",
        "missing",
        "not declared",
        "failed",
    ];
    let counts = STATES.iter().filter_map(|name| {
        let count = packs.iter().filter(|pack| state(pack).0 == *name).count();
        (count > 0).then(|| format!("{count} {name}"))
    });
    let packs = if packs.len() == 1 {
        String::from("1 pack")
    } else {
        format!("{} packs", packs.len())
    };
    format!("{packs}: {}\n", counts.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::{Drift, Install, PackStatus, StatusView, exit_code, lay_out, summary, table};

    fn pack(id: &str, drift: Drift) -> PackStatus {
        PackStatus {
            id: id.into(),
            on_disk: true,
            sha_match: true,
            actions_hash_match: true,
            drift,
            branch: Some("main".into()),
            sha: "1234567890".repeat(4),
            ahead: Some(0),
            behind: Some(0),
            staged: 0,
            unstaged: 0,
            untracked: 0,
            conflicts: 0,
            install: Install::None,
            failure: None,
        }
    }

    fn plain(packs: &[PackStatus]) -> String {
        anstream::adapter::strip_str(&lay_out(&table(packs), None, "...")).to_string()
    }

    #[test]
    fn a_table_tells_only_what_there_is_to_tell() {
        assert_eq!(
            plain(&[pack("a", Drift::Clean)]),
            "PACK  BRANCH  STATE\na     main    clean\n"
        );
        let packs = [
            PackStatus {
                ahead: Some(2),
                behind: Some(1),
                untracked: 3,
                conflicts: 1,
                ..pack("a", Drift::Dirty)
            },
            PackStatus {
                branch: None,
                behind: Some(4),
                ahead: None,
                ..pack("b/c", Drift::Clean)
            },
            PackStatus {
                sha_match: false,
                install: Install::NotInstalled,
                ..pack("d", Drift::Stale)
            },
        ];
        assert_eq!(
            plain(&packs),
            "\
PACK  BRANCH     SYNC   CHANGES                     INSTALL        STATE
a     main       +2 -1  1 in conflict, 3 untracked                 dirty
b/c   (1234567)  -4                                                clean
d     main                                          not installed  not at the locked commit
"
        );
        assert_eq!(
            summary(&packs),
            "3 packs: 1 clean, 1 dirty, 1 not at the locked commit\n"
        );
    }

    #[test]
    fn drift_is_a_failure_only_where_it_was_asked_for() {
        let view = StatusView {
            packs: vec![pack("a", Drift::Untracked)],
        };
        assert_eq!((exit_code(&view, false), exit_code(&view, true)), (0, 7));
        let clean = StatusView {
            packs: vec![pack("a", Drift::Clean)],
        };
        assert_eq!(exit_code(&clean, true), 0);
        let removed = PackStatus {
            install: Install::Drifted,
            ..pack("a", Drift::Clean)
        };
        let view = StatusView {
            packs: vec![removed],
        };
        assert_eq!((exit_code(&view, false), exit_code(&view, true)), (0, 7));
    }
}
