//! A machine for tests of actions: a home, a workspace and a pack in a temporary directory, and a
//! host that plans, applies and undoes as an install does, and watches that actions keep the rules
//! of [`ActionPlugin`](crate::plugin::action::ActionPlugin).
//!
//! ```ignore
//! let mut machine = TestMachine::new();
//! machine.pack_file("vimrc", "set nu\n");
//! let before = machine.tree();
//! machine.apply("symlink", json!({"src": "vimrc", "dst": "~/.vimrc"})).await.unwrap();
//! machine.undo_all().await;
//! assert_eq!(machine.tree(), before);
//! ```

#![allow(dead_code, reason = "the tests of each action use some of it")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    model::{
        action::{ActionEntry, OperatingSystem, Step},
        undo::UndoRecord,
        variables::Variables,
    },
    plugin::{
        action::{ActionCx, ActionHost, ActionOutcome, ActionPlan, Applied},
        change::Change,
        error::ActionError,
        foreseen::{Foreseen, Sight, on_disk, read_text},
        locks::FileLocks,
        open_block::HeldLines,
        registry::Registry,
        scene::{PackIdentity, Places, Scene},
    },
    sys::{cancel::Cancel, lock::Holder},
};

/// The time of every test's run.
pub(super) const STAMP: &str = "20260102T030405Z";

/// A machine with one pack. Its fields may be changed between actions.
pub(super) struct TestMachine {
    directory: TempDir,
    pub(super) home: PathBuf,
    pub(super) workspace: PathBuf,
    pub(super) pack: PackIdentity,
    /// What `$NAME` stands for; session variables are added.
    pub(super) variables: Variables,
    pub(super) session: BTreeMap<String, String>,
    pub(super) places: Places,
    pub(super) platform: OperatingSystem,
    pub(super) registry: Registry,
    pub(super) locks: FileLocks,
    pub(super) cancel: Cancel,
    pub(super) stamp: String,
    /// Everything that was announced and not undone, oldest first.
    pub(super) previous: Vec<UndoRecord>,
    /// The lines that actions have said.
    pub(super) said: Vec<String>,
    /// How many announcements go well; the process "dies" at the end of the one after those, when
    /// it is written down and nothing is changed.
    pub(super) announcements: Option<usize>,
}

