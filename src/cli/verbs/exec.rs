//! `grex exec`.

use std::{ffi::OsString, io, ops::ControlFlow, sync::Arc};

use super::exec_guess;
use crate::{
    cli::{
        columns::paint,
        error::{CliError, failure_text, hint_line, labelled},
        globals::GlobalArgs,
        invocation::Invocation,
        progress::Watcher,
        retry::Retry,
        style,
        ui::{Piece, Ui},
    },
    engine::select::Selection,
    model::{filter::PathGlob, text},
    ops::exec::{Audience, ExecCommand, ExecReport, ExecRequest, ExecutedPack, Output, exec},
};

const EXAMPLES: &str = "\
EXAMPLES
  grex exec git log -1 --oneline                 the last commit of every pack
  grex exec --filter state=dirty git diff        what was changed
  grex exec -j1 -- make -k test                  one pack after another
  grex exec --shell 'git log --oneline | wc -l'  a line for sh
  grex exec --filter api git rebase -i           one pack: it has the terminal

Everything from CMD on is the command's, options too; grex's own options stand before it. CMD is looked for on PATH, one with a `/` in its name in the pack: `grex exec ./build.sh`.

GREX_PACK_ID, GREX_PACK_NAME, GREX_PACK_PATH and GREX_WORKSPACE tell the command where it is.";

/// Run a command in each pack's directory
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, override_usage = "grex exec [OPTIONS] CMD [ARG]...")]
pub(in crate::cli) struct ExecArgs {
    /// Run `sh -c` with CMD and every ARG, joined by spaces
    #[arg(long)]
    shell: bool,
    /// The command and its arguments
    #[arg(
        value_name = "CMD",
        required = true,
        num_args = 1..,
        trailing_var_arg = true
    )]
    command: Vec<OsString>,
    #[command(flatten)]
    pub(in crate::cli) globals: GlobalArgs,
}

impl ExecArgs {
    fn command(self) -> ExecCommand {
        let Self {
            shell,
            command,
            globals: _,
        } = self;
        match shell {
            true => ExecCommand::Shell(command.join(" ".as_ref())),
            false => ExecCommand::Words(command),
        }
    }
}

/// Runs the verb.
pub(in crate::cli) async fn run(args: ExecArgs, invocation: &Invocation) -> Result<u8, CliError> {
    invocation.globals.refuse_trust("exec")?;
    let command = args.command();
    let (globals, ui) = (&invocation.globals, &invocation.ui);
    let request = ExecRequest {
        command: command.clone(),
        selection: Selection {
            filters: globals.filters.clone(),
            ..Selection::default()
        },
        ends: None,
        colours: ui.shows_colours(),
        interactive: invocation.has_whole_terminal(),
    };
    let session = invocation.session(invocation.workspace()?);
    let mut printer = Printer::new(ui, invocation.watcher());
    let (report, _) = invocation
        .watch(exec(&session, request, &mut printer))
        .await?;
    if let Some(error) = printer.broken {
        return Err(error.into());
    }
    if globals.json {
        ui.stream_json(&report)?;
    } else if let Some(missing) = &report.missing_program {
        let meant = exec_guess::filter_first(&command, &report, &globals.kept);
        let hint = meant.as_deref().unwrap_or(&missing.hint);
        ui.tell(&labelled(&missing.message, Some(hint)));
    } else if globals.dry_run {
        ui.report(&plan(&report, ui))?;
    } else {
        conclude(&report, &command, printer.had_terminal, invocation);
    }
    Ok(report.exit_code())
}

/// Prints what commands have printed, as they end.
struct Printer<'a> {
    ui: &'a Ui,
    watcher: Arc<Watcher>,
    /// Something was printed before.
    is_later: bool,
    had_terminal: bool,
    broken: Option<io::Error>,
}

impl Audience for Printer<'_> {
    fn completed(&mut self, pack: &mut ExecutedPack) -> ControlFlow<()> {
        if self.ui.json {
            return ControlFlow::Continue(());
        }
        self.watcher.hide();
        let written = self.print(pack);
        self.watcher.show();
        pack.forget_output();
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.broken.get_or_insert(error);
                ControlFlow::Break(())
            }
        }
    }

    fn hand_over(&mut self) {
        self.had_terminal = true;
        self.watcher.hand_over();
    }

    fn take_back(&mut self) {
        self.watcher.take_back();
    }
}

impl<'a> Printer<'a> {
    fn new(ui: &'a Ui, watcher: Arc<Watcher>) -> Self {
        Self {
            ui,
            watcher,
            is_later: false,
            had_terminal: false,
            broken: None,
        }
    }

