//! Workspaces of some packs, and runs of grex whose system calls are counted.

use std::{fmt::Write as _, path::PathBuf};

use grex_fixtures::{Remote, Sandbox, grex};

use crate::calls::Calls;

/// A workspace that declares packs, all from one remote, and the program that counts.
pub(crate) struct Ground {
    sandbox: Sandbox,
    remote: Remote,
    counter: PathBuf,
}

impl Ground {
    /// A workspace in which so many packs are declared, and none has arrived.
    pub(crate) fn declared(packs: usize) -> Self {
        let sandbox = Sandbox::new();
        let remote = sandbox.remote("pack").commit("a", "1\n").create();
        let url = remote.url();
        let mut manifest = String::new();
        for number in 0..packs {
            writeln!(
                manifest,
                r#"{{"op":"add","ts":"2026-01-02T03:04:05Z","id":"pack-{number}","url":"{url}","path":"pack-{number}","type":"meta","schema_version":"1"}}"#
            )
            .unwrap();
        }
        sandbox.write("workspace/grex.jsonl", manifest);
        let counter = sandbox.faults();
        Self {
            sandbox,
            remote,
            counter,
        }
    }

    /// The same, and the packs have arrived and were seen to be up to date.
    pub(crate) fn settled(packs: usize) -> Self {
        let ground = Self::declared(packs);
        grex!(ground.sandbox, "sync").run().success();
        grex!(ground.sandbox, "sync").run().success();
        ground
    }

    /// Publishes a commit, so that every pack is behind.
    pub(crate) fn change_upstream(&self) {
        self.remote.push_commit("b", "2\n");
    }

    /// Runs grex, which must succeed; returns all that it did.
    pub(crate) fn calls(&self, arguments: &[&str]) -> Calls {
        let log = self.sandbox.path("calls");
        self.sandbox
            .program(&self.counter)
            .args(["--every", "--log"])
            .arg(&log)
            .arg(env!("CARGO_BIN_EXE_grex"))
            .args(arguments)
            // Where there is one, the loader looks for every library in each of its places.
            .env_remove("LD_LIBRARY_PATH")
            .env_remove("LLVM_PROFILE_FILE")
            .run()
            .success();
        Calls::parse(&self.sandbox.read(log))
    }

    /// The same, of which only what is about files of the sandbox.
    pub(crate) fn files(&self, arguments: &[&str]) -> Calls {
        let root = self.sandbox.path("");
        let root = root.to_str().unwrap().trim_end_matches('/');
        self.calls(arguments).under(root)
    }
}
