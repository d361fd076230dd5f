//! A workspace as all checks see it: read once, changed by nothing here.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::Arc,
};

use crate::{
    engine::{
        install::survey::{self, Survey},
        node::{Found, Node},
        outcome::{PackFailure, PackOutcome},
        session::Session,
        tree,
    },
    git::{program::ProgramError, version::GitVersion},
    model::{
        lock::{LockWarning, Lockfile},
        manifest::Manifest,
        path::PackPath,
    },
    ops::{
        error::OpError,
        install::Known,
        status::{self, Install},
    },
    store::{
        StoreError,
        journal::Journal,
        lockfile,
        manifest::{self, Inspection},
        undo::{self, Installed, UndoError},
    },
    sys::lock,
};

use super::repositories::{self, Seen};

/// Everything that the checks go by.
pub(super) struct Observed {
    pub(super) session: Arc<Session>,
    /// Another grex is at work: what it has not finished is no leftover.
    pub(super) is_busy: bool,
    pub(super) git: Result<GitFacts, ProgramError>,
    pub(super) manifest: Result<Inspection, StoreError>,
    /// Lines that were moved out of the manifest lie beside it: it may declare less than it should.
    pub(super) has_rejected: bool,
    pub(super) lockfile: Result<LockfileFacts, StoreError>,
    /// `None` while the manifest cannot be trusted.
    pub(super) declared: Option<Declared>,
    pub(super) journal: Result<Journal, StoreError>,
    pub(super) records: Vec<Result<Installed, UndoError>>,
}

/// The git that is run.
pub(super) struct GitFacts {
    pub(super) version: GitVersion,
    pub(super) path: PathBuf,
    /// Why it cannot read its own settings.
    pub(super) trouble: Option<String>,
}

/// A lockfile.
pub(super) struct LockfileFacts {
    /// As it lies there; `None` where there is none.
    pub(super) bytes: Option<Vec<u8>>,
    pub(super) known: Lockfile,
    pub(super) warnings: Vec<LockWarning>,
}

/// What is declared, and what of it is there.
pub(super) struct Declared {
    /// The packs that have no parent among the packs.
    pub(super) roots: Vec<Found>,
    /// The packs that can be looked at.
    pub(super) nodes: Vec<Node>,
    /// Everything that is declared, by id.
    ids: HashSet<String>,
    /// Those of [`Self::troubles`].
    troubled: HashSet<PackPath>,
    /// The packs that each pack declares.
    children: HashMap<PackPath, Vec<PackPath>>,
    /// Packs that cannot be used, with the reason.
    pub(super) troubles: Vec<PackOutcome>,
    /// Why the workspace's own pack.yaml cannot be used: what it declares is not known then.
    pub(super) own_trouble: Option<PackFailure>,
    /// What the packs on disk declare.
    pub(super) survey: Survey,
    /// Packs whose actions cannot be judged, with the reason.
    pub(super) unjudged: Vec<(String, PackFailure)>,
    /// Packs of which something was changed on the machine since it was installed.
    pub(super) drifted: Vec<String>,
    /// What was seen of the repositories on disk.
    pub(super) repositories: HashMap<PackPath, Seen>,
}

impl Observed {
    /// Looks at everything. No network is used. `holds` says that this run holds the workspace.
    ///
    /// # Errors
    /// The run was cancelled.
    pub(super) async fn of(session: &Arc<Session>, holds: bool) -> Result<Self, OpError> {
        let workspace = &session.workspace;
        let manifest = manifest::inspect(workspace);
        let lockfile = read_lockfile(session);
        let seal = session.seal();
        let records = undo::all(workspace, &seal);
        let declared = match &manifest {
            Ok(Inspection {
                manifest: Some(manifest),
                ..
            }) => {
                let known = lockfile.as_ref().map(|facts| facts.known.clone());
                let known = known.unwrap_or_default();
                Some(Declared::of(session, manifest, &known, &records).await?)
            }
            _ => None,
        };
        Ok(Self {
            session: Arc::clone(session),
            is_busy: !holds && is_busy(session),
            git: ask_git(session).await,
            manifest,
            has_rejected: workspace
                .rejected()
                .metadata()
                .is_ok_and(|metadata| metadata.len() > 0),
            lockfile,
            declared,
            journal: Journal::open(workspace, &seal),
            records,
        })
    }
}

