//! The formats, and how a file shows which one it has.

use super::{
    git_workspace,
    json::is_json,
    tree::{Kind, Node},
    yaml,
};

/// A format that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `REPOS.json`.
    ReposJson,
    /// `.gitmodules`.
    Gitmodules,
    /// A `.repos` file of vcstool.
    Vcstool,
    /// A manifest of Google's repo.
    Repo,
    /// `west.yml`.
    West,
    /// `.meta`.
    Meta,
    /// `.mrconfig` of myrepos.
    Myrepos,
    /// `mani.yaml`.
    Mani,
    /// `repos.csv` of gita.
    Gita,
    /// `workspace-lock.toml` of git-workspace.
    GitWorkspace,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 10] = [
        Self::ReposJson,
        Self::Gitmodules,
        Self::Vcstool,
        Self::Repo,
        Self::West,
        Self::Meta,
        Self::Myrepos,
        Self::Mani,
        Self::Gita,
        Self::GitWorkspace,
    ];

    /// The name of the format, as it is typed and reported.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReposJson => "repos-json",
            Self::Gitmodules => "gitmodules",
            Self::Vcstool => "vcstool",
            Self::Repo => "repo",
            Self::West => "west",
            Self::Meta => "meta",
            Self::Myrepos => "myrepos",
            Self::Mani => "mani",
            Self::Gita => "gita",
            Self::GitWorkspace => "git-workspace",
        }
    }

    /// The format of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Whether the format knows groups of repositories that can be asked for.
    #[must_use]
    pub const fn has_groups(self) -> bool {
        matches!(self, Self::Repo | Self::West)
    }

    /// The format of a file: names that only one tool uses say it, and otherwise the content does.
    #[must_use]
    pub fn recognise(name: &str, bytes: &[u8]) -> Option<Self> {
        let by_name = match name {
            ".gitmodules" => Some(Self::Gitmodules),
            ".meta" => Some(Self::Meta),
            ".mrconfig" => Some(Self::Myrepos),
            "repos.csv" => Some(Self::Gita),
            "workspace-lock.toml" => Some(Self::GitWorkspace),
            _ => None,
        };
        by_name
            .or_else(|| Self::by_content(std::str::from_utf8(bytes).ok()?))
            .or_else(|| Self::by_usual_name(name))
    }

    /// The format that files of this name usually have: for one that is broken, so that it is said
    /// where and not only that nothing is known of it.
    fn by_usual_name(name: &str) -> Option<Self> {
        match name {
            "REPOS.json" => Some(Self::ReposJson),
            "west.yml" => Some(Self::West),
            "mani.yaml" => Some(Self::Mani),
            name if name.ends_with(".repos") => Some(Self::Vcstool),
            _ => None,
        }
    }

    fn by_content(text: &str) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}');
        let start = text.trim_start();
        if start.starts_with('<') {
            return start.contains("<manifest").then_some(Self::Repo);
        }
        if is_json(text) {
            return match start.chars().next()? {
                '[' => Some(Self::ReposJson),
                // JSON is YAML, and so may be the files of other tools.
                '{' => match Self::by_keys(&super::json::read(text).ok()?) {
                    Some(Self::Mani) => Some(Self::Meta),
                    other => other,
                },
                _ => None,
            };
        }
        by_lines(text).or_else(|| Self::by_keys(&yaml::read(text).ok()?))
    }

    fn by_keys(node: &Node) -> Option<Self> {
        if node.get("repositories").is_some() || node.get("extends").is_some() {
            return Some(Self::Vcstool);
        }
        let is_mapping =
            |key| matches!(node.get(key).map(|node| &node.kind), Some(Kind::Mapping(_)));
        if is_mapping("manifest") {
            return Some(Self::West);
        }
        is_mapping("projects").then_some(Self::Mani)
    }
}

/// The formats that have lines of their own kind.
fn by_lines(text: &str) -> Option<Format> {
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let first = lines.clone().next()?;
    if lines.clone().any(|line| line.starts_with("[submodule ")) {
        return Some(Format::Gitmodules);
    }
    if git_workspace::is_one(text) {
        return Some(Format::GitWorkspace);
    }
    let is_key = |line: &str, key: &str| {
        let rest = line.strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    if first.starts_with('[') && lines.any(|line| is_key(line, "checkout")) {
        return Some(Format::Myrepos);
    }
    let is_row = |line: &str| line.starts_with('/') && line.split(',').count() == 4;
    is_row(first).then_some(Format::Gita)
}
