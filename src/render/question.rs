//! The question whether packs may do what they would do, with everything that they would do.

use std::path::{Path, PathBuf};

use super::{
    changes,
    style::{self, paint},
};
use crate::{
    model::{
        surface::{PartContent, Surface},
        text,
    },
    ops::install::{ActionLine, PackQuestion, Question},
    plugin::foreseen::Foretold,
    sys::env,
};

/// Returns what packs would do, whole, ending in a line feed.
pub(crate) fn question_text(question: &Question) -> String {
    question.packs.iter().map(pack_text).collect()
}

fn pack_text(pack: &PackQuestion) -> String {
    let name = paint(&text::shown(&pack.id), style::HEADING);
    let mut told = format!("{name}, from {}, would\n", text::shown(&pack.url));
    told += &plan_text(&pack.actions, &pack.texts);
    if let Some(why) = &pack.unknown_from {
        told += &format!("  ...    {}\n", text::shown(why));
    }
    match &pack.approved_before {
        Some(before) => {
            told += "what has changed since it was approved:\n";
            told += &changes::difference(before, &pack.surface);
        }
        None => told += &programs(&pack.surface),
    }
    told
}

/// What actions change, or would, with the text files whole.
pub(crate) fn plan_text(actions: &[ActionLine], texts: &[(PathBuf, Foretold)]) -> String {
    let all: Vec<_> = actions
        .iter()
        .flat_map(|action| action.changes.iter().cloned())
        .collect();
    let texts: Vec<_> = texts
        .iter()
        .map(|(path, foretold)| changes::TextChange {
            path,
            before: foretold.before.as_deref(),
            after: foretold.after.as_deref(),
        })
        .collect();
    let home = env::home();
    let list = changes::render(&all, &texts, home.as_deref().map(Path::new));
    match list.is_empty() {
        true => String::from("  change nothing that is not so already\n"),
        false => list,
    }
}

/// The programs that the pack brings, and what it runs when it is taken back.
fn programs(surface: &Surface) -> String {
    let none = Surface {
        parts: Vec::new(),
        ..Surface::default()
    };
    let programs = surface
        .parts
        .iter()
        .filter(|part| part.name != "actions" && matches!(part.content, PartContent::Text { .. }));
    let shown = Surface {
        parts: programs.cloned().collect(),
        is_inert: false,
    };
    if shown.parts.is_empty() {
        return String::new();
    }
    format!("it brings:\n{}", changes::difference(&none, &shown))
}
