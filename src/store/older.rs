//! The workspace of the older tool: its log of events, which has the same format and another place.

use std::path::{Path, PathBuf};

use super::{error::StoreError, manifest};
use crate::sys::fs;

/// Where later versions of the older tool kept the log, below the workspace.
pub const EVENT_LOG: &str = ".grex/events.jsonl";

/// More than this is read of no log.
const LIMIT: u64 = 64 * 1024 * 1024;

/// Returns the log of a workspace of the older tool, where `root` is one: a regular file.
pub fn event_log(root: &Path) -> Option<PathBuf> {
    let path = root.join(EVENT_LOG);
    let metadata = path.symlink_metadata().ok()?;
    metadata.is_file().then_some(path)
}

/// Returns the nearest directory at `start` or above it that is a workspace of the older tool.
pub fn workspace_above(start: &Path) -> Option<&Path> {
    start.ancestors().find(|root| event_log(root).is_some())
}

/// Reads that log: lines that a manifest can be made of as they stand.
///
/// # Errors
/// It cannot be read, is no regular file, or a line of it cannot be trusted.
pub fn read(log: &Path) -> Result<Vec<u8>, StoreError> {
    let lines = fs::read_regular(log, LIMIT)?.unwrap_or_default();
    manifest::fold(&mut lines.as_slice(), log)?;
    Ok(lines)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::{event_log, read, workspace_above};

    #[test]
    fn the_log_is_found_from_below_and_no_link_is_taken_for_it() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        std::fs::create_dir_all(root.join("a/.grex")).unwrap();
        std::fs::create_dir_all(root.join("a/b/c")).unwrap();
        assert_eq!(event_log(&root.join("a")), None);
        let log = root.join("a/.grex/events.jsonl");
        std::fs::write(&log, "{}\n").unwrap();
        assert_eq!(workspace_above(&root.join("a/b/c")), Some(&*root.join("a")));
        assert!(read(&log).unwrap_err().to_string().contains("line 1"));
        let line = "{\"op\":\"sync\",\"ts\":\"2025-06-01T10:00:01Z\",\"id\":\"a\",\"sha\":\"\"}\n";
        std::fs::write(&log, line).unwrap();
        assert_eq!(read(&log).unwrap(), line.as_bytes());
        #[cfg(unix)]
        {
            std::fs::create_dir_all(root.join("d/.grex")).unwrap();
            std::os::unix::fs::symlink(&log, root.join("d/.grex/events.jsonl")).unwrap();
            assert_eq!(event_log(&root.join("d")), None);
        }
    }
}
