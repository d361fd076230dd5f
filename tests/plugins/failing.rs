//! Fetchers that fail, places that are taken, and URLs that nothing fetches.

use grex::{
    engine::outcome::{Change, Verdict},
    git::failure::FailureClass,
    model::url::PackUrl,
    ops::{
        error::ErrorKind,
        init::{InitFromRequest, init_from},
        sync::{SyncRequest, sync},
    },
};

use crate::{
    copy::Fault,
    world::{World, pack},
};

const UNKNOWN: &str = "nothing fetches `foo` URLs; known: copy, file, git, http, https, ssh";

impl World {
    fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.copy.faults.lock().unwrap().extend(faults);
    }
}

#[tokio::test]
async fn a_clone_that_fails_half_way_leaves_nothing() {
    let world = World::new().await;
    let url = world.source("data", "f", "1");
    for (class, expected) in [
        ("auth", FailureClass::Auth),
        ("no-such-ref", FailureClass::NoSuchRef),
        ("never heard of", FailureClass::Other),
    ] {
        world.fail([Fault::HalfWay(class)]);
        let error = world.add(&url).await.unwrap_err();
        assert_eq!(
            (error.kind, error.message.as_str()),
            (ErrorKind::Pack, "the line went dead")
        );
        assert_eq!(error.hint.as_deref(), Some("plug it in"));
        world.assert_empty();
        world.register("data", &url);
        world.fail([Fault::HalfWay(class)]);
        let report = world.sync().await;
        let failure = pack(&report, "data").failure.clone().unwrap();
        assert_eq!(failure.failure.class, expected);
        world.sandbox.write("workspace/grex.jsonl", "");
        world.assert_empty();
    }
    // Each was tried once.
    assert_eq!(world.verbs(), ["clone"; 6]);
    assert_eq!(
        world.sandbox.read("workspace/.grex/.state/journal.jsonl"),
        ""
    );
}

#[tokio::test]
async fn only_a_network_is_tried_again() {
    let world = World::new().await;
    let url = world.source("data", "f", "1");
    world.fail([Fault::HalfWay("network")]);
    assert_eq!(world.add(&url).await.unwrap().change, Change::Cloned);
    world.fail([Fault::HalfWay("network")]);
    world.source("data", "f", "2");
    world.source("data", "g", "2");
    let report = world.sync().await;
    assert_eq!(pack(&report, "data").result, Verdict::Ok);
    assert_eq!(world.sandbox.read("workspace/data/g"), "2");
    assert_eq!(world.verbs(), ["clone", "clone", "pull", "pull"]);
    assert_eq!(*world.watcher.postponed.lock().unwrap(), 2);
}

#[tokio::test]
async fn a_run_can_be_stopped() {
    for fault in [Fault::Stops, Fault::Stubborn] {
        let world = World::new().await;
        let url = world.source("data", "f", "1");
        world.fail([fault]);
        let error = world.add(&url).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Cancelled, "{fault:?}");
        world.assert_empty();
        world.add(&url).await.unwrap();
        world.fail([fault]);
        let report = world.sync().await;
        assert!(report.cancelled, "{fault:?}");
        assert_eq!(pack(&report, "data").result, Verdict::Skipped);
        assert_eq!(world.sandbox.read("workspace/data/f"), "1");
    }
}

