//! Tables: columns that line up, and fit a terminal's width where there is one.

pub(super) use crate::render::style::paint;

use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Between two columns.
const GAP: usize = 2;

/// A column is not made narrower than this before others say it briefly.
const COMFORTABLE: usize = 32;

/// Nor one of paths than this before others are at their least: what is left of a path has to name it.
const LEAST_PATH: usize = 20;

/// No column is made narrower than this where there is any other way.
const LEAST: usize = 8;

/// Nor than this at all.
const NARROWEST: usize = 4;

/// What is in one place of a table: one line of text, without escape sequences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    text: String,
    /// Says the same in fewer columns.
    brief: Option<String>,
    is_path: bool,
    style: Style,
}

impl Cell {
    /// Text as it is.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::styled(text, Style::new())
    }

    /// Text in a style.
    pub(super) fn styled(text: impl Into<String>, style: Style) -> Self {
        Self {
            text: text.into(),
            brief: None,
            is_path: false,
            style,
        }
    }

    /// A path or an address: where it is cut, its end stays.
    pub(super) fn path(text: impl Into<String>) -> Self {
        Self {
            is_path: true,
            ..Self::plain(text)
        }
    }

    /// Adds what is said instead, in all of the column, where there is little room.
    pub(super) fn or_briefly(self, brief: impl Into<String>) -> Self {
        Self {
            brief: Some(brief.into()),
            ..self
        }
    }

    /// Says whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    fn text(&self, briefly: bool) -> &str {
        match &self.brief {
            Some(brief) if briefly => brief,
            _ => &self.text,
        }
    }

    fn cut(&self, briefly: bool, width: usize, ellipsis: &str) -> String {
        let text = self.text(briefly);
        match self.is_path {
            true => cut_path(text, width, ellipsis),
            false => cut(text, width, ellipsis),
        }
    }
}

/// A column of a table.
#[derive(Debug, Clone, Copy, Default)]
struct Column {
    width: usize,
    /// Its cells say it briefly.
    briefly: bool,
    has_paths: bool,
}

impl Column {
    fn of(rows: &[Vec<Cell>], place: usize, briefly: bool) -> Self {
        let cells = || rows.iter().filter_map(|row| row.get(place));
        Self {
            width: cells()
                .map(|cell| cell.text(briefly).width())
                .max()
                .unwrap_or(0),
            briefly,
            has_paths: cells().any(|cell| cell.is_path),
        }
    }

    fn least(self) -> usize {
        if self.has_paths { LEAST_PATH } else { LEAST }
    }
}

/// Lays rows out, one line each. With a width, the widest columns are cut, and say it briefly where
/// they can, until a row fits; `ellipsis` stands for what was cut off. A column in which every cell
/// is empty is left out.
pub(super) fn lay_out(rows: &[Vec<Cell>], width: Option<usize>, ellipsis: &str) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut columns: Vec<_> = (0..count)
        .map(|place| Column::of(rows, place, false))
        .collect();
    if let Some(width) = width {
        let has_brief: Vec<_> = (0..count).map(|place| has_brief(rows, place)).collect();
        shrink(&mut columns, width, |place, _| match has_brief[place] {
            true => usize::MAX,
            false => COMFORTABLE,
        });
        for place in (0..count).filter(|place| has_brief[*place]) {
            if excess(&columns, width) > 0 {
                columns[place] = Column::of(rows, place, true);
            }
        }
        shrink(&mut columns, width, |place, column| {
            match has_brief[place] {
                true => usize::MAX,
                false => column.least(),
            }
        });
        shrink(&mut columns, width, |_, _| LEAST);
        shrink(&mut columns, width, |_, _| NARROWEST);
    }
    rows.iter()
        .map(|row| line(row, &columns, ellipsis))
        .collect()
}

/// How many columns of the terminal there are too few.
fn excess(columns: &[Column], width: usize) -> usize {
    let shown = columns.iter().filter(|column| column.width > 0).count();
    let total: usize = columns.iter().map(|column| column.width).sum();
    (total + GAP * shown.saturating_sub(1)).saturating_sub(width)
}

fn has_brief(rows: &[Vec<Cell>], place: usize) -> bool {
    let mut cells = rows.iter().filter_map(|row| row.get(place));
    cells.any(|cell| cell.brief.is_some())
}

/// Takes from the widest columns what is too much, and from none so much that it would be narrower
/// than `least` of it.
fn shrink(columns: &mut [Column], width: usize, least: impl Fn(usize, Column) -> usize) {
    for _ in 0..excess(columns, width) {
        let wide = columns.iter_mut().enumerate();
        let widest = wide
            .filter(|(place, column)| column.width > least(*place, **column))
            // What a path says is needed most.
            .max_by_key(|(_, column)| match column.has_paths {
                true => column.width * 2 / 3,
                false => column.width,
            });
        match widest {
            Some((_, column)) => column.width -= 1,
            None => return,
        }
    }
}

fn line(row: &[Cell], columns: &[Column], ellipsis: &str) -> String {
    let mut line = String::new();
    let mut owed = 0;
    let shown = row
        .iter()
        .zip(columns)
        .filter(|(_, column)| column.width > 0);
    for (cell, column) in shown {
        let text = cell.cut(column.briefly, column.width, ellipsis);
        let used = text.width();
        if !text.is_empty() {
            line.push_str(&" ".repeat(owed));
            owed = 0;
            line.push_str(&paint(&text, cell.style));
        }
        owed += column.width.saturating_sub(used) + GAP;
    }
    line.push('\n');
    line
}

