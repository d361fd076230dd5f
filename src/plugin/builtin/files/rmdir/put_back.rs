//! The undo of `rmdir`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::plugin::{
    action::ActionCx,
    builtin::{
        files::anchor::Anchor,
        place::{is_where_it_was, leave},
    },
    change::Change,
    error::ActionError,
    foreseen::Sight,
};

/// What an undo needs to know.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    /// The directory.
    pub(super) path: String,
    /// Its permission bits.
    pub(super) mode: u32,
    /// What it was renamed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) backup: Option<String>,
    /// The name under which its content is removed. What is left of it there, after a crash, goes
    /// back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) aside: Option<String>,
}

/// Puts back what was renamed, or makes an empty directory.
pub(super) fn put_back(cx: &ActionCx<'_>, record: &Record) -> Result<Vec<Change>, ActionError> {
    let path = PathBuf::from(&record.path);
    let kept = match record.backup.as_ref().or(record.aside.as_ref()) {
        Some(kept) => Some((kept, cx.host.look(kept.as_ref())?)),
        None => None,
    };
    let kept = kept.filter(|(_, sight)| matches!(sight, Sight::Directory { .. }));
    let sight = cx.host.look(&path)?;
    if sight != Sight::Nothing {
        if let Some((kept, _)) = kept {
            leave(cx, &path, &sight);
            cx.host
                .say(&format!("what was there before is kept as {kept}"));
        }
        return Ok(Vec::new());
    }
    let parent = path.parent().unwrap_or(&path);
    if !is_where_it_was(cx, &path)? || !matches!(cx.host.look(parent)?, Sight::Directory { .. }) {
        let parent = parent.display();
        cx.host.say(&format!(
            "did not put back {}: {parent} is gone",
            record.path
        ));
        return Ok(Vec::new());
    }
    let change = match (&kept, &record.backup) {
        (Some((kept, _)), _) => Change::Move {
            from: (*kept).clone(),
            to: record.path.clone(),
        },
        (None, Some(backup)) => {
            cx.host.say(&format!(
                "did not put back {}: {backup} is gone",
                record.path
            ));
            return Ok(Vec::new());
        }
        (None, None) => Change::Directory {
            path: record.path.clone(),
        },
    };
    if !cx.scene.dry_run {
        match kept {
            Some((kept, _)) => Anchor::of(kept.as_ref())?.move_to(&path)?,
            None => Anchor::of(&path)?.make_directory(record.mode, true)?,
        }
    }
    Ok(vec![change])
}
