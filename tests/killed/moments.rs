//! The verbs, and which of their moments are tried.

use std::ops::RangeInclusive;

use grex_fixtures::need;

use crate::{
    ground::Ground,
    sweep::{Fault, Verb, sweep},
};

/// The moments that are tried: some by default, all with `GREX_FAULTS=all` or `GREX_SLOW=1`, or
/// from a number to another as in `GREX_FAULTS=20-30`.
pub(crate) struct Choice {
    range: Option<RangeInclusive<usize>>,
    step: Option<usize>,
}

/// How many moments of each sweep the short form tries.
const SHORT: usize = 4;

impl Choice {
    pub(crate) fn from_environment() -> Self {
        let text = std::env::var("GREX_FAULTS").unwrap_or_default();
        let is_slow = std::env::var("GREX_SLOW").is_ok_and(|slow| slow == "1");
        if text.is_empty() && !is_slow {
            return Self {
                range: None,
                step: None,
            };
        }
        let range = text.split_once('-').map(|(from, to)| {
            let number = |text: &str| text.parse().expect("GREX_FAULTS is `all` or `FROM-TO`");
            number(from)..=number(to)
        });
        Self {
            range,
            step: Some(1),
        }
    }

    /// The numbers of the moments, of so many.
    pub(crate) fn of(&self, moments: usize) -> Vec<usize> {
        let step = self.step.unwrap_or_else(|| (moments / SHORT).max(1));
        let range = self.range.clone().unwrap_or(1..=moments);
        // Not the first of each stretch: that of the first is always the same.
        range.skip(step / 2).step_by(step).collect()
    }
}

fn can_run() -> bool {
    need("cc") && need("cp")
}

fn verb(name: &'static str, arguments: &[&str]) -> Verb {
    Verb {
        name,
        arguments: arguments.iter().map(|&text| text.to_owned()).collect(),
    }
}

fn add(fault: Fault) {
    if can_run() {
        let ground = Ground::new();
        sweep(
            &ground,
            &verb("add", &["add", "--trust", &ground.url()]),
            fault,
        );
    }
}

fn update(fault: Fault) {
    if can_run() {
        let ground = installed();
        ground.change_upstream();
        sweep(&ground, &verb("update", &["update", "--trust"]), fault);
    }
}

fn rm(fault: Fault) {
    if can_run() {
        let ground = installed();
        sweep(&ground, &verb("rm", &["rm", "-y", "tools"]), fault);
    }
}

fn run_symlink(fault: Fault) {
    if can_run() {
        let ground = installed();
        ground.change_upstream();
        ground.grex(&["sync"]).success();
        sweep(
            &ground,
            &verb("run symlink", &["run", "symlink", "--trust"]),
            fault,
        );
    }
}

/// A ground where the first version is installed.
fn installed() -> Ground {
    let ground = Ground::new();
    ground.grex(&["add", "--trust", &ground.url()]).success();
    ground
}

#[test]
fn add_is_killed() {
    add(Fault::Kill);
}

#[test]
fn update_is_killed() {
    update(Fault::Kill);
}

#[test]
fn rm_is_killed() {
    rm(Fault::Kill);
}

#[test]
fn run_is_killed() {
    run_symlink(Fault::Kill);
}

#[test]
fn add_finds_the_disk_full() {
    add(Fault::Full);
}

#[test]
fn update_finds_the_disk_full() {
    update(Fault::Full);
}

#[test]
fn rm_finds_the_disk_full() {
    rm(Fault::Full);
}

#[test]
fn add_meets_a_broken_disk() {
    add(Fault::Error("EIO"));
}

#[test]
fn update_meets_a_broken_disk() {
    update(Fault::Error("EIO"));
}

#[test]
fn rm_meets_a_broken_disk() {
    rm(Fault::Error("EIO"));
}
