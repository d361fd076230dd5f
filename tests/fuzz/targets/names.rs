//! Names, places and expressions that people and pack files write.

use std::path::{Component, Path};

use grex::model::{
    block::ignore_line,
    filter::{Filter, Filters, PackFacts, PathGlob, Question},
    path::{PackId, PackPath},
    reference::{RefName, RevisionExpression},
    url::PackUrl,
};
use grex::store::trust::SourcePrefix;

use super::support::{assert_fit_to_show, text};

/// A URL that is accepted is never an option or another program's to git, prints as it was
/// written, and leads nowhere else by being resolved.
pub(super) fn url(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let url = match PackUrl::parse(text) {
        Ok(url) => url,
        Err(error) => return assert_fit_to_show(&error.to_string()),
    };
    assert_eq!(url.as_str(), text);
    assert!(!text.starts_with('-') && !text.chars().any(char::is_control));
    assert!(!is_helper(text), "git would start a helper for {text:?}");
    if let Some(host) = url.host() {
        assert!(!host.starts_with('-') && !host.is_empty(), "{host:?}");
    }
    if let Some((before, _)) = text.split_once('@').filter(|_| url.host().is_some()) {
        let user = before.rsplit('/').next().unwrap_or_default();
        assert!(!user.starts_with('-'), "{text:?}");
    }
    assert_eq!(
        url.identity(),
        PackUrl::parse(text).expect("again").identity()
    );
    if let Ok(path) = url.default_path() {
        assert_eq!(path.segments().count(), 1, "{path}");
    }
    for base in ["https://example.org/a/b.git", "git@example.org:a/b", "/a/b"] {
        let base = PackUrl::parse(base).expect("a base");
        let Ok(resolved) = url.resolve(&base) else {
            continue;
        };
        assert!(!resolved.is_relative());
        if url.is_relative() {
            assert_eq!(resolved.host(), base.host(), "{text:?}");
            assert_eq!(resolved.is_local(), base.is_local(), "{text:?}");
        } else {
            assert_eq!(resolved, url);
        }
    }
}

/// `helper::address`, for which git starts `git-remote-helper` (gitremote-helpers(7)).
fn is_helper(text: &str) -> bool {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '+');
    end.is_some_and(|end| end > 0 && text[end..].starts_with("::"))
}

/// What is approved covers itself as far as that can be told, and not its neighbours.
pub(super) fn source_prefix(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let prefix = match SourcePrefix::parse(text) {
        Ok(prefix) => prefix,
        Err(error) => return assert_fit_to_show(&error.to_string()),
    };
    assert_eq!(prefix.as_str(), text);
    assert_fit_to_show(&prefix.to_string());
    for elsewhere in [
        "https://elsewhere.invalid/x/y.git",
        "ssh://git@elsewhere.invalid/x/y",
        "elsewhere.invalid:x/y",
        "/elsewhere/x",
    ] {
        let url = PackUrl::parse(elsewhere).expect("a URL");
        assert!(
            !prefix.covers(&url) || text.to_lowercase().contains("elsewhere"),
            "{text:?} covers {elsewhere}"
        );
    }
    for tail in ["/../x", "/%2e%2e/x", "/..", "/a/%2E./x"] {
        if let Ok(url) = PackUrl::parse(&format!("{}{tail}", text.trim_end_matches('/'))) {
            assert!(!prefix.covers(&url), "{url}");
        }
    }
}

/// A ref that is accepted is one to git, as git-check-ref-format(1) has it, and never an option.
pub(super) fn reference(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match RevisionExpression::parse(text) {
        Ok(revision) => {
            assert_eq!(revision.as_str(), text);
            assert!(!text.starts_with('-') && !text.contains(char::is_whitespace));
            assert_fit_to_show_but_joiners(text);
        }
        Err(error) => assert_fit_to_show(&error.to_string()),
    }
    let name = match RefName::parse(text) {
        Ok(name) => name,
        Err(error) => return assert_fit_to_show(&error.to_string()),
    };
    assert_eq!(name.to_string(), text);
    assert_fit_to_show_but_joiners(text);
    for full in [name.branch_ref(), name.tag_ref()].into_iter().flatten() {
        assert!(git_accepts(&full), "{full:?}");
    }
    for argument in [text, name.short_name()] {
        assert!(!argument.starts_with('-'), "{argument:?} is an option");
    }
    assert!(!(name.commit_id().is_some() && name.may_be_short_id()));
}

