#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a test makes what it needs")]

use std::collections::BTreeSet;
use std::fs::{create_dir_all, read_to_string, rename, write as put};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::surface::SurfacePart;

struct Ground {
    place: tempfile::TempDir,
    workspace: Workspace,
    seal: Seal,
}

impl Ground {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("w");
        create_dir_all(&root).unwrap();
        Self {
            workspace: Workspace::at_manifest(&root.join("grex.jsonl")).unwrap(),
            seal: Seal::at(&place.path().join("user")),
            place,
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.workspace.state_directory().join("undo").join(name)
    }

    fn read(&self, id: &str) -> Result<Option<Installed>, UndoError> {
        read(&self.workspace, &self.seal, id)
    }

    fn write(&self, id: &str) -> Installed {
        let installed = installed(id);
        write(&self.workspace, &self.seal, &installed).unwrap();
        installed
    }

    fn said(&self, id: &str) -> String {
        self.read(id).unwrap_err().to_string()
    }
}

fn installed(id: &str) -> Installed {
    Installed {
        id: id.into(),
        name: "dotfiles".into(),
        pack_type: "declarative".into(),
        url: "https://example.org/me/dotfiles.git".into(),
        sha: "0123456789012345678901234567890123456789".into(),
        actions_hash: "sha256:00".into(),
        installed_at: "2026-01-31T08:09:10Z".into(),
        surface: Surface {
            parts: vec![
                SurfacePart::text("actions", "- exec: \"make\"\n"),
                SurfacePart::digest("logo.png", true, b"\x89PNG"),
            ],
            is_inert: false,
        },
        records: vec![UndoRecord {
            action: "symlink".into(),
            resource: "path:/h/.vimrc".into(),
            data: json!({"z": 1.10, "a": ["\u{1b}", "é", null, 18_446_744_073_709_551_615_u64]}),
            directories: vec!["/h/.config".into()],
        }],
        resources: vec!["path:/h/.vimrc".into()],
        directories: Vec::new(),
        torn: false,
    }
}

#[test]
fn what_is_written_is_read_again_and_removed_for_good() {
    let ground = Ground::new();
    assert!(ground.read("a/b").unwrap().is_none());
    assert!(!remove(&ground.workspace, "a/b").unwrap());
    assert!(
        !ground.workspace.root().join(".grex").exists(),
        "looking makes nothing"
    );

    let first = ground.write("a/b");
    assert_eq!(ground.read("a/b").unwrap().as_ref(), Some(&first));
    assert!(!write(&ground.workspace, &ground.seal, &first).unwrap());
    let later = Installed {
        records: vec![],
        ..first
    };
    assert!(write(&ground.workspace, &ground.seal, &later).unwrap());
    assert_eq!(ground.read("a/b").unwrap(), Some(later));
    let mode = ground.file("").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);

    assert!(remove(&ground.workspace, "a/b").unwrap());
    assert!(ground.read("a/b").unwrap().is_none());
}

