//! What killed installs left: their announcements become part of the packs' records, so that the
//! next install goes on from there and a teardown takes everything back.

use crate::{
    engine::session::Session,
    store::{
        StoreError,
        journal::{Journal, UnfinishedInstall},
        seal::Seal,
        undo,
    },
};

/// Puts together what is left of installs that never ended. For use under the workspace lock.
///
/// # Errors
/// A record cannot be read or written.
pub fn recover(session: &Session, journal: &Journal, seal: &Seal) -> Result<(), StoreError> {
    for unfinished in journal.unfinished_installs() {
        if unfinished.unsealed > 0 {
            session.warn(&format!(
                "the journal holds {} lines about `{}` that no grex of this user wrote; they are not acted on",
                unfinished.unsealed, unfinished.id
            ));
        }
        adopt(session, seal, &unfinished)?;
        journal.end_install(&unfinished.id)?;
    }
    // Clones that may be damaged are for the next `sync` to look at: the journal keeps them.
    if journal.unfinished().is_empty() {
        journal.durable()?;
    }
    Ok(())
}

fn adopt(session: &Session, seal: &Seal, unfinished: &UnfinishedInstall) -> Result<(), StoreError> {
    // The record is written before the first announcement and removed after everything was taken
    // back: without one there is nothing.
    let Some(mut installed) = undo::read(&session.workspace, seal, &unfinished.id)? else {
        return Ok(());
    };
    let known = installed.records.len();
    for record in &unfinished.records {
        if !installed.records[..known].contains(record) {
            installed.records.push(record.clone());
        }
    }
    if installed.records.len() > known {
        installed.actions_hash.clear();
        installed.sha.clear();
    } else if installed.is_whole() {
        // It was completed, and whether all that it says was left as it is nobody knows: its disk
        // may have failed after that.
        installed.torn = true;
    } else {
        return Ok(());
    }
    undo::write(&session.workspace, seal, &installed)?;
    Ok(())
}
