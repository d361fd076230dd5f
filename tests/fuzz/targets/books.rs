//! The files of one machine: a directory that came from elsewhere may bring its own, and only what
//! carries this user's seal is acted upon.

use std::{fs, path::Path};

use grex::{
    model::{path::PackPath, undo::UndoRecord, url::PackUrl},
    store::{
        Workspace,
        journal::Journal,
        origin,
        seal::Seal,
        trust::{Subject, Trust},
        undo::{self, Installed},
    },
    sys::fs::TEMPORARY_PREFIX,
};

use super::support::{halves, put, scratch};

fn workspace() -> (Workspace, Seal) {
    let scratch = scratch();
    let workspace = Workspace::at(&scratch.join("workspace"));
    workspace.ensure_state().expect("a directory");
    (workspace, Seal::at(&scratch.join("state")))
}

/// The journal: what is to be cleared away is a temporary directory of ours beside a pack's place,
/// and nothing without a seal is taken back.
pub(super) fn journal(data: &[u8]) {
    let (workspace, seal) = workspace();
    put(&workspace.journal(), data);
    let Ok(journal) = Journal::open(&workspace, &seal) else {
        return;
    };
    for clone in journal.unfinished() {
        assert!(PackPath::parse(clone.path.as_str()).is_ok());
        assert!(clone.temporary.starts_with(TEMPORARY_PREFIX));
        assert_eq!(Path::new(&clone.temporary).components().count(), 1);
    }
    for one in journal.unfinished_moves() {
        assert!(PackPath::parse(one.path.as_str()).is_ok());
    }
    for install in journal.unfinished_installs() {
        assert_eq!(install.records, [], "nobody sealed them");
    }
    assert_eq!(journal.is_filled(), !data.is_empty());
}

/// What is installed: foreign bytes are never taken for ours, and neither is what was sealed once
/// any part of it is changed; what is ours comes back as it was.
pub(super) fn undo(data: &[u8]) {
    let (workspace, seal) = workspace();
    if let Ok(record) = serde_json::from_slice::<UndoRecord>(data) {
        let text = serde_json::to_vec(&record).expect("it was JSON");
        let again: UndoRecord = serde_json::from_slice(&text).expect("its own text");
        assert_eq!(again, record);
    }
    let file = workspace.undo_directory().join("a.json");
    put(&file, data);
    let read = undo::read(&workspace, &seal, "a");
    assert!(read.is_err(), "foreign bytes are nobody's record");
    let Ok(mut installed) = serde_json::from_slice::<Installed>(data) else {
        return;
    };
    installed.id = "a".to_owned();
    undo::write(&workspace, &seal, &installed).expect("room");
    let read = undo::read(&workspace, &seal, "a").expect("it is ours");
    assert_eq!(read.as_ref(), Some(&installed));
    let mut bytes = fs::read(&file).expect("it is there");
    let at = data.iter().map(|byte| usize::from(*byte)).sum::<usize>() % (bytes.len() - 1);
    bytes[at] ^= 1;
    put(&file, &bytes);
    assert!(undo::read(&workspace, &seal, "a").is_err(), "byte {at}");
}

/// Marks: one holds for its bytes and its purpose, and no other text is one.
pub(super) fn seal(data: &[u8]) {
    let (_, seal) = workspace();
    let (bytes, mark) = halves(data);
    let verified = |purpose, bytes: &[u8], mark: &[u8]| {
        seal.verify(purpose, bytes, mark).expect("a key or none")
    };
    assert!(!verified("fuzz", bytes, mark));
    let own = seal.mark("fuzz", bytes).expect("a key");
    assert!(verified("fuzz", bytes, own.as_bytes()));
    assert!(!verified("other", bytes, own.as_bytes()));
    assert!(!verified("fuzz", data, own.as_bytes()) || data == bytes);
}

/// Approvals: no line that is not about a pack approves it.
pub(super) fn trust(data: &[u8]) {
    let state = scratch().join("approvals");
    put(&Trust::file_in(&state), data);
    let trust = Trust::open(&state).expect("a private file");
    let lines = data.split(|byte| *byte == b'\n').count();
    assert!(trust.unreadable() <= lines);
    let subject = Subject {
        path: Path::new("/home/me/work/elsewhere"),
        url: "https://elsewhere.invalid/x.git",
        actions_hash: "sha256:00",
    };
    let names_it = || {
        let text = String::from_utf8_lossy(data).to_lowercase();
        text.contains("elsewhere") || text.contains("\\u")
    };
    assert!(!trust.approves(&subject) || names_it());
    assert!(trust.last_surface(subject.path, subject.url).is_none() || names_it());
}

/// The note of where a pack came from.
pub(super) fn origin(data: &[u8]) {
    let pack = scratch().join("pack");
    let note = Workspace::at(&pack).state_directory().join("origin.json");
    put(&note, data);
    if let Some(url) = origin::read(&pack) {
        assert_eq!(PackUrl::parse(url.as_str()), Ok(url));
    }
}
