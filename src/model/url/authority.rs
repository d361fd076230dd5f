//! The part of a URL that says who is asked, and scp-like URLs, which are little else.

use percent_encoding::percent_decode_str;

use super::error::{UrlError, shown};
use super::pack_url::{Authority, Form, PackUrl, Scheme};
use crate::model::redact;

/// Parses `[user@]host[:port]` of `url`.
pub(super) fn parse_authority(url: &str, authority: &str) -> Result<Authority, UrlError> {
    // The last `@`, as git, ssh and curl have it.
    let (user, place) = match authority.rsplit_once('@') {
        None => (None, authority),
        Some((user, place)) => (Some(user), place),
    };
    if let Some(user) = user {
        check_user(url, user)?;
    }
    let (host, port) = parse_place(url, place)?;
    Ok(Authority {
        user: user.map(str::to_owned),
        host,
        port,
    })
}

/// Parses `[user@]host:path`, where the host may be in brackets and then have a port.
pub(super) fn parse_scp(url: &str) -> Result<PackUrl, UrlError> {
    let (authority, path) = split_scp(url).ok_or_else(|| UrlError::Host { url: shown(url) })?;
    if matches!(authority, "http" | "https" | "ssh" | "file") {
        return Err(UrlError::LostSlashes {
            url: shown(url),
            scheme: authority.to_owned(),
        });
    }
    // `user:password@host/path` without its scheme would be host `user` and the rest a path.
    if !authority.contains('@')
        && path
            .split('/')
            .next()
            .is_some_and(|first| first.contains('@'))
    {
        return Err(UrlError::Password {
            url: masked_scp(url),
        });
    }
    let authority = parse_scp_authority(url, authority)?;
    let decoded: Vec<u8> = percent_decode_str(path).collect();
    match decoded.iter().find(|byte| **byte != b'/') {
        None => return Err(UrlError::EmptyPath { url: shown(url) }),
        Some(b'-') => {
            return Err(UrlError::LeadingDash {
                url: shown(url),
                part: "path",
            });
        }
        Some(_) => {}
    }
    Ok(PackUrl {
        text: url.to_owned(),
        scheme: Scheme::Ssh,
        form: Form::Scp,
        authority: Some(authority),
        path: path.to_owned(),
        query: String::new(),
    })
}

/// Beside `[user@]host` there are git's `[host:port]`, with the user on either side of the bracket,
/// and the `[::1]` that everybody knows.
fn parse_scp_authority(url: &str, authority: &str) -> Result<Authority, UrlError> {
    let bracketed = |text: &str| -> Option<String> {
        let inner = text.strip_prefix('[')?.strip_suffix(']')?;
        (inner.contains('@') || inner.matches(':').count() == 1).then(|| inner.to_owned())
    };
    if let Some(inner) = bracketed(authority) {
        return parse_authority(url, &inner);
    }
    match authority.split_once('@') {
        Some((user, place)) => match bracketed(place) {
            Some(inner) => parse_authority(url, &format!("{user}@{inner}")),
            None => parse_authority(url, authority),
        },
        None => parse_authority(url, authority),
    }
}

/// Splits at the first colon, or behind the brackets where they stand before it.
fn split_scp(url: &str) -> Option<(&str, &str)> {
    let colon = url.find(':')?;
    match url.find('[') {
        Some(open) if open < colon => {
            let close = open + url[open..].find(']')? + 1;
            Some((&url[..close], url[close..].strip_prefix(':')?))
        }
        _ => Some((&url[..colon], &url[colon + 1..])),
    }
}

fn masked_scp(url: &str) -> String {
    let host = url.split_once('@').map_or(url, |(_, host)| host);
    shown(&format!("{}@{host}", redact::MASK))
}

fn check_user(url: &str, user: &str) -> Result<(), UrlError> {
    let decoded = percent_decode_str(user).decode_utf8_lossy();
    if user.contains(':') || decoded.contains(':') {
        return Err(UrlError::Password {
            url: shown_without_user(url),
        });
    }
    for user in [user, &decoded] {
        if user.starts_with('-') {
            return Err(UrlError::LeadingDash {
                url: shown(url),
                part: "user",
            });
        }
        if redact::is_token(user) || is_too_long_for_a_name(user) {
            return Err(UrlError::Token {
                url: shown_without_user(url),
            });
        }
    }
    // git takes a URL apart after decoding it: a slash in the user would end the host there.
    let is_odd = |letter: char| letter.is_whitespace() || letter == '/';
    if decoded.is_empty() || decoded.contains(is_odd) || user.contains(['\\', '"', '\'', '<', '>'])
    {
        return Err(UrlError::User {
            url: shown_without_user(url),
        });
    }
    Ok(())
}

/// Tokens without a prefix: 32 hex digits and more, or 40 letters and more without any mark.
fn is_too_long_for_a_name(user: &str) -> bool {
    let is_hex = user.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_word = user
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    user.len() >= 40 && is_word || user.len() >= 32 && is_hex
}

/// What the filter would keep (the user of an ssh URL) may be what was refused.
fn shown_without_user(url: &str) -> String {
    let (scheme, rest) = url
        .split_once("://")
        .map_or(("", url), |(scheme, rest)| (scheme, rest));
    let place = rest.split_once('@').map_or(rest, |_| {
        rest.rsplit_once('@').map_or(rest, |(_, place)| place)
    });
    let separator = if scheme.is_empty() { "" } else { "://" };
    shown(&format!("{scheme}{separator}{}@{place}", redact::MASK))
}

/// Parses `host[:port]`, `[address]` or `[address]:port`.
fn parse_place(url: &str, place: &str) -> Result<(String, Option<u16>), UrlError> {
    if let Some(rest) = place.strip_prefix('[') {
        let (address, port) = rest
            .split_once(']')
            .ok_or_else(|| UrlError::Host { url: shown(url) })?;
        let port = match port {
            "" => None,
            _ => Some(
                port.strip_prefix(':')
                    .ok_or_else(|| UrlError::Host { url: shown(url) })?,
            ),
        };
        let is_address = |byte: u8| byte.is_ascii_alphanumeric() || b":.%-_".contains(&byte);
        check_host(url, address, is_address)?;
        return Ok((address.to_owned(), parse_port(url, port)?));
    }
    let (host, port) = match place.split_once(':') {
        None => (place, None),
        Some((host, port)) => (host, Some(port)),
    };
    // Letters beyond ASCII are for IDNA. A percent form is refused: git and curl disagree on it.
    check_host(url, host, |byte| {
        byte.is_ascii_alphanumeric() || b".-_".contains(&byte) || !byte.is_ascii()
    })?;
    Ok((host.to_owned(), parse_port(url, port)?))
}

fn check_host(url: &str, host: &str, belongs: impl Fn(u8) -> bool) -> Result<(), UrlError> {
    if host.is_empty() {
        return Err(UrlError::EmptyHost { url: shown(url) });
    }
    if percent_decode_str(host).next() == Some(b'-') {
        return Err(UrlError::LeadingDash {
            url: shown(url),
            part: "host",
        });
    }
    if !host.bytes().all(belongs) || host.chars().any(char::is_whitespace) {
        return Err(UrlError::Host { url: shown(url) });
    }
    Ok(())
}

fn parse_port(url: &str, port: Option<&str>) -> Result<Option<u16>, UrlError> {
    let Some(port) = port else { return Ok(None) };
    match port.parse() {
        Ok(number) if number != 0 && port.bytes().all(|digit| digit.is_ascii_digit()) => {
            Ok(Some(number))
        }
        _ => Err(UrlError::Port { url: shown(url) }),
    }
}
