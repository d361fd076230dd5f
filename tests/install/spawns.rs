//! An update that finds nothing new starts nothing but the git of a `sync`, and writes nothing.

use grex_fixtures::{find_tool, grex, need, tree_snapshot, tree_snapshot_without};

use crate::support::{declarative, scripted, update, workspace};

const ACTIONS: &str = r#"
actions:
  - symlink: { src: vimrc, dst: ~/.vimrc }
  - env: { name: EDITOR, value: vim }
  - exec: { cmd: [sh, -c, "echo ran >> \"$HOME/.ran\""] }
"#;

/// Two packs, installed.
fn installed() -> grex_fixtures::Sandbox {
    let sandbox = workspace();
    declarative(&sandbox, "dots", ACTIONS)
        .file("vimrc", "set ruler\n")
        .add();
    scripted(&sandbox, "tools")
        .hook("setup", "echo set up >> \"$HOME/.ran\"\n")
        .add();
    assert_eq!(sandbox.read("home/.ran"), "ran\nset up\n");
    sandbox
}

#[test]
fn a_second_update_asks_git_what_a_sync_asks() {
    let sandbox = installed();
    let shim = sandbox.shim();
    let asked = |verb: &str| {
        shim.forget();
        grex!(sandbox, verb).with_shim(&shim).run().success();
        let mut asked: Vec<String> = shim
            .invocations()
            .into_iter()
            .map(|one| one.subcommand)
            // What the first run has learnt of git, the second knows.
            .filter(|subcommand| subcommand != "version")
            .collect();
        asked.sort();
        asked
    };
    let sync = asked("sync");
    assert_eq!(asked("update"), sync);
    assert!(sync.len() <= 2 * 2, "{sync:?}");
    assert_eq!(sandbox.read("home/.ran"), "ran\nset up\n");
}

#[test]
fn a_second_update_starts_no_other_program() {
    if !need("strace") {
        return;
    }
    let sandbox = installed();
    let log = sandbox.path("execs");
    sandbox
        .program(find_tool("strace").unwrap())
        .args(["-f", "-qq", "-e", "trace=execve", "-e", "signal=none", "-o"])
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_grex"))
        .arg("update")
        .run()
        .success();
    let log = sandbox.read(log);
    let others: Vec<_> = log
        .lines()
        .filter(|line| line.contains("execve(") && line.ends_with("= 0"))
        .filter(|line| !line.contains("/grex\"") && !line.contains("git"))
        // Git's own shells: the helper of a fetch from a path.
        .collect();
    assert_eq!(others, Vec::<&str>::new(), "{log}");
}

#[test]
fn a_second_update_writes_nothing() {
    let sandbox = installed();
    // What git itself writes when it fetches is settled after one more.
    update(&sandbox, &[]).success();
    let look = || {
        let workspace = tree_snapshot_without(
            &sandbox.workspace(),
            &[".grex/.state", "dots/.git", "tools/.git"],
        );
        let undo = tree_snapshot(&sandbox.path("workspace/.grex/.state/undo"));
        let home = tree_snapshot_without(&sandbox.home(), &[".local/state/grex/locks"]);
        (home, workspace, undo)
    };
    let before = look();
    update(&sandbox, &[]).success();
    assert_eq!(look(), before);
}
