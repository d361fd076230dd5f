#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;

const FULL: &str = r#"{"id":"a/b","path":"a/b","url":"https://h/b.git","ref":"main","branch":"main","sha":"0123456789012345678901234567890123456789","type":"declarative","parent":"a","actions_hash":"sha256:00","installed_at":"2026-01-31T08:09:10Z","new":{"x":[1]},"schema_version":"1"}"#;

fn one(line: &str) -> LockEntry {
    let (lockfile, warnings) = Lockfile::parse(line.as_bytes());
    assert!(warnings.is_empty(), "{warnings:?}");
    lockfile.entries.into_values().next().unwrap()
}

#[test]
fn every_field_and_unknown_ones_survive() {
    let entry = one(FULL);
    assert_eq!(entry.parent.as_deref(), Some("a"));
    assert_eq!(entry.reference.as_ref().unwrap().as_str(), "main");
    assert_eq!(entry.extra["new"]["x"][0], 1);
    assert_eq!(entry.to_line(), format!("{FULL}\n"));
}

#[test]
fn lines_that_lack_newer_fields_are_read() {
    let entry = one(r#"{"id":"a","sha":"","schema_version":"1"}"#);
    assert_eq!(entry, LockEntry::new("a", "a"));
    assert_eq!(one(r#"{"id":"."}"#), LockEntry::new(".", "."));
    assert_eq!(
        entry.to_line(),
        "{\"id\":\"a\",\"path\":\"a\",\"url\":\"\",\"ref\":null,\"branch\":null,\"sha\":\"\",\"type\":\"meta\",\"parent\":null,\"actions_hash\":\"\",\"installed_at\":null,\"schema_version\":\"1\"}\n"
    );
}

#[test]
fn lines_of_the_older_tool_and_of_other_editors_are_read() {
    let older = one(
        r#"{"id":"a","path":"a","sha":"","branch":"","installed_at":"2025-01-31T08:09:10.497688484Z","actions_hash":"8683339c94433e6824d7ca90385b5e94382d3099943d621204d413f52c3782aa","synthetic":true,"schema_version":"1"}"#,
    );
    assert_eq!(older.branch, None);
    assert_eq!(older.extra["synthetic"], true);
    assert_eq!(one("\u{feff}{\"id\":\"a\"}\r"), LockEntry::new("a", "a"));
}

#[test]
fn the_last_usable_line_of_an_id_counts_and_the_order_is_the_ids() {
    let text = "{\"id\":\"b\"}\n{\"id\":\"a\",\"type\":\"x\"}\r\n\n{\"id\":\"a\",\"type\":\"y\"}\n{\"id\":\"a\",\"ty";
    let (lockfile, warnings) = Lockfile::parse(text.as_bytes());
    assert_eq!(lockfile.entries.keys().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(lockfile.entries["a"].pack_type, "y");
    assert_eq!(warnings.len(), 1);
    assert_eq!(
        warnings[0].to_string(),
        "line 5: left out: the line ends too early: a quote, bracket or brace is not closed"
    );
    assert!(lockfile.render().starts_with("{\"id\":\"a\""));
}

#[test]
fn garbage_is_a_warning_and_never_a_stop() {
    let (lockfile, warnings) =
        Lockfile::parse(b"\0\0\0\n<<<<<<< HEAD\n[]\n\xff\n{\"id\":7}\n{}\n{\"id\":\"a\"}\n");
    assert_eq!(lockfile.entries.len(), 1);
    assert_eq!(
        warnings
            .iter()
            .map(|warning| warning.line)
            .collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6]
    );
    assert_eq!(Lockfile::parse(b""), (Lockfile::default(), vec![]));
}

#[test]
fn what_could_reach_git_is_checked() {
    for line in [
        r#"{"id":"a","sha":"--upload-pack=x"}"#,
        r#"{"id":"a","sha":"0123"}"#,
        r#"{"id":"a","sha":"0123456789012345678901234567890123456789X"}"#,
        r#"{"id":"a","sha":"ABCDEF6789012345678901234567890123456789"}"#,
        r#"{"id":"a","schema_version":"9"}"#,
    ] {
        assert_eq!(Lockfile::parse(line.as_bytes()).1.len(), 1, "{line}");
    }
}

proptest! {
    #[test]
    fn a_render_reads_back(ids in proptest::collection::btree_set("[a-z]{1,3}", 0..20), branch in ".+", value in any::<i64>()) {
        // Some short words are no names for a directory (`con`, `nul`).
        let ids = ids.into_iter().filter(|id| crate::model::path::PackPath::parse(id).is_ok());
        let entries = ids.map(|id| {
            let mut entry = LockEntry::new(&id, &id);
            entry.branch = Some(branch.clone());
            entry.extra.insert("x".into(), value.into());
            (id, entry)
        });
        let lockfile = Lockfile { entries: entries.collect() };
        let text = lockfile.render();
        prop_assert_eq!(Lockfile::parse(text.as_bytes()), (lockfile, vec![]));
    }

    #[test]
    fn no_bytes_make_it_panic(text in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Lockfile::parse(&text);
    }
}
