//! `packed-refs`: one file with many refs, searched without being taken apart.
//!
//! A line is an id, a space and a ref; a line that begins with `^` says what the annotated tag on
//! the line above leads to. A file whose first line promises `sorted` is searched by halving, so
//! that one ref out of 100,000 costs some twenty comparisons; any other is read from top to bottom.

use super::{ObjectId, RefValue};

/// A line is not what git writes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// The content of one `packed-refs` file.
#[derive(Debug)]
pub(super) struct Packed {
    bytes: Vec<u8>,
    /// Where the refs begin, behind the header and other comments.
    start: usize,
    sorted: bool,
}

impl Packed {
    /// Reads the header, and nothing else.
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        let mut start = 0;
        let mut sorted = false;
        while bytes.get(start) == Some(&b'#') {
            let end = line_end(&bytes, start);
            if let Some(traits) = bytes[start..end].strip_prefix(b"# pack-refs with:") {
                sorted = traits
                    .split(u8::is_ascii_whitespace)
                    .any(|word| word == b"sorted");
            }
            start = (end + 1).min(bytes.len());
        }
        Self {
            bytes,
            start,
            sorted,
        }
    }

    /// Finds a ref by its full name.
    pub(super) fn find(&self, name: &str) -> Result<Option<RefValue>, Malformed> {
        if self.sorted {
            self.search(name.as_bytes())
        } else {
            self.scan(name.as_bytes())
        }
    }

    fn search(&self, name: &[u8]) -> Result<Option<RefValue>, Malformed> {
        let (mut low, mut high) = (self.start, self.bytes.len());
        while low < high {
            let begin = self.entry_start(low, low + (high - low) / 2);
            let entry = self.entry(begin)?;
            match entry.name.cmp(name) {
                std::cmp::Ordering::Equal => return entry.value().map(Some),
                std::cmp::Ordering::Less => low = entry.next,
                std::cmp::Ordering::Greater => high = begin,
            }
        }
        Ok(None)
    }

    fn scan(&self, name: &[u8]) -> Result<Option<RefValue>, Malformed> {
        let mut position = self.start;
        while position < self.bytes.len() {
            let entry = self.entry(position)?;
            if entry.name == name {
                return entry.value().map(Some);
            }
            position = entry.next;
        }
        Ok(None)
    }

    /// The start of the entry that `position` lies in; `floor` is the start of an earlier one.
    fn entry_start(&self, floor: usize, position: usize) -> usize {
        let mut begin = self.line_start(floor, position);
        while begin > floor && self.bytes[begin] == b'^' {
            begin = self.line_start(floor, begin - 1);
        }
        begin
    }

    fn line_start(&self, floor: usize, position: usize) -> usize {
        self.bytes[floor..position]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(floor, |found| floor + found + 1)
    }

    /// The entry that begins at `begin`, with its peeled line.
    fn entry(&self, begin: usize) -> Result<Entry<'_>, Malformed> {
        let end = line_end(&self.bytes, begin);
        let line = &self.bytes[begin..end];
        let space = line
            .iter()
            .position(|byte| *byte == b' ')
            .ok_or(Malformed)?;
        let mut next = (end + 1).min(self.bytes.len());
        let mut peeled = None;
        if self.bytes.get(next) == Some(&b'^') {
            let end = line_end(&self.bytes, next);
            peeled = Some(&self.bytes[next + 1..end]);
            next = (end + 1).min(self.bytes.len());
        }
        Ok(Entry {
            id: &line[..space],
            name: &line[space + 1..],
            peeled,
            next,
        })
    }
}

/// One ref of the file.
struct Entry<'a> {
    id: &'a [u8],
    name: &'a [u8],
    peeled: Option<&'a [u8]>,
    /// Where the next entry begins.
    next: usize,
}

impl Entry<'_> {
    fn value(&self) -> Result<RefValue, Malformed> {
        let peeled = match self.peeled {
            Some(bytes) => Some(ObjectId::from_bytes(bytes).ok_or(Malformed)?),
            None => None,
        };
        Ok(RefValue {
            id: ObjectId::from_bytes(self.id).ok_or(Malformed)?,
            peeled,
        })
    }
}

fn line_end(bytes: &[u8], begin: usize) -> usize {
    bytes[begin..]
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(bytes.len(), |found| begin + found)
}
