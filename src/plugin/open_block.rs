//! A managed block that a plan is adding lines to: its text is put together once, not once a line.

use std::{collections::BTreeSet, path::Path};

use super::error::ActionError;
use crate::model::block::{self, BlockError};

/// What is known of a managed block for one question about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldLines {
    /// The lines that were asked for, sorted.
    pub lines: Vec<String>,
    /// Whether there are lines in the file that end in CRLF.
    pub has_crlf: bool,
}

impl HeldLines {
    /// The lines of the block `name` in the text of a file that begin in one of these ways.
    ///
    /// # Errors
    /// The file's managed blocks are broken.
    pub fn of(
        path: &Path,
        text: &str,
        name: &str,
        beginnings: &[String],
    ) -> Result<Self, ActionError> {
        let open = OpenBlock::open(text, name).map_err(|error| broken(path, &error))?;
        Ok(open.beginning_with(beginnings))
    }
}

/// The error about broken markers, which names the file and the line.
pub(super) fn broken(path: &Path, error: &BlockError) -> ActionError {
    ActionError::precondition(format!("{}: {error}", path.display()))
        .with_hint("put the markers right, or remove them, and run it again")
}

/// A block of a text whose lines are being changed.
#[derive(Debug, Clone)]
pub(super) struct OpenBlock {
    pub(super) name: String,
    lines: BTreeSet<String>,
    has_crlf: bool,
    /// Its lines are not those of the text any more.
    pub(super) is_changed: bool,
}

impl OpenBlock {
    /// Reads the block of that name.
    pub(super) fn open(text: &str, name: &str) -> Result<Self, BlockError> {
        let found = block::find(text.as_bytes(), Some(name))?;
        Ok(Self {
            name: name.to_owned(),
            lines: found.into_iter().flat_map(|block| block.lines).collect(),
            has_crlf: text.contains("\r\n"),
            is_changed: false,
        })
    }

    /// Exchanges one line.
    pub(super) fn exchange(
        &mut self,
        old: Option<&str>,
        new: Option<&str>,
    ) -> Result<(), BlockError> {
        self.is_changed = true;
        if let Some(old) = old {
            self.lines.remove(old);
        }
        if let Some(new) = new {
            // A line that looks like a marker is refused now, not when the text is wanted.
            block::replace(b"", Some(&self.name), &[new.to_owned()])?;
            self.lines.insert(new.to_owned());
        }
        Ok(())
    }

    /// The lines that begin in one of these ways.
    pub(super) fn beginning_with(&self, beginnings: &[String]) -> HeldLines {
        let mut lines: Vec<String> = Vec::new();
        for beginning in beginnings {
            let from = self.lines.range::<String, _>(beginning..);
            lines.extend(from.take_while(|line| line.starts_with(beginning)).cloned());
        }
        lines.sort_unstable();
        HeldLines {
            lines,
            has_crlf: self.has_crlf,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The text with the block as it is now.
    pub(super) fn render(&self, text: &str) -> Result<String, BlockError> {
        let lines: Vec<_> = self.lines.iter().cloned().collect();
        let replaced = block::replace(text.as_bytes(), Some(&self.name), &lines)?;
        Ok(String::from_utf8_lossy(&replaced).into_owned())
    }
}
