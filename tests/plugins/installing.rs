//! Actions and pack types of plugins through the verbs that install and take back.

use std::{fs, os::unix::fs::symlink, sync::Arc};

use grex::{
    engine::{install::candidate::Reason, select::Selection},
    ops::{
        act::{ActReport, ActRequest, act},
        error::ErrorKind,
        rm::Teardown,
        status::Install,
    },
    plugin::{change::Change, registry::Registry},
};
use grex_fixtures::tree_snapshot_without;

use crate::{letters::Letters, quiet::Quiet, touch::Touch, world::World};

fn declarative(actions: &str) -> String {
    format!("schema_version: \"1\"\nname: dots\ntype: declarative\nactions:\n{actions}")
}

impl World {
    /// Changes what the pack `dots` declares; returns its URL.
    fn declare(&self, actions: &str) -> String {
        self.source("dots", ".grex/pack.yaml", &declarative(actions))
    }

    /// What is in the home directory, without what grex keeps there.
    fn home(&self) -> Vec<String> {
        tree_snapshot_without(&self.sandbox.home(), &[".local"])
    }

    /// What is in the workspace, without names of runs.
    fn books(&self) -> Vec<String> {
        tree_snapshot_without(
            &self.sandbox.workspace(),
            &[".grex/.state", "dots/.grex/.state"],
        )
    }

    async fn install_state(&self, id: &str) -> Install {
        let packs = self.status().await;
        packs.iter().find(|pack| pack.id == id).unwrap().install
    }

    async fn act(
        &self,
        action: &str,
        dry_run: bool,
    ) -> Result<ActReport, grex::ops::error::OpError> {
        let request = ActRequest {
            action: action.into(),
            selection: Selection::default(),
            trust: World::trusting(),
        };
        act(&self.session_with(dry_run), request).await
    }
}

/// What a dry run says, what happens, that a second run changes nothing, and that `rm` leads back.
async fn there_and_back(world: &World, url: &str) -> Vec<Change> {
    let before = world.home();
    world.add_only(url).await;
    assert_eq!(world.install_state("dots").await, Install::NotInstalled);
    let books = world.books();
    let foretold = world.update(true).await;
    assert_eq!((world.home(), world.books()), (before.clone(), books));
    let done = world.update(false).await;
    let changes = |report: &grex::ops::update::UpdateReport| -> Vec<Change> {
        let actions = report.packs.iter().flat_map(|pack| &pack.actions);
        actions.flat_map(|action| action.changes.clone()).collect()
    };
    let (foretold, changed) = (changes(&foretold), changes(&done));
    assert_eq!(done.exit_code(), 0, "{done:?}");
    assert!(done.packs[0].reinstalled);
    assert_eq!(done.packs[0].reason, Reason::New);
    assert_eq!(foretold, changed);
    assert_eq!(world.install_state("dots").await, Install::Installed);
    let after = world.home();
    let again = world.update(false).await;
    assert!(!again.packs[0].reinstalled && changes(&again).is_empty());
    assert_eq!(world.home(), after);
    let removed = world.rm("dots", true).await.unwrap();
    assert_eq!(removed[0].teardown, Teardown::Ok);
    assert_eq!(world.home(), before);
    assert!(!world.sandbox.path("workspace/.grex/.state/run").exists());
    changed
}

#[tokio::test]
async fn an_action_of_a_plugin_goes_there_and_back() {
    let world = World::new().await;
    let url =
        world.declare("  - mkdir: {path: ~/d}\n  - touch: {path: ~/d/x}\n  - touch: {path: ~/y}\n");
    let changes = there_and_back(&world, &url).await;
    assert_eq!(changes.len(), 3, "{changes:?}");
}

#[tokio::test]
async fn an_action_of_a_plugin_may_stand_inside_another() {
    let world = World::new().await;
    let url = world.declare(
        "  - when:\n      all_of: [{os: linux}, {os: macos}]\n      actions:\n        - touch: {path: ~/no}\n  \
         - when:\n      any_of: [{os: linux}, {os: macos}]\n      actions:\n        - touch: {path: ~/yes}\n",
    );
    let changes = there_and_back(&world, &url).await;
    let yes = world.sandbox.home().join("yes");
    assert!(
        matches!(&changes[..], [Change::Write { path, .. }] if *path == yes.to_str().unwrap()),
        "{changes:?}"
    );
}

