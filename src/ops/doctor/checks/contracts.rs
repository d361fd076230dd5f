//! Every pack.yaml, and what can be judged of the actions in it without doing anything.

use std::collections::HashSet;

use crate::{
    engine::outcome::PackFailure,
    model::path::PackId,
    ops::doctor::{observed::Observed, report::Finding},
};

pub(super) const NAME: &str = "pack-yaml";

pub(super) fn check(observed: &Observed) -> Vec<Finding> {
    let Some(declared) = &observed.declared else {
        return Vec::new();
    };
    let own = declared.own_trouble.iter();
    let own = own.map(|failure| (PackId::workspace().to_string(), failure));
    let troubles = declared.troubles.iter();
    let troubles =
        troubles.filter_map(|outcome| Some((outcome.path.to_string(), outcome.failure.as_ref()?)));
    let unjudged = declared.unjudged.iter();
    // A record that cannot be used is another check's.
    let has_record = |id: &str| !observed.lacks_record(id);
    let unjudged = unjudged
        .filter(|(id, _)| has_record(id))
        .map(|(id, failure)| (id.clone(), failure));
    let mut told = HashSet::new();
    own.chain(troubles)
        .chain(unjudged)
        .filter(|(id, _)| told.insert(id.clone()))
        .map(|(id, failure)| finding(&id, failure))
        .collect()
}

fn finding(id: &str, failure: &PackFailure) -> Finding {
    let fix = match (&failure.hint, &failure.file) {
        (Some(hint), _) => hint.clone(),
        (None, Some(place)) => {
            let hint = place.hint.clone();
            hint.unwrap_or_else(|| format!("correct {}", place.file))
        }
        (None, None) => String::from("correct its .grex/pack.yaml"),
    };
    let detail = match &failure.file {
        Some(place) => place.to_string(),
        None => failure.message.clone(),
    };
    Finding::error(NAME, detail, fix).about(id)
}
