//! An entry of a foreign file as it is written there.

use super::found::{Place, Repository};
use crate::model::{
    path::PackPath,
    reference::RefName,
    text,
    url::{PackUrl, UrlError},
};

/// One repository, not checked yet.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where it goes, relative to the workspace.
    pub(super) path: String,
    /// Where it comes from.
    pub(super) url: String,
    /// What is checked out.
    pub(super) reference: Option<String>,
    /// What a relative URL is relative to, a directory.
    pub(super) base: Option<PackUrl>,
    /// Where it stands.
    pub(super) place: Place,
}

impl Entry {
    /// The repository that this is; or its path, its place, and why it is none.
    pub(super) fn check(self) -> Result<Repository, (String, Place, String)> {
        match self.parts() {
            Ok((path, url, reference)) => Ok(Repository {
                path,
                url,
                reference,
                place: self.place,
            }),
            Err(error) => Err((self.path, self.place, error)),
        }
    }

    fn parts(&self) -> Result<(PackPath, PackUrl, Option<RefName>), String> {
        let path = PackPath::parse(plain(&self.path)).map_err(|error| error.to_string())?;
        let url = self.absolute().map_err(|error| error.to_string())?;
        let reference = self.reference.as_deref().filter(|text| !text.is_empty());
        let reference = reference.map(reference_of).transpose()?;
        Ok((path, url, reference))
    }

    fn absolute(&self) -> Result<PackUrl, NoUrl> {
        if self.url.trim().is_empty() {
            return Err(NoUrl::Missing);
        }
        if has_lost_colon(&self.url) {
            return Err(NoUrl::LostColon(text::shown(&self.url)));
        }
        let url = PackUrl::parse(self.url.trim())?;
        match &self.base {
            _ if !url.is_relative() => Ok(url),
            Some(base) => Ok(url.resolve(base)?),
            None => Err(NoUrl::Relative(text::shown(&self.url))),
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum NoUrl {
    #[error("it has no URL")]
    Missing,
    #[error("`{0}` is neither a URL nor a path: `user@host/path` lacks the colon after the host")]
    LostColon(String),
    #[error(
        "`{0}` is relative, and where it is relative to is not known: the file lies in no repository that has a remote (`--base-url URL` says it)"
    )]
    Relative(String),
    #[error(transparent)]
    Url(#[from] UrlError),
}

/// `git@host/org/x`, which git takes for a path, and nobody means as one.
fn has_lost_colon(url: &str) -> bool {
    let (head, rest) = url.split_once('/').unwrap_or((url, ""));
    let is_word = |text: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "-._".contains(letter))
    };
    let named = head.split_once('@');
    !rest.is_empty() && named.is_some_and(|(user, host)| is_word(user) && is_word(host))
}

/// A ref. What hosts keep beside the branches (`pull/104/head`) gets the name that it has there.
fn reference_of(text: &str) -> Result<RefName, String> {
    let full = if is_beside_branches(text) {
        format!("refs/{text}")
    } else {
        text.to_owned()
    };
    RefName::parse(&full).map_err(|error| error.to_string())
}

/// `pull/N/...`, `merge-requests/N/...`, `changes/NN/N/N`.
fn is_beside_branches(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    let is_number =
        |part: &&str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    match parts.as_slice() {
        ["pull" | "merge-requests", number, _] => is_number(number),
        ["changes", numbers @ ..] => numbers.len() == 3 && numbers.iter().all(is_number),
        _ => false,
    }
}

/// The path without `./` before it and `/` behind it.
pub(super) fn plain(path: &str) -> &str {
    let mut path = path.trim();
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    path.trim_end_matches('/')
}
