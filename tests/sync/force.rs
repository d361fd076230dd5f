//! `sync --force`: clones again what is broken, and keeps what was there.

use std::fs;

use serde_json::json;

use crate::ground::Ground;

/// The one thing in the trash.
fn kept(ground: &Ground) -> std::path::PathBuf {
    let bins = ground.trash();
    assert_eq!(bins.len(), 1, "{bins:?}");
    bins[0].join("api")
}

/// Removes an object that is a file of its own.
fn lose(ground: &Ground, revision: &str) {
    let id = ground.git("api", &["rev-parse", revision]);
    let (directory, file) = id.split_at(2);
    let object = format!("api/.git/objects/{directory}/{file}");
    fs::remove_file(ground.place(&object)).unwrap();
}

#[test]
fn a_broken_repository_is_cloned_again_and_the_old_one_kept() {
    type Damage = fn(&Ground);
    let damages: [(Damage, &str); 6] = [
        (
            |ground| fs::write(ground.place("api/.git/HEAD"), "").unwrap(),
            "an empty HEAD",
        ),
        (|ground| lose(ground, "HEAD^{tree}"), "a tree is missing"),
        (|ground| lose(ground, "HEAD~1"), "a commit is missing"),
        (
            |ground| fs::remove_dir_all(ground.place("api/.git/refs")).unwrap(),
            "no refs",
        ),
        (
            |ground| ground.write("api/.git/refs/heads/main", ""),
            "an empty branch",
        ),
        (
            |ground| ground.write("api/.git/refs/remotes/origin/main", ""),
            "an empty branch of the remote",
        ),
    ];
    for (damage, what) in damages {
        let (ground, remote) =
            Ground::with_synced_pack(None, |remote| remote.commit("a", "0\n").commit("a", "1\n"));
        let after = remote.push_commit("a", "2\n");
        ground.write("api/mine", "mine\n");
        damage(&ground);
        ground
            .failed(4, &[])
            .expect("api", &json!({"result": "err", "change": "none"}));
        assert_eq!(ground.read("api/mine"), "mine\n", "{what}");
        ground
            .synced(&["--force"])
            .expect(
                "api",
                &json!({"result": "ok", "change": "cloned", "sha_after": after}),
            )
            .expect_message("api", &[kept(&ground).to_str().unwrap()]);
        assert_eq!(ground.read("api/a"), "2\n", "{what}");
        assert_eq!(
            fs::read_to_string(kept(&ground).join("mine")).unwrap(),
            "mine\n",
            "{what}"
        );
        assert_eq!(
            fs::read_to_string(kept(&ground).join("a")).unwrap(),
            "1\n",
            "{what}"
        );
    }
}

#[test]
fn force_discards_no_work() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
    remote.push_commit("a", "2\n");
    ground.write("api/a", "mine\n");
    let before = ground.users_state("api");
    ground
        .failed(4, &["--force"])
        .expect_refusal("api", "dirty", &["`a`"]);
    assert_eq!(ground.users_state("api"), before);
    ground.git("api", &["commit", "-q", "-a", "-m", "mine"]);
    let before = ground.users_state("api");
    ground
        .failed(4, &["--force"])
        .expect_refusal("api", "diverged", &["1 ahead"]);
    assert_eq!(ground.users_state("api"), before);
    assert!(ground.trash().is_empty());
}

#[test]
fn force_leaves_a_sound_repository_alone_whose_server_is_gone() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
    fs::rename(remote.path(), ground.sandbox.path("gone")).unwrap();
    let before = ground.users_state("api");
    ground
        .failed(4, &["--force"])
        .expect("api", &json!({"result": "err", "change": "none"}));
    assert_eq!(ground.users_state("api"), before);
    assert!(ground.trash().is_empty());
}

#[test]
fn a_broken_repository_whose_server_is_gone_stays_where_it_is() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
    fs::rename(remote.path(), ground.sandbox.path("gone")).unwrap();
    fs::write(ground.place("api/.git/HEAD"), "").unwrap();
    ground.write("api/mine", "mine\n");
    let before = ground.everything_below("api");
    ground
        .failed(4, &["--force"])
        .expect_refusal("api", "not-found", &[&remote.url()]);
    assert_eq!(ground.everything_below("api"), before);
    assert!(ground.trash().is_empty());
}

#[test]
fn a_checkout_that_an_interrupted_run_left_empty_is_filled() {
    let (ground, remote) = Ground::with_pack(None, |remote| remote.commit("a", "1\n"));
    let url = remote.url();
    ground
        .sandbox
        .git("", &["clone", "-q", "--no-checkout", &url, "workspace/api"]);
    let _ = ground.synced(&[]);
    assert_eq!(ground.read("api/a"), "1\n");
    assert_eq!(ground.git("api", &["status", "--porcelain"]), "");
}
