//! The pack in `fixtures/reference-pack`, which people copy: it does what it says, nothing when
//! nothing has changed, and leaves no trace.

use std::{fs, path::Path};

use grex_fixtures::{Remote, Sandbox, grex};
use serde_json::Value;

use crate::{home::Home, support::workspace};

/// Makes a repository of a copy of it.
fn published(sandbox: &Sandbox) -> Remote {
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reference-pack");
    let copied = sandbox.program("cp").arg("-R").arg(pack).arg("copy").run();
    copied.success();
    sandbox.git("workspace/copy", &["init", "-q", "-b", "main"]);
    sandbox.git("workspace/copy", &["add", "."]);
    sandbox.git("workspace/copy", &["commit", "-q", "-m", "Begin"]);
    let remote = sandbox.remote("terminal").create();
    sandbox.git("workspace/copy", &["push", "-q", &remote.url(), "main"]);
    fs::remove_dir_all(sandbox.path("workspace/copy")).unwrap();
    remote
}

/// A home in which a file of the pack's is in the way, and ripgrep is installed.
fn lived_in() -> Sandbox {
    let sandbox = workspace();
    sandbox.write_script("bin/rg", "#!/bin/sh\n");
    sandbox.write("home/.profile", "# mine\n");
    sandbox.write("home/.config/ripgrep/ripgreprc", "--max-columns=99\n");
    sandbox
}

#[test]
fn it_installs_cleanly_and_goes_without_a_trace() {
    let sandbox = lived_in();
    let remote = published(&sandbox);
    let before = Home::of(&sandbox);

    let added = grex!(sandbox, "add", remote.url(), "terminal")
        .args(["--trust", "--json"])
        .run();
    let added: Value = serde_json::from_str(&added.success().stdout).unwrap();
    assert_eq!(added["installed"], true, "{added:#}");
    let link = sandbox.path("home/.local/bin/git-recent");
    assert_eq!(
        fs::read_link(&link).unwrap(),
        sandbox.path("workspace/terminal/bin/git-recent")
    );
    let recent = sandbox.program(&link).in_dir("workspace/terminal").run();
    assert!(recent.success().stdout.ends_with("\tmain\n"));
    let settings = sandbox.read("home/.config/ripgrep/ripgreprc");
    assert!(settings.contains("--smart-case"), "{settings}");
    let profile = sandbox.read("home/.profile");
    assert!(
        profile.contains("RIPGREP_CONFIG_PATH='") && profile.contains("/ripgreprc'"),
        "{profile}"
    );
    assert!(sandbox.path("home/.cache/scratch").is_dir());

    let installed = Home::of(&sandbox);
    let again = grex!(sandbox, "update", "--json").run();
    let again: Value = serde_json::from_str(&again.success().stdout).unwrap();
    assert_eq!(again[0]["reinstalled"], false, "{again:#}");
    // Done once more, it finds everything as it should be.
    let forced = grex!(sandbox, "update", "--force", "--trust", "--json").run();
    let forced: Value = serde_json::from_str(&forced.success().stdout).unwrap();
    let actions = forced[0]["actions"].as_array().unwrap();
    assert!(actions.len() > 3, "{forced:#}");
    assert!(
        actions.iter().all(|action| action["changed"] == false),
        "{forced:#}"
    );
    installed.check();
    let status = grex!(sandbox, "status", "--fail-on-drift").run();
    status.success();

    grex!(sandbox, "rm", "-y", "terminal").run().success();
    before.check();
}

#[test]
fn where_there_is_no_ripgrep_no_variable_is_set() {
    let sandbox = workspace();
    let remote = published(&sandbox);
    let before = Home::of(&sandbox);
    // A machine with git, and nothing else.
    let git = grex_fixtures::find_tool("git").unwrap();
    fs::create_dir(sandbox.path("git-only")).unwrap();
    std::os::unix::fs::symlink(git, sandbox.path("git-only/git")).unwrap();
    let path = sandbox.path("git-only");
    grex!(sandbox, "add", remote.url(), "terminal", "--trust")
        .env("PATH", &path)
        .run()
        .success();
    assert!(!sandbox.path("home/.profile").exists());
    assert!(sandbox.path("home/.local/bin/git-recent").exists());
    grex!(sandbox, "rm", "-y", "terminal").run().success();
    before.check();
}

/// Its overrides are read on this machine too, whichever it is.
#[test]
fn it_reads_well_on_every_system() {
    use grex::model::pack::{PackSource, SourceFile, Vocabulary, parse};

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reference-pack/.grex");
    let text = fs::read_to_string(root.join("pack.yaml")).unwrap();
    for (system, actions) in [("linux", 5), ("macos", 6), ("windows", 6)] {
        let target = fs::read_to_string(root.join(format!("targets/{system}.yaml")));
        let source = PackSource {
            pack: SourceFile {
                name: "pack.yaml",
                text: &text,
            },
            target: target
                .as_ref()
                .ok()
                .map(|text| SourceFile { name: system, text }),
        };
        let spec = parse(source, &Vocabulary::builtin()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(spec.actions.len(), actions, "{system}");
        assert_eq!(spec.teardown, None);
    }
}
