//! What packs depend on: that it is there, and that there is an order.

use crate::{
    engine::install::{self, order},
    ops::doctor::{observed::Observed, report::Finding},
};

pub(super) const NAME: &str = "depends-on";

pub(super) fn check(observed: &Observed) -> Vec<Finding> {
    let Some(declared) = &observed.declared else {
        return Vec::new();
    };
    let missing = install::missing(&declared.survey);
    let mut findings: Vec<Finding> = missing
        .iter()
        .map(|missing| {
            let fix = "`grex add` it, or correct `depends_on` in .grex/pack.yaml";
            Finding::error(NAME, missing.to_string(), fix).about(&missing.pack)
        })
        .collect();
    let ordered = install::ordered(&declared.survey).unwrap_or_default();
    if let Err(cycle) = order::order(&ordered) {
        let first = cycle.chain.first().cloned().unwrap_or_default();
        let fix = "take one of them out of `depends_on` in .grex/pack.yaml";
        findings.push(Finding::error(NAME, cycle.to_string(), fix).about(first));
    }
    findings
}
