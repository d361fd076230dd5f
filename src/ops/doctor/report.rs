//! What a `doctor` reports.

use schemars::JsonSchema;
use serde::Serialize;

use super::remedy::Remedy;
use crate::{model::text, ops::error::ErrorKind};

/// The exit code of a workspace in which something is not as it should be.
const DRIFT: u8 = 7;

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It is as it should be.
    Ok,
    /// It should be seen to.
    Warning,
    /// Something does not work.
    Error,
}

/// What an exit code makes of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// The manifest or the lockfile cannot be trusted.
    Books,
    /// The workspace is not as it should be.
    Drift,
    /// It is about the machine, and the workspace is none the worse for it.
    Advice,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Finding {
    /// The check that found it.
    pub check: &'static str,
    /// How bad it is: `warning` or `error`.
    pub severity: Severity,
    /// The pack that it is about, by its id; null where it is about none.
    pub pack: Option<String>,
    /// What is wrong, where, and why.
    pub detail: String,
    /// What to do about it, with the command where there is one.
    pub fix: String,
    /// Whether `--fix` does that.
    pub auto_fixable: bool,
    /// Whether it was done.
    pub fixed: bool,
    /// What was done, where there is something to know about it or to do afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done: Option<String>,
    #[serde(skip)]
    pub(super) weight: Weight,
    #[serde(skip)]
    pub(super) remedy: Option<Remedy>,
}

/// A manifest that was compacted, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CompactionReport {
    /// The lines that it had.
    pub before: usize,
    /// The lines that it has, or would have.
    pub after: usize,
}

/// A finding's check, pack and detail.
pub(super) type Key<'a> = (&'static str, Option<&'a str>, &'a str);

/// What was found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DoctorReport {
    /// 3 where manifest or lockfile cannot be trusted, else 7 where something else is not as it
    /// should be, else 0. What was fixed does not count.
    #[schemars(extend("enum" = [0, 3, 7]))]
    pub exit_code: u8,
    /// The worst of what is left.
    pub worst_severity: Severity,
    /// Everything that was found, in the order of the checks, by pack.
    pub findings: Vec<Finding>,
    /// What became of the manifest, if it was to be compacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compaction: Option<CompactionReport>,
}

impl Finding {
    fn new(check: &'static str, severity: Severity, detail: &str, fix: &str) -> Self {
        Self {
            check,
            severity,
            pack: None,
            detail: text::shown(detail),
            fix: text::shown(fix),
            auto_fixable: false,
            fixed: false,
            done: None,
            weight: Weight::Drift,
            remedy: None,
        }
    }

    /// Something that does not work.
    pub(super) fn error(
        check: &'static str,
        detail: impl AsRef<str>,
        fix: impl AsRef<str>,
    ) -> Self {
        Self::new(check, Severity::Error, detail.as_ref(), fix.as_ref())
    }

    /// Something that should be seen to.
    pub(super) fn warning(
        check: &'static str,
        detail: impl AsRef<str>,
        fix: impl AsRef<str>,
    ) -> Self {
        Self::new(check, Severity::Warning, detail.as_ref(), fix.as_ref())
    }

    /// It is about this pack.
    pub(super) fn about(mut self, pack: impl ToString) -> Self {
        self.pack = Some(text::shown(pack.to_string()));
        self
    }

    /// It counts as this.
    pub(super) fn weighing(mut self, weight: Weight) -> Self {
        self.weight = weight;
        self
    }

    /// `--fix` does this about it.
    pub(super) fn mended_by(mut self, remedy: Remedy) -> Self {
        self.auto_fixable = true;
        self.remedy = Some(remedy);
        self
    }

    /// It was put right.
    pub(super) fn fixed(mut self) -> Self {
        self.fixed = true;
        self.done = self.remedy.as_ref().and_then(Remedy::done);
        self
    }

    /// What tells it from others, also from those found at another time.
    pub(super) fn key(&self) -> Key<'_> {
        (self.check, self.pack.as_deref(), &self.detail)
    }
}

impl DoctorReport {
    pub(super) fn of(findings: Vec<Finding>, compaction: Option<CompactionReport>) -> Self {
        let left = || findings.iter().filter(|finding| !finding.fixed);
        let has = |weight| left().any(|finding| finding.weight == weight);
        let exit_code = if has(Weight::Books) {
            ErrorKind::Books.exit_code()
        } else if has(Weight::Drift) {
            DRIFT
        } else {
            0
        };
        let worst = left().map(|finding| finding.severity).max();
        Self {
            exit_code,
            worst_severity: worst.unwrap_or(Severity::Ok),
            findings,
            compaction,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_that_is_left_decides() {
        let code = |findings: &[Finding]| DoctorReport::of(findings.to_vec(), None).exit_code;
        let books = Finding::error("manifest", "x", "y").weighing(Weight::Books);
        let drift = Finding::warning("trash", "x", "y");
        let advice = Finding::warning("git", "x", "y").weighing(Weight::Advice);
        let mut fixed = books.clone();
        fixed.fixed = true;
        assert_eq!(code(&[]), 0);
        assert_eq!(code(std::slice::from_ref(&advice)), 0);
        assert_eq!(code(&[advice.clone(), drift.clone()]), 7);
        assert_eq!(code(&[drift.clone(), books]), 3);
        assert_eq!(code(&[drift, fixed.clone()]), 7);
        let report = DoctorReport::of(vec![fixed], None);
        assert_eq!((report.exit_code, report.worst_severity), (0, Severity::Ok));
    }
}
