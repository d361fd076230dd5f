//! Homes and programs that are not as one expects.

use std::{
    fs,
    os::unix::fs::symlink,
    time::{Duration, Instant},
};

use grex_fixtures::grex;

use crate::{
    home::Home,
    support::{add, declarative, mode, rm, scripted, set_mode, told, update, workspace, yaml},
};

const BOTH: &str = "actions:\n  - env: { name: EDITOR, value: vim }\n  \
                    - symlink: { src: a, dst: ~/.config/x/link, backup: true }\n  \
                    - mkdir: { path: ~/made/deep }\n";

#[test]
fn bytes_that_are_no_text_stay_as_they_are() {
    let sandbox = workspace();
    let bytes = b"# caf\xe9 \xff\xfe\nexport A=\xe9\n\x80";
    sandbox.write("home/.profile", bytes);
    declarative(&sandbox, "dots", BOTH).file("a", "a\n").add();
    let with = fs::read(sandbox.path("home/.profile")).unwrap();
    assert!(with.starts_with(bytes), "{with:?}");
    assert!(String::from_utf8_lossy(&with).contains("EDITOR"));
    rm(&sandbox, &["dots"]).success();
    assert_eq!(fs::read(sandbox.path("home/.profile")).unwrap(), bytes);
}

#[test]
fn a_start_up_file_that_is_a_link_to_nothing_stays_one() {
    let sandbox = workspace();
    symlink("not/there/yet", sandbox.path("home/.profile")).unwrap();
    let before = Home::of(&sandbox);
    let remote = declarative(&sandbox, "dots", BOTH)
        .file("a", "a\n")
        .create();
    let outcome = add(&sandbox, &remote);
    if outcome.status == Some(0) {
        assert!(sandbox.read("home/not/there/yet").contains("EDITOR"));
        rm(&sandbox, &["dots"]).success();
    } else {
        told(&outcome, 4, &["dots", ".profile"]);
    }
    before.check();
}

#[test]
fn a_start_up_file_that_is_none_is_refused() {
    for kind in ["loop", "fifo", "directory"] {
        let sandbox = workspace();
        let place = sandbox.path("home/.profile");
        match kind {
            "loop" => symlink(".profile", &place).unwrap(),
            "fifo" => {
                let made = sandbox.command("mkfifo").arg(&place).status().unwrap();
                assert!(made.success());
            }
            _ => fs::create_dir(&place).unwrap(),
        }
        let remote = declarative(&sandbox, "dots", BOTH)
            .file("a", "a\n")
            .create();
        told(&add(&sandbox, &remote), 4, &["dots", ".profile"]);
        assert!(!sandbox.path("home/made").exists(), "{kind}");
        assert!(!sandbox.path("home/.bashrc").exists(), "{kind}");
    }
}

#[test]
fn a_start_up_file_that_nobody_may_write_keeps_its_mode() {
    let sandbox = workspace();
    set_mode(&sandbox.write("home/.profile", "# mine\n"), 0o444);
    let before = Home::of(&sandbox);
    declarative(&sandbox, "dots", BOTH).file("a", "a\n").add();
    assert_eq!(mode(&sandbox.path("home/.profile")), 0o444);
    rm(&sandbox, &["dots"]).success();
    before.check();
}

#[test]
fn a_home_behind_a_link_or_with_odd_letters_is_a_home() {
    for name in ["link", "with space", "quote's", "dollar $HOME", "trailing/"] {
        let sandbox = workspace();
        let home = sandbox.path("homes").join(name);
        fs::create_dir_all(sandbox.path("homes/real")).unwrap();
        if name == "link" {
            symlink("real", &home).unwrap();
        } else {
            fs::create_dir_all(&home).unwrap();
        }
        sandbox.write(home.join(".profile"), "# mine");
        let before = Home::at(&sandbox.path("homes"));
        let remote = declarative(&sandbox, "dots", BOTH)
            .file("a", "a\n")
            .create();
        let run = |words: &[&str]| grex!(sandbox).args(words).env("HOME", &home).run();
        run(&["add", &remote.url(), "--trust"]).success();
        assert_eq!(sandbox.read(home.join(".config/x/link")), "a\n");
        assert!(sandbox.read(home.join(".profile")).contains("EDITOR"));
        run(&["update", "--force"]).success();
        run(&["rm", "--yes", "dots"]).success();
        before.check();
    }
}

#[test]
fn a_home_that_is_not_there_is_made_and_goes_again() {
    let sandbox = workspace();
    let home = sandbox.path("no/such/home");
    let remote = declarative(&sandbox, "dots", BOTH)
        .file("a", "a\n")
        .create();
    let run = |words: &[&str]| grex!(sandbox).args(words).env("HOME", &home).run();
    run(&["add", &remote.url(), "--trust"]).success();
    assert_eq!(sandbox.read(home.join(".config/x/link")), "a\n");
    run(&["rm", "--yes", "dots"]).success();
    assert!(!sandbox.path("no").exists());
}

