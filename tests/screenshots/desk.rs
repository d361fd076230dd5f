//! The workspace in the pictures.

use grex_fixtures::{Remote, Sandbox, grex};

const DOTFILES: &str = "\
schema_version: \"1\"
name: dotfiles
type: declarative
actions:
  - symlink: {src: vimrc, dst: ~/.vimrc, backup: true}
  - mkdir: {path: ~/.cache/vim, mode: \"700\"}
  - env: {name: EDITOR, value: vim}
children:
  - url: ../themes.git
    ref: v1.0.0
  - url: ../snippets.git
";

/// A workspace with what its packs come from.
pub(crate) struct Desk {
    pub(crate) sandbox: Sandbox,
    remotes: Vec<Remote>,
}

impl Desk {
    /// Its packs are registered.
    pub(crate) fn registered() -> Self {
        let sandbox = Sandbox::new();
        grex!(sandbox, "init", sandbox.workspace()).run().success();
        let remote = |name: &str| sandbox.remote(name).commit("README.md", name);
        let dotfiles = remote("dotfiles").commit("vimrc", "set nocompatible\n");
        let remotes = vec![
            remote("themes").tag("v1.0.0").create(),
            remote("snippets").create(),
            dotfiles.pack_yaml(DOTFILES).create(),
            remote("notes").commit("a.md", "a").create(),
            remote("api")
                .commit("src/main.rs", "fn main() {}\n")
                .create(),
            remote("web").commit("index.html", "<p>\n").create(),
            remote("docs").create(),
            remote("align").create(),
            remote("format").create(),
        ];
        let mut lines = sandbox.read("workspace/grex.jsonl");
        for (path, remote) in [
            ("docs", &remotes[6]),
            ("dotfiles", &remotes[2]),
            ("field notes", &remotes[3]),
            ("services/api", &remotes[4]),
            ("services/web", &remotes[5]),
            ("tools/align", &remotes[7]),
            ("tools/format", &remotes[8]),
        ] {
            let url = remote.file_url();
            lines += &format!(
                "{{\"op\":\"add\",\"ts\":\"2026-01-05T09:00:00Z\",\"id\":\"{path}\",\"url\":\"{url}\",\
                 \"path\":\"{path}\",\"type\":\"meta\",\"schema_version\":\"1\"}}\n"
            );
        }
        sandbox.write("workspace/grex.jsonl", lines);
        Self { sandbox, remotes }
    }

    /// They are all there.
    pub(crate) fn synced() -> Self {
        let desk = Self::registered();
        grex!(desk.sandbox, "sync").run().success();
        desk
    }

    /// Somebody has worked in them.
    pub(crate) fn at_work() -> Self {
        let desk = Self::synced();
        grex!(desk.sandbox, "update", "--trust").run().success();
        let sandbox = &desk.sandbox;
        let git = |pack: &str, words: &[&str]| sandbox.git(format!("workspace/{pack}"), words);
        sandbox.write("workspace/field notes/a.md", "b");
        sandbox.write("workspace/field notes/new.md", "c");
        sandbox.write(
            "workspace/services/api/src/main.rs",
            "fn main() { serve() }\n",
        );
        git("services/api", &["checkout", "-q", "-b", "feature/serve"]);
        git("services/api", &["commit", "-qam", "Serve"]);
        git(
            "services/api",
            &["branch", "-q", "--set-upstream-to", "origin/main"],
        );
        std::fs::remove_dir_all(sandbox.path("workspace/services/web")).expect("a pack");
        std::fs::remove_file(sandbox.path("home/.vimrc")).expect("a link");
        sandbox.git("", &["init", "-q", "workspace/sandbox"]);
        desk
    }

    /// Somebody else has pushed to one of them.
    pub(crate) fn push_to(&self, name: &str) {
        let remote = self.remotes.iter().find(|remote| remote.name() == name);
        remote.expect("a remote").push_commit("more.md", "more");
    }

    /// Somebody else has pushed, and one of the packs has commits of its own.
    pub(crate) fn push(&self) {
        self.push_to("snippets");
        self.push_to("notes");
        self.remotes[4].push_commit("README.md", "api, again");
        let api = "workspace/services/api";
        self.sandbox
            .write(format!("{api}/src/main.rs"), "fn main() { serve() }\n");
        self.sandbox.git(api, &["commit", "-qam", "Serve"]);
        std::fs::remove_dir_all(self.sandbox.path("workspace/services/web")).expect("a pack");
    }
}
