//! Managed blocks: of the workspace, and of packs that have children.

use std::path::PathBuf;

use crate::{
    engine::{node::Node, tree},
    ops::{
        books,
        doctor::{
            observed::{Declared, Observed},
            remedy::{BlockRemedy, Remedy},
            report::Finding,
        },
        init::ATTRIBUTES,
    },
    store::{StoreError, blocks},
};

pub(super) const NAME: &str = "block";

pub(super) fn check(observed: &Observed) -> Vec<Finding> {
    let workspace = &observed.session.workspace;
    let attributes = BlockRemedy {
        file: workspace.gitattributes(),
        entries: ATTRIBUTES.map(String::from).to_vec(),
        folds: false,
        pack_root: None,
    };
    let mut findings: Vec<Finding> = judge(attributes).into_iter().collect();
    let Some(declared) = &observed.declared else {
        return findings;
    };
    if declared.own_trouble.is_none() {
        let ignore = BlockRemedy {
            file: workspace.gitignore(),
            entries: books::hidden_lines(books::places(&declared.roots)),
            folds: true,
            pack_root: None,
        };
        findings.extend(foreign(&ignore));
        findings.extend(judge(ignore));
    }
    for node in &declared.nodes {
        let remedy = of_pack(observed, declared, node);
        findings.extend(
            remedy
                .and_then(judge)
                .map(|finding| finding.about(&node.path)),
        );
    }
    findings
}

/// What belongs into the block that hides the children of a pack from its own git; `None` where
/// there is no block and no child yet.
fn of_pack(observed: &Observed, declared: &Declared, node: &Node) -> Option<BlockRemedy> {
    let root = &declared.repositories.get(&node.path)?.root;
    // Which children a pack has that cannot be read nobody knows.
    if declared.is_trouble(&node.path) {
        return None;
    }
    if !root.join(".git").is_dir() || !observed.session.registry.is_git(&node.url) {
        return None;
    }
    let file: PathBuf = root.join(".git/info/exclude");
    let mut children = declared.children(&node.path);
    let is_there = |place| observed.session.workspace.root().join(place).exists();
    let is_needed = children.clone().any(|child| is_there(child.as_str()));
    let has_block = !matches!(blocks::find(&file, None), Ok(None));
    (is_needed || has_block).then(|| BlockRemedy {
        entries: tree::hidden(&node.path, children.by_ref()),
        file,
        folds: false,
        pack_root: Some(root.clone()),
    })
}

/// The finding of a block that does not hold what it should.
fn judge(remedy: BlockRemedy) -> Option<Finding> {
    let file = remedy.file.display();
    match blocks::is_as(&remedy.file, &remedy.entries) {
        Ok(true) => None,
        Ok(false) => {
            let detail = format!("the block of grex in {file} does not hold what it should");
            let fix = "`grex doctor --fix` writes it, and nothing outside of it";
            Some(Finding::warning(NAME, detail, fix).mended_by(Remedy::Block(remedy)))
        }
        Err(error @ StoreError::Block { .. }) => {
            let fix =
                "`grex doctor --fix` adds the markers that are missing; no line of yours goes";
            Some(Finding::error(NAME, error.to_string(), fix).mended_by(Remedy::Block(remedy)))
        }
        Err(error) => {
            let fix = "make it a file that grex can read and write";
            Some(Finding::error(NAME, error.to_string(), fix))
        }
    }
}

/// Blocks of another program, one a pack.
fn foreign(remedy: &BlockRemedy) -> Option<Finding> {
    let found = blocks::foreign(&remedy.file).ok()?;
    let first = found.first()?;
    let name = first.name.as_deref().unwrap_or_default();
    let detail = format!(
        "{} has {} of another program (line {}: `grex:{name}`)",
        remedy.file.display(),
        match found.len() {
            1 => String::from("a block"),
            count => format!("{count} blocks"),
        },
        first.line
    );
    let fix = "`grex doctor --fix` folds what hides packs into its own block, and leaves the other lines where they are";
    Some(Finding::warning(NAME, detail, fix).mended_by(Remedy::Block(remedy.clone())))
}
