//! What a script asks, and the answer.

use std::ffi::OsString;

use clap::{CommandFactory, ValueEnum};

use super::{
    bash::Line,
    cursor::Cursor,
    offers::{Offer, Word, offer},
    shell::Shell,
};
use crate::{cli::arguments::Cli, model::action::Vocabulary};

/// The flag of a script's question. It is between grex and its scripts, and in no help.
const FLAG: &str = "--complete";

/// Returns the words of a script's question, if that is what this command line is: the shell, and
/// then for bash the line up to the cursor and `COMP_WORDBREAKS`, for the others the words behind
/// `grex`, of which the last is being typed. That one comes with a `.` before it, since an empty
/// word is lost on its way through some shells.
pub(in crate::cli) fn asked(arguments: &[OsString]) -> Option<Vec<String>> {
    arguments.get(1).filter(|word| *word == FLAG)?;
    let words = arguments.iter().skip(2);
    Some(
        words
            .map(|word| word.to_string_lossy().into_owned())
            .collect(),
    )
}

/// Returns the answer: a line with the kind (`words`, `open` for words that go on, `files`,
/// `directories`, `program N`, with `now` behind it where the program's name is being typed), and a line for each word, with what it is about behind a tab. For
/// bash they are written as they stand in the line, without the rest.
pub(in crate::cli) fn answer(asked: &[String], vocabulary: &Vocabulary) -> String {
    let Some((shell, words)) = asked.split_first() else {
        return String::new();
    };
    match (Shell::from_str(shell, false), words) {
        (Ok(Shell::Bash), [line, breaks]) => {
            let line = Line::read(line, breaks);
            let words = line.words.get(1..).unwrap_or_default();
            let write = |word: &Word| line.write(&word.text);
            render(&line.current, words, Shell::Bash, vocabulary, &write)
        }
        (Ok(Shell::Bash) | Err(_), _) => String::new(),
        (Ok(shell), words) => {
            let (current, words) = match words.split_last() {
                Some((current, words)) => (current.strip_prefix('.').unwrap_or(current), words),
                None => ("", words),
            };
            // Fish gives the word as it is written, and chooses by what it means.
            let current = match shell {
                Shell::Fish => Line::read(current, "").current,
                _ => current.to_owned(),
            };
            let write = |word: &Word| Some(format!("{}\t{}", word.text, word.about));
            render(&current, words, shell, vocabulary, &write)
        }
    }
}

fn render(
    current: &str,
    words: &[String],
    shell: Shell,
    vocabulary: &Vocabulary,
    write: &dyn Fn(&Word) -> Option<String>,
) -> String {
    let mut grex = Cli::command();
    grex.build();
    let cursor = Cursor::find(&grex, words, current);
    match offer(&grex, &cursor, vocabulary) {
        Offer::Files => String::from("files\n"),
        Offer::Directories => String::from("directories\n"),
        Offer::Program(index) if index == words.len() => format!("program {index} now\n"),
        Offer::Program(index) => format!("program {index}\n"),
        Offer::Words(mut words) => {
            if shell.takes_all() {
                words.retain(|word| word.text.starts_with(current));
            }
            let goes_on = |word: &Word| word.text.ends_with('=');
            let kind = match !words.is_empty() && words.iter().all(goes_on) {
                true => "open",
                false => "words",
            };
            let mut answer = format!("{kind}\n");
            for word in words.iter().filter_map(write) {
                answer += &word;
                answer.push('\n');
            }
            answer
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{answer, asked};
    use crate::model::action::Vocabulary;

    fn answered(words: &[&str]) -> String {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        answer(&words, &Vocabulary::builtin())
    }

    #[test]
    fn only_the_first_word_makes_a_question() {
        let words = |words: &[&str]| words.iter().map(Into::into).collect::<Vec<_>>();
        assert_eq!(
            asked(&words(&["grex", "--complete", "fish", "."])),
            Some(vec![String::from("fish"), String::from(".")])
        );
        assert_eq!(asked(&words(&["grex", "exec", "--complete"])), None);
        assert_eq!(asked(&words(&["grex"])), None);
    }

    #[test]
    fn what_nobody_asks_has_no_answer() {
        for words in [&[][..], &["csh", "."], &["bash", "grex "], &["bash"]] {
            assert_eq!(answered(words), "", "{words:?}");
        }
    }

    #[test]
    fn bash_gets_what_stands_in_its_line() {
        let breaks = " \t\n\"'><=;|&(:";
        assert_eq!(
            answered(&["bash", "grex --color=al", breaks]),
            "words\nalways\n"
        );
        assert_eq!(
            answered(&["bash", "grex ls --filter st", breaks]),
            "open\nstate=\n"
        );
        assert_eq!(answered(&["bash", "grex -C ", breaks]), "directories\n");
    }

    #[test]
    fn the_others_get_whole_words_and_what_they_are() {
        let verbs = answered(&["fish", "."]);
        assert!(
            verbs.starts_with("words\n") && verbs.contains("\nls\tList what"),
            "{verbs}"
        );
        assert_eq!(
            answered(&["zsh", "exec", "-j2", "make", "."]),
            "program 2\n"
        );
    }
}
