//! The action `touch` through its trait, and its text in the docs.

use std::{fs, path::Path};

use grex::{
    model::action::{ArgumentError, Step},
    plugin::{
        action::{ActionOutcome, ActionPlugin},
        change::Change,
        error::ActionError,
        foreseen::Foreseen,
    },
};
use serde_json::{Value, json};

use crate::{host::Host, touch::Touch};

fn check(arguments: &Value) -> Result<(), ArgumentError> {
    let host = Host::new();
    let vocabulary = host.registry().vocabulary();
    vocabulary.check_action("touch", arguments)
}

async fn apply(host: &Host, path: &str) -> Result<ActionOutcome, ActionError> {
    Touch.apply(&host.cx(), &json!({"path": path})).await
}

#[test]
fn the_docs_show_it_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_to_string(root.join("docs/plugins.md")).unwrap();
    let code = fs::read_to_string(root.join("tests/plugins/touch.rs")).unwrap();
    assert!(
        docs.contains(&format!("```rust\n{code}```\n")),
        "docs/plugins.md has another tests/plugins/touch.rs than there is"
    );
}

#[test]
fn its_schema_checks_its_arguments() {
    assert_eq!(check(&json!({"path": "~/x", "fails": true})), Ok(()));
    assert!(check(&json!({})).is_err());
    assert!(check(&json!({"path": "x", "mode": "755"})).is_err());
    let error = check(&json!({"path": 7})).unwrap_err();
    let path = ["touch", "path"].map(|key| Step::Key(key.into()));
    assert_eq!(error.path, path);
}

#[tokio::test]
async fn what_is_planned_is_what_is_done() {
    let host = Host::new();
    let path = host.path("home/x");
    let planned = Touch
        .plan(&host.cx(), &json!({"path": "~/x"}))
        .await
        .unwrap();
    assert!(!path.exists() && host.announced.lock().unwrap().is_empty());
    let done = apply(&host, "~/x").await.unwrap();
    assert_eq!(
        (&planned.changes, &planned.resources),
        (&done.changes, &done.resources)
    );
    assert_eq!(done.changes.len(), 1);
    assert_eq!(fs::read(&path).unwrap(), b"");
    assert_eq!(planned.undo, done.undo);
    assert_eq!(done.undo, *host.announced.lock().unwrap());
    assert_eq!(done.undo[0].resource, done.resources[0].name);
    // Twice is once.
    let again = apply(&host, "~/x").await.unwrap();
    assert_eq!(
        (again.changes, again.undo, again.resources),
        (vec![], vec![], done.resources)
    );
}

#[tokio::test]
async fn a_plan_sees_what_earlier_actions_will_have_done() {
    let host = Host::new();
    let directory = host.path("home/d").to_str().unwrap().to_owned();
    let inside = json!({"path": "~/d/x"});
    let refused = Touch.plan(&host.cx(), &inside).await.unwrap_err();
    assert_eq!(refused.hint(), Some("make it with `mkdir`"));
    let mut foreseen = Foreseen::default();
    foreseen
        .foresee(&[Change::Directory { path: directory }])
        .unwrap();
    let planned = {
        host.foresee(Some(foreseen));
        Touch.plan(&host.cx(), &inside).await.unwrap()
    };
    let mut foreseen = Foreseen::default();
    foreseen.foresee(&planned.changes).unwrap();
    host.foresee(Some(foreseen));
    assert_eq!(Touch.plan(&host.cx(), &inside).await.unwrap().changes, []);
}

#[tokio::test]
async fn undo_copes_with_every_state() {
    let host = Host::new();
    let path = host.path("pack/x");
    let record = apply(&host, "x").await.unwrap().undo.remove(0);
    let mut dry = Host::new();
    dry.dry_run = true;
    let would = Touch.undo(&dry.cx(), &record).await.unwrap();
    assert!(path.exists());
    assert_eq!(Touch.undo(&host.cx(), &record).await.unwrap(), would);
    assert_eq!((path.exists(), would.len()), (false, 1));
    // Twice, and where it was never made.
    assert_eq!(Touch.undo(&host.cx(), &record).await.unwrap(), []);
    // What somebody filled, or put there instead, stays.
    fs::write(&path, "mine").unwrap();
    assert_eq!(Touch.undo(&host.cx(), &record).await.unwrap(), []);
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/nowhere", &path).unwrap();
    assert_eq!(Touch.undo(&host.cx(), &record).await.unwrap(), []);
    assert!(path.is_symlink());
}

#[tokio::test]
async fn what_fails_half_way_can_be_taken_back() {
    let host = Host::new();
    let arguments = json!({"path": "~/x", "fails": true});
    let error = Touch.apply(&host.cx(), &arguments).await.unwrap_err();
    assert!(
        error.to_string().ends_with("home/x was made, and no more"),
        "{error}"
    );
    let path = host.path("home/x");
    assert!(path.exists());
    let record = host.announced.lock().unwrap()[0].clone();
    Touch.undo(&host.cx(), &record).await.unwrap();
    assert!(!path.exists());
}

#[tokio::test]
async fn what_cannot_be_announced_is_not_done() {
    let mut host = Host::new();
    host.is_full = true;
    assert!(apply(&host, "~/x").await.is_err());
    assert!(!host.path("home/x").exists());
}

#[tokio::test]
async fn what_is_in_the_way_stays() {
    let host = Host::new();
    fs::create_dir(host.path("home/d")).unwrap();
    std::os::unix::fs::symlink("d", host.path("home/l")).unwrap();
    for path in ["~/d", "~/l", "~/missing/x"] {
        let refused = apply(&host, path).await.unwrap_err();
        assert!(
            matches!(refused, ActionError::Precondition { .. }),
            "{path}"
        );
    }
    let unset = apply(&host, "$NOT_SET/x").await.unwrap_err();
    assert!(
        matches!(unset, ActionError::Arguments { error } if error.path == [Step::Key("path".into())])
    );
    assert!(host.announced.lock().unwrap().is_empty());
}
