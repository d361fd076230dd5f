//! What became of packs, for a person: lines, failures, a summary, and how to go on.

use crate::{
    cli::{
        columns::paint,
        error::failure_text,
        pack_line::PackNews,
        progress::Shown,
        retry::Retry,
        ui::{Piece, Ui},
    },
    ops::sync::SyncedPack,
};

/// What a run that took packs through the engine has to say.
pub(super) struct Outcome<'a> {
    /// The packs, sorted.
    pub(super) packs: &'a [SyncedPack],
    /// What was said already.
    pub(super) shown: &'a Shown,
    /// How to try again.
    pub(super) retry: &'a Retry,
    /// The run was to stop at the first failure.
    pub(super) fail_fast: bool,
}

impl Outcome<'_> {
    /// The lines of the packs, then what failed, then the summary, then how to go on.
    pub(super) fn pieces(&self, ui: &Ui) -> Vec<Piece> {
        let mut pieces = vec![Piece::Out(self.lines())];
        pieces.extend(self.failures(ui).map(Piece::Err));
        pieces.push(Piece::Out(self.summary()));
        let failed = self.failed();
        if !failed.is_empty() {
            pieces.push(Piece::Err(self.retry.text(&failed)));
        }
        pieces
    }

    /// The packs that failed.
    pub(super) fn failed(&self) -> Vec<&str> {
        self.news()
            .filter(PackNews::is_failed)
            .map(|news| news.id)
            .collect()
    }

    fn news(&self) -> impl Iterator<Item = PackNews<'_>> {
        self.packs.iter().map(PackNews::from)
    }

    /// Lines that were not said yet. A run that stopped at its first failure has nothing to say
    /// of the packs that it did not come to but their number.
    pub(super) fn lines(&self) -> String {
        let stopped = self.fail_fast && self.news().any(|news| news.is_failed());
        self.news()
            .filter(|news| news.is_worth_a_line() && !self.shown.packs.contains(news.id))
            .filter(|news| !(stopped && news.is_skipped()))
            .map(|news| news.line())
            .collect()
    }

    pub(super) fn failures(&self, ui: &Ui) -> impl Iterator<Item = String> {
        self.packs.iter().filter_map(|pack| {
            let failure = pack.failure.as_ref()?;
            Some(failure_text(&pack.id, &failure.failure, ui))
        })
    }

    pub(super) fn summary(&self) -> String {
        const WORDS: [&str; 8] = [
            "up to date",
            "fetched",
            "updated",
            "forced",
            "cloned",
            "removed",
            "skipped",
            "failed",
        ];
        if self.packs.is_empty() {
            return String::from("no packs\n");
        }
        let counts = WORDS.iter().filter_map(|word| {
            let mut alike = self.news().filter(|news| news.word() == *word);
            let first = alike.next()?;
            Some(paint(
                &format!("{} {word}", alike.count() + 1),
                first.style(),
            ))
        });
        format!("{}\n", counts.collect::<Vec<_>>().join(", "))
    }
}

/// The plan of a dry run.
pub(super) fn plan_pieces(packs: &[SyncedPack], ui: &Ui) -> Vec<Piece> {
    let news = || packs.iter().map(PackNews::from);
    let mut pieces = vec![Piece::Out(
        news()
            .filter(|news| !news.is_failed())
            .map(|news| news.plan_line())
            .collect(),
    )];
    for pack in packs {
        if let Some(failure) = &pack.failure {
            pieces.push(Piece::Err(failure_text(&pack.id, &failure.failure, ui)));
        }
    }
    pieces.push(Piece::Out(String::from("dry run: nothing was changed\n")));
    pieces
}
