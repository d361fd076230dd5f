//! When two URLs name one repository.

use super::pack_url::{Form, PackUrl, Scheme};

impl PackUrl {
    /// Returns a text that two URLs share when they name the same repository by the same road.
    ///
    /// Not counted: letter case of the host, a default port, `scheme://` against scp-like, `file://`
    /// against a path, `.` and `..`, doubled slashes, a final `/` or `.git`, percent forms, and the
    /// user where it only says who asks: over HTTP always, over ssh when it is `git`, since any
    /// other user has a home directory of its own. A path relative to that home counts as one from
    /// the root: hosts that serve repositories make no difference there.
    /// Counted: `https`, `http`, `ssh` and `git`, which are different roads; the case of paths.
    /// Of a scheme that is not git's, the user and a final `.git` count as well.
    pub fn identity(&self) -> String {
        let path = self.clean_path();
        let Some(authority) = &self.authority else {
            if self.scheme == Scheme::Other {
                return format!("{}:///{path}{}", self.scheme_name(), self.query);
            }
            let root = if self.is_relative() { "" } else { "/" };
            return format!("{root}{path}");
        };
        let scheme = self.scheme_name();
        let user = match authority.user.as_deref() {
            Some(user) if self.scheme == Scheme::Ssh && user != "git" => format!("{user}@"),
            Some(user) if self.scheme == Scheme::Other => format!("{user}@"),
            _ => String::new(),
        };
        let host = authority.host.to_lowercase();
        let host = if host.contains(':') {
            format!("[{host}]")
        } else {
            host
        };
        let port = authority
            .port
            .filter(|port| Some(*port) != self.scheme.default_port())
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        format!("{scheme}://{user}{host}{port}/{path}{}", self.query)
    }

    /// The path without a slash at either end.
    fn clean_path(&self) -> String {
        let path = match self.scheme {
            Scheme::Https | Scheme::Http | Scheme::Other => decode_plain(&self.path),
            _ => self.decoded_path(),
        };
        let mut segments: Vec<&str> = Vec::new();
        for segment in path.split('/') {
            match segment {
                "" | "." => {}
                ".." if segments.last().is_some_and(|last| *last != "..") => {
                    segments.pop();
                }
                ".." if !self.is_relative() => {}
                _ => segments.push(segment),
            }
        }
        if self.scheme == Scheme::Other {
            return segments.join("/");
        }
        if self.scheme == Scheme::Ssh && segments.first() == Some(&"~") && self.is_from_home() {
            segments.remove(0);
        }
        // `dir/.git` is the repository in `dir`.
        if segments.len() > 1 && segments.last() == Some(&".git") {
            segments.pop();
        }
        let path = segments.join("/");
        path.strip_suffix(".git")
            .filter(|rest| !rest.is_empty() && !rest.ends_with('/'))
            .unwrap_or(&path)
            .to_owned()
    }

    /// `ssh://host/~/x` and `host:~/x` are what `host:x` is.
    fn is_from_home(&self) -> bool {
        match self.form {
            Form::Url => self.path.starts_with("/~/"),
            Form::Scp => self.path.starts_with("~/"),
            Form::Path => false,
        }
    }
}

/// Decodes the percent forms that mean nothing but their character. `%2f`, `%3f`, `%23` and `%25`
/// stay, in lower case: to a server they are not the character itself.
fn decode_plain(path: &str) -> String {
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let value = if *byte == b'%' {
            percent_form(after)
        } else {
            None
        };
        match value {
            Some(value @ (b'/' | b'?' | b'#' | b'%')) => {
                decoded.extend_from_slice(format!("%{value:02x}").as_bytes());
                rest = &after[2..];
            }
            Some(value) => {
                decoded.push(value);
                rest = &after[2..];
            }
            None => {
                decoded.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| path.to_owned())
}

fn percent_form(after: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(after.get(..2)?).ok()?;
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hex
        .then(|| u8::from_str_radix(digits, 16).ok())
        .flatten()
}
