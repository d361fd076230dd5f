//! Rules: which invocations they are about, and what happens to those.
//!
//! A file of rules is a JSON array:
//!
//! ```json
//! [{"subcommand": "fetch", "repository": "api", "times": {"first": 2},
//!   "faults": [{"delay": {"ms": 50}}, {"fail": {"exit": 128, "stderr": "fatal: no\n"}}]}]
//! ```
//!
//! Every rule that matches counts the invocation, by itself and across processes; the faults of
//! all rules that fire are carried out in order. What has no fault that ends it goes on to the
//! real git. An unknown field or fault is an error, never ignored.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{invocation::Invocation, pattern};

/// What shall happen to some of git's invocations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// The subcommand (`fetch`); none: every one. `git --version` counts as `version`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subcommand: Option<String>,
    /// A [pattern](crate::pattern) for the directory that git works in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// A [pattern](crate::pattern) that at least one argument fits; for a clone, its URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub argument: Option<String>,
    /// Which of the invocations that match, in order of arrival.
    pub times: Times,
    /// What happens to them, in this order.
    pub faults: Vec<Fault>,
}

/// Which of the matching invocations a rule fires for, counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Times {
    /// All of them.
    #[default]
    Every,
    /// Just this one.
    Only(u64),
    /// The first so many.
    First(u64),
    /// This one and all later ones.
    From(u64),
}

impl Times {
    /// Returns whether the `nth` invocation (from 1) is meant.
    #[must_use]
    pub fn includes(self, nth: u64) -> bool {
        match self {
            Self::Every => true,
            Self::Only(n) => nth == n,
            Self::First(n) => nth <= n,
            Self::From(n) => nth >= n,
        }
    }
}

/// One way in which an invocation misbehaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// Waits before it goes on.
    Delay {
        /// For so many milliseconds.
        ms: u64,
    },
    /// Ends at once, without the real git.
    Fail {
        /// With this exit code.
        exit: u8,
        /// After this text on stderr.
        #[serde(default)]
        stderr: String,
    },
    /// Never ends by itself. (After ten minutes it does, as a misuse, so that no forgotten one
    /// stays for ever.)
    Hang,
    /// Lets SIGTERM pass without effect on the shim, from here on. A real git that it goes on to
    /// run decides for itself: put another fault behind this one, such as a hang.
    IgnoreTerm,
    /// Prints git's progress lines on stderr, each ended by CR and the last by LF.
    Progress {
        /// So many lines.
        lines: u32,
        /// With a pause of so many milliseconds before each.
        every_ms: u64,
    },
    /// Leaves a process behind that holds stdout and stderr open.
    Grandchild {
        /// For so many milliseconds.
        ms: u64,
    },
    /// Makes a part of what a `clone` makes, then dies.
    HalfClone {
        /// With this exit code; none: of SIGKILL.
        #[serde(default)]
        exit: Option<u8>,
    },
    /// Asks on `/dev/tty` and waits for a line; the record tells whether it could.
    AskTty {
        /// With this text.
        prompt: String,
    },
    /// Answers `git --version` and `git version` as another version; the rest is untouched.
    Version {
        /// For example `1.8.3`.
        text: String,
    },
    /// Waits until enough invocations have come to the barrier of this name. Those that come
    /// after that pass at once.
    Barrier {
        /// Which barrier: letters, digits, `-` and `_`.
        name: String,
        /// How many must come.
        count: u64,
        /// After so many milliseconds it is a misuse.
        #[serde(default = "barrier_timeout")]
        timeout_ms: u64,
    },
    /// Prints this on stderr, usually a line that begins with `fatal:`, and goes on to succeed.
    FatalThenSucceed {
        /// The text, printed as it is.
        stderr: String,
    },
    /// Prints lines of `x` on stderr.
    StderrBytes {
        /// So many bytes in all.
        count: u64,
    },
    /// Runs a program to its end: a test changes the world at exactly this moment.
    Run {
        /// The program and its arguments; it must succeed.
        argv: Vec<String>,
    },
}

/// How long a barrier waits unless it says otherwise: generous, since a loaded machine is slow.
fn barrier_timeout() -> u64 {
    30_000
}

