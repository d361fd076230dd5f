//! What was typed, parsed into what cannot hold anything dangerous.

use crate::{
    cli::globals::usage,
    model::{
        path::{PackId, PackPath},
        reference::RefName,
        url::PackUrl,
    },
    ops::error::OpError,
};

/// Parses a pack's path. What a shell's completion leaves there, `./` before it and `/` behind it,
/// does not matter.
pub(super) fn pack_path(text: &str) -> Result<PackPath, OpError> {
    let mut trimmed = text;
    while let Some(rest) = trimmed.strip_prefix("./") {
        trimmed = rest.trim_start_matches('/');
    }
    PackPath::parse(trimmed.trim_end_matches('/')).map_err(|error| {
        usage(error.to_string())
            .with_hint("a pack is named by its path from the workspace's directory")
    })
}

/// Parses a pack's id: its path, or `.` for the workspace's own pack.
pub(super) fn pack_id(text: &str) -> Result<PackId, OpError> {
    match text {
        "." | "./" => Ok(PackId::workspace()),
        text => pack_path(text).map(PackId::from),
    }
}

/// Parses a URL or a path of a repository.
pub(super) fn url(text: &str) -> Result<PackUrl, OpError> {
    PackUrl::parse(text).map_err(|error| usage(error.to_string()))
}

/// Parses the name of a branch or tag, or a commit id.
pub(super) fn reference(text: Option<&str>) -> Result<Option<RefName>, OpError> {
    text.map(|text| RefName::parse(text).map_err(|error| usage(error.to_string())))
        .transpose()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::{pack_path, reference, url};
    use crate::ops::error::ErrorKind;

    #[test]
    fn what_completion_adds_to_a_path_does_not_matter() {
        for typed in ["a/b", "./a/b", "a/b/", "././/a/b//"] {
            assert_eq!(pack_path(typed).unwrap().as_str(), "a/b", "{typed}");
        }
        for typed in ["", ".", "./", "/a", "../a", "a/../b", "a\nb"] {
            assert_eq!(
                pack_path(typed).unwrap_err().kind,
                ErrorKind::Usage,
                "{typed}"
            );
        }
    }

    #[test]
    fn what_git_could_misunderstand_is_wrong_usage() {
        assert_eq!(url("ext::sh -c id").unwrap_err().kind, ErrorKind::Usage);
        assert_eq!(reference(Some("-x")).unwrap_err().kind, ErrorKind::Usage);
        assert!(reference(None).unwrap().is_none());
    }
}
