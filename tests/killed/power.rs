//! The power is cut: after a run that said that it succeeded, and in the middle of one. Everything
//! lies on an ext4 in a file; what is copied of it without a sync is what a cut leaves.

use std::time::Instant;

use grex::git::version::{Feature, GitVersion};
use grex_fixtures::{Sandbox, skip};

use crate::{
    disk::{Disk, with_mounts},
    ground::Ground,
    home::Home,
    seeded::Seeded,
    sixteen::{self, Sixteen},
    state::State,
};

/// How the file system is mounted: as usual; and so that it does not repair what programs forget,
/// with renames that overtake the content of what is renamed.
const MOUNTS: [&str; 2] = ["data=ordered", "data=writeback,noauto_da_alloc"];

/// Says so where git is too old to sync refs: what it had just fetched is named by empty files then.
fn syncs_refs() -> bool {
    let version = GitVersion::parse(&Sandbox::new().git("", &["version"])).unwrap();
    let syncs = version.supports(Feature::FsyncComponents);
    if !syncs {
        skip("needs git 2.36, which can sync refs");
    }
    syncs
}

/// How often the short form cuts the power in the middle, for each way to mount.
const ROUNDS: u32 = 2;

/// A ground on a disk; the disk goes first.
struct Machine {
    disk: Disk,
    ground: Ground,
}

impl Machine {
    fn new(mount: &'static str) -> Option<Self> {
        let sandbox = Sandbox::new();
        let disk = Disk::ext4(&sandbox, mount)?;
        let ground = Ground::within(sandbox);
        Some(Self { disk, ground })
    }

    fn prove_that_cuts_lose(&mut self) {
        self.disk.keep("before");
        self.ground.sandbox.write("home/unsynced", "lost");
        self.disk.cut_power();
        assert!(!self.ground.sandbox.path("home/unsynced").exists());
        self.disk.insert("before");
    }
}

fn rounds() -> u32 {
    std::env::var("GREX_FAULTS_ROUNDS").map_or(ROUNDS, |text| text.parse::<u32>().unwrap() / 4)
}

#[test]
fn s3_the_power_is_cut_after_a_sync_of_sixteen_packs() {
    with_mounts(
        "power::s3_the_power_is_cut_after_a_sync_of_sixteen_packs",
        true,
        || {
            for mount in MOUNTS {
                let Some(mut machine) = Machine::new(mount) else {
                    return;
                };
                machine.prove_that_cuts_lose();
                let packs = Sixteen::register(&machine.ground);
                machine.disk.keep("before");
                let sandbox = machine.ground.sandbox.clone();
                sixteen::start(&sandbox).wait().success();
                let expected = packs.state(&sandbox);
                machine.disk.cut_power();
                let found = packs
                    .state(&sandbox)
                    .differences("after the cut", &expected);
                machine.ground.grex(&["sync"]).success();
                let then = packs.state(&sandbox).differences("after sync", &expected);
                println!(
                    "FAULTS power cut after sync, 16 packs, {mount}: lost {}",
                    found.len()
                );
                assert!(
                    found.is_empty() && then.is_empty(),
                    "{mount}\n{}\n{}",
                    found.join("\n"),
                    then.join("\n")
                );
            }
        },
    );
}

