//! From the files of a manifest to its projects.

use roxmltree::{Document, Node, ParsingOptions};

use super::{
    project::{Inherited, Project},
    remote::Remotes,
};
use crate::model::{
    foreign::{
        entry::Entry,
        files::Chain,
        found::{ForeignError, Found, Place},
        groups::names,
        source::{Context, Text, follow},
    },
    text,
};

/// The most nodes of one XML file, text included.
const MAX_NODES: u32 = 1_000_000;

/// The deepest nesting of projects in each other.
const MAX_DEPTH: usize = 16;

/// Elements that say nothing about repositories and mean nothing here.
const WITHOUT_MEANING: [&str; 3] = ["notice", "contactinfo", "manifest-server"];

/// Reads a manifest and those that it includes.
pub(in crate::model::foreign) fn read(
    file: &str,
    cx: &Context<'_>,
    found: &mut Found,
) -> Result<(), ForeignError> {
    let mut manifest = Manifest {
        cx,
        found,
        remotes: Remotes::default(),
        projects: Vec::new(),
    };
    let mut chain = Chain::default();
    let place = Place::new(file, 0);
    follow(cx, &mut chain, "", file, &place, |text, chain| {
        manifest.file(text, chain, &Inherited::default())
    })?;
    manifest.finish();
    Ok(())
}

/// The file that a manifest includes and that is all it says, as `.repo/manifest.xml` does.
#[must_use]
pub fn only_include(text: &str) -> Option<String> {
    let document = Document::parse(text).ok()?;
    let mut elements = document.root_element().children().filter(Node::is_element);
    let (first, None) = (elements.next()?, elements.next()) else {
        return None;
    };
    let is_include = first.tag_name().name() == "include";
    let name = first.attribute("name").filter(|_| is_include)?;
    Some(name.to_owned())
}

struct Manifest<'a, 'c> {
    cx: &'a Context<'c>,
    found: &'a mut Found,
    remotes: Remotes,
    projects: Vec<Project>,
}

impl Manifest<'_, '_> {
    fn file(
        &mut self,
        text: &Text,
        chain: &mut Chain,
        inherited: &Inherited,
    ) -> Result<(), ForeignError> {
        // Without a document type there are no entities that could expand, or fetch anything.
        let options = ParsingOptions {
            allow_dtd: false,
            nodes_limit: MAX_NODES,
            ..ParsingOptions::default()
        };
        let document = Document::parse_with_options(&text.text, options).map_err(|error| {
            let line = error.pos().row as usize;
            let reason = match error {
                roxmltree::Error::DtdDetected => String::from("document types are not read"),
                error => error.to_string(),
            };
            text.error(line, reason)
        })?;
        let root = document.root_element();
        if root.tag_name().name() != "manifest" {
            let name = text::shown(root.tag_name().name());
            return Err(text.error(1, format!("its root is <{name}>, not <manifest>")));
        }
        let lines = Lines::of(&text.text);
        for element in root.children().filter(Node::is_element) {
            let place = text.place(lines.line_of(element.range().start));
            self.element(element, place, chain, inherited, &lines)?;
        }
        Ok(())
    }

    fn element(
        &mut self,
        element: Node<'_, '_>,
        place: Place,
        chain: &mut Chain,
        inherited: &Inherited,
        lines: &Lines,
    ) -> Result<(), ForeignError> {
        match element.tag_name().name() {
            "remote" => self.remotes.take_remote(element),
            "default" => self.remotes.take_default(element),
            "project" => self.project(element, place, inherited, lines),
            "extend-project" => self.extend(element, &place),
            "remove-project" => self.remove(element, &place),
            "include" => return self.include(element, &place, chain, inherited),
            name if WITHOUT_MEANING.contains(&name) => {}
            name => self.found.note(format!("<{name}>"), &place),
        }
        Ok(())
    }

