//! Whoever runs plugins, as somebody writes it who tests his own: with what the traits demand.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Mutex,
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
        action::{ActionHost, ActionOutcome, ActionPlan},
        error::{ActionError, PackError},
        foreseen::Sight,
        locks::FileLocks,
        pack_type::{ActionReport, PackHost},
        registry::Registry,
        scene::{PackIdentity, Places, Scene},
    },
    sys::{cancel::Cancel, lock::Holder},
};

/// Sees an empty machine, and does nothing to any.
pub(super) struct Host {
    said: Mutex<usize>,
    pack: PackIdentity,
    variables: Variables,
    session: BTreeMap<String, String>,
    places: Places,
    cancel: Cancel,
    registry: Registry,
    locks: FileLocks,
}

impl Host {
    pub(super) fn new() -> Self {
        let home = PathBuf::from("/home/ada");
        let mut variables = Variables::new();
        variables.set("HOME", "/home/ada");
        let holder = Holder::this_process("test", String::from("2026-01-02T03:04:05Z"));
        Self {
            said: Mutex::new(0),
            pack: PackIdentity {
                id: String::from("p"),
                name: String::from("p"),
                root: PathBuf::from("/p"),
            },
            variables,
            session: BTreeMap::new(),
            places: Places {
                zsh: home.clone(),
                config: home.join(".config"),
                login_shell: Some(String::from("bash")),
                machine_environment: PathBuf::from("/etc/environment"),
                home,
            },
            cancel: Cancel::new(),
            registry: super::registry().unwrap(),
            locks: FileLocks::new(PathBuf::from("/locks"), Duration::from_secs(1), holder),
        }
    }

    pub(super) fn said(&self) -> usize {
        *self.said.lock().unwrap()
    }

    pub(super) fn scene(&self) -> Scene<'_> {
        Scene {
            pack: &self.pack,
            workspace: Path::new("/"),
            scratch: Path::new("/scratch"),
            variables: &self.variables,
            session: &self.session,
            platform: OperatingSystem::Linux,
            places: &self.places,
            dry_run: false,
            stamp: "20260102T030405Z",
            cancel: &self.cancel,
            registry: &self.registry,
            locks: &self.locks,
        }
    }
}

/// What a plugin is told of where it is.
pub(super) fn scene(scene: &Scene<'_>) {
    let pack: &PackIdentity = scene.pack;
    let (id, name, root): (&String, &String, &PathBuf) = (&pack.id, &pack.name, &pack.root);
    assert_eq!(
        (id.as_str(), name.as_str(), root.as_path()),
        ("p", "p", Path::new("/p"))
    );
    let (workspace, scratch): (&Path, &Path) = (scene.workspace, scene.scratch);
    assert_ne!(workspace, scratch);
    let variables: &Variables = scene.variables;
    let home: Option<&str> = variables.get("HOME");
    assert_eq!(variables.expand("$HOME").ok().as_deref(), home);
    let session: &BTreeMap<String, String> = scene.session;
    assert!(session.is_empty());
    let name: &'static str = scene.platform.name();
    let systems = [
        OperatingSystem::Linux,
        OperatingSystem::Macos,
        OperatingSystem::Windows,
    ];
    assert!(systems.iter().any(|system| system.name() == name));
    let places: &Places = scene.places;
    let directories: [&PathBuf; 4] = [
        &places.home,
        &places.zsh,
        &places.config,
        &places.machine_environment,
    ];
    assert!(directories.iter().all(|directory| directory.is_absolute()));
    let shell: &Option<String> = &places.login_shell;
    assert_eq!(shell.as_deref(), Some("bash"));
    let (dry_run, stamp): (bool, &str) = (scene.dry_run, scene.stamp);
    assert!(!dry_run && stamp.len() == 16);
    let (cancel, registry): (&Cancel, &Registry) = (scene.cancel, scene.registry);
    assert!(!cancel.is_stopped() && registry.action("least").is_ok());
    // A lock is held while something is done.
    drop(scene.locks.holding(Path::new("/x"), cancel, async { 1 }));
}

#[async_trait]
impl ActionHost for Host {
    fn say(&self, _: &str) {
        *self.said.lock().unwrap() += 1;
    }

    fn look(&self, _: &Path) -> Result<Sight, ActionError> {
        Ok(Sight::Nothing)
    }

    fn text(&self, _: &Path) -> Result<Option<String>, ActionError> {
        Ok(None)
    }

    async fn announce(&self, _: &[UndoRecord]) -> Result<(), ActionError> {
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

    async fn apply(&self, _: &[ActionEntry]) -> Result<Vec<ActionReport>, PackError> {
        Ok(Vec::new())
    }

    async fn undo(&self) -> Result<Vec<ActionReport>, PackError> {
        Ok(Vec::new())
    }
}
