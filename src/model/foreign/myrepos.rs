//! `.mrconfig` of myrepos: sections named after directories. What their keys hold is shell, which is
//! never run: only a plain `git clone URL [DIR]` is understood.

use super::{
    entry::{Entry, plain},
    found::{ForeignError, Found},
    source::{Context, Text},
};

/// A key of a section with all its lines.
struct Setting {
    line: usize,
    key: String,
    value: String,
}

/// A section.
struct Section {
    line: usize,
    name: String,
    settings: Vec<Setting>,
}

/// Reads the file.
pub(super) fn read(text: &Text, cx: &Context<'_>, found: &mut Found) -> Result<(), ForeignError> {
    for section in sections(text)? {
        take(&section, text, cx, found);
    }
    Ok(())
}

fn sections(text: &Text) -> Result<Vec<Section>, ForeignError> {
    let mut sections: Vec<Section> = Vec::new();
    for (index, line) in text.text.lines().enumerate() {
        let number = index + 1;
        let trimmed = line.trim();
        let is_continued = line.starts_with([' ', '\t']);
        if trimmed.is_empty() || (line.starts_with('#') && !is_continued) {
            continue;
        }
        let last = sections.last_mut();
        if is_continued {
            let Some(setting) = last.and_then(|section| section.settings.last_mut()) else {
                return Err(text.error(number, "a line continues nothing"));
            };
            setting.value = format!("{}\n{trimmed}", setting.value);
        } else if let Some(name) = trimmed.strip_prefix('[') {
            let Some(name) = name.strip_suffix(']') else {
                return Err(text.error(number, "a section has no end"));
            };
            sections.push(Section {
                line: number,
                name: name.trim().to_owned(),
                settings: Vec::new(),
            });
        } else {
            let (Some(section), Some((key, value))) = (last, trimmed.split_once('=')) else {
                return Err(text.error(number, "a line is neither a section nor a key"));
            };
            section.settings.push(Setting {
                line: number,
                key: key.trim().to_owned(),
                value: value.trim().to_owned(),
            });
        }
    }
    Ok(sections)
}

fn take(section: &Section, text: &Text, cx: &Context<'_>, found: &mut Found) {
    let Section {
        line,
        name,
        settings,
    } = section;
    let place = text.place(*line);
    for setting in settings.iter().filter(|setting| setting.key != "checkout") {
        let what = format!("`{}` (shell)", setting.key);
        found.note(what, &text.place(setting.line));
    }
    // The last word counts, as in myrepos.
    let last = |key: &str| settings.iter().rev().find(|setting| setting.key == key);
    let checkout = last("checkout");
    let is_deleted = last("deleted").is_some_and(|setting| setting.value == "true");
    let path = plain(name);
    if name == "DEFAULT" || name == "ALIAS" {
        if let Some(checkout) = checkout {
            found.note("`checkout` (shell)", &text.place(checkout.line));
        }
    } else if is_deleted {
        found.skip(name, &place, "it is marked as deleted");
    } else if matches!(path, "" | ".") {
        found.skip(name, &place, "it is the workspace itself");
    } else if name.contains(['$', '`', '~']) {
        found.skip(name, &place, "its path depends on the shell's variables");
    } else if let Some(checkout) = checkout {
        match clone_of(&checkout.value, path) {
            Ok(url) => found.add(Entry {
                path: path.to_owned(),
                url,
                reference: None,
                base: cx.directory.cloned(),
                place: text.place(*line),
            }),
            Err(reason) => found.skip(name, &text.place(checkout.line), reason),
        }
    } else {
        found.skip(name, &place, "it has no `checkout`");
    }
}

/// The URL of a plain `git clone URL [DIR]` into the directory that `path` ends with.
fn clone_of(command: &str, path: &str) -> Result<String, &'static str> {
    const NOT_PLAIN: &str = "its `checkout` is not a plain `git clone URL [DIR]`";
    let words = words(command.trim()).ok_or(NOT_PLAIN)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (url, directory) = match words.as_slice() {
        ["git", "clone", url] => (*url, None),
        ["git", "clone", url, directory] => (*url, Some(plain(directory))),
        _ => return Err(NOT_PLAIN),
    };
    if url.starts_with('-') {
        return Err(NOT_PLAIN);
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let own = super::repos_json::default_path(url);
    if directory.unwrap_or(&own) == name {
        Ok(url.to_owned())
    } else {
        Err("its `checkout` clones to another directory than the section's")
    }
}

/// The words of a command line without anything that a shell would do something with; `None` where
/// there is such a thing.
fn words(command: &str) -> Option<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    let mut current: Option<String> = None;
    let mut quote: Option<char> = None;
    for letter in command.chars() {
        match (letter, quote) {
            (letter, Some(open)) if letter == open => quote = None,
            ('$' | '`' | '\\', Some('"')) => return None,
            (letter, Some(_)) => current.get_or_insert_default().push(letter),
            ('\'' | '"', None) => {
                quote = Some(letter);
                current.get_or_insert_default();
            }
            (' ' | '\t', None) => words.extend(current.take()),
            (letter, None) if "$`\\;|&<>()*?[]{}!#\n".contains(letter) => return None,
            ('~', None) if current.is_none() => return None,
            (letter, None) => current.get_or_insert_default().push(letter),
        }
    }
    words.extend(current);
    quote.is_none().then_some(words)
}