    fn project(
        &mut self,
        element: Node<'_, '_>,
        place: Place,
        inherited: &Inherited,
        lines: &Lines,
    ) {
        let Some(project) = Project::of(element, inherited, place.clone()) else {
            self.found.fail("", &place, "a project without a name");
            return;
        };
        for name in ["clone-depth", "upstream", "sync-s", "dest-branch"] {
            if element.attribute(name).is_some() {
                self.found.note(format!("`{name}`"), &place);
            }
        }
        let below = Inherited {
            parent: Some((project.name.clone(), project.path.clone())),
            depth: inherited.depth + 1,
            ..inherited.clone()
        };
        self.projects.push(project);
        for child in element.children().filter(Node::is_element) {
            let line = lines.line_of(child.range().start);
            let place = Place::new(&place.file, line);
            match child.tag_name().name() {
                "project" if below.depth >= MAX_DEPTH => {
                    let error = format!("projects stand in each other more than {MAX_DEPTH} deep");
                    self.found.fail("", &place, error);
                }
                "project" => self.project(child, place, &below, lines),
                name => self.found.note(format!("<{name}>"), &place),
            }
        }
    }

    fn extend(&mut self, element: Node<'_, '_>, place: &Place) {
        let mut meant: Vec<_> = self
            .projects
            .iter_mut()
            .filter(|project| project.is_meant(element))
            .collect();
        if meant.len() > 1 && element.attribute("dest-path").is_some() {
            let name = element.attribute("name").unwrap_or_default();
            let error = "`dest-path` of <extend-project> means several projects";
            self.found.fail(name, place, error);
            return;
        }
        for project in &mut meant {
            project.extend(element);
        }
        if meant.is_empty() {
            let name = element.attribute("name").unwrap_or_default();
            let error = "<extend-project> of a project that is not there";
            self.found.fail(name, place, error);
        }
    }

    fn remove(&mut self, element: Node<'_, '_>, place: &Place) {
        let before = self.projects.len();
        self.projects.retain(|project| !project.is_meant(element));
        let is_optional = element.attribute("optional") == Some("true");
        if self.projects.len() == before && !is_optional {
            let name = element.attribute("name").or(element.attribute("path"));
            let error = "<remove-project> of a project that is not there";
            self.found.fail(name.unwrap_or_default(), place, error);
        }
    }

    /// Reads an included manifest: its name is seen from the top of the manifests' repository.
    fn include(
        &mut self,
        element: Node<'_, '_>,
        place: &Place,
        chain: &mut Chain,
        inherited: &Inherited,
    ) -> Result<(), ForeignError> {
        let name = element.attribute("name").unwrap_or_default();
        let groups = names(element.attribute("groups").unwrap_or_default());
        let inherited = Inherited {
            groups: [inherited.groups.clone(), groups].concat(),
            revision: element
                .attribute("revision")
                .map(str::to_owned)
                .or_else(|| inherited.revision.clone()),
            parent: None,
            depth: 0,
        };
        let cx = self.cx;
        follow(cx, chain, "", name, place, |text, chain| {
            self.file(text, chain, &inherited)
        })
    }

    /// Remotes and defaults hold for the whole manifest, wherever they stand.
    fn finish(self) {
        let base = self.cx.origin.map(|origin| origin.as_str());
        for project in self.projects {
            let Project {
                name,
                path,
                remote,
                revision,
                groups,
                place,
            } = project;
            if !self.cx.groups.repo_takes(&groups, &name, &path) {
                let groups = text::shown(groups.join(", "));
                let reason = format!("its groups are not asked for ({groups})");
                self.found.skip(&path, &place, reason);
                continue;
            }
            match self.remotes.resolve(remote.as_deref(), &name, base) {
                Ok((url, usual)) => self.found.add(Entry {
                    path,
                    url,
                    reference: revision.or(usual),
                    base: self.cx.directory.cloned(),
                    place,
                }),
                Err(error) => self.found.fail(&path, &place, error),
            }
        }
    }
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self(ends.map(|(place, _)| place).collect())
    }

    /// The line of a byte, from 1.
    fn line_of(&self, byte: usize) -> usize {
        self.0.partition_point(|end| *end < byte) + 1
    }
}
