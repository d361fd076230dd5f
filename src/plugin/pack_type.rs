//! Pack types: what it means to install a pack, to update it, and to take it back.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{change::Change, error::PackError, scene::Scene};
use crate::model::{action::ActionEntry, pack::PackSpec, surface::Surface};

/// A type of packs. The packs' commits, and the order between packs (children first), are not its
/// business.
///
/// With [`Scene::dry_run`] nothing may be changed or run, and the report says what would be.
#[async_trait]
pub trait PackTypePlugin: Send + Sync {
    /// Its name in pack.yaml.
    fn name(&self) -> &str;

    /// What an install would run: its hash says whether that has changed, and approval is for
    /// exactly this. What runs later is taken from here and not read again.
    ///
    /// # Errors
    /// What the pack brings cannot be used.
    fn surface(&self, pack: &Pack) -> Result<Surface, PackError>;

    /// Installs the pack, whose children are installed.
    ///
    /// # Errors
    /// What was done is taken back.
    async fn install(&self, cx: &PackCx<'_>, pack: &Pack) -> Result<PackReport, PackError>;

    /// Installs the pack again: its commit or its surface has changed.
    ///
    /// # Errors
    /// What was done is taken back.
    async fn update(&self, cx: &PackCx<'_>, pack: &Pack) -> Result<PackReport, PackError>;

    /// Takes back what was installed; the pack's children come after it. [`PackCx::surface`] is
    /// what was installed, which the pack on disk may not be any more.
    ///
    /// # Errors
    /// Something stays.
    async fn teardown(&self, cx: &PackCx<'_>, pack: &Pack) -> Result<PackReport, PackError>;

    /// Does what is to be done after every synchronisation, if anything.
    ///
    /// # Errors
    /// It failed; the commits stay where they are.
    async fn sync(&self, cx: &PackCx<'_>, pack: &Pack) -> Result<PackReport, PackError>;
}

/// A pack as its type sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pack {
    /// Its id: its path in the workspace, or `.`.
    pub id: String,
    /// Its directory, absolute.
    pub root: std::path::PathBuf,
    /// What it declares, the platform's override merged in.
    pub spec: PackSpec,
    /// Its children, in order.
    pub children: Vec<PackChild>,
}

/// A child of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackChild {
    /// Its id.
    pub id: String,
    /// Where it comes from, as declared.
    pub url: String,
    /// What it follows, as declared.
    pub reference: Option<String>,
    /// The commit that it is at; empty: none.
    pub commit: String,
}

/// What a pack type has at hand.
#[derive(Clone, Copy)]
pub struct PackCx<'a> {
    /// The run.
    pub scene: Scene<'a>,
    /// What was hashed and approved: what runs is taken from here.
    pub surface: &'a Surface,
    /// Whoever runs it.
    pub host: &'a dyn PackHost,
}

/// What a pack type may have done for it.
#[async_trait]
pub trait PackHost: Send + Sync {
    /// Shows a line of output of something that the pack runs.
    fn say(&self, line: &str);

    /// Applies actions in order, or plans them in a dry run. How to take them back is written
    /// down.
    ///
    /// # Errors
    /// An action failed; those before it are taken back once the pack type returns an error.
    async fn apply(&self, actions: &[ActionEntry]) -> Result<Vec<ActionReport>, PackError>;

    /// Takes back, in reverse, everything that this pack's installs have applied.
    ///
    /// # Errors
    /// Something could not be taken back; everything else was.
    async fn undo(&self) -> Result<Vec<ActionReport>, PackError>;
}

/// What a pack type did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackReport {
    /// What became of each action and hook, in order.
    pub actions: Vec<ActionReport>,
}

/// What became of one action or hook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionReport {
    /// The action's name, or the hook's: `.grex/hooks/setup.sh`.
    pub action: String,
    /// Whether it changed anything, or would.
    pub changed: bool,
    /// What there is to say.
    pub message: Option<String>,
    /// The changes, in order.
    pub changes: Vec<Change>,
}
