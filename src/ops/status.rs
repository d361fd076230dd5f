//! `status`: manifest, lockfile and disk side by side. One git process a pack.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde::Serialize;
use tokio::task::JoinSet;

use crate::{
    engine::{
        event::Event,
        node::Node,
        outcome::{PackFailure, PackOutcome},
        scheduler::Limits,
        select::{Selection, SelfDescription, is_in},
        session::Session,
        tree,
    },
    git::{
        checkout::{self, NotARepository},
        failure::FailureClass,
        repository::{FetchRequest, Untracked},
        run::{Git, Watch},
        status::StatusReport,
    },
    model::{
        filter::{PackFacts, PackState, Question},
        lock::LockEntry,
        path::PackPath,
    },
    store::pack_file,
    sys::{clock, lock},
};

use super::{
    books::{self, Books},
    error::OpError,
    present::FailureReport,
    sync::no_match,
};

/// What to look at.
#[derive(Debug, Default)]
pub struct StatusRequest {
    /// Which packs.
    pub selection: Selection,
    /// A pack that was synchronised longer ago than this is stale.
    pub stale_after: Option<Duration>,
    /// Fetch first, so that ahead and behind speak of now.
    pub fetch: bool,
}

/// How a pack differs from what is declared and recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Drift {
    /// It does not.
    Clean,
    /// It has changes that are not committed.
    Dirty,
    /// It is declared and not there.
    Missing,
    /// It is there and nothing declares it.
    Untracked,
    /// It is at another commit than recorded, or was synchronised too long ago.
    Stale,
}

/// What of a pack is installed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Install {
    /// Something could be, and is not.
    NotInstalled,
    /// There is nothing to install.
    None,
}

/// One pack's status.
#[derive(Debug, Clone, Serialize)]
pub struct PackStatus {
    /// The pack.
    pub id: String,
    /// Whether a repository is in its place.
    pub on_disk: bool,
    /// Whether the commit is the lockfile's.
    pub sha_match: bool,
    /// Whether what is installed is what the pack now asks for.
    pub actions_hash_match: bool,
    /// How it differs.
    pub drift: Drift,
    /// The branch that is checked out; null when detached.
    pub branch: Option<String>,
    /// The commit that is checked out; `""`: none.
    pub sha: String,
    /// Commits that the upstream has not; null without an upstream.
    pub ahead: Option<u64>,
    /// Commits that only the upstream has; null without an upstream.
    pub behind: Option<u64>,
    /// Files with staged changes.
    pub staged: u64,
    /// Files with changes that are not staged.
    pub unstaged: u64,
    /// Files that git does not know.
    pub untracked: u64,
    /// Files with conflicts.
    pub conflicts: u64,
    /// What is installed.
    pub install: Install,
    /// Why the pack could not be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureReport>,
}

impl PackStatus {
    fn absent(id: &str, drift: Drift) -> Self {
        Self {
            id: id.to_owned(),
            on_disk: false,
            sha_match: false,
            actions_hash_match: false,
            drift,
            branch: None,
            sha: String::new(),
            ahead: None,
            behind: None,
            staged: 0,
            unstaged: 0,
            untracked: 0,
            conflicts: 0,
            install: Install::None,
            failure: None,
        }
    }
}

/// The packs' status, sorted by id.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct StatusView {
    /// One for each pack.
    pub packs: Vec<PackStatus>,
}

impl StatusView {
    /// Says whether anything differs from what is declared and recorded.
    pub fn has_drift(&self) -> bool {
        self.packs.iter().any(|pack| pack.drift != Drift::Clean)
    }

    /// The packs that could not be looked at.
    pub fn failed(&self) -> impl Iterator<Item = &PackStatus> {
        self.packs.iter().filter(|pack| pack.failure.is_some())
    }
}

/// Everything that looking at one pack needs.
struct Look {
    session: Arc<Session>,
    git: Git,
    known: Option<LockEntry>,
    stale_after: Option<Duration>,
    fetch: bool,
    /// A pack.yaml or a declaration that cannot be used.
    trouble: Option<PackFailure>,
}

