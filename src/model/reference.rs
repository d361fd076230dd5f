//! What a pack follows: names of branches, tags and commits that git would accept and that no
//! command can take for an option.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::text;

/// A branch, a tag, a commit id, or a full ref name such as `refs/pull/1/head`: what
/// `git check-ref-format --allow-onelevel` accepts, less a leading `-` and characters that
/// control a terminal or the direction of text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RefName(String);

/// A revision as `git rev-parse` takes it (`HEAD~3`, `v1.2^{commit}`, `@{upstream}`), for
/// commands that only look. Whether it names anything is for git to say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RevisionExpression(String);

/// Why a text is not a ref or a revision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} cannot be used as a ref or revision: {fault}")]
pub struct RefError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub fault: RefFault,
}

/// The rule that a ref breaks; most are those of git-check-ref-format(1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefFault {
    /// Nothing at all.
    #[error("it is empty")]
    Empty,
    /// A `-` where a command would see an option.
    #[error("it begins with `-`")]
    LeadingDash,
    /// A control character, or one that changes the direction of text.
    #[error("it contains the control character U+{:04X}", u32::from(*.0))]
    Control(char),
    /// White space, or one of `~ ^ : ? * [ \`.
    #[error("it contains {0:?}")]
    Character(char),
    /// `..`, which means a range.
    #[error("it contains `..`")]
    Range,
    /// `@{`, which means a reflog entry or an upstream.
    #[error("it contains `@{{`")]
    Reflog,
    /// `@`, which means HEAD.
    #[error("it is `@`")]
    At,
    /// A slash at an end, or two in a row.
    #[error("it has an empty component")]
    EmptyComponent,
    /// A component that begins with a dot.
    #[error("a component begins with `.`")]
    LeadingDot,
    /// A dot at the very end.
    #[error("it ends with `.`")]
    TrailingDot,
    /// A component that ends as git's lock files do.
    #[error("a component ends with `.lock`")]
    Lock,
}

