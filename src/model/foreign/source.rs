//! From a file to what it says.

use super::{
    files::{Chain, Contents, Files, directory_of, within},
    format::Format,
    found::{ForeignError, Found, Place},
    git_workspace, gita, gitmodules,
    groups::Groups,
    json, mani, meta, myrepos, repo, repos_json,
    tree::{Member, Node},
    vcstool, west, yaml,
};
use crate::model::url::PackUrl;

/// What a parser has at hand.
pub struct Context<'a> {
    /// Where files come from.
    pub files: &'a dyn Files,
    /// The groups that are asked for.
    pub groups: &'a Groups,
    /// Where the repository that the file lies in comes from.
    pub origin: Option<&'a PackUrl>,
    /// The directory of the file, which paths of repositories are relative to.
    pub directory: Option<&'a PackUrl>,
}

/// Reads a file of this format, and those that it names. `file` is its path within the bounds of
/// [`Context::files`].
///
/// # Errors
/// The file, or one that it names, cannot be read or is not of the format at all. An entry that
/// cannot be used is in what is returned.
pub fn read(format: Format, file: &str, cx: &Context<'_>) -> Result<Found, ForeignError> {
    let mut found = Found::default();
    match format {
        Format::Repo => repo::read(file, cx, &mut found)?,
        Format::Vcstool => vcstool::read(file, cx, &mut found)?,
        Format::West => west::read(file, cx, &mut found)?,
        Format::ReposJson => repos_json::read(&Text::of(file, cx)?, cx, &mut found)?,
        Format::Gitmodules => gitmodules::read(&Text::of(file, cx)?, cx, &mut found)?,
        Format::Meta => meta::read(&Text::of(file, cx)?, cx, &mut found)?,
        Format::Myrepos => myrepos::read(&Text::of(file, cx)?, cx, &mut found)?,
        Format::Mani => mani::read(&Text::of(file, cx)?, cx, &mut found)?,
        Format::Gita => gita::read(&Text::of(file, cx)?, &mut found)?,
        Format::GitWorkspace => git_workspace::read(&Text::of(file, cx)?, cx, &mut found)?,
    }
    Ok(found)
}

/// A file's text and name.
pub(super) struct Text {
    /// Its path within the bounds.
    pub(super) file: String,
    /// What it says, without a byte order mark.
    pub(super) text: String,
}

impl Text {
    /// Reads a file that has to be there.
    pub(super) fn of(file: &str, cx: &Context<'_>) -> Result<Self, ForeignError> {
        Self::named(file, cx, &Place::new(file, 0))
    }

    /// Reads a file that is named at `place`.
    pub(super) fn named(file: &str, cx: &Context<'_>, place: &Place) -> Result<Self, ForeignError> {
        let contents = cx.files.read(file);
        Self::from(file, contents, place)
    }

    /// Makes a text of what was read.
    pub(super) fn from(
        file: &str,
        contents: Result<Option<Contents>, String>,
        place: &Place,
    ) -> Result<Self, ForeignError> {
        let error = |reason: String| ForeignError::new(&place.file, place.line, reason);
        let bytes = match contents.map_err(error)? {
            Some(Contents::File(bytes)) => bytes,
            Some(Contents::Directory(_)) => return Err(error(format!("`{file}` is a directory"))),
            None => return Err(error(format!("`{file}` is not there"))),
        };
        Self::decode(file, bytes)
    }

    /// Makes a text of bytes.
    pub(super) fn decode(file: &str, bytes: Vec<u8>) -> Result<Self, ForeignError> {
        let text = String::from_utf8(bytes).map_err(|error| {
            let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            ForeignError::new(file, line, "it is not UTF-8")
        })?;
        Ok(Self {
            file: file.to_owned(),
            text: match text.strip_prefix('\u{feff}') {
                Some(rest) => rest.to_owned(),
                None => text,
            },
        })
    }

    /// Reads it as YAML.
    pub(super) fn yaml(&self) -> Result<Node, ForeignError> {
        yaml::read(&self.text).map_err(|(line, reason)| self.error(line, reason))
    }

    /// Reads it as JSON.
    pub(super) fn json(&self) -> Result<Node, ForeignError> {
        json::read(&self.text).map_err(|(line, reason)| self.error(line, reason))
    }

    /// An error in it.
    pub(super) fn error(&self, line: usize, reason: impl Into<String>) -> ForeignError {
        ForeignError::new(&self.file, line, reason)
    }

    /// The members of `projects` in its root, `kind` in words; what stands beside them is not carried
    /// over.
    pub(super) fn projects<'a>(
        &self,
        root: &'a Node,
        kind: &str,
        found: &mut Found,
    ) -> Result<&'a [Member], ForeignError> {
        for member in root.members().unwrap_or_default() {
            if member.key != "projects" {
                found.note(format!("`{}`", member.key), &self.place(member.line));
            }
        }
        let projects = root.get("projects");
        projects
            .and_then(Node::members)
            .ok_or_else(|| self.error(root.line, format!("it has no {kind} `projects`")))
    }

    /// A place in it.
    pub(super) fn place(&self, line: usize) -> Place {
        Place::new(&self.file, line)
    }
}

impl Place {
    /// A line of a file.
    pub(super) fn new(file: &str, line: usize) -> Self {
        let file = file.to_owned();
        Self { file, line }
    }
}

/// Reads the file that `named` at `place` leads to, seen from `directory`, and does `body` with it
/// while it is part of the chain.
pub(super) fn follow<T>(
    cx: &Context<'_>,
    chain: &mut Chain,
    directory: &str,
    named: &str,
    place: &Place,
    body: impl FnOnce(&Text, &mut Chain) -> Result<T, ForeignError>,
) -> Result<T, ForeignError> {
    let file = within(directory, named)
        .map_err(|reason| ForeignError::new(&place.file, place.line, reason))?;
    chain.enter(&file, &place.file, place.line)?;
    let text = Text::named(&file, cx, place)?;
    let result = body(&text, chain);
    chain.leave();
    result
}

/// The directory of a text's file.
pub(super) fn own_directory(text: &Text) -> &str {
    directory_of(&text.file)
}
