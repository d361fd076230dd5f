//! The action `exec`.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use serde_json::Value;

use super::{
    child::{self, Failure},
    command_line, environment, find,
};
use crate::{
    model::{
        action::{
            ArgumentError, ExecArguments, ExecCommand, ExecOnFail, Step, Vocabulary, parse,
            schema_of,
        },
        undo::UndoRecord,
    },
    plugin::{
        action::{ActionCx, ActionOutcome, ActionPlan, ActionPlugin},
        change::Change,
        error::ActionError,
        foreseen::Sight,
    },
    sys::{env, reason::reason},
};

/// Runs a program. What that changes is not known, so there is nothing to take back.
pub(super) struct Exec;

#[async_trait]
impl ActionPlugin for Exec {
    fn name(&self) -> &str {
        ExecArguments::NAME
    }

    fn schema(&self) -> Value {
        schema_of::<ExecArguments>()
    }

    fn check(&self, arguments: &Value, _: &Vocabulary) -> Result<(), ArgumentError> {
        parse::<ExecArguments>(arguments).map(drop)
    }

    async fn plan(&self, cx: &ActionCx<'_>, arguments: &Value) -> Result<ActionPlan, ActionError> {
        let arguments: ExecArguments = parse(arguments)?;
        let invocation = Invocation::of(cx, &arguments)?;
        let message = match (arguments.on_fail, invocation.outlook(cx)?) {
            (ExecOnFail::Ignore, _) | (_, Outlook::Fine) => None,
            (ExecOnFail::Error, Outlook::Bad(failure)) => return Err(invocation.error(failure)),
            (_, Outlook::Bad(failure) | Outlook::Open(failure)) => failure.message(),
        };
        Ok(ActionPlan {
            message,
            changes: vec![invocation.change()],
            ..ActionPlan::default()
        })
    }

    async fn apply(
        &self,
        cx: &ActionCx<'_>,
        arguments: &Value,
    ) -> Result<ActionOutcome, ActionError> {
        let arguments: ExecArguments = parse(arguments)?;
        let invocation = Invocation::of(cx, &arguments)?;
        let mut outcome = ActionOutcome {
            changes: vec![invocation.change()],
            ..ActionOutcome::default()
        };
        if cx.scene.dry_run {
            return Ok(outcome);
        }
        if let Err(failure) = invocation.run(cx).await {
            match (arguments.on_fail, failure) {
                (_, Failure::Cancelled) => return Err(ActionError::Cancelled),
                (ExecOnFail::Ignore, _) => {}
                (ExecOnFail::Warn, failure) => outcome.message = failure.message(),
                (ExecOnFail::Error, failure) => return Err(invocation.error(failure)),
            }
        }
        Ok(outcome)
    }

    /// Nothing: no record of this action is ever made.
    async fn undo(&self, _: &ActionCx<'_>, _: &UndoRecord) -> Result<Vec<Change>, ActionError> {
        Ok(Vec::new())
    }
}

/// What a plan can know.
enum Outlook {
    /// Nothing stands in the way.
    Fine,
    /// This does, unless an earlier action changes it.
    Open(Failure),
    /// This does.
    Bad(Failure),
}

/// A program as it is to be run, its variables expanded.
struct Invocation {
    /// The program and its arguments.
    words: Vec<String>,
    /// Where it runs, absolute.
    directory: PathBuf,
    /// What the action sets for it.
    environment: Vec<(String, String)>,
    /// The whole command as a person would type it.
    shown: String,
}

impl Invocation {
    fn of(cx: &ActionCx<'_>, arguments: &ExecArguments) -> Result<Self, ActionError> {
        let words = words(cx, &arguments.command)?;
        let cwd = arguments.cwd.as_ref();
        let cwd = cwd.map(|cwd| cx.expand("cwd", cwd.as_str())).transpose()?;
        let root = &cx.scene.pack.root;
        let directory: PathBuf = match cwd {
            Some(cwd) if cwd.is_empty() => {
                let path = vec![Step::Key("cwd".to_owned())];
                return Err(ArgumentError::new(path, "its variables leave it empty").into());
            }
            // By component, which leaves out each `.`.
            Some(cwd) => root.join(cwd).components().collect(),
            None => root.clone(),
        };
        let mut environment = Vec::with_capacity(arguments.env.len());
        let mut shown = Vec::with_capacity(arguments.env.len() + 1);
        for (name, value) in &arguments.env {
            let (name, value) = (name.as_str(), value.as_str());
            let path = || vec![Step::Key("env".to_owned()), Step::Key(name.to_owned())];
            environment.push((name.to_owned(), expand(cx, path, value)?));
            shown.push(command_line::assignment(name, value));
        }
        shown.push(command_line::quoted(words.iter().map(String::as_str)));
        Ok(Self {
            words,
            directory,
            environment,
            shown: shown.join(" "),
        })
    }

