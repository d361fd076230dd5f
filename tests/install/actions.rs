//! Single actions at their edges.

use std::os::unix::fs::symlink;

use grex_fixtures::grex;

use crate::{
    home::Home,
    support::{add, declarative, install_state, pack, rm, told, update, workspace, yaml},
};

#[test]
fn a2_rmdir_never_goes_through_a_link() {
    for rest in [
        "{ path: ~/link, force: true }",
        "{ path: ~/link, backup: true }",
        "{ path: ~/link/, force: true }",
        "{ path: ~/back, force: true }",
        "{ path: ~/back/home, force: true }",
        "{ path: ~/back/home, backup: true }",
        "{ path: ~/back/workspace, force: true }",
        "{ path: ~/back/workspace/dots, force: true }",
    ] {
        let sandbox = workspace();
        sandbox.write("home/real/inside/file", "precious\n");
        symlink("real", sandbox.path("home/link")).unwrap();
        symlink("..", sandbox.path("home/back")).unwrap();
        let before = Home::of(&sandbox);
        let rest = format!("actions:\n  - rmdir: {rest}\n");
        let remote = declarative(&sandbox, "dots", &rest).create();
        let outcome = add(&sandbox, &remote);
        told(&outcome, 4, &["dots", "rmdir"]);
        before.check();
        assert!(sandbox.path("workspace/dots/.grex/pack.yaml").exists());
    }
}

#[test]
fn rmdir_refuses_what_could_hurt() {
    for path in [
        "/",
        "~",
        "~/",
        "$HOME/.",
        "$ABOVE",
        "$ABOVE/home",
        "$GREX_WORKSPACE",
        "$GREX_PACK_PATH",
        "$EMPTY",
        "${EMPTY}/",
        "/proc",
    ] {
        let sandbox = workspace();
        sandbox.write("home/file", "precious\n");
        let before = Home::of(&sandbox);
        let rest = format!("actions:\n  - rmdir: {{ path: \"{path}\", force: true }}\n");
        let remote = declarative(&sandbox, "dots", &rest).create();
        let outcome = grex!(sandbox, "add", remote.url(), "--trust")
            .env("ABOVE", sandbox.path(""))
            .env("EMPTY", "")
            .run();
        told(&outcome, 4, &["dots"]);
        before.check();
        assert!(sandbox.path("workspace/grex.jsonl").exists());
    }
}

#[test]
fn rmdir_comes_back() {
    let sandbox = workspace();
    sandbox.write("home/old/inside/file", "precious\n");
    std::fs::create_dir(sandbox.path("home/empty")).unwrap();
    let before = Home::of(&sandbox);
    let rest = "actions:\n  - rmdir: { path: ~/old, backup: true }\n  - rmdir: { path: ~/empty }\n";
    declarative(&sandbox, "dots", rest).add();
    assert!(!sandbox.path("home/old").exists() && !sandbox.path("home/empty").exists());
    rm(&sandbox, &["dots"]).success();
    before.check();
}

#[test]
fn an_unknown_action_is_exit_8_with_the_nearest_name() {
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    let rest = "actions:\n  - mkdir: { path: ~/made }\n  - simlink: { src: a, dst: ~/b }\n";
    let remote = declarative(&sandbox, "dots", rest).create();
    told(&add(&sandbox, &remote), 8, &["simlink", "symlink"]);
    before.check();
    // Nothing of it is registered.
    assert!(!sandbox.path("workspace/dots").exists());
    assert!(!sandbox.read("workspace/grex.jsonl").contains("dots"));
}

#[test]
fn an_unknown_pack_type_is_exit_8_with_the_nearest_name() {
    let sandbox = workspace();
    let remote = pack(&sandbox, "dots", "declaritive", "").create();
    told(&add(&sandbox, &remote), 8, &["declaritive", "declarative"]);
}

#[test]
fn a_destination_that_is_a_directory_stays() {
    let sandbox = workspace();
    sandbox.write("home/.vim/mine", "mine\n");
    let before = Home::of(&sandbox);
    let rest = "actions:\n  - symlink: { src: a, dst: ~/.vim }\n";
    let remote = declarative(&sandbox, "dots", rest)
        .file("a", "a\n")
        .create();
    told(&add(&sandbox, &remote), 4, &["dots", ".vim", "backup"]);
    before.check();
    // With a backup it goes away, and comes back.
    let rest = rest.replace(".vim }", ".vim, backup: true }");
    remote.push_commit(".grex/pack.yaml", yaml("dots", "declarative", &rest));
    update(&sandbox, &[]).success();
    assert_eq!(sandbox.read("home/.vim"), "a\n");
    rm(&sandbox, &["dots"]).success();
    before.check();
}

