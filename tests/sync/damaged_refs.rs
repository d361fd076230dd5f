//! Refs whose files were cut off, as by a power cut: what helps is said, and nothing is lost.

use std::fs;

use serde_json::json;

use crate::ground::Ground;

#[test]
fn a_ref_of_the_remote_is_removed_by_hand_and_fetched_again() {
    // The one that is followed, which grex reads, and another one, which only git does.
    for name in ["main", "topic"] {
        let (ground, remote) = Ground::with_synced_pack(None, |remote| {
            remote.commit("a", "1\n").branch("topic").on("main")
        });
        let before = ground.head("api");
        let after = remote.push_commit("a", "2\n");
        let file = format!("api/.git/refs/remotes/origin/{name}");
        ground.write(&file, "");
        let ref_name = format!("refs/remotes/origin/{name}");
        let report = ground.failed(4, &[]);
        report
            .expect_refusal("api", "other", &[&ref_name])
            .expect_hint("api", &[&format!("remove `.git/{ref_name}`")]);
        assert_eq!(ground.head("api"), before);

        fs::remove_file(ground.place(&file)).unwrap();
        let updated = json!({"result": "ok", "change": "updated", "sha_after": after});
        ground.synced(&[]).expect("api", &updated);
        assert_eq!(ground.git("api", &["rev-parse", "origin/topic"]), before);
        ground.git("api", &["fsck"]);
    }
}

#[test]
fn a_branch_gets_back_what_its_log_names() {
    for content in ["", "\0\0\0\0", "0123456789abcdef"] {
        let (ground, remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
        let mine = ground.commit("api", "mine", "mine\n");
        remote.push_commit("a", "2\n");
        let file = "api/.git/refs/heads/main";
        ground.write(file, content);
        ground.write("api/new", "new\n");
        let files = ground.files("api");
        let report = ground.failed(4, &[]);
        let failure = &report.of("api")["failure"];
        let said = "the file of `refs/heads/main` is damaged";
        assert_eq!(failure["message"], said, "{failure}");
        report.expect_hint("api", &["`.git/logs/refs/heads/main`"]);
        assert_eq!(ground.files("api"), files);
        assert_eq!(ground.read(file), content);

        let log = ground.read("api/.git/logs/refs/heads/main");
        let last = log.lines().last().unwrap().split(' ').nth(1).unwrap();
        assert_eq!(last, mine);
        ground.write(file, &format!("{last}\n"));
        ground
            .failed(4, &[])
            .expect_refusal("api", "diverged", &["1 ahead, 1 behind"]);
        assert_eq!(ground.head("api"), mine);
        ground.git("api", &["fsck"]);
    }
}
