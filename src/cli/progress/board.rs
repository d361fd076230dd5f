//! What the progress display says, as lines of text.

use indexmap::IndexMap;

use crate::{
    cli::columns::cut,
    git::progress::{Progress, Stage},
};

/// The state of a run as a person wants to see it.
#[derive(Debug, Default)]
pub(super) struct Board {
    known: usize,
    done: usize,
    failed: usize,
    at_work: IndexMap<String, String>,
}

/// The room that there is to draw in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Columns.
    pub(super) width: usize,
    /// Lines for packs, beside the total.
    pub(super) rows: usize,
    /// What stands for what was cut off.
    pub(super) ellipsis: &'static str,
}

impl Board {
    /// So many packs are known in all.
    pub(super) fn known(&mut self, count: usize) {
        self.known = count;
    }

    /// A pack is being worked on.
    pub(super) fn started(&mut self, id: &str) {
        self.at_work.insert(id.to_owned(), String::new());
    }

    /// What a pack at work is doing.
    pub(super) fn doing(&mut self, id: &str, what: String) {
        if let Some(doing) = self.at_work.get_mut(id) {
            *doing = what;
        }
    }

    /// A pack is put back.
    pub(super) fn postponed(&mut self, id: &str) {
        self.at_work.shift_remove(id);
    }

    /// A pack is done with.
    pub(super) fn finished(&mut self, id: &str, failed: bool) {
        self.at_work.shift_remove(id);
        self.done += 1;
        self.failed += usize::from(failed);
    }

    /// The total and the packs at work, the longest at work first.
    pub(super) fn lines(&self, room: Room) -> Vec<String> {
        if self.known == 0 {
            return Vec::new();
        }
        // One column stays free: some terminals wrap when the last one is used.
        let width = room.width.saturating_sub(1);
        let mut lines = vec![cut(&self.total(), width, room.ellipsis)];
        let rows = self.at_work.iter().take(room.rows);
        lines
            .extend(rows.map(|(id, doing)| cut(&format!("  {id}  {doing}"), width, room.ellipsis)));
        lines
    }

    fn total(&self) -> String {
        let failed = match self.failed {
            0 => String::new(),
            failed => format!(", {failed} failed"),
        };
        format!("{} of {} packs{failed}", self.done, self.known)
    }
}

/// What git reports, in a few words.
pub(super) fn progress_text(progress: &Progress) -> String {
    let stage = match &progress.stage {
        Stage::Counting => "counting",
        Stage::Compressing => "compressing",
        Stage::Receiving => "receiving",
        Stage::Resolving => "resolving",
        Stage::Updating => "updating files",
        Stage::Filtering => "filtering",
        Stage::Other(title) => title,
    };
    let amount = match (progress.percent, progress.done) {
        (Some(percent), _) => format!(" {percent}%"),
        (None, done) => format!(" {done}"),
    };
    let bytes = progress
        .bytes
        .map(|bytes| format!(", {}", size_text(bytes)))
        .unwrap_or_default();
    let rate = progress
        .rate
        .as_ref()
        .map(|rate| format!(", {rate}"))
        .unwrap_or_default();
    format!("{stage}{amount}{bytes}{rate}")
}

/// A number of bytes as git writes it.
fn size_text(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    for (size, unit) in UNITS {
        if bytes >= size {
            return format!("{}.{} {unit}", bytes / size, bytes % size * 10 / size);
        }
    }
    format!("{bytes} bytes")
}

#[cfg(test)]
mod tests {
    use super::{Board, Progress, Room, Stage, progress_text, size_text};

    const ROOM: Room = Room {
        width: 21,
        rows: 2,
        ellipsis: "...",
    };

    #[test]
    fn there_is_a_total_and_a_line_for_each_pack_at_work() {
        let mut board = Board::default();
        assert!(board.lines(ROOM).is_empty());
        board.known(4);
        for id in ["a", "b", "c", "d"] {
            board.started(id);
        }
        board.doing("b", "receiving 45%, 1.0 MiB".into());
        board.doing("gone", "nothing".into());
        board.finished("a", true);
        assert_eq!(
            board.lines(ROOM),
            ["1 of 4 packs, 1 f...", "  b  receiving 45...", "  c  "]
        );
        board.postponed("b");
        board.finished("c", false);
        assert_eq!(
            board.lines(Room { width: 80, ..ROOM }),
            ["2 of 4 packs, 1 failed", "  d  "]
        );
    }

    #[test]
    fn progress_says_as_much_as_git_does() {
        let progress = Progress {
            stage: Stage::Receiving,
            percent: Some(45),
            done: 9,
            total: Some(20),
            bytes: Some(5 << 19),
            rate: Some("5.92 MiB/s".into()),
            remote: false,
            finished: false,
        };
        assert_eq!(
            progress_text(&progress),
            "receiving 45%, 2.5 MiB, 5.92 MiB/s"
        );
        let counting = Progress {
            stage: Stage::Other("Enumerating objects".into()),
            percent: None,
            bytes: None,
            rate: None,
            ..progress
        };
        assert_eq!(progress_text(&counting), "Enumerating objects 9");
        assert_eq!(size_text(1023), "1023 bytes");
        assert_eq!(size_text(u64::MAX), "17179869183.9 GiB");
    }
}
