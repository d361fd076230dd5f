//! A fetcher that is not git's, through every verb.

use std::sync::Arc;

use grex::{
    engine::{
        outcome::{Change, Verdict},
        select::Selection,
        sync_options::SyncOptions,
    },
    model::filter::{Filter, Filters},
    ops::{
        add::Registered,
        error::ErrorKind,
        status::{Drift, StatusRequest, status},
        sync::{SyncRequest, sync},
    },
    plugin::registry::Registry,
};
use grex_fixtures::tree_snapshot_without;

use crate::{
    copy::Copy,
    world::{World, pack},
};

fn locked() -> SyncRequest {
    SyncRequest {
        options: SyncOptions {
            locked: true,
            ..SyncOptions::default()
        },
        ..SyncRequest::default()
    }
}

/// Locks name who held them last.
const LEFT_OUT: [&str; 2] = [".grex/.state", "data/.grex/.state/.grex-lock"];

#[tokio::test]
async fn a_pack_is_cloned_pulled_and_recorded() {
    let world = World::new().await;
    let url = world.source("data", "a/b", "1");
    let added = world.add(&url).await.unwrap();
    assert_eq!(
        (added.registered, added.change),
        (Registered::Cloned, Change::Cloned)
    );
    assert_eq!((added.sha, added.pack_type.as_str()), (None, "meta"));
    assert_eq!(world.sandbox.read("workspace/data/a/b"), "1");
    assert!(
        world
            .sandbox
            .read("workspace/.gitignore")
            .contains("/data/")
    );
    let entry = world.locked("data").unwrap();
    assert_eq!(
        (&entry["sha"], &entry["branch"]),
        (&"".into(), &serde_json::Value::Null)
    );
    assert_eq!(
        (&entry["url"], &entry["type"]),
        (&url.clone().into(), &"meta".into())
    );

    let before = tree_snapshot_without(&world.sandbox.workspace(), &LEFT_OUT);
    let report = world.sync().await;
    assert_eq!(
        (pack(&report, "data").change, report.exit_code()),
        (Change::UpToDate, 0)
    );
    // A run that changes nothing writes nothing.
    let after = tree_snapshot_without(&world.sandbox.workspace(), &LEFT_OUT);
    assert_eq!(before, after);

    world.source("data", "a/c", "2");
    world.sandbox.write("workspace/data/own", "mine");
    assert_eq!(pack(&world.sync().await, "data").change, Change::Updated);
    assert_eq!(world.sandbox.read("workspace/data/a/c"), "2");
    assert_eq!(world.sandbox.read("workspace/data/own"), "mine");
    assert_eq!(
        world.add(&url).await.unwrap().registered,
        Registered::Already
    );
    assert_eq!(world.verbs(), ["clone", "pull", "pull", "pull"]);

    let lock = world.sandbox.read("workspace/data/.grex/.state/.grex-lock");
    assert!(lock.contains("\"verb\""), "{lock}");
    let said = world.watcher.said.lock().unwrap();
    assert!(said[0].starts_with("copying /"), "{said:?}");
    // No git is ever run in it.
    let commands = world.watcher.commands.lock().unwrap();
    assert_eq!(*commands, Vec::<String>::new());
}

#[tokio::test]
async fn revisions_decide_whether_it_moved() {
    let world = World::new().await;
    let url = world.source("data", "REVISION", "r1");
    world.add(&url).await.unwrap();
    assert_eq!(world.locked("data").unwrap()["sha"], "");
    // A file that came back moves no revision.
    std::fs::remove_file(world.sandbox.path("workspace/data/REVISION")).unwrap();
    world.source("data", "other", "x");
    assert_eq!(pack(&world.sync().await, "data").change, Change::Updated);
    world.source("data", "other", "y");
    assert_eq!(pack(&world.sync().await, "data").change, Change::UpToDate);

    let (one, two) = ("1".repeat(40), "2".repeat(40));
    world.source("data", "REVISION", &one);
    let report = world.sync().await;
    assert_eq!(
        pack(&report, "data")
            .sha_after
            .as_ref()
            .map(|sha| sha.as_str()),
        Some(&*one)
    );
    assert_eq!(world.locked("data").unwrap()["sha"], one);
    // A commit id can be held to.
    assert_eq!(
        pack(&world.sync_with(locked()).await, "data").change,
        Change::UpToDate
    );
    std::fs::remove_dir_all(world.sandbox.path("workspace/data")).unwrap();
    assert_eq!(
        pack(&world.sync_with(locked()).await, "data").change,
        Change::Cloned
    );
    let asked = world.copy.calls.lock().unwrap().last().unwrap().1.clone();
    assert_eq!(asked.reference, Some(one));
    std::fs::remove_dir_all(world.sandbox.path("workspace/data")).unwrap();
    world.source("data", "REVISION", &two);
    let report = world.sync_with(locked()).await;
    assert_eq!(pack(&report, "data").result, Verdict::Err);
    assert!(!world.sandbox.path("workspace/data").exists());
}

