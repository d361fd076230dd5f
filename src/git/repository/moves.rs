//! The commands that change a repository.

use super::{FetchRequest, Repository};
use crate::git::{
    command::{GitCommand, Nature},
    run::{GitError, Watch},
};

impl Repository<'_> {
    /// Fetches, without maintenance and without `FETCH_HEAD`: a fetch that brings nothing
    /// leaves every file as it was. Returns whether git said anything: it is silent where no ref
    /// has changed (git-fetch(1), Output), and so where nothing came.
    ///
    /// # Errors
    /// As git fails.
    pub async fn fetch(
        &self,
        request: &FetchRequest<'_>,
        watch: &mut Watch<'_>,
    ) -> Result<bool, GitError> {
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
        self.git.stream(&command, watch, &mut |_| ()).await
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
        let mut command = GitCommand::maintenance(self.git, self.root);
        command.arguments(["run", "--auto", "--quiet"]);
        self.git.run(&command, watch).await
    }

    fn progress(&self, command: &mut GitCommand, watch: &Watch<'_>) {
        if watch.wants_progress && command.subcommand == "checkout" {
            command.argument("--progress");
        }
    }
}
