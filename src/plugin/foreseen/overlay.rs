//! What a plan has put where, over what is on disk.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs, io,
    ops::Bound,
    path::{Path, PathBuf},
};

use super::{Sight, disk::on_disk};

/// Planned things, each hiding what is on disk at its place and below it.
#[derive(Debug, Clone, Default)]
pub(super) struct Overlay {
    planned: BTreeMap<PathBuf, Planned>,
    /// What is known of the content of directories in which something is planned.
    inside: BTreeMap<PathBuf, Inside>,
}

#[derive(Debug, Clone)]
struct Planned {
    sight: Sight,
    /// Where it lies on disk still, with what is in it: it is to be renamed.
    origin: Option<PathBuf>,
}

/// The content of a directory.
#[derive(Debug, Clone, Default)]
struct Inside {
    /// How many planned things will be in it.
    planned: usize,
    /// How many of those that are in it on disk no plan is about; `None`: all.
    left: Option<usize>,
}

impl Overlay {
    /// What will be at a path.
    pub(super) fn look(&self, path: &Path) -> io::Result<Sight> {
        let sight = self.bare(path)?;
        let (Sight::Directory { empty }, Some(inside)) = (&sight, self.inside.get(path)) else {
            return Ok(sight);
        };
        let empty = inside.planned == 0 && inside.left.map_or(*empty, |left| left == 0);
        Ok(Sight::Directory { empty })
    }

    /// Where on disk the thing is now that will be at a path; `None` where no such thing is: there
    /// will be something new, or nothing.
    pub(super) fn source<'p>(&self, path: &'p Path) -> Option<Cow<'p, Path>> {
        for above in path.ancestors() {
            let Some(planned) = self.planned.get(above) else {
                continue;
            };
            // Where a link leads, whoever asks finds out.
            if matches!(planned.sight, Sight::Link(_)) && above != path {
                continue;
            }
            return match (&planned.origin, path.strip_prefix(above)) {
                (Some(origin), Ok(rest)) if rest.as_os_str().is_empty() => {
                    Some(Cow::Owned(origin.clone()))
                }
                (Some(origin), Ok(rest)) => Some(Cow::Owned(origin.join(rest))),
                // Below a directory that will have been removed or only made, nothing is left of
                // what is there now.
                _ => None,
            };
        }
        Some(Cow::Borrowed(path))
    }

    /// Puts something new at a path, or nothing. What was below it is gone.
    pub(super) fn place(&mut self, path: &Path, sight: Sight) {
        drop(take_below(&mut self.planned, path));
        drop(take_below(&mut self.inside, path));
        self.inside.remove(path);
        self.insert(
            path,
            Planned {
                sight,
                origin: None,
            },
        );
    }

    /// Renames what is at a path, with everything below it.
    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let sight = self.bare(from)?;
        let source = self.source(from).filter(|_| sight != Sight::Nothing);
        let origin = source.map(Cow::into_owned);
        let own = self.inside.remove(from);
        let planned = take_below(&mut self.planned, from);
        let inside = take_below(&mut self.inside, from);
        self.place(from, Sight::Nothing);
        self.place(to, Sight::Nothing);
        self.insert(to, Planned { sight, origin });
        let moved = |rest: PathBuf| to.join(rest);
        self.planned
            .extend(planned.into_iter().map(|(rest, it)| (moved(rest), it)));
        self.inside
            .extend(inside.into_iter().map(|(rest, it)| (moved(rest), it)));
        self.inside
            .extend(own.map(|inside| (to.to_path_buf(), inside)));
        Ok(())
    }

    /// What will be at a path; of a directory, whether it was empty when the plan first had it.
    fn bare(&self, path: &Path) -> io::Result<Sight> {
        if let Some(planned) = self.planned.get(path) {
            return Ok(planned.sight.clone());
        }
        self.source(path)
            .map_or(Ok(Sight::Nothing), |source| on_disk(&source))
    }

    /// Plans one thing, and keeps count of what its directory has.
    fn insert(&mut self, path: &Path, planned: Planned) {
        let is_there = planned.sight != Sight::Nothing;
        let hidden = match self.planned.contains_key(path) {
            true => None,
            false => self.source(path).map(Cow::into_owned),
        };
        let before = self.planned.insert(path.to_path_buf(), planned);
        let was_there = before.is_some_and(|before| before.sight != Sight::Nothing);
        let Some(parent) = path.parent() else { return };
        let hidden = hidden.filter(|hidden| hidden.symlink_metadata().is_ok());
        if !is_there && !was_there && hidden.is_none() {
            return;
        }
        let inside = self.inside.entry(parent.to_path_buf()).or_default();
        inside.planned += usize::from(is_there);
        inside.planned = inside.planned.saturating_sub(usize::from(was_there));
        if let Some(directory) = hidden.as_deref().and_then(Path::parent) {
            let left = inside.left.unwrap_or_else(|| count(directory));
            inside.left = Some(match left {
                usize::MAX => usize::MAX,
                left => left.saturating_sub(1),
            });
        }
    }
}

/// How many things a directory has on disk. One that cannot be listed is as good as full.
fn count(directory: &Path) -> usize {
    fs::read_dir(directory).map_or(usize::MAX, Iterator::count)
}

/// Takes out what is below a path, by its path from there.
pub(super) fn take_below<T>(map: &mut BTreeMap<PathBuf, T>, path: &Path) -> Vec<(PathBuf, T)> {
    // Paths are sorted component by component: what is below one follows it.
    let below = (Bound::Excluded(path), Bound::Unbounded);
    let keys: Vec<PathBuf> = map
        .range::<Path, _>(below)
        .map(|(key, _)| key)
        .take_while(|key| key.starts_with(path))
        .cloned()
        .collect();
    keys.into_iter()
        .filter_map(|key| {
            let value = map.remove(&key)?;
            let rest = key.strip_prefix(path).ok()?.to_path_buf();
            Some((rest, value))
        })
        .collect()
}

/// Gives what is at a path and below it the place of what is at another.
pub(super) fn rename_keys<T>(map: &mut BTreeMap<PathBuf, T>, from: &Path, to: &Path) {
    let own = map.remove(from);
    let below = take_below(map, from);
    map.remove(to);
    drop(take_below(map, to));
    map.extend(own.map(|value| (to.to_path_buf(), value)));
    map.extend(
        below
            .into_iter()
            .map(|(rest, value)| (to.join(rest), value)),
    );
}
