//! One line about one pack that is done with.

use anstyle::Style;

use unicode_width::UnicodeWidthStr;

use super::{
    columns::{cut, cut_path, paint},
    style,
};
use crate::{
    engine::outcome::{Change, PackFailure, PackOutcome, Verdict},
    git::refs::ObjectId,
    model::text,
    ops::sync::SyncedPack,
};

/// The longest word, so that what follows lines up.
const WORD: usize = "up to date".len();

/// What there is to say about a pack, during a run and after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct PackNews<'a> {
    /// The pack.
    pub(super) id: &'a str,
    verdict: Verdict,
    change: Change,
    before: Option<&'a ObjectId>,
    after: Option<&'a ObjectId>,
    commits: Option<u64>,
    message: Option<&'a str>,
    failure: Option<&'a PackFailure>,
}

impl<'a> From<&'a PackOutcome> for PackNews<'a> {
    fn from(outcome: &'a PackOutcome) -> Self {
        Self {
            id: outcome.path.as_str(),
            verdict: outcome.verdict,
            change: outcome.change,
            before: outcome.before.as_ref(),
            after: outcome.after.as_ref(),
            commits: outcome.commits,
            message: outcome.message.as_deref(),
            failure: outcome.failure.as_ref(),
        }
    }
}

impl<'a> From<&'a SyncedPack> for PackNews<'a> {
    fn from(pack: &'a SyncedPack) -> Self {
        Self {
            id: &pack.id,
            verdict: pack.result,
            change: pack.change,
            before: pack.sha_before.as_ref(),
            after: pack.sha_after.as_ref(),
            commits: pack.commits,
            message: pack.message.as_deref(),
            failure: pack.failure.as_ref().map(|failure| &failure.failure),
        }
    }
}

