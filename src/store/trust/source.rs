//! Where packs may come from without being asked about one by one.

use std::fmt;

use percent_encoding::percent_decode_str;

use crate::model::text::shown;
use crate::model::url::{PackUrl, UrlError};

/// The beginning of URLs, up to the end of a path segment: `https://example.org/me/` covers
/// `https://example.org/me/x.git`, and neither `https://example.org/me-too/x` nor
/// `http://example.org/me/x`. One that ends in `.git` covers that repository alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePrefix {
    text: String,
    /// As [`PackUrl::identity`] writes URLs, without a final `/`.
    identity: String,
    is_repository: bool,
}

/// Why a text is no prefix of sources.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourcePrefixError {
    /// It is no URL.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// It contains `..`.
    #[error("`{prefix}` contains `..`: write out which source is meant")]
    Parent {
        /// The text.
        prefix: String,
    },
    /// It contains a query or a fragment.
    #[error("`{prefix}` contains a `?` or `#`: name the source up to its path")]
    Query {
        /// The text.
        prefix: String,
    },
    /// It is a relative path.
    #[error(
        "`{prefix}` is a relative path, which means another place in every directory: make it absolute"
    )]
    Relative {
        /// The text.
        prefix: String,
    },
    /// It is `/`.
    #[error("`{prefix}` is every directory of this machine: name one of them")]
    Everything {
        /// The text.
        prefix: String,
    },
}

impl SourcePrefix {
    /// Parses what a person types: an https, http, ssh, git, file or scp-like URL or an absolute
    /// path of a directory of repositories, with or without a final `/`, or of one repository; of
    /// a host alone where the URL has a scheme.
    ///
    /// # Errors
    /// See [`SourcePrefixError`].
    pub fn parse(text: &str) -> Result<Self, SourcePrefixError> {
        let prefix = || shown(text);
        let (url, is_host) = parse_url(text)?;
        if has_parent(text) {
            return Err(SourcePrefixError::Parent { prefix: prefix() });
        }
        if text.contains(['?', '#']) {
            return Err(SourcePrefixError::Query { prefix: prefix() });
        }
        if url.is_relative() {
            return Err(SourcePrefixError::Relative { prefix: prefix() });
        }
        let identity = url.identity();
        let whole = if is_host {
            identity.strip_suffix(PROBE).unwrap_or(&identity)
        } else {
            &identity
        };
        let identity = whole.trim_end_matches('/').to_owned();
        if identity.is_empty() {
            return Err(SourcePrefixError::Everything { prefix: prefix() });
        }
        Ok(Self {
            text: text.to_owned(),
            identity,
            is_repository: text.trim_end_matches('/').ends_with(".git"),
        })
    }

    /// Returns the text as it was typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Says whether a pack that was declared with this URL comes from here. A URL with `..` in it,
    /// in whatever form, comes from nowhere: servers and file systems do not agree on where that
    /// leads.
    pub fn covers(&self, url: &PackUrl) -> bool {
        if url.is_relative() || has_parent(url.as_str()) {
            return false;
        }
        let identity = url.identity();
        match identity.strip_prefix(&self.identity) {
            Some("") => true,
            Some(rest) => !self.is_repository && rest.starts_with('/'),
            None => false,
        }
    }
}

impl fmt::Display for SourcePrefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&shown(&self.text))
    }
}

/// A repository that stands for all of a host.
const PROBE: &str = "/x";

/// Parses a URL, also one of a host without a path; says which.
fn parse_url(text: &str) -> Result<(PackUrl, bool), UrlError> {
    match PackUrl::parse(text) {
        Err(UrlError::EmptyPath { .. })
            if text.starts_with("ssh://") || text.starts_with("git://") =>
        {
            let host = text.trim_end_matches('/');
            Ok((PackUrl::parse(&format!("{host}{PROBE}"))?, true))
        }
        parsed => Ok((parsed?, false)),
    }
}

/// Says whether a segment is `..`, plain or in percent form.
fn has_parent(url: &str) -> bool {
    let is_parent = |segment: &[u8]| segment == b"..";
    let separates = |byte: &u8| matches!(byte, b'/' | b':' | b'\\');
    let decoded: Vec<u8> = percent_decode_str(url).collect();
    decoded.split(separates).any(is_parent) || url.as_bytes().split(separates).any(is_parent)
}
