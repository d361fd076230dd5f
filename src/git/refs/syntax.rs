//! The text of a ref file, and the names that refs can have.

use super::ObjectId;

/// What a `HEAD` or loose ref file says.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::git) enum HeadText {
    /// An object.
    Id(ObjectId),
    /// Another ref.
    Ref(String),
}

/// Reads the content of a ref file as git does: `ref:` and a name, or an id up to white space.
pub(in crate::git) fn parse_head(text: &[u8]) -> Option<HeadText> {
    if let Some(target) = text.strip_prefix(b"ref:") {
        let target = std::str::from_utf8(target.trim_ascii()).ok()?;
        return target
            .starts_with("refs/")
            .then(|| HeadText::Ref(target.into()));
    }
    let end = text
        .iter()
        .position(u8::is_ascii_whitespace)
        .unwrap_or(text.len());
    ObjectId::from_bytes(&text[..end]).map(HeadText::Id)
}

/// Whether this is a full name that git-check-ref-format(1) allows, so that it cannot lead out of
/// `refs/`.
pub(in crate::git) fn is_full_name(name: &str) -> bool {
    let component =
        |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    name.starts_with("refs/")
        && name.len() <= 4096
        && name.split('/').all(component)
        && !name.contains("..")
        && !name.contains("@{")
        && !name.ends_with('.')
        && !name
            .bytes()
            .any(|byte| byte <= b' ' || byte == 0x7f || b"~^:?*[\\".contains(&byte))
}
