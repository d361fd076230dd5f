//! Taking a link back.

use std::path::{Path, PathBuf};

use super::{
    super::anchor::Anchor,
    record::{Record, temporary_name},
};
use crate::plugin::{
    action::ActionCx,
    builtin::place::{is_where_it_was, leave},
    change::Change,
    error::ActionError,
    foreseen::Sight,
};

/// Takes the link back, and puts back what was there before it. Returns the changes, and the names
/// that are gone then.
///
/// # Errors
/// Something cannot be looked at, removed or renamed.
pub(super) fn link(
    cx: &ActionCx<'_>,
    record: &Record,
) -> Result<(Vec<Change>, Vec<PathBuf>), ActionError> {
    let dst = Path::new(&record.dst);
    if !is_where_it_was(cx, dst)? {
        let (dst, text) = (&record.dst, "a link has appeared on the way to it");
        cx.host.say(&format!("left {dst} as it is: {text}"));
        return Ok((Vec::new(), Vec::new()));
    }
    let temporary = temporary_name(&record.dst, &record.text);
    let changes = decide(cx, record)?;
    let mut gone = Vec::new();
    if let Some(Change::Link { new: None, .. }) = changes.last() {
        gone.push(dst.to_path_buf());
    }
    let beside = dst.with_file_name(&temporary);
    if cx.host.look(&beside)? == Sight::Link(record.text.clone()) {
        gone.push(beside);
    }
    if !cx.scene.dry_run {
        carry_out(record, &changes, &temporary)?;
    }
    Ok((changes, gone))
}

fn decide(cx: &ActionCx<'_>, record: &Record) -> Result<Vec<Change>, ActionError> {
    let dst = Path::new(&record.dst);
    let sight = cx.host.look(dst)?;
    let backup = match &record.backup {
        Some(backup) if cx.host.look(backup.as_ref())? != Sight::Nothing => Some(backup),
        _ => None,
    };
    let is_ours = sight == Sight::Link(record.text.clone());
    let mut changes = Vec::new();
    if is_ours {
        changes.push(Change::Link {
            path: record.dst.clone(),
            old: Some(record.text.clone()),
            new: record.old.clone(),
        });
    }
    if let Some(backup) = backup {
        if is_ours || sight == Sight::Nothing {
            changes.push(Change::Move {
                from: backup.clone(),
                to: record.dst.clone(),
            });
        } else {
            leave(cx, dst, &sight);
            cx.host
                .say(&format!("what was there before is kept as {backup}"));
        }
    } else if !is_ours && !is_as_before(record, &sight) {
        leave(cx, dst, &sight);
    }
    Ok(changes)
}

/// Whether the place is as it was before the link, as far as can be known: it was never made, or
/// is taken back already.
fn is_as_before(record: &Record, sight: &Sight) -> bool {
    match (&record.old, sight) {
        (_, Sight::Nothing) => true,
        (Some(old), Sight::Link(text)) => old == text,
        // Never renamed, or renamed back.
        (None, _) => record.backup.is_some(),
        (Some(_), _) => false,
    }
}

fn carry_out(record: &Record, changes: &[Change], temporary: &str) -> Result<(), ActionError> {
    let dst = Path::new(&record.dst);
    if !dst.parent().is_some_and(Path::is_dir) {
        return Ok(());
    }
    let anchor = Anchor::of(dst)?;
    anchor.remove_temporary(temporary, &record.text);
    for change in changes {
        match change {
            Change::Link {
                old: Some(old),
                new,
                ..
            } => match new {
                None => anchor.remove_link(old)?,
                Some(text) => anchor.link(&temporary_name(&record.dst, text), text, Some(old))?,
            },
            Change::Move { from, .. } => Anchor::of(from.as_ref())?.move_to(dst)?,
            _ => {}
        }
    }
    Ok(())
}
