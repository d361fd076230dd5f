//! Messages over standard input and output, one a line: what `rmcp` needs of a transport, and an
//! answer of its own to whatever is no message. Nothing that arrives ends the session but the end
//! of the input.

mod in_use;
mod lines;
mod message;
mod outbox;
mod refusal;
mod stdio;

pub(super) use in_use::AtWork;
pub use stdio::Transport;

#[cfg(test)]
mod tests;
