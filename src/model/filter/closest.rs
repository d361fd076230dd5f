//! "Did you mean".

/// The most that is suggested.
const MOST: usize = 3;

/// Longer texts are compared with nothing: the comparison costs the product of both lengths.
const LONGEST: usize = 256;

/// Returns up to three of the candidates that look like what was wanted, best first: few slips
/// away as a whole or in their last segment, or one containing the other. Metacharacters of globs
/// in `wanted` do not count.
pub fn closest<'a>(candidates: impl Iterator<Item = &'a str>, wanted: &str) -> Vec<String> {
    let wanted: String = wanted
        .chars()
        .filter(|letter| !"*?[]{}\\".contains(*letter))
        .collect();
    let wanted = wanted.trim_matches('/').to_lowercase();
    if wanted.is_empty() || wanted.len() > LONGEST {
        return Vec::new();
    }
    let mut ranked: Vec<(usize, &str)> = candidates
        .filter(|candidate| candidate.len() <= LONGEST)
        .filter_map(|candidate| {
            slips(&candidate.to_lowercase(), &wanted).map(|slips| (slips, candidate))
        })
        .collect();
    ranked.sort_unstable();
    ranked.dedup();
    ranked
        .into_iter()
        .take(MOST)
        .map(|(_, candidate)| candidate.to_owned())
        .collect()
}

/// How far a candidate is from what was wanted; `None` when too far to be meant.
fn slips(candidate: &str, wanted: &str) -> Option<usize> {
    let last = candidate.rsplit('/').next().unwrap_or(candidate);
    let whole = strsim::osa_distance(candidate, wanted);
    let distance = whole.min(strsim::osa_distance(last, wanted).saturating_add(1));
    let allowed = 1 + wanted.chars().count() / 3;
    // Short words are in everything.
    let contains = wanted.len() >= 3
        && (candidate.contains(wanted) || (last.len() >= 3 && wanted.contains(last)));
    match distance <= allowed {
        true => Some(distance),
        false => contains.then_some(allowed + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn the_nearest_come_first_and_strangers_not_at_all() {
        let paths = [
            "dotfiles",
            "services/api",
            "services/apis",
            "services/web",
            "themes",
            "x",
        ];
        let near = |wanted| closest(paths.into_iter(), wanted);
        assert_eq!(near("dotfile"), ["dotfiles"]);
        assert_eq!(near("Dotfiels"), ["dotfiles"]);
        assert_eq!(
            near("services/api"),
            ["services/api", "services/apis", "services/web"]
        );
        assert_eq!(near("api"), ["services/api", "services/apis"]);
        assert_eq!(
            near("service/**"),
            ["services/api", "services/apis", "services/web"]
        );
        assert_eq!(near("zzzzzz"), [""; 0]);
        assert_eq!(near("**"), [""; 0]);
        assert_eq!(near(&"a".repeat(10_000)), [""; 0]);
    }

    #[test]
    fn three_at_most_and_none_twice() {
        let paths = ["aa1", "aa2", "aa2", "aa3", "aa4"];
        assert_eq!(closest(paths.into_iter(), "aa0"), ["aa1", "aa2", "aa3"]);
    }
}
