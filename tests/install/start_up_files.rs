//! Start-up files as people have them, and what is left of them.

use std::os::unix::fs::symlink;

use grex_fixtures::{Sandbox, grex};

use crate::{
    home::Home,
    support::{add, declarative, mode, rm, set_mode, target, told, workspace},
};

const EDITOR: &str = "actions:\n  - env: { name: EDITOR, value: vim }\n";

#[test]
fn a5_one_marker_missing_is_refused_and_nothing_changes() {
    for broken in [
        "# >>> grex:dots >>>\nexport EDITOR=x\nalias mine=ls\n",
        "alias mine=ls\n# <<< grex:dots <<<\n",
        "# >>> grex:dots >>>\n# >>> grex:dots >>>\n# <<< grex:dots <<<\n",
        "# >>> grex:other >>>\n# >>> grex:dots >>>\n# <<< grex:dots <<<\n",
    ] {
        for file in [".profile", ".bashrc"] {
            let sandbox = workspace();
            sandbox.write("home/.profile", "# fine\n");
            sandbox.write(format!("home/{file}"), broken);
            let before = Home::of(&sandbox);
            let remote = declarative(&sandbox, "dots", EDITOR).create();
            told(&add(&sandbox, &remote), 4, &["dots", file, "line"]);
            before.check();
            // Mended, it is installed.
            sandbox.write(format!("home/{file}"), "# mended\n");
            grex!(sandbox, "update", "--trust").run().success();
            assert!(sandbox.read("home/.profile").contains("EDITOR"));
        }
    }
}

#[test]
fn a5_a_marker_that_is_lost_after_the_install_stops_its_removal() {
    let sandbox = workspace();
    let remote = declarative(&sandbox, "dots", EDITOR).create();
    sandbox.write("home/.profile", "# mine\n");
    let before = Home::of(&sandbox);
    add(&sandbox, &remote).success();
    let whole = sandbox.read("home/.profile");
    sandbox.write("home/.profile", whole.replace("# <<< grex:dots <<<\n", ""));
    let broken = Home::of(&sandbox);
    told(&rm(&sandbox, &["dots"]), 4, &["dots", ".profile", "line"]);
    assert!(sandbox.path("workspace/dots").exists());
    broken.check();
    sandbox.write("home/.profile", whole);
    rm(&sandbox, &["dots"]).success();
    before.check();
}

#[test]
fn a6_a_linked_file_stays_linked_and_keeps_its_mode() {
    let sandbox = workspace();
    set_mode(&sandbox.write("home/kept/deep/profile", "# mine"), 0o600);
    symlink("kept/middle", sandbox.path("home/.profile")).unwrap();
    symlink("deep/profile", sandbox.path("home/kept/middle")).unwrap();
    let before = Home::of(&sandbox);
    declarative(&sandbox, "dots", EDITOR).add();
    assert_eq!(
        target(&sandbox.path("home/.profile")).to_str(),
        Some("kept/middle")
    );
    assert_eq!(
        target(&sandbox.path("home/kept/middle")).to_str(),
        Some("deep/profile")
    );
    assert_eq!(mode(&sandbox.path("home/kept/deep/profile")), 0o600);
    assert!(
        sandbox
            .read("home/kept/deep/profile")
            .starts_with("# mine\n# >>> grex:dots >>>\n")
    );
    rm(&sandbox, &["dots"]).success();
    before.check();
}

#[test]
fn a_file_that_was_not_there_is_gone_again() {
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    declarative(&sandbox, "dots", EDITOR).add();
    assert!(sandbox.path("home/.profile").exists());
    rm(&sandbox, &["dots"]).success();
    before.check();
}

/// Texts as they are found.
const TEXTS: [&str; 6] = [
    "\n",
    "no line feed",
    "one\ntwo\n",
    "one\r\ntwo\r\n",
    "one\r\ntwo",
    "mixed\r\nlines\n\n\n",
];

#[test]
fn every_kind_of_text_comes_back() {
    for text in TEXTS {
        let sandbox = workspace();
        sandbox.write("home/.profile", text);
        sandbox.write("home/.bashrc", text);
        let before = Home::of(&sandbox);
        let other = "actions:\n  - env: { name: PAGER, value: less }\n";
        declarative(&sandbox, "dots", EDITOR).add();
        declarative(&sandbox, "more", other).add();
        arrives(&sandbox, "EDITOR", "vim");
        arrives(&sandbox, "PAGER", "less");
        rm(&sandbox, &["dots"]).success();
        arrives(&sandbox, "PAGER", "less");
        rm(&sandbox, &["more"]).success();
        before.check();
    }
}

#[test]
fn an_empty_file_stays_and_is_empty_again() {
    let sandbox = workspace();
    sandbox.write("home/.profile", "");
    sandbox.write("home/.bashrc", "");
    let before = Home::of(&sandbox);
    declarative(&sandbox, "dots", EDITOR).add();
    arrives(&sandbox, "EDITOR", "vim");
    rm(&sandbox, &["dots"]).success();
    before.check();
}

#[track_caller]
fn arrives(sandbox: &Sandbox, name: &str, value: &str) {
    let script = format!(". \"$HOME/.profile\" 2>/dev/null; printf %s \"${name}\"");
    let outcome = sandbox.program("sh").args(["-c", &script]).run();
    assert_eq!(
        outcome.stdout,
        value,
        "{name} with {:?}",
        sandbox.read("home/.profile")
    );
}

#[test]
fn a_line_that_is_added_behind_the_block_is_not_swallowed() {
    // As installers do: `echo ... >> ~/.profile`.
    for text in ["", "one\n", "one\r\ntwo\r\n"] {
        let sandbox = workspace();
        sandbox.write("home/.profile", text);
        declarative(&sandbox, "dots", EDITOR).add();
        let with = sandbox.read("home/.profile");
        sandbox.write("home/.profile", with + "export MINE=1\n");
        arrives(&sandbox, "MINE", "1");
        arrives(&sandbox, "EDITOR", "vim");
        rm(&sandbox, &["dots"]).success();
        arrives(&sandbox, "MINE", "1");
        assert!(!sandbox.read("home/.profile").contains("EDITOR"));
    }
}
