//! What has been in the trash for long.

use jiff::{SignedDuration, Timestamp};

use crate::{
    ops::doctor::{observed::Observed, remedy::Remedy, report::Finding},
    store::trash,
};

pub(super) const NAME: &str = "trash";

/// How long what was removed is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(super) fn check(observed: &Observed) -> Vec<Finding> {
    let session = &observed.session;
    let limit = session
        .clock
        .now()
        .checked_sub(KEPT)
        .unwrap_or(Timestamp::MIN);
    let old = match trash::older_than(&session.workspace, limit) {
        Ok(old) => old,
        Err(error) => {
            let fix = "make it a directory that can be read, or move it away";
            return vec![Finding::error(NAME, error.to_string(), fix)];
        }
    };
    let findings = old.into_iter().map(|bin| {
        let detail = format!("{} is older than 30 days", bin.display());
        let fix = "take out of it what you want to keep; `grex doctor --fix` deletes it";
        Finding::warning(NAME, detail, fix).mended_by(Remedy::EmptyBin(bin))
    });
    findings.collect()
}
