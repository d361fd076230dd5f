#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use serde_json::json;

use super::*;

const ADD: &str = r#"{"op":"add","ts":"2026-01-31T08:09:10Z","id":"a","url":"https://h/a.git","path":"a","type":"meta","ref":"main","schema_version":"1"}"#;

fn error(line: &str) -> String {
    Event::parse(line.as_bytes()).unwrap_err().to_string()
}

#[test]
fn a_line_is_written_as_it_was_read() {
    let event = Event::parse(ADD.as_bytes()).unwrap();
    assert_eq!(event.to_line().unwrap(), format!("{ADD}\n"));
}

#[test]
fn a_text_without_escapes_is_borrowed() {
    let event = Event::parse(ADD.as_bytes()).unwrap();
    let Change::Add(added) = &event.change else {
        panic!("{event:?}")
    };
    assert!(matches!(event.id, Cow::Borrowed(_)));
    assert!(matches!(added.url, Cow::Borrowed(_)));
    assert!(matches!(added.reference, Some(Cow::Borrowed(_))));
}

#[test]
fn a_typed_declaration_becomes_the_line_of_the_format() {
    let declaration = Declaration {
        id: "a".into(),
        url: PackUrl::parse("https://h/a.git").unwrap(),
        path: PackPath::parse("a").unwrap(),
        pack_type: "meta".into(),
        reference: Some(RefName::parse("main").unwrap()),
        extra: Map::new(),
    };
    assert_eq!(
        Event::add("2026-01-31T08:09:10Z", &declaration)
            .to_line()
            .unwrap()
            .trim_end(),
        ADD
    );
    assert_eq!(
        Event::rm("T", "a").to_line().unwrap(),
        "{\"op\":\"rm\",\"ts\":\"T\",\"id\":\"a\",\"schema_version\":\"1\"}\n"
    );
}

#[test]
fn an_update_writes_only_what_changes_and_null_for_a_cleared_ref() {
    let path = PackPath::parse("b").unwrap();
    let patch = Patch::default()
        .path(&path)
        .pack_type("scripted")
        .reference(None);
    assert_eq!(
        Event::update("T", "a", patch).to_line().unwrap(),
        "{\"op\":\"update\",\"ts\":\"T\",\"id\":\"a\",\"path\":\"b\",\"type\":\"scripted\",\"ref\":null,\"schema_version\":\"1\"}\n"
    );
    let reference = RefName::parse("v1").unwrap();
    let url = PackUrl::parse("https://h/b.git").unwrap();
    let patch = Patch::default().url(&url).reference(Some(&reference));
    let line = Event::update("T", "a", patch.clone()).to_line().unwrap();
    assert_eq!(
        Event::parse(line.trim_end().as_bytes()).unwrap().change,
        Change::Update(patch)
    );
}

