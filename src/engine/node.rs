//! A pack in the tree: where it lies, where it comes from, and through whom it got there.

use std::sync::Arc;

use crate::{
    git::failure::FailureClass,
    model::{
        manifest::Declaration,
        pack::{ChildSpec, PackSpec},
        path::{self, PackId, PackPath},
        reference::RefName,
        url::{PackUrl, Scheme},
    },
};

use super::outcome::{PackFailure, PackOutcome};

/// A pack that something declares, or why it cannot be one.
pub type Found = Result<Node, Box<PackOutcome>>;

/// A pack that something declares.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its place and its id.
    pub path: PackPath,
    /// Where it comes from, as declared.
    pub declared: PackUrl,
    /// The same, resolved against its parent's.
    pub url: PackUrl,
    /// The branch, tag or commit that is asked for.
    pub reference: Option<RefName>,
    /// The type that was seen when it was registered; its pack.yaml knows better.
    pub observed_type: Option<String>,
    /// The pack that declares it; `None` for a registered one.
    pub parent: Option<PackId>,
    /// 0 for a registered pack.
    pub depth: usize,
    /// The user named the URL, or it is a local one of a local parent, or one that a plugin serves
    /// in the workspace's own contract.
    pub from_user: bool,
    lineage: Arc<Lineage>,
}

/// The chain of packs that lead to one, to notice a pack that contains itself.
#[derive(Debug)]
struct Lineage {
    identity: Option<String>,
    id: PackId,
    parent: Option<Arc<Lineage>>,
}

/// The workspace as the owner of packs.
#[derive(Debug, Clone)]
pub struct Root {
    base: Option<PackUrl>,
    lineage: Arc<Lineage>,
}

impl Root {
    /// The workspace. `origin` is where it was cloned from itself, `directory` where it lies;
    /// relative URLs resolve against the first or else the second, as git's submodules do.
    pub fn new(origin: Option<PackUrl>, directory: Option<PackUrl>) -> Self {
        let identity = origin.as_ref().map(PackUrl::identity);
        let lineage = Lineage {
            identity,
            id: PackId::workspace(),
            parent: None,
        };
        Self {
            base: origin.or(directory),
            lineage: Arc::new(lineage),
        }
    }

    /// What relative URLs resolve against: where the workspace comes from, or where it lies.
    pub fn origin(&self) -> Option<&PackUrl> {
        self.base.as_ref()
    }

    /// A pack that the manifest registers.
    ///
    /// # Errors
    /// Fails when its relative URL leads nowhere.
    pub fn registered(&self, declaration: &Declaration) -> Found {
        let url = resolve(&declaration.url, self.base.as_ref(), &declaration.path)?;
        Ok(Node {
            path: declaration.path.clone(),
            declared: declaration.url.clone(),
            reference: declaration.reference.clone(),
            observed_type: Some(declaration.pack_type.clone()),
            parent: None,
            depth: 0,
            from_user: true,
            lineage: self.lineage.extended(&url, &declaration.path),
            url,
        })
    }

    /// The packs that the workspace's own pack.yaml declares.
    ///
    /// # Errors
    /// Fails when two of them are in each other's way.
    pub fn children(&self, spec: &PackSpec) -> Result<Vec<Found>, PackFailure> {
        // The workspace is the user's own: its contract may name local repositories.
        let owner = Owner {
            id: PackId::workspace(),
            url: self.base.as_ref(),
            depth: 0,
            may_be_local: true,
            lineage: &self.lineage,
        };
        owner.children(spec)
    }
}

impl Node {
    /// Takes another declaration of the same pack for this one's, where they do not contradict
    /// each other: they name one place, and one ref or none. Says whether that was so.
    pub fn absorb(&mut self, other: &Self) -> bool {
        let is_same = self.path == other.path && self.url.identity() == other.url.identity();
        match (&self.reference, &other.reference) {
            _ if !is_same => false,
            (Some(own), Some(others)) => own == others,
            (Some(_), None) => true,
            (None, reference) => {
                self.reference.clone_from(reference);
                true
            }
        }
    }

