//! The world that runs are killed in: a home directory with things in it, and a pack that changes
//! it in every way there is, with a scripted pack below it.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use grex_fixtures::{Outcome, Remote, Sandbox, grex};

use crate::home::Home;

/// What a moment leaves and the next run finds, in the sandbox.
const STATE: [&str; 3] = ["home", "workspace", "tmp"];

/// The exit code of a run that `faults` killed.
pub(crate) const KILLED: i32 = 137;

/// A sandbox, and what is in it.
pub(crate) struct Ground {
    pub(crate) sandbox: Sandbox,
    pack: Remote,
    faults: PathBuf,
    /// The home directory before anything was installed.
    pub(crate) original: Home,
}

impl Ground {
    /// Makes the world: nothing is registered, the pack is in its first version.
    pub(crate) fn new() -> Self {
        Self::within(Sandbox::new())
    }

    /// Makes the world in a sandbox that was prepared for it.
    pub(crate) fn within(sandbox: Sandbox) -> Self {
        fill_home(&sandbox);
        let hooks = sandbox
            .remote("hooks")
            .pack_yaml("schema_version: \"1\"\nname: hooks\ntype: scripted\n")
            .commit_script(
                ".grex/hooks/setup.sh",
                "#!/bin/sh\necho hooked > \"$HOME/.hooked\"\n",
            )
            .commit_script(
                ".grex/hooks/teardown.sh",
                "#!/bin/sh\nrm -f \"$HOME/.hooked\"\n",
            )
            .create();
        let pack = sandbox
            .remote("tools")
            .commit_files(&[
                (".grex/files/one", "1\n"),
                (".grex/files/two", "2\n"),
                (".grex/files/three", "3\n"),
                (".grex/files/four", "4\n"),
            ])
            .pack_yaml(&first(&sandbox, &hooks))
            .create();
        let ground = Self {
            original: Home::read(&sandbox.home()),
            faults: sandbox.faults(),
            sandbox,
            pack,
        };
        ground.grex(&["init"]).success();
        ground
    }

    /// The URL of the pack.
    pub(crate) fn url(&self) -> String {
        self.pack.file_url()
    }

    /// Publishes the second version of the pack.
    pub(crate) fn change_upstream(&self) {
        let text = self.pack.git(&["show", "main:.grex/pack.yaml"]);
        self.pack.push_commit(".grex/pack.yaml", second(&text));
    }

    /// Prepares a run of grex.
    pub(crate) fn grex(&self, arguments: &[&str]) -> Outcome {
        grex!(self.sandbox).args(arguments).run()
    }

    /// Runs grex with a fault: `how` are arguments of `faults`. Returns how it ended, and the
    /// moments that were counted.
    pub(crate) fn faulty(&self, how: &[&str], arguments: &[&str]) -> (Outcome, Vec<String>) {
        let log = self.sandbox.path("moments");
        let outcome = self
            .sandbox
            .program(&self.faults)
            .args(how)
            .arg("--log")
            .arg(&log)
            .arg("--under")
            .arg(self.sandbox.home())
            .arg("--under")
            .arg(self.sandbox.workspace())
            .arg(env!("CARGO_BIN_EXE_grex"))
            .args(arguments)
            .run();
        let moments = self.sandbox.read(&log);
        (outcome, moments.lines().map(str::to_owned).collect())
    }

    /// The home directory as it is.
    pub(crate) fn home(&self) -> Home {
        Home::read(&self.sandbox.home())
    }

    /// Whether the pack is registered.
    pub(crate) fn is_registered(&self) -> bool {
        let ls = self.grex(&["ls", "--json"]);
        ls.success();
        ls.stdout.contains("\"tools\"")
    }

    /// Keeps the state under a name.
    pub(crate) fn save(&self, name: &str) {
        let kept = self.sandbox.path(name);
        if kept.exists() {
            fs::remove_dir_all(&kept).unwrap();
        }
        fs::create_dir(&kept).unwrap();
        self.copy(&STATE.map(|part| self.sandbox.path(part)), &kept);
    }

    /// Makes the state again what it was when it was saved.
    pub(crate) fn restore(&self, name: &str) {
        for part in STATE {
            fs::remove_dir_all(self.sandbox.path(part)).unwrap();
        }
        let kept = self.sandbox.path(name);
        self.copy(&STATE.map(|part| kept.join(part)), &self.sandbox.path(""));
    }

    fn copy(&self, what: &[PathBuf], to: &Path) {
        let status = Command::new("cp").arg("-a").args(what).arg(to).status();
        assert!(status.unwrap().success(), "cp");
    }
}

fn fill_home(sandbox: &Sandbox) {
    sandbox.write("home/.bashrc", "alias l=ls");
    fs::set_permissions(
        sandbox.path("home/.bashrc"),
        fs::Permissions::from_mode(0o600),
    )
    .unwrap();
    sandbox.write("home/.profile", "# mine\n");
    sandbox.write("home/.two", "my own two\n");
    sandbox.write("home/full/of/things", "things\n");
    sandbox.write("home/full/more", "more\n");
}

/// The first version of the pack's file.
fn first(sandbox: &Sandbox, hooks: &Remote) -> String {
    let log = sandbox.path("exec.log");
    format!(
        r#"schema_version: "1"
name: tools
type: declarative
children:
  - url: {}
    path: hooks
actions:
  - symlink: {{ src: .grex/files/one, dst: $HOME/.one }}
  - symlink: {{ src: .grex/files/two, dst: $HOME/.two, backup: true }}
  - symlink: {{ src: .grex/files/three, dst: $HOME/deep/er/three }}
  - env: {{ name: TOOLS, value: first }}
  - mkdir: {{ path: $HOME/made/inner, mode: "700" }}
  - rmdir: {{ path: $HOME/full, backup: true }}
  - when:
      os: linux
      actions:
        - mkdir: {{ path: $HOME/only }}
        - symlink: {{ src: .grex/files/one, dst: $HOME/only/one }}
  - exec: {{ cmd: ["sh", "-c", "echo ran >> '{}'"] }}
"#,
        hooks.file_url(),
        log.display()
    )
}

/// The second version: a link more, one less, one to something else, another value.
fn second(first: &str) -> String {
    let dropped = "  - symlink: { src: .grex/files/three, dst: $HOME/deep/er/three }\n";
    let added = "  - symlink: { src: .grex/files/four, dst: $HOME/other/four }\n";
    let (one, other) = (
        "src: .grex/files/one, dst: $HOME/.one",
        "src: .grex/files/four, dst: $HOME/.one",
    );
    assert!(first.contains(dropped) && first.contains(one));
    first
        .replace(dropped, added)
        .replace(one, other)
        .replace("value: first", "value: second")
        + "\n"
}
