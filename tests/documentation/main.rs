//! What the documentation shows is run: every command of every page and of `--help` on a machine
//! of its own, every file by whoever reads such files. What it says of verbs, flags, exit codes
//! and JSON is compared with the program, and every link leads somewhere.
//!
//! With `GREX_UPDATE=1` the pages get what the commands really print.
//!
//! Comments in a page say what is to become of the blocks after them:
//!
//! | comment | |
//! | --- | --- |
//! | `machine: NAME` | begin with this machine of `setups.rs`; the blocks below are run on it, one after another |
//! | `meanwhile` and lines | commands that are run, and that the reader does not see |
//! | `file: PATH` | the next block is also written there, seen from where the shell is |
//! | `at a terminal` | the commands of the next block are run at one, and its answers are typed |
//! | `prompt: TEXT` | commands of the next block begin with this, where `$` begins what is printed |
//! | `needs: TOOL` | the next block is left out where that tool is missing |
//! | `printed by: COMMAND` | the next block is what this command of the source tree prints |
//! | `not run: REASON` | the next block is not run |
//!
//! `console` blocks are transcripts (`transcript.rs`), `sh` blocks are scripts that have to
//! succeed, `text` is no command. Anything else is a file that some reader has to accept
//! (`data.rs`). A block that nothing is known of is an error.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "the fences around files are for grex itself; what was not run is told"
)]

mod data;
mod help;
mod links;
mod machine;
mod page;
mod reference;
mod setups;
mod tally;
mod transcript;

use machine::Machine;
use page::{Block, Page, Piece};
use tally::Tally;

/// Whether pages are to be rewritten instead of compared.
fn is_updating() -> bool {
    std::env::var_os("GREX_UPDATE").is_some()
}

/// One test a page, so that they run side by side.
macro_rules! pages {
    ($($test:ident: $page:literal,)*) => {
        /// The pages that are tested.
        const PAGES: &[&str] = &[$($page),*];
        mod pages {
            $(#[test]
            fn $test() {
                super::run($page);
            })*
        }
    };
}

pages! {
    changelog: "CHANGELOG.md",
    contributing: "CONTRIBUTING.md",
    readme: "README.md",
    security: "SECURITY.md",
    actions: "docs/actions.md",
    architecture: "docs/ARCHITECTURE.md",
    benchmarks: "docs/benchmarks.md",
    cli: "docs/cli.md",
    doctor: "docs/doctor.md",
    formats: "docs/formats.md",
    git_shim: "docs/git-shim.md",
    import: "docs/import.md",
    install: "docs/install.md",
    mcp: "docs/mcp.md",
    plugins: "docs/plugins.md",
    releasing: "docs/releasing.md",
    reliability: "docs/reliability.md",
    locks_proved: "docs/proofs.md",
    testing: "docs/testing.md",
    timings: "docs/timings.md",
    trust: "docs/trust.md",
    why_crashes: "docs/explanation/crashes.md",
    why_git: "docs/explanation/git.md",
    why_locks: "docs/explanation/locks.md",
    why_trust: "docs/explanation/trust.md",
    how_to_agents: "docs/how-to/agents.md",
    how_to_ci: "docs/how-to/ci.md",
    how_to_dotfiles: "docs/how-to/dotfiles.md",
    how_to_moving: "docs/how-to/moving.md",
    how_to_packs: "docs/how-to/packs.md",
    how_to_team: "docs/how-to/team.md",
    platforms: "docs/platforms.md",
    stability: "docs/stability.md",
    summary: "docs/SUMMARY.md",
    tutorial: "docs/tutorial.md",
    example: "fixtures/example/README.md",
    reference_pack: "fixtures/reference-pack/README.md",
    proofs: "proofs/README.md",
    clients: "tests/clients/README.md",
}

#[test]
fn every_page_is_tested() {
    let mut pages: Vec<&str> = PAGES.to_vec();
    pages.sort_unstable();
    assert_eq!(page::all(), pages);
}

/// What the comments before a block say of it.
#[derive(Debug, Default)]
struct Marks {
    file: Option<String>,
    at_a_terminal: bool,
    needs: Option<String>,
    prompt: Option<String>,
    printed_by: Option<String>,
    not_run: Option<String>,
}

