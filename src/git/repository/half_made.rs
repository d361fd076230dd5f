//! The commands that find out how far a git came that was killed while it moved a work tree, and
//! that take it back.

use std::path::PathBuf;

use super::Repository;
use crate::{
    git::{
        command::{GitCommand, Nature},
        refs::ObjectId,
        run::{GitError, Watch},
    },
    sys::cancel::Cancel,
};

/// How many paths one command gets: far below what any system allows.
const PATHS: usize = 200;

/// A file that differs between two commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Its path in the work tree.
    pub path: PathBuf,
    /// Its blob in the later commit; `None` where that has no such file.
    pub after: Option<ObjectId>,
}

impl Repository<'_> {
    /// Lists the files that differ between `from` (none: all of them do) and `to`. Links and
    /// submodules are left out: they come and go at once.
    ///
    /// # Errors
    /// As git fails.
    pub async fn changed_files(
        &self,
        from: Option<&ObjectId>,
        to: &ObjectId,
        cancel: &Cancel,
    ) -> Result<Vec<Changed>, GitError> {
        let mut command = self.command("diff-tree", Nature::Query);
        command.arguments(["-r", "-z", "--raw", "--no-renames", "--full-index"]);
        match from {
            Some(from) => command.argument(from.as_str()),
            None => command.argument(empty_tree(to)),
        };
        command.argument(to.as_str()).argument("--");
        let answer = self.git.ask(&command, cancel).await?;
        let text = String::from_utf8_lossy(&answer);
        let mut parts = text.split('\0');
        let mut found = Vec::new();
        while let (Some(head), Some(path)) = (parts.next(), parts.next()) {
            // `:100644 100755 before after M`. A path that is no text is left alone.
            let mut words = head.split(' ');
            let (before, mode, id) = (words.next(), words.next(), words.nth(1));
            let is_file = |mode: &str| mode.starts_with("100");
            let after = mode.filter(|mode| is_file(mode)).and(id);
            let is_gone = mode == Some("000000")
                && before.is_some_and(|mode| is_file(mode.trim_start_matches(':')));
            if after.is_some() || is_gone {
                let after = after.and_then(|id| ObjectId::parse(id).ok());
                let path = PathBuf::from(path);
                found.push(Changed { path, after });
            }
        }
        Ok(found)
    }

    /// Returns what git would make of the files at `paths`, which must be there, filters applied.
    ///
    /// # Errors
    /// As git fails.
    pub async fn blobs_of(
        &self,
        paths: &[PathBuf],
        cancel: &Cancel,
    ) -> Result<Vec<ObjectId>, GitError> {
        let mut blobs = Vec::new();
        for paths in paths.chunks(PATHS) {
            let mut command = self.command("hash-object", Nature::Query);
            command.argument("--").arguments(paths);
            let answer = self.git.ask(&command, cancel).await?;
            let text = String::from_utf8_lossy(&answer);
            let ids = text.lines().map(ObjectId::parse);
            blobs.extend(ids.map_while(Result::ok));
        }
        Ok(blobs)
    }

    /// Returns the file that a commit has at `path` as it would be written into the work tree.
    ///
    /// # Errors
    /// As git fails.
    pub async fn file_of(
        &self,
        commit: &ObjectId,
        path: &std::path::Path,
        cancel: &Cancel,
    ) -> Result<Vec<u8>, GitError> {
        let mut command = self.command("cat-file", Nature::Query);
        command.argument("--filters");
        command.argument(format!("{commit}:{}", path.display()));
        self.git.ask(&command, cancel).await
    }

    /// Writes the files at `paths` that are in the index and not in the work tree. What is there
    /// stays as it is.
    ///
    /// # Errors
    /// As git fails.
    pub async fn restore_missing(
        &self,
        paths: &[PathBuf],
        watch: &mut Watch<'_>,
    ) -> Result<(), GitError> {
        for paths in paths.chunks(PATHS) {
            let mut command = self.command("checkout-index", Nature::Local);
            command.arguments(["--quiet", "--index", "--"]);
            command.arguments(paths);
            match self.git.run(&command, watch).await {
                // Those that the index has not are not missing.
                Ok(()) | Err(GitError::Failed(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Says whether the index is that of `commit`.
    ///
    /// # Errors
    /// As git cannot be started.
    pub async fn is_staged(&self, commit: &ObjectId, cancel: &Cancel) -> Result<bool, GitError> {
        let mut command = self.command("diff-index", Nature::Query);
        command.arguments(["--cached", "--quiet", commit.as_str(), "--"]);
        match self.git.ask(&command, cancel).await {
            Ok(_) => Ok(true),
            Err(GitError::Failed(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Takes index and work tree from one commit to another, HEAD left alone. Git refuses where
    /// that would overwrite anything.
    ///
    /// # Errors
    /// As git fails.
    pub async fn move_index(
        &self,
        from: &ObjectId,
        to: &ObjectId,
        watch: &mut Watch<'_>,
    ) -> Result<(), GitError> {
        let mut command: GitCommand = self.command("read-tree", Nature::MayAsk);
        command.arguments(["-m", "-u", from.as_str(), to.as_str()]);
        self.git.run(&command, watch).await
    }
}

/// The tree without anything in it, which every repository knows, in the ids of `like`.
fn empty_tree(like: &ObjectId) -> &'static str {
    if like.as_str().len() == 40 {
        "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    } else {
        "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
    }
}
