//! Variables: those that grex heeds, and those that it sets for what it runs.

use std::collections::BTreeSet;

use grex::sys::env::VARIABLES;
use grex_fixtures::{Sandbox, grex};

use crate::promise::Facts;

/// All of them.
pub(crate) fn facts() -> Facts {
    let heeded = VARIABLES
        .iter()
        .map(|variable| format!("{}: is heeded", variable.name));
    let mut facts: Facts = heeded.collect();
    let sandbox = Sandbox::new();
    let remote = sandbox
        .remote("tools")
        .commit_files(&[
            (
                ".grex/pack.yaml",
                "schema_version: \"1\"\nname: tools\ntype: scripted\n",
            ),
            (".grex/hooks/setup.sh", "env >\"$HOME/seen\"\n"),
        ])
        .create();
    grex!(sandbox, "init").run().success();
    grex!(sandbox, "add", "--trust", remote.url(), "tools")
        .run()
        .success();
    let hook = sandbox.read("home/seen");
    let exec = grex!(sandbox, "exec", "env").run();
    for (who, text) in [("hooks", &hook), ("`grex exec`", &exec.success().stdout)] {
        for name in own(text) {
            facts.insert(format!("{name}: is set for {who}"));
        }
    }
    facts
}

/// The names in the output of env(1) that are grex's.
fn own(text: &str) -> BTreeSet<&str> {
    let names = text
        .lines()
        .filter_map(|line| Some(line.split_once('=')?.0));
    names.filter(|name| name.starts_with("GREX_")).collect()
}
