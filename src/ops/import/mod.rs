//! `import`: register the repositories that another tool manages, or that lie on the disk.
//!
//! A file is read, never run, and nothing goes over the network but what `sync` does at the end, when
//! that is asked for. What is new is appended to the manifest at once: all of it or nothing.

mod checkout;
mod files;
mod ignore;
mod places;
mod plan;
mod report;
mod scan;
mod source;

use std::{collections::HashSet, path::PathBuf, sync::Arc};

use crate::{
    engine::{select::Selection, session::Session},
    model::{event::Event as ManifestEvent, foreign::Format, path::PackPath, url::PackUrl},
};

use super::{
    books::{self, Books},
    error::{ErrorKind, OpError},
    run,
    sync::{self, SyncReport, SyncRequest},
    typed::usage,
};
use plan::{Plan, Rules};
use source::Gathered;

pub use report::{
    FailedEntry, FoldedLines, ImportChange, ImportReport, ImportedPack, LeftBehind, SkippedEntry,
};

/// What to import, and how.
#[derive(Debug, Clone, Default)]
pub struct ImportRequest {
    /// The file of another tool, absolute.
    pub file: Option<PathBuf>,
    /// Its format; `None`: as the file shows.
    pub format: Option<Format>,
    /// The groups that are asked for beside the usual ones, as `NAME`, `+NAME` or `-NAME`, for formats
    /// that have groups.
    pub groups: Vec<String>,
    /// What relative URLs in the file are resolved against, for formats that have them; `None`: the
    /// origin of the repository that the file lies in.
    pub base_url: Option<PackUrl>,
    /// Also register repositories that lie in the workspace and that nothing declares.
    pub scan: bool,
    /// How many directories deep to scan; `None`: all the way.
    pub depth: Option<usize>,
    /// The type of packs that do not say it themselves; `None`: `meta`.
    pub default_type: Option<String>,
    /// Fold the blocks that another program keeps in `.gitignore`, one a pack, into the one block.
    pub migrate_gitignore: bool,
    /// Give packs that are registered already the URL and the ref of the file.
    pub force: bool,
    /// Bring in what was registered.
    pub sync: bool,
}

impl ImportRequest {
    /// Checks that its parts go together.
    ///
    /// # Errors
    /// Fails when there is nothing to import, and for words that say nothing then.
    pub fn check(&self) -> Result<(), OpError> {
        if self.file.is_none() && !self.scan && !self.migrate_gitignore {
            return Err(usage("there is nothing to import")
                .with_hint("name a file, or give --scan for what lies in the workspace"));
        }
        let is_about_a_file =
            self.format.is_some() || !self.groups.is_empty() || self.base_url.is_some();
        if self.file.is_none() && is_about_a_file {
            return Err(usage(
                "--format, --group and --base-url are about a file, and none is named",
            ));
        }
        if let Some(url) = self.base_url.as_ref().filter(|url| url.is_relative()) {
            return Err(usage(format!(
                "--base-url `{url}` is relative itself: give the whole URL or path"
            )));
        }
        if self.depth.is_some() && !self.scan {
            return Err(usage("--depth goes with --scan"));
        }
        Ok(())
    }
}

/// Registers what the request is about; with `dry_run`, says what that would be.
///
/// # Errors
/// Fails when a file cannot be read or is of no known format, and when the books cannot be read or
/// written; nothing is registered then. An entry that cannot be used is in the report.
pub async fn import(
    session: &Arc<Session>,
    request: ImportRequest,
) -> Result<ImportReport, OpError> {
    request.check()?;
    check_type(session, request.default_type.as_deref())?;
    if session.settings.dry_run {
        let (_, gathered, plan) = look(session, &request).await?;
        let folded = if request.migrate_gitignore {
            ignore::foreseen(session, &books::read(session)?, &plan)?
        } else {
            Vec::new()
        };
        return Ok(report::report(session, gathered, plan, folded));
    }
    run::holding_workspace(session, "import", carry_out(session, request)).await
}

async fn carry_out(
    session: &Arc<Session>,
    request: ImportRequest,
) -> Result<ImportReport, OpError> {
    let (books, gathered, plan) = look(session, &request).await?;
    register(session, &books, &plan).await?;
    let folded = if request.migrate_gitignore {
        ignore::fold(session)?
    } else {
        Vec::new()
    };
    let named: HashSet<PackPath> = plan.named().cloned().collect();
    let report = report::report(session, gathered, plan, folded);
    if !request.sync || named.is_empty() {
        return Ok(report);
    }
    let synced = synchronise(session, named).await?;
    Ok(ImportReport {
        cancelled: session.cancel.is_stopped(),
        synced: Some(synced.packs),
        ..report
    })
}

async fn look(
    session: &Arc<Session>,
    request: &ImportRequest,
) -> Result<(Books, Gathered, Plan), OpError> {
    let books = books::read(session)?;
    let mut gathered = source::gather(session, request, &books).await?;
    let rules = Rules {
        force: request.force,
        default_type: request.default_type.as_deref().unwrap_or("meta"),
    };
    let repositories = std::mem::take(&mut gathered.found.repositories);
    let plan = plan::plan(session, &books, repositories, &rules);
    Ok((books, gathered, plan))
}

/// Hides what is new from the workspace's repository, then writes it into the manifest, by one
/// append.
async fn register(session: &Session, books: &Books, plan: &Plan) -> Result<(), OpError> {
    if plan.changes.is_empty() {
        return Ok(());
    }
    let new = plan.changes.iter().map(|change| &change.declaration.path);
    books::hide_packs(session, books::places(&books.roots).chain(new))?;
    let now = session.clock.now_text();
    let events: Vec<ManifestEvent<'_>> = plan
        .changes
        .iter()
        .map(|change| change.event(&now))
        .collect();
    books::append(session, "import", &events).await
}

/// Brings in what the file names and is registered now.
async fn synchronise(
    session: &Arc<Session>,
    named: HashSet<PackPath>,
) -> Result<SyncReport, OpError> {
    let manifest = books::read_files(session)?.0;
    let is_everything = manifest
        .packs
        .values()
        .all(|declaration| named.contains(&declaration.path));
    let mut within: Vec<PackPath> = named.into_iter().collect();
    within.sort();
    let selection = if is_everything {
        Selection::default()
    } else {
        Selection {
            within,
            ..Selection::default()
        }
    };
    let request = SyncRequest {
        selection,
        ..SyncRequest::default()
    };
    let outcomes = sync::synchronise(session, request, "import").await?;
    Ok(SyncReport::of(outcomes))
}

fn check_type(session: &Session, name: Option<&str>) -> Result<(), OpError> {
    let Some(name) = name else { return Ok(()) };
    session.vocabulary.check_pack_type(name).map_err(|hint| {
        let message = format!("there is no pack type `{name}`");
        OpError::new(ErrorKind::UnknownName, message).with_hint(hint)
    })
}