#[test]
fn what_a_hook_leaves_running_does_not_hold_the_run_up() {
    let sandbox = workspace();
    let remote = scripted(&sandbox, "tools")
        .hook("setup", "sleep 1000 &\necho $! > \"$HOME/.pid\"\n")
        .create();
    let begin = Instant::now();
    let outcome = add(&sandbox, &remote);
    outcome.success();
    assert!(
        begin.elapsed() < Duration::from_secs(30),
        "{:?}",
        begin.elapsed()
    );
    let pid = sandbox.read("home/.pid");
    let process = format!("/proc/{}/cmdline", pid.trim());
    let begin = Instant::now();
    while fs::read(&process).is_ok_and(|words| words.starts_with(b"sleep")) {
        assert!(
            begin.elapsed() < Duration::from_secs(5),
            "{process} is left"
        );
        std::thread::yield_now();
    }
}

#[test]
fn programs_have_nothing_to_read() {
    let sandbox = workspace();
    let rest = "actions:\n  - exec: { cmd: [sh, -c, \"cat > $HOME/.read\"] }\n";
    let remote = declarative(&sandbox, "dots", rest).create();
    grex!(sandbox, "add", remote.url(), "--trust")
        .stdin("secret\n")
        .run()
        .success();
    assert_eq!(sandbox.read("home/.read"), "");
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let sandbox = workspace();
    for (name, cmd) in [
        ("one", "[no-such-program-at-all, x]"),
        ("two", "[/no/such/program]"),
        ("three", "[./not-executable]"),
    ] {
        let rest = format!("actions:\n  - exec: {{ cmd: {cmd} }}\n");
        let remote = declarative(&sandbox, name, &rest)
            .file("not-executable", "x")
            .create();
        let words: Vec<_> = cmd.trim_matches(['[', ']']).split(',').collect();
        told(
            &add(&sandbox, &remote),
            4,
            &[name, words[0].trim_start_matches("./")],
        );
    }
}

#[test]
fn a_backup_name_that_is_taken_is_not_overwritten() {
    let sandbox = workspace();
    sandbox.write("home/.vimrc", "mine\n");
    let before = Home::of(&sandbox);
    let rest = "actions:\n  - symlink: { src: a, dst: ~/.vimrc, backup: true }\n";
    let remote = declarative(&sandbox, "dots", rest)
        .file("a", "a\n")
        .file("b", "b\n")
        .add();
    // Somebody replaces the link by a file of their own, twice.
    for text in ["second\n", "third\n"] {
        fs::remove_file(sandbox.path("home/.vimrc")).unwrap();
        sandbox.write("home/.vimrc", text);
        update(&sandbox, &["--force"]).success();
        assert_eq!(sandbox.read("home/.vimrc"), "a\n");
    }
    let backups = fs::read_dir(sandbox.home()).unwrap().flatten();
    let backups = backups.filter(|entry| entry.file_name().to_string_lossy().contains("grex-bak"));
    assert_eq!(backups.count(), 3);
    remote.push_commit(
        ".grex/pack.yaml",
        yaml("dots", "declarative", &rest.replace("src: a", "src: b")),
    );
    update(&sandbox, &[]).success();
    rm(&sandbox, &["dots"]).success();
    // Nothing of theirs is gone: the last is in its place, or all are there beside it.
    let all: Vec<_> = fs::read_dir(sandbox.home())
        .unwrap()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(".vimrc"))
        .map(|entry| fs::read_to_string(entry.path()).unwrap())
        .collect();
    for text in ["mine\n", "second\n", "third\n"] {
        assert!(all.iter().any(|found| found == text), "{text:?} in {all:?}");
    }
    assert_ne!(before, Home::of(&sandbox));
}

#[test]
fn what_grex_and_git_keep_is_neither_removed_nor_renamed() {
    let sandbox = workspace();
    let first = "actions:\n  - symlink: { src: a, dst: ~/first }\n";
    declarative(&sandbox, "first", first).file("a", "a\n").add();
    let own = [
        "$GREX_WORKSPACE/.grex",
        "$GREX_WORKSPACE/.grex/.state",
        "$GREX_WORKSPACE/.grex/.state/undo",
        "$GREX_PACK_PATH/.git",
        "~/.local",
        "~/.local/state/grex",
    ];
    let files = [
        "$GREX_WORKSPACE/grex.jsonl",
        "$GREX_WORKSPACE/grex.lock.jsonl",
        "~/.local/state/grex/key",
        "~/.local/state/grex/trust.jsonl",
    ];
    let removed = own.map(|path| format!("rmdir: {{ path: {path}, force: true }}"));
    let renamed = own
        .into_iter()
        .chain(files)
        .map(|path| format!("symlink: {{ src: a, dst: {path}, backup: true }}"));
    for (index, action) in removed.into_iter().chain(renamed).enumerate() {
        let name = format!("p{index}");
        let remote = declarative(&sandbox, &name, &format!("actions:\n  - {action}\n"))
            .file("a", "a\n")
            .create();
        let outcome = add(&sandbox, &remote);
        told(&outcome, 4, &[&name, "is neither removed nor renamed"]);
    }
    assert!(sandbox.path("home/first").symlink_metadata().is_ok());
    rm(&sandbox, &["first"]).success();
    assert!(sandbox.path("home/first").symlink_metadata().is_err());
}