impl TestMachine {
    /// `~` is `<temporary>/machine/home`, the workspace `<temporary>/machine/work`, the pack
    /// `dotfiles` in it.
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        let home = root.join("machine/home");
        let workspace = root.join("machine/work");
        let pack = PackIdentity {
            id: "dotfiles".into(),
            name: "dotfiles".into(),
            root: workspace.join("dotfiles"),
        };
        for made in [&home, &pack.root, &root.join("machine/etc")] {
            fs::create_dir_all(made).unwrap();
        }
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let variables = [
            ("HOME", text(&home)),
            ("USER", "me".into()),
            ("GREX_PACK_PATH", text(&pack.root)),
            ("GREX_PACK_NAME", pack.name.clone()),
            ("GREX_WORKSPACE", text(&workspace)),
            ("GREX_OS", "linux".into()),
        ]
        .into_iter()
        .collect();
        let holder = Holder::this_process("test", "2026-01-02T03:04:05Z".into());
        Self {
            places: Places {
                home: home.clone(),
                zsh: home.clone(),
                config: home.join(".config"),
                login_shell: None,
                machine_environment: root.join("machine/etc/environment"),
            },
            locks: FileLocks::new(root.join("locks"), Duration::from_secs(10), holder),
            directory,
            home,
            workspace,
            pack,
            variables,
            session: BTreeMap::new(),
            platform: OperatingSystem::Linux,
            registry: Registry::with_builtins(),
            cancel: Cancel::new(),
            stamp: STAMP.into(),
            previous: Vec::new(),
            said: Vec::new(),
            announcements: None,
        }
    }

    /// A path in the home directory, as text.
    pub(super) fn at_home(&self, path: &str) -> String {
        self.home.join(path).to_str().unwrap().to_owned()
    }

    /// A path in the pack, as text.
    pub(super) fn in_pack(&self, path: &str) -> String {
        self.pack.root.join(path).to_str().unwrap().to_owned()
    }

    /// Writes a file into the pack.
    pub(super) fn pack_file(&self, path: &str, text: &str) {
        put(&self.pack.root.join(path), text);
    }

    /// Writes a file into the home directory.
    pub(super) fn home_file(&self, path: &str, text: &str) {
        put(&self.home.join(path), text);
    }

    /// Everything on the machine: kind, mode and content by path.
    pub(super) fn tree(&self) -> BTreeMap<PathBuf, String> {
        let root = self.home.parent().unwrap();
        let mut found = BTreeMap::new();
        let mut open = vec![root.to_path_buf()];
        while let Some(path) = open.pop() {
            let metadata = path.symlink_metadata().unwrap();
            let mode = metadata.permissions().mode() & 0o7777;
            let what = if metadata.is_symlink() {
                format!("link {:?}", fs::read_link(&path).unwrap())
            } else if metadata.is_dir() {
                open.extend(
                    fs::read_dir(&path)
                        .unwrap()
                        .map(|entry| entry.unwrap().path()),
                );
                format!("directory {mode:o}")
            } else if metadata.is_file() {
                format!("file {mode:o} {:?}", fs::read(&path).unwrap())
            } else {
                format!("other {mode:o}")
            };
            found.insert(path.strip_prefix(root).unwrap().to_path_buf(), what);
        }
        found
    }

    /// Whoever would run an action now: `planning`, or applying.
    pub(super) fn host(&self, planning: bool) -> impl ActionHost {
        TestHost::new(self, planning)
    }

    /// Plans a list of actions, later ones seeing earlier ones. Nothing may change.
    pub(super) async fn plan_list(
        &self,
        list: &[(&str, Value)],
    ) -> Result<ActionPlan, ActionError> {
        let before = self.tree();
        let host = TestHost::new(self, true);
        let planned = host.plan_inner(&entries(list)).await;
        assert_eq!(self.tree(), before, "a plan changed something");
        assert_eq!(
            host.taken(&host.announced),
            [],
            "a plan announced something"
        );
        planned
    }

    /// Plans one action. Paths of errors and resources are inside its arguments.
    pub(super) async fn plan(
        &self,
        action: &str,
        arguments: Value,
    ) -> Result<ActionPlan, ActionError> {
        let mut planned = self
            .plan_list(&[(action, arguments)])
            .await
            .map_err(|error| inner(error, 2))?;
        for resource in &mut planned.resources {
            resource.argument.drain(..2);
        }
        Ok(planned)
    }

    /// Plans and applies actions, and sees to it that the plan said what would happen, that every
    /// record was announced, and that a second time changes nothing more.
    pub(super) async fn apply_list(
        &mut self,
        list: &[(&str, Value)],
    ) -> Result<ActionOutcome, ActionError> {
        let planned = self.plan_list(list).await;
        let applied = self.apply_only(list).await;
        match (&planned, &applied) {
            (Ok(plan), Ok(outcome)) => {
                assert_eq!(plan.changes, outcome.changes, "plan and apply differ");
                assert_eq!(plan.resources, outcome.resources, "plan and apply differ");
                // What is not foreseen is announced later.
                for record in &plan.undo {
                    assert!(outcome.undo.contains(record), "foretold only: {record:?}");
                }
                assert_eq!(plan.message, outcome.message, "plan and apply differ");
                assert_eq!(plan.skips_rest, outcome.skips_rest, "plan and apply differ");
            }
            (Err(planned), Err(applied)) => assert_eq!(planned, applied),
            (Ok(_), Err(_)) => {}
            (Err(error), Ok(_)) => panic!("the plan failed, the apply did not: {error}"),
        }
        applied
    }

    /// Applies actions without planning them first.
    pub(super) async fn apply_only(
        &mut self,
        list: &[(&str, Value)],
    ) -> Result<ActionOutcome, ActionError> {
        let host = TestHost::new(self, false);
        let applied = host.apply_inner(&entries(list)).await;
        let announced = host.taken(&host.announced);
        let said = host.taken(&host.said);
        let session = host.taken(&host.session);
        if let Ok(outcome) = &applied {
            assert_eq!(
                outcome.undo, announced,
                "what was announced is not what was returned"
            );
        }
        self.previous.extend(announced);
        self.said.extend(said);
        self.session = session;
        applied
    }

    /// Plans and applies one action, see [`Self::apply_list`]. Paths of errors and resources are
    /// inside its arguments.
    pub(super) async fn apply(
        &mut self,
        action: &str,
        arguments: Value,
    ) -> Result<ActionOutcome, ActionError> {
        let mut outcome = self
            .apply_list(&[(action, arguments)])
            .await
            .map_err(|error| inner(error, 2))?;
        for resource in &mut outcome.resources {
            resource.argument.drain(..2);
        }
        Ok(outcome)
    }

    /// Applies several uses of one action together, as an install does with uses that follow each
    /// other.
    pub(super) async fn apply_together(&mut self, action: &str, uses: &[Value]) -> Applied {
        let host = TestHost::new(self, false);
        let ground = host.ground();
        let cx = host.context(&ground, &self.previous);
        let uses: Vec<_> = uses.iter().collect();
        let plugin = self.registry.action(action).unwrap();
        let applied = plugin.apply_all(&cx, &uses).await;
        let announced = host.taken(&host.announced);
        let session = host.taken(&host.session);
        self.previous.extend(announced);
        self.session = session;
        applied
    }

    /// Takes back everything that one action has left, together and in reverse, and keeps the
    /// records.
    pub(super) async fn undo_together(
        &self,
        action: &str,
    ) -> Vec<Result<Vec<Change>, ActionError>> {
        let host = TestHost::new(self, false);
        let ground = host.ground();
        let cx = host.context(&ground, &[]);
        let records: Vec<_> = self.previous.iter().rev().collect();
        let plugin = self.registry.action(action).unwrap();
        plugin.undo_all(&cx, &records).await
    }

    /// Takes back everything in reverse, and returns the changes. A dry run of it has to say the
    /// same and change nothing; to take a record back twice has to change nothing more.
    pub(super) async fn undo_all(&mut self) -> Vec<Change> {
        let before = self.tree();
        let foretold = self.undo_as(true).await.unwrap();
        assert_eq!(self.tree(), before, "a dry run changed something");
        let changes = self.undo_as(false).await.unwrap();
        assert_eq!(foretold, changes, "the dry run and the undo differ");
        self.previous.clear();
        changes
    }

    /// Takes back everything in reverse, really or as a dry run, and keeps the records.
    pub(super) async fn undo_as(&mut self, dry_run: bool) -> Result<Vec<Change>, ActionError> {
        let host = TestHost::new(self, dry_run);
        let mut changes = Vec::new();
        let mut result = Ok(());
        for (index, record) in self.previous.iter().enumerate().rev() {
            let action = self.registry.action(&record.action)?;
            let ground = host.ground();
            let cx = host.context(&ground, &self.previous[..index]);
            match action.undo(&cx, record).await {
                Ok(changed) => {
                    host.foresee(&changed)?;
                    changes.extend(changed);
                    if !dry_run {
                        let after = self.tree();
                        assert_eq!(action.undo(&cx, record).await?, [], "a second undo");
                        assert_eq!(self.tree(), after, "a second undo changed something");
                    }
                }
                Err(error) => {
                    result = Err(error);
                    break;
                }
            }
        }
        let said = host.taken(&host.said);
        if !dry_run {
            self.said.extend(said);
        }
        result.map(|()| changes)
    }
}

