//! Texts before and after, as a unified diff.

use std::time::Duration;

use anstyle::Style;
use similar::{ChangeTag, TextDiff};

use super::exact;
use crate::render::style::{self, paint};

/// Lines around a change.
const CONTEXT: usize = 3;

/// Before every line: no line of a file looks like an entry of the list around it.
const INDENT: &str = "  ";

/// The name of a text that is not there.
const MISSING: &str = "/dev/null";

/// How long the shortest diff is looked for; then any will do.
const PATIENCE: Duration = Duration::from_millis(500);

/// Returns the difference between two texts of a thing that is called `name`; nothing when there
/// is none. `None` is a text that is not there.
pub(super) fn unified(name: &str, before: Option<&str>, after: Option<&str>) -> String {
    if before == after {
        return String::new();
    }
    let name = exact::line(name);
    let name_of = |text: Option<&str>| if text.is_some() { &name } else { MISSING };
    let mut text = String::new();
    add(
        &mut text,
        style::HEADING,
        &format!("--- {}", name_of(before)),
    );
    add(
        &mut text,
        style::HEADING,
        &format!("+++ {}", name_of(after)),
    );
    let diff = TextDiff::configure()
        .timeout(PATIENCE)
        .diff_lines(before.unwrap_or_default(), after.unwrap_or_default());
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        add(&mut text, style::HINT, hunk.header().to_string().trim_end());
        for change in hunk.iter_changes() {
            let (sign, style) = match change.tag() {
                ChangeTag::Equal => (' ', Style::new()),
                ChangeTag::Delete => ('-', style::ERROR),
                ChangeTag::Insert => ('+', style::GOOD),
            };
            let value = change.value();
            let line = exact::lines(value.strip_suffix('\n').unwrap_or(value));
            add(&mut text, style, &format!("{sign}{line}"));
            if change.missing_newline() {
                add(&mut text, style::FAINT, "\\ No newline at end of file");
            }
        }
    }
    text
}

fn add(text: &mut String, style: Style, line: &str) {
    text.push_str(INDENT);
    text.push_str(&paint(line, style));
    text.push('\n');
}
