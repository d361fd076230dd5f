//! Errors, told to a person or as JSON.

use std::io;

use miette::{GraphicalReportHandler, GraphicalTheme};
use serde::Serialize;

use super::{columns::paint, style, ui::Ui};
use crate::{
    engine::outcome::PackFailure,
    model::{pack::PackFileError, text},
    ops::error::OpError,
};

/// The exit code when the reader of standard output went away: what a shell reports of a program
/// that `SIGPIPE` has ended.
const BROKEN_PIPE: u8 = 141;

/// Why the program ends early.
#[derive(Debug)]
pub(super) enum CliError {
    /// The operation could not be carried out.
    Op(OpError),
    /// The result could not be written.
    Output(io::Error),
}

impl From<OpError> for CliError {
    fn from(error: OpError) -> Self {
        Self::Op(error)
    }
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    error: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    kind: &'static str,
    message: String,
    hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pack: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
}

/// Tells the user, and returns the exit code.
pub(super) fn tell(error: &CliError, ui: &Ui) -> u8 {
    match error {
        CliError::Op(error) => {
            let written = if ui.json {
                ui.print_json(&document(error))
            } else {
                ui.tell(&error_text(error, ui));
                Ok(())
            };
            written.map_or_else(
                |error| tell(&CliError::Output(error), ui),
                |()| error.kind.exit_code(),
            )
        }
        CliError::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => BROKEN_PIPE,
        CliError::Output(error) => {
            ui.tell(&labelled(
                &format!("cannot write the result: {error}"),
                None,
            ));
            1
        }
    }
}

fn document(error: &OpError) -> Document<'_> {
    Document {
        error: Body {
            kind: error.kind.name(),
            message: text::shown(&error.message),
            hint: error.hint.as_ref().map(text::shown),
            pack: error.pack.as_deref(),
            file: error.file.as_deref(),
            line: error.line,
            column: error.column(),
        },
    }
}

/// What a person is told of an operation that could not be carried out.
fn error_text(error: &OpError, ui: &Ui) -> String {
    if let Some(place) = &error.place {
        return located(error.pack.as_deref(), place, ui);
    }
    let message = text::shown(&error.message);
    let about = error
        .pack
        .as_ref()
        .filter(|pack| !message.contains(pack.as_str()));
    let message = match about {
        Some(pack) => format!("{}: {message}", text::shown(pack)),
        None => message,
    };
    labelled(&message, error.hint.as_deref())
}

/// What a person is told of a pack that failed.
pub(super) fn failure_text(pack: &str, failure: &PackFailure, ui: &Ui) -> String {
    if let Some(place) = &failure.file {
        return located(Some(pack), place, ui);
    }
    let message = format!("{}: {}", text::shown(pack), text::shown(&failure.message));
    let mut told = labelled(&message, None);
    if let Some(command) = &failure.command {
        told += &format!(
            "  {}\n",
            paint(&format!("$ {}", text::shown(command)), style::FAINT)
        );
    }
    told + &hint_line(failure.hint.as_deref())
}

/// `error:` and `hint:`; the further lines of the message are indented.
pub(super) fn labelled(message: &str, hint: Option<&str>) -> String {
    let mut told = String::new();
    for (number, line) in message
        .lines()
        .filter(|line| !line.trim().is_empty())
        .enumerate()
    {
        match number {
            0 => told += &format!("{} {line}\n", paint("error:", style::ERROR)),
            _ => told += &format!("  {}\n", line.trim_start()),
        }
    }
    told + &hint_line(hint)
}

fn hint_line(hint: Option<&str>) -> String {
    hint.map(|hint| format!("{} {}\n", paint("hint:", style::HINT), text::shown(hint)))
        .unwrap_or_default()
}

/// A pack.yaml with what is wrong in it underlined. What it shows of the file is masked already.
fn located(pack: Option<&str>, place: &PackFileError, ui: &Ui) -> String {
    let about = pack
        .map(|pack| format!("{}: ", text::shown(pack)))
        .unwrap_or_default();
    let mut told = labelled(&format!("{about}its .grex files cannot be used"), None);
    let theme = if ui.unicode {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::ascii()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(ui.message_width());
    if handler.render_report(&mut told, place).is_err() {
        // Formatting into a string does not fail; the bare message is there should it ever.
        told += &format!("  {place}\n");
    }
    told
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::{document, labelled};
    use crate::ops::error::{ErrorKind, OpError};

    #[test]
    fn a_message_of_many_lines_stays_one_error() {
        let told = labelled("fatal: no\n\n  fatal: really", Some("go away"));
        let told = anstream::adapter::strip_str(&told).to_string();
        assert_eq!(told, "error: fatal: no\n  fatal: really\nhint: go away\n");
    }

    #[test]
    fn json_names_only_what_is_known_but_always_a_hint() {
        let error = OpError::new(ErrorKind::Locked, "held").about("a/b");
        assert_eq!(
            serde_json::to_string(&document(&error)).unwrap(),
            r#"{"error":{"kind":"locked","message":"held","hint":null,"pack":"a/b"}}"#
        );
        let error = OpError {
            line: Some(3),
            file: Some("grex.jsonl".into()),
            ..OpError::new(ErrorKind::Books, "x\u{1b}[2J")
        }
        .with_hint("y");
        assert_eq!(
            serde_json::to_string(&document(&error)).unwrap(),
            r#"{"error":{"kind":"books","message":"x","hint":"y","file":"grex.jsonl","line":3}}"#
        );
    }
}
