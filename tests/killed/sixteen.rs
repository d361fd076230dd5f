//! Sixteen packs at once: eight that are there and behind, eight that are to be cloned.

use std::path::PathBuf;

use grex_fixtures::{Remote, Running, Sandbox, grex};
use rustix::process::{Pid, Signal, kill_process};

use crate::{ground::Ground, plain::declare, state::State};

/// The number of packs of each kind.
const HALF: usize = 8;

/// How many files each of them has.
const FILES: usize = 40;

/// The packs, and what a `sync` that nothing disturbs makes of them.
pub(crate) struct Sixteen {
    remotes: Vec<Remote>,
}

impl Sixteen {
    /// Registers them in the ground: half are cloned and are then left behind, the rest are not
    /// there.
    pub(crate) fn register(ground: &Ground) -> Self {
        let kind = |kind: &'static str| (0..HALF).map(move |number| format!("{kind}{number}"));
        let remotes: Vec<_> = kind("old")
            .chain(kind("new"))
            .map(|name| planted(&ground.sandbox, &name))
            .collect();
        for (name, remote) in names().zip(&remotes).take(HALF) {
            declare(ground, &name, remote);
        }
        ground.grex(&["sync"]).success();
        for remote in &remotes[..HALF] {
            push(remote);
        }
        for (name, remote) in names().zip(&remotes).skip(HALF) {
            declare(ground, &name, remote);
        }
        Self { remotes }
    }

    /// What there is of them.
    pub(crate) fn state(&self, sandbox: &Sandbox) -> State {
        let names: Vec<_> = names().collect();
        State::of(sandbox, names.iter().map(String::as_str))
    }

    /// How many of them are where a whole run brings them.
    pub(crate) fn done(&self, sandbox: &Sandbox) -> usize {
        let tip = |(name, remote): &(String, &Remote)| {
            let head = sandbox.path(format!("workspace/{name}/.git/refs/heads/main"));
            std::fs::read_to_string(head).is_ok_and(|text| text.trim() == remote.head("main"))
        };
        names().zip(&self.remotes).filter(tip).count()
    }
}

fn names() -> impl Iterator<Item = String> {
    let kind = |kind: &'static str| (0..HALF).map(move |number| format!("{kind}{number}"));
    kind("old").chain(kind("new"))
}

fn planted(sandbox: &Sandbox, name: &str) -> Remote {
    let files: Vec<_> = (0..FILES)
        .map(|number| (format!("d{}/f{number}", number % 7), text(name, number, 1)))
        .collect();
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    sandbox.remote(name).commit_files(&files).create()
}

/// Publishes a commit that changes every file, and lets every fifth go and another one come.
fn push(remote: &Remote) {
    let place = |number: usize, name: &str| format!("d{}/{name}{number}", number % 7);
    let is_moved = |number: &usize| number.is_multiple_of(5);
    let files: Vec<_> = (0..FILES)
        .map(|number| {
            let name = if is_moved(&number) { "g" } else { "f" };
            (place(number, name), text("next", number, 2))
        })
        .collect();
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let gone: Vec<_> = (0..FILES)
        .filter(is_moved)
        .map(|number| place(number, "f"))
        .collect();
    let gone: Vec<_> = gone.iter().map(String::as_str).collect();
    remote.push_files(&files, &gone);
}

/// The text of a file, some kilobytes long.
fn text(of: &str, number: usize, version: usize) -> String {
    format!("{of} {number} {version}\n").repeat(40 + 17 * number)
}

/// Starts a `sync` of all of them at once.
pub(crate) fn start(sandbox: &Sandbox) -> Running {
    grex!(sandbox, "sync", "-j16").start()
}

/// Kills a run and everything that it has started, as when the job is killed that it runs in: all
/// processes that have the sandbox's home for their own. They are stopped first, so that none can
/// go on without another.
pub(crate) fn kill_all(sandbox: &Sandbox, run: &Running) {
    let send = |pid: Pid, signal| {
        // It may have ended meanwhile.
        let _ = kill_process(pid, signal);
    };
    let first = Pid::from_raw(i32::try_from(run.pid()).unwrap()).unwrap();
    send(first, Signal::STOP);
    let mut stopped = vec![first];
    loop {
        let more: Vec<_> = processes(sandbox)
            .into_iter()
            .filter(|pid| !stopped.contains(pid))
            .collect();
        if more.is_empty() {
            break;
        }
        more.iter().for_each(|pid| send(*pid, Signal::STOP));
        stopped.extend(more);
    }
    stopped.iter().for_each(|pid| send(*pid, Signal::KILL));
    while processes(sandbox).iter().any(|pid| *pid != first) {
        // One that was about to be another program had no environment when it was looked for.
        for pid in processes(sandbox) {
            send(pid, Signal::KILL);
        }
    }
}

/// The processes that run with the sandbox's home, as the system lists them; the dead have no
/// environment.
fn processes(sandbox: &Sandbox) -> Vec<Pid> {
    let home = format!("HOME={}", sandbox.home().display());
    let is_ours = |path: &PathBuf| {
        let environment = std::fs::read(path.join("environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == home.as_bytes())
    };
    let entries = std::fs::read_dir("/proc").unwrap();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths
        .filter(is_ours)
        .filter_map(|path| Pid::from_raw(path.file_name()?.to_str()?.parse().ok()?))
        .collect()
}
