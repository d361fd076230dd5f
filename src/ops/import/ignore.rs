//! Blocks of another program in `.gitignore`, one a pack, folded into the one block.

use crate::{
    engine::session::Session,
    model::{path::PackPath, text},
    ops::{
        books::{self, Books},
        error::OpError,
    },
    store::blocks,
};

use super::{plan::Plan, report::FoldedLines};

/// Folds them in, by one write.
pub(super) fn fold(session: &Session) -> Result<Vec<FoldedLines>, OpError> {
    let books = books::read(session)?;
    let lines = books::hidden_lines(books::places(&books.roots));
    let folded = blocks::fold_foreign(&session.workspace.gitignore(), &lines, true)?;
    Ok(folded.into_iter().map(FoldedLines::from).collect())
}

/// What [`fold`] would do, after this plan.
pub(super) fn foreseen(
    session: &Session,
    books: &Books,
    plan: &Plan,
) -> Result<Vec<FoldedLines>, OpError> {
    let new = plan.changes.iter().map(|change| &change.declaration.path);
    let packs: Vec<&PackPath> = books::places(&books.roots).chain(new).collect();
    let lines = books::hidden_lines(packs);
    let folded = blocks::fold_foreign(&session.workspace.gitignore(), &lines, false)?;
    Ok(folded.into_iter().map(FoldedLines::from).collect())
}

impl From<blocks::Folded> for FoldedLines {
    fn from(dissolved: blocks::Folded) -> Self {
        Self {
            block: text::shown(dissolved.name),
            kept: dissolved.kept.iter().map(text::shown).collect(),
        }
    }
}
