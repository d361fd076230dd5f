//! A workspace in a sandbox, driven in this process with a registry that knows the test's plugins.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use grex::{
    engine::{
        event::{Event, Observer},
        session::{Session, Settings},
    },
    model::{
        path::{PackId, PackPath},
        url::PackUrl,
    },
    ops::{
        add::{AddReport, AddRequest, add},
        error::OpError,
        init,
        install::TrustPolicy,
        rm::{RemovedPack, RmRequest, rm},
        status::{PackStatus, StatusRequest, status},
        sync::{SyncReport, SyncRequest, SyncedPack, sync},
        update::{UpdateReport, UpdateRequest, update},
    },
    plugin::{registry::Registry, scene::Places},
    store::Workspace,
    sys::{cancel::Cancel, clock::Clock},
};
use grex_fixtures::Sandbox;

use crate::{copy::Copy, letters::Letters, touch::Touch};

/// Writes down what it is told.
#[derive(Default)]
pub(crate) struct Watcher {
    pub(crate) commands: Mutex<Vec<String>>,
    pub(crate) said: Mutex<Vec<String>>,
    pub(crate) postponed: Mutex<usize>,
}

impl Observer for Watcher {
    fn observe(&self, event: Event<'_>) {
        match event {
            // Which git there is says nothing of any pack.
            Event::Command(record) if record.command == "git version" => {}
            Event::Command(record) => self.commands.lock().unwrap().push(record.command.clone()),
            Event::Said(_, line) => self.said.lock().unwrap().push(line.to_owned()),
            Event::Postponed(..) => *self.postponed.lock().unwrap() += 1,
            _ => {}
        }
    }

    fn wants_commands(&self) -> bool {
        true
    }
}

