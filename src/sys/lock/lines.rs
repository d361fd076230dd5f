//! What a lock file says: who holds the lock, and whether who had it before has given it up.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::sys::fs::read_at;
use crate::sys::user;

/// Where the lines begin. On Windows a lock is one on the first byte of the file, which nobody else
/// can read or write then (`LockFileEx`); so that one says nothing.
const LINES: u64 = 1;

/// How much of a lock file is read to learn who holds it.
const HOLDER_LIMIT: usize = 4096;

/// The line below the holder's once the holder has given the lock up. Where it is missing, the
/// holder was killed, or the power was cut.
const DONE: &str = "done";

/// The line below the holder's while it holds a lock that the one before it never gave up.
pub(super) const INTERRUPTED: &str = "after an interrupted run";

/// Who holds a lock: one line of JSON in the lock file, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// The machine it runs on.
    pub host: String,
    /// What it does: `sync`, `add`.
    pub verb: String,
    /// Since when: RFC 3339, UTC.
    pub started: String,
}

impl Holder {
    /// Returns this process, doing `verb` since `started` (RFC 3339, UTC).
    #[must_use]
    pub fn this_process(verb: &str, started: String) -> Self {
        // The same for as long as the process lives, and asked for by every pack.
        static HOST: LazyLock<String> = LazyLock::new(user::host);
        Self {
            pid: std::process::id(),
            host: HOST.clone(),
            verb: verb.into(),
            started,
        }
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            pid,
            host,
            verb,
            started,
        } = self;
        write!(
            formatter,
            "`grex {verb}` (process {pid} on {host}, since {started})"
        )
    }
}

/// Writes who holds the lock from now on. `is_old` says that the file was there before,
/// `is_interrupted` that whoever held the lock then never gave it up.
pub(super) fn begin(file: &mut File, holder: &Holder, is_old: bool, is_interrupted: bool) {
    let mut lines = vec![b' '];
    lines.extend(serde_json::to_vec(holder).unwrap_or_default());
    lines.push(b'\n');
    if is_interrupted {
        lines.extend_from_slice(INTERRUPTED.as_bytes());
        lines.push(b'\n');
    }
    // What said that the one before is done goes first, for this one may be killed at any moment. It is
    // cut off, not written over: a power cut takes back what was written into a file of the same
    // length long before it takes back the length.
    let cut = if is_old { file.set_len(LINES) } else { Ok(()) };
    // The lines are for people: on a full disk the lock is held all the same.
    let _ = cut.and_then(|()| overwrite(file, 0, &lines));
}

/// Says whether the holder before has given the lock up.
pub(super) fn was_given_up(file: &File) -> bool {
    second_line(file).as_deref() == Some(DONE)
}

/// Writes that the holder has given the lock up. On a full disk that is not known, and the next
/// holder looks at more than it would have to.
pub(super) fn give_up(file: &mut File, holder: &Holder) {
    let mut lines = serde_json::to_vec(holder).unwrap_or_default();
    lines.extend_from_slice(format!("\n{DONE}\n").as_bytes());
    let _ = overwrite(file, LINES, &lines);
}

/// Makes `lines` the content from there on. The file is never emptied on the way: ext4 writes out at once what
/// was cut to nothing and filled again (`auto_da_alloc` in ext4(5)), for every pack of every run.
fn overwrite(file: &mut File, from: u64, lines: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(from))?;
    file.write_all(lines)?;
    let length = from + lines.len() as u64;
    if file.metadata()?.len() > length {
        file.set_len(length)?;
    }
    Ok(())
}

pub(super) fn second_line(file: &File) -> Option<String> {
    Some(String::from_utf8_lossy(&line(file, 1)?).into_owned())
}

pub(super) fn read_holder(file: &File) -> Option<Holder> {
    serde_json::from_slice(&line(file, 0)?).ok()
}

/// One of the lines, the first of which has the number 0.
fn line(file: &File, number: usize) -> Option<Vec<u8>> {
    let mut bytes = [0; HOLDER_LIMIT];
    let length = read_at(file, &mut bytes, LINES).ok()?;
    let mut lines = bytes[..length].split(|byte| *byte == b'\n');
    lines.nth(number).map(<[u8]>::to_vec)
}
