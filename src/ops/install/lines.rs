//! What the lockfile says of installed packs.

use std::collections::HashMap;

use crate::{
    engine::install::candidate::Candidate,
    model::lock::LockEntry,
    ops::error::OpError,
    store::{lockfile::LockfileWriter, undo::Installed},
};

/// The lockfile's lines of the packs, but for what an install adds.
pub(super) fn entries(packs: &[Candidate], writer: &LockfileWriter) -> HashMap<String, LockEntry> {
    packs
        .iter()
        .map(|candidate| {
            let id = &candidate.identity.id;
            let entry = match writer.known().get(id) {
                Some(entry) => entry.clone(),
                None => LockEntry {
                    sha: candidate.commit.clone(),
                    ..LockEntry::new(id, id)
                },
            };
            (id.clone(), entry)
        })
        .collect()
}

/// The lockfile's line of a pack that is installed now.
pub(super) fn entry(template: &LockEntry, record: &Installed) -> LockEntry {
    LockEntry {
        actions_hash: record.actions_hash.clone(),
        installed_at: Some(record.installed_at.clone()),
        pack_type: record.pack_type.clone(),
        ..template.clone()
    }
}

/// A pack of which nothing touches the machine is installed by its children being so: all that is
/// to be done is to say so in the lockfile.
pub(super) fn note_inert(packs: &[Candidate], writer: &mut LockfileWriter) -> Result<(), OpError> {
    for candidate in packs {
        let is_settled = candidate.surface.is_inert && candidate.installed.is_none();
        if !is_settled || !candidate.has_contract {
            continue;
        }
        if let Some(entry) = writer.known().get(&candidate.identity.id) {
            let entry = LockEntry {
                actions_hash: candidate.hash.clone(),
                ..entry.clone()
            };
            writer.record(entry)?;
        }
    }
    Ok(())
}
