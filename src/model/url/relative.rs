//! Relative URLs, by the rules that `git submodule` has for them.

use super::error::{UrlError, shown};
use super::pack_url::{Form, PackUrl};

impl PackUrl {
    /// Returns what a relative URL means beside its parent's: the base is taken as a directory,
    /// so that `../x` is the base's neighbour, and each further `..` strips one more component of
    /// the base's path. A URL that is not relative is returned as it is. What a base says of query
    /// and fragment is dropped.
    ///
    /// [`UrlError::AboveRoot`] when there are more `..` than components;
    /// [`UrlError::RelativeBase`] when the base is relative itself; and whatever
    /// [`PackUrl::parse`] says of the outcome.
    pub fn resolve(&self, base: &Self) -> Result<Self, UrlError> {
        if !self.is_relative() {
            return Ok(self.clone());
        }
        if base.is_relative() {
            return Err(UrlError::RelativeBase {
                url: shown(&self.text),
                base: shown(&base.text),
            });
        }
        let mut segments: Vec<&str> = base
            .path
            .split('/')
            .filter(|segment| !matches!(*segment, "" | "."))
            .collect();
        for segment in self.path.split('/') {
            match segment {
                "" | "." => {}
                ".." => match segments.pop() {
                    Some(last) if last != ".." => {}
                    _ => {
                        return Err(UrlError::AboveRoot {
                            url: shown(&self.text),
                            base: shown(&base.text),
                        });
                    }
                },
                _ => segments.push(segment),
            }
        }
        let head = &base.text[..base.text.len() - base.query.len() - base.path.len()];
        let root = if base.form == Form::Scp && !base.path.starts_with('/') {
            ""
        } else {
            "/"
        };
        Self::parse(&format!("{head}{root}{}", segments.join("/")))
    }
}
