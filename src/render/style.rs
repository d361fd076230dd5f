//! What colours mean. A colour never says anything that the words do not say as well.

use anstyle::{AnsiColor, Style};

/// `error:`, and what failed.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();

/// `warning:`, and what a person should look at.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();

/// `hint:`, and what is only mentioned.
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default();

/// What changed as it was meant to.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();

/// What is there beside the matter.
pub(crate) const FAINT: Style = Style::new().dimmed();

/// Headings.
pub(crate) const HEADING: Style = Style::new().bold();

/// Puts the codes of a style around a text.
pub(crate) fn paint(text: &str, style: Style) -> String {
    if style == Style::new() {
        text.to_owned()
    } else {
        format!("{style}{text}{style:#}")
    }
}
