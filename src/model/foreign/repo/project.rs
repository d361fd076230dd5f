//! `<project>`, and the elements that change projects.

use roxmltree::Node;

use crate::model::foreign::{found::Place, groups::names};

/// A project as far as it is known when its element is read.
#[derive(Debug, Clone)]
pub(super) struct Project {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) remote: Option<String>,
    pub(super) revision: Option<String>,
    pub(super) groups: Vec<String>,
    pub(super) place: Place,
}

/// What an including file says of all projects of the included one.
#[derive(Debug, Clone, Default)]
pub(super) struct Inherited {
    pub(super) groups: Vec<String>,
    pub(super) revision: Option<String>,
    /// Name and path of the project that this one stands in.
    pub(super) parent: Option<(String, String)>,
    /// How many projects it stands in.
    pub(super) depth: usize,
}

impl Project {
    /// Reads a `<project>`; `None` for one without a name.
    pub(super) fn of(element: Node<'_, '_>, inherited: &Inherited, place: Place) -> Option<Self> {
        let text = |name| element.attribute(name);
        let name = text("name").filter(|name| !name.is_empty())?;
        let path = text("path").unwrap_or(name);
        let below = |parent: &str, own: &str| format!("{}/{own}", parent.trim_end_matches('/'));
        let (name, path) = match &inherited.parent {
            Some((owner, directory)) => (below(owner, name), below(directory, path)),
            None => (name.to_owned(), path.to_owned()),
        };
        let own = names(text("groups").unwrap_or_default());
        Some(Self {
            name,
            path,
            remote: text("remote").map(str::to_owned),
            revision: text("revision")
                .map(str::to_owned)
                .or_else(|| inherited.revision.clone()),
            groups: [own, inherited.groups.clone()].concat(),
            place,
        })
    }

    /// Whether an `<extend-project>` or `<remove-project>` means this one.
    pub(super) fn is_meant(&self, element: Node<'_, '_>) -> bool {
        let name = element.attribute("name");
        let path = element.attribute("path");
        (name.is_some() || path.is_some())
            && name.is_none_or(|name| name == self.name)
            && path.is_none_or(|path| path == self.path)
    }

    /// Does what an `<extend-project>` says.
    pub(super) fn extend(&mut self, element: Node<'_, '_>) {
        let text = |name| element.attribute(name).map(str::to_owned);
        self.groups
            .extend(names(element.attribute("groups").unwrap_or_default()));
        if let Some(revision) = text("revision") {
            self.revision = Some(revision);
        }
        if let Some(remote) = text("remote") {
            self.remote = Some(remote);
        }
        if let Some(path) = text("dest-path") {
            self.path = path;
        }
    }
}