impl RefName {
    /// Parses a short name (`main`, `v1.2.0`), a commit id, or a full name (`refs/...`).
    pub fn parse(text: &str) -> Result<Self, RefError> {
        match ref_fault(text) {
            None => Ok(Self(text.to_owned())),
            Some(fault) => Err(RefError {
                text: text.to_owned(),
                fault,
            }),
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the text if it is a full commit id: exactly 40 (SHA-1) or 64 (SHA-256) hex digits.
    /// Letters may be capitals, as git allows; ids that git prints are in small ones.
    pub fn commit_id(&self) -> Option<&str> {
        (matches!(self.0.len(), 40 | 64) && self.is_hex()).then_some(&self.0)
    }

    /// Says whether the text may be the beginning of a commit id: 4 or more hex digits, but not a
    /// full id. It may be a branch or a tag as well.
    pub fn may_be_short_id(&self) -> bool {
        (4..64).contains(&self.0.len()) && self.0.len() != 40 && self.is_hex()
    }

    /// Returns the full name when read as a branch; `None` for a full name of another kind.
    pub fn branch_ref(&self) -> Option<String> {
        self.within("refs/heads/")
    }

    /// Returns the full name when read as a tag; `None` for a full name of another kind.
    pub fn tag_ref(&self) -> Option<String> {
        self.within("refs/tags/")
    }

    /// Returns the name without `refs/heads/` or `refs/tags/`.
    pub fn short_name(&self) -> &str {
        ["refs/heads/", "refs/tags/"]
            .into_iter()
            .find_map(|directory| self.0.strip_prefix(directory))
            .unwrap_or(&self.0)
    }

    /// Returns the text if it is a full ref name, one that begins with `refs/`.
    pub fn full_ref(&self) -> Option<&str> {
        self.0.starts_with("refs/").then_some(&self.0)
    }

    fn within(&self, directory: &str) -> Option<String> {
        match self.full_ref() {
            None => Some(format!("{directory}{}", self.0)),
            Some(full) => full.starts_with(directory).then(|| full.to_owned()),
        }
    }

    fn is_hex(&self) -> bool {
        self.0.bytes().all(|digit| digit.is_ascii_hexdigit())
    }
}

impl RevisionExpression {
    /// Parses a revision: not empty, no leading `-`, no white space, no control or bidirectional characters.
    pub fn parse(text: &str) -> Result<Self, RefError> {
        let fault = if text.is_empty() {
            Some(RefFault::Empty)
        } else if text.starts_with('-') {
            Some(RefFault::LeadingDash)
        } else {
            text.chars().find_map(|letter| match letter {
                _ if letter.is_control() || text::is_bidi_control(letter) => {
                    Some(RefFault::Control(letter))
                }
                _ if letter.is_whitespace() => Some(RefFault::Character(letter)),
                _ => None,
            })
        };
        match fault {
            None => Ok(Self(text.to_owned())),
            Some(fault) => Err(RefError {
                text: text.to_owned(),
                fault,
            }),
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn ref_fault(text: &str) -> Option<RefFault> {
    if text.is_empty() {
        return Some(RefFault::Empty);
    }
    // What a command gets is the short name as often as the full one; git itself refuses to make
    // a branch with such a name.
    let is_option = |name: &str| name.starts_with('-');
    if is_option(text)
        || ["refs/heads/", "refs/tags/"]
            .iter()
            .any(|kind| text.strip_prefix(kind).is_some_and(is_option))
    {
        return Some(RefFault::LeadingDash);
    }
    let faulty = text.chars().find_map(|letter| match letter {
        _ if letter.is_control() || text::is_bidi_control(letter) => {
            Some(RefFault::Control(letter))
        }
        ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\' => Some(RefFault::Character(letter)),
        _ => None,
    });
    faulty.or_else(|| shape_fault(text))
}

fn shape_fault(text: &str) -> Option<RefFault> {
    if text == "@" {
        return Some(RefFault::At);
    }
    if text.contains("..") {
        return Some(RefFault::Range);
    }
    if text.contains("@{") {
        return Some(RefFault::Reflog);
    }
    if text.ends_with('.') {
        return Some(RefFault::TrailingDot);
    }
    text.split('/').find_map(|component| match component {
        "" => Some(RefFault::EmptyComponent),
        _ if component.starts_with('.') => Some(RefFault::LeadingDot),
        _ if component.strip_suffix(".lock").is_some() => Some(RefFault::Lock),
        _ => None,
    })
}

impl TryFrom<String> for RefName {
    type Error = RefError;

    fn try_from(text: String) -> Result<Self, RefError> {
        Self::parse(&text)
    }
}

impl From<RefName> for String {
    fn from(name: RefName) -> Self {
        name.0
    }
}

impl std::str::FromStr for RefName {
    type Err = RefError;

    fn from_str(text: &str) -> Result<Self, RefError> {
        Self::parse(text)
    }
}

impl fmt::Display for RefName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for RevisionExpression {
    type Error = RefError;

    fn try_from(text: String) -> Result<Self, RefError> {
        Self::parse(&text)
    }
}

impl From<RevisionExpression> for String {
    fn from(revision: RevisionExpression) -> Self {
        revision.0
    }
}

impl fmt::Display for RevisionExpression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::{RefFault as Fault, RefName, RevisionExpression};

    #[test]
    fn names_that_git_accepts_pass() {
        for text in [
            "main",
            "v1.2.0",
            "feature/x-y",
            "refs/heads/x",
            "refs/tags/v1",
            "refs/pull/1/head",
            "a@b",
            "@x",
            "x@",
            "a.b",
            "x{y}",
            "\u{65e5}\u{672c}",
            "a/-b",
            "HEAD",
            "x.lockx",
            "e\u{301}",
            "#1",
            "a\"b",
            "$(x)",
        ] {
            assert!(RefName::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn each_rule_has_its_fault() {
        for (text, fault) in [
            ("", Fault::Empty),
            ("-x", Fault::LeadingDash),
            ("--output=F", Fault::LeadingDash),
            ("refs/heads/-x", Fault::LeadingDash),
            ("a..b", Fault::Range),
            ("@{-1}", Fault::Reflog),
            ("a@{u}", Fault::Reflog),
            ("@", Fault::At),
            ("a\u{1b}[31m", Fault::Control('\u{1b}')),
            ("a\u{9b}", Fault::Control('\u{9b}')),
            ("a\u{7f}", Fault::Control('\u{7f}')),
            ("a\u{202e}b", Fault::Control('\u{202e}')),
            ("a\u{61c}b", Fault::Control('\u{61c}')),
            ("a b", Fault::Character(' ')),
            ("a~1", Fault::Character('~')),
            ("a^", Fault::Character('^')),
            ("a:b", Fault::Character(':')),
            ("a?", Fault::Character('?')),
            ("a*", Fault::Character('*')),
            ("a[", Fault::Character('[')),
            ("a\\b", Fault::Character('\\')),
            ("/a", Fault::EmptyComponent),
            ("a/", Fault::EmptyComponent),
            ("a//b", Fault::EmptyComponent),
            (".a", Fault::LeadingDot),
            ("a/.b", Fault::LeadingDot),
            ("a.", Fault::TrailingDot),
            ("a.lock", Fault::Lock),
            ("a.lock/b", Fault::Lock),
        ] {
            assert_eq!(RefName::parse(text).unwrap_err().fault, fault, "{text:?}");
        }
        let said = RefName::parse("a\u{1b}[2Jb").unwrap_err().to_string();
        assert!(
            !said.contains('\u{1b}') && said.contains("U+001B"),
            "{said}"
        );
    }

    #[test]
    fn a_name_tells_what_it_may_be() {
        let name = |text: &str| RefName::parse(text).unwrap();
        for (length, full, short) in [
            (3, false, false),
            (4, false, true),
            (39, false, true),
            (40, true, false),
            (41, false, true),
            (64, true, false),
            (65, false, false),
        ] {
            let text = "a1F".repeat(30)[..length].to_owned();
            assert_eq!(name(&text).commit_id().is_some(), full, "{length}");
            assert_eq!(name(&text).may_be_short_id(), short, "{length}");
        }
        assert!(name(&"g".repeat(40)).commit_id().is_none() && !name("gggg").may_be_short_id());
        assert_eq!(name("x/y").branch_ref().unwrap(), "refs/heads/x/y");
        assert_eq!(name("v1").tag_ref().unwrap(), "refs/tags/v1");
        assert_eq!(name("refs/heads/x").branch_ref().unwrap(), "refs/heads/x");
        assert_eq!(name("refs/heads/x").tag_ref(), None);
        assert_eq!(name("refs/pull/1/head").branch_ref(), None);
        assert_eq!(
            name("refs/pull/1/head").full_ref(),
            Some("refs/pull/1/head")
        );
        assert_eq!(name("refsx").full_ref(), None);
    }

    #[test]
    fn revisions_may_be_more_than_names_but_never_options() {
        for text in [
            "HEAD~3",
            "v1^{commit}",
            "@{upstream}",
            "main@{2026-01-01}",
            "a..b",
            ":/fix",
        ] {
            assert!(RevisionExpression::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "-x",
            "--all",
            "a b",
            "a\tb",
            "a\u{a0}b",
            "a\nb",
            "a\u{202e}",
            "\u{1b}",
        ] {
            assert!(RevisionExpression::parse(text).is_err(), "{text:?}");
        }
    }

    /// The numbered list of git-check-ref-format(1), written down a second time and naively.
    fn manual_allows(text: &str) -> bool {
        let components: Vec<&str> = text.split('/').collect();
        !(components
            .iter()
            .any(|part| part.starts_with('.') || part.ends_with(".lock"))
            || text.contains("..")
            || text
                .bytes()
                .any(|byte| byte < 0x20 || byte == 0x7f || b" ~^:?*[\\".contains(&byte))
            || components.contains(&"")
            || text.ends_with('.')
            || text.contains("@{")
            || text == "@")
    }

    proptest! {
        #[test]
        fn accepted_refs_agree_with_the_manual(
            text in prop_oneof![any::<String>(), "[a.@{/~^:?*\\[\\\\ \u{1}\u{7f}-]{0,8}", "[a/]{0,3}(\\.lock|\\.)?[/a]{0,2}"],
        ) {
            let stricter = text.starts_with('-')
                || text.chars().any(|letter| letter.is_control() || crate::model::text::is_bidi_control(letter));
            prop_assert_eq!(RefName::parse(&text).is_ok(), manual_allows(&text) && !stricter, "{:?}", text);
            let _ = RevisionExpression::parse(&text);
        }
    }
}