    /// The packs that this one's pack.yaml declares.
    ///
    /// # Errors
    /// Fails when two of them are in each other's way.
    pub fn children(&self, spec: &PackSpec) -> Result<Vec<Found>, PackFailure> {
        let owner = Owner {
            id: PackId::from(self.path.clone()),
            url: Some(&self.url),
            depth: self.depth + 1,
            may_be_local: self.url.is_local(),
            lineage: &self.lineage,
        };
        owner.children(spec)
    }
}

impl Lineage {
    fn extended(self: &Arc<Self>, url: &PackUrl, path: &PackPath) -> Arc<Self> {
        Arc::new(Self {
            identity: Some(url.identity()),
            id: PackId::from(path.clone()),
            parent: Some(Arc::clone(self)),
        })
    }

    /// The packs from the one with this identity down to here, when there is one.
    fn cycle_through(&self, identity: &str) -> Option<Vec<String>> {
        let mut chain = Vec::new();
        let mut link = Some(self);
        while let Some(here) = link {
            chain.push(here.id.to_string());
            if here.identity.as_deref() == Some(identity) {
                chain.reverse();
                return Some(chain);
            }
            link = here.parent.as_deref();
        }
        None
    }
}

/// Whoever declares children.
struct Owner<'a> {
    id: PackId,
    url: Option<&'a PackUrl>,
    depth: usize,
    may_be_local: bool,
    lineage: &'a Arc<Lineage>,
}

impl Owner<'_> {
    fn children(&self, spec: &PackSpec) -> Result<Vec<Found>, PackFailure> {
        let places: Vec<PackPath> = spec
            .children
            .iter()
            .map(|child| self.place(child))
            .collect();
        if let Some(conflict) = path::conflict(places.iter()) {
            return Err(PackFailure::new(
                FailureClass::Other,
                format!("among the children, {conflict}"),
            )
            .with_hint("give each child a place of its own in .grex/pack.yaml"));
        }
        let children = spec.children.iter().zip(places);
        Ok(children
            .map(|(child, place)| self.child(child, place))
            .collect())
    }

    /// The workspace's own contract is as good as a person's word: what a plugin's URL may do is
    /// not for grex to know, who named it is.
    fn is_workspace(&self) -> bool {
        self.id.path().is_none()
    }

    fn place(&self, child: &ChildSpec) -> PackPath {
        match self.id.path() {
            Some(owner) => owner.join(&child.path),
            None => child.path.clone(),
        }
    }

    fn child(&self, child: &ChildSpec, place: PackPath) -> Found {
        let url = resolve(&child.url, self.url, &place)?;
        if url.is_local() && !self.may_be_local {
            let failure = PackFailure::new(
                FailureClass::Other,
                format!("`{url}` is a path on this machine, which pack `{}` may not name: it came from elsewhere", self.id),
            )
            .with_hint("register it yourself with `grex add` if it is meant to be here");
            return Err(Box::new(PackOutcome::failed(&place, &url, failure)));
        }
        if let Some(mut cycle) = self.lineage.cycle_through(&url.identity()) {
            cycle.push(place.to_string());
            let failure = PackFailure::new(
                FailureClass::Other,
                format!(
                    "the pack contains itself: {} all come from {url}",
                    cycle.join(" -> ")
                ),
            )
            .with_hint(format!(
                "remove the child from the .grex/pack.yaml of pack `{}`",
                self.id
            ));
            return Err(Box::new(PackOutcome::failed(&place, &url, failure)));
        }
        Ok(Node {
            lineage: self.lineage.extended(&url, &place),
            path: place,
            declared: child.url.clone(),
            reference: child.reference.clone(),
            observed_type: None,
            parent: Some(self.id.clone()),
            depth: self.depth,
            from_user: url.is_local() || self.is_workspace() && url.scheme() == Scheme::Other,
            url,
        })
    }
}

fn resolve(
    url: &PackUrl,
    base: Option<&PackUrl>,
    place: &PackPath,
) -> Result<PackUrl, Box<PackOutcome>> {
    if !url.is_relative() {
        return Ok(url.clone());
    }
    let resolved = match base {
        Some(base) => url
            .resolve(base)
            .map_err(|error| format!("`{url}` leads nowhere from {base}: {error}")),
        None => Err(format!(
            "`{url}` is relative, and the workspace's directory has a name that no URL can have"
        )),
    };
    resolved.map_err(|message| {
        let failure = PackFailure::new(FailureClass::Other, message);
        Box::new(PackOutcome::failed(place, url, failure))
    })
}
