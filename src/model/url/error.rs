//! What can be wrong with a URL.

use crate::model::path::PathError;
use crate::model::{redact, text};

/// Why a text is not a URL that grex hands to git. `url` is always fit to be shown: controls and
/// secrets are out of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Nothing at all.
    #[error("the URL is empty")]
    Empty,
    /// A blank at an end, where it is a slip.
    #[error("the URL `{url}` begins or ends with white space")]
    OuterSpace {
        /// The URL.
        url: String,
    },
    /// A control character, plain or as `%00` to `%1f` and `%7f`, or a bidirectional control.
    #[error("the URL `{url}` contains a control character or its percent form")]
    Control {
        /// The URL.
        url: String,
    },
    /// `ext::`, `fd::` or another `helper::address`.
    #[error(
        "the URL `{url}` asks for the remote helper `{helper}::`, which could run any program; use an https, ssh or file URL"
    )]
    Helper {
        /// The URL.
        url: String,
        /// The helper's name.
        helper: String,
    },
    /// A scheme that is none of git's five and can be none of a plugin's.
    #[error(
        "the scheme of the URL `{url}` is unknown; known are https, http, ssh, git and file, in lower case"
    )]
    UnknownScheme {
        /// The URL.
        url: String,
    },
    /// A part that begins with `-`, where a program could take it for an option.
    #[error(
        "the {part} in the URL `{url}` begins with `-`, which a program could take for an option"
    )]
    LeadingDash {
        /// The URL.
        url: String,
        /// `host`, `user`, `path`, or `first part` where it could be any of them.
        part: &'static str,
    },
    /// A password.
    #[error(
        "the URL `{url}` contains a password, which would end up in process lists, configuration and logs; leave it out and let a git credential helper supply it (see gitcredentials(7))"
    )]
    Password {
        /// The URL, masked.
        url: String,
    },
    /// A token in place of the user, or anywhere else.
    #[error(
        "the URL `{url}` contains an access token, which would end up in process lists, configuration and logs; leave it out and let a git credential helper supply it (see gitcredentials(7))"
    )]
    Token {
        /// The URL, masked.
        url: String,
    },
    /// A user with characters that end one in some parsers, or an empty one.
    #[error(
        "the user in the URL `{url}` is empty or contains a slash, a backslash, a colon or a blank"
    )]
    User {
        /// The URL.
        url: String,
    },
    /// A scheme without the two slashes behind its colon: git would take it for a host.
    #[error("the URL `{url}` lacks a slash: write `{scheme}://`")]
    LostSlashes {
        /// The URL.
        url: String,
        /// The scheme.
        scheme: String,
    },
    /// No host where there has to be one.
    #[error("the URL `{url}` names no host")]
    EmptyHost {
        /// The URL.
        url: String,
    },
    /// A host with characters that no host has.
    #[error("the host in the URL `{url}` contains a character that no host name has")]
    Host {
        /// The URL.
        url: String,
    },
    /// A port that is none.
    #[error("the port in the URL `{url}` is not a number from 1 to 65535")]
    Port {
        /// The URL.
        url: String,
    },
    /// A host in a `file` URL.
    #[error("the URL `{url}` names a host; a file URL has three slashes: file:///path")]
    FileHost {
        /// The URL.
        url: String,
    },
    /// No path where there has to be one.
    #[error("the URL `{url}` names no repository on its host")]
    EmptyPath {
        /// The URL.
        url: String,
    },
    /// A relative URL with more `..` than its base has components.
    #[error("the relative URL `{url}` leads above the root of `{base}`")]
    AboveRoot {
        /// The relative URL.
        url: String,
        /// What it was resolved against.
        base: String,
    },
    /// A base that is relative itself.
    #[error(
        "the relative URL `{url}` cannot be resolved against `{base}`, which is relative as well"
    )]
    RelativeBase {
        /// The relative URL.
        url: String,
        /// What it was resolved against.
        base: String,
    },
    /// A URL whose last segment is no name for a directory.
    #[error("the URL `{url}` gives no name for a directory; give a path beside it")]
    NoDefaultPath {
        /// The URL.
        url: String,
        /// What is wrong with the last segment.
        #[source]
        source: PathError,
    },
}

/// A URL that was refused, as an error may show it: on one line, cleaned and masked.
pub(super) fn shown(url: &str) -> String {
    let line: String = text::clean(url).split(['\n', '\t']).collect();
    redact::secrets(&line).into_owned()
}
