//! YAML text to a [`Node`].
//!
//! Other tools' files may use more of YAML than a pack.yaml may: anchors, aliases and merge keys are
//! followed, each use of an alias counting like what it stands for, so that no few lines become
//! billions of values. Tags say nothing here.

use std::collections::{HashMap, HashSet};

use granit_parser::{Event, Options, Parser, ScalarStyle};

use super::tree::{Kind, Member, Node};

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 64;

/// The most values that one file may hold, aliases written out.
const MAX_NODES: usize = 300_000;

/// A fault and its line.
pub(super) type Fault = (usize, String);

/// Reads the first document; nothing where there is none.
pub(super) fn read(text: &str) -> Result<Node, Fault> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options()) {
        let (event, span) =
            event.map_err(|error| (error.marker().line(), error.kind().to_string()))?;
        if builder.take(event, span.start.line())? {
            break;
        }
    }
    Ok(builder.root.unwrap_or(Node {
        line: 1,
        kind: Kind::Null,
    }))
}

fn options() -> Options {
    granit_parser::options! {
        emit_anchor_events: false,
        emit_unresolved_aliases: true,
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    }
}

/// A list or mapping whose end has not been seen.
struct Open {
    line: usize,
    anchor: usize,
    /// How many values were counted before it.
    before: usize,
    contents: Contents,
}

enum Contents {
    List(Vec<Node>),
    Mapping {
        members: Vec<Member>,
        key: Option<(String, usize)>,
    },
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    /// What each anchor stands for, and how many values that is.
    anchors: HashMap<usize, (Node, usize)>,
}

impl Builder {
    /// Takes an event; returns whether the document is at its end.
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<bool, Fault> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                self.count(1, line)?;
                let kind = scalar(&text, style == ScalarStyle::Plain);
                self.value(Node { line, kind }, anchor, 1, Some(&text));
            }
            Event::SequenceStart(_, anchor, _) => {
                self.begin(line, anchor, Contents::List(Vec::new()))?;
            }
            Event::MappingStart(_, anchor, _) => {
                let contents = Contents::Mapping {
                    members: Vec::new(),
                    key: None,
                };
                self.begin(line, anchor, contents)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end()?,
            Event::Alias(anchor) => {
                let Some((node, count)) = self.anchors.get(&anchor).cloned() else {
                    return Err((line, String::from("an alias stands inside what it means")));
                };
                self.count(count, line)?;
                let text = node.text().map(str::to_owned);
                self.value(node, 0, count, text.as_deref());
            }
            Event::UnresolvedAlias(name) => {
                let name = crate::model::text::shown(name.as_ref());
                return Err((line, format!("the alias `*{name}` has no anchor")));
            }
            Event::DocumentEnd => return Ok(true),
            _ => {}
        }
        Ok(false)
    }

    fn begin(&mut self, line: usize, anchor: usize, contents: Contents) -> Result<(), Fault> {
        let before = self.nodes;
        self.count(1, line)?;
        let expects_key = matches!(
            self.open.last().map(|open| &open.contents),
            Some(Contents::Mapping { key: None, .. })
        );
        if expects_key {
            return Err((line, String::from("a list or a mapping cannot be a key")));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err((line, format!("nested more than {MAX_DEPTH} levels deep")));
        }
        self.open.push(Open {
            line,
            anchor,
            before,
            contents,
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let kind = match open.contents {
            Contents::List(items) => Kind::List(items),
            Contents::Mapping { members, .. } => Kind::Mapping(merged(members, open.line)?),
        };
        let line = open.line;
        let count = self.nodes - open.before;
        self.value(Node { line, kind }, open.anchor, count, None);
        Ok(())
    }

    /// Puts a value, which counts `count`, where it belongs; `text` where it may be a key.
    fn value(&mut self, node: Node, anchor: usize, count: usize, text: Option<&str>) {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), count));
        }
        match self.open.last_mut().map(|open| &mut open.contents) {
            None => self.root = Some(node),
            Some(Contents::List(items)) => items.push(node),
            Some(Contents::Mapping { members, key }) => match key.take() {
                Some((key, line)) => members.push(Member {
                    key,
                    line,
                    value: node,
                }),
                None => *key = Some((text.unwrap_or_default().to_owned(), node.line)),
            },
        }
    }

    fn count(&mut self, more: usize, line: usize) -> Result<(), Fault> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes > MAX_NODES {
            return Err((line, format!("the file holds more than {MAX_NODES} values")));
        }
        Ok(())
    }
}

fn scalar(text: &str, plain: bool) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" if plain => Kind::Null,
        "true" | "True" | "TRUE" if plain => Kind::Bool(true),
        "false" | "False" | "FALSE" if plain => Kind::Bool(false),
        text => Kind::Text(text.to_owned()),
    }
}

/// The members with those of merge keys (`<<`) behind them, where no member has the same key. A key
/// that is given twice is an error.
fn merged(members: Vec<Member>, line: usize) -> Result<Vec<Member>, Fault> {
    let mut seen = HashSet::new();
    for member in &members {
        if !seen.insert(member.key.clone()) {
            let key = crate::model::text::shown(&member.key);
            return Err((member.line, format!("the key `{key}` is given twice")));
        }
    }
    let (merges, mut kept): (Vec<_>, Vec<_>) =
        members.into_iter().partition(|member| member.key == "<<");
    let Some(merge) = merges.into_iter().next() else {
        return Ok(kept);
    };
    let sources = match merge.value.kind {
        Kind::Mapping(members) => vec![members],
        Kind::List(items) => items
            .into_iter()
            .filter_map(|item| match item.kind {
                Kind::Mapping(members) => Some(members),
                _ => None,
            })
            .collect(),
        _ => return Err((line, String::from("`<<` merges what is no mapping"))),
    };
    for member in sources.into_iter().flatten() {
        if seen.insert(member.key.clone()) {
            kept.push(member);
        }
    }
    Ok(kept)
}
