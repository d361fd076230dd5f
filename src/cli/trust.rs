//! The question whether packs may do what they would do, with everything that they would do.

use std::{
    fmt,
    io::BufRead,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;

use super::{changes, columns::paint, progress::Watcher, style, ui::Ui};
use crate::{
    model::{
        surface::{PartContent, Surface},
        text,
    },
    ops::{
        error::{ErrorKind, OpError},
        install::{ActionLine, Answer, Ask, PackQuestion, Question},
    },
    plugin::foreseen::Foretold,
    sys::{cancel::Cancel, env},
};

/// Somebody at a terminal.
pub(super) struct Person {
    pub(super) ui: Ui,
    pub(super) watcher: Arc<Watcher>,
    pub(super) cancel: Cancel,
}

impl fmt::Debug for Person {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Person").finish_non_exhaustive()
    }
}

#[async_trait]
impl Ask for Person {
    async fn ask(&self, question: &Question) -> Result<Answer, OpError> {
        self.watcher.hide();
        self.ui.tell(&question_text(question));
        let answer = self.answer().await;
        self.watcher.show();
        answer
    }
}

impl Person {
    /// Waits for an answer that makes sense; the end of the input is a no.
    async fn answer(&self) -> Result<Answer, OpError> {
        loop {
            self.ui
                .tell("Install? [y]es, [n]o, [a]lways for these sources: ");
            let line = tokio::task::spawn_blocking(|| {
                let mut line = String::new();
                std::io::stdin()
                    .lock()
                    .read_line(&mut line)
                    .map(|length| (length, line))
            });
            let line = tokio::select! {
                line = line => line,
                () = self.cancel.stopped() => {
                    self.ui.tell("\n");
                    return Err(OpError::new(ErrorKind::Cancelled, "cancelled; nothing was installed"));
                }
            };
            let Ok(Ok((length, line))) = line else {
                return Ok(Answer::No);
            };
            if length == 0 {
                self.ui.tell("\n");
                return Ok(Answer::No);
            }
            match line.trim().to_lowercase().as_str() {
                "y" | "yes" => return Ok(Answer::Yes),
                "n" | "no" | "" => return Ok(Answer::No),
                "a" | "always" => return Ok(Answer::Always),
                _ => {}
            }
        }
    }
}

fn question_text(question: &Question) -> String {
    question.packs.iter().map(pack_text).collect()
}

fn pack_text(pack: &PackQuestion) -> String {
    let name = paint(&text::shown(&pack.id), style::HEADING);
    let mut told = format!("{name}, from {}, would\n", text::shown(&pack.url));
    told += &plan_text(&pack.actions, &pack.texts);
    if let Some(why) = &pack.unknown_from {
        told += &format!("  ...    {}\n", text::shown(why));
    }
    match &pack.approved_before {
        Some(before) => {
            told += "what has changed since it was approved:\n";
            told += &changes::difference(before, &pack.surface);
        }
        None => told += &programs(&pack.surface),
    }
    told
}

/// What actions change, or would, with the text files whole.
pub(super) fn plan_text(actions: &[ActionLine], texts: &[(PathBuf, Foretold)]) -> String {
    let all: Vec<_> = actions
        .iter()
        .flat_map(|action| action.changes.iter().cloned())
        .collect();
    let texts: Vec<_> = texts
        .iter()
        .map(|(path, foretold)| changes::TextChange {
            path,
            before: foretold.before.as_deref(),
            after: foretold.after.as_deref(),
        })
        .collect();
    let home = env::home();
    let list = changes::render(&all, &texts, home.as_deref().map(Path::new));
    match list.is_empty() {
        true => String::from("  change nothing that is not so already\n"),
        false => list,
    }
}

/// The programs that the pack brings, and what it runs when it is taken back.
fn programs(surface: &Surface) -> String {
    let none = Surface {
        parts: Vec::new(),
        ..Surface::default()
    };
    let programs = surface
        .parts
        .iter()
        .filter(|part| part.name != "actions" && matches!(part.content, PartContent::Text { .. }));
    let shown = Surface {
        parts: programs.cloned().collect(),
        is_inert: false,
    };
    if shown.parts.is_empty() {
        return String::new();
    }
    format!("it brings:\n{}", changes::difference(&none, &shown))
}