#[tokio::test]
async fn what_a_plugin_only_returns_is_taken_back_too() {
    let world = World::with(|registry| registry.register_action(Arc::new(Quiet)).unwrap()).await;
    let url = world.declare("  - quiet: {}\n");
    let changes = there_and_back(&world, &url).await;
    assert!(matches!(&changes[..], [Change::Link { .. }]));
}

#[tokio::test]
async fn a_pack_type_of_a_plugin_goes_there_and_back() {
    let world = World::new().await;
    let yaml = "schema_version: \"1\"\nname: dots\ntype: letters\n";
    let url = world.source("dots", ".grex/pack.yaml", yaml);
    world.source("dots", ".grex/letters/a", "~/a\n");
    world.source("dots", ".grex/letters/b", "~/b\n");
    assert_eq!(there_and_back(&world, &url).await.len(), 2);

    world.add(&url).await.unwrap();
    world.source("dots", ".grex/letters/b", "~/c\n");
    let report = world.update(false).await;
    assert_eq!(report.packs[0].reason, Reason::HashChanged);
    let names = |name: &str| world.sandbox.home().join(name).exists();
    assert_eq!((names("a"), names("b"), names("c")), (true, false, true));
    fs::remove_file(world.sandbox.home().join("c")).unwrap();
    assert_eq!(world.install_state("dots").await, Install::Drifted);
}

#[tokio::test]
async fn what_fails_half_way_is_rolled_back() {
    let world = World::new().await;
    let before = world.home();
    let url = world.declare(
        "  - mkdir: {path: ~/d}\n  - touch: {path: ~/d/x}\n  - touch: {path: ~/d/y, fails: true}\n",
    );
    let report = world.add(&url).await.unwrap();
    let failure = report.failure.as_ref().unwrap();
    assert!(
        failure.message.contains("was made, and no more"),
        "{failure:?}"
    );
    assert!(
        failure.message.contains("action 3 (`touch`)"),
        "{failure:?}"
    );
    assert_eq!((report.exit_code(), report.installed), (4, false));
    assert_eq!(world.home(), before);
    assert_eq!(world.install_state("dots").await, Install::NotInstalled);
    // Corrected, it is installed from the start.
    world.declare("  - mkdir: {path: ~/d}\n  - touch: {path: ~/d/y}\n");
    assert_eq!(world.update(false).await.exit_code(), 0);
    assert!(world.sandbox.home().join("d/y").exists());
}

#[tokio::test]
async fn arguments_that_the_schema_refuses_are_underlined() {
    let world = World::new().await;
    let url = world.declare("  - touch: {path: ~/x}\n  - touch: {path: ~/y, mode: 7}\n");
    let error = world.add(&url).await.unwrap_err();
    assert_eq!(error.kind.exit_code(), 4, "{error:?}");
    assert!(error.file.as_ref().unwrap().ends_with(".grex/pack.yaml"));
    assert_eq!(
        (error.line, error.column()),
        (Some(6), Some(24)),
        "{error:?}"
    );
    assert!(!world.sandbox.home().join("x").exists());
    world.assert_empty();
}

#[tokio::test]
async fn names_that_nobody_has_registered_are_told_apart() {
    let world = World::new().await;
    let url = world.declare("  - tuoch: {path: ~/x}\n");
    let error = world.add(&url).await.unwrap_err();
    assert_eq!(error.kind.exit_code(), ErrorKind::UnknownName.exit_code());
    assert!(error.to_string().contains("tuoch"), "{error}");
    let error = world.act("tuoch", false).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::UnknownName);
    assert!(error.hint.unwrap().contains("touch"));
}

/// The first lines of docs/plugins.md, as they stand there.
#[test]
fn one_call_registers_a_plugin() -> Result<(), grex::plugin::registry::RegistryError> {
    let mut registry = grex::plugin::registry::Registry::with_builtins();
    registry.register_action(std::sync::Arc::new(Touch))?;
    assert!(registry.action("touch").is_ok());
    Ok(())
}

#[test]
fn a_name_is_registered_once() {
    let mut registry = Registry::with_builtins();
    registry.register_action(Arc::new(Touch)).unwrap();
    let twice = registry.register_action(Arc::new(Touch)).unwrap_err();
    assert!(twice.to_string().contains("`touch`"), "{twice}");
    registry.register_pack_type(Arc::new(Letters)).unwrap();
    let twice = registry.register_pack_type(Arc::new(Letters)).unwrap_err();
    assert!(twice.to_string().contains("`letters`"), "{twice}");
}

