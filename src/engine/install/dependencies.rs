//! What a pack means by `depends_on`: a pack's id, its name, or its URL.

use std::collections::HashMap;

use super::{
    order::Ordered,
    survey::{Survey, Surveyed},
};
use crate::model::url::PackUrl;

/// A pack that depends on one that is not in the workspace.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("pack `{pack}` depends on `{wanted}`, which is not in this workspace")]
pub struct Missing {
    /// The pack.
    pub pack: String,
    /// What it depends on, as it is written there.
    pub wanted: String,
}

/// Every pack with those that come before it: its children, and what it depends on.
///
/// # Errors
/// A pack that `is_about` accepts depends on something that is not there. What the others lack is
/// for whoever installs them.
pub(super) fn ordered(
    survey: &Survey,
    is_about: impl Fn(&Surveyed) -> bool,
) -> Result<Vec<Ordered>, Missing> {
    let names = Names::of(survey);
    let mut children: HashMap<String, Vec<String>> = HashMap::new();
    for pack in &survey.packs {
        if let Some(owner) = pack.owner() {
            children
                .entry(owner.to_string())
                .or_default()
                .push(pack.id.clone());
        }
    }
    let mut ordered = Vec::with_capacity(survey.packs.len());
    for pack in &survey.packs {
        let mut after = children.remove(&pack.id).unwrap_or_default();
        for wanted in &pack.spec.depends_on {
            let found = names.find(wanted);
            if found.is_empty() && is_about(pack) {
                return Err(Missing {
                    pack: pack.id.clone(),
                    wanted: wanted.clone(),
                });
            }
            after.extend(found);
        }
        ordered.push(Ordered {
            id: pack.id.clone(),
            after,
        });
    }
    Ok(ordered)
}

/// Everything that packs depend on and that is not there.
pub fn missing(survey: &Survey) -> Vec<Missing> {
    let names = Names::of(survey);
    let lacks = |pack: &Surveyed| {
        let wanted = pack.spec.depends_on.iter();
        let missing = wanted.filter(|wanted| names.find(wanted).is_empty());
        let id = pack.id.clone();
        let missing = missing.map(move |wanted| Missing {
            pack: id.clone(),
            wanted: wanted.clone(),
        });
        missing.collect::<Vec<_>>()
    };
    survey.packs.iter().flat_map(lacks).collect()
}

/// The packs by everything that they can be called.
struct Names<'a> {
    ids: HashMap<&'a str, &'a str>,
    names: HashMap<&'a str, Vec<&'a str>>,
    urls: HashMap<String, Vec<&'a str>>,
}

impl<'a> Names<'a> {
    fn of(survey: &'a Survey) -> Self {
        let mut all = Self {
            ids: HashMap::new(),
            names: HashMap::new(),
            urls: HashMap::new(),
        };
        for pack in &survey.packs {
            all.ids.insert(&pack.id, &pack.id);
            all.names.entry(&pack.spec.name).or_default().push(&pack.id);
            if let Some(node) = &pack.node {
                all.urls
                    .entry(node.url.identity())
                    .or_default()
                    .push(&pack.id);
            }
        }
        all
    }

    /// The packs that are meant: by id, else by name, else by URL.
    fn find(&self, wanted: &str) -> Vec<String> {
        if let Some(id) = self.ids.get(wanted) {
            return vec![(*id).to_owned()];
        }
        let by_url = || {
            let identity = PackUrl::parse(wanted).ok()?.identity();
            self.urls.get(&identity)
        };
        self.names
            .get(wanted)
            .or_else(by_url)
            .map(|ids| ids.iter().map(|id| (*id).to_owned()).collect())
            .unwrap_or_default()
    }
}
