//! In which order packs are installed: children before their owners, and what a pack depends on
//! before it. Pure.

/// A pack that the order is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// Its id.
    pub id: String,
    /// The ids of the packs that come before it.
    pub after: Vec<String>,
}

/// Packs that wait for each other: the first one again at the end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("these packs wait for each other: {}", chain.join(" -> "))]
pub struct Cycle {
    /// Their ids, each followed by one that it comes after.
    pub chain: Vec<String>,
}

/// How far the walk has come with a pack.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Unseen,
    Open,
    Done,
}

/// Returns the packs' indices so that each comes after what it waits for; what is not among
/// `packs` is not waited for. Packs without an order between them stay as they are.
///
/// # Errors
/// Packs wait for each other.
pub fn order(packs: &[Ordered]) -> Result<Vec<usize>, Cycle> {
    let places: std::collections::HashMap<&str, usize> = packs
        .iter()
        .enumerate()
        .map(|(index, pack)| (pack.id.as_str(), index))
        .collect();
    let mut marks = vec![Mark::Unseen; packs.len()];
    let mut sorted = Vec::with_capacity(packs.len());
    for start in 0..packs.len() {
        // A stack of our own: the depth of a chain is up to whoever wrote the packs.
        let mut open: Vec<(usize, usize)> = Vec::new();
        if marks[start] == Mark::Unseen {
            marks[start] = Mark::Open;
            open.push((start, 0));
        }
        while let Some((index, next)) = open.last_mut() {
            let (index, edge) = (*index, *next);
            *next += 1;
            let Some(before) = packs[index].after.get(edge) else {
                marks[index] = Mark::Done;
                sorted.push(index);
                open.pop();
                continue;
            };
            let Some(&before) = places.get(before.as_str()) else {
                continue;
            };
            match marks[before] {
                Mark::Done => {}
                Mark::Open => return Err(cycle(packs, &open, before)),
                Mark::Unseen => {
                    marks[before] = Mark::Open;
                    open.push((before, 0));
                }
            }
        }
    }
    Ok(sorted)
}

fn cycle(packs: &[Ordered], open: &[(usize, usize)], again: usize) -> Cycle {
    let mut chain: Vec<String> = open
        .iter()
        .map(|(index, _)| *index)
        .skip_while(|index| *index != again)
        .map(|index| packs[index].id.clone())
        .collect();
    chain.push(packs[again].id.clone());
    Cycle { chain }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn packs(table: &[(&str, &[&str])]) -> Vec<Ordered> {
        table
            .iter()
            .map(|(id, after)| Ordered {
                id: (*id).to_owned(),
                after: after.iter().map(ToString::to_string).collect(),
            })
            .collect()
    }

    fn names(packs: &[Ordered]) -> Vec<&str> {
        let order = order(packs).unwrap();
        order
            .iter()
            .map(|index| packs[*index].id.as_str())
            .collect()
    }

    #[test]
    fn each_comes_after_what_it_waits_for() {
        let packs = packs(&[
            ("a", &["a/x", "c"]),
            ("a/x", &[]),
            ("b", &["a", "not-here"]),
            ("c", &[]),
        ]);
        assert_eq!(names(&packs), ["a/x", "c", "a", "b"]);
    }

    #[test]
    fn a_cycle_is_told_from_its_first_pack_to_its_first_pack() {
        let packs = packs(&[("x", &["a"]), ("a", &["b"]), ("b", &["c"]), ("c", &["a"])]);
        let error = order(&packs).unwrap_err();
        assert_eq!(
            error.to_string(),
            "these packs wait for each other: a -> b -> c -> a"
        );
        assert_eq!(order(&packs[1..]).unwrap_err().chain.len(), 4);
        let own = super::tests::packs(&[("a", &["a"])]);
        assert_eq!(order(&own).unwrap_err().chain, ["a", "a"]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let ids: Vec<String> = (0..100_000).map(|number| number.to_string()).collect();
        let packs: Vec<Ordered> = ids
            .iter()
            .enumerate()
            .map(|(index, id)| Ordered {
                id: id.clone(),
                after: ids.get(index + 1).cloned().into_iter().collect(),
            })
            .collect();
        assert_eq!(order(&packs).unwrap()[0], 99_999);
    }
}