#[tokio::test]
async fn what_an_interrupted_run_left_is_cleared_without_git() {
    let world = World::new().await;
    let url = world.source("data", ".git/HEAD", "ref: refs/heads/main\n");
    world.add(&url).await.unwrap();
    let begun = |temporary: &str| {
        format!(
            "{{\"kind\":\"clone-begin\",\"id\":\"data\",\"path\":\"data\",\"temporary\":\"{temporary}\"}}\n"
        )
    };
    let journal = begun(".grex-tmp.1") + &begun(".grex-tmp.2");
    let journal = journal + "{\"kind\":\"clone-end\",\"temporary\":\".grex-tmp.2\"}\n";
    world
        .sandbox
        .write("workspace/.grex/.state/journal.jsonl", journal);
    let left = world.sandbox.write("workspace/.grex-tmp.1/f", "half");
    assert_eq!(pack(&world.sync().await, "data").result, Verdict::Ok);
    assert!(!left.exists());
    assert_eq!(
        world.sandbox.read("workspace/.grex/.state/journal.jsonl"),
        ""
    );
    assert!(world.sandbox.path("workspace/data/.git/HEAD").is_file());
    assert_eq!(
        *world.watcher.commands.lock().unwrap(),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_fetcher_that_makes_nothing_has_failed() {
    let world = World::new().await;
    let url = world.source("data", "f", "1");
    world.fail([Fault::Nothing]);
    let error = world.add(&url).await.unwrap_err();
    assert_eq!(error.message, "its fetcher succeeded and made no directory");
    world.assert_empty();
}

#[tokio::test]
async fn what_comes_with_links_in_our_place_is_refused() {
    let world = World::new().await;
    let url = world.source("data", "f", "1");
    let elsewhere = world.sandbox.write("elsewhere/f", "1");
    let link = world.sandbox.path("sources/data/.grex");
    std::os::unix::fs::symlink(elsewhere.parent().unwrap(), link).unwrap();
    assert!(world.add(&url).await.is_err());
    world.assert_empty();
    assert_eq!(
        std::fs::read_dir(elsewhere.parent().unwrap())
            .unwrap()
            .count(),
        1
    );
}

#[tokio::test]
async fn what_is_there_already_is_not_touched() {
    let world = World::new().await;
    let url = world.source("data", "f", "1");
    world.sandbox.write("workspace/data/f", "mine");
    let error = world.add(&url).await.unwrap_err();
    let expected = "a directory that was not fetched from a `copy` URL is in its place";
    assert_eq!(error.message, expected);
    assert_eq!(world.sandbox.read("workspace/data/f"), "mine");
    assert_eq!(world.verbs(), Vec::<&str>::new());

    std::fs::remove_dir_all(world.sandbox.path("workspace/data")).unwrap();
    std::fs::create_dir(world.sandbox.path("workspace/data")).unwrap();
    world.add(&url).await.unwrap();
    // The same place, declared to come from elsewhere.
    let other = world.source("other/data", "f", "2");
    world.sandbox.write("workspace/grex.jsonl", "");
    world.register("data", &other);
    let report = world.sync().await;
    let message = pack(&report, "data").message.clone().unwrap();
    assert_eq!(
        message,
        format!("what is there comes from {url}, and {other} is declared")
    );
    assert_eq!(world.sandbox.read("workspace/data/f"), "1");
}

#[tokio::test]
async fn a_scheme_that_nothing_fetches_is_a_wrong_argument() {
    let world = World::new().await;
    for dry_run in [false, true] {
        let added = world
            .add_in(&world.session_with(dry_run), "foo://h/x")
            .await;
        let error = added.unwrap_err();
        assert_eq!(
            (error.kind, error.message.as_str()),
            (ErrorKind::Usage, UNKNOWN)
        );
        world.assert_empty();
    }
}

#[tokio::test]
async fn a_scheme_that_nothing_fetches_fails_its_pack_alone() {
    let world = World::new().await;
    let yaml =
        "schema_version: \"1\"\nname: good\ntype: letters\nchildren:\n  - url: foo://h/child\n";
    world.register("bad", "foo://h/x");
    world.register("good", &world.source("good", ".grex/pack.yaml", yaml));
    let dry = sync(&world.session_with(true), SyncRequest::default())
        .await
        .unwrap();
    assert_eq!(pack(&dry, "bad").message.as_deref(), Some(UNKNOWN));
    let report = world.sync().await;
    assert_eq!(report.exit_code(), 4);
    for id in ["bad", "good/child"] {
        let failed = pack(&report, id);
        assert_eq!(
            (failed.result, failed.message.as_deref()),
            (Verdict::Err, Some(UNKNOWN))
        );
        assert_eq!(failed.failure.as_ref().unwrap().class, "other");
    }
    assert_eq!(pack(&report, "good").change, Change::Cloned);
    assert!(!world.sandbox.path("workspace/bad").exists());
    let found = world.status().await;
    assert_eq!(found.len(), 3);
    assert_eq!(world.rm("bad", false).await.unwrap().len(), 1);
    assert_eq!(
        *world.watcher.commands.lock().unwrap(),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_workspace_is_cloned_with_git_only() {
    let world = World::new().await;
    std::fs::remove_dir_all(world.sandbox.workspace()).unwrap();
    for (url, said) in [
        ("foo://h/x", UNKNOWN),
        (
            "copy:///x",
            "copy:///x is no git repository, and a workspace is cloned from one",
        ),
    ] {
        let request = InitFromRequest {
            url: PackUrl::parse(url).unwrap(),
            reference: None,
            directory: world.sandbox.path("."),
            trust: grex::ops::install::TrustPolicy::default(),
        };
        let error = init_from(&world.session(), request).await.unwrap_err();
        assert_eq!(
            (error.kind, error.message.as_str()),
            (ErrorKind::Usage, said)
        );
    }
    assert!(!world.sandbox.workspace().exists());
}
