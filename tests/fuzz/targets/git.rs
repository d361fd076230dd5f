//! What git prints, and the files of repositories.

use std::{fs, io::Write, path::Path};

use flate2::{Compression, write::ZlibEncoder};
use grex::{
    git::{
        checkout::own_git_dir,
        config::RepositoryConfig,
        failure::{classify, essence, hint, overwritten_paths},
        objects::{count_linear, peel_tag},
        progress::{Line, LineSplitter},
        reflog::previous_value,
        refs::{Head, ObjectId, RefValue, Refs},
        status::{StatusParser, StatusReport},
        version::GitVersion,
    },
    model::git_config::{parse_file, parse_lines, parse_list_z},
};

use super::support::{halves, pieces, put, scratch, text};

/// How many paths of a status are kept.
const KEPT: usize = 5;

/// `git status --porcelain=v2 -z`: how it arrives does not matter, and doubt is never cleanness.
pub(super) fn status(data: &[u8]) {
    let report = status_of(std::iter::once(data));
    assert_eq!(status_of(pieces(data)), report);
    assert!(report.paths.len() <= KEPT);
    let changed = report.staged + report.unstaged + report.untracked + report.conflicts;
    assert_eq!(report.changed(), changed);
    assert_eq!(report.is_clean(), changed + report.unknown == 0);
    let is_header = |record: &[u8]| record.starts_with(b"# ") || record.is_empty();
    let said = data.split(|byte| *byte == 0).any(|record| {
        !is_header(record) && !record.starts_with(b"! ") && !record.starts_with(b"1 .. ")
    });
    assert!(!report.is_clean() || !said || only_unchanged(data));
}

/// Records that git never prints but that say nothing: `..` for both letters.
fn only_unchanged(data: &[u8]) -> bool {
    data.windows(5)
        .any(|record| matches!(record, b"1 .. " | b"2 .. "))
}

fn status_of<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> StatusReport {
    let mut parser = StatusParser::new(KEPT);
    pieces.for_each(|piece| parser.push(piece));
    parser.finish()
}

/// Standard error: how it arrives does not matter, and no part of it is out of bounds.
pub(super) fn progress(data: &[u8]) {
    let lines = lines_of(std::iter::once(data));
    assert_eq!(lines_of(pieces(data)), lines);
    for line in lines {
        match line {
            Line::Progress(progress) => {
                assert!(progress.percent.is_none_or(|percent| percent <= 100));
            }
            Line::Remote(said) | Line::Local(said) => {
                assert!(!said.contains(['\n', '\r']));
                assert!(said.len() <= 3 * 8 * 1024, "{} bytes", said.len());
            }
        }
    }
}

fn lines_of<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut splitter = LineSplitter::new();
    for piece in pieces {
        splitter.push(piece, &mut |line| lines.push(line));
    }
    splitter.finish(&mut |line| lines.push(line));
    lines
}

/// Why git failed: what is shown of its words are its words.
pub(super) fn classification(data: &[u8]) {
    let said = String::from_utf8_lossy(data);
    for exit in [None, Some(0), Some(1), Some(128), Some(129)] {
        let class = classify(exit, &said);
        let _ = hint(class, Some("example.org"));
    }
    let essence = essence(&said);
    assert!(essence.lines().count() <= 5);
    for line in essence.lines() {
        assert!(said.contains(line), "{line:?} is not git's");
    }
    for path in overwritten_paths(&said) {
        assert!(said.contains(&path));
    }
}

/// `git version`.
pub(super) fn version(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match GitVersion::parse(text) {
        Ok(version) => {
            let again = GitVersion::parse(&format!("git version {version}"));
            assert_eq!(again, Ok(version));
            let _ = version.mended_in();
            let _ = version.require_minimum(Path::new("git"));
        }
        Err(error) => assert!(error.text.chars().count() <= 80),
    }
}

/// Configuration: as a file, and as `git config --list -z` prints it.
pub(super) fn config(data: &[u8]) {
    if let Ok(lines) = parse_lines(data) {
        let bare: Vec<_> = lines.iter().map(|(_, entry)| entry.clone()).collect();
        assert_eq!(parse_file(data), Ok(bare));
        let count = data.iter().filter(|byte| **byte == b'\n').count() + 1;
        let mut before = 1;
        for (line, entry) in &lines {
            assert!((before..=count).contains(line), "line {line} of {count}");
            before = *line;
            assert!(
                !entry
                    .section
                    .chars()
                    .any(|letter| letter.is_ascii_uppercase())
            );
            assert!(!entry.key.is_empty());
        }
    }
    let _ = parse_list_z(data);
    let git_dir = scratch().join("config");
    put(&git_dir.join("config"), data);
    let read = [
        RepositoryConfig::read(&git_dir).ok(),
        RepositoryConfig::from_list_z(data).ok(),
    ];
    for config in read.into_iter().flatten() {
        for remote in config.remotes() {
            let _ = config.tracking_ref(&remote.name, "main");
        }
        let _ = (config.branch_upstream("main"), config.partial_clone());
        let _ = (config.is_bare(), config.ref_storage());
    }
}

