//! A page of the documentation: what is to be run, headings, links, and commands in the text.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
    path::{Path, PathBuf},
};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// Where the project lies.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All pages of the project, relative to its root. What packs of the example contain is theirs.
pub(crate) fn all() -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(root().join(&directory)).expect("a directory") {
            let entry = entry.expect("an entry");
            let name = entry.file_name().into_string().expect("a UTF-8 name");
            let path = directory.join(&name);
            let kind = entry.file_type().expect("a kind");
            if kind.is_dir() && !name.starts_with('.') && !is_foreign(&path) {
                open.push(path);
            } else if kind.is_file() && name.ends_with(".md") {
                found.push(path.to_str().expect("a UTF-8 path").to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Directories whose pages are not the project's own words.
fn is_foreign(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name == "target"
        || name == "node_modules"
        || path.starts_with("fixtures/example/ada")
        || path.starts_with("fixtures/example/tools")
}

/// A page, read.
pub(crate) struct Page {
    /// Relative to the project's root.
    pub(crate) name: String,
    pub(crate) text: String,
    /// In order.
    pub(crate) pieces: Vec<Piece>,
    /// The ids of its headings, as web servers and mdbook make them.
    pub(crate) anchors: BTreeSet<String>,
    /// Where links and images lead.
    pub(crate) links: Vec<String>,
    /// Code in the running text.
    pub(crate) codes: Vec<String>,
}

/// What a page asks for.
#[derive(Debug)]
pub(crate) enum Piece {
    /// An HTML comment.
    Comment {
        text: String,
        line: usize,
    },
    /// A heading of this depth.
    Heading {
        text: String,
    },
    Block(Block),
}

/// A block of code.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// The language after the fence; empty where there is none.
    pub(crate) language: String,
    pub(crate) text: String,
    /// Where `text` is in the page.
    pub(crate) range: Range<usize>,
    /// The line of the opening fence, from 1.
    pub(crate) line: usize,
    pub(crate) fenced: bool,
}

impl Page {
    /// Reads a page by its name.
    pub(crate) fn read(name: &str) -> Self {
        let path = root().join(name);
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut page = Self {
            name: name.to_owned(),
            text: String::new(),
            pieces: Vec::new(),
            anchors: BTreeSet::new(),
            links: Vec::new(),
            codes: Vec::new(),
        };
        page.take_apart(&text);
        page.text = text;
        page
    }

    /// The fenced blocks.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Block(block) => Some(block),
            _ => None,
        })
    }

    fn take_apart(&mut self, text: &str) {
        let mut counts: HashMap<String, usize> = HashMap::new();
        let mut heading: Option<String> = None;
        let mut html: Option<(String, usize)> = None;
        let mut block: Option<Block> = None;
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
        for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    let text = heading.take().unwrap_or_default();
                    let id = anchor(&text);
                    let count = counts.entry(id.clone()).or_default();
                    self.anchors.insert(match *count {
                        0 => id,
                        count => format!("{id}-{count}"),
                    });
                    *count += 1;
                    self.pieces.push(Piece::Heading { text });
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    self.links.push(dest_url.into_string());
                }
                Event::Start(Tag::HtmlBlock) => {
                    html = Some((String::new(), line_of(text, range.start)));
                }
                Event::End(TagEnd::HtmlBlock) => {
                    let (text, line) = html.take().unwrap_or_default();
                    let comment = text.trim();
                    let comment = comment
                        .strip_prefix("<!--")
                        .and_then(|comment| comment.strip_suffix("-->"));
                    if let Some(text) = comment {
                        let text = text.trim().to_owned();
                        self.pieces.push(Piece::Comment { text, line });
                    }
                }
                Event::Html(part) => {
                    if let Some((text, _)) = &mut html {
                        *text += &part;
                    }
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    let (language, fenced) = match kind {
                        CodeBlockKind::Fenced(language) => (language.into_string(), true),
                        CodeBlockKind::Indented => (String::new(), false),
                    };
                    let line = line_of(text, range.start);
                    let range = range.end..range.end;
                    block = Some(Block {
                        language,
                        text: String::new(),
                        range,
                        line,
                        fenced,
                    });
                }
                Event::End(TagEnd::CodeBlock) => {
                    self.pieces.extend(block.take().map(Piece::Block));
                }
                Event::Text(part) => {
                    if let Some(block) = &mut block {
                        if block.text.is_empty() {
                            block.range = range.clone();
                        }
                        block.range.end = range.end;
                        block.text += &part;
                    } else if let Some(heading) = &mut heading {
                        *heading += &part;
                    }
                }
                Event::Code(part) => {
                    if let Some(heading) = &mut heading {
                        *heading += &part;
                    }
                    self.codes.push(part.into_string());
                }
                _ => {}
            }
        }
    }
}

fn line_of(text: &str, place: usize) -> usize {
    text[..place].matches('\n').count() + 1
}

/// The id of a heading: small letters, digits, `_` and `-`, and `-` for each space.
fn anchor(heading: &str) -> String {
    let letters = heading.chars().filter_map(|letter| match letter {
        letter if letter.is_alphanumeric() || letter == '_' || letter == '-' => Some(letter),
        letter if letter.is_whitespace() => Some('-'),
        _ => None,
    });
    letters.flat_map(char::to_lowercase).collect()
}
