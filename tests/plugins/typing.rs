//! The pack type `letters` through its trait.

use std::fs;

use grex::{
    model::{pack::PackSpec, surface::Surface},
    plugin::{
        error::PackError,
        pack_type::{Pack, PackCx, PackTypePlugin},
    },
};

use crate::{host::Host, letters::Letters};

fn pack(host: &Host) -> Pack {
    Pack {
        id: String::from("pack"),
        root: host.path("pack"),
        spec: PackSpec::plain("pack"),
        children: Vec::new(),
    }
}

fn letter(host: &Host, name: &str, text: &str) {
    fs::write(host.path("pack/.grex/letters").join(name), text).unwrap();
}

fn cx<'a>(host: &'a Host, surface: &'a Surface) -> PackCx<'a> {
    PackCx {
        scene: host.scene(),
        surface,
        host,
    }
}

#[test]
fn the_surface_is_its_letters() {
    let host = Host::new();
    let pack = pack(&host);
    let empty = Letters.surface(&pack).unwrap();
    assert!(empty.is_inert && empty.parts.is_empty());
    letter(&host, "b", "~/b\n");
    letter(&host, "a", "~/a\n");
    let surface = Letters.surface(&pack).unwrap();
    let names: Vec<_> = surface
        .parts
        .iter()
        .map(|part| part.name.as_str())
        .collect();
    assert_eq!(names, [".grex/letters/a", ".grex/letters/b"]);
    assert!(!surface.is_inert);
    let hash = surface.hash(Letters.name());
    fs::write(host.path("pack/elsewhere"), "x").unwrap();
    assert_eq!(Letters.surface(&pack).unwrap().hash(Letters.name()), hash);
    letter(&host, "b", "~/c\n");
    assert_ne!(Letters.surface(&pack).unwrap().hash(Letters.name()), hash);
}

#[test]
fn what_is_no_letter_is_refused() {
    let host = Host::new();
    std::os::unix::fs::symlink("/etc/passwd", host.path("pack/.grex/letters").join("l")).unwrap();
    let error = Letters.surface(&pack(&host)).unwrap_err();
    assert_eq!(error.to_string(), ".grex/letters/l is no text");
    assert_eq!(error.hint(), Some("replace it by a text file"));
}

#[tokio::test]
async fn letters_are_installed_and_taken_back() {
    let host = Host::new();
    let pack = pack(&host);
    letter(&host, "a", "~/a\n");
    letter(&host, "b", "~/b\n");
    let surface = Letters.surface(&pack).unwrap();
    // What was approved is what runs.
    letter(&host, "a", "~/other\n");
    let report = Letters.install(&cx(&host, &surface), &pack).await.unwrap();
    assert_eq!(
        report
            .actions
            .iter()
            .filter(|action| action.changed)
            .count(),
        2
    );
    assert!(host.path("home/a").exists() && !host.path("home/other").exists());
    assert_eq!(*host.said.lock().unwrap(), ["2 letters"]);
    let report = Letters.update(&cx(&host, &surface), &pack).await.unwrap();
    assert!(report.actions.iter().all(|action| !action.changed));
    assert_eq!(
        Letters
            .sync(&cx(&host, &surface), &pack)
            .await
            .unwrap()
            .actions,
        []
    );
    let report = Letters.teardown(&cx(&host, &surface), &pack).await.unwrap();
    assert_eq!(report.actions.len(), 2);
    assert!(!host.path("home/a").exists() && !host.path("home/b").exists());
}

#[tokio::test]
async fn a_letter_that_cannot_be_delivered_is_named() {
    let host = Host::new();
    let pack = pack(&host);
    letter(&host, "a", "~/a\n");
    letter(&host, "b", "~/missing/b\n");
    let surface = Letters.surface(&pack).unwrap();
    let error = Letters
        .install(&cx(&host, &surface), &pack)
        .await
        .unwrap_err();
    let PackError::Action { index, action, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!((*index, action.as_str()), (1, "touch"));
    assert_eq!(host.announced.lock().unwrap().len(), 1);
}
