//! `repos.csv` of gita: rows of `path,name,type,flags` without a header.

use super::{
    found::{ForeignError, Found, OnDisk},
    source::Text,
};

/// Reads the file.
pub(super) fn read(text: &Text, found: &mut Found) -> Result<(), ForeignError> {
    for (index, line) in text.text.lines().enumerate() {
        let place = text.place(index + 1);
        if line.trim().is_empty() {
            continue;
        }
        let Some(fields) = fields(line) else {
            found.fail(line, &place, "a quoted field has no end");
            continue;
        };
        let directory = fields.first().map(String::as_str).unwrap_or_default();
        if directory.is_empty() {
            found.fail(line, &place, "the row has no path");
            continue;
        }
        let name = fields.get(1).map(String::as_str).unwrap_or_default();
        if !name.is_empty() && !directory.trim_end_matches(['/', '\\']).ends_with(name) {
            found.note("names that differ from the directory's", &place);
        }
        if fields.get(3).is_some_and(|flags| !flags.trim().is_empty()) {
            found.note("flags for git", &place);
        }
        found.on_disk.push(OnDisk {
            directory: directory.to_owned(),
            place,
        });
    }
    Ok(())
}

/// The fields of a row, quotes taken off as `csv` of Python puts them on; `None` where a quote has
/// no end.
fn fields(line: &str) -> Option<Vec<String>> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                fields.last_mut()?.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            letter => fields.last_mut()?.push(letter),
        }
    }
    (!quoted).then_some(fields)
}
