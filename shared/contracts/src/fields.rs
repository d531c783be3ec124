//! Reads a YAML mapping strictly: every key is asked for by name, and what is left over is a mistake.

use std::{ops::Range, time::Duration};

use fairlead_core::span;

use crate::{
    code::Code,
    report::Mistakes,
    source::Source,
    text::{list, nearest, shorten},
    yaml::{Key, Kind, Node},
};

/// A text of the configuration, with its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said<'n> {
    /// The text.
    pub(crate) text: &'n str,
    /// Where it stands.
    pub(crate) node: &'n Node,
}

/// A mapping that is being read.
pub(crate) struct Fields<'n> {
    source: &'n Source,
    /// How people call this mapping: `owner`; empty for the whole file.
    name: String,
    /// Where a missing key is reported: at the mapping's own key.
    at: Range<usize>,
    members: &'n [(Key, Node)],
    /// What holds where this mapping says nothing.
    below: Option<Below<'n>>,
    asked: Vec<&'static str>,
}

/// A mapping below another one.
struct Below<'n> {
    name: String,
    at: Range<usize>,
    members: &'n [(Key, Node)],
}

impl<'n> Fields<'n> {
    /// The whole file as a mapping.
    pub(crate) fn of_file(
        source: &'n Source,
        root: &'n Node,
        mistakes: &mut Mistakes,
    ) -> Option<Self> {
        Self::of(source, String::new(), &(0..0), root, mistakes)
    }

    /// A mapping that stands under a key.
    pub(crate) fn of(
        source: &'n Source,
        name: String,
        at: &Range<usize>,
        node: &'n Node,
        mistakes: &mut Mistakes,
    ) -> Option<Self> {
        match &node.kind {
            Kind::Map(members) => {
                Some(Self { source, name, at: at.clone(), members, below: None, asked: Vec::new() })
            }
            Kind::Text(..) | Kind::List(_) => {
                let what =
                    if name.is_empty() { "the file".to_owned() } else { format!("\"{name}\"") };
                let message = format!("{what} must be a mapping, but is {}", node.kind_name());
                mistakes.add(
                    Code::FL0105,
                    source,
                    &node.span,
                    message,
                    "write key: value lines, or {key: value}",
                );
                None
            }
        }
    }

    /// The same mapping over another one of the same file: a key that is missing here is read there.
    pub(crate) fn over(self, other: Self) -> Self {
        let Self { name, at, members, .. } = other;
        Self { below: Some(Below { name, at, members }), ..self }
    }