#[test]
fn the_file_is_one_object_with_its_version_and_seal() {
    let ground = Ground::new();
    ground.write("a");
    let text = read_to_string(ground.file("a.json")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<_> = value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!((keys[0], keys[1]), ("schema_version", "id"));
    assert_eq!(keys.last(), Some(&"seal"));
    assert_eq!(value["schema_version"], "1");
}

#[test]
fn whatever_this_user_did_not_write_is_refused_by_its_reason() {
    let ground = Ground::new();
    ground.write("a");
    let path = ground.file("a.json");
    let text = read_to_string(&path).unwrap();
    let name = path.display().to_string();
    for (changed, expected) in [
        (
            text.replace("/h/.vimrc", "/h/.bashrc"),
            "its seal is not yours",
        ),
        (text.replacen(',', ", ", 1), "its seal is not yours"),
        (r#"{"schema_version":"1"}"#.into(), "its seal is not yours"),
        (text[..text.len() / 2].into(), "is damaged"),
        (String::new(), "is damaged"),
        ("[]".into(), "is damaged"),
        (
            text.replacen("\"1\"", "\"2\"", 1),
            "has schema_version \"2\"",
        ),
        (r#"{"id":"a"}"#.into(), "has schema_version null"),
    ] {
        put(&path, &changed).unwrap();
        let said = ground.said("a");
        assert!(said.contains(expected) && said.starts_with(&name), "{said}");
    }
    put(&path, &text).unwrap();
    let stranger = Seal::at(&ground.place.path().join("stranger"));
    let error = read(&ground.workspace, &stranger, "a").unwrap_err();
    assert!(matches!(error, UndoError::NotOurs { .. }), "{error}");
    assert!(!ground.place.path().join("stranger").exists());
}

#[test]
fn a_record_is_about_the_pack_that_its_name_says() {
    let ground = Ground::new();
    ground.write("a");
    ground.write("c");
    rename(ground.file("a.json"), ground.file("b.json")).unwrap();
    assert!(ground.said("b").contains("is about the pack `a`"));
    let all = all(&ground.workspace, &ground.seal);
    assert!(matches!(&all[0], Err(UndoError::Misnamed { id, .. }) if id == "a"));
    assert_eq!(all[1].as_ref().unwrap().id, "c");
    assert_eq!(all.len(), 2);
}

#[test]
fn all_lists_every_pack_and_every_trouble() {
    let ground = Ground::new();
    assert!(all(&ground.workspace, &ground.seal).is_empty());
    for id in [".", "b", "a/c"] {
        ground.write(id);
    }
    write_leftover(&ground.workspace, &ground.seal, vec!["/d".into()]).unwrap();
    put(ground.file("torn.json"), "{").unwrap();
    put(ground.file(".grex-tmp.x.json"), "{").unwrap();
    put(ground.file("notes.txt"), "").unwrap();
    let found: Vec<_> = all(&ground.workspace, &ground.seal)
        .into_iter()
        .map(|found| {
            found.map_or_else(
                |error| error.file().unwrap().display().to_string(),
                |it| it.id,
            )
        })
        .collect();
    let torn = ground.file("torn.json").display().to_string();
    assert_eq!(found, [".", "a/c", "b", &torn]);
}

#[test]
fn links_are_never_followed() {
    for component in [".grex", ".grex/.state", ".grex/.state/undo"] {
        let ground = Ground::new();
        ground.write("a");
        let path = ground.workspace.root().join(component);
        let elsewhere = ground.place.path().join("elsewhere");
        rename(&path, &elsewhere).unwrap();
        symlink(&elsewhere, &path).unwrap();
        let said = ground.said("a");
        assert!(said.contains("not a directory of our own"), "{said}");
        assert!(write(&ground.workspace, &ground.seal, &installed("a")).is_err());
        assert!(remove(&ground.workspace, "a").is_err());
        assert!(all(&ground.workspace, &ground.seal)[0].is_err());
        assert!(read_leftover(&ground.workspace, &ground.seal).is_err());
    }
    let ground = Ground::new();
    ground.write("a");
    rename(ground.file("a.json"), ground.file("real")).unwrap();
    symlink("real", ground.file("a.json")).unwrap();
    assert!(ground.said("a").contains("symbolic link"));
}

#[test]
fn leftover_directories_are_kept_beside_the_packs() {
    let ground = Ground::new();
    let (workspace, seal) = (&ground.workspace, &ground.seal);
    assert!(!write_leftover(workspace, seal, vec![]).unwrap());
    assert!(!workspace.state_directory().exists());
    let directories = vec!["/h/.config".to_owned(), "/h/.config/nvim".to_owned()];
    assert!(write_leftover(workspace, seal, directories.clone()).unwrap());
    assert_eq!(read_leftover(workspace, seal).unwrap(), directories);
    ground.write("directories");
    ground.write(".directories");
    assert_eq!(read_leftover(workspace, seal).unwrap(), directories);
    assert!(write_leftover(workspace, seal, vec![]).unwrap());
    assert!(read_leftover(workspace, seal).unwrap().is_empty());
    put(
        ground.file(LEFTOVER_NAME),
        r#"{"schema_version":"1","directories":["/"]}"#,
    )
    .unwrap();
    assert!(read_leftover(workspace, seal).is_err());
}

#[test]
fn names_are_readable_and_never_shared() {
    let long = "é".repeat(120);
    let names = [
        file_name("."),
        file_name(".hidden/x"),
        file_name("a/b"),
        file_name("a%2Fb"),
        file_name("a~b"),
        file_name(&long),
        file_name(&(long.clone() + "x")),
        file_name(&("aa".to_owned() + &long)),
    ];
    assert_eq!(
        names[..5],
        [
            "%2E.json",
            "%2Ehidden%2Fx.json",
            "a%2Fb.json",
            "a%252Fb.json",
            "a%7Eb.json"
        ]
    );
    assert_eq!(names[5].len(), 150 + 1 + 32 + 5);
    assert!(names[5].starts_with(&("é".repeat(75) + "~")));
    // A name that would equal a shortened one.
    assert_ne!(file_name(names[5].strip_suffix(".json").unwrap()), names[5]);
    let different: BTreeSet<_> = names.iter().collect();
    assert_eq!(different.len(), names.len());
}

proptest! {
    #[test]
    fn every_id_has_a_name_of_its_own(
        ids in prop::collection::btree_set("[.a%/~2F7E5é]{1,12}|[%/é]{60,110}", 2..20)
    ) {
        let names: BTreeSet<_> = ids.iter().map(|id| file_name(id)).collect();
        prop_assert_eq!(names.len(), ids.len());
        for name in names {
            prop_assert!(name.len() <= 205 && !name.starts_with('.'));
            prop_assert_eq!(Path::new(&name).components().count(), 1);
        }
    }
}
