use std::cell::RefCell;

use proptest::prelude::*;

use super::{Filter, FilterError, Filters, PackFacts, PackState, PathGlob, Question};
use crate::model::reference::RevisionExpression;

const API: PackFacts<'_> = PackFacts {
    name: Some("api"),
    path: "services/api",
    pack_type: Some("meta"),
    depth: 1,
    url: Some("../api.git"),
    resolved_url: Some("https://github.com/me/api.git"),
};

fn filters(texts: &[&str]) -> Filters {
    Filters::new(texts.iter().map(|text| parse(text)).collect())
}

fn parse(text: &str) -> Filter {
    Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn unknown(_: &Question) -> Option<bool> {
    None
}

fn matches(text: &str, facts: &PackFacts<'_>) -> bool {
    filters(&[text])
        .decide(facts, &unknown)
        .unwrap_or_else(|| panic!("{text} was left open"))
}

#[test]
fn each_term_means_what_the_help_says() {
    for (text, expected) in [
        ("services/api", true),
        ("./services/api/", true),
        ("services", false),
        ("services/*", true),
        ("*", false),
        ("**", true),
        ("**/api", true),
        ("ser**api", true),
        ("**pi", true),
        ("s**", true),
        ("Services/api", false),
        ("services/{api,web}", true),
        ("services/[a-c]pi", true),
        ("path=services/ap?", true),
        ("path=*/web", false),
        ("name=a*", true),
        ("name=b*", false),
        ("type=meta", true),
        ("type=met", false),
        ("type=*", false),
        ("depth=1", true),
        ("depth=0", false),
        ("depth<=1", true),
        ("depth<=0", false),
        ("url=https://github.com/me/*", true),
        ("url=https://github.com/*", false),
        ("url=https://github.com/**", true),
        ("url=**github**", true),
        ("url=**gitlab**", false),
        ("!type=meta", false),
        ("!services/web", true),
        ("type=meta depth=1", true),
        ("type=meta,depth=0", false),
        (" , type=meta ,, depth=1 ", true),
        ("type=meta !name=api", false),
    ] {
        assert_eq!(matches(text, &API), expected, "{text}");
    }
}

#[test]
fn odd_paths_can_be_asked_for() {
    for (text, path) in [
        ("path=\"my fonts\"", "my fonts"),
        ("my\\ fonts", "my fonts"),
        ("\"a, b\"", "a, b"),
        ("a\\,b", "a,b"),
        ("\"!x\"", "!x"),
        ("\"a=b\"", "a=b"),
        ("path=a=b", "a=b"),
        ("x/a=b", "x/a=b"),
        ("a!b", "a!b"),
        ("a[1]", "a[1]"),
        ("a\\[1\\]", "a[1]"),
        ("a\\{b", "a{b"),
        ("a{1,2}", "a2"),
        ("a\"{1,2}\"", "a{1,2}"),
        ("\u{65e5}\u{672c}/*", "\u{65e5}\u{672c}/x"),
        (".", "."),
    ] {
        assert!(matches(text, &PackFacts { path, ..API }), "{text}");
    }
    assert!(!matches("a\\*b", &PackFacts { path: "axb", ..API }));
    assert!(!matches("my\\ fonts", &PackFacts { path: "my", ..API }));
}

#[test]
fn mistakes_are_named_and_the_nearest_word_suggested() {
    let error = |text: &str| {
        Filter::parse(text)
            .err()
            .unwrap_or_else(|| panic!("{text:?} was accepted"))
    };
    for text in ["", "  ", ",", " , "] {
        assert_eq!(error(text), FilterError::Empty);
    }
    assert_eq!(error(&"x".repeat(5000)), FilterError::TooLong);
    assert!(
        error("nmae=x")
            .hint()
            .is_some_and(|hint| hint.contains("did you mean `name`?"))
    );
    assert!(
        error("changed_since=x")
            .hint()
            .is_some_and(|hint| hint.contains("did you mean `changed-since`?"))
    );
    assert!(
        error("state=drity")
            .hint()
            .is_some_and(|hint| hint.contains("did you mean `dirty`?"))
    );
    assert!(
        matches!(error("zzzzzzz=x"), FilterError::UnknownKey { nearest, .. } if nearest.is_empty())
    );
    for text in ["depth>=1", "depth<1", "name<=x", "state!=dirty", "name==x"] {
        assert!(
            matches!(error(text), FilterError::Operator { .. }),
            "{text}"
        );
    }
    for text in ["name=", "!", "!path=", "path=\"\"", "path=./", "a !"] {
        assert!(matches!(error(text), FilterError::NoValue { .. }), "{text}");
    }
    for text in [
        "depth=x",
        "depth=-1",
        "depth=+1",
        "depth=99999999999999999999999",
    ] {
        assert!(matches!(error(text), FilterError::Depth { .. }), "{text}");
    }
    for text in ["path=a[", "path={a", "name=a}", "url=[z-a]"] {
        assert!(matches!(error(text), FilterError::Glob { .. }), "{text}");
    }
    for text in ["path=\"a", "a\\"] {
        assert!(
            matches!(error(text), FilterError::Unclosed { .. }),
            "{text}"
        );
    }
    assert!(matches!(
        error("changed-since=-x"),
        FilterError::Revision(_)
    ));
}

#[test]
fn unknown_facts_and_answers_leave_open_only_what_they_decide() {
    let bare = PackFacts {
        name: None,
        pack_type: None,
        url: None,
        resolved_url: None,
        ..API
    };
    let decide = |texts: &[&str], facts: &PackFacts<'_>| filters(texts).decide(facts, &unknown);
    assert_eq!(decide(&[], &bare), Some(true));
    assert_eq!(decide(&["name=api"], &bare), None);
    assert_eq!(decide(&["!name=api"], &bare), None);
    assert_eq!(decide(&["type=meta"], &bare), None);
    assert_eq!(decide(&["url=**"], &bare), Some(false));
    assert_eq!(decide(&["state=dirty"], &API), None);
    assert_eq!(decide(&["state=dirty depth=9"], &API), Some(false));
    assert_eq!(decide(&["state=dirty", "depth=1"], &API), Some(true));
    assert_eq!(decide(&["state=dirty", "depth=9"], &API), None);
    assert_eq!(decide(&["depth=8", "depth=9"], &API), Some(false));
}

#[test]
fn only_what_the_facts_leave_open_is_asked() {
    let asked = RefCell::new(Vec::new());
    let answer = |question: &Question| {
        asked.borrow_mut().push(question.clone());
        Some(*question == Question::State(PackState::Dirty))
    };
    assert_eq!(
        filters(&["state=dirty depth=9"]).decide(&API, &answer),
        Some(false)
    );
    assert_eq!(
        filters(&["state=ahead", "type=meta"]).decide(&API, &answer),
        Some(true)
    );
    assert!(asked.borrow().is_empty());
    assert_eq!(
        filters(&["state=dirty depth=1"]).decide(&API, &answer),
        Some(true)
    );
    assert_eq!(
        filters(&["!state=dirty"]).decide(&API, &answer),
        Some(false)
    );
    assert_eq!(
        filters(&["changed-since=HEAD~1"]).decide(&API, &answer),
        Some(false)
    );
    assert_eq!(asked.borrow().len(), 3);
}

#[test]
fn questions_and_wanted_texts_are_listed() {
    let filters = filters(&[
        "state=dirty a*",
        "!state=dirty name=b !path=c",
        "changed-since=@{u} state=missing",
    ]);
    let since = RevisionExpression::parse("@{u}").expect("a revision");
    let expected = [
        Question::State(PackState::Dirty),
        Question::State(PackState::Missing),
        Question::ChangedSince(since),
    ];
    assert_eq!(filters.questions(), expected.iter().collect::<Vec<_>>());
    assert_eq!(filters.wanted_texts(), ["a*", "b"]);
    assert!(!filters.is_empty());
    for state in PackState::ALL {
        assert_eq!(
            super::tests::filters(&[&format!("state={state}")]).questions(),
            [&Question::State(state)]
        );
    }
}

#[test]
fn serde_keeps_the_text() {
    let filter: Filter = serde_json::from_str("\"type=meta, !a\"").expect("a filter");
    assert_eq!(
        serde_json::to_string(&filter).ok().as_deref(),
        Some("\"type=meta, !a\"")
    );
    assert!(serde_json::from_str::<Filter>("\"nope=1\"").is_err());
    let glob: PathGlob = serde_json::from_str("\"a/**\"").expect("a glob");
    assert!(glob.matches("a/b/c") && !glob.matches("a"));
    assert!(PathGlob::parse("").is_err());
}

proptest! {
    #[test]
    fn parsing_never_panics(text in prop_oneof![any::<String>(), "[a!=<>*?{},\\[\\]\\\\\" /.-]{0,24}"]) {
        if let Ok(filter) = Filter::parse(&text) {
            let _ = Filters::new(vec![filter]).decide(&API, &unknown);
        }
        let _ = PathGlob::parse(&text);
    }

    #[test]
    fn an_escaped_path_matches_itself_only(path in "[ab*?{},!\\[\\]^-]{1,6}(/[ab*{},\\[]{1,4})?", other in "[ab*/]{1,8}") {
        let glob = PathGlob::parse(&PathGlob::escape(&path)).expect("an escaped path is a glob");
        prop_assert!(glob.matches(&path));
        prop_assert!(path == other || !glob.matches(&other) || glob.as_str() == other);
    }

    #[test]
    fn two_stars_are_at_least_as_wide_as_one(pattern in "[ab/*]{1,6}", path in "[ab]{1,3}(/[ab]{1,3}){0,2}") {
        let narrow = PathGlob::parse(&pattern);
        let wide = PathGlob::parse(&pattern.replace("**", "*").replace('*', "**"));
        if let (Ok(narrow), Ok(wide)) = (narrow, wide) {
            let single = !pattern.contains("**");
            prop_assert!(!single || !narrow.matches(&path) || wide.matches(&path), "{} on {}", pattern, path);
        }
    }
}
