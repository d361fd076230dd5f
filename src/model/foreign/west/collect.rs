//! From the files of a manifest to its projects.

use std::collections::HashSet;

use super::{
    import::{self, Filter},
    project::{Project, Remotes, unused},
};
use crate::model::{
    foreign::{
        entry::{Entry, plain},
        files::{Chain, Contents, within},
        found::{ForeignError, Found, Place},
        groups::toggle,
        source::{Context, Text},
        tree::Node,
    },
    text,
};

/// Reads a manifest and those that it imports.
pub(in crate::model::foreign) fn read(
    file: &str,
    cx: &Context<'_>,
    found: &mut Found,
) -> Result<(), ForeignError> {
    let mut manifest = Manifest {
        cx,
        found,
        chain: Chain::default(),
        projects: Vec::new(),
        names: HashSet::new(),
        group_filter: Vec::new(),
    };
    let text = Text::of(file, cx)?;
    manifest.chain.enter(file, file, 0)?;
    manifest.file(&text, &Scope::default())?;
    manifest.finish();
    Ok(())
}

/// Through which imports a file is read.
#[derive(Clone, Default)]
struct Scope {
    /// The project whose repository the file lies in, by its path; `None`: the manifest's own.
    repository: Option<String>,
    filters: Vec<Filter>,
    prefix: String,
}

struct Manifest<'a, 'c> {
    cx: &'a Context<'c>,
    found: &'a mut Found,
    chain: Chain,
    projects: Vec<Project>,
    /// The first project of a name is the one that counts.
    names: HashSet<String>,
    /// The last word on a group counts: what importing manifests say comes behind what the
    /// imported ones say.
    group_filter: Vec<(String, bool)>,
}

impl Manifest<'_, '_> {
    /// Reads one file: first what its own repository has to say, then its projects, then what these
    /// import.
    fn file(&mut self, text: &Text, scope: &Scope) -> Result<(), ForeignError> {
        let root = text.yaml()?;
        let Some(manifest) = root.get("manifest") else {
            return Err(text.error(root.line, "it has no mapping `manifest`"));
        };
        self.group_filter(manifest);
        let own = manifest.get("self");
        if let Some(own) = own {
            self.own(own, text, scope)?;
        }
        let remotes = Remotes::of(manifest);
        let mut imports = Vec::new();
        for node in manifest
            .get("projects")
            .map(Node::items)
            .unwrap_or_default()
        {
            let place = text.place(node.line);
            let Some(project) = remotes.project(node, &scope.prefix, place.clone()) else {
                self.found.fail("", &place, "a project without a name");
                continue;
            };
            for member in unused(node) {
                let what = format!("`{}` of projects", member.key);
                self.found.note(what, &text.place(member.line));
            }
            let path = project.path.clone();
            if self.add(project, scope)
                && let Some(import) = node.get("import")
            {
                imports.push((path, import));
            }
        }
        for (path, import) in imports {
            self.import(import, Some(path), text, scope)?;
        }
        Ok(())
    }

    fn group_filter(&mut self, manifest: &Node) {
        let Some(filter) = manifest.get("group-filter") else {
            return;
        };
        let words = filter.texts().into_iter().filter_map(toggle);
        let words = words.map(|(name, on)| (name.to_owned(), on));
        // What is read later is imported, and weighs less.
        self.group_filter.splice(..0, words);
    }

    /// `self`: the repository of the manifest.
    fn own(&mut self, own: &Node, text: &Text, scope: &Scope) -> Result<(), ForeignError> {
        for member in own.members().unwrap_or_default() {
            let place = text.place(member.line);
            match member.key.as_str() {
                "import" => self.import(&member.value, scope.repository.clone(), text, scope)?,
                "path" if scope.repository.is_none() => {
                    let path = member.value.text().unwrap_or_default();
                    let what = format!(
                        "the manifest's own repository, which belongs at `{path}` (`self`)"
                    );
                    self.found.note(what, &place);
                }
                "path" | "description" => {}
                key => self.found.note(format!("`{key}` of `self`"), &place),
            }
        }
        Ok(())
    }

