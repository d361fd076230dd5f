//! Where in a command line the cursor is, by clap's definitions.

use std::path::PathBuf;

use clap::{Arg, ArgAction, Command};

/// What is to be completed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Slot<'a> {
    /// A verb.
    Verb,
    /// The name of a flag.
    Flag,
    /// A value.
    Value(&'a Arg),
    /// A word of the command line of another program, which begins with this word of grex's own
    /// command line, from 0.
    Program(usize),
    /// Nothing that is known.
    Nothing,
}

/// The place of the cursor.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    /// The verb, or grex itself.
    pub(super) command: &'a Command,
    /// What is to be completed.
    pub(super) slot: Slot<'a>,
    /// What of the current word comes before the value, `--only=`.
    pub(super) before: &'a str,
    /// The value as far as it was typed, or the flag.
    pub(super) typed: &'a str,
    /// The arguments that are there already, by their ids.
    given: Vec<&'a str>,
    /// The positional arguments that are there already.
    pub(super) positionals: Vec<&'a str>,
    /// Every `-C`.
    pub(super) directories: Vec<PathBuf>,
    /// `--manifest`.
    pub(super) manifest: Option<PathBuf>,
    /// A flag that waits for its value.
    pending: Option<&'a Arg>,
    /// Nothing is a flag any more.
    escaped: bool,
}

impl<'a> Cursor<'a> {
    /// Finds the place. `grex` has been built; `words` come after the program's name.
    pub(super) fn find(grex: &'a Command, words: &'a [String], current: &'a str) -> Self {
        let mut cursor = Self {
            command: grex,
            slot: Slot::Verb,
            before: "",
            typed: current,
            given: Vec::new(),
            positionals: Vec::new(),
            directories: Vec::new(),
            manifest: None,
            pending: None,
            escaped: false,
        };
        for (index, word) in words.iter().enumerate() {
            if let Some(slot) = cursor.pass(index, word) {
                cursor.slot = slot;
                return cursor;
            }
        }
        cursor.arrive(words.len());
        cursor
    }

    /// Whether a flag may be given still.
    pub(super) fn takes(&self, arg: &Arg) -> bool {
        let again = matches!(arg.get_action(), ArgAction::Append | ArgAction::Count);
        again || !self.given.contains(&arg.get_id().as_str())
    }

    /// Passes one word; returns the slot where that settles everything behind it.
    fn pass(&mut self, index: usize, word: &'a str) -> Option<Slot<'a>> {
        if let Some(arg) = self.pending.take() {
            self.learn(arg, word);
            return None;
        }
        if !self.escaped && word == "--" {
            self.escaped = true;
        } else if let Some(long) = word.strip_prefix("--").filter(|_| !self.escaped) {
            let (name, value) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (long, None),
            };
            if let Some(arg) = self.long(name) {
                self.pass_flag(arg, value);
            }
        } else if word.len() > 1 && word.starts_with('-') && !self.escaped {
            self.pass_letters(word);
        } else if self.command.has_subcommands() {
            match self.command.find_subcommand(word).filter(|_| !self.escaped) {
                Some(verb) => self.command = verb,
                None => return Some(Slot::Nothing),
            }
        } else {
            if self.positional().is_some_and(Arg::is_trailing_var_arg_set) {
                return Some(Slot::Program(index));
            }
            self.positionals.push(word);
        }
        None
    }

    fn pass_flag(&mut self, arg: &'a Arg, value: Option<&'a str>) {
        self.given.push(arg.get_id().as_str());
        match value {
            _ if !arg.get_action().takes_values() => {}
            Some(value) => self.learn(arg, value),
            None => self.pending = Some(arg),
        }
    }

    /// `-qj4`.
    fn pass_letters(&mut self, word: &'a str) {
        for (at, letter) in word.char_indices().skip(1) {
            let Some(arg) = self.short(letter) else {
                return;
            };
            let rest = &word[at + letter.len_utf8()..];
            if arg.get_action().takes_values() {
                let value = rest.strip_prefix('=').unwrap_or(rest);
                return self.pass_flag(arg, Some(value).filter(|_| !rest.is_empty()));
            }
            self.pass_flag(arg, None);
        }
    }

    fn learn(&mut self, arg: &Arg, value: &str) {
        match arg.get_id().as_str() {
            "directory" => self.directories.push(value.into()),
            "manifest" => self.manifest = Some(value.into()),
            _ => {}
        }
    }

    /// Looks at the word with the cursor, which is the `index`th.
    fn arrive(&mut self, index: usize) {
        let typed = self.typed;
        let flag = typed.strip_prefix('-').filter(|_| !self.escaped);
        self.slot = match (self.pending, flag) {
            (Some(arg), _) => Slot::Value(arg),
            (None, Some(flag)) => match flag.strip_prefix('-').and_then(|it| it.split_once('=')) {
                Some((name, value)) => {
                    self.before = &typed[..typed.len() - value.len()];
                    self.typed = value;
                    let arg = self
                        .long(name)
                        .filter(|arg| arg.get_action().takes_values());
                    arg.map_or(Slot::Nothing, Slot::Value)
                }
                None => Slot::Flag,
            },
            (None, None) if self.command.has_subcommands() => match self.escaped {
                true => Slot::Nothing,
                false => Slot::Verb,
            },
            (None, None) => match self.positional() {
                Some(arg) if arg.is_trailing_var_arg_set() => Slot::Program(index),
                Some(arg) => Slot::Value(arg),
                None => Slot::Nothing,
            },
        };
    }

    /// The positional argument whose turn it is.
    fn positional(&self) -> Option<&'a Arg> {
        let mut left = self.positionals.len();
        self.command.get_positionals().find(|arg| {
            let takes = arg.get_num_args().map_or(1, |range| range.max_values());
            let is_it = left < takes;
            left = left.saturating_sub(takes);
            is_it
        })
    }

    fn long(&self, name: &str) -> Option<&'a Arg> {
        let mut arguments = self.command.get_arguments();
        arguments.find(|arg| arg.get_long() == Some(name))
    }

    fn short(&self, letter: char) -> Option<&'a Arg> {
        let mut arguments = self.command.get_arguments();
        arguments.find(|arg| arg.get_short() == Some(letter))
    }
}