    fn print(&mut self, pack: &ExecutedPack) -> io::Result<()> {
        let ui = self.ui;
        let mut out = |text: &str| ui.print(text);
        let mut err = |text: &str| {
            ui.tell(text);
            Ok(())
        };
        if !pack.stdout.is_empty() {
            out(&self.heading(pack))?;
            self.hand_on(pack, &pack.stdout, &mut out)?;
        }
        if !pack.stderr.is_empty() {
            // At a terminal both streams are in one place, and one heading is enough.
            if pack.stdout.is_empty() || !(ui.out_is_terminal && ui.err_is_terminal) {
                err(&self.heading(pack))?;
            }
            self.hand_on(pack, &pack.stderr, &mut err)?;
        }
        if let Some(failure) = pack.failure() {
            ui.tell(&failure_text(&pack.pack, &failure, ui));
        }
        Ok(())
    }

    /// What stands above the output of a pack, as `head` and `tail` do with files.
    fn heading(&mut self, pack: &ExecutedPack) -> String {
        if self.ui.plain || self.ui.quiet {
            return String::new();
        }
        let gap = match std::mem::replace(&mut self.is_later, true) {
            true => "\n",
            false => "",
        };
        let heading = format!("==> {} <==", text::shown(&pack.pack));
        format!("{gap}{}\n", paint(&heading, style::HEADING))
    }

    fn hand_on(
        &self,
        pack: &ExecutedPack,
        output: &Output,
        print: &mut dyn FnMut(&str) -> io::Result<()>,
    ) -> io::Result<()> {
        let prefix = match self.ui.plain {
            true => format!("{}: ", text::shown(&pack.pack)),
            false => String::new(),
        };
        let mut is_inside = false;
        output.each(&mut |piece| {
            let mut text = String::with_capacity(piece.len() + 64);
            for line in piece.split_inclusive('\n') {
                if !is_inside {
                    text.push_str(&prefix);
                }
                text.push_str(line);
                // The end of all colours takes no room.
                if line != text::PLAIN {
                    is_inside = !line.ends_with('\n');
                }
            }
            print(&text)
        })?;
        // The next pack begins on a line of its own.
        match is_inside {
            true => print("\n"),
            false => Ok(()),
        }
    }
}

fn plan(report: &ExecReport, ui: &Ui) -> Vec<Piece> {
    let planned = report.packs.iter().filter_map(|pack| {
        let (command, directory) = (pack.command.as_ref()?, pack.directory.as_ref()?);
        let (id, directory) = (text::shown(&pack.pack), text::shown(directory));
        Some(format!("{id}: {command} (in {directory})\n"))
    });
    let mut pieces = vec![Piece::Out(planned.collect())];
    for pack in &report.packs {
        if let Some(failure) = pack.failure() {
            pieces.push(Piece::Err(failure_text(&pack.pack, &failure, ui)));
        }
    }
    pieces.push(Piece::Out(String::from("dry run: nothing was run\n")));
    pieces
}

/// Says how many there were, and how those that failed can be tried again. That goes to standard
/// error: standard output is the commands'.
fn conclude(
    report: &ExecReport,
    command: &ExecCommand,
    had_terminal: bool,
    invocation: &Invocation,
) {
    let ui = &invocation.ui;
    // Who has worked with the command has seen that it is over.
    if !ui.quiet && !had_terminal {
        ui.tell(&summary(report));
    }
    let failed: Vec<&str> = report.failed().collect();
    if !failed.is_empty() {
        ui.tell(&retry(&failed, command, invocation.retry()).text(&failed));
        if let Some(hint) = exec_guess::flag_behind(command) {
            ui.tell(&hint_line(Some(&hint)));
        }
    }
}

fn summary(report: &ExecReport) -> String {
    let all = report.packs.len();
    let failed = report.failed().count();
    let ended = report.packs.iter().filter(|pack| pack.is_interrupted);
    let ended = ended.count();
    let counts = [
        (all - failed - ended, "done", style::GOOD),
        (failed, "failed", style::ERROR),
        (ended, "interrupted", style::WARNING),
    ];
    let counts = counts.iter().filter(|(count, ..)| *count > 0);
    let words: Vec<String> = counts
        .map(|(count, word, style)| paint(&format!("{count} {word}"), *style))
        .collect();
    match words.is_empty() {
        true => String::from("no packs\n"),
        false => format!("{}\n", words.join(", ")),
    }
}

