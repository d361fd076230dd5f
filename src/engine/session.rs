//! What every operation needs: the workspace, git, the limits, the clock, who watches and who
//! cancels.

use std::{
    collections::HashSet,
    ffi::OsString,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::OnceCell;

use super::{
    event::{Event, Observer},
    scheduler::Limits,
    terminal::Terminal,
};
use crate::{
    git::{
        program::{Program, ProgramError},
        run::{CommandRecord, Git, OnCommand},
    },
    model::pack::Vocabulary,
    plugin::{registry::Registry, scene::Places},
    store::{layout::Workspace, seal::Seal},
    sys::{cancel::Cancel, clock::Clock, memory, process::room},
};

/// How much at once, how long, how often.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The git to run instead of the one that `PATH` gives.
    pub git: Option<OsString>,
    /// Packs at work at once; `None` chooses by the kind of work.
    pub parallel: Option<usize>,
    /// Connections to one ssh or `git://` host at once.
    pub per_host: usize,
    /// How often a network failure is tried again.
    pub retries: u32,
    /// How long a transfer may be silent; `None`: for ever.
    pub stall_timeout: Option<Duration>,
    /// How long to wait for a lock that another process holds.
    pub lock_timeout: Duration,
    /// Print the plan and change nothing.
    pub dry_run: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            git: None,
            parallel: None,
            per_host: 8,
            retries: 2,
            stall_timeout: Some(Duration::from_secs(60)),
            lock_timeout: Duration::from_secs(300),
            dry_run: false,
        }
    }
}

/// A run in a workspace.
pub struct Session {
    /// Where.
    pub workspace: Workspace,
    /// The limits.
    pub settings: Settings,
    /// The actions, pack types and fetchers.
    pub registry: Arc<Registry>,
    /// The names that packs may use: those of the registry.
    pub vocabulary: Vocabulary,
    /// The time.
    pub clock: Clock,
    /// Ends the run.
    pub cancel: Cancel,
    /// Watches it.
    pub observer: Arc<dyn Observer>,
    /// Where things are; `None`: where they are for whoever runs this process.
    pub places: Option<Places>,
    /// Where what is known of this user is kept; `None`: where it is for whoever runs this process.
    pub user_state: Option<PathBuf>,
    /// Where somebody may be asked for a name or a password; `None`: nobody is.
    pub terminal: Option<Arc<dyn Terminal>>,
    git: OnceCell<(Program, Git)>,
    /// The warnings that were said.
    warned: Mutex<HashSet<String>>,
}

impl Session {
    /// Opens a session. Git is looked for when it is first needed.
    pub fn new(
        workspace: Workspace,
        settings: Settings,
        registry: Arc<Registry>,
        clock: Clock,
        cancel: Cancel,
        observer: Arc<dyn Observer>,
    ) -> Self {
        Self {
            workspace,
            settings,
            vocabulary: registry.vocabulary(),
            registry,
            clock,
            cancel,
            observer,
            places: None,
            user_state: None,
            terminal: None,
            git: OnceCell::new(),
            warned: Mutex::default(),
        }
    }

    /// How many units may be at work here: as chosen or as this machine has processors, and no more
    /// than there is room for.
    pub fn limits(&self) -> Limits {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let (chosen, per_host) = (self.settings.parallel, self.settings.per_host);
        Limits::new(chosen, processors, memory::total(), per_host).within(room())
    }

    /// The git of this run.
    ///
    /// # Errors
    /// Fails when there is none that is new enough.
    pub async fn git(&self) -> Result<&Git, ProgramError> {
        self.found_git().await.map(|(_, git)| git)
    }

    /// The program of [`Self::git`].
    ///
    /// # Errors
    /// As [`Self::git`].
    pub async fn git_program(&self) -> Result<&Program, ProgramError> {
        self.found_git().await.map(|(program, _)| program)
    }

    async fn found_git(&self) -> Result<&(Program, Git), ProgramError> {
        self.git
            .get_or_try_init(|| async {
                let memory = self.workspace.git_memory();
                let memory = (!self.settings.dry_run).then_some(memory.as_path());
                let observer = Arc::clone(&self.observer);
                let on_command = self.observer.wants_commands().then(|| {
                    Arc::new(move |record: &CommandRecord| {
                        observer.observe(Event::Command(record));
                    }) as OnCommand
                });
                let wanted = self.settings.git.clone();
                let program =
                    Program::find(wanted, memory, &self.cancel, on_command.as_ref()).await?;
                let git = Git::new(&program, on_command);
                Ok((program, git))
            })
            .await
    }

    /// Says that something is not as it should be, and does not stop the run. Files that several
    /// steps of a run read are warned of once.
    pub fn warn(&self, text: &str) {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.insert(text.to_owned()) {
            self.observer.observe(Event::Warning(text));
        }
    }

    /// The terminal, if somebody there can be asked now.
    pub fn who_can_be_asked(&self) -> Option<&dyn Terminal> {
        self.terminal
            .as_deref()
            .filter(|terminal| terminal.is_there())
    }

    /// The seal of what is written down of installs.
    pub fn seal(&self) -> Seal {
        match &self.user_state {
            Some(state) => Seal::at(state),
            None => Seal::of_this_user(),
        }
    }

    /// Remembers which git was found, for a workspace that was not there when it was looked for.
    pub fn remember_git(&self) {
        if let Some((program, _)) = self.git.get() {
            program.remember(&self.workspace.git_memory());
        }
    }
}
