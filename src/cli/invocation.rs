//! One run of the program, from its arguments to its exit code.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Parser;

#[cfg(feature = "mcp")]
use super::verbs::serve;
use super::{
    arguments::{Cli, Verb},
    completions,
    error::{self, CliError},
    globals::{Environment, Globals, usage},
    progress::{Shown, Watcher},
    prompts::Prompts,
    retry::Retry,
    signals::Signals,
    trace::Trace,
    trust::Person,
    ui::Ui,
    usage as usage_errors,
    verbs::{act, add, doctor, exec, import, init, ls, rm, status, sync, update},
};
use crate::{
    engine::{
        session::{Session, Settings},
        terminal::Terminal,
    },
    model::{redact, shell},
    ops::{
        error::{ErrorKind, OpError},
        install::{Ask, TrustPolicy},
        typed,
    },
    plugin::registry::Registry,
    store::layout::Workspace,
    sys::{cancel::Cancel, clock::Clock, env, reason::reason},
};

/// The most lines of the display where nobody says how many packs are at work at once.
const USUAL_ROWS: usize = 16;

/// What every verb has at hand.
pub(super) struct Invocation {
    /// The global flags.
    pub(super) globals: Globals,
    /// The streams.
    pub(super) ui: Ui,
    /// The actions, pack types and fetchers.
    pub(super) registry: Arc<Registry>,
    /// Ends the run.
    pub(super) cancel: Cancel,
    watcher: Arc<Watcher>,
}

/// What the arguments ask for.
pub struct Run {
    verb: Verb,
    globals: Globals,
    registry: Arc<Registry>,
    arguments: Vec<OsString>,
}

impl Run {
    /// Reads the arguments, the first of which is the program's name, for a run with these plugins.
    ///
    /// # Errors
    /// Returns the exit code of what is answered at once: help, a version, completions, and
    /// arguments that cannot be used.
    pub fn read(arguments: Vec<OsString>, registry: Registry) -> Result<Self, u8> {
        if let Some(asked) = completions::asked(&arguments) {
            return Err(print_answer(&completions::answer(
                &asked,
                &registry.vocabulary(),
            )));
        }
        let cli = match Cli::try_parse_from(&arguments) {
            Ok(cli) => cli,
            Err(problem) => return Err(usage_errors::answer(&problem, &arguments)),
        };
        let Cli {
            verb,
            completions,
            globals,
        } = cli;
        let verb = match (verb, completions) {
            (Some(verb), None) => verb,
            (None, Some(shell)) => return Err(print_answer(shell.script())),
            (None, None) => return Err(usage_errors::no_verb(&arguments)),
            (Some(_), Some(_)) => {
                let problem = usage("--completions prints a script, and goes with no verb");
                return Err(usage_errors::refuse(problem, &arguments));
            }
        };
        let globals = Globals::resolve(globals, verb.globals().clone(), Environment::read())
            .map_err(|problem| usage_errors::refuse(problem, &arguments))?;
        Ok(Self {
            verb,
            globals,
            registry: Arc::new(registry),
            arguments,
        })
    }

    /// Does it, and returns the exit code. Must be called within a runtime.
    pub async fn carry_out(self) -> u8 {
        let ui = Ui::new(&self.globals);
        let rows = self.globals.settings.parallel.unwrap_or(USUAL_ROWS);
        let cancel = Cancel::new();
        let watcher = Arc::new(Watcher::begin(&ui, rows));
        let signals = Signals::watch(cancel.clone(), Arc::clone(&watcher));
        let invocation = Invocation {
            globals: self.globals,
            ui,
            registry: self.registry,
            cancel,
            watcher,
        };
        let code = match recorded(self.verb, &invocation, &self.arguments).await {
            Ok(code) => code,
            Err(problem) => {
                // An error of the arguments comes before anything was watched.
                drop(invocation.watcher.end());
                error::tell(&problem, &invocation.ui)
            }
        };
        signals.exit_code().unwrap_or(code)
    }
}

/// Prints what is not for a person; returns the exit code.
fn print_answer(text: &str) -> u8 {
    let ui = Ui::new(&Globals::default());
    match ui.print(text) {
        Ok(()) => 0,
        Err(problem) => error::tell(&problem.into(), &ui),
    }
}

/// Runs the verb, and records what it spends its time on where that was asked for.
async fn recorded(
    verb: Verb,
    invocation: &Invocation,
    arguments: &[OsString],
) -> Result<u8, CliError> {
    let Some(file) = &invocation.globals.timings else {
        return run(verb, invocation).await;
    };
    #[cfg(feature = "mcp")]
    if matches!(verb, Verb::Serve(_)) {
        return Err(usage("a server has no run that could be timed")
            .with_hint("--timings goes with the other verbs")
            .into());
    }
    let trace = Trace::begin(&invocation.directory()?.join(file))?;
    // One by one: what is masked to the end of a line must not take the others along.
    let words = arguments.iter().skip(1);
    let words = words.map(|word| redact::secrets(&word.to_string_lossy()).into_owned());
    let typed: Vec<String> = std::iter::once(String::from("grex")).chain(words).collect();
    let run = run(verb, invocation);
    trace.of(&invocation.ui, shell::join(&typed), run).await
}

