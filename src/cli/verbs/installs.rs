//! What became of packs that were synchronised and installed, for a person.

use crate::{
    cli::{
        columns::paint, error::failure_text, invocation::Invocation, progress::Shown, retry::Retry,
        style, ui::Piece,
    },
    engine::{install::candidate::Reason, outcome::PackFailure},
    model::text,
    ops::{
        install::{ActionLine, PackInstall},
        sync::SyncedPack,
        update::UpdatedPack,
    },
    render::question::plan_text,
};

use super::outcome::Outcome;

/// The width of the words that lines begin with.
const WORD: usize = "up to date".len();

/// The lines of the synchronisation, those of the installs, what failed, the summary, and how to
/// go on.
pub(super) fn pieces(
    packs: &[UpdatedPack],
    shown: &Shown,
    retry: &Retry,
    invocation: &Invocation,
) -> Vec<Piece> {
    let ui = &invocation.ui;
    let synced: Vec<SyncedPack> = packs.iter().filter_map(|pack| pack.sync.clone()).collect();
    let outcome = Outcome {
        packs: &synced,
        shown,
        retry,
        fail_fast: false,
    };
    let installs: Vec<&PackInstall> = packs
        .iter()
        .filter_map(|pack| pack.install.as_ref())
        .collect();
    let verbose = ui.verbosity > 0;
    let mut pieces = vec![Piece::Out(outcome.lines())];
    pieces.push(Piece::Out(
        installs
            .iter()
            .map(|install| install_lines(install, verbose))
            .collect(),
    ));
    pieces.extend(outcome.failures(ui).map(Piece::Err));
    let failures = install_failures(packs);
    let told = failures.iter();
    pieces.extend(told.map(|(id, failure)| Piece::Err(failure_text(id, failure, ui))));
    pieces.push(Piece::Out(summary(&outcome, &installs)));
    let mut failed: Vec<&str> = outcome.failed();
    // What nobody has approved is not helped by trying again.
    let broken = failures.iter().filter(|(_, failure)| !failure.is_refusal);
    failed.extend(broken.map(|(id, _)| *id));
    if !failed.is_empty() {
        pieces.push(Piece::Err(retry.text(&failed)));
    }
    pieces
}

/// The plan of a dry run.
pub(super) fn plan_pieces(packs: &[UpdatedPack], invocation: &Invocation) -> Vec<Piece> {
    let synced: Vec<SyncedPack> = packs.iter().filter_map(|pack| pack.sync.clone()).collect();
    let mut pieces = super::outcome::plan_pieces(&synced, &invocation.ui);
    let end = pieces.pop();
    for install in packs.iter().filter_map(|pack| pack.install.as_ref()) {
        if install.reinstalled {
            pieces.push(Piece::Out(planned(install)));
        }
    }
    for (id, failure) in install_failures(packs) {
        pieces.push(Piece::Err(failure_text(id, failure, &invocation.ui)));
    }
    pieces.extend(end);
    pieces
}

/// What the install of one pack would change.
pub(super) fn planned(install: &PackInstall) -> String {
    let mut text = text::shown(&install.id);
    text += &match install.actions.first() {
        // Some actions alone are no install.
        Some(first) if !install.places.is_empty() => format!("  would run `{}`\n", first.action),
        _ => format!("  would be installed ({})\n", reason(install.reason)),
    };
    text += &match install.actions.iter().any(|action| action.changed) {
        true => plan_text(&install.actions, &install.texts),
        false => String::from("  nothing to change\n"),
    };
    text += &messages(&install.actions);
    if let Some(message) = &install.message {
        text += &format!(
            "  {} {}\n",
            paint("note:", style::HINT),
            text::shown(message)
        );
    }
    text
}

/// What became of the install of one pack; nothing where nothing was done.
pub(super) fn install_lines(install: &PackInstall, verbose: bool) -> String {
    if install.failure.is_some() {
        return String::new();
    }
    let (word, style, rest) = match (install.reinstalled, &install.message) {
        (true, _) => {
            let changed = install.actions.iter().filter(|action| action.changed);
            let changes = count(changed.count());
            // Some actions alone are no install.
            match install.places.is_empty() {
                true => {
                    let rest = format!("{changes}; {}", reason(install.reason));
                    ("installed", style::GOOD, rest)
                }
                false => ("ran", style::GOOD, changes),
            }
        }
        (false, Some(message)) => ("skipped", style::WARNING, text::shown(message)),
        (false, None) => return String::new(),
    };
    let word = paint(&format!("{word:<WORD$}"), style);
    let mut lines = format!("{word}  {}  {rest}\n", text::shown(&install.id));
    if verbose && install.actions.iter().any(|action| action.changed) {
        lines += &plan_text(&install.actions, &install.texts);
    }
    lines + &messages(&install.actions)
}

/// What actions had to say.
fn messages(actions: &[ActionLine]) -> String {
    let said = actions
        .iter()
        .filter_map(|action| Some((action, action.message.as_ref()?)));
    said.map(|(action, message)| {
        format!(
            "  {} {}: {}\n",
            paint("note:", style::HINT),
            text::shown(&action.action),
            text::shown(message)
        )
    })
    .collect()
}

fn count(changes: usize) -> String {
    match changes {
        0 => String::from("nothing to change"),
        1 => String::from("1 action changed something"),
        count => format!("{count} actions changed something"),
    }
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::ShaChanged => "its commit has changed",
        Reason::HashChanged => "what it installs has changed",
        Reason::New => "new here",
        Reason::Forced => "forced",
        Reason::None => "unchanged",
    }
}

/// The failures that are those of the installs.
fn install_failures(packs: &[UpdatedPack]) -> Vec<(&str, &PackFailure)> {
    let installs = packs.iter().filter(|pack| {
        let sync = pack.sync.as_ref();
        sync.is_none_or(|sync| sync.failure.is_none())
    });
    installs
        .filter_map(|pack| Some((pack.id.as_str(), pack.install.as_ref()?.failure.as_ref()?)))
        .collect()
}

fn summary(outcome: &Outcome<'_>, installs: &[&PackInstall]) -> String {
    let installed = installs
        .iter()
        .filter(|install| install.reinstalled)
        .count();
    let refused = installs
        .iter()
        .filter_map(|install| install.failure.as_ref());
    let (waiting, failed): (Vec<_>, Vec<_>) = refused.partition(|failure| failure.is_refusal);
    let counts = [
        (installed, "installed"),
        (waiting.len(), "not approved"),
        (failed.len(), "not installed"),
    ];
    let mut text = outcome.summary().trim_end().to_owned();
    for (count, word) in counts {
        if count > 0 {
            text += &format!(", {count} {word}");
        }
    }
    text + "\n"
}
