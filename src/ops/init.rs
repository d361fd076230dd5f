//! `init`: make a workspace, or complete one; or clone one and bring its packs in.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    engine::{
        session::Session,
        terminal::{self, Held},
    },
    git::{
        clone::{CloneHead, CloneRequest, CloneSetup},
        failure::FailureClass,
        run::{Git, GitError, Watch},
    },
    model::{reference::RefName, shell, url::PackUrl},
    store::{
        blocks,
        layout::{MANIFEST_NAME, Workspace},
        manifest, older,
    },
    sys::fs,
};

use super::{
    books,
    error::{ErrorKind, OpError},
    install::TrustPolicy,
    present, run,
    update::{UpdateReport, UpdateRequest, UpdatedPack, update},
};

/// What merges line by line: two branches that both append to the books have no conflict.
pub(super) const ATTRIBUTES: [&str; 2] = ["grex.jsonl merge=union", "grex.lock.jsonl merge=union"];

/// What was made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InitReport {
    /// The workspace.
    #[serde(serialize_with = "present::path")]
    #[schemars(with = "String")]
    pub workspace: PathBuf,
    /// The files that were made or completed, relative to it.
    pub created: Vec<String>,
    /// The log of the older tool that the manifest was made from, relative to the workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_over: Option<&'static str>,
    /// The packs that were brought in.
    pub cloned: Vec<String>,
    /// What became of each pack, when a workspace was cloned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub packs: Vec<UpdatedPack>,
    /// The run was cancelled before everything was done.
    #[serde(skip)]
    pub cancelled: bool,
}

impl InitReport {
    /// The exit code: 4 or 8 when a pack failed.
    pub fn exit_code(&self) -> u8 {
        if self.cancelled {
            return ErrorKind::Cancelled.exit_code();
        }
        let failures = self.packs.iter().filter_map(|pack| pack.failure.as_ref());
        super::sync::exit_code_of(failures.map(|report| Some(&report.failure)))
    }
}

/// Makes or completes the session's workspace. Nothing that is there is changed, but for the
/// managed blocks; with `dry_run`, nothing at all.
///
/// # Errors
/// Fails when a file cannot be written, and when a block that is there is damaged.
pub async fn init(session: &Arc<Session>) -> Result<InitReport, OpError> {
    let workspace = &session.workspace;
    refuse_bare(workspace.root())?;
    if session.settings.dry_run {
        let older_log = to_take_over(workspace);
        older_log.as_deref().map(older::read).transpose()?;
        let taken_over = older_log.map(|_| older::EVENT_LOG);
        return Ok(InitReport {
            taken_over,
            ..report(workspace, missing(workspace), Vec::new())
        });
    }
    fs::create_dir_all(workspace.root())?;
    run::holding_workspace(session, "init", async { complete(session) }).await
}

/// Refuses to put files among those of a repository without a work tree.
fn refuse_bare(root: &Path) -> Result<(), OpError> {
    let is_bare = root.join("HEAD").is_file()
        && ["objects", "refs"]
            .iter()
            .all(|name| root.join(name).is_dir());
    if !is_bare {
        return Ok(());
    }
    let place = root.display().to_string();
    let error = OpError::new(
        ErrorKind::Usage,
        format!("{place} is a bare git repository, which has no work tree to make a workspace of"),
    );
    let clone = format!(
        "`grex init --from {}` clones a workspace from it",
        shell::quote(&place)
    );
    Err(error.with_hint(clone))
}

fn complete(session: &Session) -> Result<InitReport, OpError> {
    let workspace = &session.workspace;
    let mut created = missing(workspace);
    let older_log = to_take_over(workspace);
    if let Some(log) = &older_log {
        manifest::create_from(workspace, &older::read(log)?)?;
    }
    for file in [workspace.manifest().to_owned(), workspace.lockfile()] {
        if !file.exists() {
            fs::replace_recoverably(&file, b"", fs::SHARED_MODE)?;
        }
    }
    let books = books::read(session)?;
    let blocks = [
        (
            ".gitignore",
            books::hide_packs(session, books::places(&books.roots))?,
        ),
        (
            ".gitattributes",
            blocks::ensure(
                &workspace.gitattributes(),
                None,
                &ATTRIBUTES.map(String::from),
            )?,
        ),
    ];
    for (name, changed) in blocks {
        if changed && !created.iter().any(|made| made == name) {
            created.push(name.to_owned());
        }
    }
    Ok(InitReport {
        taken_over: older_log.map(|_| older::EVENT_LOG),
        ..report(workspace, created, Vec::new())
    })
}

/// The log of the older tool that the manifest is to be made from, where there is one and no
/// manifest yet.
fn to_take_over(workspace: &Workspace) -> Option<PathBuf> {
    let is_usual = workspace.manifest() == workspace.root().join(MANIFEST_NAME);
    let is_new = is_usual && !workspace.manifest().exists();
    is_new.then(|| older::event_log(workspace.root())).flatten()
}

fn missing(workspace: &Workspace) -> Vec<String> {
    [
        workspace.manifest().to_owned(),
        workspace.lockfile(),
        workspace.gitignore(),
        workspace.gitattributes(),
    ]
    .iter()
    .filter(|file| !file.exists())
    .filter_map(|file| {
        file.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    })
    .collect()
}

