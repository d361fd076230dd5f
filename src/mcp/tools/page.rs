//! A long list, a piece at a time.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    mcp::limits::RESULT,
    ops::{error::OpError, typed::usage},
};

/// Packs in a piece where nobody says how many.
const USUAL: usize = 50;

/// Room for what stands around the packs.
const AROUND: usize = 512;

/// A piece of a list, sorted by id.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::mcp) struct Page<T> {
    packs: Vec<T>,
    /// Where the next piece begins; none: this was the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    total: usize,
}

impl<T: Serialize> Page<T> {
    /// Returns the piece of `all`, sorted by `id`, that comes after `cursor`.
    ///
    /// # Errors
    /// Fails for a piece of nothing.
    pub(super) fn of(
        all: Vec<T>,
        id: impl Fn(&T) -> &str,
        limit: Option<usize>,
        cursor: Option<&str>,
    ) -> Result<Self, OpError> {
        if limit == Some(0) {
            return Err(usage("`limit` is at least 1"));
        }
        let total = all.len();
        let begins_after = |pack: &T| cursor.is_none_or(|cursor| id(pack) > cursor);
        let mut room = RESULT - AROUND;
        let mut packs: Vec<T> = Vec::new();
        let mut is_cut = false;
        for pack in all.into_iter().filter(begins_after) {
            let length = serde_json::to_string(&pack).map_or(RESULT, |text| text.len() + 1);
            // Should it be the last, its id stands there once more.
            let cursor = serde_json::to_string(id(&pack)).map_or(0, |text| text.len());
            let is_full = packs.len() == limit.unwrap_or(USUAL) || length + cursor > room;
            if is_full && !packs.is_empty() {
                is_cut = true;
                break;
            }
            room = room.saturating_sub(length);
            packs.push(pack);
        }
        let last = packs.last().filter(|_| is_cut);
        Ok(Self {
            next_cursor: last.map(|pack| id(pack).to_owned()),
            packs,
            total,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::Page;

    fn all(count: usize, padding: usize) -> Vec<String> {
        (0..count)
            .map(|number| format!("{number:04}{}", "x".repeat(padding)))
            .collect()
    }

    #[test]
    fn pieces_put_together_are_the_whole() {
        for (count, padding, limit) in [
            (0, 0, None),
            (7, 0, Some(3)),
            (120, 0, None),
            (90, 2_000, None),
        ] {
            let mut seen = Vec::new();
            let mut cursor: Option<String> = None;
            loop {
                let page =
                    Page::of(all(count, padding), |id| id, limit, cursor.as_deref()).unwrap();
                assert_eq!(page.total, count);
                assert!(serde_json::to_string(&page).unwrap().len() <= 32 * 1024);
                seen.extend(page.packs);
                cursor = page.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(seen, all(count, padding));
        }
    }

    #[test]
    fn a_piece_of_nothing_is_refused() {
        assert!(Page::of(all(1, 0), |id| id, Some(0), None).is_err());
    }
}
