//! Where each part of a JSON file stands.

use std::ops::Range;

use crate::{
    report::Mistakes,
    source::Source,
    yaml::{self, Kind, Node},
};

/// The places of a file's parts. JSON is read as YAML here, which keeps places.
pub(super) struct Places(Option<Node>);

impl Places {
    /// Reads the file for its places only.
    pub(super) fn of(source: &Source) -> Self {
        Self(yaml::parse(source, &mut Mistakes::default()))
    }

    /// The key or list item that the pointer leads to, or the nearest above it that is there.
    pub(super) fn of_pointer(&self, pointer: &str) -> Range<usize> {
        let Some(mut node) = self.0.as_ref() else { return 0..0 };
        let mut span = node.span.start..node.span.start + 1;
        for part in pointer.split('/').skip(1) {
            let part = part.replace("~1", "/").replace("~0", "~");
            let next = match &node.kind {
                Kind::Map(members) => {
                    let found = members.iter().rfind(|(key, _)| key.name == part);
                    found.map(|(key, node)| (key.span.clone(), node))
                }
                Kind::List(items) => part
                    .parse()
                    .ok()
                    .and_then(|n: usize| items.get(n))
                    .map(|node| (node.span.clone(), node)),
                Kind::Text(..) => None,
            };
            let Some((at, inner)) = next else { break };
            (span, node) = (at, inner);
        }
        span
    }
}
