//! The value.

use std::fmt;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use super::error::{UrlError, shown};
use super::parse::parse;
use crate::model::path::PackPath;

/// How a repository is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// `https://`
    Https,
    /// `http://`
    Http,
    /// `ssh://`, or scp-like `[user@]host:path`.
    Ssh,
    /// `git://`
    Git,
    /// `file://`
    File,
    /// A plain path, absolute or relative.
    Path,
    /// `name://`, where a plugin may know what that means; see [`PackUrl::scheme_name`].
    Other,
}

impl Scheme {
    /// Returns the port that is meant when none is given.
    pub const fn default_port(self) -> Option<u16> {
        match self {
            Self::Https => Some(443),
            Self::Http => Some(80),
            Self::Ssh => Some(22),
            Self::Git => Some(9418),
            Self::File | Self::Path | Self::Other => None,
        }
    }
}

/// How a URL is spelt, which decides what its path means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Form {
    /// `scheme://...`: percent forms are decoded.
    Url,
    /// `host:path`: taken as it is; relative to the home directory unless it begins with `/`.
    Scp,
    /// A path: taken as it is.
    Path,
}

/// Where a pack comes from: an `https`, `http`, `ssh`, `git` or `file` URL, one with a scheme that
/// a plugin may know, scp-like `[user@]host:path`, or a path. Holds no password and nothing that could be taken for an option.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PackUrl {
    pub(super) text: String,
    pub(super) scheme: Scheme,
    pub(super) form: Form,
    pub(super) authority: Option<Authority>,
    /// As written, without query and fragment; begins with `/` in the `Url` form, if not empty.
    pub(super) path: String,
    /// `?query#fragment` of an HTTP URL, or of one with another scheme, as written.
    pub(super) query: String,
}

/// Who is asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Authority {
    pub(super) user: Option<String>,
    /// Without the brackets of an IPv6 address.
    pub(super) host: String,
    pub(super) port: Option<u16>,
}

impl PackUrl {
    /// Parses a text as a person or a pack.yaml declares it; see [`UrlError`] for what is refused.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        parse(text)
    }

    /// Returns the URL of a directory on this machine, an absolute path; `None` for one that no
    /// URL can name (bytes that are no UTF-8, control characters).
    pub fn local(directory: &std::path::Path) -> Option<Self> {
        Self::parse(directory.to_str()?).ok()
    }

    /// Returns the text as declared. It goes to git behind a `--`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns how the repository is reached.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Returns the scheme's name, by which a fetcher is found: `ssh` for what is scp-like, `file`
    /// for a path.
    pub fn scheme_name(&self) -> &str {
        match self.scheme {
            Scheme::Https => "https",
            Scheme::Http => "http",
            Scheme::Ssh => "ssh",
            Scheme::Git => "git",
            Scheme::File | Scheme::Path => "file",
            Scheme::Other => self.text.split(':').next().unwrap_or_default(),
        }
    }

    /// Returns the host as written, without port, user or brackets; `None` for a local one.
    pub fn host(&self) -> Option<&str> {
        self.authority
            .as_ref()
            .map(|authority| authority.host.as_str())
    }

    /// Returns `host:port` in lower case, the default port filled in: one key for all that ends
    /// at one server. `None` for a local one, and where no port is known.
    pub fn host_key(&self) -> Option<String> {
        let authority = self.authority.as_ref()?;
        let port = authority.port.or(self.scheme.default_port())?;
        Some(format!("{}:{port}", authority.host.to_lowercase()))
    }

    /// Says whether this is a place on this machine: a `file` URL or a path.
    pub fn is_local(&self) -> bool {
        matches!(self.scheme, Scheme::File | Scheme::Path)
    }

    /// Says whether this is a path that does not begin with `/`, and so means something only
    /// beside a base.
    pub fn is_relative(&self) -> bool {
        self.scheme == Scheme::Path && !self.path.starts_with('/')
    }

    /// Returns where the pack goes when nobody says: the last segment without `.git`.
    /// [`UrlError::NoDefaultPath`] when that is no name for a directory.
    pub fn default_path(&self) -> Result<PackPath, UrlError> {
        let path = self.decoded_path();
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        // `dir/.git` is the repository in `dir`.
        let last = segments
            .rfind(|segment| *segment != ".git")
            .unwrap_or_default();
        let name = last.strip_suffix(".git").unwrap_or(last);
        PackPath::parse(name).map_err(|source| UrlError::NoDefaultPath {
            url: shown(&self.text),
            source,
        })
    }

    /// Returns the path as the other side sees it. Bytes that are no UTF-8 stay in percent form.
    pub(super) fn decoded_path(&self) -> String {
        match self.form {
            Form::Url => percent_decode_str(&self.path)
                .decode_utf8()
                .map_or_else(|_| self.path.clone(), std::borrow::Cow::into_owned),
            Form::Scp | Form::Path => self.path.clone(),
        }
    }
}

impl TryFrom<String> for PackUrl {
    type Error = UrlError;

    fn try_from(text: String) -> Result<Self, UrlError> {
        Self::parse(&text)
    }
}

impl From<PackUrl> for String {
    fn from(url: PackUrl) -> Self {
        url.text
    }
}

impl std::str::FromStr for PackUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        Self::parse(text)
    }
}

impl fmt::Display for PackUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for PackUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("PackUrl").field(&self.text).finish()
    }
}