/// A workspace, and sources for `copy` URLs beside it.
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) copy: Arc<Copy>,
    pub(crate) watcher: Arc<Watcher>,
    registry: Arc<Registry>,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// One with more plugins.
    pub(crate) async fn with(register: impl FnOnce(&mut Registry)) -> Self {
        let copy = Arc::new(Copy::default());
        let mut registry = Registry::with_builtins();
        registry.register_fetcher(copy.clone()).unwrap();
        registry.register_action(Arc::new(Touch)).unwrap();
        registry.register_pack_type(Arc::new(Letters)).unwrap();
        register(&mut registry);
        let world = Self {
            sandbox: Sandbox::new(),
            copy,
            watcher: Arc::default(),
            registry: Arc::new(registry),
        };
        init::init(&world.session()).await.unwrap();
        world
    }

    /// A session as each run has one of its own.
    pub(crate) fn session(&self) -> Arc<Session> {
        self.session_with(false)
    }

    pub(crate) fn session_with(&self, dry_run: bool) -> Arc<Session> {
        let settings = Settings {
            git: Some(self.sandbox.git_program().into()),
            dry_run,
            lock_timeout: Duration::from_secs(5),
            ..Settings::default()
        };
        let home = self.sandbox.home();
        let mut session = Session::new(
            Workspace::to_be(&self.sandbox.workspace()).unwrap(),
            settings,
            Arc::clone(&self.registry),
            Clock::system(),
            Cancel::new(),
            self.watcher.clone(),
        );
        session.user_state = Some(home.join(".local/state/grex"));
        session.places = Some(Places {
            zsh: home.clone(),
            config: home.join(".config"),
            login_shell: None,
            machine_environment: self.sandbox.path("environment"),
            home,
        });
        Arc::new(session)
    }

    /// Somebody who approves everything.
    pub(crate) fn trusting() -> TrustPolicy {
        TrustPolicy {
            approve: true,
            ..TrustPolicy::default()
        }
    }

    /// Adds a pack without installing it.
    pub(crate) async fn add_only(&self, url: &str) -> AddReport {
        let request = AddRequest {
            install: false,
            ..self.request(url)
        };
        add(&self.session(), request).await.unwrap()
    }

    fn request(&self, url: &str) -> AddRequest {
        AddRequest {
            url: PackUrl::parse(url).unwrap(),
            path: None,
            reference: None,
            pack_type: None,
            directory: self.sandbox.workspace(),
            install: true,
            trust: Self::trusting(),
        }
    }

    pub(crate) async fn update(&self, dry_run: bool) -> UpdateReport {
        self.update_packs(dry_run, &[]).await.unwrap()
    }

    pub(crate) async fn update_packs(
        &self,
        dry_run: bool,
        packs: &[&str],
    ) -> Result<UpdateReport, OpError> {
        let request = UpdateRequest {
            packs: packs.iter().map(|id| PackId::parse(id).unwrap()).collect(),
            trust: Self::trusting(),
            ..UpdateRequest::default()
        };
        update(&self.session_with(dry_run), request).await
    }

    /// Writes a file of a source; returns the URL of the source.
    pub(crate) fn source(&self, name: &str, file: &str, content: &str) -> String {
        self.sandbox
            .write(Path::new("sources").join(name).join(file), content);
        self.url(name)
    }

    pub(crate) fn url(&self, name: &str) -> String {
        format!(
            "copy://{}",
            self.sandbox.path("sources").join(name).display()
        )
    }

    pub(crate) async fn add(&self, url: &str) -> Result<AddReport, OpError> {
        self.add_in(&self.session(), url).await
    }

    pub(crate) async fn add_in(
        &self,
        session: &Arc<Session>,
        url: &str,
    ) -> Result<AddReport, OpError> {
        add(session, self.request(url)).await
    }

    pub(crate) async fn sync(&self) -> SyncReport {
        self.sync_with(SyncRequest::default()).await
    }

    pub(crate) async fn sync_with(&self, request: SyncRequest) -> SyncReport {
        sync(&self.session(), request).await.unwrap()
    }

    pub(crate) async fn status(&self) -> Vec<PackStatus> {
        let view = status(&self.session(), StatusRequest::default()).await;
        view.unwrap().packs
    }

    pub(crate) async fn rm(&self, pack: &str, force: bool) -> Result<Vec<RemovedPack>, OpError> {
        let request = RmRequest {
            packs: vec![PackPath::parse(pack).unwrap()],
            force,
            ..RmRequest::default()
        };
        rm(&self.session(), request).await
    }

    /// Adds a line to the manifest.
    pub(crate) fn register(&self, path: &str, url: &str) {
        let line = serde_json::json!({
            "op": "add", "ts": "2026-01-02T03:04:05Z", "id": path, "schema_version": "1",
            "url": url, "path": path, "type": "meta",
        });
        let before = self.sandbox.read("workspace/grex.jsonl");
        let after = format!("{before}{line}\n");
        self.sandbox.write("workspace/grex.jsonl", after);
    }

    /// The lockfile's line about a pack.
    pub(crate) fn locked(&self, pack: &str) -> Option<serde_json::Value> {
        let text = self.sandbox.read("workspace/grex.lock.jsonl");
        text.lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .find(|entry| entry["id"] == pack)
    }

    /// What is asked of the fetcher from now on.
    pub(crate) fn verbs(&self) -> Vec<&'static str> {
        let calls = self.copy.calls.lock().unwrap();
        calls.iter().map(|(verb, _)| *verb).collect()
    }

    /// Nothing but the workspace's own files is in it.
    pub(crate) fn assert_empty(&self) {
        let names = std::fs::read_dir(self.sandbox.workspace()).unwrap();
        let strange: Vec<_> = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.starts_with(".g") && !name.starts_with("grex."))
            .chain(self.leftovers())
            .collect();
        assert_eq!(strange, Vec::<String>::new());
        assert_eq!(self.sandbox.read("workspace/grex.jsonl"), "");
    }

    fn leftovers(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.sandbox.workspace()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with(".grex-tmp")).collect()
    }
}

/// What a report says of one pack.
pub(crate) fn pack<'a>(report: &'a SyncReport, id: &str) -> &'a SyncedPack {
    report.packs.iter().find(|pack| pack.id == id).unwrap()
}
