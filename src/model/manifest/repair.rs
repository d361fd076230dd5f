//! What is wrong with a log, and the log without it.

use super::{Fold, ManifestError};
use crate::model::event::{Change, Event, RefChange};
use crate::model::path::PackPath;
use crate::model::reference::RefName;
use crate::model::url::PackUrl;

/// How often [`part`] looks again. Every round finds all lines that are bad by themselves; only
/// packs that contend for a path over and over need more than two.
const ROUNDS: usize = 64;

/// Returns everything that is wrong with a log, by line; empty exactly when
/// [`super::fold`] succeeds.
#[must_use]
pub fn bad_lines(log: &[u8]) -> Vec<ManifestError> {
    let mut fold = Fold::new();
    let mut lines = log.split(|byte| *byte == b'\n');
    let tail = lines.next_back().unwrap_or_default();
    let mut errors: Vec<_> = lines.filter_map(|line| fold.line(line).err()).collect();
    errors.extend(fold.tail(tail).err());
    errors.extend(fold.finish_all().1);
    errors.sort_by_key(|error| error.line);
    errors.dedup_by_key(|error| error.line);
    errors
}

/// A log taken apart into what can be trusted and what cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parted {
    /// The log without the bad lines.
    pub good: Vec<u8>,
    /// The bad lines, each with an LF.
    pub bad: Vec<u8>,
    /// How many those are.
    pub count: usize,
}

/// Takes the bad lines out of a log. If it has any, those go too whose bad value a later line
/// replaced, for the later one may go; a torn tail stays. A line can also turn bad when another is
/// gone (what it replaced has the path of a third pack, say), so this looks again until the rest
/// folds; a log that needs more than a few dozen rounds is left for a person to mend.
#[must_use]
pub fn part(log: &[u8]) -> Parted {
    let mut parted = Parted {
        good: log.to_vec(),
        bad: Vec::new(),
        count: 0,
    };
    for round in 0..ROUNDS {
        let mut bad: Vec<usize> = bad_lines(&parted.good)
            .iter()
            .map(|error| error.line)
            .collect();
        if bad.is_empty() {
            break;
        }
        if round == 0 {
            bad.extend(bad_values(&parted.good));
            bad.sort_unstable();
            bad.dedup();
        }
        parted.take_out(&bad);
    }
    parted
}

impl Parted {
    /// Moves lines, by ascending number from 1, from the good to the bad.
    fn take_out(&mut self, numbers: &[usize]) {
        let mut numbers = numbers.iter().peekable();
        let mut good = Vec::with_capacity(self.good.len());
        for (index, line) in self.good.split_inclusive(|byte| *byte == b'\n').enumerate() {
            if numbers.next_if_eq(&&(index + 1)).is_none() {
                good.extend_from_slice(line);
                continue;
            }
            self.bad.extend_from_slice(line);
            if !line.ends_with(b"\n") {
                self.bad.push(b'\n');
            }
            self.count += 1;
        }
        self.good = good;
    }
}

/// Returns the numbers of the events with a value that could not be declared.
fn bad_values(log: &[u8]) -> Vec<usize> {
    let lines = log.split(|byte| *byte == b'\n').enumerate();
    let bad = lines.filter(|(_, line)| Event::parse(line).is_ok_and(|event| !is_sound(&event)));
    bad.map(|(index, _)| index + 1).collect()
}

fn is_sound(event: &Event<'_>) -> bool {
    let (url, path, reference) = match &event.change {
        Change::Add(added) => (
            Some(&added.url),
            Some(&added.path),
            added.reference.as_ref(),
        ),
        Change::Update(patch) => {
            let reference = match &patch.reference {
                RefChange::Set(reference) => Some(reference),
                RefChange::Keep | RefChange::Clear => None,
            };
            (patch.url.as_ref(), patch.path.as_ref(), reference)
        }
        Change::Rm | Change::Sync | Change::Audit(_) | Change::Unknown(_) => return true,
    };
    PackPath::parse(&event.id).is_ok()
        && url.is_none_or(|url| PackUrl::parse(url).is_ok())
        && path.is_none_or(|path| PackPath::parse(path).is_ok())
        && reference.is_none_or(|reference| RefName::parse(reference).is_ok())
}
