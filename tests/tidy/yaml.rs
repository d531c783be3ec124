//! YAML with lines and tags kept, which CloudFormation's short forms such as `!Ref` need.

use granit_parser::{Event, Parser, Span, Tag};

/// A value, where it stands and how it is tagged.
#[derive(Debug)]
pub(crate) struct Node {
    /// Counted from 1.
    pub(crate) line: usize,
    /// `Ref` for `!Ref`; empty for most.
    pub(crate) tag: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The value under a path of keys, such as `Properties/Timeout`.
    pub(crate) fn get(&self, path: &str) -> Option<&Self> {
        path.split('/').try_fold(self, |node, key| {
            node.entries().iter().find(|(name, _)| name == key).map(|(_, value)| value)
        })
    }

    /// The text under a path, empty if there is none.
    pub(crate) fn text_at(&self, path: &str) -> &str {
        self.get(path).map_or("", Self::text)
    }

    /// The text itself, empty for lists and maps.
    pub(crate) fn text(&self) -> &str {
        if let Kind::Text(text) = &self.kind { text } else { "" }
    }

    /// Keys and values of a map, in order.
    pub(crate) fn entries(&self) -> &[(String, Self)] {
        if let Kind::Map(entries) = &self.kind { entries } else { &[] }
    }

    /// The items of a list; CloudFormation takes one value for a list of one.
    pub(crate) fn items(&self) -> Vec<&Self> {
        if let Kind::List(items) = &self.kind { items.iter().collect() } else { vec![self] }
    }

    /// What `!Ref X` and `!GetAtt X.Arn` point at: `X`.
    pub(crate) fn target(&self) -> Option<&str> {
        match self.tag.as_str() {
            "Ref" => Some(self.text()),
            "GetAtt" => self.text().split('.').next(),
            _ => None,
        }
    }

    /// Every node below this one, and this one.
    pub(crate) fn all(&self) -> Vec<&Self> {
        let below: Vec<&Self> = match &self.kind {
            Kind::Text(_) => Vec::new(),
            Kind::List(items) => items.iter().collect(),
            Kind::Map(entries) => entries.iter().map(|(_, node)| node).collect(),
        };
        std::iter::once(self).chain(below.into_iter().flat_map(Self::all)).collect()
    }
}

/// The one document in the text.
pub(crate) fn parse(text: &str) -> Node {
    let mut events = Parser::new_from_str(text)
        .map(|event| event.unwrap_or_else(|error| panic!("YAML: {error}")))
        .filter(|(event, _)| {
            !matches!(event, Event::StreamStart | Event::DocumentStart(..) | Event::Comment(..))
        });
    let first = events.next().expect("a document");
    node(first, &mut events).expect("a document that is not empty")
}

/// `None` at the end of a list or map.
fn node<'a>(
    (event, span): (Event<'a>, Span),
    rest: &mut impl Iterator<Item = (Event<'a>, Span)>,
) -> Option<Node> {
    let tag = event.tag().map(Tag::suffix).unwrap_or_default().to_owned();
    let kind = match event {
        Event::Scalar(text, ..) => Kind::Text(text.into_owned()),
        Event::SequenceStart(..) => Kind::List(list(rest)),
        Event::MappingStart(..) => Kind::Map(map(rest)),
        _ => return None,
    };
    Some(Node { line: span.start.line(), tag, kind })
}

fn list<'a>(rest: &mut impl Iterator<Item = (Event<'a>, Span)>) -> Vec<Node> {
    let mut items = Vec::new();
    while let Some(item) = rest.next().and_then(|event| node(event, rest)) {
        items.push(item);
    }
    items
}

fn map<'a>(rest: &mut impl Iterator<Item = (Event<'a>, Span)>) -> Vec<(String, Node)> {
    let mut entries = Vec::new();
    while let Some(key) = rest.next().and_then(|event| node(event, rest)) {
        let value = rest.next().and_then(|event| node(event, rest)).expect("a key has a value");
        entries.push((key.text().to_owned(), value));
    }
    entries
}

#[test]
fn tags_and_lines_are_kept() {
    let yaml = "a:\n  b: !Ref C # note\n  d: [!GetAtt E.Arn, f]\n";
    let node = parse(yaml);
    let b = node.get("a/b").expect("there is a b");
    assert_eq!((b.line, b.tag.as_str(), b.target()), (2, "Ref", Some("C")));
    let d = node.get("a/d").expect("there is a d").items();
    assert_eq!((d[0].target(), d[1].text()), (Some("E"), "f"));
}
