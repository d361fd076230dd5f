//! Making the link that was decided on.

use std::path::Path;

use super::{
    super::{anchor::Anchor, parents},
    intent::{Intent, Step},
    record::temporary_name,
};
use crate::{
    plugin::error::ActionError,
    sys::fs::{FileError, rename_noreplace},
};

/// Makes the directories above the link, renames what is in its place, and makes it.
///
/// # Errors
/// What was renamed is renamed back; where that fails as well, the error says what lies where.
pub(super) fn carry_out(intent: &Intent) -> Result<(), ActionError> {
    let Intent { place, text, step } = intent;
    parents::make(&place.missing, 0o777)?;
    let anchor = Anchor::of(&place.path)?;
    let temporary = temporary_name(&place.text()?, text);
    match step {
        Step::Nothing => {}
        Step::Make => anchor.link(&temporary, text, None)?,
        Step::Repoint(old) => anchor.link(&temporary, text, Some(old))?,
        Step::Backup(backup) => {
            anchor.move_to(backup)?;
            anchor
                .link(&temporary, text, None)
                .map_err(|error| rename_back(&place.path, backup, &error))?;
        }
    }
    Ok(())
}

/// Renames back what was renamed for a link that could not be made, and says how that went.
pub(super) fn rename_back(path: &Path, backup: &Path, cause: &FileError) -> ActionError {
    match rename_noreplace(backup, path) {
        Ok(()) => ActionError::failed(format!("{cause}; what was there is there again")),
        Err(error) => {
            let (path, backup) = (path.display(), backup.display());
            ActionError::failed(format!(
                "{cause}; what was at {path} is at {backup} now, and could not be renamed back: {error}"
            ))
            .with_hint(format!("rename {backup} to {path} yourself"))
        }
    }
}
