//! The commands that only look.

use std::{collections::HashMap, path::PathBuf};

use super::{Extent, Repository, records::Records};
use crate::{
    git::{
        command::Nature,
        refs::{Head, ObjectId, RefValue},
        run::{GitError, Watch},
        status::{StatusParser, StatusReport},
    },
    sys::cancel::Cancel,
};

/// The most paths that a status keeps; beyond, they are counted only.
const KEPT_PATHS: usize = 100;

impl Repository<'_> {
    /// Asks for the state of the checkout.
    ///
    /// # Errors
    /// As git fails.
    pub async fn status(&self, extent: Extent, cancel: &Cancel) -> Result<StatusReport, GitError> {
        let mut command = self.command("status", Nature::Query);
        command.arguments(["--porcelain=v2", "--branch", "-z"]);
        if extent == Extent::AllWork {
            command.arguments([
                "--show-stash",
                "--untracked-files=all",
                "--ignored=matching",
            ]);
        }
        let mut parser = StatusParser::new(KEPT_PATHS);
        let mut watch = Watch::quiet(cancel);
        self.git
            .stream(&command, &mut watch, &mut |bytes| parser.push(bytes))
            .await?;
        Ok(parser.finish())
    }

    /// Counts the commits that only `left` and that only `right` has, two full ref names or
    /// commit ids.
    ///
    /// # Errors
    /// As git fails.
    pub async fn ahead_and_behind(
        &self,
        left: &str,
        right: &str,
        cancel: &Cancel,
    ) -> Result<(u64, u64), GitError> {
        let mut command = self.command("rev-list", Nature::Query);
        command.arguments(["--left-right", "--count"]);
        command.argument(format!("{left}...{right}")).argument("--");
        let answer = self.git.ask(&command, cancel).await?;
        let text = String::from_utf8_lossy(&answer);
        let mut numbers = text.split_whitespace().map(str::parse::<u64>);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(ahead)), Some(Ok(behind))) => Ok((ahead, behind)),
            _ => Err(GitError::Unexpected {
                command: command.shown(),
                detail: text.trim().to_owned(),
            }),
        }
    }

    /// Resolves a revision to the commit it names; `None` when there is no such commit, or when
    /// an abbreviation names several.
    ///
    /// # Errors
    /// As git fails.
    pub async fn commit_of(
        &self,
        revision: &str,
        cancel: &Cancel,
    ) -> Result<Option<ObjectId>, GitError> {
        let mut command = self.command("rev-parse", Nature::Query);
        command
            .arguments(["--verify", "--quiet"])
            .argument(format!("{revision}^{{commit}}"));
        match self.git.ask(&command, cancel).await {
            Ok(answer) => Ok(ObjectId::parse(String::from_utf8_lossy(&answer).trim()).ok()),
            Err(GitError::Failed(failure)) if failure.ending.code().is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Says whether the work of `revision..HEAD` is not empty: the checkout has commits that
    /// `revision` has not. `None` when the pack does not know the revision.
    ///
    /// # Errors
    /// As git fails.
    pub async fn has_commits_since(
        &self,
        revision: &str,
        cancel: &Cancel,
    ) -> Result<Option<bool>, GitError> {
        let mut command = self.command("rev-list", Nature::Query);
        command
            .arguments(["--max-count=1"])
            .argument(format!("{revision}..HEAD"))
            .argument("--");
        match self.git.ask(&command, cancel).await {
            Ok(answer) => Ok(Some(!answer.is_empty())),
            Err(GitError::Failed(failure)) if failure.ending.code().is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Lists the repository's own settings, includes followed, as `git config --list -z` does.
    ///
    /// # Errors
    /// As git fails.
    pub async fn settings(&self, cancel: &Cancel) -> Result<Vec<u8>, GitError> {
        let mut command = self.command("config", Nature::Query);
        command.arguments(["--list", "-z", "--local", "--includes"]);
        self.git.ask(&command, cancel).await
    }

    /// Lists every ref and HEAD, for repositories whose files grex does not read itself.
    ///
    /// # Errors
    /// As git fails.
    pub async fn list_refs(
        &self,
        cancel: &Cancel,
    ) -> Result<(Head, HashMap<String, RefValue>), GitError> {
        let mut command = self.command("for-each-ref", Nature::Query);
        command.argument("--format=%(objectname)%09%(*objectname)%09%(refname)");
        let listed = self.git.ask(&command, cancel).await?;
        let refs: HashMap<_, _> = String::from_utf8_lossy(&listed)
            .lines()
            .filter_map(parse_ref)
            .collect();
        let mut command = self.command("symbolic-ref", Nature::Query);
        command.arguments(["--quiet", "HEAD"]);
        let head = match self.git.ask(&command, cancel).await {
            Ok(answer) => {
                let name = String::from_utf8_lossy(&answer).trim().to_owned();
                let branch = name.strip_prefix("refs/heads/").unwrap_or(&name).to_owned();
                if refs.contains_key(&name) {
                    Head::Branch(branch)
                } else {
                    Head::Unborn(branch)
                }
            }
            Err(GitError::Failed(failure)) if failure.ending.code() == Some(1) => {
                match self.commit_of("HEAD", cancel).await? {
                    Some(id) => Head::Detached(id),
                    None => {
                        return Err(GitError::Unreadable {
                            detail: String::from("HEAD names no commit"),
                        });
                    }
                }
            }
            Err(error) => return Err(error),
        };
        Ok((head, refs))
    }

    /// Counts commits that `wanted` revisions reach and that no `excluded` one does. All of them
    /// are revision options or full names that grex made itself.
    ///
    /// # Errors
    /// As git fails.
    pub async fn count_commits(
        &self,
        wanted: &[&str],
        excluded: &[&str],
        cancel: &Cancel,
    ) -> Result<u64, GitError> {
        let mut command = self.command("rev-list", Nature::Query);
        command
            .argument("--count")
            .arguments(wanted)
            .argument("--not")
            .arguments(excluded)
            .argument("--");
        let answer = self.git.ask(&command, cancel).await?;
        let text = String::from_utf8_lossy(&answer);
        text.trim().parse().map_err(|_| GitError::Unexpected {
            command: command.shown(),
            detail: text.trim().to_owned(),
        })
    }

    /// Lists the refs of this repository as `(object, name)`; tags as their own object.
    ///
    /// # Errors
    /// As git fails.
    pub async fn tags(&self, cancel: &Cancel) -> Result<Vec<(ObjectId, String)>, GitError> {
        let mut command = self.command("for-each-ref", Nature::Query);
        command.arguments(["--format=%(objectname)%09%(refname)", "refs/tags"]);
        Ok(parse_ref_list(&self.git.ask(&command, cancel).await?))
    }

    /// The commits of the submodules in the tree of HEAD, by their paths; none where HEAD names no
    /// commit. A path that is no UTF-8 is left out.
    ///
    /// # Errors
    /// As git fails.
    pub async fn gitlinks(&self, cancel: &Cancel) -> Result<HashMap<String, ObjectId>, GitError> {
        if self.commit_of("HEAD", cancel).await?.is_none() {
            return Ok(HashMap::new());
        }
        let mut command = self.command("ls-tree", Nature::Query);
        command.arguments(["-r", "-z", "--full-tree", "HEAD"]);
        let mut links = HashMap::new();
        let mut records = Records::default();
        let mut watch = Watch::quiet(cancel);
        self.git
            .stream(&command, &mut watch, &mut |bytes| {
                records.push(bytes, &mut |record| links.extend(parse_gitlink(record)));
            })
            .await?;
        Ok(links)
    }

    /// Asks a remote for its tags: this goes over the network.
    ///
    /// # Errors
    /// As git fails.
    pub async fn remote_tags(
        &self,
        remote: &str,
        cancel: &Cancel,
    ) -> Result<Vec<(ObjectId, String)>, GitError> {
        let mut command = self.command("ls-remote", Nature::MayAsk);
        command
            .arguments(["--tags", "--refs", "--"])
            .argument(remote);
        Ok(parse_ref_list(&self.git.ask(&command, cancel).await?))
    }

    /// Lists files whose edits `status` is told not to see (`assume-unchanged`, `skip-worktree`).
    ///
    /// # Errors
    /// As git fails.
    pub async fn hidden_files(&self, cancel: &Cancel) -> Result<Vec<String>, GitError> {
        let mut command = self.command("ls-files", Nature::Query);
        command.arguments(["-v", "-z"]);
        let mut records = Records::default();
        let mut hidden = Vec::new();
        let mut watch = Watch::quiet(cancel);
        self.git
            .stream(&command, &mut watch, &mut |bytes| {
                records.push(bytes, &mut |record| {
                    if let [tag, b' ', path @ ..] = record
                        && (tag.is_ascii_lowercase() || *tag == b'S')
                    {
                        hidden.push(String::from_utf8_lossy(path).into_owned());
                    }
                });
            })
            .await?;
        Ok(hidden)
    }

    /// Checks that what the refs and the checkout need is there and whole enough to be read.
    ///
    /// # Errors
    /// As git fails: an object is missing or broken.
    pub async fn check_connectivity(&self, cancel: &Cancel) -> Result<(), GitError> {
        let mut command = self.command("fsck", Nature::Query);
        command.arguments(["--connectivity-only", "--no-dangling", "--no-progress"]);
        self.git.ask(&command, cancel).await.map(|_| ())
    }

    /// Checks every byte of what was fetched as packs, whose indexes these are: after a power cut,
    /// parts of a file that nobody synced may be missing.
    ///
    /// # Errors
    /// As git fails: a pack or its index is damaged.
    pub async fn verify_packs(&self, indexes: &[PathBuf], cancel: &Cancel) -> Result<(), GitError> {
        if indexes.is_empty() {
            return Ok(());
        }
        let mut command = self.command("verify-pack", Nature::Query);
        command.argument("--").arguments(indexes);
        self.git.ask(&command, cancel).await.map(|_| ())
    }
}

/// `160000 commit <id>\t<path>`; `None` for whatever is no submodule.
fn parse_gitlink(record: &[u8]) -> Option<(String, ObjectId)> {
    let rest = record.strip_prefix(b"160000 commit ")?;
    let (id, path) = std::str::from_utf8(rest).ok()?.split_once('\t')?;
    Some((path.to_owned(), ObjectId::parse(id).ok()?))
}

fn parse_ref(line: &str) -> Option<(String, RefValue)> {
    let mut fields = line.splitn(3, '\t');
    let id = ObjectId::parse(fields.next()?).ok()?;
    let peeled = ObjectId::parse(fields.next()?).ok();
    Some((fields.next()?.to_owned(), RefValue { id, peeled }))
}

fn parse_ref_list(output: &[u8]) -> Vec<(ObjectId, String)> {
    String::from_utf8_lossy(output)
        .lines()
        .filter_map(|line| {
            let (id, name) = line.split_once('\t')?;
            Some((ObjectId::parse(id).ok()?, name.to_owned()))
        })
        .collect()
}
