//! The syntax of git's configuration files, as git-config(1) has it; `.gitmodules` is one too.

/// One `key = value` of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// In lower case.
    pub section: String,
    /// As written.
    pub subsection: Option<String>,
    /// In lower case.
    pub key: String,
    /// `None` for a key without `=`, which means true.
    pub value: Option<String>,
}

/// Where a file is not what git-config(1) describes.
#[derive(Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Counted from one.
    pub line: usize,
    /// What is wrong, as a fragment.
    pub reason: &'static str,
}

/// Reads a whole file.
///
/// # Errors
/// The first line that git would refuse, too.
pub fn parse_file(bytes: &[u8]) -> Result<Vec<Entry>, SyntaxError> {
    let entries = parse_lines(bytes)?;
    Ok(entries.into_iter().map(|(_, entry)| entry).collect())
}

/// Reads a whole file, each entry with the line of its key, from 1.
///
/// # Errors
/// As [`parse_file`].
pub fn parse_lines(bytes: &[u8]) -> Result<Vec<(usize, Entry)>, SyntaxError> {
    let mut reader = Reader {
        bytes: bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes),
        position: 0,
        line: 1,
    };
    reader.read().map_err(|reason| SyntaxError {
        line: reader.line,
        reason,
    })
}

/// Reads the output of `git config --list -z`: `key\nvalue\0`, or `key\0` without a value.
///
/// # Errors
/// A record that is no setting.
pub fn parse_list_z(bytes: &[u8]) -> Result<Vec<Entry>, SyntaxError> {
    let mut entries = Vec::new();
    for (index, record) in bytes.split(|byte| *byte == 0).enumerate() {
        if record.is_empty() {
            continue;
        }
        let error = |reason| SyntaxError {
            line: index + 1,
            reason,
        };
        let record = std::str::from_utf8(record).map_err(|_| error("it is not UTF-8"))?;
        let (name, value) = match record.split_once('\n') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (record, None),
        };
        let (section, rest) = name.split_once('.').ok_or(error("a key has no section"))?;
        let (subsection, key) = match rest.rsplit_once('.') {
            Some((subsection, key)) => (Some(subsection.to_owned()), key),
            None => (None, rest),
        };
        entries.push(Entry {
            section: section.to_ascii_lowercase(),
            subsection,
            key: key.to_ascii_lowercase(),
            value,
        });
    }
    Ok(entries)
}

type Step<T> = Result<T, &'static str>;

struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
    line: usize,
}

impl Reader<'_> {
    fn read(&mut self) -> Step<Vec<(usize, Entry)>> {
        let mut entries = Vec::new();
        let mut section: Option<(String, Option<String>)> = None;
        while let Some(byte) = self.next() {
            match byte {
                b'#' | b';' => self.skip_comment(),
                b'[' => section = Some(self.section()?),
                byte if byte.is_ascii_whitespace() => {}
                byte if byte.is_ascii_alphabetic() => {
                    let Some((section, subsection)) = &section else {
                        return Err("a key stands before the first section");
                    };
                    let line = self.line;
                    let key = self.key(byte);
                    let entry = Entry {
                        section: section.clone(),
                        subsection: subsection.clone(),
                        key,
                        value: self.value()?,
                    };
                    entries.push((line, entry));
                }
                _ => return Err("a line is neither a section nor a key"),
            }
        }
        Ok(entries)
    }

    /// The next byte; a carriage return before a line feed is skipped.
    fn next(&mut self) -> Option<u8> {
        let mut byte = *self.bytes.get(self.position)?;
        self.position += 1;
        if byte == b'\r' && self.bytes.get(self.position) == Some(&b'\n') {
            self.position += 1;
            byte = b'\n';
        }
        if byte == b'\n' {
            self.line += 1;
        }
        Some(byte)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.position).copied()
    }

    fn skip_comment(&mut self) {
        while !matches!(self.next(), None | Some(b'\n')) {}
    }

    /// Behind `[`: `name]`, `name "subsection"]`, or the old `name.subsection]`.
    fn section(&mut self) -> Step<(String, Option<String>)> {
        let mut name = String::new();
        loop {
            match self.next().ok_or("a section has no end")? {
                b']' => break,
                b' ' | b'\t' => {
                    if name.is_empty() {
                        return Err("a section has no name");
                    }
                    return Ok((name, Some(self.subsection()?)));
                }
                byte if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.' => {
                    name.push(byte.to_ascii_lowercase().into());
                }
                _ => return Err("a section's name holds an impossible character"),
            }
        }
        match name.split_once('.') {
            _ if name.is_empty() => Err("a section has no name"),
            Some((section, subsection)) => Ok((section.into(), Some(subsection.into()))),
            None => Ok((name, None)),
        }
    }

    fn subsection(&mut self) -> Step<String> {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.position += 1;
        }
        if self.next() != Some(b'"') {
            return Err("a subsection is not in quotes");
        }
        let mut name = Vec::new();
        loop {
            match self.next() {
                None | Some(b'\n') => return Err("a subsection has no end"),
                Some(b'"') => break,
                Some(b'\\') => match self.next() {
                    None | Some(b'\n') => return Err("a subsection has no end"),
                    Some(byte) => name.push(byte),
                },
                Some(byte) => name.push(byte),
            }
        }
        if self.next() != Some(b']') {
            return Err("a section has no end");
        }
        String::from_utf8(name).map_err(|_| "it is not UTF-8")
    }

    fn key(&mut self, first: u8) -> String {
        let mut key = String::from(char::from(first.to_ascii_lowercase()));
        while let Some(byte) = self.peek() {
            if !byte.is_ascii_alphanumeric() && byte != b'-' {
                break;
            }
            key.push(byte.to_ascii_lowercase().into());
            self.position += 1;
        }
        key
    }

    /// What follows a key, to the end of its last line.
    fn value(&mut self) -> Step<Option<String>> {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.position += 1;
        }
        match self.next() {
            None | Some(b'\n') => Ok(None),
            Some(b'=') => self.text().map(Some),
            Some(_) => Err("a key is followed by something else than ="),
        }
    }

    /// What follows `=`.
    fn text(&mut self) -> Step<String> {
        let mut value = Vec::new();
        // How much of the value stays when trailing white space outside quotes is dropped.
        let mut kept = 0;
        let mut quoted = false;
        loop {
            match self.next() {
                None | Some(b'\n') if quoted => return Err("a quoted value has no end"),
                None | Some(b'\n') => break,
                Some(b'"') => {
                    quoted = !quoted;
                    kept = value.len();
                    continue;
                }
                Some(b'\\') => match self.escape()? {
                    Some(byte) => value.push(byte),
                    None => continue,
                },
                Some(b'#' | b';') if !quoted => {
                    self.skip_comment();
                    break;
                }
                Some(byte) if byte.is_ascii_whitespace() && !quoted => {
                    if !value.is_empty() {
                        value.push(byte);
                    }
                    continue;
                }
                Some(byte) => value.push(byte),
            }
            kept = value.len();
        }
        value.truncate(kept);
        String::from_utf8(value).map_err(|_| "it is not UTF-8")
    }

    /// Behind a backslash in a value; `None` continues the value on the next line.
    fn escape(&mut self) -> Step<Option<u8>> {
        match self.next() {
            None | Some(b'\n') => Ok(None),
            Some(b't') => Ok(Some(b'\t')),
            Some(b'n') => Ok(Some(b'\n')),
            Some(b'b') => Ok(Some(8)),
            Some(byte @ (b'\\' | b'"')) => Ok(Some(byte)),
            _ => Err("a value holds an unknown escape"),
        }
    }
}