/// Writes a file and makes the directories above it.
fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = fs::File::create(path).unwrap();
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
}

fn entries(list: &[(&str, Value)]) -> Vec<ActionEntry> {
    list.iter()
        .map(|(name, arguments)| ActionEntry {
            name: (*name).to_owned(),
            arguments: arguments.clone(),
        })
        .collect()
}

/// The error without the first steps of its path.
fn inner(mut error: ActionError, steps: usize) -> ActionError {
    if let ActionError::Arguments { error } = &mut error {
        error.path.drain(..steps);
    }
    error
}

/// Whoever runs actions in a test.
struct TestHost<'a> {
    machine: &'a TestMachine,
    /// While planning: what the plan has said so far.
    foreseen: Option<Mutex<Foreseen>>,
    announced: Mutex<Vec<UndoRecord>>,
    said: Mutex<Vec<String>>,
    session: Mutex<BTreeMap<String, String>>,
}

/// What a scene borrows and a run may change.
struct Ground {
    variables: Variables,
    session: BTreeMap<String, String>,
}

impl<'a> TestHost<'a> {
    fn new(machine: &'a TestMachine, planning: bool) -> Self {
        Self {
            machine,
            foreseen: planning.then(Mutex::default),
            announced: Mutex::default(),
            said: Mutex::default(),
            session: Mutex::new(machine.session.clone()),
        }
    }

