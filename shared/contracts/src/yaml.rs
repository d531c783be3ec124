//! YAML as a tree that remembers where each part stands.
//!
//! serde stops at the first mistake and forgets places; an editor of configuration wants all of them.
//! So the events of serde-saphyr's parser are kept as they come, scalars as the text that was written.

use std::ops::Range;

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span};

use crate::{code::Code, report::Mistakes, source::Source};

/// A part of a YAML file.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Where it stands, in bytes.
    pub(crate) span: Range<usize>,
    /// What it is.
    pub(crate) kind: Kind,
}

/// What a part of a YAML file is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A text, and whether it stood without quotes.
    Text(String, bool),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file, equal keys kept.
    Map(Vec<(Key, Node)>),
}

/// The key of a mapping.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// Its name.
    pub(crate) name: String,
    /// Where it stands, in bytes.
    pub(crate) span: Range<usize>,
}

impl Node {
    /// What the part is, for messages.
    pub(crate) fn kind_name(&self) -> &'static str {
        match &self.kind {
            Kind::Text(..) if self.is_null() => "nothing",
            Kind::Text(..) => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
        }
    }

    /// The value below a path of keys, if all of them are there.
    pub(crate) fn get(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, name| match &node.kind {
            Kind::Map(members) => {
                members.iter().find(|(key, _)| key.name == *name).map(|(_, node)| node)
            }
            Kind::Text(..) | Kind::List(_) => None,
        })
    }

    /// Whether nothing is written here: `key:`, `~` or `null`.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Text(text, true) if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The place in the file of a place in this text; the whole text where escapes or folding make that unclear.
    pub(crate) fn within(&self, source: &Source, part: &Range<usize>) -> Range<usize> {
        let Kind::Text(text, _) = &self.kind else { return self.span.clone() };
        let raw = source.text.get(self.span.clone()).unwrap_or_default();
        match raw.find(text.as_str()) {
            Some(offset) if !text.is_empty() => {
                let from = self.span.start + offset;
                from + part.start..from + part.end
            }
            _ => self.span.clone(),
        }
    }
}

/// Reads a file; equal keys and everything we do not read are mistakes.
pub(crate) fn parse(source: &Source, mistakes: &mut Mistakes) -> Option<Node> {
    let before = mistakes.count();
    let mut building = Building { open: Vec::new(), root: None, source, mistakes };
    for next in Parser::new_from_str(&source.text) {
        match next {
            Ok((event, span)) => building.take(event, &range(&span)),
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(0);
                let message = format!("the file is not YAML: {}", error.info());
                building.mistakes.add(
                    Code::FL0101,
                    source,
                    &(at..at + 1),
                    message,
                    "check the indentation and the quotes around here",
                );
                return None;
            }
        }
    }
    let root = building.root;
    if root.is_none() && mistakes.count() == before {
        mistakes.add_file(
            Code::FL0107,
            &source.name,
            "the file is empty",
            "see ARCHITECTURE.md for what belongs in it",
        );
    }
    root
}

struct Building<'s, 'm> {
    open: Vec<Open>,
    root: Option<Node>,
    source: &'s Source,
    mistakes: &'m mut Mistakes,
}

/// A list or mapping whose end has not come yet.
enum Open {
    List(usize, Vec<Node>),
    Map(usize, Vec<(Key, Node)>, Option<Key>),
}

impl Building<'_, '_> {
    fn take(&mut self, event: Event<'_>, span: &Range<usize>) {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse(anchor, tag.is_some(), span);
                let kind = Kind::Text(text.into_owned(), style == ScalarStyle::Plain);
                self.put(Node { span: span.clone(), kind });
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse(anchor, tag.is_some(), span);
                self.open.push(Open::List(span.start, Vec::new()));
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse(anchor, tag.is_some(), span);
                self.open.push(Open::Map(span.start, Vec::new(), None));
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span.end),
            Event::Alias(_) => {
                self.refuse(1, false, span);
                // Something must stand here, or the missing value would be told as a second mistake.
                self.put(Node { span: span.clone(), kind: Kind::Text("alias".to_owned(), true) });
            }
            Event::DocumentStart(..) if self.root.is_some() => {
                let help = "put each integration in a folder of its own";
                self.mistakes.add(
                    Code::FL0106,
                    self.source,
                    span,
                    "a second YAML document in one file",
                    help,
                );
            }
            _ => {}
        }
    }

    fn close(&mut self, end: usize) {
        match self.open.pop() {
            Some(Open::List(from, items)) => {
                self.put(Node { span: from..end, kind: Kind::List(items) });
            }
            Some(Open::Map(from, members, _)) => {
                self.put(Node { span: from..end, kind: Kind::Map(members) });
            }
            None => {}
        }
    }

    fn put(&mut self, node: Node) {
        match self.open.last_mut() {
            None => {
                self.root.get_or_insert(node);
            }
            Some(Open::List(_, items)) => items.push(node),
            Some(Open::Map(_, members, key @ None)) => match node.kind {
                Kind::Text(name, _) => {
                    if let Some((first, _)) = members.iter().find(|(key, _)| key.name == name) {
                        let line = self.source.line(first.span.start).0;
                        let message = format!("key \"{name}\" stands twice; first on line {line}");
                        self.mistakes.add(
                            Code::FL0102,
                            self.source,
                            &node.span,
                            message,
                            "remove one of the two",
                        );
                    }
                    *key = Some(Key { name, span: node.span });
                }
                Kind::List(_) | Kind::Map(_) => {
                    let help = "write a word before the colon; a text that begins with { or [ needs quotes";
                    self.mistakes.add(
                        Code::FL0105,
                        self.source,
                        &node.span,
                        "a key must be a text",
                        help,
                    );
                    *key = Some(Key { name: String::new(), span: node.span });
                }
            },
            Some(Open::Map(_, members, key)) => members.extend(key.take().map(|key| (key, node))),
        }
    }

    fn refuse(&mut self, anchor: usize, tag: bool, span: &Range<usize>) {
        if anchor != 0 || tag {
            let what = if tag { "a YAML tag" } else { "a YAML anchor or alias" };
            self.mistakes.add(
                Code::FL0106,
                self.source,
                span,
                format!("{what} is not read here"),
                "write the value out",
            );
        }
    }
}

fn range(span: &Span) -> Range<usize> {
    span.byte_range().unwrap_or(0..0)
}
