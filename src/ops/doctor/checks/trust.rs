//! The user's own files: the key that marks grex's records, and the approvals.

use crate::{
    ops::doctor::{observed::Observed, report::Finding},
    store::{trust::Trust, user_state},
};

pub(super) const NAME: &str = "trust";

/// As long as a mark, and none.
const NO_MARK: [u8; 64] = [b'0'; 64];

pub(super) fn check(observed: &Observed) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Err(error) = observed.session.seal().verify(NAME, b"", &NO_MARK) {
        let fix = "restore the key from a backup, or do as it says: without it, what was installed must be taken back by hand";
        findings.push(Finding::error(NAME, error.to_string(), fix));
    }
    let own = observed.session.user_state.clone();
    let Some(state) = own.or_else(user_state) else {
        return findings;
    };
    match Trust::open(&state) {
        Ok(trust) if trust.unreadable() == 0 => {}
        Ok(trust) => {
            let detail = format!(
                "{} cannot be read in {}: what they approved counts as not approved",
                match trust.unreadable() {
                    1 => String::from("a line"),
                    count => format!("{count} lines"),
                },
                Trust::file_in(&state).display()
            );
            let fix = "take these lines out; `grex update` asks again for what is not approved";
            findings.push(Finding::warning(NAME, detail, fix));
        }
        Err(error) => {
            let fix = "until then nothing counts as approved, and nothing is installed";
            findings.push(Finding::error(NAME, error.to_string(), fix));
        }
    }
    findings
}
