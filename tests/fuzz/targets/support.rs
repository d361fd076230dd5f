//! What several targets need.

use std::{
    cell::OnceCell,
    path::{Path, PathBuf},
};

use grex::model::text::is_invisible;

/// The text of an input; `None` where it is none, which is for the caller of a parser to refuse.
pub(super) fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// Splits an input at its first NUL: two things for a target that needs two.
pub(super) fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == 0) {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[]),
    }
}

/// Fails where a text could do something to a terminal: a control character that is neither a line
/// feed nor a tab, or one that hides or turns others.
#[track_caller]
pub(super) fn assert_fit_to_show(text: &str) {
    let harms =
        |letter: &char| (letter.is_control() && !"\n\t".contains(*letter)) || is_invisible(*letter);
    assert_eq!(text.chars().find(harms), None, "in {text:?}");
}

/// Some way to cut an input in pieces, which a stream may do anywhere.
pub(super) fn pieces(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = data;
    let mut length = data.len() % 7;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        length = (length * 5 + 1) % 23;
        let (piece, later) = rest.split_at((length + 1).min(rest.len()));
        rest = later;
        Some(piece)
    })
}

/// A directory for the files of a target. They are written anew for each input.
pub(super) fn scratch() -> PathBuf {
    thread_local! {
        static SCRATCH: OnceCell<tempfile::TempDir> = const { OnceCell::new() };
    }
    SCRATCH.with(|scratch| {
        let directory = scratch.get_or_init(|| tempfile::tempdir().expect("a directory"));
        directory.path().canonicalize().expect("it is there")
    })
}

/// Writes a file that only its owner may read, and the directories that it lies in.
pub(super) fn put(path: &Path, bytes: &[u8]) {
    use std::io::Write;

    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(path)
        .or_else(|_| {
            std::fs::create_dir_all(path.parent().expect("a parent"))?;
            options.open(path)
        })
        .expect("a file");
    file.write_all(bytes).expect("room");
}
