//! `manifest: defaults`, `remotes` and `projects`.

use std::collections::HashMap;

use crate::model::{
    foreign::{
        found::Place,
        tree::{Member, Node},
    },
    text,
};

/// The revision of projects for which nobody says one.
const USUAL_REVISION: &str = "master";

/// A project as its manifest describes it.
#[derive(Debug, Clone)]
pub(super) struct Project {
    pub(super) name: String,
    /// With the prefixes of the imports that led to it.
    pub(super) path: String,
    /// Where it comes from; or why there is no telling.
    pub(super) url: Result<String, String>,
    pub(super) revision: String,
    pub(super) groups: Vec<String>,
    pub(super) place: Place,
}

/// `defaults` and `remotes` of one manifest.
pub(super) struct Remotes<'a> {
    bases: HashMap<&'a str, &'a str>,
    remote: Option<&'a str>,
    revision: &'a str,
}

impl<'a> Remotes<'a> {
    /// Reads them.
    pub(super) fn of(manifest: &'a Node) -> Self {
        let defaults = manifest.get("defaults");
        let default = |key| defaults.and_then(|defaults| defaults.text_of(key));
        let remotes = manifest.get("remotes").map(Node::items).unwrap_or_default();
        let bases = remotes
            .iter()
            .filter_map(|remote| Some((remote.text_of("name")?, remote.text_of("url-base")?)));
        Self {
            bases: bases.collect(),
            remote: default("remote"),
            revision: default("revision").unwrap_or(USUAL_REVISION),
        }
    }

    fn url_of(&self, project: &Node, name: &str) -> Result<String, String> {
        if let Some(url) = project.text_of("url") {
            return Ok(url.to_owned());
        }
        let Some(remote) = project.text_of("remote").or(self.remote) else {
            return Err(String::from(
                "it has neither `url` nor `remote`, and there is no default remote",
            ));
        };
        let Some(base) = self.bases.get(remote) else {
            return Err(format!("there is no remote `{}`", text::shown(remote)));
        };
        let own = project.text_of("repo-path").unwrap_or(name);
        Ok(format!("{}/{own}", base.trim_end_matches('/')))
    }

    /// Reads one project; `None` for one without a name.
    pub(super) fn project(&self, node: &Node, prefix: &str, place: Place) -> Option<Project> {
        let name = node.text_of("name").filter(|name| !name.is_empty())?;
        let path = node.text_of("path").unwrap_or(name);
        let groups = node.get("groups").map(Node::texts).unwrap_or_default();
        Some(Project {
            name: name.to_owned(),
            path: join(prefix, path),
            url: self.url_of(node, name),
            revision: node.text_of("revision").unwrap_or(self.revision).to_owned(),
            groups: groups.into_iter().map(str::to_owned).collect(),
            place,
        })
    }
}

/// A path below a prefix, which may be empty.
pub(super) fn join(prefix: &str, path: &str) -> String {
    match prefix.trim_end_matches('/') {
        "" => path.to_owned(),
        prefix => format!("{prefix}/{path}"),
    }
}

/// The keys of a project that have no counterpart, with their lines.
pub(super) fn unused(node: &Node) -> impl Iterator<Item = &Member> {
    const UNUSED: [&str; 4] = ["clone-depth", "submodules", "west-commands", "userdata"];
    let members = node.members().unwrap_or_default().iter();
    members.filter(|member| UNUSED.contains(&member.key.as_str()))
}