#[test]
fn a_place_where_nothing_can_be_made_fails_by_name() {
    for place in ["~/file/below/it", "/proc/grex-link"] {
        let sandbox = workspace();
        sandbox.write("home/file", "mine\n");
        let before = Home::of(&sandbox);
        let rest = format!(
            "actions:\n  - mkdir: {{ path: ~/made }}\n  - symlink: {{ src: a, dst: {place} }}\n"
        );
        let remote = declarative(&sandbox, "dots", &rest)
            .file("a", "a\n")
            .create();
        let name = place.rsplit('/').next().unwrap();
        told(&add(&sandbox, &remote), 4, &["dots", name, "symlink"]);
        before.check();
        assert_eq!(install_state(&sandbox, "dots"), "not-installed");
    }
}

#[test]
fn a_condition_that_holds_no_more_takes_its_link_back() {
    let sandbox = workspace();
    sandbox.write("home/.wanted", "");
    let before = Home::of(&sandbox);
    let rest = "actions:\n  - when:\n      all_of: [{ path_exists: ~/.wanted }]\n      actions:\n        \
                - symlink: { src: a, dst: ~/.config/deep/link }\n        \
                - env: { name: WANTED, value: yes-please }\n";
    declarative(&sandbox, "dots", rest).file("a", "a\n").add();
    assert!(sandbox.path("home/.config/deep/link").exists());
    std::fs::remove_file(sandbox.path("home/.wanted")).unwrap();
    update(&sandbox, &["--force"]).success();
    before.check_but(&[".wanted"]);
    sandbox.write("home/.wanted", "");
    update(&sandbox, &["--force"]).success();
    assert!(sandbox.path("home/.config/deep/link").exists());
    rm(&sandbox, &["dots"]).success();
    before.check();
}

#[test]
fn an_action_that_is_dropped_is_taken_back() {
    let sandbox = workspace();
    sandbox.write("home/.vimrc", "mine\n");
    sandbox.write("home/.profile", "# mine");
    let before = Home::of(&sandbox);
    let rest = "actions:\n  - symlink: { src: a, dst: ~/.vimrc, backup: true }\n  \
                - mkdir: { path: ~/made/deep }\n  - env: { name: A, value: b }\n";
    let remote = declarative(&sandbox, "dots", rest).file("a", "a\n").add();
    // One after the other, the last action goes.
    for kept in (0..3).rev() {
        let lines: Vec<_> = rest.split_inclusive('\n').take(1 + kept).collect();
        let rest = if kept == 0 {
            String::from("actions: []\n")
        } else {
            lines.concat()
        };
        remote.push_commit(".grex/pack.yaml", yaml("dots", "declarative", &rest));
        update(&sandbox, &[]).success();
        assert_eq!(sandbox.path("home/made").exists(), kept > 1);
        assert_eq!(sandbox.read("home/.vimrc") == "a\n", kept > 0);
    }
    before.check();
    rm(&sandbox, &["dots"]).success();
    before.check();
}

#[test]
fn a_pack_that_says_nothing_any_more_is_taken_back_all_the_same() {
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    let rest = "actions:\n  - symlink: { src: a, dst: ~/.vimrc }\n";
    let remote = declarative(&sandbox, "dots", rest).file("a", "a\n").add();
    remote.push_commit(".grex/pack.yaml", yaml("dots", "meta", ""));
    update(&sandbox, &[]).success();
    before.check();
    rm(&sandbox, &["dots"]).success();
    before.check();
}

#[test]
fn a_meta_pack_with_actions_is_refused() {
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    let rest = "actions:\n  - mkdir: { path: ~/made }\n";
    let remote = pack(&sandbox, "dots", "meta", rest).create();
    let outcome = add(&sandbox, &remote);
    told(&outcome, 4, &["dots", "meta", "actions"]);
    before.check();
}
