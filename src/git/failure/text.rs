//! What to show of a failure.

use super::FailureClass;
use super::rules::is_telling;
use crate::git::{progress::Line, refs::is_full_name};

const ESSENCE_LINES: usize = 5;

/// The headings behind which git lists paths, each on a line of its own behind a tab.
const LISTS: [&str; 3] = [
    "files would be overwritten by",
    "files would be removed by",
    "would lose untracked files in them:",
];

/// The paths that stand in the way of an update, as git lists them: at most as many as `stderr`
/// holds, relative to the work tree's root.
#[must_use]
pub fn overwritten_paths(stderr: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut listing = false;
    for line in stderr.lines() {
        match line.strip_prefix('\t') {
            Some(path) if listing => paths.push(path.to_owned()),
            Some(_) => {}
            None if is_list_heading(line) => listing = true,
            None => {
                listing = false;
                paths.extend(named_entry(line).map(str::to_owned));
            }
        }
    }
    paths
}

fn is_list_heading(line: &str) -> bool {
    line.starts_with("error: ")
        && (LISTS.iter().any(|words| line.contains(words))
            || line.starts_with("error: Your local changes to the following files would be"))
}

/// `error: Entry 'path' not uptodate. Cannot merge.`
fn named_entry(line: &str) -> Option<&str> {
    ["error: Entry '", "error: Untracked working tree file '"]
        .iter()
        .find_map(|words| line.strip_prefix(words))?
        .rsplit_once("' ")
        .map(|(path, _)| path)
}

/// The full name of a ref that git found to have no commit in its file, as after a power cut.
#[must_use]
pub fn damaged_ref<'a>(stderr: &'a str) -> Option<&'a str> {
    let named =
        |line: &'a str| named_by_fsck(line).or_else(|| line.strip_prefix("fatal: bad object "));
    // What a server says may be among the lines: no name leads out of the repository.
    stderr
        .lines()
        .filter_map(named)
        .find(|name| is_full_name(name))
}

/// `error: refs/heads/main: invalid sha1 pointer 0000...`
fn named_by_fsck(line: &str) -> Option<&str> {
    let (name, why) = line.strip_prefix("error: ")?.split_once(": ")?;
    ["invalid sha1 pointer", "badRefContent"]
        .iter()
        .any(|words| why.starts_with(words))
        .then_some(name)
}

/// What a person can do about a ref whose file holds no commit.
#[must_use]
pub fn hint_for_damaged_ref(name: &str) -> String {
    match name.starts_with("refs/remotes/") {
        true => format!(
            "remove `.git/{name}` in the pack, then try again: it says no more than where the remote was"
        ),
        false => format!(
            "put the commit that it had into `.git/{name}` in the pack; `.git/logs/{name}`, where that is there, names it last"
        ),
    }
}

/// What a person can do about it, as one sentence; `None` where git's own words say it. `host` is
/// the server's name, where there is one.
#[must_use]
pub fn hint(class: FailureClass, host: Option<&str>) -> Option<String> {
    let at = host.map(|host| format!(" at {host}")).unwrap_or_default();
    let server = host.unwrap_or("the server");
    Some(match class {
        FailureClass::Auth => format!(
            "log in to {server} for git (an ssh key, a known host key or a credential helper), then try again"
        ),
        FailureClass::Network => format!("check the connection to {server}, then try again"),
        FailureClass::NotFound => match host {
            Some(_) => format!("check the URL, and that your account{at} may read the repository"),
            None => "check the path: there is no git repository that you may read".into(),
        },
        FailureClass::NoSuchRef => {
            "check the name of the branch, tag or commit: the repository has no such one".into()
        }
        FailureClass::Dirty => "commit, stash or move the local changes, then try again".into(),
        FailureClass::Diverged => {
            "rebase or merge the local commits by hand, then try again".into()
        }
        FailureClass::Busy => {
            "wait for the other git to end; if there is none, remove the lock file that is named"
                .into()
        }
        FailureClass::Disk => "check free space and the permissions of the directory".into(),
        FailureClass::Other => return None,
    })
}

/// The lines of `stderr` that say why, at most five: without progress, advice and what git adds
/// for people at a terminal. Where no line says why, the last ones.
#[must_use]
pub fn essence(stderr: &str) -> String {
    let lines: Vec<&str> = stderr
        .lines()
        .map(|line| line.rsplit('\r').find(|part| !part.trim().is_empty()))
        .filter_map(|line| line.map(str::trim_end))
        .filter(|line| !is_noise(line))
        .collect();
    let mut telling: Vec<&str> = lines
        .iter()
        .copied()
        .filter(|line| is_reason(line))
        .collect();
    if telling.is_empty() {
        telling = lines[lines.len().saturating_sub(ESSENCE_LINES)..].to_vec();
    }
    // This one follows every failure to talk to a server, and says less than what is before it.
    let generic = |line: &&str| line.starts_with("fatal: Could not read from remote repository");
    if !telling.iter().all(generic) {
        telling.retain(|line| !generic(line));
    }
    if telling.len() > ESSENCE_LINES {
        // The first says what broke, the last what came of it.
        telling.drain(ESSENCE_LINES - 1..telling.len() - 1);
    }
    telling.join("\n")
}

fn is_reason(line: &str) -> bool {
    ["fatal:", "error:", "remote:", "ERROR:", "ssh:", "merge:"]
        .iter()
        .any(|start| line.starts_with(start))
        || line.starts_with(" ! ")
        || is_telling(line)
}

fn is_noise(line: &str) -> bool {
    let progress = matches!(Line::parse(line), Line::Progress(_));
    let advice = [
        "hint:",
        "Cloning into ",
        "From ",
        "Updating ",
        "Aborting",
        "Please make sure you have the correct access rights",
        "and the repository exists.",
        "Another git process seems to be running",
        "Please commit your changes or stash them",
        "Please move or remove them before",
        "\t",
    ]
    .iter()
    .any(|start| line.starts_with(start));
    let remote = line.strip_prefix("remote:").is_some_and(|said| {
        let said = said.trim();
        said.is_empty() || said.starts_with("Total ") || said.chars().all(|c| "=*-".contains(c))
    });
    progress || advice || remote
}
