//! YAML text to a tree of values with their places. This file and `yaml_error.rs` are
//! the only ones that know the YAML library.
//!
//! Only the plain part of YAML is read. What makes one text mean different things to different
//! readers (anchors, aliases, merge keys, tags, directives, repeated keys, several documents) is
//! refused, and so is whatever could make reading expensive. The library's events are read rather
//! than its deserializer: they carry the exact place of every anchor, tag and key, and a loop with
//! a list of open collections needs no stack that an input could exhaust.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Options, Parser, ScalarStyle, Span};
use serde_json::Value;

use super::node::{Key, Kind, Node};
use super::scalar;
use super::yaml_error::{YamlError, explain, offset, refused, refused_tag, too_deep};

/// The deepest nesting of lists and mappings that is read.
pub const MAX_DEPTH: usize = 64;

/// The most scalars, lists and mappings that are read from one file. A child takes at most seven,
/// so that this is far above what a pack that people write holds.
const MAX_NODES: usize = 300_000;

/// Reads one document. An empty text holds a scalar that is nothing.
pub(super) fn read(text: &str) -> Result<Node, YamlError> {
    let mut builder = Builder::new(text);
    for event in Parser::new_from_str_with_options(text, options()) {
        let (event, span) = event.map_err(|error| explain(text, &error))?;
        builder.take(event, &span)?;
    }
    Ok(builder.root.unwrap_or(Node {
        place: 0..0,
        kind: Kind::Scalar(Value::Null),
    }))
}

fn options() -> Options {
    granit_parser::options! {
        // `%YAML 1.1` would change what words mean; `%TAG` renames tags.
        disallow_directives: true,
        // Anchors and aliases become events, so that they are refused where they stand.
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    }
}

/// A list or mapping whose end has not been seen.
struct Open {
    start: usize,
    contents: Contents,
}

enum Contents {
    List(Vec<Node>),
    Mapping {
        entries: Vec<(Key, Node)>,
        /// The key whose value comes next.
        key: Option<Key>,
        /// Where each key stands; a repeated one is refused.
        seen: HashMap<String, Range<usize>>,
    },
}

struct Builder<'a> {
    text: &'a str,
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            open: Vec::new(),
            root: None,
            nodes: 0,
        }
    }

    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), YamlError> {
        let place = place(self.text, span);
        if let Some(tag) = span.tag_span() {
            return Err(refused_tag(self.text, self::place(self.text, &tag)));
        }
        match event {
            Event::Scalar(text, style, _, tag) => {
                if tag.is_some() {
                    return Err(refused_tag(self.text, place));
                }
                self.scalar(&text, style, place)
            }
            Event::SequenceStart(..) => self.begin(place, Contents::List(Vec::new())),
            Event::MappingStart(..) => self.begin(
                place,
                Contents::Mapping {
                    entries: Vec::new(),
                    key: None,
                    seen: HashMap::new(),
                },
            ),
            Event::SequenceEnd | Event::MappingEnd => self.end(place),
            Event::Anchor(..) | Event::Alias(_) | Event::UnresolvedAlias(_) => Err(refused(
                place,
                "anchors (`&name`) and aliases (`*name`) are not allowed",
                "write the value out, or put text that begins with `&` or `*` in quotes",
            )),
            Event::DocumentStart(..) if self.root.is_some() => Err(refused(
                place,
                "the file holds more than one document",
                "remove what follows the first one",
            )),
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        place: Range<usize>,
    ) -> Result<(), YamlError> {
        let plain = style == ScalarStyle::Plain;
        self.count(&place)?;
        if self.expects_key() {
            if plain && text == "<<" {
                return Err(refused(
                    place,
                    "merge keys (`<<`) are not allowed",
                    "write the values out",
                ));
            }
            return self.key(text, place);
        }
        let value = if plain {
            scalar::resolve(text)
        } else {
            Value::from(text)
        };
        self.place_node(Node {
            place,
            kind: Kind::Scalar(value),
        });
        Ok(())
    }

    fn key(&mut self, text: &str, place: Range<usize>) -> Result<(), YamlError> {
        let Some(Open {
            contents: Contents::Mapping { key, seen, .. },
            ..
        }) = self.open.last_mut()
        else {
            return Ok(());
        };
        if let Some(first) = seen.insert(text.to_owned(), place.clone()) {
            return Err(YamlError {
                place,
                message: format!("the key `{text}` is given twice"),
                hint: Some("keep one of the two"),
                first: Some(first),
            });
        }
        *key = Some(Key {
            text: text.to_owned(),
            place,
        });
        Ok(())
    }

    fn begin(&mut self, place: Range<usize>, contents: Contents) -> Result<(), YamlError> {
        self.count(&place)?;
        if self.expects_key() {
            return Err(refused(
                place,
                "a list or a mapping cannot be a key",
                "put text that contains `[` or `{` in quotes",
            ));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep(place));
        }
        self.open.push(Open {
            start: place.start,
            contents,
        });
        Ok(())
    }

    fn end(&mut self, place: Range<usize>) -> Result<(), YamlError> {
        let Some(Open { start, contents }) = self.open.pop() else {
            return Ok(());
        };
        let kind = match contents {
            Contents::List(items) => Kind::List(items),
            Contents::Mapping { entries, .. } => Kind::Mapping(entries),
        };
        // Only a collection in flow style (`[]`) has an end that can be seen.
        let end = if place.is_empty() { start } else { place.end };
        self.place_node(Node {
            place: start..end.max(start),
            kind,
        });
        Ok(())
    }

    fn place_node(&mut self, node: Node) {
        match self.open.last_mut().map(|open| &mut open.contents) {
            None => self.root = Some(node),
            Some(Contents::List(items)) => items.push(node),
            Some(Contents::Mapping { entries, key, .. }) => {
                if let Some(key) = key.take() {
                    entries.push((key, node));
                }
            }
        }
    }

    fn expects_key(&self) -> bool {
        matches!(
            self.open.last().map(|open| &open.contents),
            Some(Contents::Mapping { key: None, .. })
        )
    }

    fn count(&mut self, place: &Range<usize>) -> Result<(), YamlError> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(refused(
                place.clone(),
                &format!("the file holds more than {MAX_NODES} values"),
                "split the pack",
            ));
        }
        Ok(())
    }
}

fn place(text: &str, span: &Span) -> Range<usize> {
    let start = offset(text, &span.start);
    let end = offset(text, &span.end).max(start);
    start..end
}
