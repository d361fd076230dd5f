//! Repositories in the workspace that nothing declares.

use std::{collections::HashSet, path::PathBuf};

use crate::engine::{node::Node, session::Session};

/// Repositories in the workspace that nothing declares. The inside of packs is theirs, and
/// directories that begin with a dot are nobody's business here.
pub(in crate::ops) fn undeclared(session: &Session, nodes: &[Node]) -> Vec<String> {
    let declared: HashSet<PathBuf> = nodes
        .iter()
        .map(|node| session.workspace.root().join(node.path.as_str()))
        .collect();
    let mut found = Vec::new();
    let mut open = vec![session.workspace.root().to_owned()];
    while let Some(directory) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&directory) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if hidden
                || !entry.file_type().is_ok_and(|kind| kind.is_dir())
                || declared.contains(&path)
            {
                continue;
            }
            if path.join(".git").exists() {
                let inside = path.strip_prefix(session.workspace.root()).unwrap_or(&path);
                found.push(
                    inside
                        .to_string_lossy()
                        .replace(std::path::MAIN_SEPARATOR, "/"),
                );
            } else {
                open.push(path);
            }
        }
    }
    found
}
