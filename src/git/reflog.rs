//! The last line of a ref's log.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use super::refs::ObjectId;

/// More than any line of a reflog that git writes for a fetch.
const LAST_BYTES: u64 = 4096;

/// What a ref was before its last change, from its log; `None` where there is no log, or nothing
/// came before. `name` is a full ref name.
pub fn previous_value(git_dir: &Path, name: &str) -> Option<ObjectId> {
    let mut log = File::open(git_dir.join("logs").join(name)).ok()?;
    let length = log.metadata().ok()?.len();
    log.seek(SeekFrom::Start(length.saturating_sub(LAST_BYTES)))
        .ok()?;
    let mut end = Vec::new();
    log.take(LAST_BYTES).read_to_end(&mut end).ok()?;
    let line = end.trim_ascii_end().rsplit(|byte| *byte == b'\n').next()?;
    let old = line.split(|byte| *byte == b' ').next()?;
    let old = ObjectId::parse(std::str::from_utf8(old).ok()?).ok()?;
    // A ref that was just made has nothing but zeros before.
    (!old.is_null()).then_some(old)
}

#[cfg(test)]
mod tests {
    use super::previous_value;

    #[test]
    fn the_last_line_counts() {
        let git_dir = tempfile::tempdir().expect("a directory");
        let log = git_dir.path().join("logs/refs/remotes/origin/main");
        std::fs::create_dir_all(log.parent().expect("a parent")).expect("directories");
        let (a, b, zeros) = ("a".repeat(40), "b".repeat(40), "0".repeat(40));
        let first = format!("{zeros} {a} A <a@b> 1 +0000\tfetch\n");
        std::fs::write(&log, &first).expect("a file");
        let name = "refs/remotes/origin/main";
        assert_eq!(previous_value(git_dir.path(), name), None);
        std::fs::write(
            &log,
            format!("{first}{a} {b} A <a@b> 2 +0000\tfetch: forced-update\n"),
        )
        .expect("a file");
        assert_eq!(
            previous_value(git_dir.path(), name)
                .expect("a value")
                .as_str(),
            a
        );
        assert_eq!(previous_value(git_dir.path(), "refs/heads/none"), None);
    }
}
