//! What was typed, or sent by an agent, parsed into what cannot hold anything dangerous.

use crate::model::{
    action::{Vocabulary, nearest},
    filter::{Filter, Filters, PathGlob},
    foreign::Format,
    path::{PackId, PackPath},
    reference::RefName,
    url::PackUrl,
};

use super::error::{ErrorKind, OpError};

/// An error in what was typed.
pub fn usage(message: impl Into<String>) -> OpError {
    OpError::new(ErrorKind::Usage, message)
}

/// Parses a pack's path. What a shell's completion leaves there, `./` before it and `/` behind it,
/// does not matter.
///
/// # Errors
/// Fails with [`ErrorKind::Usage`] when it is none.
pub fn pack_path(text: &str) -> Result<PackPath, OpError> {
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
///
/// # Errors
/// Fails with [`ErrorKind::Usage`] when it is none.
pub fn pack_id(text: &str) -> Result<PackId, OpError> {
    match text {
        "." | "./" => Ok(PackId::workspace()),
        text => pack_path(text).map(PackId::from),
    }
}

/// Parses a URL or a path of a repository.
///
/// # Errors
/// Fails with [`ErrorKind::Usage`] when it is none.
pub fn url(text: &str) -> Result<PackUrl, OpError> {
    PackUrl::parse(text).map_err(|error| usage(error.to_string()))
}

/// Parses the name of a branch or tag, or a commit id.
///
/// # Errors
/// Fails with [`ErrorKind::Usage`] when it is none.
pub fn reference(text: Option<&str>) -> Result<Option<RefName>, OpError> {
    let parse = |text| {
        RefName::parse(text).map_err(|error| {
            usage(error.to_string()).with_hint("name a branch, a tag or a commit id of the remote")
        })
    };
    text.map(parse).transpose()
}

/// Parses the packs that are to be taken out, each once.
///
/// # Errors
/// Fails with [`ErrorKind::Usage`] when one is no pack that can be.
pub fn packs_to_remove(texts: &[String]) -> Result<Vec<PackPath>, OpError> {
    let mut paths = Vec::new();
    for text in texts {
        if matches!(text.as_str(), "." | "./") {
            return Err(usage("the workspace's own pack is not removed").with_hint(
                "take what it installs out of .grex/pack.yaml, then `grex update .` takes it back",
            ));
        }
        let path = pack_path(text)?;
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    Ok(paths)
}

/// Checks the name of a pack type.
///
/// # Errors
/// Fails with [`ErrorKind::UnknownName`] when there is no such type.
pub fn pack_type(vocabulary: &Vocabulary, name: &str) -> Result<(), OpError> {
    vocabulary.check_pack_type(name).map_err(|hint| {
        OpError::new(
            ErrorKind::UnknownName,
            format!("there is no pack type `{name}`"),
        )
        .with_hint(hint)
    })
}

/// Parses the name of a format of another tool.
///
/// # Errors
/// Fails with [`ErrorKind::Usage`] when there is none of that name.
pub fn format(name: &str) -> Result<Format, OpError> {
    Format::named(name).ok_or_else(|| {
        let names = Format::ALL.map(Format::name);
        // What vcstool calls its files.
        let is_vcstool = name.trim_start_matches('.') == "repos";
        let near = match is_vcstool {
            true => Some(Format::Vcstool.name()),
            false => nearest(name, names),
        };
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("one of {}", names.join(", ")),
        };
        usage(format!("there is no format `{name}`")).with_hint(hint)
    })
}

/// Parses globs on paths.
///
/// # Errors
/// Fails with [`ErrorKind::Usage`] when one is none.
pub fn globs(texts: &[String]) -> Result<Vec<PathGlob>, OpError> {
    let globs: Result<_, _> = texts.iter().map(|text| PathGlob::parse(text)).collect();
    globs.map_err(|error| usage(error.to_string()))
}

/// Parses filters, of which a pack has to match one.
///
/// # Errors
/// Fails with [`ErrorKind::Usage`] when one is none.
pub fn filters(texts: &[String]) -> Result<Filters, OpError> {
    let filters: Result<Vec<Filter>, _> = texts.iter().map(|text| Filter::parse(text)).collect();
    filters.map(Filters::new).map_err(|error| {
        let hint = error.hint();
        let hint = hint.unwrap_or_else(|| String::from("see FILTERS in `grex --help`"));
        usage(error.to_string()).with_hint(hint)
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::{filters, format, pack_path, reference, url};
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
    fn suggestions_stand_in_the_hint() {
        let wrong = |text: &str| filters(&[text.to_owned()]).unwrap_err();
        let state = wrong("state=drity");
        assert_eq!(state.message, "no pack has the state `drity`");
        assert_eq!(
            state.hint.unwrap(),
            "did you mean `dirty`? The states are dirty, ahead, behind, diverged, missing, detached"
        );
        assert!(
            wrong("state=zzz")
                .hint
                .unwrap()
                .starts_with("the states are")
        );
        let key = wrong("nmae=x");
        assert_eq!(key.message, "the filter has no key `nmae`");
        assert!(
            key.hint
                .unwrap()
                .starts_with("did you mean `name`? For a path")
        );
        for name in ["repos", ".repos", "vcstol"] {
            let hint = format(name).unwrap_err().hint.unwrap();
            assert_eq!(hint, "did you mean `vcstool`?", "{name}");
        }
    }

    #[test]
    fn what_git_could_misunderstand_is_wrong_usage() {
        assert_eq!(url("ext::sh -c id").unwrap_err().kind, ErrorKind::Usage);
        assert_eq!(reference(Some("-x")).unwrap_err().kind, ErrorKind::Usage);
        assert!(reference(None).unwrap().is_none());
    }
}