impl PackNews<'_> {
    /// Says whether the pack was not tried, or left.
    pub(super) fn is_skipped(&self) -> bool {
        self.verdict == Verdict::Skipped
    }

    /// Says whether the pack failed.
    pub(super) fn is_failed(&self) -> bool {
        self.verdict == Verdict::Err
    }

    /// Says whether there is more to say than that all is well.
    pub(super) fn is_worth_a_line(&self) -> bool {
        let moved = matches!(
            self.change,
            Change::Cloned | Change::Updated | Change::Forced | Change::Removed
        );
        self.verdict == Verdict::Err || moved || self.message.is_some()
    }

    /// How the pack ended, in a word.
    pub(super) fn word(&self) -> &'static str {
        match (self.verdict, self.change) {
            (Verdict::Err, _) => "failed",
            (Verdict::Skipped, _) => "skipped",
            (Verdict::Ok, Change::Cloned) => "cloned",
            (Verdict::Ok, Change::Updated) => "updated",
            (Verdict::Ok, Change::Forced) => "forced",
            (Verdict::Ok, Change::Fetched) => "fetched",
            (Verdict::Ok, Change::Removed) => "removed",
            (Verdict::Ok, Change::UpToDate | Change::None) => "up to date",
        }
    }

    /// The line, with its end.
    pub(super) fn line(&self) -> String {
        let word = paint(&format!("{:<WORD$}", self.word()), self.style());
        let mut line = format!("{word}  {}", text::shown(self.id));
        for part in [self.commits_text(), self.message_text()]
            .into_iter()
            .flatten()
        {
            line += "  ";
            line += &part;
        }
        line.push('\n');
        line
    }

    /// The line, with its end, in a terminal's width where it says less than is told at the end
    /// anyway: of what failed.
    pub(super) fn line_within(&self, width: usize, ellipsis: &str) -> String {
        let rest = format!(
            "{}  {}",
            text::shown(self.id),
            self.message_text().unwrap_or_default()
        );
        let left = width.saturating_sub(WORD + 2);
        if !self.is_failed() || rest.width() <= left {
            return self.line();
        }
        let word = paint(&format!("{:<WORD$}", self.word()), self.style());
        let id = cut_path(&text::shown(self.id), left * 2 / 3, ellipsis);
        let message = self.message_text().unwrap_or_default();
        let message = cut(&message, left.saturating_sub(id.width() + 2), ellipsis);
        format!("{word}  {id}  {message}\n")
    }

    /// The line of a plan.
    pub(super) fn plan_line(&self) -> String {
        match self.message_text() {
            Some(message) => format!("{}  {message}\n", text::shown(self.id)),
            None => format!("{}\n", text::shown(self.id)),
        }
    }

    /// What its ending is painted in.
    pub(super) fn style(&self) -> Style {
        match (self.verdict, self.change) {
            (Verdict::Err, _) => style::ERROR,
            (Verdict::Skipped, _) | (_, Change::Forced | Change::Removed) => style::WARNING,
            (_, Change::Cloned | Change::Updated) => style::GOOD,
            _ => style::FAINT,
        }
    }

    fn commits_text(&self) -> Option<String> {
        let after = self.after?.short();
        match (self.verdict, self.change, self.before) {
            (Verdict::Ok, Change::Cloned, _) => Some(after.to_owned()),
            (Verdict::Ok, Change::Updated | Change::Forced, Some(before)) => {
                let count = match self.commits {
                    None => String::new(),
                    Some(1) => String::from(" (1 commit)"),
                    Some(count) => format!(" ({count} commits)"),
                };
                Some(format!("{}..{after}{count}", before.short()))
            }
            _ => None,
        }
    }

    /// What is said, in one line: what failed is told in full at the end of the run.
    fn message_text(&self) -> Option<String> {
        if let Some(failure) = self.failure {
            let message = text::shown(&failure.message);
            let first = message.lines().next().unwrap_or_default();
            return Some(format!("{}: {first}", failure.class));
        }
        let message = text::shown(self.message?);
        let lines: Vec<&str> = message
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        Some(lines.join("; "))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::PackNews;
    use crate::{
        engine::outcome::{Change, PackFailure, PackOutcome, Verdict},
        git::{failure::FailureClass, refs::ObjectId},
        model::{path::PackPath, url::PackUrl},
    };

    fn outcome(verdict: Verdict, change: Change) -> PackOutcome {
        let path = PackPath::parse("a/b").unwrap();
        let url = PackUrl::parse("https://example.org/b").unwrap();
        PackOutcome {
            change,
            ..PackOutcome::unchanged(&path, &url, verdict)
        }
    }

    fn commit(digit: &str) -> Option<ObjectId> {
        Some(ObjectId::parse(&digit.repeat(40)).unwrap())
    }

    fn line(outcome: &PackOutcome) -> String {
        anstream::adapter::strip_str(&PackNews::from(outcome).line()).to_string()
    }

    #[test]
    fn a_pack_with_nothing_to_say_is_not_worth_a_line() {
        for (verdict, change, worth) in [
            (Verdict::Ok, Change::UpToDate, false),
            (Verdict::Ok, Change::Fetched, false),
            (Verdict::Ok, Change::Cloned, true),
            (Verdict::Ok, Change::Removed, true),
            (Verdict::Err, Change::None, true),
        ] {
            assert_eq!(
                PackNews::from(&outcome(verdict, change)).is_worth_a_line(),
                worth
            );
        }
        let said = PackOutcome {
            message: Some("look".into()),
            ..outcome(Verdict::Ok, Change::UpToDate)
        };
        assert!(PackNews::from(&said).is_worth_a_line());
    }

    #[test]
    fn lines_say_from_where_to_where() {
        let moved = PackOutcome {
            before: commit("1"),
            after: commit("2"),
            commits: Some(3),
            ..outcome(Verdict::Ok, Change::Updated)
        };
        assert_eq!(
            line(&moved),
            "updated     a/b  1111111..2222222 (3 commits)\n"
        );
        let cloned = PackOutcome {
            after: commit("2"),
            ..outcome(Verdict::Ok, Change::Cloned)
        };
        assert_eq!(line(&cloned), "cloned      a/b  2222222\n");
        let said = PackOutcome {
            message: Some("one\n  two\u{1b}[2J\n".into()),
            ..outcome(Verdict::Ok, Change::Forced)
        };
        assert_eq!(line(&said), "forced      a/b  one; two\n");
    }

    #[test]
    fn only_what_failed_is_cut() {
        let message = "fatal: the remote end hung up unexpectedly";
        let failed = PackOutcome {
            failure: Some(PackFailure::new(FailureClass::Network, message)),
            ..outcome(Verdict::Err, Change::None)
        };
        let within = |outcome: &PackOutcome, width| {
            let line = PackNews::from(outcome).line_within(width, "…");
            anstream::adapter::strip_str(&line).to_string()
        };
        assert_eq!(
            within(&failed, 40),
            "failed      a/b  network: fatal: the re…\n"
        );
        assert_eq!(within(&failed, 100), line(&failed));
        let said = PackOutcome {
            message: Some(message.into()),
            ..outcome(Verdict::Ok, Change::UpToDate)
        };
        assert_eq!(within(&said, 40), line(&said));
    }

    #[test]
    fn a_failure_is_named_by_its_class_and_first_line() {
        let failure = PackFailure::new(FailureClass::Auth, "fatal: denied\nfatal: and so on");
        let failed = PackOutcome {
            failure: Some(failure),
            ..outcome(Verdict::Err, Change::None)
        };
        assert_eq!(line(&failed), "failed      a/b  auth: fatal: denied\n");
    }
}
