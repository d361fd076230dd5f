//! `grex --completions SHELL`: a script that lets a shell complete grex's command lines.
//!
//! The script knows nothing of grex. At every TAB it starts `grex --complete SHELL WORD...` with
//! what was typed, and hands on what that answers: words, or the kind of completion that the shell
//! is better at itself (files, directories, another program's command line). So a script never
//! grows old, and pack ids come from the workspace as it is. What is offered is found in clap's own
//! definitions ([`cursor`]); a test holds that every value that they name is known in [`offers`].
//!
//! An answer starts no git, takes no lock, writes nothing, and is empty where something is wrong:
//! a message would land in the middle of a line that somebody is typing.
//!
//! Not done with `clap_complete`: what it offers in bash is not quoted, its files neither, and the
//! engine that asks the program is not stable.

mod bash;
mod cursor;
mod offers;
mod packs;
mod request;
mod shell;

pub(super) use request::{answer, asked};
pub(super) use shell::Shell;

/// The verb of a command line, whose words come without the program's name: no value of a flag, and
/// no word of another program's.
pub(super) fn verb(words: &[String]) -> Option<String> {
    let grex = <crate::cli::arguments::Cli as clap::CommandFactory>::command();
    let cursor = cursor::Cursor::find(&grex, words, "");
    grex.find_subcommand(cursor.command.get_name())
        .map(|verb| verb.get_name().to_owned())
}
