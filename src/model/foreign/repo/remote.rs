//! Where projects come from.

use std::collections::HashMap;

use roxmltree::Node;

/// A `<remote>`.
#[derive(Debug, Clone)]
pub(super) struct Remote {
    fetch: String,
    revision: Option<String>,
}

/// The `<default>` and the `<remote>`s, of all files together.
#[derive(Debug, Default)]
pub(super) struct Remotes {
    remotes: HashMap<String, Remote>,
    default_remote: Option<String>,
    default_revision: Option<String>,
}

impl Remotes {
    /// Takes a `<remote>`.
    pub(super) fn take_remote(&mut self, element: Node<'_, '_>) {
        let text = |name| element.attribute(name).map(str::to_owned);
        let remote = Remote {
            fetch: text("fetch").unwrap_or_default(),
            revision: text("revision"),
        };
        if let Some(name) = text("name") {
            self.remotes.insert(name, remote);
        }
    }

    /// Takes a `<default>`.
    pub(super) fn take_default(&mut self, element: Node<'_, '_>) {
        if let Some(remote) = element.attribute("remote") {
            self.default_remote = Some(remote.to_owned());
        }
        if let Some(revision) = element.attribute("revision") {
            self.default_revision = Some(revision.to_owned());
        }
    }

    /// The URL of a project, and the revision where it says none; or why it has no URL. `base` is
    /// the URL of the manifest itself.
    pub(super) fn resolve(
        &self,
        remote: Option<&str>,
        project: &str,
        base: Option<&str>,
    ) -> Result<(String, Option<String>), String> {
        let Some(name) = remote.or(self.default_remote.as_deref()) else {
            return Err(String::from(
                "it names no remote, and there is no default one",
            ));
        };
        let Some(remote) = self.remotes.get(name) else {
            let name = crate::model::text::shown(name);
            return Err(format!("there is no remote `{name}`"));
        };
        let fetch = remote.fetch.trim_end_matches('/');
        let directory = if is_absolute(fetch) {
            fetch.to_owned()
        } else {
            let base = base.ok_or_else(|| {
                let fetch = crate::model::text::shown(fetch);
                format!(
                    "the remote's fetch `{fetch}` is relative to where the manifest comes from, which is not known: the file lies in no repository that has a remote (`--base-url URL` says it)"
                )
            })?;
            beside(base.trim_end_matches('/'), fetch)
        };
        let url = format!("{}/{project}", directory.trim_end_matches('/'));
        let revision = remote.revision.as_ref().or(self.default_revision.as_ref());
        Ok((url, revision.cloned()))
    }
}

/// A URL, or `user@host:path`.
fn is_absolute(fetch: &str) -> bool {
    fetch
        .split('/')
        .next()
        .is_some_and(|head| head.contains(':'))
}

/// What a relative reference means beside a manifest's URL: as in a browser, the last segment of the
/// base goes, and too many `..` stay at the top. In `host:path` the first segment belongs to the
/// host.
fn beside(base: &str, fetch: &str) -> String {
    let after_scheme = base.find("://").map_or(0, |place| place + 3);
    let is_path = after_scheme == 0 && !base.split('/').next().unwrap_or("").contains(':');
    let top = if is_path {
        0
    } else {
        let slash = base[after_scheme..].find('/');
        slash.map_or(base.len(), |slash| after_scheme + slash)
    };
    let (head, path) = base.split_at(top);
    let mut segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    segments.pop();
    if fetch.starts_with('/') {
        segments.clear();
    }
    for segment in fetch.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    format!("{head}/{}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn a_relative_fetch_is_resolved_as_in_a_browser() {
        for (base, fetch, expected) in [
            (
                "https://android.googlesource.com/platform/manifest",
                "..",
                "https://android.googlesource.com/",
            ),
            ("https://h/manifest", "../..", "https://h/"),
            ("https://h/a/b/manifest.git", ".", "https://h/a/b"),
            ("https://h/a/b/manifest", "../x", "https://h/a/x"),
            ("https://h/a/b/manifest", "/x", "https://h/x"),
            ("ssh://git@h:29418/a/manifest", "..", "ssh://git@h:29418/"),
            ("git@h:a/b/manifest", "..", "git@h:a/"),
            ("/srv/git/manifest", "..", "/srv"),
        ] {
            assert_eq!(beside(base, fetch), expected, "{base} {fetch}");
        }
    }
}
