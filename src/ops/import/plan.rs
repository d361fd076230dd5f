//! What of the things found is news, and what becomes of the rest.

use std::collections::HashMap;

use crate::{
    engine::{
        node::{Node, Root},
        session::Session,
        tree,
    },
    model::{
        event::{Event, Patch},
        foreign::{Place, Repository},
        manifest::Declaration,
        path::PackPath,
        url::PackUrl,
    },
    ops::books::{self, Books},
    store::pack_file,
};

use super::places::Places;

/// How to decide.
pub(super) struct Rules<'a> {
    /// Whether the file's word is better than the manifest's.
    pub(super) force: bool,
    /// The type of what does not say it itself.
    pub(super) default_type: &'a str,
}

/// One line that the manifest gets.
pub(super) struct Change {
    pub(super) declaration: Declaration,
    /// It is declared already, otherwise.
    pub(super) is_update: bool,
}

impl Change {
    /// The line.
    pub(super) fn event<'a>(&'a self, ts: &'a str) -> Event<'a> {
        let declaration = &self.declaration;
        if !self.is_update {
            return Event::add(ts, declaration);
        }
        let patch = Patch::default().url(&declaration.url);
        let patch = patch.reference(declaration.reference.as_ref());
        Event::update(ts, &declaration.id, patch)
    }
}

/// Something that is registered as the file says, or that the user has to decide about.
pub(super) struct Left {
    pub(super) path: PackPath,
    pub(super) why: String,
    pub(super) place: Place,
}

/// What is to be done.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) changes: Vec<Change>,
    /// Registered already.
    pub(super) known: Vec<Left>,
    /// In the way of what is registered.
    pub(super) refused: Vec<Left>,
    /// What cannot be a pack here.
    pub(super) unusable: Vec<Left>,
}

impl Plan {
    /// The packs that are registered in the end and that the file names.
    pub(super) fn named(&self) -> impl Iterator<Item = &PackPath> {
        let changed = self.changes.iter().map(|change| &change.declaration.path);
        changed.chain(self.known.iter().map(|left| &left.path))
    }
}

/// Compares what was found with what is declared.
pub(super) fn plan(
    session: &Session,
    books: &Books,
    repositories: Vec<Repository>,
    rules: &Rules<'_>,
) -> Plan {
    let mut planner = Planner::new(session, books, rules);
    for repository in repositories {
        planner.take(repository);
    }
    planner.plan
}

struct Planner<'a> {
    session: &'a Session,
    rules: &'a Rules<'a>,
    live: HashMap<&'a PackPath, &'a Declaration>,
    ids: HashMap<&'a str, &'a Declaration>,
    /// What the workspace's own contract declares.
    contract: HashMap<&'a PackPath, &'a Node>,
    places: Places,
    /// What relative URLs of registered packs are relative to.
    root: Root,
    plan: Plan,
}

impl<'a> Planner<'a> {
    fn new(session: &'a Session, books: &'a Books, rules: &'a Rules<'a>) -> Self {
        let packs = || books.manifest.packs.values();
        let live: HashMap<_, _> = packs().map(|live| (&live.path, live)).collect();
        let contract = books.roots.iter().flatten();
        let contract = contract.filter(|node| !live.contains_key(&node.path));
        let mut places = Places::default();
        for path in books::places(&books.roots) {
            // They were compared with each other when the books were read.
            drop(places.take(path));
        }
        Self {
            session,
            rules,
            ids: packs().map(|live| (live.id.as_str(), live)).collect(),
            contract: contract.map(|node| (&node.path, node)).collect(),
            live,
            places,
            root: tree::root_of(&session.workspace),
            plan: Plan::default(),
        }
    }

    fn take(&mut self, found: Repository) {
        let left = |why: String| Left {
            path: found.path.clone(),
            why,
            place: found.place.clone(),
        };
        if let Err(error) = self.session.registry.fetcher_of(&found.url) {
            self.plan.unusable.push(left(error.to_string()));
        } else if let Err(error) = self.session.workspace.pack_root(&found.path) {
            self.plan.unusable.push(left(error.to_string()));
        } else if let Some(live) = self.live.get(&found.path).copied() {
            self.known(found, live);
        } else if let Some(node) = self.contract.get(&found.path) {
            let why = format!(
                "the workspace's own pack.yaml declares it, from {}",
                node.url
            );
            self.plan.known.push(left(why));
        } else if let Some(other) = self.ids.get(found.path.as_str()) {
            let why = format!("its id is that of the pack at `{}`", other.path);
            self.plan.refused.push(left(why));
        } else if let Err(conflict) = self.places.take(&found.path) {
            self.plan.refused.push(left(conflict.to_string()));
        } else {
            self.plan.changes.push(Change {
                declaration: self.declaration(found),
                is_update: false,
            });
        }
    }

    fn known(&mut self, found: Repository, live: &Declaration) {
        let has_url = self.resolved(live).identity() == found.url.identity();
        let has_reference = live.reference == found.reference;
        if has_url && has_reference {
            self.leave(found, true, String::from("registered already"));
        } else if self.rules.force {
            let url = if has_url { live.url.clone() } else { found.url };
            let declaration = Declaration {
                url,
                reference: found.reference,
                ..live.clone()
            };
            self.plan.changes.push(Change {
                declaration,
                is_update: true,
            });
        } else if has_url {
            let own = name_of(live);
            let why = format!("registered already, {own}; --force takes the ref of the file");
            self.leave(found, true, why);
        } else {
            let why = format!(
                "registered already, from {}; --force registers it from {}",
                live.url, found.url
            );
            self.leave(found, false, why);
        }
    }

    fn leave(&mut self, found: Repository, is_known: bool, why: String) {
        let Repository { path, place, .. } = found;
        let list = if is_known {
            &mut self.plan.known
        } else {
            &mut self.plan.refused
        };
        list.push(Left { path, why, place });
    }

    /// Where a registered pack comes from, relative URLs resolved.
    fn resolved(&self, live: &Declaration) -> PackUrl {
        if !live.url.is_relative() {
            return live.url.clone();
        }
        let node = self.root.registered(live);
        node.map_or_else(|_| live.url.clone(), |node| node.url)
    }

    fn declaration(&self, found: Repository) -> Declaration {
        let own_type = self.own_type(&found.path);
        Declaration {
            id: found.path.to_string(),
            pack_type: own_type.unwrap_or_else(|| self.rules.default_type.to_owned()),
            url: found.url,
            path: found.path,
            reference: found.reference,
            extra: serde_json::Map::new(),
        }
    }

    /// What a pack that is there already says of itself.
    fn own_type(&self, path: &PackPath) -> Option<String> {
        let root = path.under(self.session.workspace.root());
        let spec = pack_file::read(&root, &self.session.vocabulary).ok()??;
        Some(spec.pack_type)
    }
}

fn name_of(live: &Declaration) -> String {
    match &live.reference {
        Some(reference) => format!("with ref {reference}"),
        None => String::from("without a ref"),
    }
}
