//! What the progress display says, as lines of text.

use indexmap::IndexMap;

use unicode_width::UnicodeWidthStr;

use crate::{
    cli::{
        columns::{cut, cut_path, paint},
        style,
    },
    git::progress::{Progress, Stage},
};

/// The state of a run as a person wants to see it.
#[derive(Debug, Default)]
pub(super) struct Board {
    known: usize,
    done: usize,
    failed: usize,
    /// The columns of the widest name that was ever at work.
    widest: usize,
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
    /// What the bar is made of: what is done, and what is left.
    pub(super) bar: [&'static str; 2],
}

/// The columns of the bar, and how many there have to be for one.
const BAR: (usize, usize) = (24, 60);

/// The least that is left for what a pack is doing.
const LEAST_DOING: usize = 20;

impl Board {
    /// So many packs are known in all.
    pub(super) fn known(&mut self, count: usize) {
        self.known = count;
    }

    /// A pack is being worked on.
    pub(super) fn started(&mut self, id: &str) {
        // Never narrower again: what stands still can be read.
        self.widest = self.widest.max(id.width());
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

    /// A pack is installed, or taken back. It was counted when it was synchronised, if it was.
    pub(super) fn installed(&mut self, id: &str) {
        self.at_work.shift_remove(id);
    }

    /// A pack is done with.
    pub(super) fn finished(&mut self, id: &str, failed: bool) {
        self.at_work.shift_remove(id);
        self.done += 1;
        self.failed += usize::from(failed);
    }

    /// The total and the packs at work, the longest at work first; in the last line, how many have none.
    pub(super) fn lines(&self, room: Room) -> Vec<String> {
        if self.known == 0 {
            return Vec::new();
        }
        // One column stays free: some terminals wrap when the last one is used.
        let room = Room {
            width: room.width.saturating_sub(1),
            ..room
        };
        let names = room.width.saturating_sub(LEAST_DOING).max(room.width / 2);
        let names = self.widest.min(names.saturating_sub(INDENT.len()));
        let mut lines = vec![self.total(room)];
        let own_line = match self.at_work.len() > room.rows && room.rows > 1 {
            true => room.rows - 1,
            false => room.rows,
        };
        let rows = self.at_work.iter().take(own_line);
        lines.extend(rows.map(|(id, doing)| pack(id, names, doing, room)));
        if own_line < room.rows {
            let more = format!("{INDENT}and {} more", self.at_work.len() - own_line);
            lines.push(paint(&cut(&more, room.width, room.ellipsis), style::FAINT));
        }
        lines
    }

    fn total(&self, room: Room) -> String {
        let count = format!("{} of {} packs", self.done, self.known);
        let failed = match self.failed {
            0 => String::new(),
            failed => format!("  {failed} failed"),
        };
        let (length, least) = BAR;
        if room.width < least {
            return cut(&(count + &failed), room.width, room.ellipsis);
        }
        let full = (self.done * length / self.known).min(length);
        let [done, left] = room.bar;
        let bar = [
            paint(&done.repeat(full), style::GOOD),
            paint(&left.repeat(length - full), style::FAINT),
        ];
        format!("{count}  {}{}", bar.concat(), paint(&failed, style::ERROR))
    }
}

/// Before the name of a pack at work.
const INDENT: &str = "  ";

fn pack(id: &str, names: usize, doing: &str, room: Room) -> String {
    if room.width < LEAST_DOING + LEAST_DOING / 2 {
        return cut(&format!("{INDENT}{id}  {doing}"), room.width, room.ellipsis);
    }
    let id = cut_path(id, names, room.ellipsis);
    let fill = " ".repeat(names.saturating_sub(id.width()));
    let left = room.width.saturating_sub(INDENT.len() + names + 2);
    let doing = cut(doing, left, room.ellipsis);
    match doing.is_empty() {
        true => format!("{INDENT}{id}"),
        false => format!("{INDENT}{id}{fill}  {}", paint(&doing, style::FAINT)),
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
        (Some(percent), _) => format!(" {percent:>3}%"),
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
    use anstream::adapter::strip_str;
    use unicode_width::UnicodeWidthStr;

    use super::{Board, Progress, Room, Stage, progress_text, size_text};

    const ROOM: Room = Room {
        width: 31,
        rows: 2,
        ellipsis: "...",
        bar: ["#", "-"],
    };

    fn shown(board: &Board, room: Room) -> Vec<String> {
        let lines = board.lines(room);
        lines
            .iter()
            .map(|line| strip_str(line).to_string())
            .collect()
    }

    #[test]
    fn there_is_a_total_and_a_line_for_each_pack_at_work() {
        let mut board = Board::default();
        assert!(board.lines(ROOM).is_empty());
        board.known(4);
        for id in ["a", "services/payments", "c", "d"] {
            board.started(id);
        }
        board.doing("services/payments", "receiving 45%, 1.0 MiB".into());
        board.doing("gone", "nothing".into());
        board.finished("a", true);
        assert_eq!(
            shown(&board, ROOM),
            [
                "1 of 4 packs  1 failed",
                "  s.../payments  receiving ...",
                "  and 2 more"
            ]
        );
        let rows = |rows| shown(&board, Room { rows, ..ROOM }).split_off(1);
        assert_eq!(rows(1), ["  s.../payments  receiving ..."]);
        assert_eq!(rows(3)[1..], ["  c", "  d"]);
        board.postponed("services/payments");
        board.doing("c", "counting 9".into());
        board.finished("d", false);
        assert_eq!(
            shown(&board, Room { width: 80, ..ROOM }),
            [
                "2 of 4 packs  ############------------  1 failed",
                "  c                  counting 9"
            ]
        );
    }

    #[test]
    fn a_pack_that_is_synchronised_and_installed_is_one_pack() {
        let mut board = Board::default();
        board.known(2);
        for id in ["a", "b"] {
            board.started(id);
            board.finished(id, false);
        }
        for id in ["a", "b"] {
            board.started(id);
            board.installed(id);
        }
        assert_eq!(shown(&board, ROOM), ["2 of 2 packs"]);
    }

    #[test]
    fn whatever_is_drawn_has_one_row() {
        let mut board = Board::default();
        board.known(1_000_000);
        for id in ["\u{65e5}\u{672c}\u{8a9e}".repeat(20), "a/".repeat(60)] {
            board.started(&id);
            board.doing(&id, "receiving 100%, 17179869183.9 GiB, 5.92 MiB/s".into());
        }
        for width in 0..140 {
            for line in shown(&board, Room { width, ..ROOM }) {
                assert!(line.width() < width.max(1), "{width}: {line}");
            }
        }
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
            "receiving  45%, 2.5 MiB, 5.92 MiB/s"
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
