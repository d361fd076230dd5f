//! From text to [`PackUrl`].

use percent_encoding::percent_decode_str;

use super::authority;
use super::error::{UrlError, shown};
use super::pack_url::{Form, PackUrl, Scheme};
use crate::model::{redact, text};

pub(super) fn parse(url: &str) -> Result<PackUrl, UrlError> {
    check_text(url)?;
    // As git's `is_url` and `url_is_local_not_ssh`: what counts is a colon before the first slash.
    let head = url.split('/').next().unwrap_or(url);
    let parsed = match head.split_once(':') {
        None => parse_path(url)?,
        Some((scheme, _)) if url[scheme.len()..].starts_with("://") => parse_url(url, scheme)?,
        Some(_) => authority::parse_scp(url)?,
    };
    check_secrets(&parsed)?;
    Ok(parsed)
}

/// What holds for every form, whichever way git would read the text.
fn check_text(url: &str) -> Result<(), UrlError> {
    if url.is_empty() {
        return Err(UrlError::Empty);
    }
    let has_control = |text: &str| {
        text.chars()
            .any(|letter| letter.is_control() || text::is_bidi_control(letter))
    };
    // git decodes the whole of a URL before it takes it apart, so that a percent form is as good
    // as the character. Other forms are not decoded; nobody needs these there either.
    if has_control(url) || percent_decode_str(url).any(|byte| byte.is_ascii_control()) {
        return Err(UrlError::Control { url: shown(url) });
    }
    if url.trim() != url {
        return Err(UrlError::OuterSpace { url: shown(url) });
    }
    if percent_decode_str(url).next() == Some(b'-') {
        return Err(UrlError::LeadingDash {
            url: shown(url),
            part: "first part",
        });
    }
    if let Some((helper, _)) = url.split_once("::")
        && helper
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte))
    {
        return Err(UrlError::Helper {
            url: shown(url),
            helper: helper.to_owned(),
        });
    }
    Ok(())
}

/// A token in the user is found when that is parsed; one in a path or a query is found here.
fn check_secrets(url: &PackUrl) -> Result<(), UrlError> {
    let rest = [url.path.as_str(), url.query.as_str()].concat();
    if redact::secrets(&rest) == rest {
        Ok(())
    } else {
        Err(UrlError::Token {
            url: shown(&url.text),
        })
    }
}

fn parse_path(url: &str) -> Result<PackUrl, UrlError> {
    Ok(PackUrl {
        text: url.to_owned(),
        scheme: Scheme::Path,
        form: Form::Path,
        authority: None,
        path: url.to_owned(),
        query: String::new(),
    })
}

fn parse_url(url: &str, scheme: &str) -> Result<PackUrl, UrlError> {
    let scheme = match scheme {
        "https" => Scheme::Https,
        "http" => Scheme::Http,
        "ssh" => Scheme::Ssh,
        "git" => Scheme::Git,
        "file" => Scheme::File,
        name if may_be_known(name) => Scheme::Other,
        _ => return Err(UrlError::UnknownScheme { url: shown(url) }),
    };
    let has_query = matches!(scheme, Scheme::Https | Scheme::Http | Scheme::Other);
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    // Of git's own schemes only HTTP knows queries; elsewhere `?` and `#` are characters like others.
    let ends_authority: &[char] = if has_query { &['/', '?', '#'] } else { &['/'] };
    let (authority, rest) = rest.split_at(rest.find(ends_authority).unwrap_or(rest.len()));
    let path_end = if has_query {
        rest.find(['?', '#']).unwrap_or(rest.len())
    } else {
        rest.len()
    };
    let (path, query) = rest.split_at(path_end);
    let authority = match scheme {
        Scheme::File | Scheme::Other if authority.is_empty() => None,
        // git would open `//host/path`, which is a network share on Windows.
        Scheme::File => return Err(UrlError::FileHost { url: shown(url) }),
        _ => Some(authority::parse_authority(url, authority)?),
    };
    check_path(url, path, has_query && authority.is_some())?;
    Ok(PackUrl {
        text: url.to_owned(),
        scheme,
        form: Form::Url,
        authority,
        path: path.to_owned(),
        query: query.to_owned(),
    })
}

/// Schemes of git's that say nothing which one of the five does not say better.
const OLD: [&str; 3] = ["ftp", "ftps", "rsync"];

/// Says whether a plugin may serve a scheme of this name: `[a-z][a-z0-9+.-]{1,31}`, but for what git
/// would read as one of its own. Which schemes are served is for the registry of plugins to know.
fn may_be_known(name: &str) -> bool {
    let is_gits = OLD.contains(&name) || name.starts_with("git+") || name.starts_with("ssh+");
    let is_letter =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+.-".contains(&byte);
    (2..=32).contains(&name.len())
        && name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && name.bytes().all(is_letter)
        && !is_gits
}

fn check_path(url: &str, path: &str, may_be_empty: bool) -> Result<(), UrlError> {
    let decoded: Vec<u8> = percent_decode_str(path).collect();
    let start = decoded.iter().position(|byte| *byte != b'/');
    match start.map(|start| decoded[start]) {
        None if !may_be_empty => Err(UrlError::EmptyPath { url: shown(url) }),
        Some(b'-') => Err(UrlError::LeadingDash {
            url: shown(url),
            part: "path",
        }),
        _ => Ok(()),
    }
}
