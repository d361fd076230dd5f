//! The plain data that crosses the traits, made as a plugin makes it and read as a host reads it.

use grex::{
    model::{
        action::{ActionEntry, ArgumentError, ArgumentFault, Step, Subject},
        surface::{PartContent, Surface, SurfacePart},
        undo::UndoRecord,
    },
    plugin::{
        action::Resource,
        change::Change,
        error::{ActionError, PackError},
        fetcher::FetchError,
        pack_type::{ActionReport, PackReport},
    },
};
use serde_json::{Value, json};

fn text(text: &str) -> String {
    text.to_owned()
}

/// One of each kind.
pub(super) fn changes() -> Vec<Change> {
    let path = || text("/x");
    let (old, new) = (Some(text("a")), None);
    vec![
        Change::Directory { path: path() },
        Change::Link {
            path: path(),
            old: old.clone(),
            new: new.clone(),
        },
        Change::Move {
            from: path(),
            to: path(),
        },
        Change::Remove {
            path: path(),
            with_content: true,
        },
        Change::Write {
            path: path(),
            before: old.clone(),
            after: new.clone(),
        },
        Change::Entry {
            path: path(),
            block: text("b"),
            old: old.clone(),
            new: new.clone(),
        },
        Change::Variable {
            name: text("N"),
            scope: text("user"),
            old,
            new,
        },
        Change::Run {
            command: text("c"),
            directory: path(),
        },
    ]
}

pub(super) fn entry() -> ActionEntry {
    ActionEntry {
        name: text("least"),
        arguments: json!({}),
    }
}

pub(super) fn record() -> UndoRecord {
    UndoRecord {
        action: text("most"),
        resource: Resource::path("/x", true, "path").name,
        data: json!({"path": "/x"}),
        directories: vec![text("/made")],
    }
}

pub(super) fn surface() -> Surface {
    let mut written = SurfacePart::text("actions", "text");
    written.executable = true;
    Surface {
        parts: vec![written, SurfacePart::digest("file", false, b"bytes")],
        is_inert: false,
    }
}

pub(super) fn report(reports: Vec<ActionReport>) -> PackReport {
    let mut actions = reports;
    actions.push(ActionReport {
        action: text("own"),
        changed: true,
        message: Some(text("done")),
        changes: changes(),
    });
    PackReport { actions }
}

/// What is written down by one version is read by the next: how it looks as JSON.
#[test]
fn it_travels_as_it_did() {
    let kinds: Vec<Value> = changes()
        .iter()
        .map(|change| serde_json::to_value(change).unwrap())
        .collect();
    let expected = json!([
        {"kind": "directory", "path": "/x"},
        {"kind": "link", "path": "/x", "old": "a", "new": null},
        {"kind": "move", "from": "/x", "to": "/x"},
        {"kind": "remove", "path": "/x", "with_content": true},
        {"kind": "write", "path": "/x", "before": "a", "after": null},
        {"kind": "entry", "path": "/x", "block": "b", "old": "a", "new": null},
        {"kind": "variable", "name": "N", "scope": "user", "old": "a", "new": null},
        {"kind": "run", "command": "c", "directory": "/x"},
    ]);
    assert_eq!(Value::from(kinds), expected);
    let record = serde_json::to_value(record()).unwrap();
    assert_eq!(
        record,
        json!({
            "action": "most", "resource": "path:/x", "data": {"path": "/x"},
            "directories": ["/made"],
        })
    );
    let surface = surface();
    assert_eq!(
        serde_json::to_value(&surface).unwrap(),
        json!({"is_inert": false, "parts": [
            {"name": "actions", "executable": true, "content": {"kind": "text", "text": "text"}},
            {"name": "file", "executable": false, "content": {
                "kind": "digest", "length": 5,
                "sha256": "277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9",
            }},
        ]})
    );
    // What a person has approved stays approved.
    assert_eq!(
        surface.hash("all"),
        "sha256:b521f8ae070357bcc0f3a62a25f9965b33e1131ccc1bd9e5fad7d4f0eb9e33ad"
    );
}

#[test]
fn parts_are_found() {
    let surface = surface();
    let part: Option<&SurfacePart> = surface.part("file");
    let part = part.unwrap();
    let (name, executable): (&String, bool) = (&part.name, part.executable);
    assert_eq!((name.as_str(), executable), ("file", false));
    let PartContent::Digest { sha256, length } = &part.content else {
        panic!("no digest");
    };
    let (digits, length): (&String, &u64) = (sha256, length);
    assert_eq!((digits.len(), *length), (64, 5));
    let kept: Option<&str> = surface.text("actions");
    assert_eq!(kept, Some("text"));
}

#[test]
fn errors_say_what_they_said() {
    let place = vec![Step::Key(text("a")), Step::Index(0)];
    let refused = ArgumentError::new(place, "is wrong")
        .with_hint("put it right")
        .below([Step::Key(text("outer"))]);
    let (path, message, hint): (&Vec<Step>, &String, &Option<String>) =
        (&refused.path, &refused.message, &refused.hint);
    assert_eq!((path.len(), message.as_str()), (3, "is wrong"));
    assert!(hint.is_some() && refused.fault == ArgumentFault::Invalid);
    assert_eq!(refused.subject(), Subject::Value);
    let errors = [
        ActionError::from(refused.clone()),
        ActionError::Arguments { error: refused },
        ActionError::precondition("no").with_hint("yes"),
        ActionError::Precondition {
            message: text("no"),
            hint: None,
        },
        ActionError::failed("half").with_hint("again"),
        ActionError::Failed {
            message: text("half"),
            hint: None,
        },
        ActionError::Unknown {
            name: text("x"),
            hint: text("y"),
        },
        ActionError::Cancelled,
    ];
    let hints: Vec<Option<&str>> = errors.iter().map(ActionError::hint).collect();
    assert_eq!(hints.iter().flatten().count(), 5);
    let errors = [
        PackError::Action {
            index: 0,
            action: text("a"),
            error: ActionError::Cancelled,
        },
        PackError::Hook {
            message: text("m"),
            hint: None,
        },
        PackError::Unusable {
            message: text("m"),
            hint: None,
        },
        PackError::unusable("m", "h"),
        PackError::Cancelled,
    ];
    let hints: Vec<Option<&str>> = errors.iter().map(PackError::hint).collect();
    assert_eq!(hints.iter().flatten().count(), 1);
    let error = FetchError::new("network", "no line").with_hint("later");
    let FetchError {
        class,
        message,
        hint,
    } = error.clone();
    assert_eq!(
        FetchError {
            class,
            message,
            hint
        },
        error
    );
}

#[test]
fn a_resource_is_made_by_hand_too() {
    let by_hand = Resource {
        name: text("path:/x"),
        exclusive: true,
        argument: vec![Step::Key(text("path"))],
    };
    assert_eq!(by_hand, Resource::path("/x", true, "path"));
}
