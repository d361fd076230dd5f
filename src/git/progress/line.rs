//! What one line on git's stderr is.

use serde::Serialize;

/// One line, without its end.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// How far a stage has come.
    Progress(Progress),
    /// What the server said, without `remote: `.
    Remote(String),
    /// Anything else: git itself, ssh, a credential helper, a hook.
    Local(String),
}

/// How far a stage has come.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Progress {
    /// What git is doing.
    pub stage: Stage,
    /// From 0 to 100; `None` where git does not know the total.
    pub percent: Option<u8>,
    /// How many are done.
    pub done: u64,
    /// Out of how many.
    pub total: Option<u64>,
    /// Bytes received so far.
    pub bytes: Option<u64>,
    /// The speed as git prints it, such as `5.92 MiB/s`.
    pub rate: Option<String>,
    /// Whether the server does this.
    pub remote: bool,
    /// Whether the stage is over.
    pub finished: bool,
}

/// A stage of a clone, fetch or checkout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// `Counting objects`.
    Counting,
    /// `Compressing objects`.
    Compressing,
    /// `Receiving objects`, or `Unpacking objects` where there are few.
    Receiving,
    /// `Resolving deltas`.
    Resolving,
    /// `Updating files`.
    Updating,
    /// `Filtering content`: what a long-running filter such as LFS downloads.
    Filtering,
    /// Any other, by git's words, such as `Enumerating objects`.
    Other(String),
}

impl Line {
    /// Says whether it is how git begins, which tells nobody anything new.
    pub fn is_routine(&self) -> bool {
        matches!(self, Self::Local(text) if text.starts_with("Cloning into '"))
    }

    /// Says what a line is; its end does not matter.
    pub(in crate::git) fn parse(line: &str) -> Self {
        let line = line.trim_end();
        if let Some(said) = line.strip_prefix("remote:") {
            // Git ends what a server says with what clears the rest of a terminal's line.
            let said = said.strip_suffix("\u{1b}[K").unwrap_or(said).trim_end();
            let said = said.strip_prefix(' ').unwrap_or(said);
            return progress(said, true).map_or_else(|| Self::Remote(said.into()), Self::Progress);
        }
        progress(line, false).map_or_else(|| Self::Local(line.into()), Self::Progress)
    }
}

impl Stage {
    fn from_title(title: &str) -> Self {
        match title {
            "Counting objects" => Self::Counting,
            "Compressing objects" => Self::Compressing,
            "Receiving objects" | "Unpacking objects" => Self::Receiving,
            "Resolving deltas" => Self::Resolving,
            "Updating files" | "Checking out files" => Self::Updating,
            "Filtering content" => Self::Filtering,
            _ => Self::Other(title.into()),
        }
    }
}

/// `Title:  12% (3/25), 1.00 MiB | 2.00 MiB/s, done.`, or `Title: 3, done.` without a total.
fn progress(line: &str, remote: bool) -> Option<Progress> {
    let (title, rest) = line.split_once(": ")?;
    // `error: 5%` is no progress, and a title is words.
    let words = |character: char| character.is_ascii_alphabetic() || character == ' ';
    if !title.starts_with(|first: char| first.is_ascii_uppercase()) || !title.chars().all(words) {
        return None;
    }
    let mut parts = rest.trim_start().split(", ");
    let (percent, done, total) = amount(parts.next()?)?;
    let mut progress = Progress {
        stage: Stage::from_title(title),
        percent,
        done,
        total,
        bytes: None,
        rate: None,
        remote,
        finished: false,
    };
    for part in parts {
        if part == "done." {
            progress.finished = true;
        } else if let Some((bytes, rate)) = part.split_once(" | ") {
            progress.bytes = Some(size(bytes)?);
            progress.rate = Some(rate.into());
        } else {
            progress.bytes = Some(size(part)?);
        }
    }
    // A bare number may be anything; git's own counters without a total are about objects.
    let counter = percent.is_some() || title.ends_with(" objects");
    counter.then_some(progress)
}

/// `12% (3/25)` or `3`.
fn amount(text: &str) -> Option<(Option<u8>, u64, Option<u64>)> {
    let Some((percent, counts)) = text.split_once("% (") else {
        return Some((None, text.parse().ok()?, None));
    };
    let (done, total) = counts.strip_suffix(')')?.split_once('/')?;
    let percent = percent.parse::<u8>().ok()?.min(100);
    Some((Some(percent), done.parse().ok()?, Some(total.parse().ok()?)))
}

/// `343.59 KiB` or `12 bytes`, in bytes.
fn size(text: &str) -> Option<u64> {
    let (number, unit) = text.split_once(' ')?;
    let scale: u64 = match unit {
        "byte" | "bytes" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if fraction.len() > 3 {
        return None;
    }
    let thousandths = fraction.parse::<u64>().ok()? * [1000, 100, 10, 1][fraction.len()];
    let whole = whole.parse::<u64>().ok()?.checked_mul(scale)?;
    whole.checked_add(thousandths * scale / 1000)
}
