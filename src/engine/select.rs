//! Which packs a run is about.

use std::{cell::RefCell, collections::HashMap, path::Path};

use super::{
    node::Node,
    observe::{self, Place},
    session::Session,
};
use crate::{
    git::{
        refs::Head,
        repository::Extent,
        run::{Git, GitError},
        status::StatusReport,
    },
    model::{
        filter::{Filters, PackFacts, PackState, PathGlob, Question},
        path::PackPath,
    },
    store::pack_file,
    sys::fs,
};

/// The packs that are named or whose path matches one of `only`, if there are any of these, and
/// one of the filters, if there are any.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Packs that are named; each stands for everything below it as well.
    pub within: Vec<PackPath>,
    /// Globs on the path.
    pub only: Vec<PathGlob>,
    /// The filter language.
    pub filters: Filters,
}

/// What a pack says of itself before git is asked anything.
#[derive(Debug, Clone)]
pub struct SelfDescription {
    /// Its name.
    pub name: String,
    /// Its type.
    pub pack_type: String,
}

impl SelfDescription {
    /// Reads a pack's own words; what is not there, or cannot be read, is described by what is
    /// known without it.
    pub fn read(session: &Session, node: &Node, root: &Path) -> Self {
        match pack_file::read(root, &session.vocabulary) {
            Ok(Some(spec)) => Self {
                name: spec.name,
                pack_type: spec.pack_type,
            },
            Ok(None) | Err(_) => Self {
                name: node.path.file_name().to_owned(),
                pack_type: node
                    .observed_type
                    .clone()
                    .unwrap_or_else(|| String::from("meta")),
            },
        }
    }
}

impl SelfDescription {
    /// What filters decide by.
    pub fn facts<'a>(&'a self, node: &'a Node) -> PackFacts<'a> {
        PackFacts {
            name: Some(&self.name),
            path: node.path.as_str(),
            pack_type: Some(&self.pack_type),
            depth: node.depth,
            url: Some(node.declared.as_str()),
            resolved_url: Some(node.url.as_str()),
        }
    }
}

impl Selection {
    /// Says whether everything is selected.
    pub fn is_everything(&self) -> bool {
        self.within.is_empty() && self.only.is_empty() && self.filters.is_empty()
    }

    /// Says whether the pack is named or its path matches, where that is asked for.
    pub fn names(&self, node: &Node) -> bool {
        let path = &node.path;
        (self.within.is_empty() && self.only.is_empty())
            || self.within.iter().any(|pack| path.starts_with(pack))
            || self.only.iter().any(|glob| glob.matches(path.as_str()))
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        let within = self.within.iter().map(PackPath::as_str);
        within.chain(self.only.iter().map(PathGlob::as_str))
    }

    /// What was asked for, as it was typed.
    pub fn asked(&self) -> Vec<&str> {
        self.words().chain(self.filters.asked()).collect()
    }

    /// The paths and names among that.
    pub fn wanted_texts(&self) -> Vec<String> {
        self.words()
            .chain(self.filters.wanted_texts())
            .map(str::to_owned)
            .collect()
    }

    /// Decides about a pack. Git is only asked when a filter wants to know its state.
    ///
    /// # Errors
    /// Fails when the state cannot be found out.
    pub async fn selects(
        &self,
        session: &Session,
        git: &Git,
        node: &Node,
        root: &Path,
    ) -> Result<bool, GitError> {
        if !self.names(node) {
            return Ok(false);
        }
        if self.filters.is_empty() {
            return Ok(true);
        }
        let description = SelfDescription::read(session, node, root);
        let facts = description.facts(node);
        // What a pack cannot answer is `None`: then neither the term nor its negation holds.
        let mut answers: HashMap<Question, Option<bool>> = HashMap::new();
        loop {
            let open = RefCell::new(None);
            let decision = self.filters.decide(&facts, &|question| {
                let known = answers.get(question).copied();
                if known.is_none() {
                    open.borrow_mut().get_or_insert_with(|| question.clone());
                }
                known.flatten()
            });
            match (decision, open.into_inner()) {
                (Some(decision), _) => return Ok(decision),
                (None, Some(question)) => {
                    let found = answer(session, git, node, root, &question).await?;
                    answers.insert(question, found);
                }
                (None, None) => return Ok(false),
            }
        }
    }
}

async fn answer(
    session: &Session,
    git: &Git,
    node: &Node,
    root: &Path,
    question: &Question,
) -> Result<Option<bool>, GitError> {
    if !session.registry.is_git(&node.url) {
        return Ok(Some(answer_without_git(root, question)));
    }
    let cancel = &session.cancel;
    let place = observe::observe(git, root, node, node.reference.as_ref(), cancel).await?;
    let Place::Repository(checkout) = place else {
        return Ok(match question {
            Question::State(state) => Some(*state == PackState::Missing),
            Question::ChangedSince(_) => None,
        });
    };
    let repository = git.repository(root);
    match question {
        Question::State(PackState::Missing) => Ok(Some(false)),
        Question::State(PackState::Detached) => {
            Ok(Some(matches!(checkout.head, Head::Detached(_))))
        }
        Question::State(state) => {
            let status = repository.status(Extent::Usual, cancel).await?;
            Ok(Some(is_in(*state, &status)))
        }
        Question::ChangedSince(revision) => {
            let since = repository
                .has_commits_since(revision.as_str(), cancel)
                .await?;
            match since {
                Some(false) => {
                    let status = repository.status(Extent::Usual, cancel).await?;
                    Ok(Some(is_in(PackState::Dirty, &status)))
                }
                since => Ok(since),
            }
        }
    }
}

/// What is no git work tree is there or not; it has no branches and no commits to be ahead by, and
/// nobody can tell what in it has changed.
pub fn answer_without_git(root: &Path, question: &Question) -> bool {
    *question == Question::State(PackState::Missing) && fs::is_vacant(root)
}

/// Says whether a checkout with this status is in `state`.
pub fn is_in(state: PackState, status: &StatusReport) -> bool {
    let (ahead, behind) = (status.ahead.unwrap_or(0), status.behind.unwrap_or(0));
    match state {
        PackState::Dirty => {
            status.staged + status.unstaged + status.untracked + status.conflicts > 0
        }
        PackState::Ahead => ahead > 0,
        PackState::Behind => behind > 0,
        PackState::Diverged => ahead > 0 && behind > 0,
        PackState::Missing => false,
        PackState::Detached => status.branch.is_none(),
    }
}