/// The same command in just these packs.
fn retry(failed: &[&str], command: &ExecCommand, retry: Retry) -> Retry {
    let selection = failed
        .iter()
        .flat_map(|pack| [String::from("--filter"), filter(pack)]);
    let words = match command {
        ExecCommand::Words(words) => words.iter().map(masked).collect(),
        ExecCommand::Shell(line) => vec![String::from("--shell"), masked(line)],
    };
    Retry {
        verb: Some("exec"),
        whole: Some(selection.collect()),
        flags: words,
        ..retry
    }
}

/// A word as it may be shown.
pub(super) fn masked(word: &OsString) -> String {
    text::shown(word.to_string_lossy().as_bytes())
}

/// A filter that selects one pack, and no other.
pub(in crate::cli) fn filter(pack: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
    if pack.chars().all(is_plain) && !pack.starts_with('-') {
        return pack.to_owned();
    }
    let mut term = String::from("path=");
    for letter in PathGlob::escape(pack).chars() {
        // What parts terms is the filter's; the other backslashes are the glob's.
        if letter.is_whitespace() || letter == '"' {
            term.push('\\');
        }
        term.push(letter);
    }
    term
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use clap::Parser;

    use super::{ExecArgs, ExecCommand, Retry, filter, retry};
    use crate::model::filter::{Filter, Filters, PackFacts};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        exec: ExecArgs,
    }

    fn words(words: &[&str]) -> ExecCommand {
        ExecCommand::Words(words.iter().map(Into::into).collect())
    }

    #[test]
    fn everything_from_the_command_on_is_its_own() {
        for (typed, meant) in [
            (&["git", "log", "-3"][..], &["git", "log", "-3"][..]),
            (&["git", "-q", "--json"], &["git", "-q", "--json"]),
            (&["--", "ls", "-l"], &["ls", "-l"]),
            (&["-j2", "ls", "-j", "--"], &["ls", "-j", "--"]),
            (
                &["--json", "git", "log", "--", "a"],
                &["git", "log", "--", "a"],
            ),
            (&["--", "git", "log", "--", "a"], &["git", "log", "--", "a"]),
            (&["ls", "--shell", "--help"], &["ls", "--shell", "--help"]),
        ] {
            let line = Line::try_parse_from([&["exec"], typed].concat()).unwrap();
            assert_eq!(line.exec.command(), words(meant), "{typed:?}");
        }
    }

    #[test]
    fn a_line_for_a_shell_is_one_word() {
        let line = Line::parse_from(["exec", "--shell", "echo", "a | b", "-n"]);
        let meant = ExecCommand::Shell("echo a | b -n".into());
        assert_eq!(line.exec.command(), meant);
    }

    #[test]
    fn an_option_that_there_is_not_is_no_command() {
        for typed in [&["--shel", "x"][..], &["-x", "ls"], &["-j2"], &[]] {
            assert!(
                Line::try_parse_from([&["exec"], typed].concat()).is_err(),
                "{typed:?}"
            );
        }
    }

    #[test]
    fn a_filter_means_one_pack() {
        let packs = [
            "a", "a/b", "b c", "d,e", "f[1]", "f1", "*", "!x", "-v", "q\"r", "x{y,z}", "xy", "k=v",
            "tab\\t", "é",
        ];
        for pack in packs {
            let filters = Filters::new(vec![Filter::parse(&filter(pack)).unwrap()]);
            let selected = packs.iter().filter(|path| {
                let facts = PackFacts {
                    name: Some(path),
                    path,
                    pack_type: Some("meta"),
                    depth: 0,
                    url: None,
                    resolved_url: None,
                };
                filters.decide(&facts, &|_| None) == Some(true)
            });
            assert_eq!(selected.collect::<Vec<_>>(), [&pack], "{}", filter(pack));
        }
    }

    #[test]
    fn the_command_to_try_again_is_the_same() {
        let text = |command: &ExecCommand| {
            let globals = vec!["-C".into(), "my dir".into()];
            let base = Retry {
                globals,
                ..Retry::default()
            };
            let text = retry(&["a", "b c"], command, base).text(&["a", "b c"]);
            let text = anstream::adapter::strip_str(&text).to_string();
            text.rsplit("again: ").next().unwrap().to_owned()
        };
        assert_eq!(
            text(&words(&["git", "log", "-1"])),
            "grex -C 'my dir' exec --filter a --filter 'path=b\\ c' git log -1\n"
        );
        assert_eq!(
            text(&ExecCommand::Shell("a | b".into())),
            "grex -C 'my dir' exec --filter a --filter 'path=b\\ c' --shell 'a | b'\n"
        );
    }
}
