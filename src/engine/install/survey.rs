//! The packs on disk with what they declare: the workspace's own, those that are registered, and
//! those below them.

use std::path::PathBuf;

use crate::{
    engine::{
        node::{Found, Node},
        outcome::{PackFailure, PackOutcome},
        session::Session,
        tree,
    },
    git::failure::FailureClass,
    model::{
        pack::PackSpec,
        path::{PackId, PackPath},
        url::PackUrl,
    },
    store::{pack_file, undo},
};

/// A pack that is on disk.
pub struct Surveyed {
    /// Its id.
    pub id: String,
    /// Its place in the tree; `None` for the workspace's own pack.
    pub node: Option<Node>,
    /// Its directory, absolute.
    pub root: PathBuf,
    /// Where it comes from.
    pub url: String,
    /// What it declares.
    pub spec: PackSpec,
    /// It has a pack.yaml of its own.
    pub has_contract: bool,
}

/// What is on disk.
#[derive(Default)]
pub struct Survey {
    /// The packs, parents before their children.
    pub packs: Vec<Surveyed>,
    /// Packs that are declared and cannot be used, each with the reason.
    pub troubles: Vec<PackOutcome>,
}

/// Looks at every pack below `roots` that is there.
///
/// # Errors
/// The workspace's own pack.yaml cannot be used.
pub fn survey(session: &Session, roots: Vec<Found>) -> Result<Survey, PackFailure> {
    let mut survey = Survey::default();
    survey.packs.extend(own_pack(session)?);
    let mut open: Vec<_> = roots.into_iter().rev().collect();
    while let Some(next) = open.pop() {
        match next {
            Ok(node) => {
                if let Some(children) = survey.visit(session, node) {
                    open.extend(children.into_iter().rev());
                }
            }
            Err(outcome) => survey.troubles.push(*outcome),
        }
    }
    Ok(survey)
}

impl Survey {
    /// Takes note of a pack, and returns what it declares.
    fn visit(&mut self, session: &Session, node: Node) -> Option<Vec<Found>> {
        let root = match session.workspace.pack_root(&node.path) {
            Ok(root) if root.is_dir() => root,
            Ok(_) => return None,
            Err(error) => {
                let failure = PackFailure::new(FailureClass::Other, error.to_string());
                self.troubles
                    .push(PackOutcome::failed(&node.path, &node.url, failure));
                return None;
            }
        };
        match tree::declared(&session.vocabulary, &node, &root) {
            Ok(declared) => {
                let has_contract = declared.spec.is_some();
                let name = node.path.file_name().to_owned();
                self.packs.push(Surveyed {
                    id: node.path.to_string(),
                    url: node.url.as_str().to_owned(),
                    root,
                    spec: declared.spec.unwrap_or_else(|| PackSpec::plain(&name)),
                    has_contract,
                    node: Some(node),
                });
                Some(declared.children)
            }
            Err(failure) => {
                self.troubles
                    .push(PackOutcome::failed(&node.path, &node.url, failure));
                None
            }
        }
    }
}

impl Surveyed {
    /// The pack that declares it; `None` for a registered one and for the workspace's own.
    pub fn owner(&self) -> Option<&PackId> {
        self.node.as_ref()?.parent.as_ref()
    }

    /// Its path; `None` for the workspace's own pack.
    pub fn path(&self) -> Option<&PackPath> {
        self.node.as_ref().map(|node| &node.path)
    }
}

fn own_pack(session: &Session) -> Result<Option<Surveyed>, PackFailure> {
    let root = session.workspace.root();
    let id = PackId::workspace().to_string();
    let spec = match pack_file::read(root, &session.vocabulary)? {
        Some(spec) => spec,
        // What it installed while it was a pack is to be taken back.
        None if undo::is_there(&session.workspace, &id) => PackSpec::plain(&id),
        None => return Ok(None),
    };
    let owner = tree::root_of(&session.workspace);
    let url = owner.origin().map(PackUrl::as_str);
    Ok(Some(Surveyed {
        id,
        node: None,
        url: url.map_or_else(|| root.to_string_lossy().into_owned(), str::to_owned),
        root: root.to_owned(),
        spec,
        has_contract: true,
    }))
}