    /// The file it stands in.
    pub(crate) fn source(&self) -> &'n Source {
        self.source
    }

    /// Where the mapping itself is named.
    pub(crate) fn at(&self) -> &Range<usize> {
        &self.at
    }

    /// The value under `key`, if it is given.
    pub(crate) fn optional(&mut self, key: &'static str) -> Option<&'n Node> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.find(key).map(|(_, node)| node)
    }

    /// The value under `key`; a mistake when it is missing.
    pub(crate) fn required(
        &mut self,
        key: &'static str,
        mistakes: &mut Mistakes,
    ) -> Option<&'n Node> {
        let found = self.optional(key);
        if found.is_none() {
            // Where both could say it, it is missing in the lower one.
            let (name, at) = match &self.below {
                Some(below) => (&below.name, &below.at),
                None => (&self.name, &self.at),
            };
            let of = if name.is_empty() { String::new() } else { format!(" in \"{name}\"") };
            // A slip in the key is told where it stands, so the missing one is not told again.
            let slip = self.members.iter().any(|(k, _)| nearest(&k.name, [key]).is_some());
            if !slip {
                let message = format!("key \"{key}\" is missing{of}");
                mistakes.add(
                    Code::FL0104,
                    self.source,
                    at,
                    message,
                    format!("add {}: ...", self.path(key)),
                );
            }
        }
        found
    }

    /// The text under `key`; a mistake when it is missing, empty or no text.
    pub(crate) fn text(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Option<Said<'n>> {
        let node = self.required(key, mistakes)?;
        self.said(key, node, mistakes)
    }

    /// The text under `key`, if it is given.
    pub(crate) fn optional_text(
        &mut self,
        key: &'static str,
        mistakes: &mut Mistakes,
    ) -> Option<Said<'n>> {
        let node = self.optional(key)?;
        self.said(key, node, mistakes)
    }

    /// The mapping under `key`; a mistake when it is missing or no mapping.
    pub(crate) fn map(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Option<Self> {
        let node = self.required(key, mistakes)?;
        Self::of(self.source, self.path(key), &self.place(key), node, mistakes)
    }

    /// The mapping under `key`, if it is given.
    pub(crate) fn optional_map(
        &mut self,
        key: &'static str,
        mistakes: &mut Mistakes,
    ) -> Option<Self> {
        let node = self.optional(key)?;
        Self::of(self.source, self.path(key), &self.place(key), node, mistakes)
    }

    /// The length of time under `key`, or `default`; with its place when it is given.
    pub(crate) fn length(
        &mut self,
        key: &'static str,
        default: Duration,
        mistakes: &mut Mistakes,
    ) -> Option<(Duration, Option<&'n Node>)> {
        match self.optional(key) {
            None => Some((default, None)),
            Some(node) => {
                let said = self.said(key, node, mistakes)?;
                length(self.source, said, mistakes).map(|length| (length, Some(node)))
            }
        }
    }

    /// Whether the key says `true`; false where it is not given.
    pub(crate) fn flag(
        &mut self,
        key: &'static str,
        help: &str,
        mistakes: &mut Mistakes,
    ) -> Option<bool> {
        if self.optional(key).is_none() {
            return Some(false);
        }
        let said = self.optional_text(key, mistakes)?;
        match said.text {
            "true" => Some(true),
            "false" => Some(false),
            other => {
                let message = format!("\"{}\" is neither true nor false", shorten(other, 40));
                mistakes.add(Code::FL0105, self.source, &said.node.span, message, help);
                None
            }
        }
    }

    /// All members, for mappings whose keys are the user's own.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&'n Key, &'n Node)> + use<'n> {
        self.members.iter().map(|(key, node)| (key, node))
    }

    /// Reports every key that nobody asked for.
    pub(crate) fn finish(self, mistakes: &mut Mistakes) {
        self.leftovers(false, mistakes);
    }

    /// The same without the excerpt, where what was written may be a secret.
    pub(crate) fn finish_hidden(self, mistakes: &mut Mistakes) {
        self.leftovers(true, mistakes);
    }

    fn leftovers(self, hidden: bool, mistakes: &mut Mistakes) {
        mistakes.asked(self.source, &self.name, &self.asked);
        for (key, _) in
            self.members.iter().filter(|(key, _)| !self.asked.contains(&key.name.as_str()))
        {
            let of =
                if self.name.is_empty() { String::new() } else { format!(" in \"{}\"", self.name) };
            let help = match nearest(&key.name, self.asked.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("known here: {}", list(self.asked.iter().copied())),
            };
            let message = format!("key \"{}\" is not known{of}", key.name);
            if hidden {
                mistakes.add_hidden(Code::FL0103, self.source, &key.span, &message, &help);
            } else {
                mistakes.add(Code::FL0103, self.source, &key.span, message, help);
            }
        }
    }

    fn said(&self, key: &str, node: &'n Node, mistakes: &mut Mistakes) -> Option<Said<'n>> {
        said(self.source, &self.path(key), node, mistakes)
    }

    fn path(&self, key: &str) -> String {
        let own = self.members.iter().any(|(k, _)| k.name == key);
        let name = match &self.below {
            Some(below) if !own => &below.name,
            _ => &self.name,
        };
        if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") }
    }

    fn place(&self, key: &str) -> Range<usize> {
        self.find(key).map_or(0..0, |(k, _)| k.span.clone())
    }

    fn find(&self, key: &str) -> Option<(&'n Key, &'n Node)> {
        let below = self.below.as_ref().map_or(&[][..], |below| below.members);
        let all = self.members.iter().chain(below);
        all.map(|(k, node)| (k, node)).find(|(k, _)| k.name == key)
    }
}

/// The text of a node; a mistake when it is empty or no text.
pub(crate) fn said<'n>(
    source: &Source,
    name: &str,
    node: &'n Node,
    mistakes: &mut Mistakes,
) -> Option<Said<'n>> {
    match &node.kind {
        Kind::Text(text, _) if !node.is_null() && !text.trim().is_empty() => {
            Some(Said { text, node })
        }
        Kind::Text(..) => {
            mistakes.add(
                Code::FL0107,
                source,
                &node.span,
                format!("\"{name}\" is empty"),
                "write a value, or remove the key",
            );
            None
        }
        Kind::List(_) | Kind::Map(_) => {
            let message = format!("\"{name}\" must be a text, but is {}", node.kind_name());
            mistakes.add(
                Code::FL0105,
                source,
                &node.span,
                message,
                "a text that begins with { or [ needs quotes",
            );
            None
        }
    }
}

/// Reads a length of time; a mistake when it is none.
pub(crate) fn length(source: &Source, said: Said<'_>, mistakes: &mut Mistakes) -> Option<Duration> {
    match span::parse(said.text) {
        Ok(length) if length.is_zero() => {
            mistakes.add(
                Code::FL0204,
                source,
                &said.node.span,
                "a length of time must be more than nothing",
                "write 1s or more",
            );
            None
        }
        Ok(length) => Some(length),
        Err(_) => {
            let message = format!("\"{}\" is no length of time", said.text);
            mistakes.add(
                Code::FL0204,
                source,
                &said.node.span,
                message,
                "write a whole number and ms, s, m, h or d, as in 15m",
            );
            None
        }
    }
}