/// Returns the text in at most `width` columns; what is cut ends in `ellipsis`.
pub(super) fn cut(text: &str, width: usize, ellipsis: &str) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(ellipsis.width());
    beginning(text, room).to_owned() + beginning(ellipsis, width)
}

/// Returns a path in at most `width` columns. What is left out is in its middle, where `ellipsis`
/// stands: the last name stays whole if there is room for it.
pub(super) fn cut_path(path: &str, width: usize, ellipsis: &str) -> String {
    if path.width() <= width {
        return path.to_owned();
    }
    let room = width.saturating_sub(ellipsis.width());
    let last = path.rfind('/').map_or(path, |slash| &path[slash..]);
    let kept = match last.width() < room {
        true => last,
        false => end(path, room - room / 3),
    };
    let first = beginning(path, room.saturating_sub(kept.width()));
    format!("{first}{}{kept}", beginning(ellipsis, width))
}

/// The beginning of a text that fits into `room` columns.
fn beginning(text: &str, room: usize) -> &str {
    let mut used = 0;
    let over = text.char_indices().find(|(_, letter)| {
        used += letter.width().unwrap_or(0);
        used > room
    });
    over.map_or(text, |(place, _)| &text[..place])
}

/// The end of a text that fits into `room` columns.
fn end(text: &str, room: usize) -> &str {
    let mut used = 0;
    let over = text.char_indices().rev().find(|(_, letter)| {
        used += letter.width().unwrap_or(0);
        used > room
    });
    over.map_or(text, |(place, letter)| &text[place + letter.len_utf8()..])
}

#[cfg(test)]
mod tests {
    use anstyle::{AnsiColor, Style};
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    use super::{Cell, cut, cut_path, lay_out};

    fn rows(rows: &[&[&str]]) -> Vec<Vec<Cell>> {
        rows.iter()
            .map(|row| row.iter().map(|text| Cell::plain(*text)).collect())
            .collect()
    }

    #[test]
    fn columns_line_up_and_end_without_spaces() {
        let table = rows(&[
            &["a", "", "main"],
            &["日本", "", ""],
            &["long-name", "", "x"],
        ]);
        assert_eq!(
            lay_out(&table, None, "…"),
            "a          main\n日本\nlong-name  x\n"
        );
    }

    #[test]
    fn the_widest_column_is_cut_first() {
        let table = rows(&[&["short", "https://example.org/a/long/address", "x"]]);
        assert_eq!(lay_out(&table, Some(20), "…"), "short  https://e…  x\n");
    }

    #[test]
    fn styles_take_no_room() {
        let red: Style = AnsiColor::Red.on_default();
        let table = [
            vec![Cell::styled("a", red), Cell::plain("b")],
            vec![Cell::plain("cc"), Cell::plain("d")],
        ];
        assert_eq!(
            lay_out(&table, Some(80), "…"),
            "\u{1b}[31ma\u{1b}[0m   b\ncc  d\n"
        );
    }

    #[test]
    fn a_wide_letter_is_not_cut_in_two() {
        assert_eq!(cut("日本語", 4, "…"), "日…");
        assert_eq!(cut("日本語", 6, "…"), "日本語");
    }

    #[test]
    fn a_path_keeps_its_last_name() {
        for (path, width, cut) in [
            ("platform/payments/api", 21, "platform/payments/api"),
            ("platform/payments/api", 16, "platform/pa…/api"),
            (
                "platform/reconciliation-engine",
                27,
                "plat…/reconciliation-engine",
            ),
            ("platform/reconciliation-engine", 12, "pla…n-engine"),
            ("文書/日本語のとても長い名前-3", 16, "文書/…長い名前-3"),
            ("reconciliation", 8, "re…ation"),
            ("abc", 1, "…"),
        ] {
            let text = cut_path(path, width, "…");
            assert_eq!(text, cut);
            assert!(text.width() <= width, "{text}");
        }
    }

    #[test]
    fn what_can_be_said_briefly_is_before_anything_is_cut() {
        let row = |brief: &str| {
            vec![
                Cell::path("services/authentication"),
                Cell::plain("2 staged, 3 untracked").or_briefly(brief),
            ]
        };
        let table = [row("2 stg 3 new")];
        let shown = |width| lay_out(&table, Some(width), "…");
        assert_eq!(
            shown(46),
            "services/authentication  2 staged, 3 untracked\n"
        );
        assert_eq!(shown(45), "services/authentication  2 stg 3 new\n");
        assert_eq!(shown(33), "serv…/authentication  2 stg 3 new\n");
    }

    proptest! {
        #[test]
        fn a_path_that_is_cut_fits(path in "[a-z/日🚀é]{0,40}", width in 1_usize..40) {
            prop_assert!(cut_path(&path, width, "…").width() <= width);
        }

        #[test]
        fn every_line_fits_where_columns_can_be_cut(
            cells in prop::collection::vec(prop::collection::vec("[a-z日]{0,30}", 3), 1..5),
            width in 30_usize..80,
        ) {
            let table: Vec<Vec<Cell>> =
                cells.iter().map(|row| row.iter().map(Cell::plain).collect()).collect();
            for line in lay_out(&table, Some(width), "…").lines() {
                prop_assert!(line.width() <= width, "{line:?}");
            }
        }
    }
}