fn read_lockfile(session: &Session) -> Result<LockfileFacts, StoreError> {
    let bytes = lockfile::read_bytes(&session.workspace)?;
    let (known, warnings) = Lockfile::parse(bytes.as_deref().unwrap_or_default());
    Ok(LockfileFacts {
        bytes,
        known,
        warnings,
    })
}

fn is_busy(session: &Session) -> bool {
    let Ok(Some(holder)) = lock::look(&session.workspace.workspace_lock()) else {
        return false;
    };
    let holder = holder.map_or_else(|| String::from("another grex"), |holder| holder.to_string());
    session.warn(&format!(
        "{holder} is at work here: what it has not finished yet is not looked at"
    ));
    true
}

async fn ask_git(session: &Session) -> Result<GitFacts, ProgramError> {
    let program = session.git_program().await?;
    let git = session.git().await?;
    // Whatever the question, git reads all its settings first.
    let asked = git
        .clone_setup(session.workspace.root(), &session.cancel)
        .await;
    Ok(GitFacts {
        version: *program.version(),
        path: program.path().to_owned(),
        trouble: asked.err().map(|error| error.to_string()),
    })
}

impl Declared {
    async fn of(
        session: &Arc<Session>,
        manifest: &Manifest,
        lockfile: &Lockfile,
        records: &[Result<Installed, UndoError>],
    ) -> Result<Self, OpError> {
        let (roots, own_trouble) =
            match tree::roots(&session.workspace, &session.vocabulary, manifest) {
                Ok(roots) => (roots, None),
                Err(failure) => (registered(session, manifest), Some(failure)),
            };
        let (mut nodes, mut troubles) = (Vec::new(), Vec::new());
        for found in tree::on_disk(session, roots.clone()) {
            match found {
                Ok(node) => nodes.push(node),
                Err(outcome) => troubles.push(*outcome),
            }
        }
        let known = Known::of(session, &session.seal(), lockfile, records);
        let installs = status::installed(session, roots.clone(), lockfile, &known).await;
        let is_drifted = |install| install == Install::Drifted;
        let drifted = installs.states.iter();
        let drifted = drifted
            .filter(|(id, state)| is_drifted(state.install) && known.record(id).is_ok())
            .map(|(id, _)| id.clone());
        let ids = nodes.iter().map(|node| &node.path);
        let ids = ids.chain(troubles.iter().map(|outcome| &outcome.path));
        Ok(Self {
            drifted: drifted.collect(),
            unjudged: installs.troubles,
            survey: survey::survey(session, roots.clone()).unwrap_or_default(),
            repositories: repositories::look_at_all(session, &nodes).await?,
            ids: ids.map(PackPath::to_string).collect(),
            children: by_owner(&nodes),
            troubled: troubles
                .iter()
                .map(|outcome| outcome.path.clone())
                .collect(),
            roots,
            nodes,
            troubles,
            own_trouble,
        })
    }

    /// The packs that the pack at `owner` declares.
    pub(super) fn children(&self, owner: &PackPath) -> impl Iterator<Item = &PackPath> + Clone {
        self.children.get(owner).into_iter().flatten()
    }

    /// Says whether the pack `id` is declared, usable or not.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Says whether the pack at `path` cannot be used.
    pub(super) fn is_trouble(&self, path: &PackPath) -> bool {
        self.troubled.contains(path)
    }
}

/// The packs that have an owner among the packs, by that.
fn by_owner(nodes: &[Node]) -> HashMap<PackPath, Vec<PackPath>> {
    let mut children: HashMap<PackPath, Vec<PackPath>> = HashMap::new();
    for node in nodes {
        if let Some(owner) = node.parent.as_ref().and_then(|parent| parent.path()) {
            let of_owner = children.entry(owner.clone()).or_default();
            of_owner.push(node.path.clone());
        }
    }
    children
}

/// The packs that the manifest registers, where what the workspace's own pack declares is not known.
fn registered(session: &Session, manifest: &Manifest) -> Vec<Found> {
    let root = tree::root_of(&session.workspace);
    let declarations = manifest.packs.values();
    declarations
        .map(|declaration| root.registered(declaration))
        .collect()
}
