//! Reads git's command line as far as rules and records need it: where the subcommand is, which
//! directory git will work in, where a clone will go.

use std::path::{Component, Path, PathBuf};

/// Git's global options that take the next argument as their value.
const GLOBAL_WITH_VALUE: [&str; 8] = [
    "-C",
    "-c",
    "--git-dir",
    "--work-tree",
    "--namespace",
    "--super-prefix",
    "--config-env",
    "--attr-source",
];

/// Options of `git clone` that take the next argument as their value.
const CLONE_WITH_VALUE: [&str; 20] = [
    "-o",
    "--origin",
    "-b",
    "--branch",
    "-u",
    "--upload-pack",
    "--reference",
    "--reference-if-able",
    "--separate-git-dir",
    "--depth",
    "--shallow-since",
    "--shallow-exclude",
    "--filter",
    "-j",
    "--jobs",
    "--template",
    "-c",
    "--config",
    "--server-option",
    "--bundle-uri",
];

/// What a command line of git says before its subcommand, and which one that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// The subcommand. `--version`, `-v`, `--help` and `-h` are `version` and `help`, as git
    /// itself reads them; another option that stands alone is itself; none at all is empty.
    pub subcommand: String,
    /// Everything after the subcommand.
    pub arguments: Vec<String>,
    /// The directory that git works in: `cwd` with every `-C`, or what `--git-dir` names.
    pub repository: PathBuf,
    /// The directory that relative arguments start from: `cwd` with every `-C`.
    pub directory: PathBuf,
}

/// Reads `argv`, which is without the program's name, as git would that is started in `cwd`.
/// `git_dir` is the environment's `GIT_DIR`.
#[must_use]
pub fn parse(argv: &[String], cwd: &Path, git_dir: Option<&Path>) -> CommandLine {
    let mut directory = cwd.to_path_buf();
    let mut named = git_dir.map(Path::to_path_buf);
    let mut subcommand = String::new();
    let mut rest = argv.iter();
    while let Some(arg) = rest.next() {
        if let Some(path) = arg.strip_prefix("--git-dir=") {
            named = Some(path.into());
        } else if GLOBAL_WITH_VALUE.contains(&arg.as_str()) {
            match (arg.as_str(), rest.next()) {
                ("-C", Some(path)) => directory.push(path),
                ("--git-dir", Some(path)) => named = Some(path.into()),
                _ => {}
            }
        } else if !arg.starts_with('-') {
            subcommand.clone_from(arg);
            break;
        } else if let Some(name) = standing_for_a_subcommand(arg) {
            name.clone_into(&mut subcommand);
            break;
        }
    }
    let directory = clean(&directory);
    let repository = named.map_or_else(|| directory.clone(), |path| clean(&directory.join(path)));
    CommandLine {
        subcommand,
        arguments: rest.cloned().collect(),
        repository,
        directory,
    }
}

/// Returns the subcommand that a lone option stands for, if it does.
fn standing_for_a_subcommand(option: &str) -> Option<&str> {
    match option {
        "--version" | "-v" => Some("version"),
        "--help" | "-h" => Some("help"),
        "--exec-path" | "--html-path" | "--man-path" | "--info-path" => Some(option),
        _ => None,
    }
}

/// Resolves `.` and `..` by text alone.
fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

impl CommandLine {
    /// Returns where a `clone` puts the repository; none for another subcommand or a command
    /// line without a URL.
    #[must_use]
    pub fn clone_target(&self) -> Option<PathBuf> {
        if self.subcommand != "clone" {
            return None;
        }
        let mut positional = Vec::new();
        let mut rest = self.arguments.iter();
        while let Some(arg) = rest.next() {
            if arg == "--" {
                positional.extend(rest.by_ref());
            } else if CLONE_WITH_VALUE.contains(&arg.as_str()) {
                rest.next();
            } else if !arg.starts_with('-') {
                positional.push(arg);
            }
        }
        let url = positional.first()?;
        let humanish = || {
            let url = url.trim_end_matches('/').trim_end_matches("/.git");
            url.rsplit(['/', ':'])
                .next()
                .map(|last| last.trim_end_matches(".git"))
        };
        let target = positional
            .get(1)
            .map_or_else(humanish, |given| Some(given.as_str()))?;
        Some(clean(&self.directory.join(target)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> CommandLine {
        let argv: Vec<String> = text.split(' ').map(str::to_owned).collect();
        parse(&argv, Path::new("/w"), None)
    }

    #[test]
    fn global_options_come_before_the_subcommand() {
        let line =
            read("-c a.b=c --no-pager -C x -C ../y --literal-pathspecs fetch --prune origin");
        assert_eq!(line.subcommand, "fetch");
        assert_eq!(line.arguments, ["--prune", "origin"]);
        assert_eq!(line.repository, Path::new("/w/y"));
    }

    #[test]
    fn the_git_dir_names_the_repository() {
        for text in ["-C x --git-dir .git status", "--git-dir=.git -C x status"] {
            let line = read(text);
            assert_eq!(line.subcommand, "status");
            assert_eq!(line.repository, Path::new("/w/x/.git"));
            assert_eq!(line.directory, Path::new("/w/x"));
        }
        let line = parse(&["log".into()], Path::new("/w"), Some(Path::new("/r")));
        assert_eq!(line.repository, Path::new("/r"));
    }

    #[test]
    fn options_can_stand_for_a_subcommand() {
        assert_eq!(read("--version").subcommand, "version");
        assert_eq!(read("-c x=y -h").subcommand, "help");
        assert_eq!(read("--exec-path").subcommand, "--exec-path");
        assert_eq!(read("--exec-path=/x gc").subcommand, "gc");
        assert_eq!(parse(&[], Path::new("/w"), None).subcommand, "");
    }

    #[test]
    fn a_clone_has_a_target() {
        let target = |text: &str| read(text).clone_target();
        assert_eq!(target("clone -- https://h/a.git b"), Some("/w/b".into()));
        assert_eq!(
            target("-C s clone -b main --depth 1 h:x/a.git"),
            Some("/w/s/a".into())
        );
        assert_eq!(target("clone https://h/a/.git/"), Some("/w/a".into()));
        assert_eq!(
            target("clone --template= -c a=b -- u /abs"),
            Some("/abs".into())
        );
        assert_eq!(target("clone --bare"), None);
        assert_eq!(target("fetch origin"), None);
    }
}
