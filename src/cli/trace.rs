//! `--timings FILE`: what a run spent its time on, in the trace event format of Chrome, which
//! Perfetto, `chrome://tracing` and speedscope open.
//!
//! Spans are complete events (`X`), moments are instants (`i`), and metadata (`M`) names the lanes.
//! Times are microseconds from the beginning of the run.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{error::CliError, ui::Ui};
use crate::{
    ops::error::{ErrorKind, OpError},
    sys::{
        fs::{self, FileError},
        timings::{Kind, OWN_LANE, Span, Timings},
    },
};

/// A trace has one process: grex.
const PROCESS: u32 = 1;

/// A recording that is to be written to a file.
#[derive(Debug)]
pub(super) struct Trace {
    file: PathBuf,
    timings: Timings,
}

impl Trace {
    /// Begins to record for `file`.
    ///
    /// # Errors
    /// The file could not be written at the end.
    pub(super) fn begin(file: &Path) -> Result<Self, OpError> {
        fs::check_replaceable(file).map_err(|error| unwritable(&error))?;
        Ok(Self {
            file: file.to_owned(),
            timings: Timings::begin(),
        })
    }

    /// Runs `run` and writes down what it spent its time on, however it ended. `command` is what was
    /// typed, without secrets.
    pub(super) async fn of(
        self,
        ui: &Ui,
        command: String,
        run: impl Future<Output = Result<u8, CliError>>,
    ) -> Result<u8, CliError> {
        let ended = self.timings.record(command, run).await;
        let written = self.write();
        match (ended, written) {
            (Ok(0), Err(error)) => Err(unwritable(&error).into()),
            (ended, Err(error)) => {
                ui.tell(&format!("warning: {}\n", unwritable(&error).message));
                ended
            }
            (ended, Ok(_)) => ended,
        }
    }

    fn write(&self) -> Result<bool, FileError> {
        let mut document = document(&self.timings.spans()).to_string();
        document.push('\n');
        fs::replace_atomically(&self.file, document.as_bytes())
    }
}

fn unwritable(error: &FileError) -> OpError {
    OpError::new(ErrorKind::Other, format!("--timings: {error}"))
        .with_hint("name a file that is not there yet, in a directory that is")
}

fn document(spans: &[Span]) -> Value {
    let lanes = spans.iter().map(|span| span.lane).max().unwrap_or(OWN_LANE);
    let mut events = vec![named("process_name", OWN_LANE, json!({"name": "grex"}))];
    for lane in 0..=lanes {
        let name = match lane {
            OWN_LANE => String::from("the run"),
            permit => format!("permit {permit}"),
        };
        events.push(named("thread_name", lane, json!({"name": name})));
        events.push(named(
            "thread_sort_index",
            lane,
            json!({"sort_index": lane}),
        ));
    }
    events.extend(spans.iter().map(event));
    json!({"displayTimeUnit": "ms", "traceEvents": events})
}

fn named(what: &str, lane: usize, value: Value) -> Value {
    json!({"name": what, "ph": "M", "pid": PROCESS, "tid": lane, "args": value})
}

fn event(span: &Span) -> Value {
    let mut event = json!({
        "name": span.name,
        "cat": category(span.kind),
        "ph": if span.end.is_some() { "X" } else { "i" },
        "pid": PROCESS,
        "tid": span.lane,
        "ts": span.begin,
    });
    match span.end {
        Some(end) => event["dur"] = json!(end.saturating_sub(span.begin)),
        // Drawn in its lane, not through all of them.
        None => event["s"] = json!("t"),
    }
    if let Some(ending) = &span.ending {
        event["args"] = json!({"ending": ending});
    }
    event
}

fn category(kind: Kind) -> &'static str {
    match kind {
        Kind::Run => "run",
        Kind::Pack => "pack",
        Kind::Git => "git",
        Kind::Program => "program",
        Kind::Action => "action",
        Kind::Lock => "lock",
        Kind::Again => "again",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Kind, Span, document};

    #[test]
    fn lanes_are_named_and_spans_are_complete_events() {
        let span = |lane, kind, end| Span {
            lane,
            kind,
            name: String::from("a"),
            begin: 5,
            end,
            ending: None,
        };
        let failed = Span {
            ending: Some(String::from("exit code 1")),
            ..span(1, Kind::Git, Some(12))
        };
        let moment = span(1, Kind::Again, None);
        let document = document(&[span(0, Kind::Run, Some(20)), failed, moment]);
        let events = document["traceEvents"].as_array().expect("a list");
        assert_eq!(
            events[3],
            json!({"name": "thread_name", "ph": "M", "pid": 1, "tid": 1, "args": {"name": "permit 1"}})
        );
        assert_eq!(
            events[6],
            json!({
                "name": "a", "cat": "git", "ph": "X", "pid": 1, "tid": 1, "ts": 5, "dur": 7,
                "args": {"ending": "exit code 1"}
            })
        );
        assert_eq!(
            events[7],
            json!({"name": "a", "cat": "again", "ph": "i", "pid": 1, "tid": 1, "ts": 5, "s": "t"})
        );
        assert_eq!(events.len(), 8);
    }
}
