//! Groups of repositories, as Google repo and west have them.

/// Which groups are asked for beside what the file itself asks for, in order: the last word on a
/// group counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups {
    /// The group and whether it is wanted.
    asked: Vec<(String, bool)>,
    /// The name that Google repo has for this kind of machine: `linux`, `darwin`, `windows`.
    platform: String,
}

impl Groups {
    /// Reads words such as `tools`, `+tools` and `-docs`, several of which may be joined by commas.
    #[must_use]
    pub fn new(words: &[String], platform: &str) -> Self {
        let words = words.iter().flat_map(|word| word.split([',', ' ']));
        let asked = words.filter_map(|word| toggle(word.trim()));
        Self {
            asked: asked.map(|(name, on)| (name.to_owned(), on)).collect(),
            platform: platform.to_owned(),
        }
    }

    /// Whether anything was asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// The rule of Google repo: what is in `default` or in the group of this platform, then what was
    /// asked for. `groups` are those that are written down; each project is also in `all`,
    /// `name:NAME`, `path:PATH`, and in `default` unless it is in `notdefault`.
    pub(super) fn repo_takes(&self, groups: &[String], name: &str, path: &str) -> bool {
        let is_in = |group: &str| match group {
            "all" => true,
            "default" => !groups.iter().any(|own| own == "notdefault"),
            group => {
                groups.iter().any(|own| own == group)
                    || group.strip_prefix("name:") == Some(name)
                    || group.strip_prefix("path:") == Some(path)
            }
        };
        let usual = is_in("default") || is_in(&format!("platform-{}", self.platform));
        let mut asked = self.asked.iter().rev();
        let last = asked.find(|(group, _)| is_in(group));
        last.map_or(usual, |(_, on)| *on)
    }

    /// The rule of west: a project without groups is taken, another one where at least one of its
    /// groups is not switched off. `filter` is the file's own word.
    pub(super) fn west_takes(&self, groups: &[String], filter: &[(String, bool)]) -> bool {
        let is_on = |group: &String| {
            let mut words = filter.iter().chain(&self.asked).rev();
            let last = words.find(|(name, _)| name == group || name == "all");
            last.is_none_or(|(_, on)| *on)
        };
        groups.is_empty() || groups.iter().any(is_on)
    }
}

/// A group and whether it is switched on; `None` for nothing.
pub(super) fn toggle(word: &str) -> Option<(&str, bool)> {
    let (name, on) = match word.strip_prefix('-') {
        Some(name) => (name, false),
        None => (word.strip_prefix('+').unwrap_or(word), true),
    };
    (!name.is_empty()).then_some((name, on))
}

/// The names of a list that is written with commas or spaces.
pub(super) fn names(list: &str) -> Vec<String> {
    list.split([',', ' ', '\t', '\n', '\r'])
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}
