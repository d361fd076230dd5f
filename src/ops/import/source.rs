//! From the request to what there is to register.

use std::path::{Path, PathBuf};

use crate::{
    engine::session::Session,
    git::run::GitError,
    model::{
        foreign::{self, Context, ForeignError, Format, Found, Groups},
        reference::RefName,
        text,
        url::PackUrl,
    },
    ops::{
        books::Books,
        error::{ErrorKind, OpError},
        typed::usage,
    },
    sys::{
        fs,
        reason::{advice, reason},
    },
};

use super::{
    ImportRequest, checkout,
    files::{Bounded, LIMIT},
    scan,
};

/// Everything that was read.
#[derive(Default)]
pub(super) struct Gathered {
    /// The format of the file, if there is one.
    pub(super) format: Option<Format>,
    /// The directory that bounds what was read; places are relative to it.
    pub(super) root: PathBuf,
    pub(super) found: Found,
}

/// Reads the file, and looks at the disk where that is asked for.
pub(super) async fn gather(
    session: &Session,
    request: &ImportRequest,
    books: &Books,
) -> Result<Gathered, OpError> {
    let mut gathered = match &request.file {
        Some(file) => read(session, request, file).await?,
        None => Gathered::default(),
    };
    scan::resolve(session, &mut gathered.found).await?;
    if request.scan {
        scan::scan(session, request.depth, books, &mut gathered.found).await?;
    }
    Ok(gathered)
}

fn unreadable(typed: &Path, error: &std::io::Error) -> OpError {
    let told = usage(format!(
        "cannot read {}: {}",
        typed.display(),
        reason(error)
    ));
    if typed.to_string_lossy().contains("://") {
        return told.with_hint("fetch it first: `grex import` reads files of this machine only");
    }
    match advice(error) {
        Some(hint) => told.with_hint(hint),
        None => told,
    }
}

async fn read(
    session: &Session,
    request: &ImportRequest,
    typed: &Path,
) -> Result<Gathered, OpError> {
    let real = fs::canonicalize(typed).map_err(|error| unreadable(typed, &error))?;
    if real.is_dir() {
        return Err(
            usage(format!("{} is a directory", typed.display())).with_hint(
                "name a file in it, or give --scan for the repositories that lie in the workspace",
            ),
        );
    }
    let bytes = fs::read_regular(&real, LIMIT)?
        .ok_or_else(|| usage(format!("there is no {}", typed.display())))?;
    let name = typed.file_name().unwrap_or_default().to_string_lossy();
    let format = request.format.or_else(|| Format::recognise(&name, &bytes));
    let format = format.ok_or_else(|| unknown_format(typed))?;
    if !request.groups.is_empty() && !format.has_groups() {
        let message = format!("{} files have no groups", format.name());
        return Err(usage(message).with_hint("leave --group out"));
    }
    let place = Place::of(&real, format);
    if request.base_url.is_some() && !has_relative_urls(format) {
        let message = format!("{} files have no relative URLs", format.name());
        return Err(usage(message).with_hint("leave --base-url out"));
    }
    let origin = match &request.base_url {
        Some(url) => Some(url.clone()),
        None => checkout_origin(session, &place, format).await?,
    };
    let directory = PackUrl::local(real.parent().unwrap_or(&place.root));
    let groups = Groups::new(&request.groups, platform());
    let files = Bounded {
        root: place.root.clone(),
        workspace: &session.workspace,
    };
    let cx = Context {
        files: &files,
        groups: &groups,
        origin: origin.as_ref(),
        directory: directory.as_ref(),
    };
    let found = foreign::read(format, &place.file, &cx);
    let mut found = found.map_err(|error| refused(&place.root, typed, &error))?;
    if format == Format::Gitmodules && place.file == ".gitmodules" {
        pin(session, &place.root, &mut found).await?;
    }
    Ok(Gathered {
        format: Some(format),
        root: place.root,
        found,
    })
}

/// Where a file lies: its path within the directory that bounds what is read for it.
struct Place {
    root: PathBuf,
    file: String,
    /// Whether the bounds are a repository.
    is_repository: bool,
}

