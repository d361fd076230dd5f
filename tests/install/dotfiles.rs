//! A set-up as people have it: links, a variable, a directory, something for each platform, a
//! guarded program, and a child that sets itself up.

use std::os::unix::fs::symlink;

use grex_fixtures::{Remote, Sandbox, grex};

use crate::{
    home::Home,
    support::{
        Pack, add, as_planned, changes, declarative, install_state, mode, rm, scripted, set_mode,
        target, update, workspace, yaml,
    },
};

/// What the pack says at first.
const FIRST: &str = r#"
actions:
  - require: { all_of: [{ cmd_available: sh }] }
  - symlink: { src: files/vimrc, dst: ~/.config/vim/vimrc }
  - symlink: { src: files/ignore, dst: ~/.config/git/ignore, backup: true }
  - symlink: { src: files/old, dst: ~/.old }
  - env: { name: EDITOR, value: "vim -p" }
  - mkdir: { path: ~/.cache/dots/vim, mode: "700" }
  - when: { os: linux, actions: [{ symlink: { src: files/linux, dst: ~/.platform } }] }
  - when: { os: macos, actions: [{ symlink: { src: files/macos, dst: ~/.platform } }] }
  - when:
      none_of: [{ path_exists: "$GREX_WORKSPACE/ready" }]
      actions:
        - exec: { cmd: [touch, "$GREX_WORKSPACE/ready"] }
"#;

/// What it says after a change upstream: a link added, one removed, one that leads elsewhere, and
/// another value.
const SECOND: &str = r#"
actions:
  - require: { all_of: [{ cmd_available: sh }] }
  - symlink: { src: files/vimrc-2, dst: ~/.config/vim/vimrc }
  - symlink: { src: files/ignore, dst: ~/.config/git/ignore, backup: true }
  - symlink: { src: files/new, dst: ~/.config/new/place }
  - env: { name: EDITOR, value: emacs }
  - mkdir: { path: ~/.cache/dots/vim, mode: "700" }
  - when: { os: linux, actions: [{ symlink: { src: files/linux, dst: ~/.platform } }] }
  - when:
      none_of: [{ path_exists: "$GREX_WORKSPACE/ready" }]
      actions:
        - exec: { cmd: [touch, "$GREX_WORKSPACE/ready"] }
"#;

fn children(tools: &Remote) -> String {
    format!("children:\n  - url: \"{}\"\n    path: tools\n", tools.url())
}

/// A home in which somebody has lived: a start-up file that is a link to one of mode 0600 that
/// lacks its last line feed, one with CRLF, and a file where the pack wants a link.
fn lived_in() -> Sandbox {
    let sandbox = workspace();
    set_mode(
        &sandbox.write("home/kept/profile", "# mine\nexport PAGER=less"),
        0o600,
    );
    symlink("kept/profile", sandbox.path("home/.profile")).unwrap();
    sandbox.write("home/.bashrc", "# windows was here\r\nalias ll='ls -l'\r\n");
    set_mode(&sandbox.write("home/.config/git/ignore", "*.swp\n"), 0o640);
    sandbox
}

/// The pack, and its child.
fn dots(sandbox: &Sandbox) -> (Remote, Remote) {
    let tools = scripted(sandbox, "tools")
        .hook("setup", "echo tools > \"$HOME/.tools\"\n")
        .hook("teardown", "rm -f \"$HOME/.tools\"\n")
        .create();
    let first = children(&tools) + FIRST;
    let mut dots: Pack<'_> = declarative(sandbox, "dots", &first);
    for name in ["vimrc", "vimrc-2", "ignore", "old", "new", "linux", "macos"] {
        dots = dots.file(&format!("files/{name}"), &format!("{name}\n"));
    }
    (dots.create(), tools)
}

#[test]
fn it_is_installed_and_taken_back_byte_for_byte() {
    let sandbox = lived_in();
    let before = Home::of(&sandbox);
    let (dots, _) = dots(&sandbox);
    add(&sandbox, &dots).success();
    assert_eq!(sandbox.read("home/.config/vim/vimrc"), "vimrc\n");
    assert_eq!(sandbox.read("home/.config/git/ignore"), "ignore\n");
    assert_eq!(sandbox.read("home/.tools"), "tools\n");
    assert_eq!(mode(&sandbox.path("home/.cache/dots/vim")), 0o700);
    assert!(sandbox.path("workspace/ready").exists());
    if cfg!(target_os = "linux") {
        assert_eq!(sandbox.read("home/.platform"), "linux\n");
    }
    // A linked start-up file stays a link, and what it leads to keeps its mode.
    assert_eq!(
        target(&sandbox.path("home/.profile")).to_str(),
        Some("kept/profile")
    );
    let profile = sandbox.read("home/kept/profile");
    assert!(
        profile.starts_with("# mine\nexport PAGER=less\n# >>>")
            && profile.contains("export EDITOR='vim -p'\n"),
        "{profile}"
    );
    assert_eq!(mode(&sandbox.path("home/kept/profile")), 0o600);
    let bashrc = sandbox.read("home/.bashrc");
    assert!(
        bashrc.contains("export EDITOR='vim -p'") && bashrc.starts_with("# windows was here\r\n"),
        "{bashrc}"
    );
    assert_eq!(install_state(&sandbox, "dots"), "installed");
    assert_eq!(install_state(&sandbox, "dots/tools"), "installed");
    rm(&sandbox, &["dots"]).success();
    before.check();
}

