//! JSON text to a [`Node`]. That the text is JSON is for the library to say, with its limit on
//! nesting; here the lines are found.

use serde::de::IgnoredAny;

use super::{
    tree::{Kind, Member, Node},
    yaml::Fault,
};

/// Reads a document.
pub(super) fn read(text: &str) -> Result<Node, Fault> {
    // A parser that skips does not see surrogates that are alone; one that reads does.
    serde_json::from_str::<serde_json::Value>(text)
        .map_err(|error| (error.line(), reason(&error)))?;
    let mut walker = Walker {
        rest: text,
        line: 1,
    };
    walker.skip_blank();
    walker
        .value()
        .ok_or((walker.line, String::from("it is not JSON")))
}

fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    text[..end].to_owned()
}

/// Walks over a text that is known to be JSON.
struct Walker<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Walker<'a> {
    fn value(&mut self) -> Option<Node> {
        let line = self.line;
        let kind = match self.rest.bytes().next()? {
            b'{' => self.mapping()?,
            b'[' => self.list()?,
            b'"' => Kind::Text(self.string()?),
            _ => match self.word() {
                "null" => Kind::Null,
                "true" => Kind::Bool(true),
                "false" => Kind::Bool(false),
                number => Kind::Text(number.to_owned()),
            },
        };
        Some(Node { line, kind })
    }

    fn mapping(&mut self) -> Option<Kind> {
        let mut members = Vec::new();
        self.step();
        while !self.rest.starts_with('}') {
            let line = self.line;
            let key = self.string()?;
            // The colon.
            self.skip_blank();
            self.step();
            let value = self.value()?;
            members.push(Member { key, line, value });
            self.skip_blank();
            if self.rest.starts_with(',') {
                self.step();
            }
        }
        self.take(1);
        Some(Kind::Mapping(members))
    }

    fn list(&mut self) -> Option<Kind> {
        let mut items = Vec::new();
        self.step();
        while !self.rest.starts_with(']') {
            items.push(self.value()?);
            self.skip_blank();
            if self.rest.starts_with(',') {
                self.step();
            }
        }
        self.take(1);
        Some(Kind::List(items))
    }

    fn string(&mut self) -> Option<String> {
        let mut escaped = false;
        let inside = self.rest.get(1..)?;
        let end = inside.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        })?;
        let quoted = self.take(end + 2);
        serde_json::from_str(quoted).ok()
    }

    fn word(&mut self) -> &'a str {
        let ends = |letter: char| letter.is_ascii_whitespace() || ",]}".contains(letter);
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        self.take(end)
    }

    /// Goes over one byte and the blanks behind it.
    fn step(&mut self) {
        self.take(1);
        self.skip_blank();
    }

    fn skip_blank(&mut self) {
        let length = self.rest.len() - self.rest.trim_ascii_start().len();
        let blank = self.take(length);
        self.line += blank.bytes().filter(|byte| *byte == b'\n').count();
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        taken
    }
}

/// Whether a text is JSON at all.
pub(super) fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}