/// Runs a page from its beginning to its end.
fn run(name: &str) {
    let page = Page::read(name);
    let mut runner = Runner {
        page: &page,
        machine: None,
        marks: Marks::default(),
        heading: String::new(),
        tally: Tally::default(),
        problems: Vec::new(),
        rewritten: Vec::new(),
    };
    for piece in &page.pieces {
        match piece {
            Piece::Comment { text, line } => runner.comment(text, *line),
            Piece::Heading { text } => runner.heading.clone_from(text),
            Piece::Block(block) => runner.block(block),
        }
    }
    runner.tally.tell(name);
    if is_updating() {
        let mut text = page.text.clone();
        for (range, block) in runner.rewritten.into_iter().rev() {
            text.replace_range(range, &block);
        }
        if text != page.text {
            std::fs::write(page::root().join(name), text).expect("the page is written");
        }
    }
    let problems = runner.problems.join("\n");
    assert!(
        problems.is_empty(),
        "\n{problems}\nGREX_UPDATE=1 writes what is printed into the page"
    );
}

/// A page that is being run.
struct Runner<'a> {
    page: &'a Page,
    machine: Option<Machine>,
    marks: Marks,
    heading: String,
    tally: Tally,
    problems: Vec<String>,
    rewritten: Vec<(std::ops::Range<usize>, String)>,
}

impl Runner<'_> {
    fn comment(&mut self, text: &str, line: usize) {
        let (word, rest) = text.split_once([':', '\n']).unwrap_or((text, ""));
        let rest = rest.trim();
        match word.trim() {
            "machine" => self.machine = Some(setups::machine(rest)),
            "meanwhile" => match &self.machine {
                Some(machine) => machine.prepare(&machine.real(rest)),
                None => self.problem(line, "there is no machine yet"),
            },
            "file" => self.marks.file = Some(rest.to_owned()),
            "at a terminal" => self.marks.at_a_terminal = true,
            "prompt" => self.marks.prompt = Some(format!("{rest} ")),
            "needs" => self.marks.needs = Some(rest.to_owned()),
            "printed by" => self.marks.printed_by = Some(rest.to_owned()),
            "not run" if !rest.is_empty() => self.marks.not_run = Some(rest.to_owned()),
            // What `scripts/bench` replaces.
            "results begin" | "part" | "results end" => {}
            _ => self.problem(line, "this comment means nothing here"),
        }
    }

    fn block(&mut self, block: &Block) {
        let marks = std::mem::take(&mut self.marks);
        let problem = match self.try_block(block, &marks) {
            Ok(()) => return,
            Err(problem) => problem,
        };
        self.problem(block.line, &problem);
    }

    fn try_block(&mut self, block: &Block, marks: &Marks) -> Result<(), String> {
        if !block.fenced {
            return Err("put this between fences with the name of its language".to_owned());
        }
        let missing = marks
            .needs
            .as_ref()
            .filter(|tool| !grex_fixtures::need(tool));
        let missing = missing.map(|tool| format!("there is no {tool} here"));
        if let Some(reason) = marks.not_run.clone().or(missing) {
            let line = format!("{}:{}: {reason}", self.page.name, block.line);
            self.tally.exempt.push(line);
            return Ok(());
        }
        match block.language.as_str() {
            "console" => {
                let machine = self
                    .machine
                    .as_ref()
                    .ok_or("there is no machine to run this on")?;
                let prompt = marks.prompt.as_deref().unwrap_or("$ ");
                let (written, commands) = match &marks.printed_by {
                    Some(command) => (transcript::printed_by(machine, command, &block.text)?, 1),
                    None => transcript::run(machine, &block.text, prompt, marks.at_a_terminal)?,
                };
                self.tally.commands += commands;
                self.tally.run += 1;
                self.rewritten.push((block.range.clone(), written));
            }
            "sh" => {
                let machine = self
                    .machine
                    .as_ref()
                    .ok_or("there is no machine to run this on")?;
                let ran = machine.run(&machine.real(&format!("set -e\n{}", block.text)));
                if ran.code != 0 {
                    return Err(format!("exit {}:\n{}{}", ran.code, block.text, ran.output));
                }
                self.tally.run += 1;
            }
            "text" => {
                let command = block
                    .text
                    .lines()
                    .find(|line| line.starts_with("$ ") || line.starts_with("grex "));
                if let Some(command) = command {
                    return Err(format!("this is a command: {command}"));
                }
                self.tally.figures += 1;
            }
            language => {
                data::check(self.page, &self.heading, block, marks.file.as_deref())
                    .map_err(|problem| format!("{language}: {problem}\n{}", block.text))?;
                self.tally.read += 1;
            }
        }
        if let Some(file) = &marks.file {
            let machine = self
                .machine
                .as_ref()
                .ok_or("there is no machine to write this on")?;
            machine.write(file, &block.text);
        }
        Ok(())
    }

    fn problem(&mut self, line: usize, problem: &str) {
        self.problems
            .push(format!("{}:{line}: {problem}", self.page.name));
    }
}