fn report(workspace: &Workspace, created: Vec<String>, packs: Vec<UpdatedPack>) -> InitReport {
    let cloned = packs
        .iter()
        .filter(|pack| pack.change == crate::engine::outcome::Change::Cloned)
        .map(|pack| pack.id.clone())
        .collect();
    InitReport {
        workspace: workspace.root().to_owned(),
        created,
        taken_over: None,
        cloned,
        packs,
        cancelled: false,
    }
}

/// Where a workspace comes from.
#[derive(Debug)]
pub struct InitFromRequest {
    /// The workspace's repository.
    pub url: PackUrl,
    /// The branch or tag to check out.
    pub reference: Option<RefName>,
    /// The directory that relative paths start from, absolute.
    pub directory: PathBuf,
    /// Who approves what its packs would run.
    pub trust: TrustPolicy,
}

/// Clones a workspace to where the session's is to be, completes it and brings its packs in.
///
/// # Errors
/// Fails when there is something in its place already, when the clone fails, and when the clone
/// is no workspace; nothing is left behind then.
pub async fn init_from(
    session: &Arc<Session>,
    request: InitFromRequest,
) -> Result<InitReport, OpError> {
    let root = session.workspace.root();
    if !fs::is_vacant(root) {
        return Err(OpError::new(ErrorKind::Usage, format!("{} is there already and is not empty", root.display()))
            .with_hint("choose another directory; in a workspace that is there, run `git pull` and `grex sync`"));
    }
    let url = books::typed_url(&request.url, &request.directory)?;
    let fetcher = session.registry.fetcher_of(&url);
    fetcher.map_err(|error| OpError::new(ErrorKind::Usage, error.to_string()))?;
    if !session.registry.is_git(&url) {
        let message = format!("{url} is no git repository, and a workspace is cloned from one");
        return Err(OpError::new(ErrorKind::Usage, message));
    }
    if session.settings.dry_run {
        return Ok(report(
            &session.workspace,
            vec![String::from(".")],
            Vec::new(),
        ));
    }
    clone_workspace(session, &url, request.reference.as_ref()).await?;
    let completed = init(session).await?;
    session.remember_git();
    let request = UpdateRequest {
        trust: request.trust,
        ..UpdateRequest::default()
    };
    let UpdateReport { packs, cancelled } = update(session, request).await?;
    Ok(InitReport {
        cancelled,
        taken_over: completed.taken_over,
        ..report(&session.workspace, completed.created, packs)
    })
}

async fn clone_workspace(
    session: &Arc<Session>,
    url: &PackUrl,
    reference: Option<&RefName>,
) -> Result<(), OpError> {
    let root = session.workspace.root();
    let parent = root.parent().unwrap_or(root);
    let made = fs::create_dir_all(parent)?;
    let name = root.file_name().unwrap_or_default().to_string_lossy();
    let temporary = parent.join(format!(".grex-tmp.{name}.{:x}", std::process::id()));
    let result = clone_into(session, url, reference, &temporary).await;
    let placed = match result {
        Ok(()) => {
            // An empty directory is as good as none.
            fs::remove_empty(&[root.to_owned()]);
            fs::rename_noreplace(&temporary, root).map_err(OpError::from)
        }
        Err(error) => Err(error),
    };
    if placed.is_err() {
        drop(fs::remove_tree(&temporary));
        fs::remove_empty(&made);
    }
    placed
}

/// Clones; once more with the terminal where that failed for lack of authentication, and somebody
/// can be asked.
async fn clone_asking(
    session: &Session,
    git: &Git,
    request: &CloneRequest<'_>,
    setup: &CloneSetup,
) -> Result<(), GitError> {
    let mut watch = Watch {
        stall: session.settings.stall_timeout,
        ..Watch::quiet(&session.cancel)
    };
    let result = git.clone_repository(request, setup, &mut watch).await;
    let (Err(error), Some(person)) = (&result, session.who_can_be_asked()) else {
        return result;
    };
    if error.class() != FailureClass::Auth {
        return result;
    }
    let _held = Held::take(person, request.url);
    let mut watch = Watch {
        on_line: Box::new(|line| terminal::show(person, &line)),
        ..Watch::quiet(&session.cancel)
    };
    let git = git.interactive();
    git.clone_repository(request, setup, &mut watch).await
}

async fn clone_into(
    session: &Arc<Session>,
    url: &PackUrl,
    reference: Option<&RefName>,
    temporary: &Path,
) -> Result<(), OpError> {
    let git = session.git().await?;
    let neutral = temporary.parent().unwrap_or(temporary);
    let setup = git.clone_setup(neutral, &session.cancel).await?;
    let name = reference.map(|reference| reference.short_name());
    let request = CloneRequest {
        url: url.as_str(),
        is_local: url.is_local(),
        from_user: true,
        target: temporary,
        head: name.map_or(CloneHead::Default, CloneHead::Named),
        checkout: true,
    };
    let result = clone_asking(session, git, &request, &setup).await;
    result.map_err(|error| match error {
        GitError::Failed(failure) => OpError::new(
            ErrorKind::Pack,
            format!("cannot clone {url}: {}", failure.essence),
        )
        .with_hint(format!(
            "`git ls-remote {}` shows whether git can reach it",
            shell::quote(url.as_str())
        )),
        error => error.into(),
    })?;
    if temporary.join(MANIFEST_NAME).is_file() || older::event_log(temporary).is_some() {
        return Ok(());
    }
    Err(OpError::new(
        ErrorKind::Usage,
        format!("{url} is no workspace: it has no grex.jsonl"),
    )
    .with_hint(format!(
        "to make it a pack of a workspace, use `grex add {url}`"
    )))
}