    fn taken<T: Clone>(&self, shared: &Mutex<T>) -> T {
        shared
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn ground(&self) -> Ground {
        let session = self.taken(&self.session);
        let mut variables = self.machine.variables.clone();
        for (name, value) in &session {
            variables.set(name, value);
        }
        Ground { variables, session }
    }

    fn context<'b>(&'b self, ground: &'b Ground, previous: &'b [UndoRecord]) -> ActionCx<'b> {
        let machine = self.machine;
        ActionCx {
            scene: Scene {
                pack: &machine.pack,
                workspace: &machine.workspace,
                scratch: machine.directory.path(),
                variables: &ground.variables,
                session: &ground.session,
                platform: machine.platform,
                places: &machine.places,
                dry_run: self.foreseen.is_some(),
                stamp: &machine.stamp,
                cancel: &machine.cancel,
                registry: &machine.registry,
                locks: &machine.locks,
            },
            previous,
            host: self,
        }
    }

    fn foresee(&self, changes: &[Change]) -> Result<(), ActionError> {
        match &self.foreseen {
            Some(foreseen) => foreseen.lock().unwrap().foresee(changes),
            None => Ok(()),
        }
    }

    fn previous(&self) -> Vec<UndoRecord> {
        let mut previous = self.machine.previous.clone();
        previous.extend(self.taken(&self.announced));
        previous
    }
}

/// The error of the entry `index`, as seen from the list.
fn outward(error: ActionError, index: usize, entry: &ActionEntry) -> ActionError {
    match error {
        ActionError::Arguments { error } => error
            .below([Step::Index(index), Step::Key(entry.name.clone())])
            .into(),
        error => error,
    }
}

fn steps_to(index: usize, entry: &ActionEntry, argument: &mut Vec<Step>) {
    argument.splice(..0, [Step::Index(index), Step::Key(entry.name.clone())]);
}

