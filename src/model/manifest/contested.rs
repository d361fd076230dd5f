//! Packs of which two branches said something, as a merge line by line leaves it.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::model::event::{Change, Event};

/// A pack whose last word in the log is not the last one in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contested {
    /// The pack's id.
    pub id: String,
    /// The line that counts, from 1.
    pub line: usize,
    /// A line above it that is younger, from 1.
    pub younger: usize,
}

/// What of a pack has been seen.
struct Seen {
    latest: Timestamp,
    line: usize,
}

/// Returns the packs of which a later line is older than an earlier one, each once, by line. A
/// merge of two branches puts the lines of one behind those of the other, and the last line
/// counts, whenever it was written. Times that cannot be read tell nothing, and neither do lines
/// that are no events.
#[must_use]
pub fn contested(log: &[u8]) -> Vec<Contested> {
    let mut seen: HashMap<String, Seen> = HashMap::new();
    let mut found: HashMap<String, Contested> = HashMap::new();
    for (index, line) in log.split(|byte| *byte == b'\n').enumerate() {
        let Ok(event) = Event::parse(line) else {
            continue;
        };
        if !matches!(
            event.change,
            Change::Add(_) | Change::Update(_) | Change::Rm
        ) {
            continue;
        }
        let (id, line) = (event.id.into_owned(), index + 1);
        let Ok(time) = event.ts.parse::<Timestamp>() else {
            continue;
        };
        match seen.get_mut(&id) {
            Some(seen) if time < seen.latest => {
                let younger = seen.line;
                found.insert(id.clone(), Contested { id, line, younger });
            }
            Some(seen) => {
                *seen = Seen { latest: time, line };
                // It has been said again since, and that counts.
                found.remove(&id);
            }
            None => drop(seen.insert(id, Seen { latest: time, line })),
        }
    }
    let mut found: Vec<Contested> = found.into_values().collect();
    found.sort_by_key(|contested| contested.line);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(op: &str, id: &str, ts: &str) -> String {
        format!(
            r#"{{"op":"{op}","ts":"{ts}","id":"{id}","url":"https://h/x","path":"{id}","type":"meta","schema_version":"1"}}"#
        ) + "\n"
    }

    #[test]
    fn a_last_word_that_is_older_than_one_before_it_is_contested() {
        let log = event("add", "a", "2026-01-01T00:00:00Z")
            + &event("update", "a", "2026-03-01T00:00:00Z")
            + &event("add", "b", "2026-01-02T00:00:00Z")
            + &event("update", "a", "2026-02-01T00:00:00Z");
        let expected = Contested {
            id: "a".into(),
            line: 4,
            younger: 2,
        };
        assert_eq!(contested(log.as_bytes()), [expected]);
        let settled = log + &event("update", "a", "2026-04-01T00:00:00Z");
        assert_eq!(contested(settled.as_bytes()), []);
    }

    #[test]
    fn what_has_no_time_or_no_effect_tells_nothing() {
        let log = event("add", "a", "2026-03-01T00:00:00Z")
            + &event("sync", "a", "2026-01-01T00:00:00Z")
            + &event("rm", "a", "yesterday")
            + "not JSON\n";
        assert_eq!(contested(log.as_bytes()), []);
    }
}