#[tokio::test]
async fn one_action_is_run_on_its_own_and_taken_back_with_the_pack() {
    let world = World::new().await;
    let url = world.declare("  - mkdir: {path: ~/d}\n  - touch: {path: ~/x}\n");
    let before = world.home();
    world.add_only(&url).await;
    let foretold = world.act("touch", true).await.unwrap();
    assert_eq!(world.home(), before);
    let done = world.act("touch", false).await.unwrap();
    let told = |report: &ActReport| -> Vec<_> {
        let actions = report.actions.iter();
        actions
            .map(|action| (action.pack.clone(), action.idx, action.changes.clone()))
            .collect()
    };
    assert_eq!(told(&foretold), told(&done));
    let [(pack, 1, changes)] = &told(&done)[..] else {
        panic!("{done:?}");
    };
    assert_eq!((pack.as_str(), changes.len()), ("dots", 1));
    assert!(!world.sandbox.home().join("d").exists());
    assert_eq!(world.install_state("dots").await, Install::NotInstalled);
    assert!(
        world.act("touch", false).await.unwrap().actions[0]
            .changes
            .is_empty()
    );
    world.rm("dots", true).await.unwrap();
    assert_eq!(world.home(), before);
}

#[tokio::test]
async fn what_grex_keeps_of_its_own_is_foreseen() {
    let world = World::new().await;
    let url = world.declare("  - mkdir: {path: ~/.local/bin}\n");
    world.add_only(&url).await;
    fs::remove_dir_all(world.sandbox.home().join(".local")).unwrap();
    let bin = world.sandbox.home().join(".local/bin");
    let expected = [Change::Directory {
        path: bin.to_str().unwrap().into(),
    }];
    for dry_run in [true, false] {
        let report = world.update(dry_run).await;
        assert_eq!(report.packs[0].actions[0].changes, expected);
    }
    world.rm("dots", true).await.unwrap();
    assert!(!bin.exists() && bin.parent().unwrap().join("state/grex").exists());
}

#[tokio::test]
async fn a_dry_run_writes_nothing_for_packs_without_actions() {
    let world = World::new().await;
    let url = world.source(
        "dots",
        ".grex/pack.yaml",
        "schema_version: \"1\"\nname: dots\ntype: meta\n",
    );
    world.add_only(&url).await;
    let before = world.sandbox.read("workspace/grex.lock.jsonl");
    world.update(true).await;
    assert_eq!(world.sandbox.read("workspace/grex.lock.jsonl"), before);
    world.update(false).await;
    assert_ne!(world.sandbox.read("workspace/grex.lock.jsonl"), before);
}

#[tokio::test]
async fn what_killed_hooks_left_is_cleared_by_the_next_run() {
    let world = World::new().await;
    let url = world.declare("  - touch: {path: ~/x}\n");
    let left = "workspace/.grex/.state/run/hooks-x/setup.sh";
    world.sandbox.write(left, "exit");
    world.add_only(&url).await;
    world.update(true).await;
    assert!(world.sandbox.path(left).exists(), "a dry run holds nothing");
    world.update(false).await;
    assert!(!world.sandbox.path("workspace/.grex/.state/run").exists());
    world.sandbox.write(left, "exit");
    world.rm("dots", true).await.unwrap();
    assert!(!world.sandbox.path("workspace/.grex/.state/run").exists());
}

#[tokio::test]
async fn what_stands_in_the_way_fails_before_anything_is_done() {
    let world = World::new().await;
    symlink("nowhere", world.sandbox.home().join("x")).unwrap();
    let url = world.declare("  - mkdir: {path: ~/d}\n  - touch: {path: ~/x}\n");
    let report = world.add(&url).await.unwrap();
    assert!(report.failure.unwrap().message.contains("no regular file"));
    assert!(!world.sandbox.home().join("d").exists());
}

impl World {
    /// Makes the workspace a pack.
    fn declare_own(&self, actions: &str) {
        let yaml =
            format!("schema_version: \"1\"\nname: own\ntype: declarative\nactions:\n{actions}");
        self.sandbox.write("workspace/.grex/pack.yaml", yaml);
    }
}

