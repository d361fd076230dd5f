//! The places that are taken.

use std::collections::BTreeMap;

use crate::model::path::{Conflict, ConflictKind, PackPath};

/// Places of packs by what some file system may take them for.
#[derive(Default)]
pub(super) struct Places {
    /// Segments are parted by NUL, which no path contains and which sorts before everything else: what
    /// lies inside of a path follows it at once.
    taken: BTreeMap<String, PackPath>,
}

impl Places {
    /// Takes a place, or says what is in its way.
    pub(super) fn take(&mut self, path: &PackPath) -> Result<(), Conflict> {
        let key = path.folded().replace('/', "\0");
        let conflict = |first: &PackPath, second: &PackPath, kind| Conflict {
            first: first.clone(),
            second: second.clone(),
            kind,
        };
        if let Some(same) = self.taken.get(&key) {
            return Err(conflict(same, path, ConflictKind::Same));
        }
        let outer = key
            .match_indices('\0')
            .find_map(|(end, _)| self.taken.get(&key[..end]));
        if let Some(outer) = outer {
            return Err(conflict(outer, path, ConflictKind::Inside));
        }
        let below = format!("{key}\0");
        if let Some((next, inner)) = self.taken.range(below.clone()..).next()
            && next.starts_with(&below)
        {
            return Err(conflict(path, inner, ConflictKind::Inside));
        }
        self.taken.insert(key, path.clone());
        Ok(())
    }
}