/// `HEAD` before a NUL and `packed-refs` behind it: a ref that is found has an id and is found by
/// halving and by reading alike, and no name leads out of the repository.
pub(super) fn refs(data: &[u8]) {
    let git_dir = scratch().join("refs/.git");
    let (head, packed) = halves(data);
    put(&git_dir.join("HEAD"), head);
    put(&git_dir.join("packed-refs"), packed);
    put(&git_dir.join("refs/heads/loose"), head);
    fs::create_dir_all(git_dir.join("objects")).expect("a directory");
    let _ = own_git_dir(git_dir.parent().expect("a parent"));
    let Ok(refs) = Refs::open(&git_dir) else {
        return;
    };
    let _ = refs.head_commit();
    if let Head::Branch(name) | Head::Unborn(name) = refs.head() {
        assert!(!name.split('/').any(|part| part == ".."));
    }
    let names = names(packed);
    let found: Vec<_> = names.iter().map(|name| find(&refs, name)).collect();
    if !is_in_order(packed, &names) {
        return;
    }
    put(&git_dir.join("packed-refs"), &without_comments(packed));
    let refs = Refs::open(&git_dir).expect("HEAD is as it was");
    for (name, found) in names.iter().zip(found) {
        assert_eq!(find(&refs, name), found, "{name:?}");
    }
}

fn find(refs: &Refs, name: &str) -> Option<RefValue> {
    let found = refs.find(name).ok().flatten();
    assert!(found.is_none() || !name.contains(".."), "{name:?}");
    found
}

/// The names in `packed-refs`, in order, a hundred of them at most.
fn names(packed: &[u8]) -> Vec<String> {
    packed
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.starts_with(b"#") && !line.starts_with(b"^"))
        .filter_map(|line| {
            String::from_utf8(line.splitn(2, |byte| *byte == b' ').nth(1)?.into()).ok()
        })
        .take(100)
        .collect()
}

/// Whether it is what git writes, as far as its order goes.
fn is_in_order(packed: &[u8], names: &[String]) -> bool {
    let lines: Vec<&[u8]> = packed.split(|byte| *byte == b'\n').collect();
    let comments = lines
        .iter()
        .take_while(|line| line.starts_with(b"#"))
        .count();
    let is_ref = |line: &&&[u8]| !line.is_empty() && !line.starts_with(b"^");
    let is_id = |line: &[u8]| {
        line.get(..40)
            .is_some_and(|id| id.iter().all(u8::is_ascii_hexdigit))
    };
    let peels = |pair: &[&[u8]]| pair.iter().all(|line| line.starts_with(b"^"));
    names.windows(2).all(|pair| pair[0] < pair[1])
        && packed.ends_with(b"\n")
        && lines[comments..].iter().filter(is_ref).count() == names.len()
        && lines[comments..]
            .iter()
            .filter(is_ref)
            .all(|line| is_id(line))
        && !lines[..lines.len() - 1].iter().any(|line| line.is_empty())
        && !lines[comments..].windows(2).any(peels)
        && !lines
            .get(comments)
            .is_some_and(|line| line.starts_with(b"^"))
}

fn without_comments(packed: &[u8]) -> Vec<u8> {
    packed
        .split_inclusive(|byte| *byte == b'\n')
        .skip_while(|line| line.starts_with(b"#"))
        .collect::<Vec<_>>()
        .concat()
}

/// A ref's log.
pub(super) fn reflog(data: &[u8]) {
    let git_dir = scratch().join("reflog");
    put(&git_dir.join("logs/refs/heads/main"), data);
    if let Some(id) = previous_value(&git_dir, "refs/heads/main") {
        assert!(!id.is_null());
        let digits = String::from_utf8_lossy(data).to_ascii_lowercase();
        assert!(digits.contains(id.as_str()));
    }
}

/// A loose object, as it lies there and as what is inflated from it.
pub(super) fn objects(data: &[u8]) {
    let git_dir = scratch().join("objects");
    let id = ObjectId::parse(&"ab".repeat(20)).expect("an id");
    let other = ObjectId::parse(&"cd".repeat(20)).expect("an id");
    let (directory, file) = id.as_str().split_at(2);
    let object = git_dir.join("objects").join(directory).join(file);
    let mut deflated = ZlibEncoder::new(Vec::new(), Compression::fast());
    deflated.write_all(data).expect("memory");
    for bytes in [data, &deflated.finish().expect("memory")] {
        put(&object, bytes);
        if let Some(commit) = peel_tag(&git_dir, &id) {
            assert!(commit == id || !bytes.is_empty());
        }
        let steps = count_linear(&git_dir, &other, &id);
        assert!(steps.is_none_or(|steps| steps == 1), "one object is there");
    }
}
