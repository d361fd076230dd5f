//! The formats of grex's own files that others may have written: pack.yaml, the manifest, the
//! lockfile, and blocks in files that belong to somebody else.

use grex::model::{
    action::{Step, Subject, Vocabulary},
    block,
    event::Event,
    lock::Lockfile,
    manifest::{bad_lines, compact, contested, fold, part},
    pack::{PackSource, SourceFile, parse},
    path::PackId,
    text::is_bidi_control,
    url::PackUrl,
};
use serde_json::Value;

use super::support::{halves, text};

/// A contract: what is accepted has actions of the vocabulary and each place once; what is refused
/// says so in words that can be shown. Behind a NUL stands the override for a platform.
pub(super) fn pack_file(data: &[u8]) {
    let (pack, target) = halves(data);
    let (Some(pack), Some(target)) = (text(pack), text(target)) else {
        return;
    };
    let file = |name, text| SourceFile { name, text };
    let source = PackSource {
        pack: file("pack.yaml", pack),
        target: (!target.is_empty()).then(|| file("linux.yaml", target)),
    };
    let vocabulary = Vocabulary::builtin();
    let spec = match parse(source, &vocabulary) {
        Ok(spec) => spec,
        Err(error) => {
            for finding in error.findings() {
                let said = finding.to_string();
                let harms = |letter: char| letter.is_control() || is_bidi_control(letter);
                assert_eq!(said.find(harms), None, "{said:?}");
            }
            return;
        }
    };
    for action in spec.actions.iter().chain(spec.teardown.iter().flatten()) {
        assert_eq!(
            vocabulary.check_action(&action.name, &action.arguments),
            Ok(())
        );
    }
    let mut paths: Vec<&str> = spec
        .children
        .iter()
        .map(|child| child.path.as_str())
        .collect();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), spec.children.len(), "each path once");
    assert_eq!(parse(source, &vocabulary).as_ref(), Ok(&spec));
    serde_json::to_string(&spec).expect("it can be reported");
}

/// The arguments of each action, as JSON.
pub(super) fn arguments(data: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    let vocabulary = Vocabulary::builtin();
    for action in vocabulary.actions() {
        let Err(error) = vocabulary.check_action(action, &value) else {
            continue;
        };
        assert_eq!(error.path.first(), Some(&Step::Key(action.to_owned())));
        assert!(matches!(error.subject(), Subject::Key | Subject::Value));
        assert!(!error.message.is_empty());
    }
}

/// An event that is read and can be written is the same when it is read again.
pub(super) fn event(data: &[u8]) {
    let event = match Event::parse(data) {
        Ok(event) => event,
        Err(error) => return drop(error.to_string()),
    };
    let Ok(line) = event.to_line() else { return };
    let bare = line.strip_suffix('\n').expect("a line has its end");
    assert!(!bare.contains('\n'));
    assert_eq!(Event::parse(bare.as_bytes()).as_ref(), Ok(&event), "{bare}");
}

/// A log: its compaction means the same, and what is wrong with it can be parted from the rest.
pub(super) fn manifest(data: &[u8]) {
    let _ = contested(data);
    let bad = bad_lines(data);
    let folded = fold(data);
    assert_eq!(folded.is_ok(), bad.is_empty(), "{bad:?}");
    let parted = part(data);
    assert_eq!(
        parted.bad.iter().filter(|byte| **byte == b'\n').count(),
        parted.count
    );
    assert_eq!(sorted(&[&parted.good, &parted.bad]), sorted(&[data]));
    let manifest = match folded {
        Ok(manifest) => manifest,
        Err(error) => return assert!(error.line > 0),
    };
    assert_eq!(parted.good, data, "nothing is wrong with it");
    for declaration in manifest.packs.values() {
        assert!(
            manifest.packs[&declaration.id].path == declaration.path,
            "found by its id"
        );
    }
    let events = compact(&manifest, "2026-01-01T00:00:00Z");
    let lines: Result<Vec<String>, _> = events.iter().map(Event::to_line).collect();
    // Of two events that are short enough the sum may not be.
    let Ok(lines) = lines else { return };
    let again = fold(lines.concat().as_bytes()).expect("a compaction is sound");
    assert_eq!(again.packs, manifest.packs);
    assert!(again.packs.keys().eq(manifest.packs.keys()), "in order");
    assert!(again.warnings.is_empty());
}

