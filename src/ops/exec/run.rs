//! The command in all packs, so many at once.

use std::{convert::Infallible, ops::ControlFlow, path::PathBuf, sync::Arc};

use super::{
    command::ExecCommand,
    output::Listener,
    packs::{self, Place},
    report::{CANNOT_RUN, ExecReport, ExecutedPack, INTERRUPT, MissingProgram, SIGNALLED},
    spill::Spill,
};
use crate::{
    engine::{
        event::Event, node::Node, select::Selection, session::Session, side_by_side::side_by_side,
    },
    model::text,
    ops::error::OpError,
    sys::{
        process::{self, Ending, Isolation, Spawn, Stream, is_in_foreground},
        timings::{self, Kind},
    },
};

/// What to run, and where.
#[derive(Debug)]
pub struct ExecRequest {
    /// The command.
    pub command: ExecCommand,
    /// Which packs.
    pub selection: Selection,
    /// Of each stream only so many bytes of its beginning and of its end are kept; `None`: all of
    /// it, on disk where it is long.
    pub ends: Option<usize>,
    /// Colours stay in what is printed, for a terminal.
    pub colours: bool,
    /// A person is at the terminal that all three streams are; a command in a single pack may have
    /// it.
    pub interactive: bool,
}

/// Whoever listens while commands end.
pub trait Audience: Send {
    /// A command has ended, or could not be run. What it printed may be taken away. `Break`: nobody
    /// listens any more; what still runs is ended.
    fn completed(&mut self, _pack: &mut ExecutedPack) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// A command gets the terminal with everything that moves on it.
    fn hand_over(&mut self) {}

    /// It has ended.
    fn take_back(&mut self) {}
}

/// Nobody listens; everything is in the report.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unattended;

impl Audience for Unattended {}

/// Runs a command in each pack's directory; with `dry_run`, says what would be run where.
///
/// # Errors
/// There is no command, no pack matches, or the books cannot be read. A command that fails is in the
/// report.
pub async fn exec(
    session: &Arc<Session>,
    request: ExecRequest,
    audience: &mut dyn Audience,
) -> Result<ExecReport, OpError> {
    request.command.check()?;
    let at_once = session.limits().local;
    let nodes = packs::selected(session, &request.selection, at_once).await?;
    let (program, missing) = match request.command.program_everywhere() {
        Ok(program) => (program, None),
        Err(missing) => (None, Some(missing).filter(|_| !nodes.is_empty())),
    };
    let job = Job { request, program };
    let mut packs = match &nodes[..] {
        _ if session.settings.dry_run || missing.is_some() => plan(session, &job, &nodes),
        [node] if job.request.interactive && is_in_foreground() => {
            vec![with_terminal(session, &job, node, audience).await]
        }
        _ => in_packs(session, Arc::new(job), nodes, at_once, audience).await,
    };
    packs.sort_by(|a, b| a.pack.cmp(&b.pack));
    let cancelled = session.cancel.is_stopped() || packs.iter().any(|pack| pack.is_interrupted);
    Ok(ExecReport {
        packs,
        cancelled,
        missing_program: missing.map(|missing| MissingProgram {
            message: text::shown(missing.message),
            hint: missing.hint.to_owned(),
        }),
    })
}

/// What is run, and what is known of it before anything is.
struct Job {
    request: ExecRequest,
    /// The program, where it is the same in every pack.
    program: Option<PathBuf>,
}

impl Job {
    fn spawn(&self, place: &Place, isolation: Isolation) -> Result<Spawn, Box<ExecutedPack>> {
        let command = &self.request.command;
        let spawn = command.spawn(self.program.as_deref(), place, isolation);
        spawn.map_err(|missing| {
            let (exit, message) = (missing.exit, missing.message);
            Box::new(ExecutedPack::unable(&place.id, exit, message, missing.hint))
        })
    }
}

fn plan(session: &Session, job: &Job, nodes: &[Node]) -> Vec<ExecutedPack> {
    let planned = nodes.iter().map(|node| {
        let place = match packs::place(session, node) {
            Ok(place) => place,
            Err(unable) => return *unable,
        };
        if let Err(unable) = job.spawn(&place, Isolation::Session) {
            return *unable;
        }
        ExecutedPack {
            command: Some(job.request.command.shown()),
            directory: Some(place.root.display().to_string()),
            ..ExecutedPack::silent(&place.id)
        }
    });
    planned.collect()
}

async fn in_packs(
    session: &Arc<Session>,
    job: Arc<Job>,
    nodes: Vec<Node>,
    at_once: usize,
    audience: &mut dyn Audience,
) -> Vec<ExecutedPack> {
    session.observer.observe(Event::Known(nodes.len()));
    let spill = Spill::default();
    let mut done = Vec::with_capacity(nodes.len());
    let mut waiting = nodes.into_iter();
    let to_start = std::iter::from_fn(|| match session.cancel.is_stopped() {
        true => None,
        false => waiting.next(),
    });
    let start = |node: Node| {
        let (session, job) = (Arc::clone(session), Arc::clone(&job));
        let spill = spill.clone();
        let permit = timings::permit(|| node.path.to_string());
        permit.over(async move {
            session.observer.observe(Event::Started(&node.path));
            let pack = in_pack(&session, &job, &node, &spill).await;
            (node, pack)
        })
    };
    let Ok(()) = side_by_side(to_start, at_once, start, |(node, mut pack)| {
        session.observer.observe(Event::Looked(&node.path));
        if audience.completed(&mut pack).is_break() {
            session.cancel.stop();
        }
        done.push(pack);
        Ok::<_, Infallible>(())
    })
    .await;
    let left = waiting.map(|node| {
        let message = "the run was cancelled before the command was started";
        ExecutedPack::interrupted(node.path.as_str(), message)
    });
    done.extend(left);
    done
}

