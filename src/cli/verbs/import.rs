//! `grex import`.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use super::outcome::Outcome;
use crate::{
    cli::{
        error::CliError,
        globals::{GlobalArgs, at_least_one},
        invocation::Invocation,
        progress::Shown,
        retry::Retry,
        ui::Piece,
    },
    model::{foreign::Format, text},
    ops::{
        error::OpError,
        import::{
            FailedEntry, FoldedLines, ImportChange, ImportReport, ImportRequest, LeftBehind,
            SkippedEntry, import,
        },
        typed,
    },
};

const EXAMPLES: &str = "\
EXAMPLES
  grex import REPOS.json                        register what a file names
  grex import ../ros2/ros2.repos --sync         and clone it
  grex import .repo/manifests/default.xml --group tools,-docs
  grex import --scan --depth 2                  what lies here
  grex import west.yml --dry-run                say what would be registered
  grex import default.xml --base-url https://android.googlesource.com/platform/manifest

The format is recognised from the file's name and content: REPOS.json, .gitmodules, vcstool (.repos), Google repo (XML), west.yml, .meta, .mrconfig, mani.yaml, repos.csv of gita, workspace-lock.toml of git-workspace. The file is read and never run, nothing goes over the network without --sync, and what the file says beside is listed at the end. Paths are from the workspace's directory. A second import of the same file changes nothing.";

/// Register the repositories that another tool manages
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct ImportArgs {
    /// The file of the other tool
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The same for a file of objects with `url` and `path`, whatever its name
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "format"])]
    from_repos_json: Option<PathBuf>,
    /// The file's format: repos-json, gitmodules, vcstool, repo, west, meta, myrepos, mani, gita or
    /// git-workspace [default: as the file shows]
    #[arg(long, value_name = "F")]
    format: Option<String>,
    /// Take projects of this group too, or with `-` before it leave them out; for repo and west
    #[arg(long, value_name = "GROUP", allow_hyphen_values = true)]
    group: Vec<String>,
    /// The URL of the repository that the file comes from, for relative URLs in .gitmodules and repo
    /// [default: the origin of the repository that it lies in]
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Register the git repositories in the workspace that nothing declares
    #[arg(long)]
    scan: bool,
    /// Look for them at most N directories deep
    #[arg(long, value_name = "N", requires = "scan", value_parser = at_least_one)]
    depth: Option<usize>,
    /// The type of packs that have no pack.yaml here yet [default: meta]
    #[arg(long, value_name = "TYPE")]
    default_type: Option<String>,
    /// Fold the blocks that an older tool keeps in .gitignore, one a pack, into the one block
    #[arg(long)]
    migrate_gitignore: bool,
    /// Give packs that are registered already the URL and the ref of the file
    #[arg(long)]
    force: bool,
    /// Then clone what is missing and bring the rest up to date
    #[arg(long)]
    sync: bool,
    #[command(flatten)]
    pub(in crate::cli) globals: GlobalArgs,
}

impl ImportArgs {
    fn into_request(self, directory: &Path) -> Result<ImportRequest, OpError> {
        let Self {
            file,
            from_repos_json,
            format,
            group,
            base_url,
            scan,
            depth,
            default_type,
            migrate_gitignore,
            force,
            sync,
            globals: _,
        } = self;
        let format = match (&from_repos_json, format) {
            (Some(_), _) => Some(Format::ReposJson),
            (None, Some(name)) => Some(typed::format(&name)?),
            (None, None) => None,
        };
        let request = ImportRequest {
            file: file.or(from_repos_json).map(|file| directory.join(file)),
            format,
            groups: group,
            base_url: base_url.as_deref().map(typed::url).transpose()?,
            scan,
            depth,
            default_type,
            migrate_gitignore,
            force,
            sync,
        };
        request.check()?;
        Ok(request)
    }
}

/// Runs the verb.
pub(in crate::cli) async fn run(args: ImportArgs, invocation: &Invocation) -> Result<u8, CliError> {
    let globals = &invocation.globals;
    globals.refuse_filters(
        "import",
        "leave it out, and take with `grex rm` what is not wanted",
    )?;
    globals.refuse_trust("import")?;
    let request = args.into_request(&invocation.directory()?)?;
    let session = invocation.session(invocation.workspace()?);
    let (report, shown) = invocation.watch(import(&session, request)).await?;
    if globals.json {
        invocation.ui.print_json(&report)?;
    } else {
        invocation.ui.report(&pieces(&report, &shown, invocation))?;
    }
    Ok(report.exit_code())
}

