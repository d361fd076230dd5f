//! Facts that must not go, and demands that must not come.

use std::{collections::BTreeSet, fs, path::PathBuf};

/// What is true of a surface, one line each: `PLACE: WHAT`, or for what is demanded of whoever uses
/// it `! PLACE: WHAT`.
pub(crate) type Facts = BTreeSet<String>;

const DEMAND: &str = "! ";

/// Where the lists are.
pub(crate) fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/frozen/v1")
}

fn file(surface: &str) -> PathBuf {
    directory().join(format!("{surface}.txt"))
}

fn promised(surface: &str) -> Facts {
    let text = fs::read_to_string(file(surface)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Fails when somebody who relies on the list is broken.
#[track_caller]
pub(crate) fn kept(surface: &str, now: &Facts) {
    let broken = breaks(&promised(surface), now);
    assert!(
        broken.is_empty(),
        "this breaks what version 1 promises (docs/stability.md); undo it, or add beside it:\n{}",
        broken.join("\n")
    );
}

/// Fails when there is more than the list says. With `GREX_UPDATE=1` it is written down.
#[track_caller]
pub(crate) fn recorded(surface: &str, now: &Facts) {
    let promised = promised(surface);
    if std::env::var_os("GREX_UPDATE").is_some() && breaks(&promised, now).is_empty() {
        let lines: String = now.iter().map(|fact| format!("{fact}\n")).collect();
        fs::write(file(surface), lines).expect("the list is written");
        return;
    }
    let more: Vec<&str> = now.difference(&promised).map(String::as_str).collect();
    let eased = promised.difference(now);
    let eased: Vec<&str> = eased
        .map(String::as_str)
        .filter(|fact| fact.starts_with(DEMAND))
        .collect();
    assert!(
        more.is_empty() && eased.is_empty(),
        "v1/{surface}.txt does not say this yet; if it is meant, run \
         `GREX_UPDATE=1 cargo test --test frozen`\nnew: {more:#?}\nno longer demanded: {eased:#?}"
    );
}

/// Facts that are gone, and demands on what was there before.
fn breaks(promised: &Facts, now: &Facts) -> Vec<String> {
    let gone = promised
        .difference(now)
        .filter(|fact| !fact.starts_with(DEMAND))
        .map(|fact| format!("gone: {fact}"));
    let is_old = |place: &str| {
        let there = format!("{place}: ");
        promised.iter().any(|fact| fact.starts_with(&there))
    };
    let demanded = now.difference(promised).filter_map(|fact| {
        let place = fact.strip_prefix(DEMAND)?.split_once(": ")?.0;
        is_old(place).then(|| format!("demanded: {fact}"))
    });
    gone.chain(demanded).collect()
}

#[cfg(test)]
mod tests {
    use super::{Facts, breaks};

    fn facts(lines: &[&str]) -> Facts {
        lines.iter().map(|&line| line.to_owned()).collect()
    }

    #[test]
    fn an_addition_is_no_break_and_a_loss_is_one() {
        let old = facts(&["a: takes string", "! a: pattern x"]);
        let case = |lines: &[&str]| breaks(&old, &facts(lines));
        let more = [
            "a: takes string",
            "a: takes null",
            "! a: pattern x",
            "b: takes string",
            "! b: needs c",
        ];
        assert_eq!(case(&more), [""; 0]);
        assert_eq!(case(&["a: takes string"]), [""; 0]);
        let retyped = ["a: takes integer", "! a: pattern x"];
        assert_eq!(case(&retyped), ["gone: a: takes string"]);
        let stricter = ["a: takes string", "! a: pattern x", "! a: needs c"];
        assert_eq!(case(&stricter), ["demanded: ! a: needs c"]);
        assert_eq!(case(&["! a: pattern x"]), ["gone: a: takes string"]);
    }
}
