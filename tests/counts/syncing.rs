//! `sync` of packs that are to come, that are as they should be, and that moved.

use grex_fixtures::need;

use crate::{
    calls::{Calls, OPENS, SYNCS, WRITES},
    cost::{Cost, Growth},
    ground::Ground,
};

/// What has to reach the disk before the run goes on, one file or directory at a time.
const FILE_SYNCS: [&str; 2] = ["fsync", "fdatasync"];
const RENAMES: [&str; 4] = ["rename", "renameat", "renameat2", "linkat"];
const REMOVALS: [&str; 3] = ["unlink", "unlinkat", "rmdir"];

fn named(names: &'static [&str]) -> impl Fn(&Calls) -> Calls {
    move |calls| calls.named(names)
}

#[test]
fn a_sync_that_finds_nothing_new_waits_for_no_disk_and_writes_into_locks_alone() {
    if !need("cc") {
        return;
    }
    let growth = Growth::of(|packs| Ground::settled(packs).files(&["sync"]));
    let nothing = Cost { run: 0, pack: 0 };
    growth.only(named(&SYNCS)).is("syncs", nothing);
    growth.only(named(&RENAMES)).is("renames", nothing);
    growth
        .only(named(&["mkdir", "mkdirat", "symlink", "symlinkat"]))
        .is("new names", nothing);
    growth
        .only(|calls| {
            let changing = calls.changing();
            changing.that(|call| {
                !REMOVALS.contains(&call.name.as_str()) && !call.about.ends_with(".grex-lock")
            })
        })
        .is("changes of anything but locks", nothing);
    // The holder's name, and that the run is done.
    growth
        .only(named(&WRITES))
        .is_at_most("writes", Cost { run: 2, pack: 2 });
    // What a run that was killed may have left of the files that are replaced.
    growth
        .only(named(&REMOVALS))
        .is_at_most("removals", Cost { run: 4, pack: 0 });
}

#[test]
fn a_sync_that_finds_nothing_new_opens_few_files_a_pack() {
    if !need("cc") {
        return;
    }
    let growth = Growth::of(|packs| Ground::settled(packs).files(&["sync"]));
    growth
        .only(named(&OPENS))
        .is_at_most("opened files", Cost { run: 10, pack: 16 });
    growth
        .only(named(&["look"]))
        .is_at_most("questions about names", Cost { run: 13, pack: 28 });
}

#[test]
fn clones_reach_the_disk_by_one_sync_of_the_file_system() {
    if !need("cc") {
        return;
    }
    let growth = Growth::of(|packs| Ground::declared(packs).files(&["sync"]));
    growth
        .only(named(&["syncfs", "sync"]))
        .is("syncs of a file system", Cost { run: 1, pack: 0 });
    // Two less where the packs arrive in the lockfile's own order, so that it is not written anew.
    growth
        .only(named(&FILE_SYNCS))
        .is_at_most("syncs of files", Cost { run: 11, pack: 0 });
    growth
        .only(named(&RENAMES))
        .is_at_most("renames", Cost { run: 4, pack: 1 });
    growth
        .only(named(&OPENS))
        .is_at_most("opened files", Cost { run: 26, pack: 6 });
}

#[test]
fn a_pack_that_moved_is_one_sync_of_the_journal() {
    if !need("cc") {
        return;
    }
    let growth = Growth::of(|packs| {
        let ground = Ground::settled(packs);
        ground.change_upstream();
        ground.files(&["sync"])
    });
    growth
        .only(named(&["syncfs", "sync"]))
        .is("syncs of a file system", Cost { run: 1, pack: 0 });
    growth
        .only(named(&FILE_SYNCS))
        .is_at_most("syncs of files", Cost { run: 4, pack: 1 });
    growth
        .only(named(&RENAMES))
        .is_at_most("renames", Cost { run: 1, pack: 0 });
    growth
        .only(named(&OPENS))
        .is_at_most("opened files", Cost { run: 16, pack: 22 });
    growth
        .only(named(&["look"]))
        .is_at_most("questions about names", Cost { run: 14, pack: 37 });
}