#[tokio::test]
async fn the_workspaces_own_pack_is_updated_and_shown() {
    let world = World::new().await;
    world.declare_own("  - touch: {path: ~/own}\n");
    let url = world.declare("  - touch: {path: ~/x}\n");
    world.add_only(&url).await;
    assert_eq!(world.install_state(".").await, Install::NotInstalled);
    let report = world.update_packs(false, &["."]).await.unwrap();
    assert_eq!(report.packs.len(), 1);
    assert_eq!(
        (report.packs[0].id.as_str(), report.packs[0].reason),
        (".", Reason::New)
    );
    let home = world.sandbox.home();
    assert!(home.join("own").exists() && !home.join("x").exists());
    // With nothing named it is meant like every other.
    let report = world.update(false).await;
    let reasons: Vec<_> = report
        .packs
        .iter()
        .map(|pack| (pack.id.as_str(), pack.reason))
        .collect();
    assert_eq!(reasons, [(".", Reason::None), ("dots", Reason::New)]);
    let report = world.update_packs(false, &["dots"]).await.unwrap();
    assert_eq!(report.packs.len(), 1);

    let packs = world.status().await;
    let own = packs.iter().find(|pack| pack.id == ".").unwrap();
    assert_eq!(
        (own.install, own.on_disk, own.actions_hash_match),
        (Install::Installed, true, true)
    );
    assert_eq!(
        *world.watcher.commands.lock().unwrap(),
        Vec::<String>::new()
    );
    world.declare_own("  - touch: {path: ~/other}\n");
    assert_eq!(world.install_state(".").await, Install::Outdated);
    // And where it is a pack no more, what it installed is taken back.
    fs::remove_file(world.sandbox.path("workspace/.grex/pack.yaml")).unwrap();
    world.update(false).await;
    assert!(!home.join("own").exists() && home.join("x").exists());
}

#[tokio::test]
async fn commits_of_the_workspace_are_no_reason_to_install_it_again() {
    let world = World::new().await;
    world.declare_own("  - touch: {path: ~/own}\n");
    world.sandbox.git("workspace", &["init", "-q"]);
    world.update(false).await;
    world.sandbox.git("workspace", &["add", "-A"]);
    world.sandbox.git("workspace", &["commit", "-q", "-m", "x"]);
    assert_eq!(world.install_state(".").await, Install::Installed);
    assert_eq!(world.update(false).await.packs[0].reason, Reason::None);
}

#[tokio::test]
async fn status_runs_nothing_writes_nothing_and_sees_what_is_gone() {
    let world = World::new().await;
    let url = world.declare(
        "  - env: {name: PLACE, value: ~/d, scope: session}\n  \
         - exec: {cmd: [sh, -c, 'echo x >> \"$HOME/ran\"']}\n  - mkdir: {path: $PLACE}\n",
    );
    let report = world.add(&url).await.unwrap();
    assert!(report.installed, "{report:?}");
    let ran = || fs::read_to_string(world.sandbox.home().join("ran")).unwrap_or_default();
    let before = (
        world.home(),
        tree_snapshot_without(&world.sandbox.workspace(), &[]),
        ran(),
    );
    assert_eq!(world.install_state("dots").await, Install::Installed);
    let after = (
        world.home(),
        tree_snapshot_without(&world.sandbox.workspace(), &[]),
        ran(),
    );
    assert_eq!(before, after);
    fs::remove_dir(world.sandbox.home().join("d")).unwrap();
    assert_eq!(world.install_state("dots").await, Install::Drifted);
    // What could not be installed again is not as it was.
    world.sandbox.write("home/d", "in the way");
    assert_eq!(world.install_state("dots").await, Install::Drifted);
}

#[tokio::test]
async fn status_knows_what_packs_set_for_those_that_come_after() {
    let world = World::new().await;
    world.source(
        "a",
        ".grex/pack.yaml",
        "schema_version: \"1\"\nname: a\ntype: declarative\ndepends_on: [z]\nactions:\n  - mkdir: {path: $Z_PLACE}\n",
    );
    world.source(
        "z",
        ".grex/pack.yaml",
        "schema_version: \"1\"\nname: z\ntype: declarative\nactions:\n  - env: {name: Z_PLACE, value: ~/d, scope: session}\n",
    );
    for name in ["z", "a"] {
        world.add_only(&world.url(name)).await;
    }
    let report = world.update(false).await;
    assert_eq!(report.exit_code(), 0, "{report:?}");
    for name in ["z", "a"] {
        assert_eq!(
            world.install_state(name).await,
            Install::Installed,
            "{name}"
        );
    }
}