#[tokio::test]
async fn what_has_no_commit_cannot_be_held_to_one() {
    let world = World::new().await;
    world.add(&world.source("data", "f", "1")).await.unwrap();
    let report = world.sync_with(locked()).await;
    let message = pack(&report, "data").message.clone().unwrap();
    let dry = sync(&world.session_with(true), locked()).await.unwrap();
    assert_eq!(pack(&dry, "data").message.as_deref(), Some(&*message));
    assert_eq!(
        message,
        "what `copy` URLs bring has no commit that the lockfile could hold it to"
    );
}

#[tokio::test]
async fn status_says_that_it_is_there() {
    let world = World::new().await;
    let url = world.source("data", "f", "1");
    world.add(&url).await.unwrap();
    let [found] = <[_; 1]>::try_from(world.status().await).unwrap();
    assert!(found.on_disk && found.sha_match && found.failure.is_none());
    assert_eq!(
        (found.drift, found.branch, found.sha.as_str()),
        (Drift::Clean, None, "")
    );
    std::fs::remove_dir_all(world.sandbox.path("workspace/data")).unwrap();
    let [found] = <[_; 1]>::try_from(world.status().await).unwrap();
    assert_eq!((found.on_disk, found.drift), (false, Drift::Missing));
    world.sandbox.write("workspace/data/mine", "mine");
    let [found] = <[_; 1]>::try_from(world.status().await).unwrap();
    assert!(
        found
            .failure
            .unwrap()
            .message
            .contains("was not fetched from a `copy` URL")
    );
    assert_eq!(
        *world.watcher.commands.lock().unwrap(),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn filters_find_it_by_its_state() {
    let world = World::new().await;
    world.add(&world.source("one", "f", "1")).await.unwrap();
    world.register("two", &world.source("two", "f", "2"));
    let selection = |text: &str| Selection {
        filters: Filters::new(vec![Filter::parse(text).unwrap()]),
        ..Selection::default()
    };
    for (filter, expected) in [("state=missing", "two"), ("!state=missing", "one")] {
        let request = StatusRequest {
            selection: selection(filter),
            ..StatusRequest::default()
        };
        let view = status(&world.session(), request).await.unwrap();
        let ids: Vec<_> = view.packs.iter().map(|pack| pack.id.as_str()).collect();
        assert_eq!(ids, [expected], "{filter}");
    }
    for filter in [
        "state=dirty",
        "state=ahead",
        "state=detached",
        "changed-since=HEAD",
    ] {
        let request = StatusRequest {
            selection: selection(filter),
            ..StatusRequest::default()
        };
        assert!(status(&world.session(), request).await.is_err(), "{filter}");
    }
    let request = SyncRequest {
        selection: selection("state=missing"),
        ..SyncRequest::default()
    };
    let report = world.sync_with(request).await;
    assert_eq!(report.packs.len(), 1);
    assert_eq!(pack(&report, "two").change, Change::Cloned);
    assert_eq!(
        *world.watcher.commands.lock().unwrap(),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn rm_and_prune_take_it_for_work() {
    let world = World::new().await;
    world.add(&world.source("one", "f", "1")).await.unwrap();
    world.add(&world.source("two", "f", "2")).await.unwrap();
    let refused = world.rm("one", false).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Refused);
    let reason = "one: it is not a git repository, so nobody can tell what of it is nowhere else";
    assert!(refused.message.contains(reason), "{refused}");
    assert!(world.sandbox.path("workspace/one/f").is_file());
    let removed = world.rm("one", true).await.unwrap();
    let trash = removed[0].trash.as_ref().unwrap();
    assert_eq!(world.sandbox.read(trash.join("f")), "1");

    world.sandbox.write("workspace/grex.jsonl", "");
    let request = SyncRequest {
        prune: true,
        ..SyncRequest::default()
    };
    let report = world.sync_with(request).await;
    assert_eq!(
        (pack(&report, "two").result, report.exit_code()),
        (Verdict::Err, 9)
    );
    assert!(world.sandbox.path("workspace/two/f").is_file());
    assert_eq!(
        *world.watcher.commands.lock().unwrap(),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_dry_run_asks_no_fetcher() {
    let world = World::new().await;
    let url = world.source("one", "f", "1");
    let planned = world.add_in(&world.session_with(true), &url).await.unwrap();
    assert_eq!(planned.change, Change::Cloned);
    world.assert_empty();
    world.register("one", &url);
    let dry = async || {
        let session = world.session_with(true);
        sync(&session, SyncRequest::default()).await.unwrap()
    };
    let would = |report: &grex::ops::sync::SyncReport| pack(report, "one").message.clone().unwrap();
    assert_eq!(would(&dry().await), format!("would be cloned from {url}"));
    assert_eq!(world.verbs(), Vec::<&str>::new());
    world.sync().await;
    assert_eq!(would(&dry().await), format!("would be updated from {url}"));
    assert_eq!(world.verbs(), ["clone"]);
}

#[tokio::test]
async fn children_come_from_where_the_parent_does() {
    let world = World::new().await;
    let yaml = "schema_version: \"1\"\nname: parent\ntype: letters\nchildren:\n  - url: ../child\n";
    let url = world.source("parent", ".grex/pack.yaml", yaml);
    world.source("child", "f", "1");
    let added = world.add(&url).await.unwrap();
    assert_eq!(
        (added.pack_type.as_str(), added.children.len()),
        ("letters", 1)
    );
    assert_eq!(world.sandbox.read("workspace/parent/child/f"), "1");
    assert!(!world.sandbox.path("workspace/parent/.git").exists());
    assert_eq!(world.locked("parent/child").unwrap()["parent"], "parent");
    let calls = world.copy.calls.lock().unwrap().clone();
    let named: Vec<_> = calls
        .iter()
        .map(|(_, source)| (&*source.url, source.from_user))
        .collect();
    assert_eq!(named, [(&*url, true), (&*world.url("child"), false)]);
    world.source("child", "f", "2");
    let report = world.sync().await;
    assert_eq!(pack(&report, "parent/child").change, Change::Updated);
    assert_eq!(pack(&report, "parent").change, Change::UpToDate);
}

#[tokio::test]
async fn the_workspaces_own_contract_is_a_persons_word() {
    let world = World::new().await;
    let url = world.source("data", "f", "1");
    let yaml =
        format!("schema_version: \"1\"\nname: own\ntype: letters\nchildren:\n  - url: {url}\n");
    world.sandbox.write("workspace/.grex/pack.yaml", yaml);
    assert_eq!(pack(&world.sync().await, "data").change, Change::Cloned);
    assert!(world.copy.calls.lock().unwrap()[0].1.from_user);
}

#[tokio::test]
async fn git_stays_out_of_a_repository_that_was_copied() {
    let world = World::new().await;
    let config = "[core]\n\trepositoryformatversion = 0\n\tfsmonitor = touch HACKED\n";
    let url = world.source("data", ".git/config", config);
    world.source("data", ".git/HEAD", "ref: refs/heads/main\n");
    world.source("data", ".git/objects/x", "");
    world.source("data", ".git/refs/x", "");
    world.add(&url).await.unwrap();
    world.sync().await;
    assert_eq!(world.status().await[0].drift, Drift::Clean);
    assert!(world.rm("data", false).await.is_err());
    assert_eq!(
        *world.watcher.commands.lock().unwrap(),
        Vec::<String>::new()
    );
}

#[test]
fn a_scheme_is_served_by_one() {
    struct Greedy;
    #[async_trait::async_trait]
    impl grex::plugin::fetcher::Fetcher for Greedy {
        fn schemes(&self) -> &[&str] {
            &["new", "copy"]
        }
        async fn clone(
            &self,
            _: &grex::plugin::fetcher::FetchCx<'_>,
            _: &grex::plugin::fetcher::Source,
            _: &std::path::Path,
        ) -> Result<grex::plugin::fetcher::FetchReport, grex::plugin::fetcher::FetchError> {
            unreachable!("never registered")
        }
        async fn pull(
            &self,
            _: &grex::plugin::fetcher::FetchCx<'_>,
            _: &grex::plugin::fetcher::Source,
            _: &std::path::Path,
        ) -> Result<grex::plugin::fetcher::FetchReport, grex::plugin::fetcher::FetchError> {
            unreachable!("never registered")
        }
        async fn current_sha(
            &self,
            _: &grex::plugin::fetcher::FetchCx<'_>,
            _: &std::path::Path,
        ) -> Result<Option<String>, grex::plugin::fetcher::FetchError> {
            unreachable!("never registered")
        }
    }
    let mut registry = Registry::with_builtins();
    registry
        .register_fetcher(Arc::new(Copy::default()))
        .unwrap();
    let error = registry.register_fetcher(Arc::new(Greedy)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a fetcher for `copy` is registered already"
    );
    // For all of its schemes, or for none.
    assert!(registry.fetcher("new").is_none());
    let mut registry = Registry::with_builtins();
    registry
        .register_fetcher(Arc::new(Copy::default()))
        .unwrap();
    let again = registry.register_fetcher(Arc::new(Copy::default()));
    assert_eq!(again.unwrap_err().name, "copy");
}
