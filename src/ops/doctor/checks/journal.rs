//! The journal: what interrupted runs had begun.

use crate::{
    ops::doctor::{observed::Observed, remedy::Remedy, report::Finding},
    store::journal::{CloneProgress, Journal},
};

pub(super) const NAME: &str = "journal";

const FIX: &str = "`grex doctor --fix` clears up after it, as the next run would";

pub(super) fn check(observed: &Observed) -> Vec<Finding> {
    let journal = match &observed.journal {
        Ok(journal) => journal,
        // The key is another check's.
        Err(crate::store::StoreError::Seal(_)) => return Vec::new(),
        Err(error) => {
            let fix =
                "move it away: what interrupted installs have changed is then taken back by hand";
            return vec![Finding::error(NAME, error.to_string(), fix)];
        }
    };
    if observed.is_busy {
        return Vec::new();
    }
    let mut findings: Vec<Finding> = clones(observed, journal);
    findings.extend(installs(journal));
    if findings.is_empty() && journal.is_filled() && !journal.is_foreign() {
        let detail = "it was not emptied, though all that it tells of came to its end";
        findings.push(Finding::warning(NAME, detail, FIX).mended_by(Remedy::Recover));
    }
    if journal.is_foreign() {
        let detail = "it has lines of a kind that this grex does not know";
        let fix = "run the grex that wrote them, or a later one";
        findings.push(Finding::warning(NAME, detail, fix));
    }
    findings
}

fn clones(observed: &Observed, journal: &Journal) -> Vec<Finding> {
    let findings = journal.unfinished().into_iter().map(|clone| {
        let detail = match clone.progress {
            CloneProgress::Announced => {
                format!("its clone (by way of {}) was interrupted", clone.temporary)
            }
            CloneProgress::Placed => String::from(
                "it was cloned by a run that did not come to its end: it may be damaged",
            ),
        };
        let finding = Finding::warning(NAME, detail, FIX).about(&clone.id);
        match observed.session.workspace.pack_root(&clone.path) {
            Ok(_) => finding.mended_by(Remedy::Recover),
            Err(_) => finding,
        }
    });
    findings.collect()
}

fn installs(journal: &Journal) -> impl Iterator<Item = Finding> {
    journal.unfinished_installs().into_iter().flat_map(|install| {
        let interrupted = Finding::warning(NAME, "an install or teardown of it was interrupted", FIX)
            .about(&install.id)
            .mended_by(Remedy::Recover);
        let strange = (install.unsealed > 0).then(|| {
            let detail = format!(
                "{} about it were not written by your own grex: nothing of them is acted upon",
                match install.unsealed {
                    1 => String::from("a line"),
                    count => format!("{count} lines"),
                }
            );
            let fix = "`grex doctor --fix` leaves them out; look yourself at what the pack may have changed";
            Finding::warning(NAME, detail, fix)
                .about(&install.id)
                .mended_by(Remedy::Recover)
        });
        [Some(interrupted), strange].into_iter().flatten()
    })
}
