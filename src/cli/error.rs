//! Errors, told to a person or as JSON.

use std::{fmt, io};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use schemars::JsonSchema;
use serde::Serialize;

use super::{columns::paint, style, ui::Ui};
use crate::{
    engine::outcome::PackFailure,
    model::{pack::PackFileError, text},
    ops::error::{ErrorKind, OpError},
    sys::reason::reason,
};

/// The exit code when the reader of standard output went away: what a shell reports of a program
/// that `SIGPIPE` has ended.
const BROKEN_PIPE: u8 = 141;

/// The id of the workspace's own pack.
const WORKSPACE: &str = ".";

const OWN: &str = "they say which packs belong here, so nothing is done before they are right; `grex ls` and `grex doctor` work";

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

/// An error as JSON.
#[derive(Serialize, JsonSchema)]
pub(super) struct Document<'a> {
    /// Why the verb could not be carried out.
    error: Body<'a>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Error")]
struct Body<'a> {
    /// Its class, which decides the exit code.
    #[schemars(with = "ErrorKind")]
    kind: &'static str,
    /// What failed and why.
    message: String,
    /// What to do about it.
    hint: Option<String>,
    /// The pack that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pack: Option<&'a str>,
    /// The file that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    /// The line in that file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// The column there, from 1.
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
                &format!("cannot write the result: {}", reason(error)),
                None,
            ));
            1
        }
    }
}

fn document(error: &OpError) -> Document<'_> {
    let place = error.place.as_deref();
    let file = error.file.as_deref();
    let line = place.and_then(|place| usize::try_from(place.line?).ok());
    Document {
        error: Body {
            kind: error.kind.name(),
            message: text::shown(&error.message),
            hint: error.advice().map(text::shown),
            pack: error.pack.as_deref(),
            file: file.or_else(|| place.map(|place| place.file.as_str())),
            line: error.line.or(line),
            column: error.column(),
        },
    }
}

/// What a person is told of an operation that could not be carried out.
fn error_text(error: &OpError, ui: &Ui) -> String {
    if let Some(place) = &error.place {
        let told = located(error.pack.as_deref(), place, ui);
        return told + &hint_line(error.hint.as_deref());
    }
    let message = text::shown(&error.message);
    let about = error.pack.as_ref().filter(|pack| !names(&message, pack));
    let message = match about {
        Some(pack) => format!("{}: {message}", text::shown(pack)),
        None => message,
    };
    labelled(&message, error.hint.as_deref())
}

/// Says whether a message names the pack already, and not only a word that contains its name.
fn names(message: &str, pack: &str) -> bool {
    let begins = format!("{pack}: ");
    let mut lines = message.lines().map(str::trim_start);
    lines.any(|line| line.starts_with(&begins)) || message.contains(&format!("`{pack}`"))
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

/// What to do, on a line of its own.
pub(super) fn hint_line(hint: Option<&str>) -> String {
    hint.map(|hint| format!("{} {}\n", paint("hint:", style::HINT), text::shown(hint)))
        .unwrap_or_default()
}

/// A pack's files with what is wrong in them underlined. What is shown of them is masked already.
fn located(pack: Option<&str>, place: &PackFileError, ui: &Ui) -> String {
    let about = match pack {
        Some(WORKSPACE) => String::from("the workspace's own .grex files cannot be used"),
        Some(pack) => format!("{}: its .grex files cannot be used", text::shown(pack)),
        None => String::from("its .grex files cannot be used"),
    };
    let mut told = labelled(&about, None);
    let theme = if ui.unicode {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::ascii()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(ui.message_width());
    for finding in place.findings().map(Finding) {
        if handler.render_report(&mut told, &finding).is_err() {
            // Formatting into a string does not fail; the bare message is there should it ever.
            told += &format!("  {finding}\n");
        }
    }
    match pack {
        Some(WORKSPACE) => told + &hint_line(Some(OWN)),
        _ => told,
    }
}

/// One finding by itself. What is wrong is said once, above the lines that it is about.
#[derive(Debug)]
struct Finding<'a>(&'a PackFileError);

impl fmt::Display for Finding<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.source_code() {
            Some(_) => formatter.write_str(&self.0.message),
            None => self.0.fmt(formatter),
        }
    }
}

impl std::error::Error for Finding<'_> {}

impl Diagnostic for Finding<'_> {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.help()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.0.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let bare = |label: LabeledSpan| match label.label() {
            Some(text) if text == self.0.message => {
                LabeledSpan::new_primary_with_span(None, *label.inner())
            }
            _ => label,
        };
        Some(Box::new(self.0.labels()?.map(bare)))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::{Finding, document, labelled};
    use crate::{
        model::pack::{PackSource, SourceFile, Vocabulary, parse},
        ops::error::{ErrorKind, OpError},
    };

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

    #[test]
    fn what_is_wrong_in_a_file_is_said_once_and_underlined() {
        let text = "schema_version: \"1\"\nname: x\ntype: mta\n";
        let pack = SourceFile {
            name: "pack.yaml",
            text,
        };
        let source = PackSource { pack, target: None };
        let place = parse(source, &Vocabulary::builtin()).unwrap_err();
        let handler = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::none());
        let mut told = String::new();
        handler.render_report(&mut told, &Finding(&place)).unwrap();
        assert_eq!(told.matches("unknown pack type").count(), 1, "{told}");
        assert!(
            told.contains("pack.yaml:3:7") && told.contains("^^^"),
            "{told}"
        );

        let error = OpError {
            place: Some(Box::new(place)),
            ..OpError::new(ErrorKind::UnknownName, "x")
        };
        let json = serde_json::to_value(document(&error)).unwrap();
        assert_eq!(json["error"]["file"], "pack.yaml");
        assert_eq!(
            (&json["error"]["line"], &json["error"]["column"]),
            (&3.into(), &7.into())
        );
        assert!(json["error"]["hint"].as_str().unwrap().contains("`meta`"));
    }
}
