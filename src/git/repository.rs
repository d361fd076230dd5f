//! The commands on a repository that is there: fetch, move, ask. One function each.

use std::{collections::HashMap, path::Path};

use super::{
    command::{GitCommand, Nature},
    refs::{Head, ObjectId, RefValue},
    run::{Git, GitError, Watch},
    status::{StatusParser, StatusReport},
};
use crate::sys::cancel::Cancel;

/// The most paths that a status keeps; beyond, they are counted only.
const KEPT_PATHS: usize = 100;

/// A repository with a work tree, at its root. That its `.git` is its own was checked by whoever
/// made this (`git::checkout::own_git_dir`).
#[derive(Clone, Copy)]
pub struct Repository<'a> {
    git: &'a Git,
    root: &'a Path,
}

/// One `git fetch`.
#[derive(Debug, Clone, Copy)]
pub struct FetchRequest<'a> {
    /// The remote's name.
    pub remote: &'a str,
    /// The refspecs to use instead of the configured ones; none: the configured ones.
    pub refspecs: &'a [String],
    /// The remote is a path or a `file` URL: nothing can ask.
    pub is_local: bool,
    /// See [`super::clone::CloneRequest::from_user`].
    pub from_user: bool,
}

/// Which untracked files `status` lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untracked {
    /// As the user has it set; directories stand for what is in them.
    Usual,
    /// Each file, and the ignored ones too.
    EverythingAndIgnored,
}

impl Git {
    /// The repository whose work tree is `root`.
    pub fn repository<'a>(&'a self, root: &'a Path) -> Repository<'a> {
        Repository { git: self, root }
    }
}

impl Repository<'_> {
    fn command(&self, subcommand: &'static str, nature: Nature) -> GitCommand {
        GitCommand::new(&self.git.program, self.root, subcommand, nature)
    }

    /// Fetches, without maintenance and without `FETCH_HEAD`: a fetch that brings nothing
    /// leaves every file as it was.
    ///
    /// # Errors
    /// As git fails.
    pub async fn fetch(
        &self,
        request: &FetchRequest<'_>,
        watch: &mut Watch<'_>,
    ) -> Result<(), GitError> {
        let nature = if request.is_local {
            Nature::Local
        } else {
            Nature::MayAsk
        };
        let mut command = self.command("fetch", nature);
        command.arguments(["--no-auto-maintenance", "--no-write-fetch-head"]);
        if watch.wants_progress || !request.is_local {
            command.argument("--progress");
        }
        if !request.from_user {
            command.spawn.variable("GIT_PROTOCOL_FROM_USER", "0");
        }
        command
            .argument("--")
            .argument(request.remote)
            .arguments(request.refspecs);
        self.git.run(&command, watch).await
    }

    /// Fast-forwards the branch that is checked out to `target`, a full ref name or commit id.
    ///
    /// # Errors
    /// As git fails: not a fast-forward, or changes that would be overwritten.
    pub async fn fast_forward(&self, target: &str, watch: &mut Watch<'_>) -> Result<(), GitError> {
        let mut command = self.command("merge", Nature::MayAsk);
        // No autostash: a stash that fails to come back is work put out of sight. No
        // overwrite-ignore: git otherwise replaces ignored files without a word.
        command.arguments([
            "--ff-only",
            "--no-autostash",
            "--no-overwrite-ignore",
            "--no-stat",
        ]);
        self.progress(&mut command, watch);
        command.argument(target);
        self.git.run(&command, watch).await
    }

    /// Checks out `commit` without a branch.
    ///
    /// # Errors
    /// As git fails: changes that would be overwritten, an object that is missing.
    pub async fn check_out_detached(
        &self,
        commit: &str,
        watch: &mut Watch<'_>,
    ) -> Result<(), GitError> {
        let mut command = self.command("checkout", Nature::MayAsk);
        command.arguments(["--no-overwrite-ignore", "--detach"]);
        self.progress(&mut command, watch);
        command.argument(commit).argument("--");
        self.git.run(&command, watch).await
    }

    /// Checks out a branch: one that is there, or, with `target`, one that is made or moved to
    /// that full ref name or commit id.
    ///
    /// # Errors
    /// As git fails: changes that would be overwritten.
    pub async fn check_out_branch(
        &self,
        branch: &str,
        target: Option<&str>,
        watch: &mut Watch<'_>,
    ) -> Result<(), GitError> {
        let mut command = self.command("checkout", Nature::MayAsk);
        command.arguments(["--no-overwrite-ignore", "--no-guess"]);
        self.progress(&mut command, watch);
        match target {
            Some(target) => command.argument("-B").argument(branch).argument(target),
            None => command.argument(branch),
        };
        command.argument("--");
        self.git.run(&command, watch).await
    }

    /// Moves a branch that is not checked out forward to `tracking`, a full ref name. Git
    /// refuses what is no fast-forward, and a branch that another worktree has checked out.
    ///
    /// # Errors
    /// As git fails.
    pub async fn fast_forward_aside(
        &self,
        branch_ref: &str,
        tracking: &str,
        watch: &mut Watch<'_>,
    ) -> Result<(), GitError> {
        let mut command = self.command("fetch", Nature::Local);
        command.arguments([
            "--no-auto-maintenance",
            "--no-write-fetch-head",
            "--no-tags",
        ]);
        command.arguments(["--no-recurse-submodules", "--", "."]);
        command.argument(format!("{tracking}:{branch_ref}"));
        self.git.run(&command, watch).await
    }

    /// Lets git pack what has piled up, as it would have at the end of its own fetch. In the
    /// foreground: nothing of ours outlives the run.
    ///
    /// # Errors
    /// As git fails.
    pub async fn maintain(&self, watch: &mut Watch<'_>) -> Result<(), GitError> {
        let mut command = GitCommand::maintenance(&self.git.program, self.root);
        command.arguments(["run", "--auto", "--quiet"]);
        self.git.run(&command, watch).await
    }

    /// Asks for the state of the checkout.
    ///
    /// # Errors
    /// As git fails.
    pub async fn status(
        &self,
        untracked: Untracked,
        cancel: &Cancel,
    ) -> Result<StatusReport, GitError> {
        let mut command = self.command("status", Nature::Query);
        command.arguments(["--porcelain=v2", "--branch", "--show-stash", "-z"]);
        if untracked == Untracked::EverythingAndIgnored {
            command.arguments(["--untracked-files=all", "--ignored=traditional"]);
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

    fn progress(&self, command: &mut GitCommand, watch: &Watch<'_>) {
        if watch.wants_progress && command.subcommand == "checkout" {
            command.argument("--progress");
        }
    }
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

/// Splits NUL-terminated records out of pieces of any size.
#[derive(Default)]
struct Records {
    open: Vec<u8>,
}

impl Records {
    fn push(&mut self, bytes: &[u8], on_record: &mut dyn FnMut(&[u8])) {
        for piece in bytes.split_inclusive(|byte| *byte == 0) {
            self.open.extend_from_slice(piece);
            if let Some((0, record)) = self.open.split_last() {
                on_record(record);
                self.open.clear();
            }
        }
    }
}
