//! `git clone`, and what has to be known once a run before the first one.

use std::path::{Path, PathBuf};

use super::{
    command::{GitCommand, Nature},
    progress::Line,
    run::{Git, GitError, Watch},
};
use crate::sys::{cancel::Cancel, env};

/// What a clone checks out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloneHead<'a> {
    /// The branch that the server's HEAD names.
    Default,
    /// A branch or else a tag, by its short name.
    Named(&'a str),
}

/// One clone.
#[derive(Debug, Clone, Copy)]
pub struct CloneRequest<'a> {
    /// Where from: a URL that passed [`crate::model::url::PackUrl`].
    pub url: &'a str,
    /// A path or a `file` URL: nothing can ask.
    pub is_local: bool,
    /// The user, or the user's own manifest, named the URL; one that a cloned pack names may
    /// not use the transports that git keeps for users (`GIT_PROTOCOL_FROM_USER`).
    pub from_user: bool,
    /// The directory to make.
    pub target: &'a Path,
    /// What to check out.
    pub head: CloneHead<'a>,
    /// Fill the work tree; otherwise only HEAD is set.
    pub checkout: bool,
}

/// What the user's set-up means for clones. Asked once a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloneSetup {
    /// A `post-checkout` hook can run, which must see the final path: clone without a checkout.
    pub hooks_may_run: bool,
    /// Nobody put anything of their own into the template directory: skip copying it, which
    /// saves a fifth of a small clone.
    pub template_is_stock: bool,
}

impl Git {
    /// Clones.
    ///
    /// # Errors
    /// As git fails; what was made of the target then is the caller's to clear.
    pub async fn clone_repository(
        &self,
        request: &CloneRequest<'_>,
        setup: &CloneSetup,
        watch: &mut Watch<'_>,
    ) -> Result<(), GitError> {
        let parent = request.target.parent().unwrap_or(request.target);
        let nature = if request.is_local {
            Nature::Local
        } else {
            Nature::MayAsk
        };
        let mut command = GitCommand::new(self, parent, "clone", nature);
        if watch.wants_progress || !request.is_local {
            command.argument("--progress");
        }
        if setup.template_is_stock {
            command.argument("--template=");
        }
        if let CloneHead::Named(name) = request.head {
            command.argument(format!("--branch={name}"));
        }
        if !request.checkout {
            command.argument("--no-checkout");
        }
        command
            .argument("--")
            .argument(request.url)
            .argument(request.target);
        if !request.from_user {
            command.spawn.variable("GIT_PROTOCOL_FROM_USER", "0");
        }
        self.run(&command, watch).await
    }

    /// Says whether the server at `url` speaks git's protocol. A web server that answers every
    /// request with a page looks to git like a server with an empty repository.
    ///
    /// # Errors
    /// As git fails.
    pub async fn speaks_git(&self, url: &str, cancel: &Cancel) -> Result<bool, GitError> {
        let neutral = Path::new("/");
        let mut command = GitCommand::new(self, neutral, "ls-remote", Nature::MayAsk);
        command.argument("--").argument(url);
        // With the trace on, each packet of the protocol is a line; the old way of fetching
        // plain files over HTTP, which a page is taken for, has none.
        command.spawn.variable("GIT_TRACE_PACKET", "1");
        let mut spoke = false;
        {
            let on_line = |line: Line| {
                if let Line::Local(text) = line {
                    spoke |= text.contains("packet:");
                }
            };
            let mut watch = Watch {
                on_line: Box::new(on_line),
                ..Watch::quiet(cancel)
            };
            self.run(&command, &mut watch).await?;
        }
        Ok(spoke)
    }

    /// Says whether the server at `url` has a repository without any branch or tag. `from_user` is
    /// as in [`CloneRequest`].
    ///
    /// # Errors
    /// As git fails.
    pub async fn is_empty_at_server(
        &self,
        url: &str,
        from_user: bool,
        cancel: &Cancel,
    ) -> Result<bool, GitError> {
        let neutral = Path::new("/");
        let mut command = GitCommand::new(self, neutral, "ls-remote", Nature::MayAsk);
        if !from_user {
            command.spawn.variable("GIT_PROTOCOL_FROM_USER", "0");
        }
        command.argument("--").argument(url);
        let mut is_empty = true;
        self.stream(&command, &mut Watch::quiet(cancel), &mut |bytes| {
            is_empty &= bytes.is_empty();
        })
        .await?;
        Ok(is_empty)
    }

