//! Managed blocks in files: the rules of [`crate::model::block`], applied to a disk.

use std::collections::BTreeSet;
use std::path::Path;

use super::StoreError;
use crate::model::block::{self, Block, BlockError};
use crate::sys::fs;

/// The longest file that a block is kept in.
const LIMIT: u64 = 16 << 20;

/// Makes `entries` the content of the block `name` (`None` for the one without a name) of a file,
/// and returns whether that changed the file. A file that says so already is not touched, mtime
/// included. A file that is not there is made with its directory, unless there are no entries. A
/// file that is empty in the end stays: it cannot be known whether it was there first.
///
/// # Errors
/// The markers in the file are broken, which is for a person or `doctor --fix` to put right; or it
/// is a link, longer than 16 MiB, or cannot be written. The file is then as it was.
pub fn ensure(path: &Path, name: Option<&str>, entries: &[String]) -> Result<bool, StoreError> {
    let old = fs::read_regular(path, LIMIT)?;
    let text = old.as_deref().unwrap_or_default();
    let new = block::replace(text, name, entries).map_err(|error| broken(path, error))?;
    if new == text {
        return Ok(false);
    }
    if old.is_none()
        && let Some(directory) = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
    {
        // A repository made from an empty template has no `.git/info`.
        fs::create_dir_all(directory)?;
    }
    Ok(fs::replace_recoverably(path, &new, fs::SHARED_MODE)?)
}

/// Does as [`ensure`] does for the block without a name, and puts broken markers right on the way,
/// see [`block::mend`]; with `folds`, blocks with a name go into this one, see
/// [`block::fold_foreign`]. Returns whether that changed the file.
///
/// # Errors
/// As [`ensure`], but for the markers.
pub fn mend(path: &Path, entries: &[String], folds: bool) -> Result<bool, StoreError> {
    let Some(old) = fs::read_regular(path, LIMIT)? else {
        return ensure(path, None, entries);
    };
    let new = mended(&old, entries, folds).map_err(|error| broken(path, error))?;
    Ok(fs::replace_recoverably(path, &new, fs::SHARED_MODE)?)
}

/// What [`mend`] makes of a text.
fn mended(text: &[u8], entries: &[String], folds: bool) -> Result<Vec<u8>, BlockError> {
    let ours: BTreeSet<&str> = entries.iter().map(String::as_str).collect();
    let mut text = block::mend(text, None, &ours);
    if folds {
        text = block::fold_foreign(&text, &ours);
    }
    block::replace(&text, None, entries)
}

/// Says whether the block without a name holds exactly these entries. A file that is not there
/// holds none.
///
/// # Errors
/// As [`ensure`].
pub fn is_as(path: &Path, entries: &[String]) -> Result<bool, StoreError> {
    let text = fs::read_regular(path, LIMIT)?.unwrap_or_default();
    let new = block::replace(&text, None, entries).map_err(|error| broken(path, error))?;
    Ok(new == text)
}

/// Returns the block `name` of a file, if both are there.
///
/// # Errors
/// As [`ensure`].
pub fn find(path: &Path, name: Option<&str>) -> Result<Option<Block>, StoreError> {
    let text = fs::read_regular(path, LIMIT)?.unwrap_or_default();
    block::find(&text, name).map_err(|error| broken(path, error))
}

/// Returns the named blocks of a file: in a workspace's `.gitignore` another program's.
///
/// # Errors
/// As [`ensure`].
pub fn foreign(path: &Path) -> Result<Vec<Block>, StoreError> {
    let text = fs::read_regular(path, LIMIT)?.unwrap_or_default();
    block::foreign_blocks(&text).map_err(|error| broken(path, error))
}

/// A block of another program that was taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// Its name.
    pub name: String,
    /// Its lines that stay where they were, without markers around them.
    pub kept: Vec<String>,
}

