//! infra/template.yaml, and what its numbers come to in each environment.

use std::{collections::BTreeMap, sync::OnceLock};

use crate::{
    fault::Fault,
    tree::read,
    yaml::{Node, parse},
};

/// Where it lies.
pub(crate) const PATH: &str = "infra/template.yaml";

/// What an environment sets other than the template.
pub(crate) type Overrides = BTreeMap<String, String>;

/// A resource and its name in the template.
#[derive(Clone, Copy)]
pub(crate) struct Resource {
    /// Its logical id.
    pub(crate) id: &'static str,
    /// All of it.
    pub(crate) node: &'static Node,
}

impl Resource {
    /// One of its properties.
    pub(crate) fn property(self, path: &str) -> Option<&'static Node> {
        self.node.get(&format!("Properties/{path}"))
    }

    /// A fault at one of its properties, or at the resource where the property is missing.
    pub(crate) fn fault(self, path: &str, mend: &str) -> Fault {
        let line = self.property(path).unwrap_or(self.node).line;
        Fault::new(PATH, line, format!("{}: {mend}", self.id))
    }

    /// A fault, unless the property reads as wanted.
    pub(crate) fn demand(self, path: &str, wanted: &str, why: &str) -> Option<Fault> {
        let have = self.property(path).map_or("", Node::text);
        (have != wanted).then(|| self.fault(path, &format!("set {path} to {wanted}: {why}")))
    }
}

/// An SQS event source mapping.
pub(crate) struct Mapping {
    /// Which function works on the queue.
    pub(crate) function: Resource,
    /// The queue.
    pub(crate) queue: Resource,
    /// The mapping's own properties.
    pub(crate) node: &'static Node,
}

/// The whole template.
pub(crate) fn template() -> &'static Node {
    static TEMPLATE: OnceLock<Node> = OnceLock::new();
    TEMPLATE.get_or_init(|| parse(&read(PATH)))
}

/// Every resource, in order.
pub(crate) fn all() -> impl Iterator<Item = Resource> {
    let entries = template().get("Resources").map_or(&[][..], Node::entries);
    entries.iter().map(|(id, node)| Resource { id, node })
}

/// Every resource of a type.
pub(crate) fn resources(kind: &str) -> Vec<Resource> {
    let found: Vec<Resource> = all().filter(|one| one.node.text_at("Type") == kind).collect();
    assert!(
        !found.is_empty(),
        "{PATH}: there is no {kind}; the rules about it would hold for nothing"
    );
    found
}

/// The resource with this name.
pub(crate) fn resource(id: &str) -> Option<Resource> {
    all().find(|one| one.id == id)
}

/// Every function.
pub(crate) fn functions() -> Vec<Resource> {
    resources("AWS::Serverless::Function")
}

/// Every queue that a function works on.
pub(crate) fn mappings() -> Vec<Mapping> {
    let of = |function: Resource| {
        let events = function.property("Events").map_or(&[][..], Node::entries);
        let sqs = events.iter().filter(|(_, event)| event.text_at("Type") == "SQS");
        sqs.map(move |(name, event)| {
            let node = event.get("Properties").unwrap_or(event);
            let queue = node.get("Queue").and_then(Node::target).and_then(resource);
            let queue =
                queue.unwrap_or_else(|| panic!("{PATH}:{}: {name} names no queue", event.line));
            Mapping { function, queue, node }
        })
    };
    functions().into_iter().flat_map(of).collect()
}

/// A property of a function, its own or the one that all share.
pub(crate) fn shared(function: Resource, name: &str) -> Option<&'static Node> {
    function.property(name).or_else(|| template().get(&format!("Globals/Function/{name}")))
}

/// What a number comes to, a parameter's default or an environment's override looked up.
pub(crate) fn number(node: Option<&Node>, overrides: &Overrides) -> Option<u64> {
    let node = node?;
    let Some(name) = node.target() else { return node.text().parse().ok() };
    let default = || template().get(&format!("Parameters/{name}/Default")).map(Node::text);
    overrides.get(name).map(String::as_str).or_else(default)?.parse().ok()
}
