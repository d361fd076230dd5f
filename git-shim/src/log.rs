//! The log: one line of JSON an event, each appended by a single write, so that any number of
//! shims can share it. An invocation is a line when it starts and a line when it ends; one that
//! was killed has no second line, and is counted all the same.

use std::{
    collections::HashMap,
    fs::OpenOptions,
    io::{self, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};

use crate::{Ending, Invocation, Terminal};

/// One line of the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Record {
    /// Git was started.
    Started(Invocation),
    /// An invocation asked at the terminal.
    Asked {
        /// Whose.
        id: String,
        /// What came of it.
        terminal: Terminal,
    },
    /// An invocation left a process behind.
    Left {
        /// Whose.
        id: String,
        /// The process.
        grandchild: u32,
    },
    /// An invocation ended.
    Ended {
        /// Whose.
        id: String,
        /// How.
        ending: Ending,
    },
}

/// Appends one record. The file is made readable for its owner only, since the environment of
/// an invocation can hold secrets.
///
/// # Errors
/// When the file cannot be opened or written.
pub fn append(path: &Path, record: &Record) -> io::Result<()> {
    let mut line = serde_json::to_vec(record)?;
    line.push(b'\n');
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path)?.write(&line)?;
    if written == line.len() {
        Ok(())
    } else {
        Err(io::ErrorKind::WriteZero.into())
    }
}

/// Reads all invocations, in order of their start. A log that is not there has none.
///
/// # Errors
/// When the file cannot be read, or a line in it is not a record.
pub fn read(path: &Path) -> io::Result<Vec<Invocation>> {
    let bytes = match std::fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    // A last line without its end is being written at this moment.
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
    let mut invocations: Vec<Invocation> = Vec::new();
    let mut places = HashMap::new();
    for line in bytes[..whole]
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let record: Record = serde_json::from_slice(line)?;
        let (Record::Started(Invocation { id, .. })
        | Record::Asked { id, .. }
        | Record::Left { id, .. }
        | Record::Ended { id, .. }) = &record;
        let place = *places.entry(id.clone()).or_insert(invocations.len());
        match (record, invocations.get_mut(place)) {
            (Record::Started(invocation), None) => invocations.push(invocation),
            (Record::Asked { terminal, .. }, Some(one)) => one.terminal = Some(terminal),
            (Record::Left { grandchild, .. }, Some(one)) => one.grandchild = Some(grandchild),
            (Record::Ended { ending, .. }, Some(one)) => one.ended = Some(ending),
            _ => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "a record out of order",
                ));
            }
        }
    }
    invocations.sort_by_key(|invocation| invocation.started_us);
    Ok(invocations)
}

#[cfg(test)]
mod tests {
    use std::fs::{read as bytes_of, write};

    use super::{Record, append, read};

    #[test]
    fn a_line_that_is_being_written_does_not_count_yet() {
        let place = std::env::temp_dir().join(format!("git-shim-log-{}", std::process::id()));
        let ended = Record::Left {
            id: "nobody's".to_owned(),
            grandchild: 1,
        };
        append(&place, &ended).expect("a line");
        let whole = bytes_of(&place).expect("the log");
        for length in 0..whole.len() {
            write(&place, &whole[..length]).expect("a part of it");
            assert!(read(&place).expect("no error").is_empty(), "{length}");
        }
        std::fs::remove_file(&place).expect("the log");
    }
}
