//! A verb, disturbed at one moment after the other.

use std::fs;

use crate::{
    ground::{Ground, KILLED},
    home::Home,
    moments::Choice,
};

/// A verb, and what it starts from.
pub(crate) struct Verb {
    pub(crate) name: &'static str,
    pub(crate) arguments: Vec<String>,
}

/// How the runs are disturbed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// By SIGKILL.
    Kill,
    /// By a call that fails.
    Error(&'static str),
    /// By a disk that is full from then on.
    Full,
}

/// What a moment came to: what is wrong, a line each.
type Findings = Vec<String>;

/// Disturbs the verb at all moments that are chosen. The ground is what the verb starts from.
///
/// # Panics
/// When something is not as it should be after a moment.
pub(crate) fn sweep(ground: &Ground, verb: &Verb, fault: Fault) {
    let arguments: Vec<&str> = verb.arguments.iter().map(String::as_str).collect();
    ground.save("before");
    let (whole, moments) = ground.faulty(&[], &arguments);
    whole.success();
    let expected = installed_home(ground);
    let mut tried = 0;
    let mut findings = Vec::new();
    let mut lost = 0;
    for at in Choice::from_environment().of(moments.len()) {
        ground.restore("before");
        let number = at.to_string();
        let (outcome, reached) = ground.faulty(&fault.arguments(&number), &arguments);
        if reached.len() < at {
            // The runs are not alike to the last call; this one had fewer.
            continue;
        }
        tried += 1;
        let mut found = Findings::new();
        if fault == Fault::Kill && outcome.status != Some(KILLED) {
            found.push(format!("it was not killed: {}", outcome.snapshot()));
        }
        ground.save("after");
        if outcome.status == Some(0) {
            found.extend(is_done(ground, arguments[0], &expected));
        }
        found.extend(go_on(ground, &arguments, &expected));
        ground.restore("after");
        found.extend(take_back(ground));
        let moment = reached.get(at - 1).cloned().unwrap_or_default();
        let moment = moment.replace(ground.sandbox.path("").to_str().unwrap_or("-"), "");
        lost += usize::from(!found.is_empty());
        findings.extend(
            found
                .iter()
                .map(|line| format!("{}, {moment}: {line}", verb.name)),
        );
    }
    let survived = tried - lost;
    println!(
        "FAULTS {:<12} {:<8} {:>5} moments {tried:>5} tried {survived:>5} survived",
        verb.name,
        fault.name(),
        moments.len(),
    );
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    assert!(tried > 0, "nothing was tried");
}

impl Fault {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kill => "SIGKILL",
            Self::Error(name) => name,
            Self::Full => "full",
        }
    }

    pub(crate) fn arguments(self, at: &str) -> Vec<&str> {
        match self {
            Self::Kill => vec!["--at", at],
            Self::Error(name) => vec!["--at", at, "--errno", name],
            Self::Full => vec!["--at", at, "--errno", "ENOSPC", "--from"],
        }
    }
}

/// The home directory when all is installed as it is declared, undisturbed.
fn installed_home(ground: &Ground) -> Home {
    ground.restore("before");
    if !ground.is_registered() {
        ground.grex(&["add", "--trust", &ground.url()]).success();
    }
    ground.grex(&["update", "--trust"]).success();
    ground.home()
}

/// A run that says that it succeeded has done what it was asked to, although a call failed.
fn is_done(ground: &Ground, verb: &str, expected: &Home) -> Findings {
    match verb {
        "rm" if ground.is_registered() => vec![String::from("exit 0, and still registered")],
        "rm" => differences("exit 0", ground, &ground.original),
        "run" => Findings::new(),
        _ => {
            let mut found = differences("exit 0", ground, expected);
            found.extend(not_installed(ground));
            found
        }
    }
}

/// The user goes on: what is registered gets installed. `add` is given again where nothing is
/// registered.
fn go_on(ground: &Ground, arguments: &[&str], expected: &Home) -> Findings {
    let mut found = Findings::new();
    if !ground.is_registered() {
        found.extend(differences("not registered", ground, &ground.original));
        if arguments[0] != "add" {
            return found;
        }
        run(ground, arguments, &mut found);
    }
    run(ground, &["update", "--trust"], &mut found);
    found.extend(differences("after update", ground, expected));
    found.extend(leftovers(ground));
    found.extend(not_installed(ground));
    run(ground, &["rm", "-y", "tools"], &mut found);
    found.extend(differences("after update and rm", ground, &ground.original));
    found.extend(leftovers(ground));
    found
}

/// What `status` says of packs that are not installed.
fn not_installed(ground: &Ground) -> Findings {
    let mut found = Findings::new();
    let status = ground.grex(&["status", "--json"]);
    if status.status != Some(0) {
        found.push(format!("status: {}", status.snapshot()));
    }
    let packs = status.json().as_array().cloned().unwrap_or_default();
    for pack in &packs {
        if pack["install"] != "installed" {
            found.push(format!("status says {pack}"));
        }
    }
    if packs.len() != 2 {
        found.push(format!("status knows {} packs", packs.len()));
    }
    found
}

/// The user has had enough: all is taken back.
fn take_back(ground: &Ground) -> Findings {
    let mut found = Findings::new();
    if ground.is_registered() {
        run(ground, &["rm", "-y", "tools"], &mut found);
        found.extend(leftovers(ground));
    }
    found.extend(differences("after rm", ground, &ground.original));
    found
}

fn run(ground: &Ground, arguments: &[&str], found: &mut Findings) {
    let outcome = ground.grex(arguments);
    if outcome.status != Some(0) {
        found.push(format!("{arguments:?}: {}", outcome.snapshot()));
    }
}

fn differences(when: &str, ground: &Ground, expected: &Home) -> Findings {
    let lines = ground.home().differences(expected);
    lines
        .into_iter()
        .map(|line| format!("{when}: {line}"))
        .collect()
}

/// What no run may leave: temporary files, announcements, copies of hooks.
fn leftovers(ground: &Ground) -> Findings {
    let state = ground.sandbox.workspace().join(".grex/.state");
    let mut found = Findings::new();
    let run = fs::read_dir(state.join("run")).into_iter().flatten();
    for entry in run {
        let name = entry.unwrap().file_name();
        if name.to_string_lossy().starts_with("hooks-") {
            found.push(format!("run/{} is left", name.display()));
        }
    }
    let journal = fs::read_to_string(state.join("journal.jsonl")).unwrap_or_default();
    if !journal.is_empty() {
        found.push(format!("the journal says {journal}"));
    }
    found
}