/// Names may hold characters that join or hide letters: git has them, and they are cleaned where
/// they are shown.
fn assert_fit_to_show_but_joiners(text: &str) {
    let harms = |letter: char| letter.is_control() || grex::model::text::is_bidi_control(letter);
    assert_eq!(text.find(harms), None, "{text:?}");
}

/// The nine rules of git-check-ref-format(1), for a full name.
fn git_accepts(name: &str) -> bool {
    let bytes = name.as_bytes();
    let parts = || name.split('/');
    parts().all(|part| !part.starts_with('.') && !part.ends_with(".lock") && !part.is_empty())
        && parts().count() > 1
        && !name.contains("..")
        && !bytes.iter().any(|byte| *byte < 0x20 || *byte == 0x7f)
        && !name.contains([' ', '~', '^', ':', '?', '*', '[', '\\'])
        && !name.ends_with('.')
        && !name.contains("@{")
        && name != "@"
}

/// A path that is accepted stays below whatever it is put under, on every system, is no
/// repository's own, and can be ignored by one line.
pub(super) fn pack_path(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let id = PackId::parse(text);
    let path = match PackPath::parse(text) {
        Ok(path) => path,
        Err(error) => {
            assert_eq!(id.is_ok(), text == ".");
            return assert_fit_to_show(&error.to_string());
        }
    };
    assert_eq!(id.as_ref().map(PackId::as_str), Ok(text));
    assert_eq!(path.as_str(), text);
    let is_plain = |component| matches!(component, Component::Normal(_));
    assert!(Path::new(text).components().all(is_plain), "{text:?}");
    let below = path.under(Path::new("/w"));
    assert!(below.starts_with("/w") && below != Path::new("/w"));
    assert!(!text.contains(['\\', ':']) && !text.chars().any(char::is_control));
    for segment in path.segments() {
        let trimmed = segment.trim_end_matches(['.', ' ']).to_lowercase();
        assert_eq!(trimmed.len(), segment.to_lowercase().len(), "{text:?}");
        assert!(![".git", ".grex", "git~1"].contains(&trimmed.as_str()));
    }
    if let Some(parent) = path.parent() {
        assert!(path.starts_with(&parent) && path.relative_to(&parent).is_some());
        let name = PackPath::parse(path.file_name()).expect("a segment is a path");
        assert_eq!(parent.join(&name), path);
    }
    let line = ignore_line(&path);
    assert!(line.starts_with('/') && line.ends_with('/') && !line.contains('\n'));
    if let Ok(glob) = PathGlob::parse(&PathGlob::escape(text)) {
        assert!(glob.matches(text), "{text:?}");
        assert!(!glob.matches(&format!("{text}x")) && !glob.matches("."));
    }
}

/// A filter that is accepted prints as it was written, and decides once everything is known.
pub(super) fn filter(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Ok(glob) = PathGlob::parse(text) {
        let _ = glob.matches("services/api");
        let printed = PathGlob::parse(glob.as_str()).expect("its own text");
        assert_eq!(
            printed.matches("services/api"),
            glob.matches("services/api")
        );
    }
    let filter = match Filter::parse(text) {
        Ok(filter) => filter,
        Err(error) => {
            let _ = error.to_string();
            return;
        }
    };
    assert_eq!(filter.to_string(), text);
    let filters = Filters::new(vec![filter]);
    let facts = PackFacts {
        name: Some("api"),
        path: "services/api",
        pack_type: Some("meta"),
        depth: 2,
        url: Some("https://example.org/api.git"),
        resolved_url: None,
    };
    for known in [true, false] {
        let answer = |_: &Question| Some(known);
        assert!(filters.decide(&facts, &answer).is_some(), "{text:?}");
    }
    let unknown = filters.decide(&facts, &|_| None);
    assert!(unknown.is_some() || !filters.questions().is_empty());
    let nothing = PackFacts {
        name: None,
        pack_type: None,
        url: None,
        ..facts
    };
    let _ = filters.decide(&nothing, &|_| None);
    let _ = filters.wanted_texts();
}