    /// Asks git which hooks and templates a clone would get. `neutral` is a directory that is in
    /// no repository.
    ///
    /// # Errors
    /// Fails when git cannot read its own settings.
    pub async fn clone_setup(
        &self,
        neutral: &Path,
        cancel: &Cancel,
    ) -> Result<CloneSetup, GitError> {
        let mut command = GitCommand::new(self, neutral, "config", Nature::Query);
        command.arguments(["--null", "--get-regexp"]);
        command.argument(r"^(core\.hookspath|init\.templatedir|includeif\..*)$");
        let answer = match self.ask(&command, cancel).await {
            Ok(answer) => answer,
            // Exit code 1 is git's way to say that none of the settings is there.
            Err(GitError::Failed(failure))
                if failure.ending == crate::sys::process::Ending::Exited(1) =>
            {
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        Ok(CloneSetup::judge(
            &answer,
            env::git_template_directory(),
            self.stock_template(neutral, cancel).await?,
        ))
    }

    /// Looks for the template directory that git came with beside its file, and beside its own
    /// programs when that file is only a wrapper.
    async fn stock_template(
        &self,
        neutral: &Path,
        cancel: &Cancel,
    ) -> Result<Option<PathBuf>, GitError> {
        if let Some(template) = stock_template(&self.program) {
            return Ok(Some(template));
        }
        let command = GitCommand::new(self, neutral, "--exec-path", Nature::Query);
        let answer = self.ask(&command, cancel).await?;
        let text = String::from_utf8_lossy(&answer);
        Ok(stock_template(Path::new(text.trim())))
    }
}

impl CloneSetup {
    /// `settings` is what `git config --null --get-regexp` printed; `stock` the template
    /// directory that git came with, where it could be found.
    fn judge(settings: &[u8], from_variable: Option<PathBuf>, stock: Option<PathBuf>) -> Self {
        let mut hooks_may_run = false;
        let mut template = from_variable;
        for setting in settings
            .split(|byte| *byte == 0)
            .filter(|setting| !setting.is_empty())
        {
            let setting = String::from_utf8_lossy(setting);
            let (key, value) = setting.split_once('\n').unwrap_or((&setting, ""));
            match key {
                // Relative to the work tree, or below a home that only git knows: assume the worst.
                "core.hookspath" => {
                    hooks_may_run = value.is_empty()
                        || !Path::new(value).is_absolute()
                        || Path::new(value).join("post-checkout").exists();
                }
                "init.templatedir" => template = template.or_else(|| Some(PathBuf::from(value))),
                // Settings that hold only below some directory cannot be judged from here.
                _ => hooks_may_run = true,
            }
        }
        let template_is_stock = match (&template, &stock) {
            (Some(_), _) | (None, None) => false,
            (None, Some(stock)) => is_untouched(stock),
        };
        if !template_is_stock {
            hooks_may_run |= match template.or(stock) {
                Some(template) => {
                    !template.is_absolute() || template.join("hooks/post-checkout").exists()
                }
                None => true,
            };
        }
        Self {
            hooks_may_run,
            template_is_stock,
        }
    }
}

/// The template directory of a git whose file, or whose directory of programs, is `installed`:
/// `<prefix>/share/git-core/templates`, where the prefix is the nearest directory that has one.
fn stock_template(installed: &Path) -> Option<PathBuf> {
    let installed = installed.canonicalize().ok()?;
    let mut above = installed.ancestors().skip(1).take(3);
    above.find_map(|prefix| {
        let template = prefix.join("share/git-core/templates");
        template.is_dir().then_some(template)
    })
}

/// Says whether a template directory holds only what git ships: samples of hooks, an empty
/// `branches`, a `description` and an `info/exclude` of comments.
fn is_untouched(template: &Path) -> bool {
    let names = |directory: &Path| -> Option<Vec<String>> {
        std::fs::read_dir(directory)
            .ok()?
            .map(|entry| {
                entry
                    .ok()
                    .map(|entry| entry.file_name().to_string_lossy().into_owned())
            })
            .collect()
    };
    let only = |directory: &Path, allowed: &dyn Fn(&str) -> bool| {
        !directory.exists()
            || names(directory).is_some_and(|names| names.iter().all(|name| allowed(name)))
    };
    let exclude_is_comments =
        std::fs::read_to_string(template.join("info/exclude")).map_or(true, |text| {
            text.lines()
                .all(|line| line.is_empty() || line.starts_with('#'))
        });
    only(template, &|name| {
        ["branches", "description", "hooks", "info"].contains(&name)
    }) && only(&template.join("hooks"), &|name| name.ends_with(".sample"))
        && only(&template.join("branches"), &|_| false)
        && only(&template.join("info"), &|name| name == "exclude")
        && exclude_is_comments
}

#[cfg(test)]
mod tests {
    use super::CloneSetup;

    #[test]
    fn a_stock_template_is_skipped() {
        let stock = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(stock.path().join("hooks")).expect("a directory");
        let sample = stock.path().join("hooks/post-checkout.sample");
        std::fs::write(sample, "").expect("a file");
        let judged = CloneSetup::judge(b"", None, Some(stock.path().into()));
        assert_eq!(
            judged,
            CloneSetup {
                hooks_may_run: false,
                template_is_stock: true
            }
        );
        std::fs::write(stock.path().join("hooks/post-checkout"), "").expect("a file");
        let judged = CloneSetup::judge(b"", None, Some(stock.path().into()));
        assert_eq!(
            judged,
            CloneSetup {
                hooks_may_run: true,
                template_is_stock: false
            }
        );
    }

    #[test]
    fn what_cannot_be_judged_counts_as_hooks() {
        let may = |settings: &[u8]| CloneSetup::judge(settings, None, None).hooks_may_run;
        assert!(may(b"core.hookspath\n.githooks\0"));
        assert!(may(b"includeif.gitdir:~/work/.path\n~/work.inc\0"));
        assert!(may(b"core.hookspath\0"));
    }

    #[test]
    fn a_users_template_is_kept() {
        let users = tempfile::tempdir().expect("a directory");
        let setting = format!("init.templatedir\n{}\0", users.path().display());
        let judged = CloneSetup::judge(setting.as_bytes(), None, None);
        assert_eq!(
            judged,
            CloneSetup {
                hooks_may_run: false,
                template_is_stock: false
            }
        );
    }
}