/// Looks at every pack that is declared, and for repositories that nothing declares.
///
/// # Errors
/// Fails when the books cannot be read, there is no git, or a filter matches nothing.
pub async fn status(session: &Arc<Session>, request: StatusRequest) -> Result<StatusView, OpError> {
    let Books {
        lockfile, roots, ..
    } = books::read(session)?;
    let mut nodes = Vec::new();
    let mut troubles: HashMap<PackPath, Box<PackOutcome>> = HashMap::new();
    for found in tree::on_disk(session, roots) {
        match found {
            Ok(node) => nodes.push(node),
            Err(outcome) => drop(troubles.insert(outcome.path.clone(), outcome)),
        }
    }
    let undeclared = undeclared(session, &nodes);
    let ids: Vec<String> = nodes.iter().map(|node| node.path.to_string()).collect();
    let mut packs = if nodes.is_empty() {
        Vec::new()
    } else {
        let looks = nodes.into_iter().map(|node| {
            let trouble = troubles
                .remove(&node.path)
                .and_then(|outcome| outcome.failure);
            let known = lockfile.get(node.path.as_str()).cloned();
            (node, known, trouble)
        });
        look_at_all(session, &request, looks.collect()).await?
    };
    packs.extend(troubles.into_values().map(|outcome| PackStatus {
        failure: outcome.failure.map(FailureReport::from),
        ..PackStatus::absent(outcome.path.as_str(), Drift::Missing)
    }));
    if request.selection.is_everything() {
        packs.extend(undeclared.into_iter().map(|path| PackStatus {
            on_disk: true,
            ..PackStatus::absent(&path, Drift::Untracked)
        }));
    } else if packs.is_empty() {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        return Err(no_match(&request.selection.wanted_texts(), &ids));
    }
    packs.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(StatusView { packs })
}

