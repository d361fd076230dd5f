//! What is on a screen, as an SVG.

use std::fmt::Write as _;

use anstyle::{Ansi256Color, AnsiColor, Color, RgbColor, Style};
use anstyle_svg::{Palette, Term};
use grex_fixtures::Sandbox;

/// Colours that can be told apart and read, on a dark ground.
const PALETTE: Palette = Palette([
    RgbColor(0x1e, 0x22, 0x27),
    RgbColor(0xf2, 0x7a, 0x7a),
    RgbColor(0x8f, 0xc7, 0x7a),
    RgbColor(0xe5, 0xc0, 0x7b),
    RgbColor(0x74, 0xb0, 0xf0),
    RgbColor(0xc6, 0x8a, 0xe0),
    RgbColor(0x6c, 0xc5, 0xce),
    RgbColor(0xd6, 0xda, 0xe0),
    RgbColor(0x8b, 0x93, 0x9f),
    RgbColor(0xff, 0x9a, 0x9a),
    RgbColor(0xa9, 0xdc, 0x96),
    RgbColor(0xf3, 0xd5, 0x99),
    RgbColor(0x96, 0xc6, 0xfa),
    RgbColor(0xda, 0xa8, 0xf0),
    RgbColor(0x8f, 0xdb, 0xe3),
    RgbColor(0xff, 0xff, 0xff),
]);

/// Lines with their styles, as a terminal understands them.
pub(crate) struct Picture(Vec<String>);

impl Picture {
    /// The command, and below it what is on the screen. The sandbox is called what a reader's
    /// directories may be called.
    pub(crate) fn of(sandbox: &Sandbox, words: &[&str], screen: &vt100::Screen) -> Self {
        let (rows, columns) = screen.size();
        let prompt = format!("$ grex {}", words.join(" "));
        let mut lines = vec![paint(&prompt, AnsiColor::White.on_default().bold())];
        let mut goes_on = false;
        for row in 0..rows {
            let shown = line(screen, row, columns);
            // What only the edge of the screen has parted is one line: names become shorter below.
            match lines.last_mut().filter(|_| goes_on) {
                Some(line) => line.push_str(&shown),
                None => lines.push(shown),
            }
            goes_on = screen.row_wrapped(row);
        }
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        let text = |path: std::path::PathBuf| path.to_string_lossy().into_owned();
        let names = [
            (text(sandbox.workspace()), "/home/ada/desk"),
            (text(sandbox.home()), "/home/ada"),
            (text(sandbox.path("remotes")), "/srv/git"),
        ];
        for line in &mut lines {
            for (path, name) in &names {
                *line = line.replace(path, name);
            }
        }
        Self(lines)
    }

    /// The same without a word that the picture is not about.
    pub(crate) fn without(mut self, word: &str) -> Self {
        for line in &mut self.0 {
            *line = line.replace(word, "");
        }
        self
    }

    /// The same with those lines sorted, from the second of them on, that `is_meant` names.
    pub(crate) fn sorted(mut self, is_meant: fn(&str) -> bool) -> Self {
        let first = self.0.iter().position(|line| is_meant(&plain(line)));
        let first = first.map_or(self.0.len(), |first| first + 1);
        self.0[first..].sort_by_key(|line| plain(line));
        self
    }

    /// Its text alone.
    pub(crate) fn text(&self) -> String {
        plain(&self.0.join("\n"))
    }

    /// The picture.
    pub(crate) fn svg(&self) -> String {
        let ground = Color::Ansi(AnsiColor::Black);
        let term = Term::new()
            .palette(PALETTE)
            .bg_color(ground)
            .fg_color(Color::Ansi(AnsiColor::White));
        let svg = term.render_svg(&self.0.join("\n"));
        let lines: Vec<_> = svg.lines().map(str::trim_end).collect();
        lines.join("\n") + "\n"
    }
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn paint(text: &str, style: Style) -> String {
    match style == Style::new() {
        true => text.to_owned(),
        false => format!("{style}{text}{style:#}"),
    }
}

/// A row of the screen; what is alike and side by side is painted together.
fn line(screen: &vt100::Screen, row: u16, columns: u16) -> String {
    let mut line = String::new();
    let mut run = (Style::new(), String::new());
    for column in 0..columns {
        let Some(cell) = screen
            .cell(row, column)
            .filter(|cell| !cell.is_wide_continuation())
        else {
            continue;
        };
        let style = style(cell);
        if style != run.0 {
            write!(line, "{}", paint(&run.1, run.0)).expect("memory");
            run = (style, String::new());
        }
        match cell.has_contents() {
            true => run.1.push_str(cell.contents()),
            false => run.1.push(' '),
        }
    }
    match run.0 == Style::new() {
        true => line += run.1.trim_end(),
        false => line += &paint(&run.1, run.0),
    }
    line
}

fn style(cell: &vt100::Cell) -> Style {
    let mut style = Style::new();
    style = match cell.fgcolor() {
        vt100::Color::Default => style,
        vt100::Color::Idx(index) => {
            let color = Ansi256Color(index);
            style.fg_color(Some(color.into_ansi().map_or(color.into(), Color::Ansi)))
        }
        vt100::Color::Rgb(red, green, blue) => {
            style.fg_color(Some(RgbColor(red, green, blue).into()))
        }
    };
    if cell.dim() && style.get_fg_color().is_none() {
        // Not every viewer knows of transparent letters.
        style = style.fg_color(Some(AnsiColor::BrightBlack.into()));
    }
    if cell.bold() {
        style = style.bold();
    }
    if cell.underline() {
        style = style.underline();
    }
    style
}
