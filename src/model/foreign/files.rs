//! Where files that foreign files name come from.

use super::found::ForeignError;

/// The most files that one import reads.
const MAX_FILES: usize = 500;

/// The deepest chain of files that name each other.
const MAX_CHAIN: usize = 32;

/// What lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contents {
    /// A file.
    File(Vec<u8>),
    /// A directory, by the names of what it holds, sorted.
    Directory(Vec<String>),
}

/// The door to the disk, bounded by a directory. Paths are relative to it and separated by `/`,
/// without `.` and `..`.
pub trait Files: Sync {
    /// Reads a file, or lists a directory; `None` where there is nothing.
    ///
    /// # Errors
    /// Says why it cannot be read, as a fragment: too long, a link out of the bounds, no permission.
    fn read(&self, path: &str) -> Result<Option<Contents>, String>;

    /// The same for another repository of the workspace, at `repository` there; `None` also where
    /// it is not there.
    ///
    /// # Errors
    /// As [`Files::read`].
    fn read_in(&self, repository: &str, path: &str) -> Result<Option<Contents>, String>;
}

/// The files that led to the one that is being read, outermost first.
#[derive(Debug, Default)]
pub(super) struct Chain {
    open: Vec<String>,
    read: usize,
}

impl Chain {
    /// Begins to read a file that line `line` of `from` names. [`Chain::leave`] ends it.
    pub(super) fn enter(
        &mut self,
        file: &str,
        from: &str,
        line: usize,
    ) -> Result<(), ForeignError> {
        let error = |reason: String| Err(ForeignError::new(from, line, reason));
        if self.open.iter().any(|open| open == file) {
            let chain = [self.open.as_slice(), &[file.to_owned()]].concat();
            return error(format!("files include each other: {}", chain.join(" -> ")));
        }
        if self.open.len() >= MAX_CHAIN {
            return error(format!(
                "files include each other more than {MAX_CHAIN} deep"
            ));
        }
        self.read += 1;
        if self.read > MAX_FILES {
            return error(format!("more than {MAX_FILES} files are included"));
        }
        self.open.push(file.to_owned());
        Ok(())
    }

    /// Ends the file that was begun last.
    pub(super) fn leave(&mut self) {
        self.open.pop();
    }
}

/// Where `named` leads from the directory `directory`, both within the bounds.
///
/// # Errors
/// It leads out of them, or is absolute.
pub(super) fn within(directory: &str, named: &str) -> Result<String, String> {
    let shown = crate::model::text::shown(named);
    let is_absolute = named.starts_with(['/', '\\']) || named.contains(':') || named.contains('\0');
    if is_absolute || named.contains('\\') {
        return Err(format!("`{shown}` is not a path within its repository"));
    }
    let mut segments: Vec<&str> = directory
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    for segment in named.split('/') {
        match segment {
            "" | "." => {}
            ".." if segments.pop().is_none() => {
                return Err(format!(
                    "`{shown}` leads out of the directory of the file's repository"
                ));
            }
            ".." => {}
            segment => segments.push(segment),
        }
    }
    Ok(segments.join("/"))
}

/// The directory of a file.
pub(super) fn directory_of(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(directory, _)| directory)
}