/// The command in one pack, where nothing in it can ask.
async fn in_pack(session: &Session, job: &Job, node: &Node, spill: &Spill) -> ExecutedPack {
    let start = || {
        let place = packs::place(session, node)?;
        job.spawn(&place, Isolation::Session)
    };
    let request = &job.request;
    let spawn = match start() {
        Ok(spawn) => spawn,
        Err(unable) => return *unable,
    };
    let listener = || Listener::new(spill, request.ends, request.colours);
    let (mut out, mut err) = (listener(), listener());
    let mut sink = |stream, bytes: &[u8]| match stream {
        Stream::Out => out.push(bytes),
        Stream::Err => err.push(bytes),
    };
    // What a command leaves behind on purpose (a daemon) stays, as after a shell.
    let limits = process::Limits::default();
    let span = timings::span(Kind::Program, || text::shown(request.command.shown()));
    let finished = process::run(&spawn, limits, &session.cancel, &mut sink).await;
    drop(span);
    let ending = finished.map(|finished| finished.ending);
    let mut pack = ended(node, &request.command, ending);
    (pack.stdout, pack.stderr) = (out.finish(), err.finish());
    pack.stdout.settle();
    pack.stderr.settle();
    pack.omitted_bytes = pack.stdout.omitted_bytes() + pack.stderr.omitted_bytes();
    pack.truncated = pack.omitted_bytes > 0;
    let trouble = pack.stdout.trouble().or(pack.stderr.trouble());
    if pack.message.is_none() {
        pack.message = trouble.map(str::to_owned);
    }
    pack
}

/// The command in the one pack that is meant, as if the person had typed it there.
async fn with_terminal(
    session: &Session,
    job: &Job,
    node: &Node,
    audience: &mut dyn Audience,
) -> ExecutedPack {
    let start = || {
        let place = packs::place(session, node)?;
        job.spawn(&place, Isolation::Handover)
    };
    let command = &job.request.command;
    let mut pack = match start() {
        Err(unable) => *unable,
        Ok(spawn) => {
            audience.hand_over();
            let limits = process::Limits::default();
            let span = timings::span(Kind::Program, || text::shown(command.shown()));
            let finished = process::run(&spawn, limits, &session.cancel, &mut |_, _| ()).await;
            drop(span);
            audience.take_back();
            match finished.map(|finished| finished.ending) {
                // Ctrl-C was for the command, and it has ended of it.
                Ok(Ending::Signalled(INTERRUPT)) => ended(node, command, Ok(Ending::Cancelled)),
                Ok(Ending::Exited(code)) if code == SIGNALLED + INTERRUPT => {
                    ended(node, command, Ok(Ending::Cancelled))
                }
                // What ends grex has reached the command as well.
                Ok(ending) if session.cancel.is_stopped() && !ending.is_success() => {
                    ended(node, command, Ok(Ending::Cancelled))
                }
                ending => ended(node, command, ending),
            }
        }
    };
    // It is over: nothing is left to be ended.
    let _ = audience.completed(&mut pack);
    pack
}

fn ended(
    node: &Node,
    command: &ExecCommand,
    ending: Result<Ending, process::SpawnError>,
) -> ExecutedPack {
    let id = node.path.as_str();
    let shown = || clipped(command.shown());
    match ending {
        Ok(Ending::Exited(0)) => ExecutedPack::silent(id),
        Ok(Ending::Exited(code)) => {
            ExecutedPack::unable(id, code, format!("`{}` exited with {code}", shown()), "")
        }
        Ok(Ending::Signalled(signal)) => {
            let message = format!("`{}` was ended by signal {signal}", shown());
            ExecutedPack {
                signal: Some(signal),
                ..ExecutedPack::unable(id, SIGNALLED + signal, message, "")
            }
        }
        Ok(Ending::Stalled(_) | Ending::Cancelled) => {
            ExecutedPack::interrupted(id, "the run was cancelled and the command was ended")
        }
        Err(error) => {
            let hint = "see that it is a program of this system, and that the pack can be entered";
            ExecutedPack::unable(id, CANNOT_RUN, error.to_string(), hint)
        }
    }
}

/// The longest command that a message shows whole, in characters.
const SHOWN_COMMAND: usize = 200;

/// The command as a message names it: on one line, not too long.
fn clipped(command: String) -> String {
    let line = command.replace(['\n', '\t'], " ");
    match line.char_indices().nth(SHOWN_COMMAND) {
        Some((end, _)) => format!("{}\u{2026}", &line[..end]),
        None => line,
    }
}