impl Fault {
    /// Returns a barrier with the usual time limit.
    #[must_use]
    pub fn barrier(name: &str, count: u64) -> Self {
        Self::Barrier {
            name: name.to_owned(),
            count,
            timeout_ms: barrier_timeout(),
        }
    }

    /// Returns a failure with git's usual exit code for errors, 128.
    #[must_use]
    pub fn fatal(stderr: &str) -> Self {
        Self::Fail {
            exit: 128,
            stderr: stderr.to_owned(),
        }
    }
}

impl Rule {
    /// Returns a rule without faults that matches every invocation of `subcommand`.
    #[must_use]
    pub fn on(subcommand: &str) -> Self {
        Self {
            subcommand: Some(subcommand.to_owned()),
            ..Self::default()
        }
    }

    /// Returns a rule without faults that matches everything.
    #[must_use]
    pub fn on_any() -> Self {
        Self::default()
    }

    /// Narrows the rule to a directory, by [pattern](crate::pattern).
    #[must_use]
    pub fn repository(mut self, pattern: &str) -> Self {
        self.repository = Some(pattern.to_owned());
        self
    }

    /// Narrows the rule to invocations with such an argument, by [pattern](crate::pattern).
    #[must_use]
    pub fn argument(mut self, pattern: &str) -> Self {
        self.argument = Some(pattern.to_owned());
        self
    }

    /// Narrows the rule to some of the matching invocations.
    #[must_use]
    pub fn times(mut self, times: Times) -> Self {
        self.times = times;
        self
    }

    /// Adds a fault, after those that are there.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Returns whether the rule is about this invocation, before counting.
    #[must_use]
    pub fn matches(&self, invocation: &Invocation) -> bool {
        let fits = |wanted: &Option<String>, text: &str| {
            wanted
                .as_ref()
                .is_none_or(|wanted| pattern::fits(wanted, text))
        };
        self.subcommand
            .as_ref()
            .is_none_or(|wanted| *wanted == invocation.subcommand)
            && fits(&self.repository, &invocation.repository)
            && (self.argument.is_none()
                || invocation.argv.iter().any(|arg| fits(&self.argument, arg)))
    }
}

/// Why a file of rules is of no use.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// The file cannot be read.
    #[error("cannot read the rules in {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not a list of rules that this version knows.
    #[error("cannot understand the rules in {path}: {source}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        source: serde_json::Error,
    },
}

/// Reads a file of rules.
///
/// # Errors
/// When the file cannot be read, or anything in it is unknown.
pub fn read(path: &Path) -> Result<Vec<Rule>, RulesError> {
    let bytes = std::fs::read(path).map_err(|source| RulesError::Read {
        path: path.to_owned(),
        source,
    })?;
    serde_json::from_slice(&bytes).map_err(|source| RulesError::Parse {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn rules_survive_the_file() {
        let rules = vec![
            Rule::on("fetch")
                .repository("api")
                .times(Times::First(2))
                .fault(Fault::IgnoreTerm)
                .fault(Fault::Hang),
            Rule::on_any()
                .argument("*.git")
                .fault(Fault::barrier("b", 3))
                .fault(Fault::fatal("x")),
        ];
        let text = serde_json::to_string(&rules).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Rule>>(&text).unwrap(), rules);
    }

    #[test]
    fn the_unknown_is_refused() {
        for text in [
            r#"[{"subcomand":"fetch"}]"#,
            r#"[{"faults":["explode"]}]"#,
            r#"[{"faults":[{"delay":{"ms":1,"s":2}}]}]"#,
            r#"[{"faults":[{"delay":{}}]}]"#,
            r#"[{"times":{"never":1}}]"#,
            r#"{"rules":[]}"#,
        ] {
            assert!(serde_json::from_str::<Vec<Rule>>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_count_from_one() {
        let hits = |times: Times| (1..=4).filter(|n| times.includes(*n)).collect::<Vec<_>>();
        assert_eq!(hits(Times::Every), [1, 2, 3, 4]);
        assert_eq!(hits(Times::Only(2)), [2]);
        assert_eq!(hits(Times::First(2)), [1, 2]);
        assert_eq!(hits(Times::From(3)), [3, 4]);
    }
}
