//! The system calls of a run.

use std::fmt;

/// One call, as `tests/faults/faults.c` puts it down.
#[derive(Clone)]
pub(crate) struct Call {
    /// `read` for a file that was opened to be read, `look` for a question about a name, `thread`,
    /// `process`, or the name of a call that changes something.
    pub(crate) name: String,
    /// A path, or what is no file and the number of its descriptor; of two paths, both.
    pub(crate) about: String,
}

/// The calls of a run, in order.
pub(crate) struct Calls(pub(crate) Vec<Call>);

/// The calls that wait for a disk.
pub(crate) const SYNCS: [&str; 4] = ["fsync", "fdatasync", "syncfs", "sync"];
/// The calls that open a file: to read, to write.
pub(crate) const OPENS: [&str; 5] = ["read", "open", "openat", "openat2", "creat"];
/// The calls that put bytes into a file.
pub(crate) const WRITES: [&str; 4] = ["write", "writev", "pwrite64", "pwritev"];
/// The calls that neither change nor start anything.
const LOOKS: [&str; 2] = ["read", "look"];
/// The calls that start something.
const STARTS: [&str; 2] = ["thread", "process"];

impl Calls {
    /// Reads a log.
    pub(crate) fn parse(log: &str) -> Self {
        let calls = log.lines().map(|line| {
            let mut parts = line.splitn(3, ' ');
            let mut part = || parts.next().unwrap_or_default().to_owned();
            let (_, name, about) = (part(), part(), part());
            Call { name, about }
        });
        Self(calls.collect())
    }

    /// Those of these names.
    pub(crate) fn named(&self, names: &[&str]) -> Self {
        self.that(|call| names.contains(&call.name.as_str()))
    }

    /// Those that change files, or open them to do so.
    pub(crate) fn changing(&self) -> Self {
        let others = [&LOOKS[..], &STARTS].concat();
        self.that(|call| !others.contains(&call.name.as_str()))
    }

    /// Those about what lies below this directory.
    pub(crate) fn under(&self, directory: &str) -> Self {
        self.that(|call| {
            let inside = call.about.strip_prefix(directory);
            inside.is_some_and(|rest| rest.starts_with('/'))
        })
    }

    /// Those that write to standard output, which is a pipe.
    pub(crate) fn printing(&self) -> Self {
        let writing = self.named(&WRITES);
        writing.that(|call| call.about.starts_with("pipe:") && call.about.ends_with(" 1"))
    }

    /// Those for which `holds` does.
    pub(crate) fn that(&self, holds: impl Fn(&Call) -> bool) -> Self {
        Self(self.0.iter().filter(|call| holds(call)).cloned().collect())
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Asserts that there is none.
    pub(crate) fn none(&self, what: &str) {
        assert_eq!(self.count(), 0, "{what}:\n{self}");
    }
}

impl fmt::Display for Calls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for call in &self.0 {
            writeln!(formatter, "{} {}", call.name, call.about)?;
        }
        Ok(())
    }
}
