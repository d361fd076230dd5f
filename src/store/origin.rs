//! Where a pack that is no git repository came from. Git's own repositories remember that
//! themselves; for the others grex writes it beside the pack's lock, in `.grex/.state`, before the
//! pack is put in place. A directory without that note was not put there by grex.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{StoreError, Workspace};
use crate::model::url::PackUrl;
use crate::sys::fs;

/// Longer than any URL that is of use.
const LIMIT: u64 = 64 << 10;

#[derive(Serialize, Deserialize)]
struct Origin {
    url: PackUrl,
}

/// Reads where the pack at `pack_root` came from; `None` where nothing that can be understood says
/// so.
#[must_use]
pub fn read(pack_root: &Path) -> Option<PackUrl> {
    let bytes = fs::read_regular(&file(pack_root), LIMIT).ok()??;
    let origin: Origin = serde_json::from_slice(&bytes).ok()?;
    Some(origin.url)
}

/// Notes that the pack at `pack_root` came from `url`, and makes the directory for its lock.
///
/// # Errors
/// The note cannot be written, or a link is in the place of one of the directories.
pub fn write(pack_root: &Path, url: &PackUrl) -> Result<(), StoreError> {
    Workspace::at(pack_root).ensure_state()?;
    let origin = Origin { url: url.clone() };
    let text = serde_json::json!(origin).to_string() + "\n";
    fs::replace_atomically(&file(pack_root), text.as_bytes())?;
    Ok(())
}

fn file(pack_root: &Path) -> PathBuf {
    Workspace::at(pack_root)
        .state_directory()
        .join("origin.json")
}

#[cfg(all(test, unix))]
mod tests {
    use super::{read, write};
    use crate::{model::url::PackUrl, store::layout::pack_lock};

    #[test]
    fn what_was_noted_is_read_and_the_lock_has_a_place() {
        let pack = tempfile::tempdir().expect("a directory");
        let url = PackUrl::parse("copy:///a/b").expect("a URL");
        assert_eq!((read(pack.path()), pack_lock(pack.path())), (None, None));
        write(pack.path(), &url).expect("a note");
        assert_eq!(read(pack.path()), Some(url));
        let lock = pack.path().join(".grex/.state/.grex-lock");
        assert_eq!(pack_lock(pack.path()).as_deref(), Some(&*lock));
        let note = pack.path().join(".grex/.state/origin.json");
        std::fs::write(&note, "{\"url\":\"ext::sh\"}").expect("a file");
        assert_eq!(read(pack.path()), None);
    }

    #[test]
    fn a_link_in_the_place_of_our_directory_is_refused() {
        let pack = tempfile::tempdir().expect("a directory");
        let elsewhere = tempfile::tempdir().expect("a directory");
        std::os::unix::fs::symlink(elsewhere.path(), pack.path().join(".grex")).expect("a link");
        let url = PackUrl::parse("copy:///a/b").expect("a URL");
        assert!(write(pack.path(), &url).is_err());
        assert_eq!(
            std::fs::read_dir(elsewhere.path()).expect("a list").count(),
            0
        );
    }
}