async fn look_at_all(
    session: &Arc<Session>,
    request: &StatusRequest,
    nodes: Vec<(Node, Option<LockEntry>, Option<PackFailure>)>,
) -> Result<Vec<PackStatus>, OpError> {
    let git = session.git().await?.clone();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let limits = Limits::new(
        session.settings.parallel,
        processors,
        session.settings.per_host,
    );
    let at_once = if request.fetch {
        limits.total
    } else {
        limits.local
    };
    session.observer.observe(Event::Known(nodes.len()));
    let mut packs = Vec::new();
    let mut waiting = nodes.into_iter();
    let mut at_work = JoinSet::new();
    loop {
        while at_work.len() < at_once {
            let Some((node, known, trouble)) = waiting.next() else {
                break;
            };
            let look = Look {
                session: Arc::clone(session),
                git: git.clone(),
                known,
                stale_after: request.stale_after,
                fetch: request.fetch,
                trouble,
            };
            let selection = request.selection.clone();
            at_work.spawn(async move { look.at(&node, &selection).await });
        }
        match at_work.join_next().await {
            None => return Ok(packs),
            Some(Ok(result)) => packs.extend(result?),
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

impl Look {
    async fn at(self, node: &Node, selection: &Selection) -> Result<Option<PackStatus>, OpError> {
        if !selection.names(node) {
            return Ok(None);
        }
        let root = match self.session.workspace.pack_root(&node.path) {
            Ok(root) => root,
            Err(error) => {
                let failure = PackFailure::new(FailureClass::Other, error.to_string());
                return Ok(Some(failed(node, Drift::Missing, failure)));
            }
        };
        let status = match checkout::own_git_dir(&root) {
            Ok(_) => self.ask(node, &root).await,
            Err(NotARepository::Missing { .. }) if is_vacant(&root) => {
                let pack = PackStatus::absent(node.path.as_str(), Drift::Missing);
                let selected = self.selects(selection, node, &root, None).await?;
                return Ok(selected.then_some(pack));
            }
            Err(error) => Err(PackFailure::new(FailureClass::Other, error.to_string())
                .with_hint("`grex sync --force` moves it to the trash and clones it again")),
        };
        if self.session.cancel.is_stopped() {
            return Err(super::run::cancelled(&[]));
        }
        match status {
            Ok(status) => {
                let selected = self.selects(selection, node, &root, Some(&status)).await?;
                Ok(selected.then(|| self.describe(node, &root, status)))
            }
            Err(failure) => Ok(Some(failed(node, Drift::Missing, failure))),
        }
    }

    async fn ask(&self, node: &Node, root: &Path) -> Result<StatusReport, PackFailure> {
        let repository = self.git.repository(root);
        if self.fetch {
            let request = FetchRequest {
                remote: "origin",
                refspecs: &[],
                is_local: node.url.is_local(),
                from_user: node.from_user,
            };
            let mut watch = Watch {
                stall: self.session.settings.stall_timeout,
                ..Watch::quiet(&self.session.cancel)
            };
            repository.fetch(&request, &mut watch).await?;
        }
        Ok(repository
            .status(Untracked::Usual, &self.session.cancel)
            .await?)
    }

    /// Decides about a pack with the status that was asked for anyway; git is asked again only
    /// for what it does not tell.
    async fn selects(
        &self,
        selection: &Selection,
        node: &Node,
        root: &Path,
        status: Option<&StatusReport>,
    ) -> Result<bool, OpError> {
        if selection.filters.is_empty() {
            return Ok(true);
        }
        let description = SelfDescription::read(&self.session, node, root);
        let facts = PackFacts {
            name: Some(&description.name),
            path: node.path.as_str(),
            pack_type: Some(&description.pack_type),
            depth: node.depth,
            url: Some(node.url.as_str()),
        };
        let answered = selection
            .filters
            .decide(&facts, &|question| match (question, status) {
                (Question::State(PackState::Missing), status) => Some(status.is_none()),
                (Question::State(state), Some(status)) => Some(is_in(*state, status)),
                (_, None) => Some(false),
                (Question::ChangedSince(_), Some(_)) => None,
            });
        match answered {
            Some(answer) => Ok(answer),
            None => Ok(selection
                .selects(&self.session, &self.git, node, root)
                .await?),
        }
    }

    fn describe(&self, node: &Node, root: &Path, status: StatusReport) -> PackStatus {
        let sha = status
            .head
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let sha_match = self.known.as_ref().is_some_and(|known| known.sha == sha);
        let changed = status.staged + status.unstaged + status.untracked + status.conflicts > 0;
        let drift = match (changed, sha_match && !self.is_stale(root)) {
            (true, _) => Drift::Dirty,
            (false, true) => Drift::Clean,
            (false, false) => Drift::Stale,
        };
        let install = self.install(root);
        PackStatus {
            id: node.path.to_string(),
            on_disk: true,
            sha_match,
            actions_hash_match: install == Install::None,
            drift,
            branch: status.branch,
            sha,
            ahead: status.ahead,
            behind: status.behind,
            staged: status.staged,
            unstaged: status.unstaged,
            untracked: status.untracked,
            conflicts: status.conflicts,
            install,
            failure: self.trouble.clone().map(FailureReport::from),
        }
    }

    /// The pack's lock names the run that was at work on it last, and when.
    fn is_stale(&self, root: &Path) -> bool {
        let Some(limit) = self.stale_after else {
            return false;
        };
        let last = lock::last_holder(&root.join(".git/.grex-lock")).map(|holder| holder.started);
        let age = last.and_then(|started| clock::elapsed_since(&started, self.session.clock.now()));
        age.is_none_or(|age| age > limit)
    }

    fn install(&self, root: &Path) -> Install {
        match pack_file::read(root, &self.session.vocabulary) {
            Ok(Some(spec)) if !spec.actions.is_empty() || root.join(".grex/hooks").is_dir() => {
                Install::NotInstalled
            }
            _ => Install::None,
        }
    }
}

fn is_vacant(root: &Path) -> bool {
    match std::fs::read_dir(root) {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => root.symlink_metadata().is_err(),
    }
}

fn failed(node: &Node, drift: Drift, failure: PackFailure) -> PackStatus {
    PackStatus {
        failure: Some(FailureReport::from(failure)),
        ..PackStatus::absent(node.path.as_str(), drift)
    }
}

/// Repositories in the workspace that nothing declares. The inside of packs is theirs, and
/// directories that begin with a dot are nobody's business here.
fn undeclared(session: &Session, nodes: &[Node]) -> Vec<String> {
    let declared: HashSet<PathBuf> = nodes
        .iter()
        .map(|node| session.workspace.root().join(node.path.as_str()))
        .collect();
    let mut found = Vec::new();
    let mut open = vec![session.workspace.root().to_owned()];
    while let Some(directory) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&directory) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if hidden
                || !entry.file_type().is_ok_and(|kind| kind.is_dir())
                || declared.contains(&path)
            {
                continue;
            }
            if path.join(".git").exists() {
                let inside = path.strip_prefix(session.workspace.root()).unwrap_or(&path);
                found.push(
                    inside
                        .to_string_lossy()
                        .replace(std::path::MAIN_SEPARATOR, "/"),
                );
            } else {
                open.push(path);
            }
        }
    }
    found
}
