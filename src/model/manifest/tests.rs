#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;

fn add(id: &str, path: &str) -> String {
    format!(
        "{{\"op\":\"add\",\"ts\":\"T\",\"id\":\"{id}\",\"url\":\"https://h/{id}\",\"path\":\"{path}\",\"type\":\"meta\",\"schema_version\":\"1\"}}\n"
    )
}

fn event(op: &str, id: &str, fields: &str) -> String {
    format!("{{\"op\":\"{op}\",\"ts\":\"T\",\"id\":\"{id}\"{fields},\"schema_version\":\"1\"}}\n")
}

fn rewrite(manifest: &Manifest) -> String {
    compact(manifest, "T")
        .iter()
        .map(|event| event.to_line().unwrap())
        .collect()
}

fn ids(manifest: &Manifest) -> Vec<&str> {
    manifest.packs.keys().map(String::as_str).collect()
}

#[test]
fn nothing_declares_nothing() {
    assert_eq!(fold(b"").unwrap(), Manifest::default());
    assert_eq!(fold(b"\n \r\n").unwrap(), Manifest::default());
}

#[test]
fn updates_patch_and_a_second_add_replaces() {
    let log = add("a", "a")
        + &event("update", "a", r#","ref":"v1","x":1"#)
        + &event("update", "a", r#","url":"https://h/z","type":"scripted""#);
    let manifest = fold(log.as_bytes()).unwrap();
    let pack = &manifest.packs["a"];
    assert_eq!(pack.url.as_str(), "https://h/z");
    assert_eq!(pack.reference.as_ref().unwrap().as_str(), "v1");
    assert_eq!(pack.pack_type, "scripted");
    assert_eq!(pack.extra["x"], 1);

    let cleared = fold((log.clone() + &event("update", "a", r#","ref":null"#)).as_bytes()).unwrap();
    assert_eq!(cleared.packs["a"].reference, None);

    let again = fold((log + &add("a", "b")).as_bytes()).unwrap();
    assert_eq!(again.packs["a"].path.as_str(), "b");
    assert_eq!(again.packs["a"].reference, None);
    assert!(again.packs["a"].extra.is_empty());
    assert!(again.warnings.is_empty());
}

#[test]
fn an_id_stands_where_it_was_first_seen() {
    let log =
        add("b", "b") + &add("a", "a") + &event("rm", "b", "") + &add("c", "c") + &add("b", "b");
    assert_eq!(ids(&fold(log.as_bytes()).unwrap()), ["b", "a", "c"]);
}

#[test]
fn what_has_no_effect_is_reported_once() {
    let log = event("rm", "a", "")
        + &event("update", "a", r#","ref":"v1""#)
        + &event("fly", "a", "")
        + &event("sync", "a", "")
        + &event("action_started", "a", "")
        + &event("fly", "b", "");
    let manifest = fold(log.as_bytes()).unwrap();
    assert!(manifest.packs.is_empty());
    assert_eq!(
        manifest.warnings,
        [
            Warning::NotDeclared {
                line: 1,
                op: "rm",
                id: "a".into()
            },
            Warning::NotDeclared {
                line: 2,
                op: "update",
                id: "a".into()
            },
            Warning::UnknownOp {
                line: 3,
                op: "fly".into(),
                count: 2
            },
        ]
    );
    assert_eq!(
        manifest.warnings[2].to_string(),
        "line 3: unknown op `fly` skipped (2 in all)"
    );
}

#[test]
fn a_bad_line_is_named_wherever_it_stands() {
    let log = add("a", "a") + "garbage\n" + &add("b", "b");
    let error = fold(log.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 2: not an event: it does not begin with `{`: each line is one JSON object (column 1)"
    );
    let log = add("a", "a") + "garbage\n";
    assert_eq!(fold(log.as_bytes()).unwrap_err().line, 2);
    // Whole JSON without an LF was not cut off, so it is held to the rules.
    let log = add("a", "a") + "{\"op\":\"rm\"}";
    assert_eq!(fold(log.as_bytes()).unwrap_err().line, 2);
}

#[test]
fn a_torn_tail_is_left_out_and_a_tail_without_lf_counts() {
    let whole = add("a", "a");
    let line = add("b", "b");
    for length in 1..line.len() - 1 {
        let log = whole.clone() + &line[..length];
        let manifest = fold(log.as_bytes()).unwrap();
        assert_eq!(ids(&manifest), ["a"], "{length}");
        assert_eq!(manifest.warnings, [Warning::TornTail { line: 2 }]);
    }
    let manifest = fold((whole.clone() + line.trim_end()).as_bytes()).unwrap();
    assert_eq!(ids(&manifest), ["a", "b"]);
    assert!(manifest.warnings.is_empty());

    for tail in [&b"\0\0\0\0"[..], b"{\"op\":\0\0", b"\xff\xfe"] {
        let log = [whole.as_bytes(), tail].concat();
        assert_eq!(
            fold(&log).unwrap().warnings,
            [Warning::TornTail { line: 2 }]
        );
    }
    assert!(fold(b"\0\0\n").is_err());
}

#[test]
fn tails_are_told_apart() {
    assert_eq!(Tail::of(b""), Tail::Complete);
    assert_eq!(Tail::of(b"{}"), Tail::Unterminated);
    assert_eq!(Tail::of(b"{}\r"), Tail::Unterminated);
    assert_eq!(Tail::of(b"{"), Tail::Torn);
    assert_eq!(Tail::of(b" "), Tail::Torn);
    assert_eq!(Tail::of(b"{}\0"), Tail::Torn);
    assert_eq!(Tail::of(&[b'x'; MAX_EVENT]), Tail::Torn);
    assert_eq!(Tail::of(&[b'x'; MAX_EVENT + 1]), Tail::Overlong);
    assert_eq!(Tail::of(&[0; MAX_EVENT + 1]), Tail::Torn);
    assert!(fold(&[b'x'; MAX_EVENT + 1]).is_err());
}

#[test]
fn two_declared_packs_never_share_a_path() {
    let log = add("a", "x") + &add("b", "b") + &event("update", "b", r#","path":"x""#);
    let error = fold(log.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 3: `b` has the path `x`, and so has `a`"
    );
    let log = log + &event("rm", "a", "");
    assert_eq!(ids(&fold(log.as_bytes()).unwrap()), ["b"]);
}

#[test]
fn everything_wrong_is_listed_for_repair() {
    let log = add("a", "x") + "one\n" + &add("b", "x") + "two\n" + "{\"op\":\"rm\"}\n" + "{\"torn";
    let lines: Vec<_> = bad_lines(log.as_bytes())
        .iter()
        .map(|error| error.line)
        .collect();
    assert_eq!(lines, [2, 3, 4, 5]);
    assert!(bad_lines(add("a", "a").as_bytes()).is_empty());
}

#[test]
fn unknown_fields_survive_compaction() {
    let log = add("a", "a") + &event("update", "a", r#","note":{"deep":[1,null]}"#);
    let before = fold(log.as_bytes()).unwrap();
    let after = fold(rewrite(&before).as_bytes()).unwrap();
    assert_eq!(
        after.packs["a"].extra["note"],
        serde_json::json!({"deep": [1, null]})
    );
}

/// One event on one of a few packs, each pack with paths of its own.
fn any_event() -> impl Strategy<Value = (usize, String)> {
    (0..4_usize, 0..8_usize, 0..3_usize).prop_map(|(pack, kind, variant)| {
        let id = ["a", "b", "c", "d/e"][pack];
        let line = match kind {
            0 | 1 => add(id, &format!("{id}{variant}")),
            2 => event("update", id, &format!(",\"ref\":\"v{variant}\"")),
            3 => event("update", id, ",\"ref\":null"),
            4 => event(
                "update",
                id,
                &format!(",\"path\":\"{id}{variant}\",\"type\":\"t{variant}\""),
            ),
            5 => event(
                "update",
                id,
                &format!(",\"field\":\"url\",\"value\":\"https://h/{variant}\""),
            ),
            6 => event(
                "update",
                id,
                &format!(",\"x{variant}\":{{\"y\":{variant}}}"),
            ),
            _ => event("rm", id, ""),
        };
        (pack, line)
    })
}

proptest! {
    #[test]
    fn compaction_preserves_the_fold(events in proptest::collection::vec(any_event(), 0..40)) {
        let log: String = events.into_iter().map(|(_, line)| line).collect();
        let before = fold(log.as_bytes()).unwrap();
        let short = rewrite(&before);
        let after = fold(short.as_bytes()).unwrap();
        prop_assert_eq!(&before.packs, &after.packs);
        prop_assert_eq!(ids(&before), ids(&after));
        prop_assert!(after.warnings.is_empty());
        prop_assert_eq!(rewrite(&after), short);
    }

    #[test]
    fn events_on_different_packs_commute(events in proptest::collection::vec(any_event(), 0..30)) {
        let log: String = events.iter().map(|(_, line)| line.as_str()).collect();
        let mut grouped = events.clone();
        grouped.sort_by_key(|(pack, _)| *pack);
        let grouped: String = grouped.iter().map(|(_, line)| line.as_str()).collect();
        prop_assert_eq!(fold(log.as_bytes()).unwrap().packs, fold(grouped.as_bytes()).unwrap().packs);
    }

    #[test]
    fn the_list_of_bad_lines_agrees_with_the_fold(
        lines in proptest::collection::vec(prop_oneof![any_event().prop_map(|(_, line)| line), Just("x\n".to_owned())], 0..12),
    ) {
        let log = lines.concat();
        let bad = bad_lines(log.as_bytes());
        prop_assert_eq!(fold(log.as_bytes()).err(), bad.into_iter().next());
    }

    #[test]
    fn taking_a_log_apart_loses_no_line_and_leaves_one_that_folds(
        lines in proptest::collection::vec(
            prop_oneof![any_event().prop_map(|(_, line)| line), Just("x\n".to_owned()), Just(add("z", "a0")), Just("{}".to_owned())],
            0..12,
        ),
    ) {
        let log = lines.concat();
        let parted = part(log.as_bytes());
        prop_assert!(fold(&parted.good).is_ok());
        prop_assert_eq!(parted.bad.iter().filter(|byte| **byte == b'\n').count(), parted.count);
        let mut before: Vec<_> = log.lines().map(str::to_owned).collect();
        let mut after: Vec<_> = [parted.good, parted.bad].join(&b'\n').split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty()).map(|line| String::from_utf8(line.to_vec()).unwrap()).collect();
        before.sort();
        after.sort();
        prop_assert_eq!(before, after);
    }

    #[test]
    fn no_bytes_make_it_panic(log in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = fold(&log);
        let _ = bad_lines(&log);
    }
}
