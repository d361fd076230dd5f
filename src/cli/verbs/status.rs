//! `grex status`.

use std::time::Duration;

use anstyle::Style;

use crate::{
    cli::{
        columns::{Cell, lay_out, paint},
        error::{CliError, failure_text},
        globals::{GlobalArgs, usage},
        invocation::Invocation,
        span, style,
        ui::Piece,
    },
    engine::select::Selection,
    model::{filter::Filters, shell, text},
    ops::{
        error::{ErrorKind, OpError},
        status::{Drift, Install, PackStatus, StatusRequest, StatusView, status},
    },
};

const EXAMPLES: &str = "\
EXAMPLES
  grex status                         each pack: branch, commits, changes, drift
  grex status --filter state=dirty    the packs with changes
  grex status --fetch                 ask the remotes first
  grex status --fail-on-drift         exit 7 unless every STATE is clean

In the column SYNC, +2 -1 means two commits that the upstream lacks and one that only it has. Where there is little room, CHANGES says 1 cfl 2 stg 3 mod 4 new (in conflict, staged, unstaged, untracked), and STATE off lock (not at the locked commit) or stray (not declared).";

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
        let table = table(&view.packs, ui.height());
        ui.print(&lay_out(&table, ui.width(), ui.ellipsis()))?;
        let failures: Vec<Piece> = view
            .failed()
            .filter_map(|pack| Some(failure_text(&pack.id, &pack.failure.as_ref()?.failure, ui)))
            .map(Piece::Err)
            .collect();
        ui.report(&failures)?;
        match view.packs.is_empty() {
            true if ui.quiet => {}
            true => ui.tell(NO_PACKS),
            false => {
                ui.print(&summary(&view.packs))?;
                if !ui.quiet {
                    ui.tell(&hints(&view.packs));
                }
            }
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

/// The rows of the table. Where they are more than the terminal has room for, the packs that need
/// attention come last, just above the summary.
fn table(packs: &[PackStatus], height: Option<usize>) -> Vec<Vec<Cell>> {
    const NAMES: [&str; 6] = ["PACK", "BRANCH", "SYNC", "CHANGES", "INSTALL", "STATE"];
    let mut packs: Vec<&PackStatus> = packs.iter().collect();
    if height.is_some_and(|height| packs.len() + BESIDE_ROWS > height) {
        packs.sort_by_key(|pack| needs_attention(pack));
    }
    let body: Vec<[Cell; 6]> = packs.into_iter().map(row).collect();
    if body.is_empty() {
        return Vec::new();
    }
    // A column with nothing in it needs no name either, and is left out.
    let is_used = |column: usize| body.iter().any(|row| !row[column].is_empty());
    let heading = NAMES.iter().enumerate().map(|(column, name)| {
        Cell::styled(if is_used(column) { name } else { "" }, style::HEADING)
    });
    let mut rows = vec![heading.collect()];
    rows.extend(body.into_iter().map(|row| row.to_vec()));
    rows
}

/// What is on the screen beside the packs: the heading, the summary, the line that is typed next.
const BESIDE_ROWS: usize = 3;

/// Says whether there is anything to do about a pack.
fn needs_attention(pack: &PackStatus) -> bool {
    let is_apart = [pack.ahead, pack.behind]
        .iter()
        .any(|count| count.is_some_and(|count| count > 0));
    let is_installed = matches!(pack.install, Install::None | Install::Installed);
    pack.failure.is_some() || pack.drift != Drift::Clean || is_apart || !is_installed
}

fn row(pack: &PackStatus) -> [Cell; 6] {
    let (state, brief, state_style) = state(pack);
    let (install, install_style) = install(pack);
    let [all, few] = changes(pack);
    [
        Cell::path(text::shown(&pack.id)),
        Cell::styled(branch(pack), style::FAINT),
        Cell::styled(distance(pack), style::HINT),
        Cell::styled(all, style::WARNING).or_briefly(few),
        Cell::styled(install, install_style),
        Cell::styled(state, state_style).or_briefly(brief),
    ]
}

fn install(pack: &PackStatus) -> (&'static str, Style) {
    match pack.install {
        Install::None => ("", style::FAINT),
        Install::NotInstalled => (NOT_INSTALLED, style::WARNING),
        Install::Installed => ("installed", style::FAINT),
        Install::Outdated => (OUTDATED, style::WARNING),
        Install::Drifted => (DRIFTED, style::WARNING),
    }
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

/// The counts of what is not committed, in full and where there is little room.
fn changes(pack: &PackStatus) -> [String; 2] {
    let counts = [
        (pack.conflicts, "in conflict", "cfl"),
        (pack.staged, "staged", "stg"),
        (pack.unstaged, "unstaged", "mod"),
        (pack.untracked, "untracked", "new"),
    ];
    let counts = || counts.iter().filter(|(count, ..)| *count > 0);
    let all: Vec<String> = counts()
        .map(|(count, what, _)| format!("{count} {what}"))
        .collect();
    let few: Vec<String> = counts()
        .map(|(count, _, what)| format!("{count} {what}"))
        .collect();
    [all.join(", "), few.join(" ")]
}

/// The state of a pack, in full and where there is little room.
fn state(pack: &PackStatus) -> (&'static str, &'static str, Style) {
    let alike = |word, style| (word, word, style);
    if pack.failure.is_some() {
        return alike("failed", style::ERROR);
    }
    match pack.drift {
        Drift::Clean if has_diverged(pack) => alike("diverged", style::WARNING),
        Drift::Clean => alike("clean", style::FAINT),
        Drift::Dirty => alike("dirty", style::WARNING),
        Drift::Missing => alike("missing", style::ERROR),
        Drift::Untracked => ("not declared", "stray", style::WARNING),
        Drift::Stale if pack.sha_match => alike("stale", style::WARNING),
        Drift::Stale if has_diverged(pack) => alike("diverged", style::WARNING),
        Drift::Stale => ("not at the locked commit", "off lock", style::WARNING),
    }
}

/// Says whether the branch and its upstream each have commits that the other lacks.
fn has_diverged(pack: &PackStatus) -> bool {
    pack.ahead.is_some_and(|count| count > 0) && pack.behind.is_some_and(|count| count > 0)
}

const DRIFTED: &str = "drifted";
const OUTDATED: &str = "outdated";
const NOT_INSTALLED: &str = "not installed";

/// What a pack is counted as: one whose repository is clean, as what there is to do about it.
fn counted(pack: &PackStatus) -> (&'static str, &'static str, Style) {
    let (install, style) = install(pack);
    match (pack.failure.is_some(), pack.drift, pack.install) {
        (_, _, Install::None | Install::Installed) | (true, ..) => state(pack),
        (false, Drift::Clean, _) if !has_diverged(pack) => (install, install, style),
        _ => state(pack),
    }
}

/// What to do about installs that are not as they should be, once for each way.
fn hints(packs: &[PackStatus]) -> String {
    let hint = |text: String| format!("{} {text}\n", paint("hint:", style::HINT));
    let of = |install| packs.iter().filter(move |pack| pack.install == install);
    let mut told = String::new();
    let mut drifted = of(Install::Drifted);
    if let Some(first) = drifted.next() {
        let pack = match drifted.next() {
            None => shell::quote(&first.id),
            Some(_) => String::from("PACK"),
        };
        told += &hint(format!(
            "`grex update --force {pack}` puts right what was changed on the machine"
        ));
    }
    if of(Install::Outdated)
        .chain(of(Install::NotInstalled))
        .next()
        .is_some()
    {
        told += &hint(String::from(
            "`grex update` installs what is outdated or not installed",
        ));
    }
    told
}

fn summary(packs: &[PackStatus]) -> String {
    const STATES: [&str; 11] = [
        "clean",
        DRIFTED,
        OUTDATED,
        NOT_INSTALLED,
        "dirty",
        "diverged",
        "stale",
        "not at the locked commit",
        "missing",
        "not declared",
        "failed",
    ];
    let counts = STATES.iter().filter_map(|name| {
        let mut found = packs
            .iter()
            .map(counted)
            .filter(|(state, ..)| state == name);
        let (_, _, style) = found.next()?;
        Some(paint(&format!("{} {name}", found.count() + 1), style))
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
    use anstream::adapter::strip_str;

    use super::{
        Drift, Install, PackStatus, StatusView, exit_code, hints, lay_out, summary, table,
    };

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
        shown(packs, None, None)
    }

    fn shown(packs: &[PackStatus], width: Option<usize>, height: Option<usize>) -> String {
        strip_str(&lay_out(&table(packs, height), width, "...")).to_string()
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
            strip_str(&summary(&packs)).to_string(),
            "3 packs: 1 clean, 1 dirty, 1 not at the locked commit\n"
        );
    }

    #[test]
    fn a_narrow_table_says_it_briefly_before_it_cuts() {
        let packs = [
            PackStatus {
                staged: 1,
                unstaged: 12,
                untracked: 3,
                ..pack("platform/payments/reconciliation", Drift::Dirty)
            },
            PackStatus {
                sha_match: false,
                ..pack("b", Drift::Stale)
            },
        ];
        assert_eq!(
            shown(&packs, Some(60), None),
            "\
PACK                    BRANCH  CHANGES             STATE
plat.../reconciliation  main    1 stg 12 mod 3 new  dirty
b                       main                        off lock
"
        );
    }

    #[test]
    fn what_needs_attention_is_at_the_end_of_a_table_that_is_too_long() {
        let packs = [
            pack("a", Drift::Dirty),
            PackStatus {
                behind: Some(1),
                ..pack("b", Drift::Clean)
            },
            pack("c", Drift::Clean),
            PackStatus {
                install: Install::Outdated,
                ..pack("d", Drift::Clean)
            },
            PackStatus {
                install: Install::Installed,
                ..pack("e", Drift::Clean)
            },
        ];
        let order = |height| {
            let table = shown(&packs, None, height);
            let names = table.lines().skip(1).filter_map(|line| line.chars().next());
            names.collect::<String>()
        };
        assert_eq!(order(Some(8)), "abcde");
        assert_eq!(order(Some(7)), "ceabd");
        assert_eq!(order(None), "abcde");
    }

    #[test]
    fn installs_that_are_not_as_they_should_be_are_counted_apart_with_one_hint_each() {
        let of = |id, drift, install| PackStatus {
            install,
            ..pack(id, drift)
        };
        let told = |packs: &[PackStatus]| strip_str(&(summary(packs) + &hints(packs))).to_string();
        assert_eq!(
            told(&[of("a", Drift::Clean, Install::Installed)]),
            "1 pack: 1 clean\n"
        );
        let mut packs = vec![
            of("a", Drift::Clean, Install::Installed),
            of("b", Drift::Clean, Install::Drifted),
            of("c", Drift::Clean, Install::Outdated),
            of("d", Drift::Dirty, Install::NotInstalled),
        ];
        let rest = "hint: `grex update` installs what is outdated or not installed\n";
        assert_eq!(
            told(&packs),
            format!(
                "4 packs: 1 clean, 1 drifted, 1 outdated, 1 dirty\nhint: `grex update --force b` puts right what was changed on the machine\n{rest}"
            )
        );
        packs[0].install = Install::Drifted;
        assert!(told(&packs).contains("--force PACK`"));
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
