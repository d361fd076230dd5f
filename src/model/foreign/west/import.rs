//! `import`: which files of a repository are manifests too, and which of their projects are meant.

use globset::{GlobBuilder, GlobMatcher};

use super::project::{Project, join};
use crate::model::{
    foreign::tree::{Kind, Node},
    text,
};

/// The manifest of a repository whose name is not said.
const USUAL_FILE: &str = "west.yml";

/// One import.
pub(super) struct Import {
    /// The files or directories, from the top of the repository.
    pub(super) files: Vec<String>,
    /// Which of their projects are meant, and where they go.
    pub(super) filter: Filter,
}

/// What an import map says.
#[derive(Clone, Default)]
pub(super) struct Filter {
    allowed: List,
    blocked: List,
    prefix: String,
}

/// Names, and globs on paths.
#[derive(Clone, Default)]
struct List {
    names: Vec<String>,
    paths: Vec<GlobMatcher>,
}

impl List {
    /// Reads `name-KIND` and `path-KIND`, also by the names of older versions.
    fn of(node: &Node, kinds: [&str; 2]) -> Result<Self, String> {
        let texts = |what: &str| -> Vec<String> {
            let keys = kinds.iter().map(|kind| format!("{what}-{kind}"));
            let nodes = keys.filter_map(|key| node.get(&key));
            nodes
                .flat_map(|node| node.texts().into_iter().map(str::to_owned))
                .collect()
        };
        Ok(Self {
            names: texts("name"),
            paths: texts("path")
                .iter()
                .map(|glob| matcher(glob))
                .collect::<Result<_, _>>()?,
        })
    }

    fn has(&self, project: &Project) -> bool {
        self.names.contains(&project.name)
            || self.paths.iter().any(|glob| glob.is_match(&project.path))
    }

    fn is_empty(&self) -> bool {
        self.names.is_empty() && self.paths.is_empty()
    }
}

/// A glob on the last segments of a path, as many as it has itself.
fn matcher(glob: &str) -> Result<GlobMatcher, String> {
    let anywhere = format!("**/{}", glob.trim_start_matches('/'));
    let built = GlobBuilder::new(&anywhere).literal_separator(true).build();
    built
        .map(|glob| glob.compile_matcher())
        .map_err(|_| format!("`{}` is no pattern", text::shown(glob)))
}

impl Filter {
    /// The rule of west: what is blocked is meant only if it is allowed by name or path, and where
    /// there is anything to allow, nothing else is meant.
    pub(super) fn takes(&self, project: &Project) -> bool {
        let allowed = self.allowed.has(project);
        allowed || (self.allowed.is_empty() && !self.blocked.has(project))
    }

    /// Where its projects go, below what the import that led here says.
    pub(super) fn prefix_below(&self, outer: &str) -> String {
        match self.prefix.as_str() {
            "" => outer.to_owned(),
            own => join(outer, own),
        }
    }
}

/// Reads the value of `import`; `None` where nothing is to be imported.
///
/// # Errors
/// It is none of the forms that there are.
pub(super) fn read(node: &Node) -> Result<Option<Vec<Import>>, String> {
    let one = |file: &str| Import {
        files: vec![file.to_owned()],
        filter: Filter::default(),
    };
    Ok(Some(match &node.kind {
        Kind::Null | Kind::Bool(false) => return Ok(None),
        Kind::Bool(true) => vec![one(USUAL_FILE)],
        Kind::Text(file) => vec![one(file)],
        Kind::Mapping(_) => vec![mapped(node)?],
        Kind::List(items) => {
            let mut imports = Vec::new();
            for item in items {
                match &item.kind {
                    Kind::Text(file) => imports.push(one(file)),
                    Kind::Mapping(_) => imports.push(mapped(item)?),
                    _ => return Err(format!("`import` lists {}", item.what())),
                }
            }
            imports
        }
    }))
}

fn mapped(node: &Node) -> Result<Import, String> {
    let allowed = List::of(node, ["allowlist", "whitelist"])?;
    let blocked = List::of(node, ["blocklist", "blacklist"])?;
    let prefix = node.text_of("path-prefix").unwrap_or_default().to_owned();
    let file = node.text_of("file").unwrap_or(USUAL_FILE);
    Ok(Import {
        files: vec![file.to_owned()],
        filter: Filter {
            allowed,
            blocked,
            prefix,
        },
    })
}