fn pieces(report: &ImportReport, shown: &Shown, invocation: &Invocation) -> Vec<Piece> {
    let is_verbose = invocation.ui.verbosity > 0;
    let mut pieces = vec![Piece::Out(imported_lines(report))];
    pieces.push(Piece::Out(skipped_lines(&report.skipped, is_verbose)));
    pieces.push(Piece::Err(failed_lines(&report.failed)));
    pieces.extend(
        report
            .folded
            .iter()
            .map(|block| Piece::Out(folded_line(block))),
    );
    pieces.push(Piece::Out(left_behind(&report.not_carried_over)));
    pieces.push(Piece::Out(summary(report)));
    if report.dry_run {
        pieces.push(Piece::Out(String::from("dry run: nothing was changed\n")));
    }
    if let Some(packs) = &report.synced {
        let retry: Retry = invocation.retry();
        let outcome = Outcome {
            packs,
            shown,
            retry: &retry,
            fail_fast: false,
        };
        pieces.extend(outcome.pieces(&invocation.ui));
    }
    pieces
}

fn imported_lines(report: &ImportReport) -> String {
    let lines = report.imported.iter().map(|pack| {
        let reference = pack.reference.as_deref();
        let at = reference
            .map(|name| format!("  {name}"))
            .unwrap_or_default();
        let news = match pack.change {
            ImportChange::Added => "",
            ImportChange::Updated => "  (registered anew)",
        };
        text::shown(format!("{}  {}{at}{news}\n", pack.path, pack.url))
    });
    lines.collect()
}

/// Why an entry needs nothing.
const KNOWN: &str = "registered already";

/// What is registered already is counted; what was left out is told.
fn skipped_lines(skipped: &[SkippedEntry], is_verbose: bool) -> String {
    let told = skipped
        .iter()
        .filter(|entry| is_verbose || entry.reason != KNOWN);
    told.map(|entry| {
        let place = place(entry.file.as_deref(), entry.line);
        format!("{}  skipped: {}{place}\n", entry.path, entry.reason)
    })
    .collect()
}

/// As many entries as fail for one reason are listed before the rest of them is counted.
const LISTED: usize = 5;

fn failed_lines(failed: &[FailedEntry]) -> String {
    let mut times: HashMap<&str, usize> = HashMap::new();
    let mut lines = String::new();
    for entry in failed {
        let seen = times.entry(&entry.error).or_default();
        *seen += 1;
        if *seen <= LISTED {
            lines.push_str(&failed_line(entry));
        }
    }
    let mut unlisted: Vec<_> = times
        .into_iter()
        .filter(|(_, count)| *count > LISTED)
        .collect();
    unlisted.sort_unstable();
    for (error, count) in unlisted {
        let more = count - LISTED;
        lines.push_str(&format!("{more} more failed: {error}\n"));
    }
    lines
}

fn failed_line(entry: &FailedEntry) -> String {
    let place = place(entry.file.as_deref(), entry.line);
    let path = if entry.path.is_empty() {
        "an entry"
    } else {
        &entry.path
    };
    format!("{path}  failed: {}{place}\n", entry.error)
}

fn folded_line(block: &FoldedLines) -> String {
    let kept = match block.kept.as_slice() {
        [] => String::new(),
        lines => format!("; kept outside of it: {}", lines.join(", ")),
    };
    format!(
        ".gitignore: the block `{}` was folded into the one block{kept}\n",
        block.block
    )
}

fn left_behind(notes: &[LeftBehind]) -> String {
    if notes.is_empty() {
        return String::new();
    }
    let lines = notes.iter().map(|note| {
        let times = match note.count {
            1 => String::new(),
            count => format!(", {count} times"),
        };
        let place = place(note.file.as_deref(), note.line);
        format!("  {}{times}{place}\n", note.what)
    });
    let lines: String = lines.collect();
    format!("not carried over:\n{lines}")
}

fn place(file: Option<&str>, line: Option<usize>) -> String {
    match (file, line) {
        (Some(file), Some(line)) => format!(" ({file}:{line})"),
        _ => String::new(),
    }
}

fn summary(report: &ImportReport) -> String {
    let verb = if report.dry_run {
        "would be imported"
    } else {
        "imported"
    };
    let skipped = report.skipped.iter();
    let known = skipped.filter(|entry| entry.reason == KNOWN).count();
    let counts = [
        (report.imported.len(), verb),
        (known, KNOWN),
        (report.skipped.len() - known, "skipped"),
        (report.failed.len(), "failed"),
    ];
    let format = report.format.as_deref();
    let format = format
        .map(|format| format!("{format}: "))
        .unwrap_or_default();
    let words = counts
        .iter()
        .enumerate()
        .filter(|(index, (count, _))| *index == 0 || *count > 0)
        .map(|(_, (count, word))| format!("{count} {word}"));
    format!("{format}{}\n", words.collect::<Vec<_>>().join(", "))
}