impl Place {
    /// The bounds are the repository that the file lies in, or else its directory.
    fn of(real: &Path, format: Format) -> Self {
        let own = real.parent().unwrap_or(real);
        // `.repo/manifest.xml` stands for a file of the repository beside it.
        let manifests = own.join("manifests");
        let is_top = format == Format::Repo && own.ends_with(".repo") && manifests.is_dir();
        if is_top && let Some(place) = Self::copied(real, &manifests) {
            return place;
        }
        let repository = own
            .ancestors()
            .find(|directory| directory.join(".git").exists());
        let root = repository.unwrap_or(own);
        let inside = real.strip_prefix(root).unwrap_or(real);
        let parts = inside.components();
        let parts: Vec<_> = parts
            .map(|part| part.as_os_str().to_string_lossy())
            .collect();
        Self {
            root: root.to_owned(),
            file: parts.join("/"),
            is_repository: repository.is_some(),
        }
    }

    /// The one file that `.repo/manifest.xml` includes, if it is of the usual kind.
    fn copied(real: &Path, manifests: &Path) -> Option<Self> {
        let bytes = fs::read_regular(real, LIMIT).ok()??;
        let text = String::from_utf8(bytes).ok()?;
        Some(Self {
            root: fs::canonicalize(manifests).ok()?,
            file: foreign::only_include(&text)?,
            is_repository: true,
        })
    }
}

/// Whether files of the format name repositories by where they lie beside the file's own.
fn has_relative_urls(format: Format) -> bool {
    matches!(format, Format::Gitmodules | Format::Repo)
}

/// Where the file's repository comes from. Git's submodules without a remote are relative to where
/// their repository lies.
async fn checkout_origin(
    session: &Session,
    place: &Place,
    format: Format,
) -> Result<Option<PackUrl>, OpError> {
    if !place.is_repository || !has_relative_urls(format) {
        return Ok(None);
    }
    let origin = checkout::origin(session, &place.root).await?;
    Ok(origin.or_else(|| match format {
        Format::Gitmodules => PackUrl::local(&place.root),
        _ => None,
    }))
}

/// Puts in the commits that the tree has for the submodules: these are what a clone of the
/// repository checks out, whatever branch is followed.
async fn pin(session: &Session, root: &Path, found: &mut Found) -> Result<(), OpError> {
    if !root.join(".git").exists() {
        return Ok(());
    }
    let git = session.git().await?;
    let links = match git.repository(root).gitlinks(&session.cancel).await {
        Ok(links) => links,
        Err(GitError::Cancelled) => return Err(GitError::Cancelled.into()),
        // Not a repository that git would look into: the branches are what is known.
        Err(_) => return Ok(()),
    };
    let mut branches = Vec::new();
    for repository in &mut found.repositories {
        let Some(id) = links.get(repository.path.as_str()) else {
            continue;
        };
        let Ok(id) = RefName::parse(id.as_str()) else {
            continue;
        };
        if repository.reference.replace(id).is_some() {
            branches.push(repository.place.clone());
        }
    }
    for place in branches {
        found.note(
            "`branch` of submodules (pinned to the commits in the tree)",
            &place,
        );
    }
    Ok(())
}

fn platform() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    }
}

fn unknown_format(typed: &Path) -> OpError {
    let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
    usage(format!("{} is in no format that is known", typed.display())).with_hint(format!(
        "say which one it is with --format: {}",
        names.join(", ")
    ))
}

/// A file that cannot be used at all.
fn refused(root: &Path, typed: &Path, error: &ForeignError) -> OpError {
    let file = root.join(&error.place.file);
    let line = Some(error.place.line).filter(|line| *line > 0);
    let at = line
        .map(|line| format!(", line {line}"))
        .unwrap_or_default();
    let file_name = text::shown(error.place.file.as_bytes());
    let message = format!(
        "cannot import {}: {file_name}{at}: {}",
        typed.display(),
        error.reason
    );
    OpError {
        file: Some(file.display().to_string()),
        line,
        ..OpError::new(ErrorKind::Other, message).with_hint("nothing was registered")
    }
}