#[test]
fn a_null_ref_clears_and_an_absent_one_stays() {
    for (fields, expected) in [
        (r#""ref":null"#, RefChange::Clear),
        (r#""type":"meta""#, RefChange::Keep),
        (r#""ref":"v1""#, RefChange::Set("v1".into())),
        (r#""field":"ref","value":null"#, RefChange::Clear),
        (r#""field":"ref","value":"v1""#, RefChange::Set("v1".into())),
    ] {
        let line = format!(r#"{{"op":"update","ts":"T","id":"a",{fields}}}"#);
        let event = Event::parse(line.as_bytes()).unwrap();
        let Change::Update(patch) = event.change else {
            panic!("{line}")
        };
        assert_eq!(patch.reference, expected, "{line}");
        assert!(event.extra.is_empty(), "{line}");
    }
}

#[test]
fn the_older_update_names_its_field() {
    let parse = |field: &str, value: &str| {
        let line =
            format!(r#"{{"op":"update","ts":"T","id":"a","field":"{field}","value":{value}}}"#);
        Event::parse(line.as_bytes()).map(|event| match event.change {
            Change::Update(patch) => (
                patch.url.map(Cow::into_owned),
                patch.path.map(Cow::into_owned),
                patch.pack_type.map(Cow::into_owned),
                event.extra,
            ),
            other => panic!("{other:?}"),
        })
    };
    assert_eq!(parse("url", r#""u""#).unwrap().0.as_deref(), Some("u"));
    assert_eq!(parse("path", r#""p""#).unwrap().1.as_deref(), Some("p"));
    assert_eq!(parse("type", r#""t""#).unwrap().2.as_deref(), Some("t"));
    assert_eq!(parse("x", "[1]").unwrap().3["x"], json!([1]));
    assert_eq!(
        parse("id", r#""b""#).unwrap_err().to_string(),
        "`update` cannot change `id`"
    );
    assert_eq!(
        parse("url", "null").unwrap_err().to_string(),
        "`url` is null, not text"
    );
    assert_eq!(
        error(r#"{"op":"update","ts":"T","id":"a","field":"ref"}"#),
        "`value` is missing"
    );
}

#[test]
fn versions_one_two_and_none_are_read_and_others_refused() {
    for version in ["", r#","schema_version":"1""#, r#","schema_version":"2""#] {
        let line = format!(r#"{{"op":"rm","ts":"T","id":"a"{version}}}"#);
        assert_eq!(
            Event::parse(line.as_bytes()).unwrap().change,
            Change::Rm,
            "{line}"
        );
    }
    let message = error(r#"{"op":"fly","url":["of","a","later","shape"],"schema_version":"3"}"#);
    assert_eq!(
        message,
        r#"schema_version "3" is not known here: this program reads "1" and "2"; a newer one may be needed"#
    );
    assert_eq!(
        error(r#"{"op":"rm","schema_version":1}"#),
        "`schema_version` is a number, not text"
    );
}

#[test]
fn ops_without_effect_need_not_be_complete() {
    let change = |line: &'static str| Event::parse(line.as_bytes()).unwrap().change;
    assert_eq!(
        change(r#"{"op":"sync","ts":"T","id":"a","sha":"00"}"#),
        Change::Sync
    );
    assert_eq!(
        change(r#"{"op":"action_started","ts":"T","pack":"a","action_idx":0}"#),
        Change::Audit("action_started".into())
    );
    assert_eq!(
        change(r#"{"op":"fly","path":{"a":[1]},"url":3.5,"ref":true,"id":-1}"#),
        Change::Unknown("fly".into())
    );
}

#[test]
fn unknown_fields_are_kept_in_order() {
    let line = r#"{"zeta":1,"op":"rm","ts":"T","id":"a","alpha":{"b":[null]}}"#;
    let event = Event::parse(line.as_bytes()).unwrap();
    assert_eq!(event.extra.keys().collect::<Vec<_>>(), ["zeta", "alpha"]);
    assert_eq!(
        event.to_line().unwrap(),
        "{\"op\":\"rm\",\"ts\":\"T\",\"id\":\"a\",\"zeta\":1,\"alpha\":{\"b\":[null]},\"schema_version\":\"1\"}\n"
    );
}

#[test]
fn what_is_not_an_event_says_why() {
    assert_eq!(
        error("[]"),
        "not an event: it does not begin with `{`: each line is one JSON object (column 1)"
    );
    assert_eq!(
        error(""),
        "not an event: it does not begin with `{`: each line is one JSON object (column 1)"
    );
    assert_eq!(
        error(r#"{"op":"rm"} x"#),
        "not an event: there is more after the object: each has a line of its own (column 13)"
    );
    assert_eq!(error("<<<<<<< HEAD"), "a merge conflict marker");
    assert_eq!(error("======="), "a merge conflict marker");
    assert_eq!(error(r#"{"ts":"T","id":"a"}"#), "`op` is missing");
    assert_eq!(error(r#"{"op":"rm","ts":"T"}"#), "`id` is missing");
    assert_eq!(error(r#"{"op":"rm","id":"a"}"#), "`ts` is missing");
    assert_eq!(
        error(r#"{"op":"add","ts":"T","id":"a","path":"a","type":"meta"}"#),
        "`url` is missing"
    );
    assert_eq!(
        error(r#"{"op":"add","ts":"T","id":"a","url":"u","path":7,"type":"meta"}"#),
        "`path` is a number, not text"
    );
    assert!(error(r#"{"op":"rm","op":"rm"}"#).contains("the field `op` appears twice"));
    assert!(error(r#"{"op":"rm","x":1,"x":2}"#).contains("the field `x` appears twice"));
    assert!(Event::parse(b"{\"op\":\"rm\",\"ts\":\"\xff\",\"id\":\"a\"}").is_err());
}

#[test]
fn what_the_older_tool_noted_of_its_own_doings_has_no_effect() {
    for line in [
        r#"{"op":"action_started","ts":"T","pack":"a","action_idx":0,"action_name":"mkdir"}"#,
        r#"{"op":"action_halted","ts":"T","id":"a","action_idx":0,"action_name":"mkdir","error_summary":"x","schema_version":"2"}"#,
        r#"{"op":"dry_run_would_clone","ts":"T","id":"a","url":"u","ref":null,"schema_version":"2"}"#,
        r#"{"op":"force_prune_executed","ts":"T","path":"/w/a","kind":"dirty","force_prune_with_ignored":false}"#,
        r#"{"op":"quarantine_start","ts":"T","src":"/w/a","trash":"/w/.grex/trash/a"}"#,
        r#"{"op":"quarantine_gc_swept","ts":"T","entry":"x"}"#,
    ] {
        let event = Event::parse(line.as_bytes()).unwrap();
        assert!(matches!(event.change, Change::Audit(_)), "{line}");
    }
}

#[test]
fn a_byte_order_mark_is_nothing() {
    let line = "\u{feff}{\"op\":\"rm\",\"ts\":\"T\",\"id\":\"a\"}";
    assert_eq!(Event::parse(line.as_bytes()).unwrap().id, "a");
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow() {
    let line = |field: &str| format!(r#"{{"op":"fly","{field}":{}"#, "[".repeat(60_000));
    assert!(error(&line("x")).contains("recursion limit"));
    assert!(error(&line("url")).contains("ends too early"));
}

#[test]
fn a_long_event_is_refused_before_it_is_written_and_when_it_is_read() {
    let of = |length: usize| {
        let event = Event::rm("T", "");
        let frame = event.to_line().unwrap().len();
        "x".repeat(length - frame)
    };
    assert_eq!(
        Event::rm("T", &of(MAX_EVENT)).to_line().unwrap().len(),
        MAX_EVENT
    );
    assert_eq!(
        Event::rm("T", &of(MAX_EVENT + 1)).to_line().unwrap_err(),
        EventError::TooLong
    );
    let line = vec![b' '; MAX_EVENT + 1];
    assert_eq!(Event::parse(&line).unwrap_err(), EventError::TooLong);
}

proptest! {
    #[test]
    fn any_text_survives_a_line(id in ".*", url in ".*", reference in proptest::option::of(".*"), value in ".*") {
        let event = Event {
            ts: "T".into(),
            id: id.into(),
            change: Change::Add(Added {
                url: url.into(),
                path: "p".into(),
                pack_type: "meta".into(),
                reference: reference.map(Into::into),
            }),
            extra: Map::from_iter([("x".to_owned(), Value::String(value))]),
        };
        let line = event.to_line().unwrap();
        let (text, end) = line.split_at(line.len() - 1);
        prop_assert_eq!(end, "\n");
        prop_assert!(!text.contains('\n'));
        prop_assert_eq!(Event::parse(text.as_bytes()).unwrap(), event);
    }

    #[test]
    fn no_bytes_make_it_panic(line in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Event::parse(&line);
    }
}
