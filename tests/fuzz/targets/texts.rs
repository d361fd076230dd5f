//! Texts that are shown, and texts with variables.

use std::ops::Range;

use grex::model::{
    lines::Lines,
    redact::{places, secrets},
    shell,
    text::{clean, painted, shown},
    variables::Variables,
};

use super::support::{assert_fit_to_show, pieces, text as utf8};

/// Cleaning: what comes out does nothing to a terminal, and cleaning it again changes nothing.
pub(super) fn text(data: &[u8]) {
    let cleaned = clean(data);
    assert_fit_to_show(&cleaned);
    assert_eq!(clean(&cleaned), cleaned, "cleaned twice");
    let said = shown(data);
    assert_fit_to_show(&said);
    assert_eq!(shown(&said), said, "shown twice");
    let colours = painted(data);
    assert_fit_to_show(&without_colours(&colours));
    assert_eq!(clean(&colours), said, "colours aside");
    let whole = lines(std::iter::once(data));
    assert_eq!(
        lines(pieces(data)),
        whole,
        "how the bytes arrive does not matter"
    );
    whole.iter().for_each(|line| assert_fit_to_show(line));
}

fn without_colours(text: &str) -> String {
    let mut rest = text.split("\u{1b}[");
    let mut plain = rest.next().unwrap_or_default().to_owned();
    for part in rest {
        let end = part
            .find(|letter: char| !letter.is_ascii_digit() && !";:".contains(letter))
            .expect("a colour ends");
        assert!(part[end..].starts_with('m'), "{text:?}");
        plain.push_str(&part[end + 1..]);
    }
    plain
}

/// Whole lines, whatever pieces they come in.
fn lines<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<String> {
    let (mut said, mut line) = (Vec::new(), String::new());
    let mut lines = Lines::default();
    let mut hear = |piece: grex::model::lines::Piece<'_>| {
        assert!(piece.text.len() <= 16 * 1024, "a piece of a line is short");
        line.push_str(piece.text);
        if piece.ends {
            said.push(std::mem::take(&mut line));
        }
    };
    for piece in pieces {
        lines.push(piece, &mut hear);
    }
    lines.finish(&mut hear);
    said.push(line);
    said
}

/// Masking: places are in order and on characters, and masking again changes nothing.
pub(super) fn redaction(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let found = places(&text);
    let mut before = 0;
    for Range { start, end } in found.iter().cloned() {
        assert!(
            before <= start && start < end && end <= text.len(),
            "{found:?}"
        );
        assert!(text.is_char_boundary(start) && text.is_char_boundary(end));
        before = end;
    }
    let masked = secrets(&text).into_owned();
    assert_eq!(secrets(&masked), masked, "masked twice");
}

/// Quoting: a shell reads back the word, and nothing in it means anything to the shell.
pub(super) fn shell(data: &[u8]) {
    let words: Vec<String> = data
        .split(|byte| *byte == 0)
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect();
    let line = shell::join(&words);
    assert_fit_to_show(&line);
    assert_eq!(read_by_a_shell(&line), words, "{line:?}");
}

/// The words of a line by the rules of POSIX for quotes, 2.2, `$'...'` among them. Fails where anything
/// else is special.
fn read_by_a_shell(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        let word = words.last_mut().expect("there is one");
        match letter {
            '$' if letters.as_str().starts_with('\'') => {
                letters.next();
                dollar_quoted(&mut letters, word);
            }
            '\'' => word.extend(letters.by_ref().take_while(|letter| *letter != '\'')),
            '\\' => word.push(letters.next().expect("something is quoted")),
            ' ' => words.push(String::new()),
            plain => {
                let is_plain = plain.is_alphanumeric() || "_-./:@%+=,".contains(plain);
                assert!(is_plain, "{plain:?} is bare in {line:?}");
                word.push(plain);
            }
        }
    }
    words
}

/// What stands in `$'...'`, up to the end of it.
fn dollar_quoted(letters: &mut std::str::Chars<'_>, word: &mut String) {
    while let Some(letter) = letters.next().filter(|letter| *letter != '\'') {
        let escaped = match letter {
            '\\' => letters.next().expect("something is escaped"),
            plain => {
                word.push(plain);
                continue;
            }
        };
        word.push(match escaped {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'U' => {
                let digits: String = letters.by_ref().take(8).collect();
                let number = u32::from_str_radix(&digits, 16).expect("eight digits");
                char::from_u32(number).expect("a letter")
            }
            quoted @ ('\'' | '\\') => quoted,
            other => panic!("nobody reads \\{other}"),
        });
    }
}

/// Variables: values arrive as they are, and a text can be written so that nothing in it is one.
pub(super) fn variables(data: &[u8]) {
    let Some(text) = utf8(data) else { return };
    let values = [("HOME", "/home/me"), ("A", "$A%A%~/"), ("EMPTY", "")];
    let variables: Variables = values.into_iter().collect();
    let windows = {
        let mut windows = Variables::for_windows();
        windows.set("UserProfile", "C:\\Users\\me");
        windows
    };
    if let Err(error) = windows.expand(text) {
        assert!((1..=text.chars().count()).contains(&error.position));
    }
    match variables.expand(text) {
        Ok(expanded) if !text.contains(['$', '%']) && !text.starts_with("~/") => {
            assert_eq!(expanded, text);
        }
        Ok(_) => {}
        Err(error) => assert!((1..=text.chars().count()).contains(&error.position)),
    }
    if !text.starts_with("~/") {
        let escaped = text.replace('$', "$$").replace('%', "%%");
        assert_eq!(variables.expand(&escaped).as_deref(), Ok(text));
    }
}
