//! The terminal while git asks on it.

use std::sync::Arc;

use super::{progress::Watcher, ui::Ui};
use crate::{engine::terminal::Terminal, model::text, sys::process};

/// The terminal of whoever started grex, which the display shares with git's own questions.
pub(super) struct Prompts {
    pub(super) ui: Ui,
    pub(super) watcher: Arc<Watcher>,
}

impl Terminal for Prompts {
    fn is_there(&self) -> bool {
        process::is_in_foreground()
    }

    fn take(&self, what: &str) {
        self.watcher.hide();
        let what = text::shown(what);
        self.ui
            .tell(&format!("{what}: git may ask you to log in\n"));
    }

    fn tell(&self, line: &str) {
        let line = line.trim_end();
        if !line.is_empty() {
            self.ui.tell(&format!("{line}\n"));
        }
    }

    fn give_back(&self) {
        self.watcher.show();
    }
}