/// The lines of some texts, without blank ones, in an order that does not depend on theirs.
fn sorted(texts: &[&[u8]]) -> Vec<Vec<u8>> {
    let lines = texts
        .iter()
        .flat_map(|text| text.split(|byte| *byte == b'\n'));
    let mut lines: Vec<Vec<u8>> = lines
        .filter(|line| !line.is_empty())
        .map(<[u8]>::to_vec)
        .collect();
    lines.sort_unstable();
    lines
}

/// A lockfile that is written again holds the same, and everything in it can be used.
pub(super) fn lockfile(data: &[u8]) {
    let (lockfile, warnings) = Lockfile::parse(data);
    warnings
        .iter()
        .for_each(|warning| drop(warning.to_string()));
    for (id, entry) in &lockfile.entries {
        assert_eq!(*id, entry.id);
        for place in [Some(id), Some(&entry.path), entry.parent.as_ref()] {
            assert!(
                place.is_none_or(|place| PackId::parse(place).is_ok()),
                "{place:?}"
            );
        }
        assert!(entry.url.is_empty() || PackUrl::parse(&entry.url).is_ok());
        let digits = entry.sha.bytes().filter(u8::is_ascii_hexdigit).count();
        assert!(digits == entry.sha.len() && [0, 40, 64].contains(&digits));
    }
    let rendered = lockfile.render();
    let (again, warnings) = Lockfile::parse(rendered.as_bytes());
    assert_eq!(warnings, []);
    assert_eq!(again, lockfile);
    assert_eq!(again.render(), rendered);
}

/// A block that is put into a text and taken out again leaves every byte as it was; markers that
/// do not pair up can be mended without the loss of a line. Before a NUL stand the entries, a line
/// each; behind it stands the text.
pub(super) fn block(data: &[u8]) {
    let (entries, file) = halves(data);
    let entries: Vec<String> = String::from_utf8_lossy(entries)
        .lines()
        .filter(|entry| !entry.contains('\r') && !entry.contains("the line break before"))
        .map(str::to_owned)
        .collect();
    for name in [None, Some("api")] {
        put_and_take_back(file, name, &entries);
        mend(file, name, &entries);
    }
    let ours = entries.iter().map(String::as_str).collect();
    let folded = block::fold_foreign(file, &ours);
    if block::foreign_blocks(file).is_ok() {
        assert_eq!(block::foreign_blocks(&folded), Ok(Vec::new()));
    } else {
        assert_eq!(folded, file);
    }
}

fn put_and_take_back(file: &[u8], name: Option<&str>, entries: &[String]) {
    let before = block::find(file, name);
    let put = match block::replace(file, name, entries) {
        Ok(put) => put,
        Err(error) => return drop(error.to_string()),
    };
    let before = before.expect("markers pair up");
    if entries.is_empty() {
        return assert_eq!(block::find(&put, name), Ok(None));
    }
    let mut expected = entries.to_vec();
    expected.sort_unstable();
    expected.dedup();
    let found = block::find(&put, name).expect("ours").expect("it is there");
    assert_eq!(found.lines, expected);
    assert_eq!(
        block::replace(&put, name, entries).as_ref(),
        Ok(&put),
        "twice"
    );
    let taken = block::replace(&put, name, &[]).expect("it was there");
    assert_eq!(block::find(&taken, name), Ok(None));
    match before {
        None => assert_eq!(taken, file, "every byte is as it was"),
        Some(_) => assert_eq!(block::replace(file, name, &[]), Ok(taken)),
    }
}

fn mend(file: &[u8], name: Option<&str>, entries: &[String]) {
    let ours = entries.iter().map(String::as_str).collect();
    let mended = block::mend(file, name, &ours);
    assert!(block::find(&mended, name).is_ok());
    assert_eq!(block::mend(&mended, name, &ours), mended, "mended twice");
    if block::find(file, name).is_ok() {
        assert_eq!(mended, file, "nothing was wrong with it");
    }
    let theirs = |text: &[u8]| -> Vec<Vec<u8>> {
        text.split(|byte| *byte == b'\n')
            .map(<[u8]>::trim_ascii_end)
            .filter(|line| !line.is_empty() && !line.starts_with(b"# "))
            .filter(|line| !entries.iter().any(|own| own.as_bytes() == *line))
            .map(<[u8]>::to_vec)
            .collect()
    };
    assert_eq!(theirs(&mended), theirs(file), "nobody's line is lost");
}
