//! Tables: columns that line up, and fit a terminal's width where there is one.

pub(super) use crate::render::style::paint;

use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Between two columns.
const GAP: usize = 2;

/// No column is made narrower than this.
const LEAST: usize = 8;

/// What is in one place of a table: one line of text, without escape sequences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    text: String,
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
            style,
        }
    }
}

/// Lays rows out, one line each. With a width, the widest columns are cut until a row fits, and
/// what is cut ends in `ellipsis`. A column in which every cell is empty is left out.
pub(super) fn lay_out(rows: &[Vec<Cell>], width: Option<usize>, ellipsis: &str) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut widths = vec![0; count];
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            widths[column] = widths[column].max(cell.text.width());
        }
    }
    if let Some(width) = width {
        shrink(&mut widths, width);
    }
    rows.iter()
        .map(|row| line(row, &widths, ellipsis))
        .collect()
}

fn shrink(widths: &mut [usize], width: usize) {
    loop {
        let shown = widths.iter().filter(|width| **width > 0).count();
        let total = widths.iter().sum::<usize>() + GAP * shown.saturating_sub(1);
        let Some(excess) = total.checked_sub(width).filter(|excess| *excess > 0) else {
            return;
        };
        let mut sorted: Vec<usize> = widths.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let Some(widest) = sorted.pop().filter(|widest| *widest > LEAST) else {
            return;
        };
        let next = sorted.pop().unwrap_or(0).max(LEAST);
        if let Some(column) = widths.iter_mut().find(|width| **width == widest) {
            // Down to the next widest column, or by one where two are equally wide.
            *column -= excess.min((widest - next).max(1));
        }
    }
}

fn line(row: &[Cell], widths: &[usize], ellipsis: &str) -> String {
    let mut line = String::new();
    let mut owed = 0;
    for (cell, width) in row.iter().zip(widths).filter(|(_, width)| **width > 0) {
        let text = cut(&cell.text, *width, ellipsis);
        let used = text.width();
        if !text.is_empty() {
            line.push_str(&" ".repeat(owed));
            owed = 0;
            line.push_str(&paint(&text, cell.style));
        }
        owed += width - used + GAP;
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
    let mut kept = String::new();
    let mut used = 0;
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used > room {
            break;
        }
        kept.push(letter);
    }
    kept + ellipsis
}

#[cfg(test)]
mod tests {
    use anstyle::{AnsiColor, Style};
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    use super::{Cell, cut, lay_out};

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

    proptest! {
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
