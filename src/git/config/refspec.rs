//! Where a fetch puts a branch: the refspecs of git-fetch(1).

/// Maps the full name of a remote's ref through fetch refspecs, the first match first; negative
/// ones (`^refs/heads/tmp/*`) exclude it wherever they stand. `None` where it is not kept.
pub(super) fn map<'a>(
    mut refspecs: impl Iterator<Item = &'a str> + Clone,
    name: &str,
) -> Option<String> {
    let excluded = refspecs
        .clone()
        .filter_map(|refspec| refspec.strip_prefix('^'))
        .any(|pattern| matched(pattern, name).is_some());
    if excluded {
        return None;
    }
    refspecs.find_map(|refspec| {
        let (source, destination) = refspec.trim_start_matches('+').split_once(':')?;
        let middle = matched(source, name)?;
        if !destination.starts_with("refs/") {
            return None;
        }
        match destination.split_once('*') {
            Some((before, after)) if source.contains('*') => {
                Some(format!("{before}{middle}{after}"))
            }
            Some(_) => None,
            None if source.contains('*') => None,
            None => Some(destination.into()),
        }
    })
}

/// What the pattern's `*` stands for in `name`; empty where the pattern is the whole name, which
/// may be a branch's short one.
fn matched<'a>(pattern: &str, name: &'a str) -> Option<&'a str> {
    match pattern.split_once('*') {
        Some((before, after)) => name
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after)),
        None => {
            let short = name.strip_prefix("refs/heads/");
            (pattern == name || short == Some(pattern)).then_some("")
        }
    }
}
