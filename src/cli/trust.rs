//! The question whether packs may do what they would do, with everything that they would do.

use std::{fmt, io::BufRead, sync::Arc};

use async_trait::async_trait;

use super::{progress::Watcher, ui::Ui};
use crate::{
    ops::{
        error::{ErrorKind, OpError},
        install::{Answer, Ask, Question},
    },
    render::question::question_text,
    sys::cancel::Cancel,
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