#[test]
fn s3_the_power_is_cut_in_the_middle_of_a_sync() {
    if !syncs_refs() {
        return;
    }
    with_mounts(
        "power::s3_the_power_is_cut_in_the_middle_of_a_sync",
        true,
        || {
            let mut random = Seeded::from_environment();
            for mount in MOUNTS {
                let Some(mut machine) = Machine::new(mount) else {
                    return;
                };
                let sandbox = machine.ground.sandbox.clone();
                let packs = Sixteen::register(&machine.ground);
                machine.disk.keep("before");
                let started = Instant::now();
                sixteen::start(&sandbox).wait().success();
                let mut usual = started.elapsed();
                let expected = packs.state(&sandbox);
                let (mut cut, mut survived, mut findings) = (0, 0, Vec::new());
                for round in 1..=rounds() {
                    machine.disk.insert("before");
                    let moment = random.moment(usual);
                    let started = Instant::now();
                    let mut run = sixteen::start(&sandbox);
                    // No event is waited for: any time is as good as any other.
                    std::thread::sleep(moment.saturating_sub(started.elapsed()));
                    if run.has_ended() {
                        run.wait().success();
                        usual = usual.mul_f64(0.95);
                        continue;
                    }
                    sixteen::kill_all(&sandbox, &run);
                    drop(run.wait());
                    machine.disk.cut_power();
                    cut += 1;
                    let mut found = Vec::new();
                    for verb in ["ls", "sync"] {
                        let outcome = machine.ground.grex(&[verb]);
                        if outcome.status != Some(0) {
                            found.push(outcome.snapshot());
                        }
                    }
                    found.extend(packs.state(&sandbox).differences("after sync", &expected));
                    survived += u32::from(found.is_empty());
                    let when = format!(
                        "{mount}, seed {}, round {round}, after {moment:?}",
                        random.seed
                    );
                    findings.extend(found.iter().map(|line| format!("{when}: {line}")));
                }
                println!(
                    "FAULTS power cut in sync, 16 packs, {mount}: cut {cut} times, survived {survived}, \
                 {} were over before; seed {}",
                    rounds() - cut,
                    random.seed
                );
                assert!(findings.is_empty(), "{}", findings.join("\n"));
            }
        },
    );
}

/// A verb after which the power is cut: what comes before it, and itself.
struct Verb {
    before: &'static [&'static str],
    words: &'static [&'static str],
    is_installed: bool,
}

/// `URL` stands for the pack's.
const VERBS: [Verb; 3] = [
    Verb {
        before: &[],
        words: &["add", "--trust", "URL"],
        is_installed: true,
    },
    Verb {
        before: &["add", "--trust", "URL"],
        words: &["update", "--trust"],
        is_installed: true,
    },
    Verb {
        before: &["add", "--trust", "URL"],
        words: &["rm", "-y", "tools"],
        is_installed: false,
    },
];

#[test]
fn s3_the_power_is_cut_after_an_install_an_update_and_a_removal() {
    let test = "power::s3_the_power_is_cut_after_an_install_an_update_and_a_removal";
    with_mounts(test, true, || {
        for mount in MOUNTS {
            for verb in VERBS {
                let Some(mut machine) = Machine::new(mount) else {
                    return;
                };
                after(&mut machine, &verb, mount);
            }
        }
    });
}

fn after(machine: &mut Machine, verb: &Verb, mount: &str) {
    let url = machine.ground.url();
    let run = |ground: &Ground, words: &[&str]| {
        let words: Vec<_> = words
            .iter()
            .map(|&word| if word == "URL" { &url } else { word })
            .collect();
        if !words.is_empty() {
            ground.grex(&words).success();
        }
    };
    run(&machine.ground, verb.before);
    if !verb.before.is_empty() {
        machine.ground.change_upstream();
    }
    // All of what came before is on the disk: only this run's own is in doubt.
    machine.disk.keep("before");
    run(&machine.ground, verb.words);
    let sandbox = machine.ground.sandbox.clone();
    let look = || {
        (
            State::of(&sandbox, ["tools", "tools/hooks"]),
            Home::read(&sandbox.home()),
        )
    };
    let (books, home) = look();
    machine.disk.cut_power();
    let (books_then, home_then) = look();
    let mut found = books_then.differences("after the cut", &books);
    found.extend(home_then.differences(&home));
    println!(
        "FAULTS power cut after {}, {mount}: lost {}",
        verb.words[0],
        found.len()
    );
    // One more run, and the user's way back, find everything that they need.
    if verb.is_installed {
        run(&machine.ground, &["update", "--trust"]);
        let (books_then, home_then) = look();
        found.extend(books_then.differences("after update", &books));
        found.extend(home_then.differences(&home));
        run(&machine.ground, &["rm", "-y", "tools"]);
    } else {
        run(&machine.ground, &["sync"]);
    }
    found.extend(machine.ground.home().differences(&machine.ground.original));
    assert!(
        found.is_empty(),
        "{mount}, {:?}:\n{}",
        verb.words,
        found.join("\n")
    );
}