    /// Takes a project in; returns whether it is the one that its name means, and is asked for.
    fn add(&mut self, project: Project, scope: &Scope) -> bool {
        if !scope.filters.iter().all(|filter| filter.takes(&project)) {
            let reason = "the import that leads to it leaves it out";
            self.found.skip(&project.path, &project.place, reason);
            return false;
        }
        if !self.names.insert(project.name.clone()) {
            let reason = "a project of this name is declared with more weight elsewhere";
            self.found.skip(&project.path, &project.place, reason);
            return false;
        }
        let is_taken = self
            .cx
            .groups
            .west_takes(&project.groups, &self.group_filter);
        self.projects.push(project);
        is_taken
    }

    /// Reads what `import` names in the repository of a project, or in the manifest's own.
    fn import(
        &mut self,
        node: &Node,
        repository: Option<String>,
        from: &Text,
        scope: &Scope,
    ) -> Result<(), ForeignError> {
        let place = from.place(node.line);
        let error = |reason: String| from.error(node.line, reason);
        let Some(imports) = import::read(node).map_err(error)? else {
            return Ok(());
        };
        for import in imports {
            let mut inner = scope.clone();
            inner.prefix = import.filter.prefix_below(&scope.prefix);
            inner.filters.push(import.filter);
            inner.repository.clone_from(&repository);
            for named in &import.files {
                let path = within("", named).map_err(error)?;
                self.import_path(&path, &place, &inner)?;
            }
        }
        Ok(())
    }

    fn import_path(
        &mut self,
        path: &str,
        place: &Place,
        scope: &Scope,
    ) -> Result<(), ForeignError> {
        match self.contents(path, place, scope)? {
            Some(Contents::File(bytes)) => self.import_file(path, bytes, place, scope),
            Some(Contents::Directory(names)) => {
                let is_manifest =
                    |name: &&String| name.ends_with(".yml") || name.ends_with(".yaml");
                for name in names.iter().filter(is_manifest) {
                    let file = super::project::join(path, name);
                    if let Some(Contents::File(bytes)) = self.contents(&file, place, scope)? {
                        self.import_file(&file, bytes, place, scope)?;
                    }
                }
                Ok(())
            }
            None => {
                let what = match &scope.repository {
                    Some(repository) => format!(
                        "`{path}` of the project at `{repository}`, which is not here yet: \
                         synchronise it and import again"
                    ),
                    None => format!("`{path}`, which is imported and not there"),
                };
                self.found.note(what, place);
                Ok(())
            }
        }
    }

    fn contents(
        &self,
        path: &str,
        place: &Place,
        scope: &Scope,
    ) -> Result<Option<Contents>, ForeignError> {
        let contents = match &scope.repository {
            Some(repository) => self.cx.files.read_in(plain(repository), path),
            None => self.cx.files.read(path),
        };
        contents.map_err(|reason| ForeignError::new(&place.file, place.line, reason))
    }

    fn import_file(
        &mut self,
        path: &str,
        bytes: Vec<u8>,
        place: &Place,
        scope: &Scope,
    ) -> Result<(), ForeignError> {
        let name = match &scope.repository {
            Some(repository) => format!("{repository}/{path}"),
            None => path.to_owned(),
        };
        self.chain.enter(&name, &place.file, place.line)?;
        let text = Text::decode(&name, bytes)?;
        self.file(&text, scope)?;
        self.chain.leave();
        Ok(())
    }

    /// Groups are judged when everything has been said of them.
    fn finish(self) {
        for project in self.projects {
            let Project {
                path,
                url,
                revision,
                groups,
                place,
                ..
            } = project;
            if !self.cx.groups.west_takes(&groups, &self.group_filter) {
                let groups = text::shown(groups.join(", "));
                let reason = format!("its groups are not asked for ({groups})");
                self.found.skip(&path, &place, reason);
                continue;
            }
            match url {
                Ok(url) => self.found.add(Entry {
                    path,
                    url,
                    reference: Some(revision),
                    base: self.cx.directory.cloned(),
                    place,
                }),
                Err(error) => self.found.fail(&path, &place, error),
            }
        }
    }
}