#[test]
fn every_verb_does_what_its_plan_says() {
    let sandbox = lived_in();
    let before = Home::of(&sandbox);
    let (dots, tools) = dots(&sandbox);
    grex!(sandbox, "add", dots.url(), "--no-install")
        .run()
        .success();
    let report = as_planned(&sandbox, &["update", "--trust"]);
    assert!(changes(&report).len() > 8, "{report:#}");
    dots.push_commit(
        ".grex/pack.yaml",
        yaml("dots", "declarative", &(children(&tools) + SECOND)),
    );
    grex!(sandbox, "sync").run().success();
    let report = as_planned(&sandbox, &["update", "--trust"]);
    let told = changes(&report).join("\n");
    for part in ["vimrc-2", ".config/new", ".old", "emacs"] {
        assert!(told.contains(part), "{part} in\n{told}");
    }
    assert!(!told.contains("git/ignore"), "{told}");
    as_planned(&sandbox, &["rm", "--yes", "dots"]);
    before.check();
}

#[test]
fn a_change_upstream_is_followed() {
    let sandbox = lived_in();
    let before = Home::of(&sandbox);
    let (dots, tools) = dots(&sandbox);
    add(&sandbox, &dots).success();
    let installed = Home::of(&sandbox);
    dots.push_commit(
        ".grex/pack.yaml",
        yaml("dots", "declarative", &(children(&tools) + SECOND)),
    );
    update(&sandbox, &[]).success();
    installed.check_but(&[
        ".bashrc",
        ".config/new",
        ".config/new/place",
        ".config/vim/vimrc",
        ".old",
        "kept/profile",
    ]);
    assert_eq!(sandbox.read("home/.config/vim/vimrc"), "vimrc-2\n");
    assert_eq!(sandbox.read("home/.config/new/place"), "new\n");
    let profile = sandbox.read("home/kept/profile");
    assert!(
        profile.contains("export EDITOR='emacs'") || profile.contains("export EDITOR=emacs"),
        "{profile}"
    );
    assert!(!profile.contains("vim"), "{profile}");
    // And back again.
    dots.push_commit(
        ".grex/pack.yaml",
        yaml("dots", "declarative", &(children(&tools) + FIRST)),
    );
    update(&sandbox, &[]).success();
    installed.check();
    rm(&sandbox, &["dots"]).success();
    before.check();
}

#[test]
fn status_tells_what_is_installed() {
    let sandbox = lived_in();
    let (dots, tools) = dots(&sandbox);
    grex!(sandbox, "add", dots.url(), "--no-install")
        .run()
        .success();
    assert_eq!(install_state(&sandbox, "dots"), "not-installed");
    assert_eq!(install_state(&sandbox, "dots/tools"), "not-installed");
    update(&sandbox, &[]).success();
    assert_eq!(install_state(&sandbox, "dots"), "installed");
    let drifts = |expected: &str| {
        assert_eq!(install_state(&sandbox, "dots"), expected);
        let code = if expected == "installed" { 0 } else { 7 };
        grex!(sandbox, "status", "--fail-on-drift").run().code(code);
    };
    // Somebody removes a link, leads it elsewhere, or edits the block.
    let link = sandbox.path("home/.old");
    let text = target(&link);
    std::fs::remove_file(&link).unwrap();
    drifts("drifted");
    symlink("/elsewhere", &link).unwrap();
    drifts("drifted");
    std::fs::remove_file(&link).unwrap();
    symlink(text, &link).unwrap();
    drifts("installed");
    let profile = sandbox.read("home/kept/profile");
    sandbox.write("home/kept/profile", profile.replace("vim -p", "ed"));
    drifts("drifted");
    update(&sandbox, &["--force"]).success();
    drifts("installed");
    assert_eq!(sandbox.read("home/kept/profile"), profile);
    // New commits that are not installed yet.
    dots.push_commit(
        ".grex/pack.yaml",
        yaml("dots", "declarative", &(children(&tools) + SECOND)),
    );
    grex!(sandbox, "sync").run().success();
    assert_eq!(install_state(&sandbox, "dots"), "outdated");
    assert_eq!(install_state(&sandbox, "dots/tools"), "installed");
}

#[test]
fn what_somebody_changed_meanwhile_is_theirs() {
    let sandbox = lived_in();
    let (dots, _) = dots(&sandbox);
    add(&sandbox, &dots).success();
    // A file of theirs where the link was, one in a directory that was made, a line of theirs
    // behind the block.
    std::fs::remove_file(sandbox.path("home/.old")).unwrap();
    sandbox.write("home/.old", "mine\n");
    sandbox.write("home/.cache/dots/vim/swap", "mine\n");
    let bashrc = sandbox.read("home/.bashrc");
    sandbox.write("home/.bashrc", bashrc + "alias mine=ls\r\n");
    rm(&sandbox, &["dots"]).success();
    assert_eq!(sandbox.read("home/.old"), "mine\n");
    assert_eq!(sandbox.read("home/.cache/dots/vim/swap"), "mine\n");
    assert_eq!(
        sandbox.read("home/.bashrc"),
        "# windows was here\r\nalias ll='ls -l'\r\nalias mine=ls\r\n"
    );
    assert_eq!(sandbox.read("home/.config/git/ignore"), "*.swp\n");
    assert!(!sandbox.path("home/.config/vim").exists());
}
