//! A disk that is really full, and one that turns read-only: a tmpfs with the home directory and
//! the workspace on it.

use std::fs;

use grex_fixtures::Sandbox;

use crate::{
    disk::{Disk, with_mounts},
    ground::Ground,
    sixteen::Sixteen,
};

/// How much room there is when a verb begins, in KiB: from nothing to not quite enough.
const ROOM: [u64; 6] = [0, 4, 64, 256, 1024, 2048];

/// What takes the disk away.
#[derive(Clone, Copy)]
enum Lack {
    /// All but so many KiB of it are taken.
    Full(u64),
    /// It is mounted read-only.
    ReadOnly,
}

/// Runs `verb` on a disk that lacks something, then once more on one that lacks nothing. Returns
/// whether the first run failed: with some room it may have had enough.
fn twice(
    disk: &Disk,
    sandbox: &Sandbox,
    verb: &mut dyn FnMut() -> Option<i32>,
    lack: Lack,
) -> bool {
    let filler = sandbox.path("disk/filler");
    match lack {
        Lack::Full(room) => {
            // Written until nothing fits; then the room is given back.
            let mut file = fs::File::create(&filler).unwrap();
            let block = [1; 4096];
            let mut blocks = 0_u64;
            while std::io::Write::write_all(&mut file, &block).is_ok() {
                blocks += 1;
            }
            file.set_len((blocks * 4).saturating_sub(room) * 1024)
                .unwrap();
        }
        Lack::ReadOnly => disk.remount("ro"),
    }
    let failed = verb() != Some(0);
    match lack {
        Lack::Full(_) => fs::remove_file(&filler).unwrap(),
        Lack::ReadOnly => disk.remount("rw"),
    }
    failed
}

/// All that there may be lacking.
fn lacks() -> impl Iterator<Item = Lack> {
    ROOM.into_iter().map(Lack::Full).chain([Lack::ReadOnly])
}

#[test]
fn s2_sync_of_sixteen_packs_finds_a_small_disk_full_or_read_only() {
    let test = "room::s2_sync_of_sixteen_packs_finds_a_small_disk_full_or_read_only";
    with_mounts(test, false, || {
        let (mut tried, mut failed) = (0, 0);
        for lack in lacks() {
            let sandbox = Sandbox::new();
            let disk = Disk::tmpfs(&sandbox, "size=24m");
            let ground = Ground::within(sandbox.clone());
            let packs = Sixteen::register(&ground);
            let before = packs.state(&sandbox);
            let mut sync = || ground.grex(&["sync"]).status;
            let has_failed = twice(&disk, &sandbox, &mut sync, lack);
            if !matches!(lack, Lack::Full(room) if room > 4) {
                assert!(has_failed, "there was no room");
            }
            if matches!(lack, Lack::ReadOnly) {
                let found = packs.state(&sandbox).differences("read-only", &before);
                assert!(found.is_empty(), "{}", found.join("\n"));
            }
            assert_eq!(
                has_failed,
                packs.done(&sandbox) < 16,
                "exit code and packs differ"
            );
            ground.grex(&["sync"]).success();
            assert_eq!(packs.done(&sandbox), 16);
            let packs_state = packs.state(&sandbox);
            assert!(packs_state.is_clean(), "{packs_state:?}");
            tried += 1;
            failed += u32::from(has_failed);
        }
        println!(
            "FAULTS sync, 16 packs, tmpfs full or read-only: tried {tried}, failed {failed}, survived {tried}"
        );
    });
}

#[test]
fn s2_add_and_update_find_a_small_disk_full_or_read_only() {
    let test = "room::s2_add_and_update_find_a_small_disk_full_or_read_only";
    with_mounts(test, false, || {
        for verb in ["add", "update"] {
            let (mut tried, mut failed) = (0, 0);
            for lack in lacks() {
                let sandbox = Sandbox::new();
                let disk = Disk::tmpfs(&sandbox, "size=24m");
                let ground = Ground::within(sandbox.clone());
                let url = ground.url();
                if verb == "update" {
                    ground.grex(&["add", "--trust", &url]).success();
                    ground.change_upstream();
                }
                let words = match verb {
                    "add" => vec!["add", "--trust", &url],
                    _ => vec!["update", "--trust"],
                };
                let mut run = || ground.grex(&words).status;
                let has_failed = twice(&disk, &sandbox, &mut run, lack);
                if !matches!(lack, Lack::Full(room) if room > 4) {
                    assert!(has_failed, "{verb}: there was no room");
                }
                if !ground.is_registered() {
                    ground.grex(&["add", "--trust", &url]).success();
                }
                ground.grex(&["update", "--trust"]).success();
                ground.grex(&["status", "--fail-on-drift"]).success();
                ground.grex(&["rm", "-y", "tools"]).success();
                let left = ground.home().differences(&ground.original);
                assert!(left.is_empty(), "{verb}: {}", left.join("\n"));
                tried += 1;
                failed += u32::from(has_failed);
            }
            println!(
                "FAULTS {verb}, tmpfs full or read-only: tried {tried}, failed {failed}, survived {tried}"
            );
        }
    });
}