#[async_trait]
impl ActionHost for TestHost<'_> {
    fn say(&self, line: &str) {
        self.said.lock().unwrap().push(line.to_owned());
    }

    fn look(&self, path: &Path) -> Result<Sight, ActionError> {
        match &self.foreseen {
            Some(foreseen) => foreseen.lock().unwrap().look(path),
            None => on_disk(path).map_err(|error| {
                ActionError::precondition(format!("cannot look at {}: {error}", path.display()))
            }),
        }
    }

    fn lies_at(&self, path: &Path) -> Option<PathBuf> {
        match &self.foreseen {
            Some(foreseen) => foreseen.lock().unwrap().lies_at(path),
            None => Some(path.to_path_buf()),
        }
    }

    fn text(&self, path: &Path) -> Result<Option<String>, ActionError> {
        match &self.foreseen {
            Some(foreseen) => foreseen.lock().unwrap().text(path),
            None => read_text(path),
        }
    }

    fn held_lines(
        &self,
        path: &Path,
        name: &str,
        beginnings: &[String],
    ) -> Result<HeldLines, ActionError> {
        match &self.foreseen {
            Some(foreseen) => foreseen.lock().unwrap().held_lines(path, name, beginnings),
            None => {
                let text = read_text(path)?.unwrap_or_default();
                HeldLines::of(path, &text, name, beginnings)
            }
        }
    }

    async fn announce(&self, records: &[UndoRecord]) -> Result<(), ActionError> {
        assert!(self.foreseen.is_none(), "announced while planning");
        let mut announced = self.announced.lock().unwrap();
        announced.extend_from_slice(records);
        match self.machine.announcements {
            Some(limit) if announced.len() > limit => Err(ActionError::failed("the process died")),
            _ => Ok(()),
        }
    }

    fn set_session_variable(&self, name: &str, value: Option<&str>) {
        let mut session = self.session.lock().unwrap();
        match value {
            Some(value) => session.insert(name.to_owned(), value.to_owned()),
            None => session.remove(name),
        };
    }

    async fn plan_inner(&self, entries: &[ActionEntry]) -> Result<ActionPlan, ActionError> {
        let vocabulary = self.machine.registry.vocabulary();
        let mut whole = ActionPlan::default();
        for (index, entry) in entries.iter().enumerate() {
            let action = self.machine.registry.action(&entry.name)?;
            let ground = self.ground();
            let previous = self.previous();
            let cx = self.context(&ground, &previous);
            let checked = action.check(&entry.arguments, &vocabulary);
            let planned = match checked {
                Ok(()) => action.plan(&cx, &entry.arguments).await,
                Err(error) => Err(error.into()),
            };
            let mut plan = planned.map_err(|error| outward(error, index, entry))?;
            self.foresee(&plan.changes)?;
            for resource in &mut plan.resources {
                steps_to(index, entry, &mut resource.argument);
            }
            whole.changes.append(&mut plan.changes);
            whole.resources.append(&mut plan.resources);
            whole.undo.append(&mut plan.undo);
            whole.message = plan.message.or(whole.message);
            if plan.skips_rest {
                whole.skips_rest = true;
                break;
            }
        }
        Ok(whole)
    }

    async fn apply_inner(&self, entries: &[ActionEntry]) -> Result<ActionOutcome, ActionError> {
        let vocabulary = self.machine.registry.vocabulary();
        let mut whole = ActionOutcome::default();
        for (index, entry) in entries.iter().enumerate() {
            let action = self.machine.registry.action(&entry.name)?;
            let ground = self.ground();
            let previous = self.previous();
            let cx = self.context(&ground, &previous);
            let checked = action.check(&entry.arguments, &vocabulary);
            let applied = match checked {
                Ok(()) => action.apply(&cx, &entry.arguments).await,
                Err(error) => Err(error.into()),
            };
            let mut outcome = applied.map_err(|error| outward(error, index, entry))?;
            for resource in &mut outcome.resources {
                steps_to(index, entry, &mut resource.argument);
            }
            whole.changes.append(&mut outcome.changes);
            whole.resources.append(&mut outcome.resources);
            whole.undo.append(&mut outcome.undo);
            whole.message = outcome.message.or(whole.message);
            if outcome.skips_rest {
                whole.skips_rest = true;
                break;
            }
        }
        Ok(whole)
    }
}
