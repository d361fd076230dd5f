//! `ls`: what is registered, from the manifest and the lockfile alone.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    engine::{select::Selection, session::Session, tree},
    model::{
        filter::{PackFacts, Question},
        lock::LockEntry,
        manifest::Declaration,
        path::PackPath,
        reference::RefName,
        url::PackUrl,
    },
    store::pack_file,
};

use super::{
    books,
    error::{ErrorKind, OpError},
    sync::no_match,
};

/// What to list.
#[derive(Debug, Default)]
pub struct LsRequest {
    /// Which packs. What only a checkout can tell cannot be asked here.
    pub selection: Selection,
    /// Only packs of this type.
    pub pack_type: Option<String>,
}

/// One pack.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ListedPack {
    /// The pack.
    pub id: String,
    /// Its type, as last seen.
    #[serde(rename = "type")]
    pub pack_type: String,
    /// Its place.
    pub path: String,
    /// Where it comes from, as declared.
    pub url: String,
    /// The ref that is declared.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// The commit that the lockfile has; `""`: none.
    #[schemars(with = "super::present::Commit")]
    pub sha: String,
    /// When it was installed here.
    #[schemars(extend("format" = "date-time"))]
    pub installed_at: Option<String>,
    /// The pack that declares it.
    pub parent: Option<String>,
    /// 0 for a registered pack.
    pub depth: usize,
}

/// Lists the packs, sorted by id. No git is started.
///
/// # Errors
/// Fails when the books cannot be read, and when a filter matches nothing or asks for what only
/// a checkout can tell.
pub fn ls(session: &Session, request: &LsRequest) -> Result<Vec<ListedPack>, OpError> {
    let (manifest, lockfile) = books::read_files(session)?;
    let mut packs: HashMap<String, ListedPack> = HashMap::new();
    for declaration in manifest.packs.values() {
        let known = lockfile.get(declaration.path.as_str());
        packs.insert(declaration.path.to_string(), registered(declaration, known));
    }
    for entry in lockfile
        .entries
        .values()
        .filter(|entry| entry.parent.is_some())
    {
        packs
            .entry(entry.path.clone())
            .or_insert_with(|| nested(entry));
    }
    let mut packs = with_depths(packs);
    packs.sort_by(|a, b| a.id.cmp(&b.id));
    select(session, packs, request)
}

fn registered(declaration: &Declaration, known: Option<&LockEntry>) -> ListedPack {
    ListedPack {
        id: declaration.path.to_string(),
        pack_type: known.map_or_else(
            || declaration.pack_type.clone(),
            |known| known.pack_type.clone(),
        ),
        path: declaration.path.to_string(),
        url: declaration.url.to_string(),
        reference: declaration.reference.as_ref().map(RefName::to_string),
        sha: known.map(|known| known.sha.clone()).unwrap_or_default(),
        installed_at: known.and_then(|known| known.installed_at.clone()),
        parent: None,
        depth: 0,
    }
}

fn nested(entry: &LockEntry) -> ListedPack {
    ListedPack {
        id: entry.id.clone(),
        pack_type: entry.pack_type.clone(),
        path: entry.path.clone(),
        url: entry.url.clone(),
        reference: entry.reference.as_ref().map(RefName::to_string),
        sha: entry.sha.clone(),
        installed_at: entry.installed_at.clone(),
        parent: entry.parent.clone(),
        depth: 0,
    }
}

/// Leaves out nested packs whose owner is gone, and counts how deep the others lie.
fn with_depths(packs: HashMap<String, ListedPack>) -> Vec<ListedPack> {
    let parents: HashMap<String, Option<String>> = packs
        .values()
        .map(|pack| (pack.id.clone(), pack.parent.clone()))
        .collect();
    packs
        .into_values()
        .filter_map(|mut pack| {
            let mut parent = pack.parent.clone().filter(|parent| parent != ".");
            while let Some(id) = parent {
                pack.depth += 1;
                // A lockfile that claims a circle is no reason to go round for ever.
                if pack.depth > parents.len() {
                    return None;
                }
                parent = parents.get(&id)?.clone().filter(|parent| parent != ".");
            }
            Some(pack)
        })
        .collect()
}

fn select(
    session: &Session,
    packs: Vec<ListedPack>,
    request: &LsRequest,
) -> Result<Vec<ListedPack>, OpError> {
    let selection = &request.selection;
    refuse_questions(selection)?;
    let ids: Vec<String> = packs.iter().map(|pack| pack.id.clone()).collect();
    let resolved = match selection.filters.is_empty() {
        true => HashMap::new(),
        false => resolved_urls(session, &packs),
    };
    let asks_for_names = selection.filters.ask_for_names();
    let mut selected = packs;
    selected.retain(|pack| {
        let own_name = asks_for_names.then(|| own_name(session, &pack.path));
        let last = pack.path.rsplit('/').next().unwrap_or(&pack.path);
        let facts = PackFacts {
            name: Some(own_name.as_ref().and_then(Option::as_deref).unwrap_or(last)),
            path: &pack.path,
            pack_type: Some(&pack.pack_type),
            depth: pack.depth,
            url: Some(&pack.url),
            resolved_url: resolved.get(&pack.id).map(PackUrl::as_str),
        };
        let by_type = request
            .pack_type
            .as_ref()
            .is_none_or(|wanted| *wanted == pack.pack_type);
        by_type && selection.filters.decide(&facts, &|_| None) == Some(true)
    });
    if selected.is_empty() && !selection.is_everything() {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        return Err(no_match(selection, &ids));
    }
    Ok(selected)
}

/// What only git can tell is not asked here.
fn refuse_questions(selection: &Selection) -> Result<(), OpError> {
    let questions = selection.filters.questions();
    let Some(question) = questions.first() else {
        return Ok(());
    };
    let what = match question {
        Question::State(state) => format!("state={state}"),
        Question::ChangedSince(_) => String::from("changed-since"),
    };
    let message = format!("`grex ls` reads the books alone and cannot filter by {what}");
    Err(OpError::new(ErrorKind::Usage, message).with_hint("`grex status` takes the same filters"))
}

/// The name in a pack's own pack.yaml, which needs no git.
fn own_name(session: &Session, path: &str) -> Option<String> {
    let root = session
        .workspace
        .pack_root(&PackPath::parse(path).ok()?)
        .ok()?;
    let spec = pack_file::read(&root, &session.vocabulary).ok()??;
    Some(spec.name)
}

/// The URLs by id, the relative ones resolved against their owners', owners first.
fn resolved_urls(session: &Session, packs: &[ListedPack]) -> HashMap<String, PackUrl> {
    let base = tree::root_of(&session.workspace).origin().cloned();
    let mut by_depth: Vec<&ListedPack> = packs.iter().collect();
    by_depth.sort_by_key(|pack| pack.depth);
    let mut resolved: HashMap<String, PackUrl> = HashMap::new();
    for pack in by_depth {
        let owner = match pack.parent.as_deref() {
            None | Some(".") => base.as_ref(),
            Some(parent) => resolved.get(parent),
        };
        let Ok(url) = PackUrl::parse(&pack.url) else {
            continue;
        };
        let whole = match (url.is_relative(), owner) {
            (true, Some(owner)) => url.resolve(owner).ok(),
            (true, None) => None,
            (false, _) => Some(url),
        };
        resolved.extend(whole.map(|url| (pack.id.clone(), url)));
    }
    resolved
}
