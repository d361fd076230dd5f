//! The person at the terminal, whom git may ask for a name or a password.

use crate::git::progress::Line;

/// A terminal that can be handed over. Packs have it one after another.
pub trait Terminal: Send + Sync {
    /// Says whether whoever reads from it now is heard: not where a shell has put this process
    /// into the background.
    fn is_there(&self) -> bool;

    /// Takes everything that moves away from it, and says what somebody may be asked for: a pack, or
    /// the URL of a workspace.
    fn take(&self, what: &str);

    /// Shows a line of git's own, of ssh or of a credential helper at once; cleaned.
    fn tell(&self, line: &str);

    /// Puts back what was taken away.
    fn give_back(&self);
}

/// Shows what git says to whoever is asked: a helper may explain itself there (a security key that
/// is to be touched).
pub fn show(terminal: &dyn Terminal, line: &Line) {
    match line {
        Line::Progress(_) => {}
        line if line.is_routine() => {}
        Line::Remote(text) | Line::Local(text) => terminal.tell(text),
    }
}

/// The terminal while git has it; dropped, it is given back.
pub struct Held<'a>(&'a dyn Terminal);

impl<'a> Held<'a> {
    /// Takes it for `what`, see [`Terminal::take`].
    pub fn take(terminal: &'a dyn Terminal, what: &str) -> Self {
        terminal.take(what);
        Self(terminal)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.give_back();
    }
}
