//! "Did you mean": the nearest known name.

/// Longer names are not compared: they come from a file, and nobody misspells at that length.
const LONGEST: usize = 64;

/// The candidate that is nearest to `name`, if one is near enough to be meant: at most one edit
/// in three characters, never less than one.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let allowed = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_near_name_is_suggested() {
        let known = ["symlink", "mkdir", "rmdir", "env"];
        assert_eq!(nearest("simlink", known), Some("symlink"));
        assert_eq!(nearest("mkdri", known), Some("mkdir"));
        assert_eq!(nearest("rkdir", known), Some("mkdir"));
        assert_eq!(nearest("download", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest(&"s".repeat(10_000), known), None);
    }
}
