//! Packs that are still to be installed, and which of them wait for which.

use std::{collections::HashMap, mem, sync::Arc};

use super::candidate::Candidate;

/// The packs that are neither installed nor given up on.
#[derive(Default)]
pub(super) struct Waiting {
    candidates: HashMap<String, Arc<Candidate>>,
    /// How many packs each still waits for.
    unmet: HashMap<String, usize>,
    /// Who waits for a pack.
    dependents: HashMap<String, Vec<String>>,
}

impl Waiting {
    /// Adds a pack, after those that come before it. It is returned if it waits for none of them.
    pub(super) fn add(&mut self, id: String, candidate: Candidate) -> Option<Arc<Candidate>> {
        let candidate = Arc::new(candidate);
        let mut unmet = 0;
        for before in &candidate.after {
            if self.candidates.contains_key(before) {
                let dependents = self.dependents.entry(before.clone()).or_default();
                dependents.push(id.clone());
                unmet += 1;
            }
        }
        self.unmet.insert(id.clone(), unmet);
        self.candidates.insert(id, Arc::clone(&candidate));
        (unmet == 0).then_some(candidate)
    }

    /// The install of a pack has ended.
    pub(super) fn remove(&mut self, id: &str) {
        self.candidates.remove(id);
    }

    /// Those that waited for this pack wait for one less. Returned are those that wait no more.
    pub(super) fn release(&mut self, id: &str) -> Vec<Arc<Candidate>> {
        let mut ready = Vec::new();
        for dependent in self.dependents.remove(id).unwrap_or_default() {
            let Some(unmet) = self.unmet.get_mut(&dependent) else {
                continue;
            };
            *unmet -= 1;
            if *unmet == 0
                && let Some(candidate) = self.candidates.get(&dependent)
            {
                ready.push(Arc::clone(candidate));
            }
        }
        ready
    }

    /// Removes those that waited for this pack, and those that wait for them. Each is returned with
    /// the one that it waited for.
    pub(super) fn give_up_on(&mut self, id: &str) -> Vec<(String, String)> {
        let mut given_up = Vec::new();
        let mut open = vec![id.to_owned()];
        while let Some(failed) = open.pop() {
            for dependent in self.dependents.remove(&failed).unwrap_or_default() {
                if self.candidates.remove(&dependent).is_some() {
                    given_up.push((dependent.clone(), failed.clone()));
                    open.push(dependent);
                }
            }
        }
        given_up
    }

    /// Takes out all of them.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = String> {
        mem::take(&mut self.candidates).into_keys()
    }
}