/// Takes the named blocks of a file apart, as [`block::fold_foreign`] does, and makes `entries` the
/// content of the one block. With or without the slashes that say only that an entry is a directory
/// at the top, a line is the same. One write, or, unless `write`, none; without named blocks nothing
/// is changed.
///
/// # Errors
/// As [`ensure`].
pub fn fold_foreign(
    path: &Path,
    entries: &[String],
    write: bool,
) -> Result<Vec<Folded>, StoreError> {
    let old = fs::read_regular(path, LIMIT)?.unwrap_or_default();
    let bare = entries.iter().map(|entry| entry.trim_matches('/'));
    let spellings = bare.flat_map(|bare| {
        [("", ""), ("/", ""), ("", "/"), ("/", "/")]
            .map(|(before, behind)| format!("{before}{bare}{behind}"))
    });
    let spellings: Vec<String> = spellings.collect();
    let ours: BTreeSet<&str> = spellings.iter().map(String::as_str).collect();
    let blocks = block::foreign_blocks(&old).map_err(|error| broken(path, error))?;
    let folded = blocks.into_iter().map(|block| {
        let mut kept = block.lines;
        kept.retain(|line| !line.trim().is_empty() && !ours.contains(line.trim_end()));
        Folded {
            name: block.name.unwrap_or_default(),
            kept,
        }
    });
    let folded: Vec<Folded> = folded.collect();
    if folded.is_empty() || !write {
        return Ok(folded);
    }
    let text = block::fold_foreign(&old, &ours);
    let new = block::replace(&text, None, entries).map_err(|error| broken(path, error))?;
    fs::replace_recoverably(path, &new, fs::SHARED_MODE)?;
    Ok(folded)
}

fn broken(path: &Path, source: BlockError) -> StoreError {
    StoreError::Block {
        path: path.into(),
        source,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::fs::{File, read_to_string, write};
    use std::path::PathBuf;
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::model::path::PackPath;

    fn place() -> (tempfile::TempDir, PathBuf) {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join(".gitignore");
        (place, path)
    }

    fn entries(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_file_and_its_directory_are_made_only_for_entries() {
        let (place, _) = place();
        let path = place.path().join("info/exclude");
        assert!(!ensure(&path, None, &[]).unwrap());
        assert!(!path.parent().unwrap().exists());
        assert!(ensure(&path, None, &entries(&["/a/"])).unwrap());
        assert_eq!(
            read_to_string(&path).unwrap(),
            "# >>> grex >>>\n/a/\n# <<< grex <<<\n"
        );
        assert!(ensure(&path, None, &[]).unwrap());
        assert_eq!(read_to_string(&path).unwrap(), "");
    }

    #[test]
    fn the_same_content_twice_does_not_touch_the_file() {
        let (_place, path) = place();
        write(&path, "mine\n").unwrap();
        ensure(&path, None, &entries(&["/b/", "/a/"])).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(time)
            .unwrap();
        assert!(!ensure(&path, None, &entries(&["/a/", "/b/"])).unwrap());
        assert_eq!(path.metadata().unwrap().modified().unwrap(), time);
    }

    #[test]
    fn broken_markers_name_file_and_line_and_change_nothing() {
        let (_place, path) = place();
        let text = "mine\n# >>> grex >>>\n/a/\n";
        write(&path, text).unwrap();
        let error = ensure(&path, None, &entries(&["/b/"]))
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with(&format!("{}: line 2: ", path.display())),
            "{error}"
        );
        assert_eq!(read_to_string(&path).unwrap(), text);
        assert!(find(&path, None).is_err());
    }

    #[test]
    fn blocks_are_found_by_name() {
        let (_place, path) = place();
        assert_eq!(find(&path, None).unwrap(), None);
        ensure(&path, Some("x"), &entries(&["1"])).unwrap();
        ensure(&path, None, &entries(&["2"])).unwrap();
        assert_eq!(find(&path, None).unwrap().unwrap().lines, ["2"]);
        assert_eq!(foreign(&path).unwrap()[0].lines, ["1"]);
    }

    /// The escapes are right if git, and not just this program, reads them so.
    #[test]
    fn git_ignores_exactly_the_pack() {
        let (place, path) = place();
        let git = |arguments: &[&str]| {
            #[allow(
                clippy::disallowed_methods,
                reason = "git is the judge of its own patterns"
            )]
            let status = std::process::Command::new("git")
                .arg("-C")
                .arg(place.path())
                .args(arguments)
                .env_remove("GIT_DIR")
                .env("GIT_CONFIG_GLOBAL", "/dev/null")
                .stdout(std::process::Stdio::null())
                .status();
            status.unwrap().success()
        };
        assert!(git(&["init", "-q"]));
        let names = [
            "plain",
            "a[b]c",
            "#hash",
            "!bang",
            "two words",
            "ünï",
            "deep/er",
            "[!x]",
        ];
        let lines: Vec<_> = names
            .iter()
            .map(|name| block::ignore_line(&PackPath::parse(name).unwrap()))
            .collect();
        ensure(&path, None, &lines).unwrap();
        for name in names {
            assert!(git(&["check-ignore", "--", &format!("{name}/")]), "{name}");
        }
        for name in ["abc", "ab", "er", "x/plain", "y"] {
            assert!(!git(&["check-ignore", "--", &format!("{name}/")]), "{name}");
        }
    }
}
