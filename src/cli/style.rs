//! What colours mean. A colour never says anything that the words do not say as well.

use anstyle::{AnsiColor, Style};

/// `error:`, and what failed.
pub(super) const ERROR: Style = AnsiColor::Red.on_default().bold();

/// `warning:`, and what a person should look at.
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default();

/// `hint:`, and what is only mentioned.
pub(super) const HINT: Style = AnsiColor::Cyan.on_default();

/// What changed as it was meant to.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();

/// What is there beside the matter.
pub(super) const FAINT: Style = Style::new().dimmed();

/// Headings.
pub(super) const HEADING: Style = Style::new().bold();
