//! Changes, one an entry, in the order in which they are made.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::{diff::unified, exact};
use crate::{
    plugin::change::Change,
    render::style::{self, paint},
};

/// The longest word before an entry, so that what follows lines up.
const WORD: usize = "rename".len();

/// A text file that changes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextChange<'a> {
    /// The file, an absolute path.
    pub(crate) path: &'a Path,
    /// Its text before; `None`: it is not there.
    pub(crate) before: Option<&'a str>,
    /// Its text after all changes; `None`: it is gone.
    pub(crate) after: Option<&'a str>,
}

/// Lists changes, ending in a line feed; nothing for none. A text file is shown once, as what
/// becomes of it by all changes together, where it is changed first; one that `texts` does not
/// know is shown change by change. Paths below `home` begin with `~`.
pub(crate) fn render(changes: &[Change], texts: &[TextChange<'_>], home: Option<&Path>) -> String {
    let mut list = List {
        text: String::new(),
        texts: texts.iter().map(|text| (text.path, *text)).collect(),
        known: texts.iter().map(|text| text.path).collect(),
        home,
    };
    for change in changes {
        list.add(change);
    }
    // Nothing that changes is left out, whatever the list of changes says.
    for text in texts {
        list.add_text(text.path);
    }
    list.text
}

struct List<'a> {
    text: String,
    /// Those that are not shown yet.
    texts: BTreeMap<&'a Path, TextChange<'a>>,
    known: BTreeSet<&'a Path>,
    home: Option<&'a Path>,
}

impl List<'_> {
    fn add(&mut self, change: &Change) {
        match change {
            Change::Directory { path } => self.entry("make", &self.directory(path)),
            Change::Link { path, old, new } => self.link(path, old.as_deref(), new.as_deref()),
            Change::Move { from, to } => {
                let names = format!("{} -> {}", self.name(from), self.name(to));
                self.entry("rename", &names);
            }
            Change::Remove { path, with_content } => {
                let mut what = self.directory(path);
                if *with_content {
                    what += " and everything in it";
                }
                self.entry("remove", &what);
            }
            Change::Write {
                path,
                before,
                after,
            } => {
                if !self.add_text(Path::new(path)) {
                    let name = self.plain_name(path);
                    self.text += &unified(&name, before.as_deref(), after.as_deref());
                }
            }
            Change::Entry { path, old, new, .. } => {
                if !self.add_text(Path::new(path)) {
                    self.block_line(path, old.as_deref(), new.as_deref());
                }
            }
            Change::Variable {
                name,
                scope,
                old,
                new,
            } => self.variable(name, scope, old.as_deref(), new.as_deref()),
            Change::Run { command, directory } => self.run(command, directory),
        }
    }

    /// Shows a file, unless that was done already; says whether its texts are known.
    fn add_text(&mut self, path: &Path) -> bool {
        if let Some(text) = self.texts.remove(path) {
            let name = self.plain_name(&path.to_string_lossy());
            self.text += &unified(&name, text.before, text.after);
        }
        self.known.contains(path)
    }

    fn entry(&mut self, word: &str, what: &str) {
        let word = paint(&format!("{word:WORD$}"), style::HEADING);
        self.text += &format!("  {word} {what}\n");
    }

    fn link(&mut self, path: &str, old: Option<&str>, new: Option<&str>) {
        let path = self.name(path);
        let target = |text: Option<&str>| text.map(|text| self.name(text));
        match (target(old), target(new)) {
            (None, None) => {}
            (None, Some(new)) => self.entry("link", &format!("{path} -> {new}")),
            (Some(old), Some(new)) => self.entry("link", &format!("{path}: {old} -> {new}")),
            (Some(old), None) => self.entry("unlink", &format!("{path} (was {old})")),
        }
    }

    fn block_line(&mut self, path: &str, old: Option<&str>, new: Option<&str>) {
        self.entry("edit", &self.name(path));
        for (sign, line, style) in [('-', old, style::ERROR), ('+', new, style::GOOD)] {
            if let Some(line) = line {
                let line = format!("{sign}{}", exact::line(line));
                self.text += &format!("  {:WORD$} {}\n", "", paint(&line, style));
            }
        }
    }

    fn variable(&mut self, name: &str, scope: &str, old: Option<&str>, new: Option<&str>) {
        let (name_shown, scope) = (exact::line(name), exact::line(scope));
        // Together with its name, which says whether the value is a secret.
        let value_of = |value: &str| {
            let pair = exact::line(&format!("{name}={value}"));
            let value = pair.strip_prefix(&name_shown);
            let value = value.and_then(|rest| rest.strip_prefix('='));
            value.unwrap_or(&pair).to_owned()
        };
        match (old.map(value_of), new.map(value_of)) {
            (None, None) => {}
            (None, Some(new)) => self.entry("set", &format!("{name_shown}={new} ({scope})")),
            (Some(old), Some(new)) => {
                self.entry("set", &format!("{name_shown}={new} ({scope}; was {old})"));
            }
            (Some(old), None) => {
                self.entry("unset", &format!("{name_shown} ({scope}; was {old})"));
            }
        }
    }

    /// All of a command. Its further lines are indented further than an entry is.
    fn run(&mut self, command: &str, directory: &str) {
        let margin = format!("\n  {:WORD$} ", "");
        let command = exact::lines(command).replace('\n', &margin);
        let directory = self.name(directory);
        self.entry("run", &format!("{command} (in {directory})"));
    }

    fn directory(&self, path: &str) -> String {
        format!("{}/", self.name(path).trim_end_matches('/'))
    }

    fn name(&self, path: &str) -> String {
        exact::line(&self.plain_name(path))
    }

    fn plain_name(&self, path: &str) -> String {
        let below = self
            .home
            .and_then(|home| Path::new(path).strip_prefix(home).ok());
        match below {
            Some(rest) if rest.as_os_str().is_empty() => "~".into(),
            // As written, so that `.`, `..` and doubled slashes stay to be seen.
            Some(_) => {
                let home = self.home.map_or(0, |home| home.as_os_str().len());
                format!("~/{}", path[home..].trim_start_matches('/'))
            }
            None => path.into(),
        }
    }
}
