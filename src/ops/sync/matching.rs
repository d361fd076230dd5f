//! A selection that matches nothing: an error that suggests what it may have meant.

use crate::{
    engine::select::Selection,
    model::{
        action::{PACK_TYPES, nearest},
        filter::{self, PackState, Question},
        lock::Lockfile,
    },
    ops::error::{ErrorKind, OpError},
};

/// A selection that nothing matches.
pub(in crate::ops) fn nothing_matches(selection: &Selection, lockfile: &Lockfile) -> OpError {
    let ids: Vec<&str> = lockfile
        .entries
        .values()
        .map(|entry| entry.id.as_str())
        .collect();
    no_match(selection, &ids)
}

/// A selection that none of `ids` matches; the closest are suggested.
pub(in crate::ops) fn no_match(selection: &Selection, ids: &[&str]) -> OpError {
    let error = OpError::new(
        ErrorKind::Usage,
        format!("no pack matches {}", selection.asked().join(" or ")),
    );
    if let Some(state) = meant_state(selection) {
        return error.with_hint(format!("did you mean `--filter state={state}`?"));
    }
    let mut closest: Vec<String> = Vec::new();
    for text in selection.wanted_texts() {
        for candidate in filter::closest(ids.iter().copied(), &text) {
            if !closest.contains(&candidate) {
                closest.push(candidate);
            }
        }
    }
    error.with_hint(match (closest.is_empty(), about_other_terms(selection)) {
        (true, Some(hint)) => hint,
        _ => did_you_mean(&closest),
    })
}

/// A state that stands where a path does, and is none.
fn meant_state(selection: &Selection) -> Option<PackState> {
    let texts = selection.filters.wanted_texts();
    let mut states = PackState::ALL.into_iter();
    states.find(|state| texts.contains(&state.as_str()))
}

/// What may be wrong with terms that name no path.
fn about_other_terms(selection: &Selection) -> Option<String> {
    let filters = &selection.filters;
    let near = filters.wanted_types().into_iter().find_map(|wanted| {
        let near = nearest(wanted, PACK_TYPES)?;
        (near != wanted).then(|| format!("did you mean `type={near}`?"))
    });
    let asked = || {
        let question = *filters.questions().first()?;
        Some(match question {
            Question::ChangedSince(revision) => format!(
                "nothing has changed since `{0}`, or no pack has a revision `{0}`",
                revision.as_str()
            ),
            Question::State(_) => "`grex status` shows the states of the packs".into(),
        })
    };
    near.or_else(asked)
}

/// The advice for who has named packs that are not there: those that come closest.
pub(in crate::ops) fn did_you_mean(closest: &[String]) -> String {
    match closest {
        [] => String::from("`grex ls` lists the packs"),
        closest => {
            let quoted: Vec<_> = closest.iter().map(|name| format!("`{name}`")).collect();
            format!("did you mean {}?", quoted.join(", "))
        }
    }
}
