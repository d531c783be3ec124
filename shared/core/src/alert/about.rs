//! An issue and its stack: what two stacks say of the same cause must not be taken for one.

use std::ops::Deref;

use super::STACK;
use crate::issue::Issue;

/// What a message is about.
pub(super) struct About<'a> {
    issue: &'a Issue,
    /// Its stack, where it is not called as most are.
    pub(super) stack: Option<&'a str>,
    /// What to run, there.
    pub(super) commands: Vec<String>,
}

impl<'a> About<'a> {
    pub(super) fn new(stack: &'a str, issue: &'a Issue) -> Self {
        let stack = Some(stack).filter(|name| *name != STACK);
        let commands = issue.commands.iter().map(|command| at(stack, command)).collect();
        Self { issue, stack, commands }
    }

    /// A name that no other stack of the account gives.
    pub(super) fn named(&self, name: &str) -> String {
        self.stack.map_or_else(|| name.to_owned(), |stack| format!("{stack}-{name}"))
    }

    /// A command as it is typed for this stack.
    pub(super) fn typed(&self, command: &str) -> String {
        at(self.stack, command)
    }
}

impl Deref for About<'_> {
    type Target = Issue;

    fn deref(&self) -> &Issue {
        self.issue
    }
}

/// A command as it is typed for the stack of this name.
pub(crate) fn typed(stack: &str, command: &str) -> String {
    at(Some(stack).filter(|name| *name != STACK), command)
}

/// How a bundle is deployed, its owner knows: more depends on that than a name.
fn at(stack: Option<&str>, command: &str) -> String {
    let Some(stack) = stack else { return command.to_owned() };
    let option = format!("--stack-name {stack}");
    let part = |part: &str| match part.strip_prefix("fairlead ") {
        Some(rest) => format!("fairlead {option} {rest}"),
        None => part.replace("--stack-name fairlead", &option),
    };
    command.split(" && ").map(part).collect::<Vec<_>>().join(" && ")
}
