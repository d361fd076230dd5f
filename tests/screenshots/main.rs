//! The pictures in `docs/images`: what the real binary shows at a terminal, in an example workspace.
//!
//! A test, so that a picture that is no longer true is noticed; `scripts/screenshots` writes them anew.

#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    reason = "the fences around files are for grex itself, not for its tests"
)]

mod desk;
mod picture;
#[path = "../cli/pty.rs"]
#[allow(
    clippy::unwrap_used,
    dead_code,
    reason = "what other tests need of a terminal; a test fails by panicking"
)]
mod pty;

use std::{fs, path::Path};

use grex::git::version::GitVersion;
use grex_fixtures::{Fault, Rule, Sandbox, grex, skip};

use self::{
    desk::Desk,
    picture::Picture,
    pty::{Terminal, is_drawn},
};

/// Set to write the pictures instead of comparing with them.
const WRITE: &str = "GREX_SCREENSHOTS";

/// The columns of all pictures.
const COLUMNS: u16 = 108;

/// Takes the picture of a command that is over.
fn shot(name: &str, sandbox: &Sandbox, words: &[&str], code: u32) {
    let mut terminal = Terminal::start(sandbox, &sandbox.shim(), COLUMNS, words);
    assert_eq!(terminal.end(), code, "{}", terminal.screen());
    let picture = terminal.look(|screen| Picture::of(sandbox, words, screen));
    compare(name, &picture);
}

#[track_caller]
fn compare(name: &str, picture: &Picture) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/images")
        .join(format!("{name}.svg"));
    let svg = picture.svg();
    if std::env::var_os(WRITE).is_some() {
        fs::write(&file, svg).expect("a picture");
        return;
    }
    let there = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        there == svg,
        "docs/images/{name}.svg shows something else; write it with scripts/screenshots if this is right:\n{}",
        picture.text()
    );
}

#[test]
fn status() {
    let desk = Desk::at_work();
    shot("status", &desk.sandbox, &["status"], 0);
}

#[test]
fn ls_tree() {
    let desk = Desk::synced();
    shot("ls-tree", &desk.sandbox, &["ls", "--tree"], 0);
}

#[test]
fn the_end_of_a_sync() {
    let desk = Desk::synced();
    desk.push();
    // One after another, so that they end in one order.
    let words = ["sync", "-j1"];
    let mut terminal = Terminal::start(&desk.sandbox, &desk.sandbox.shim(), COLUMNS, &words);
    assert_eq!(terminal.end(), 4, "{}", terminal.screen());
    let picture = terminal.look(|screen| Picture::of(&desk.sandbox, &["sync"], screen));
    compare("sync", &picture.without(" --parallel 1"));
}

#[test]
fn a_sync_on_its_way() {
    let desk = Desk::registered();
    let sandbox = &desk.sandbox;
    for part in ["docs", "tools/*"] {
        grex!(sandbox, "sync", "--only", part).run().success();
    }
    desk.push_to("align");
    let shim = sandbox.shim();
    let said = [
        (
            "dotfiles",
            "Receiving objects:  45% (1201/2669), 5.21 MiB | 2.60 MiB/s\r",
        ),
        ("notes", "remote: Counting objects:  71% (81/113)\r"),
        (
            "api",
            "Receiving objects:  12% (4811/40090), 18.02 MiB | 6.11 MiB/s\r",
        ),
        ("web", "Resolving deltas:  83% (9203/11088)\r"),
    ];
    let rules: Vec<_> = said
        .iter()
        .map(|(repository, line)| {
            let says = Fault::FatalThenSucceed {
                stderr: (*line).to_owned(),
            };
            Rule::on("clone")
                .argument(&format!("*{repository}.git"))
                .fault(says)
                .fault(Fault::barrier("held", 5))
        })
        .collect();
    shim.rules(&rules);
    // The three that are there need a turn as well.
    let words = ["sync", "-j7"];
    let mut terminal = Terminal::start(sandbox, &shim, COLUMNS, &words);
    terminal.wait_for("all four", |screen| {
        screen.contains("3 of 7") && screen.matches('%').count() == 4
    });
    let picture = terminal.look(|screen| Picture::of(sandbox, &["sync"], screen));
    // Which of them was the first is chance.
    compare("sync-under-way", &picture.sorted(is_drawn));
    shim.meet("held", 5);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_dry_run_of_update() {
    let desk = Desk::synced();
    shot("update-dry-run", &desk.sandbox, &["update", "--dry-run"], 0);
}

#[test]
fn doctor() {
    let desk = Desk::at_work();
    let version = GitVersion::parse(&desk.sandbox.git("", &["version"])).expect("a version");
    if version.mended_in().is_some() {
        skip("needs a git that doctor does not warn of");
        return;
    }
    shot("doctor", &desk.sandbox, &["doctor"], 7);
}

#[test]
fn an_error_in_a_pack_yaml() {
    let desk = Desk::synced();
    let sandbox = &desk.sandbox;
    let file = "workspace/dotfiles/.grex/pack.yaml";
    let wrong = sandbox
        .read(file)
        .replace("dst: ~/.vimrc", "dest: ~/.vimrc");
    sandbox.write(file, wrong);
    shot("error", sandbox, &["status", "--filter", "dotfiles"], 4);
}
