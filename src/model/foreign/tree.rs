//! Values of YAML and JSON files with the lines where they stand. Texts stay as they are written:
//! the version `1.10` is not the number 1.1.

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    /// Its line, from 1.
    pub(super) line: usize,
    /// What it is.
    pub(super) kind: Kind,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing: `null`, `~`, or no value at all.
    Null,
    /// `true` or `false`, as a word without quotes.
    Bool(bool),
    /// Text, or a number as it is written.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Mapping(Vec<Member>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// The key.
    pub(super) key: String,
    /// Its line, from 1.
    pub(super) line: usize,
    /// The value.
    pub(super) value: Node,
}

impl Node {
    /// The members, if it is a mapping; none of nothing.
    pub(super) fn members(&self) -> Option<&[Member]> {
        match &self.kind {
            Kind::Mapping(members) => Some(members),
            Kind::Null => Some(&[]),
            _ => None,
        }
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        let Kind::Mapping(members) = &self.kind else {
            return None;
        };
        let member = members.iter().rev().find(|member| member.key == key);
        member.map(|member| &member.value)
    }

    /// The text of a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            Kind::Bool(true) => Some("true"),
            Kind::Bool(false) => Some("false"),
            _ => None,
        }
    }

    /// The text of a key's value.
    pub(super) fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Node::text)
    }

    /// The texts of a list, or the one text that stands where a list may.
    pub(super) fn texts(&self) -> Vec<&str> {
        match &self.kind {
            Kind::List(items) => items.iter().filter_map(Node::text).collect(),
            _ => self.text().into_iter().collect(),
        }
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// What it is, with an article.
    pub(super) fn what(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) | Kind::Text(_) => "a text",
            Kind::List(_) => "a list",
            Kind::Mapping(_) => "a mapping",
        }
    }
}