async fn run(verb: Verb, invocation: &Invocation) -> Result<u8, CliError> {
    match verb {
        Verb::Init(args) => init::run(args, invocation).await,
        Verb::Add(args) => add::run(args, invocation).await,
        Verb::Rm(args) => rm::run(args, invocation).await,
        Verb::Ls(args) => ls::run(args, invocation),
        Verb::Status(args) => status::run(args, invocation).await,
        Verb::Sync(args) => sync::run(args, invocation).await,
        Verb::Update(args) => update::run(args, invocation).await,
        Verb::Import(args) => import::run(args, invocation).await,
        #[cfg(feature = "mcp")]
        Verb::Serve(args) => serve::run(args, invocation).await,
        Verb::Doctor(args) => doctor::run(args, invocation).await,
        Verb::Run(args) => act::run(args, invocation).await,
        Verb::Exec(args) => exec::run(args, invocation).await,
    }
}

impl Invocation {
    /// The directory that the run starts in, absolute.
    ///
    /// # Errors
    /// Fails when the current directory is gone.
    pub(super) fn directory(&self) -> Result<PathBuf, OpError> {
        let current = std::env::current_dir().map_err(|error| {
            OpError::new(
                ErrorKind::Other,
                format!("cannot find the current directory: {}", reason(&error)),
            )
        })?;
        Ok(current.join(&self.globals.directory))
    }

    /// The workspace that is meant.
    ///
    /// # Errors
    /// Fails when there is none.
    pub(super) fn workspace(&self) -> Result<Workspace, OpError> {
        let directory = self.directory()?;
        match &self.globals.manifest {
            Some(manifest) => Ok(Workspace::at_manifest(&directory.join(manifest))?),
            None if !directory.is_dir() => {
                Err(usage(format!("{} is no directory", directory.display())))
            }
            None => Ok(Workspace::find(&directory)?),
        }
    }

    /// The workspace that is to be made in `directory`.
    ///
    /// # Errors
    /// Fails when something is in the way.
    pub(super) fn workspace_to_be(directory: &Path) -> Result<Workspace, OpError> {
        Ok(Workspace::to_be(directory)?)
    }

    /// Opens a session with the limits that were typed.
    pub(super) fn session(&self, workspace: Workspace) -> Arc<Session> {
        self.session_with(workspace, self.globals.settings.clone())
    }

    /// Opens a session.
    pub(super) fn session_with(&self, workspace: Workspace, settings: Settings) -> Arc<Session> {
        let watcher = Arc::clone(&self.watcher);
        let mut session = Session::new(
            workspace,
            settings,
            Arc::clone(&self.registry),
            Clock::system(),
            self.cancel.clone(),
            watcher,
        );
        session.terminal = self.terminal();
        Arc::new(session)
    }

    /// Where git may ask for a name or a password, if there is somebody.
    fn terminal(&self) -> Option<Arc<dyn Terminal>> {
        let asks = !self.globals.no_input && self.ui.can_ask() && !env::is_ci();
        asks.then(|| {
            let prompts: Arc<dyn Terminal> = Arc::new(Prompts {
                ui: self.ui.clone(),
                watcher: Arc::clone(&self.watcher),
            });
            prompts
        })
    }

    /// Says whether somebody is at the terminal that all three streams are, so that a command can
    /// have it for itself.
    pub(super) fn has_whole_terminal(&self) -> bool {
        let ui = &self.ui;
        let wanted = !self.globals.no_input && !ui.plain && !env::is_ci();
        wanted && ui.can_ask() && ui.out_is_terminal
    }

    /// Whoever shows what goes on.
    pub(super) fn watcher(&self) -> Arc<Watcher> {
        Arc::clone(&self.watcher)
    }

    /// Waits for an operation and ends the display. Where it could not be carried out, what was
    /// done before is printed.
    ///
    /// # Errors
    /// Fails as the operation does, and when a line could not be written.
    pub(super) async fn watch<T>(
        &self,
        operation: impl Future<Output = Result<T, OpError>>,
    ) -> Result<(T, Shown), CliError> {
        let result = operation.await;
        let shown = self.watcher.end();
        match result {
            Ok(report) => Ok((report, shown?)),
            // What could be said of the packs is in the error, or did not come to be.
            Err(problem) => Err(problem.into()),
        }
    }

    /// Ends the display before anything else is printed.
    ///
    /// # Errors
    /// Fails when a line could not be written.
    pub(super) fn end_display(&self) -> io::Result<Shown> {
        self.watcher.end()
    }

    /// Checks a pack type that was typed.
    ///
    /// # Errors
    /// Fails when there is no such type.
    pub(super) fn check_pack_type(&self, name: Option<&str>) -> Result<(), OpError> {
        let Some(name) = name else { return Ok(()) };
        typed::pack_type(&self.registry.vocabulary(), name)
    }

    /// Who approves what packs would run: flags, or the person at the terminal.
    pub(super) fn trust(&self) -> TrustPolicy {
        let asks = !self.globals.no_input && !self.globals.dry_run && self.ui.can_ask();
        TrustPolicy {
            approve: self.globals.trust,
            sources: self.globals.trust_sources.clone(),
            ask: asks.then(|| {
                let person: Arc<dyn Ask> = Arc::new(Person {
                    ui: self.ui.clone(),
                    watcher: Arc::clone(&self.watcher),
                    cancel: self.cancel.clone(),
                });
                person
            }),
        }
    }

    /// A `sync` with the limits and the workspace of this run.
    pub(super) fn retry(&self) -> Retry {
        Retry {
            globals: self.globals.kept.clone(),
            ..Retry::default()
        }
    }
}
