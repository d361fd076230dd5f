//! From the text of a pack's files to its contract.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::{PackFileError, PackFileErrorKind};
use super::layer::{self, Child, Layer};
use super::raw::{PackFile, TargetFile};
use super::source::SourceText;
use super::spec::PackSpec;
use super::yaml;
use crate::model::action::{Step, Subject, Vocabulary};

/// The largest file that is read, in bytes.
pub const MAX_PACK_FILE_BYTES: usize = 1024 * 1024;

/// A file: its name, as errors show it, and its text.
#[derive(Debug, Clone, Copy)]
pub struct SourceFile<'a> {
    /// The name.
    pub name: &'a str,
    /// The text.
    pub text: &'a str,
}

/// What a pack's contract is read from.
#[derive(Debug, Clone, Copy)]
pub struct PackSource<'a> {
    /// `.grex/pack.yaml`.
    pub pack: SourceFile<'a>,
    /// `.grex/targets/<system>.yaml` of the system that grex runs on, if the pack has it.
    pub target: Option<SourceFile<'a>>,
}

/// Reads a pack's contract. The rules are those of docs/formats.md.
///
/// The error holds every finding of both files that could be made, in their order.
pub fn parse(source: PackSource<'_>, vocabulary: &Vocabulary) -> Result<PackSpec, PackFileError> {
    let pack = open(source.pack)?;
    let target = source.target.map(open).transpose()?;
    let pack = layer::read::<PackFile>(&pack, vocabulary);
    let target = target.map(|target| layer::read::<TargetFile>(&target, vocabulary));
    let (pack, target) = match (pack, target.transpose()) {
        (Ok(pack), Ok(target)) => (pack, target),
        (pack, target) => {
            let mut findings = PackFileError::in_order(pack.err().unwrap_or_default());
            findings.extend(PackFileError::in_order(target.err().unwrap_or_default()));
            return Err(PackFileError::join(findings));
        }
    };
    let merged = match target {
        Some(target) => merge(pack, target),
        None => pack,
    };
    finish(merged)
}

fn open(file: SourceFile<'_>) -> Result<Arc<SourceText>, PackFileError> {
    if file.text.len() > MAX_PACK_FILE_BYTES {
        return Err(PackFileError::too_large(file.name));
    }
    Ok(SourceText::new(file.name, file.text))
}

/// Scalars replace; lists append, or replace if the override says so.
fn merge(pack: Layer, target: Layer) -> Layer {
    let replaces = target.replaces_lists;
    let mut extensions = pack.extensions;
    extensions.extend(target.extensions);
    Layer {
        name: target.name.or(pack.name),
        pack_type: target.pack_type.or(pack.pack_type),
        version: target.version.or(pack.version),
        depends_on: merge_lists(pack.depends_on, target.depends_on, replaces),
        children: merge_lists(pack.children, target.children, replaces),
        actions: merge_lists(pack.actions, target.actions, replaces),
        teardown: merge_lists(pack.teardown, target.teardown, replaces),
        replaces_lists: false,
        extensions,
    }
}

/// A list that the override does not mention stays as it is, also where lists are replaced.
fn merge_lists<T>(pack: Option<Vec<T>>, target: Option<Vec<T>>, replaces: bool) -> Option<Vec<T>> {
    match (pack, target) {
        (Some(mut pack), Some(target)) if !replaces => {
            pack.extend(target);
            Some(pack)
        }
        (pack, target) => target.or(pack),
    }
}

fn finish(layer: Layer) -> Result<PackSpec, PackFileError> {
    let children = layer.children.unwrap_or_default();
    let findings = repeated_paths(&children);
    if !findings.is_empty() {
        return Err(PackFileError::join(findings));
    }
    Ok(PackSpec {
        // The pack's own file cannot be read without the two.
        name: layer.name.unwrap_or_default(),
        pack_type: layer.pack_type.unwrap_or_default(),
        version: layer.version,
        depends_on: layer.depends_on.unwrap_or_default(),
        children: children.into_iter().map(|child| child.spec).collect(),
        actions: layer.actions.unwrap_or_default(),
        teardown: layer.teardown,
        extensions: layer.extensions,
    })
}

/// Two children with one path. Paths that differ in letter case only, or that lie in one another,
/// are for who knows the file system: `model::path::conflict`.
fn repeated_paths(children: &[Child]) -> Vec<PackFileError> {
    let mut seen: HashMap<&str, &Child> = HashMap::with_capacity(children.len());
    let mut findings = Vec::new();
    for child in children {
        let path = child.spec.path.as_str();
        if let Some(first) = seen.get(path) {
            findings.push(repeated_path(first, child));
            break;
        }
        seen.insert(path, child);
    }
    findings
}

fn repeated_path(first: &Child, second: &Child) -> PackFileError {
    let finding = second.source.error(
        PackFileErrorKind::Invalid,
        place(second),
        &format!("two children have the path `{}`", second.spec.path),
        Some("give one of them another `path`".to_owned()),
    );
    if Arc::ptr_eq(&first.source, &second.source) {
        let first = second.source.underlined(place(first));
        return finding.with_place(first, "the other one");
    }
    finding
}

/// Where a child's path stands, or its URL if it gives none. The text is read again: this is for
/// errors only.
fn place(child: &Child) -> std::ops::Range<usize> {
    let at = |name: &str| {
        [
            Step::Key("children".to_owned()),
            Step::Index(child.index),
            Step::Key(name.to_owned()),
        ]
    };
    yaml::read(&child.source.text).map_or(0..0, |root| {
        let name = if root.has(&at("path")) { "path" } else { "url" };
        root.locate(&at(name), Subject::Value)
    })
}
