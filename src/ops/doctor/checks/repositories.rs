//! The repositories of packs: there as their own, whole, from where they should be, and not locked.

use std::time::Duration;

use crate::{
    model::shell,
    ops::doctor::{
        observed::Observed,
        report::Finding,
        repositories::{Seen, State},
    },
};

pub(super) const NAME: &str = "repository";

pub(super) fn check(observed: &Observed) -> Vec<Finding> {
    let mut findings = Vec::new();
    for node in observed
        .declared
        .iter()
        .flat_map(|declared| &declared.nodes)
    {
        let declared = observed.declared.as_ref();
        let Some(seen) = declared.and_then(|declared| declared.repositories.get(&node.path)) else {
            continue;
        };
        let pack = shell::quote(node.path.as_str());
        let url = node.url.as_str();
        findings.extend(state(seen, &pack, url).map(|finding| finding.about(&node.path)));
        findings.extend(locks(seen).map(|finding| finding.about(&node.path)));
    }
    findings
}

fn state(seen: &Seen, pack: &str, url: &str) -> Option<Finding> {
    let again = format!(
        "move it away (`mv {pack} {pack}.broken` in the workspace), `grex sync --only {pack}` clones it again; then bring over what is only there"
    );
    let (detail, fix) = match &seen.state {
        State::Missing | State::Sound => return None,
        State::Unreachable(reason) => (reason.clone(), String::from("remove that link")),
        State::Taken(what) => (format!("in its place is {what}"), again),
        State::Broken { reason, remedy } => (
            format!("its repository is broken: {reason}"),
            remedy.clone().unwrap_or(again),
        ),
        State::OtherOrigin(found) => {
            let detail = format!("its origin is {found}, and declared is {url}");
            let fix = format!(
                "if the declaration is right: `git -C {pack} remote set-url origin {}`; else `grex rm --keep-files {pack}` and `grex add` it from there",
                shell::quote(url)
            );
            (detail, fix)
        }
        State::Unfilled => {
            let detail = String::from("it was cloned and never checked out");
            let fix = format!("`grex sync --only {pack}` checks it out");
            return Some(Finding::warning(NAME, detail, fix));
        }
    };
    Some(Finding::error(NAME, detail, fix))
}

/// Git does not write into its locks whose they are, and holds some of them without a process that
/// could be seen from here (an editor that `git commit` waits for, another machine, a container). So
/// grex deletes none.
fn locks(seen: &Seen) -> impl Iterator<Item = Finding> {
    let root = seen.root().into_iter();
    let locks = root.flat_map(|root| seen.locks.iter().map(move |lock| (root, lock)));
    locks.map(|(root, (name, age))| {
        let path = root.join(".git").join(name);
        let detail = format!("{} is there for {}", path.display(), span(*age));
        let fix = format!(
            "if no git is at work there (an editor with a commit message counts): `rm {}`",
            shell::quote(&path.display().to_string())
        );
        Finding::warning(NAME, detail, fix)
    })
}

/// An age in its largest unit.
fn span(age: Duration) -> String {
    let seconds = age.as_secs();
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_its_largest_unit() {
        for (seconds, told) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (7_200, "2 hours"),
            (86_400 * 40, "40 days"),
        ] {
            assert_eq!(span(Duration::from_secs(seconds)), told);
        }
    }
}
