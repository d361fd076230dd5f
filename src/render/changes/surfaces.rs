//! What has changed in what a pack would run, since somebody agreed to it.

use std::collections::{HashMap, VecDeque};

use super::{diff::unified, exact};
use crate::{
    model::surface::{PartContent, Surface, SurfacePart},
    render::style::{self, paint},
};

/// Returns the difference part by part, ending in a line feed; nothing when there is none.
pub(crate) fn difference(old: &Surface, new: &Surface) -> String {
    let mut text = String::new();
    let mut before: HashMap<&str, VecDeque<&SurfacePart>> = HashMap::new();
    for part in &old.parts {
        before.entry(&part.name).or_default().push_back(part);
    }
    for part in &new.parts {
        let known = before.get_mut(part.name.as_str());
        match known.and_then(VecDeque::pop_front) {
            None => added(&mut text, part),
            Some(known) => changed(&mut text, known, part),
        }
    }
    for part in &old.parts {
        let left = before.get_mut(part.name.as_str());
        if left.and_then(VecDeque::pop_front).is_some() {
            entry(&mut text, &part.name, "is gone");
            text += &unified(&part.name, kept_text(part), None);
        }
    }
    if text.is_empty() && old.parts != new.parts && !is_same_in_order(old, new) {
        text.push_str("  the order of its parts has changed\n");
    }
    text
}

fn added(text: &mut String, part: &SurfacePart) {
    let executable = if part.executable { ", executable" } else { "" };
    let news = match &part.content {
        PartContent::Text { .. } => format!("is new{executable}"),
        PartContent::Digest { length, .. } => format!("is new{executable} ({length} bytes)"),
    };
    entry(text, &part.name, &news);
    *text += &unified(&part.name, None, kept_text(part));
}

fn changed(text: &mut String, old: &SurfacePart, new: &SurfacePart) {
    match (old.executable, new.executable) {
        (false, true) => entry(text, &new.name, "becomes executable"),
        (true, false) => entry(text, &new.name, "is no longer executable"),
        _ => {}
    }
    if is_same(old, new) {
        return;
    }
    match (kept_text(old), kept_text(new)) {
        (Some(before), Some(after)) => {
            entry(text, &new.name, "has changed");
            *text += &unified(&new.name, Some(before), Some(after));
        }
        (None, Some(after)) => {
            // All of it: what it was is not known any more.
            entry(text, &new.name, "has changed; this is all of it now:");
            *text += &unified(&new.name, None, Some(after));
        }
        (_, None) => {
            let news = format!(
                "has changed ({} bytes, before {})",
                length(new),
                length(old)
            );
            entry(text, &new.name, &news);
        }
    }
}

fn entry(text: &mut String, name: &str, news: &str) {
    let name = paint(&exact::line(name), style::HEADING);
    *text += &format!("  {name} {news}\n");
}

fn kept_text(part: &SurfacePart) -> Option<&str> {
    match &part.content {
        PartContent::Text { text } => Some(text),
        PartContent::Digest { .. } => None,
    }
}

fn length(part: &SurfacePart) -> u64 {
    match &part.content {
        PartContent::Text { text } => text.len() as u64,
        PartContent::Digest { length, .. } => *length,
    }
}

/// A text that is kept and its digest are the same.
fn is_same(old: &SurfacePart, new: &SurfacePart) -> bool {
    let digest = |part: &SurfacePart| match &part.content {
        PartContent::Text { text } => {
            SurfacePart::digest(part.name.as_str(), false, text.as_bytes()).content
        }
        digest @ PartContent::Digest { .. } => digest.clone(),
    };
    old.content == new.content || digest(old) == digest(new)
}

fn is_same_in_order(old: &Surface, new: &Surface) -> bool {
    old.parts.len() == new.parts.len()
        && old
            .parts
            .iter()
            .zip(&new.parts)
            .all(|(old, new)| old.name == new.name && is_same(old, new))
}
