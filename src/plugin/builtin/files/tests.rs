//! The three actions on files together: whatever installs did, in whatever order and up to wherever
//! they came, their undo leads back.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
};

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::plugin::builtin::test_host::TestMachine;

type Entry = (&'static str, Value);

const PATHS: &str = "(a|b|c|a/x|b/x|a/y/x|b/y)";

fn entry(install: usize) -> impl Strategy<Value = Entry> {
    let modes = prop::sample::select(vec!["700", "755", "2775"]);
    prop_oneof![
        (PATHS, modes).prop_map(|(path, mode)| {
            ("mkdir", json!({"path": format!("~/{path}"), "mode": mode}))
        }),
        (PATHS, any::<bool>()).prop_map(|(path, backup)| {
            (
                "rmdir",
                json!({"path": format!("~/{path}"), "backup": backup}),
            )
        }),
        (PATHS, any::<bool>()).prop_map(move |(path, backup)| {
            // By its name, so that one place is never two links of one install.
            let name = path.rsplit('/').next().unwrap().to_owned();
            let src = format!("{install}/{name}");
            (
                "symlink",
                json!({"src": src, "dst": format!("~/{path}"),
                "backup": backup, "normalize": install == 0}),
            )
        }),
    ]
}

fn install(number: usize) -> impl Strategy<Value = Vec<Entry>> {
    prop::collection::vec(entry(number), 1..6)
}

/// A pack that has something under every name, and a home with some of `things`.
fn machine(things: &[(String, usize)]) -> TestMachine {
    let machine = TestMachine::new();
    for install in ["0", "1"] {
        for name in ["a", "b"] {
            machine.pack_file(&format!("{install}/{name}/inner"), "");
        }
        for name in ["c", "x", "y"] {
            machine.pack_file(&format!("{install}/{name}"), name);
        }
    }
    for (path, kind) in things {
        let place = machine.home.join(path);
        match kind {
            0 => drop(fs::create_dir_all(&place)),
            1 => drop(fs::File::create_new(&place)),
            2 => drop(symlink("c", &place)),
            _ => drop(symlink("nowhere", &place)),
        }
        if place.is_dir() {
            fs::set_permissions(&place, fs::Permissions::from_mode(0o710)).unwrap();
        }
    }
    machine
}

/// Applies, and compares with the plan; that a run dies is not foreseen.
async fn apply(machine: &mut TestMachine, install: &[Entry]) -> bool {
    if machine.announcements.is_none() {
        machine.apply_list(install).await.is_ok()
    } else {
        machine.apply_only(install).await.is_ok()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn whatever_was_done_is_taken_back(
        things in prop::collection::vec((PATHS, 0..4_usize), 0..5),
        first in install(0),
        second in install(1),
        dies_after in prop::option::of(0..6_usize),
    ) {
        let mut machine = machine(&things);
        let before = machine.tree();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            if apply(&mut machine, &first).await {
                machine.stamp = "20270102T030405Z".into();
                // A run that dies is no less to be taken back.
                machine.announcements = dies_after;
                apply(&mut machine, &second).await;
            }
            machine.undo_as(false).await.unwrap();
        });
        prop_assert_eq!(machine.tree(), before, "{:?}", machine.said);
    }
}
