//! What a run had put in place when the power was cut, before it was known to be on the disk.

use std::fs;

use grex_fixtures::grex;

use crate::ground::Ground;

/// Bytes that nothing makes shorter.
fn noise() -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..64 * 1024).map(|_| next()).collect()
}

#[test]
fn a_clone_with_a_hole_in_an_old_file_is_made_again_and_one_without_stays() {
    for is_damaged in [true, false] {
        let ground = Ground::new();
        let remote = ground.sandbox.remote("api").commit("big", noise());
        // Its last commit, which is checked out and looked at, has nothing of the big file.
        let remote = remote.commit("big", "small\n").create();
        ground.declare("api", &remote.file_url(), None);
        ground.synced(&[]);
        let packs = fs::read_dir(ground.place("api/.git/objects/pack")).unwrap();
        let pack = packs
            .map(|entry| entry.unwrap().path())
            .find(|path| path.extension().is_some_and(|end| end == "pack"))
            .unwrap();
        if is_damaged {
            let mut bytes = fs::read(&pack).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle..middle + 512].fill(0);
            fs::remove_file(&pack).unwrap();
            fs::write(&pack, bytes).unwrap();
        }
        ground.write("api/mine", "mine\n");
        let journal = [
            r#"{"kind":"clone-begin","id":"api","path":"api","temporary":".grex-tmp.1-1-1"}"#,
            r#"{"kind":"clone-end","temporary":".grex-tmp.1-1-1"}"#,
        ];
        ground.write(".grex/.state/journal.jsonl", &(journal.join("\n") + "\n"));
        let outcome = grex!(ground.sandbox, "sync").run();
        outcome.success();
        let said = "`api` was left unfinished by an interrupted run; it is kept in ";
        assert_eq!(outcome.stderr.contains(said), is_damaged, "{outcome:?}");
        // The user's file went along with the damaged one, and is not lost.
        assert_eq!(ground.trash().len(), usize::from(is_damaged));
        assert_eq!(ground.place("api/mine").exists(), !is_damaged);
        ground.git("api", &["fsck"]);
        assert_eq!(ground.read(".grex/.state/journal.jsonl"), "");
    }
}
