//! The git that is run: there, new enough, without known holes, and able to read its settings.

use crate::ops::doctor::{
    observed::Observed,
    report::{Finding, Weight},
};

pub(super) const NAME: &str = "git";

pub(super) fn check(observed: &Observed) -> Vec<Finding> {
    let facts = match &observed.git {
        Ok(facts) => facts,
        Err(error) => {
            let fix = "install git 2.34 or newer, or set GREX_GIT to the path of one";
            return vec![Finding::error(NAME, error.to_string(), fix)];
        }
    };
    let mut findings = Vec::new();
    if let Some(mended) = facts.version.mended_in() {
        let detail = format!(
            "git {} ({}) has known holes in `git clone` and in submodules, unless your system has mended it under the same number",
            facts.version,
            facts.path.display()
        );
        let fix = format!("install git {mended} or newer");
        findings.push(Finding::warning(NAME, detail, fix).weighing(Weight::Advice));
    }
    if let Some(trouble) = &facts.trouble {
        let detail = format!("git cannot read its settings: {trouble}");
        let fix = "`git config --list --show-origin` names the file and the line";
        findings.push(Finding::error(NAME, detail, fix));
    }
    findings
}