    fn change(&self) -> Change {
        Change::Run {
            command: self.shown.clone(),
            directory: self.directory.display().to_string(),
        }
    }

    /// What stands in the way. What is missing now, earlier actions may yet bring: programs are
    /// built and installed by programs.
    fn outlook(&self, cx: &ActionCx<'_>) -> Result<Outlook, ActionError> {
        Ok(match cx.host.look(&self.directory)? {
            Sight::Nothing => Outlook::Open(bad_directory(&self.directory, "is not there yet")),
            Sight::File | Sight::Other => {
                Outlook::Bad(bad_directory(&self.directory, "is not a directory"))
            }
            Sight::Directory { .. } | Sight::Link(_) => match self.program(cx) {
                Err(failure) => Outlook::Open(failure),
                Ok(_) => Outlook::Fine,
            },
        })
    }

    fn program(&self, cx: &ActionCx<'_>) -> Result<PathBuf, Failure> {
        let own = self.environment.iter().rev();
        let directories = own
            .map(|(name, value)| (name, value))
            .chain(cx.scene.session)
            .find(|(name, _)| *name == "PATH")
            .map(|(_, value)| OsString::from(value))
            .or_else(env::program_directories);
        find::program(&self.words[0], &self.directory, directories.as_deref())
    }

    async fn run(&self, cx: &ActionCx<'_>) -> Result<(), Failure> {
        check_directory(&self.directory)?;
        let mut spawn = environment::describe(&self.program(cx)?, &self.directory, &cx.scene);
        for argument in &self.words[1..] {
            spawn.argument(argument);
        }
        for (name, value) in &self.environment {
            spawn.variable(name, value);
        }
        let say = |line: &str| cx.host.say(line);
        child::run(&spawn, &self.shown, cx.scene.cancel, &say).await
    }

    fn error(&self, failure: Failure) -> ActionError {
        match failure {
            Failure::Unready { message, hint } => {
                ActionError::precondition(message).with_hint(hint)
            }
            Failure::Ended { message } => ActionError::failed(message).with_hint(format!(
                "it ran in {}; `on_fail: warn` goes on without it",
                self.directory.display()
            )),
            Failure::Cancelled => ActionError::Cancelled,
        }
    }
}

/// The program and its arguments. The line of a shell stays as it is: the shell expands it.
fn words(cx: &ActionCx<'_>, command: &ExecCommand) -> Result<Vec<String>, ActionError> {
    let shell: [&str; 2] = if cfg!(windows) {
        ["cmd", "/C"]
    } else {
        ["/bin/sh", "-c"]
    };
    match command {
        ExecCommand::Shell(line) => Ok([shell[0], shell[1], line.as_str()]
            .map(str::to_owned)
            .to_vec()),
        ExecCommand::List(list) => list
            .iter()
            .enumerate()
            .map(|(index, text)| {
                let path = || vec![Step::Key("cmd".to_owned()), Step::Index(index)];
                expand(cx, path, text.as_str())
            })
            .collect(),
    }
}

fn expand(
    cx: &ActionCx<'_>,
    path: impl FnOnce() -> Vec<Step>,
    text: &str,
) -> Result<String, ActionError> {
    let expanded = cx.scene.variables.expand(text);
    expanded.map_err(|error| ArgumentError::new(path(), error.to_string()).into())
}

fn check_directory(directory: &Path) -> Result<(), Failure> {
    let reason = match std::fs::metadata(directory) {
        Ok(metadata) if metadata.is_dir() => return Ok(()),
        Ok(_) => "is not a directory".to_owned(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => "does not exist".to_owned(),
        Err(error) => format!("cannot be looked at: {}", reason(&error)),
    };
    Err(bad_directory(directory, &reason))
}

fn bad_directory(directory: &Path, reason: &str) -> Failure {
    Failure::unready(
        format!("{} {reason}", directory.display()),
        "`cwd` is where the program runs; `mkdir` can make it before",
    )
}
