//! Whoever runs an action or a pack type, as small as it can be.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use grex::{
    model::{
        action::{ActionEntry, OperatingSystem},
        undo::UndoRecord,
        variables::Variables,
    },
    plugin::{
        action::{ActionCx, ActionHost, ActionOutcome, ActionPlan},
        error::{ActionError, PackError},
        foreseen::{self, Foreseen, Sight},
        locks::FileLocks,
        pack_type::{ActionReport, PackHost},
        registry::Registry,
        scene::{PackIdentity, Places, Scene},
    },
    sys::{cancel::Cancel, lock::Holder},
};

use crate::{letters::Letters, touch::Touch};

/// A pack in a directory of its own, and a home beside it.
pub(crate) struct Host {
    pub(crate) place: tempfile::TempDir,
    /// What is announced, oldest first.
    pub(crate) announced: Mutex<Vec<UndoRecord>>,
    pub(crate) said: Mutex<Vec<String>>,
    /// What a plan foresees; `None` while applying.
    planned: Mutex<Option<Foreseen>>,
    /// Announcing fails.
    pub(crate) is_full: bool,
    pub(crate) dry_run: bool,
    pack: PackIdentity,
    variables: Variables,
    session: BTreeMap<String, String>,
    places: Places,
    cancel: Cancel,
    registry: Arc<Registry>,
    locks: FileLocks,
}

impl Host {
    pub(crate) fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().canonicalize().unwrap();
        for part in ["pack/.grex/letters", "home"] {
            std::fs::create_dir_all(root.join(part)).unwrap();
        }
        let mut variables = Variables::new();
        variables.set("HOME", root.join("home").to_str().unwrap());
        let mut registry = Registry::new();
        registry.register_action(Arc::new(Touch)).unwrap();
        registry.register_pack_type(Arc::new(Letters)).unwrap();
        let holder = Holder::this_process("test", String::from("2026-01-02T03:04:05Z"));
        Self {
            announced: Mutex::default(),
            said: Mutex::default(),
            planned: Mutex::default(),
            is_full: false,
            dry_run: false,
            pack: PackIdentity {
                id: String::from("pack"),
                name: String::from("pack"),
                root: root.join("pack"),
            },
            variables,
            session: BTreeMap::new(),
            places: Places {
                home: root.join("home"),
                zsh: root.join("home"),
                config: root.join("home/.config"),
                login_shell: None,
                machine_environment: root.join("environment"),
            },
            cancel: Cancel::new(),
            registry: Arc::new(registry),
            locks: FileLocks::new(root.join("locks"), Duration::from_secs(1), holder),
            place,
        }
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.pack.root.with_file_name(relative)
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// From now on the host sees what a plan foresees; `None`: the disk.
    pub(crate) fn foresee(&self, planned: Option<Foreseen>) {
        *self.planned.lock().unwrap() = planned;
    }

    pub(crate) fn scene(&self) -> Scene<'_> {
        Scene {
            pack: &self.pack,
            workspace: self.place.path(),
            scratch: self.place.path(),
            variables: &self.variables,
            session: &self.session,
            platform: OperatingSystem::current(),
            places: &self.places,
            dry_run: self.dry_run,
            stamp: "20260102T030405Z",
            cancel: &self.cancel,
            registry: &self.registry,
            locks: &self.locks,
        }
    }

    pub(crate) fn cx(&self) -> ActionCx<'_> {
        ActionCx {
            scene: self.scene(),
            previous: &[],
            host: self,
        }
    }
}

#[async_trait]
impl ActionHost for Host {
    fn say(&self, line: &str) {
        self.said.lock().unwrap().push(line.to_owned());
    }

    fn look(&self, path: &Path) -> Result<Sight, ActionError> {
        match self.planned.lock().unwrap().as_ref() {
            Some(planned) => planned.look(path),
            None => Foreseen::default().look(path),
        }
    }

    fn text(&self, path: &Path) -> Result<Option<String>, ActionError> {
        foreseen::read_text(path)
    }

    async fn announce(&self, records: &[UndoRecord]) -> Result<(), ActionError> {
        if self.is_full {
            return Err(ActionError::failed("the disk is full"));
        }
        self.announced.lock().unwrap().extend_from_slice(records);
        Ok(())
    }

    fn set_session_variable(&self, _: &str, _: Option<&str>) {}

    async fn plan_inner(&self, _: &[ActionEntry]) -> Result<ActionPlan, ActionError> {
        Ok(ActionPlan::default())
    }

    async fn apply_inner(&self, _: &[ActionEntry]) -> Result<ActionOutcome, ActionError> {
        Ok(ActionOutcome::default())
    }
}

#[async_trait]
impl PackHost for Host {
    fn say(&self, line: &str) {
        ActionHost::say(self, line);
    }

    async fn apply(&self, actions: &[ActionEntry]) -> Result<Vec<ActionReport>, PackError> {
        let mut reports = Vec::new();
        for (index, entry) in actions.iter().enumerate() {
            let failed = |error: ActionError| PackError::Action {
                index,
                action: entry.name.clone(),
                error,
            };
            let action = self.registry.action(&entry.name).map_err(failed)?;
            let outcome = action.apply(&self.cx(), &entry.arguments).await;
            let changes = outcome.map_err(failed)?.changes;
            reports.push(report(&entry.name, changes));
        }
        Ok(reports)
    }

    async fn undo(&self) -> Result<Vec<ActionReport>, PackError> {
        let records = std::mem::take(&mut *self.announced.lock().unwrap());
        let mut reports = Vec::new();
        for record in records.iter().rev() {
            let action = self.registry.action(&record.action).unwrap();
            let changes = action.undo(&self.cx(), record).await.unwrap();
            reports.push(report(&record.action, changes));
        }
        Ok(reports)
    }
}

fn report(action: &str, changes: Vec<grex::plugin::change::Change>) -> ActionReport {
    ActionReport {
        action: action.to_owned(),
        changed: !changes.is_empty(),
        changes,
        message: None,
    }
}
