//! Who answers for an integration, and who is told when nobody does.

use std::time::Duration;

use fairlead_core::{
    integration::{Channel, Escalation, Owner},
    owner::Answers,
    span,
};

use super::Reader;
use crate::{
    code::Code,
    fields::{Fields, Said},
    text::{list, nearest, shorten},
    yaml::{Kind, Node},
};

/// An issue that is a month old has been seen, or nobody is there to see it.
const LATEST: Duration = Duration::from_secs(30 * 86_400);

/// What a file says about the owner; each part may also come from the defaults.
#[derive(Clone, Debug, Default)]
pub(super) struct OwnerSaid {
    team: Option<String>,
    contact: Option<String>,
    runbook: Option<String>,
    escalate: Option<Vec<Escalation>>,
    answers: Option<Answers>,
}

impl Reader<'_> {
    /// The owner of an integration.
    pub(super) fn owner(&mut self, file: &mut Fields<'_>) -> Option<Owner> {
        let usual = self.defaults.owner.clone();
        let whole = usual.team.is_some() && usual.contact.is_some();
        let said = if whole && file.optional("owner").is_none() {
            OwnerSaid::default()
        } else {
            let mut fields = file.map("owner", self.mistakes)?;
            for (key, given) in [("team", &usual.team), ("contact", &usual.contact)] {
                if given.is_none() {
                    fields.required(key, self.mistakes);
                }
            }
            let said = self.owner_said(&mut fields);
            fields.finish(self.mistakes);
            said?
        };
        Some(Owner {
            team: said.team.or(usual.team)?,
            contact: said.contact.or(usual.contact)?,
            runbook: said.runbook.or(usual.runbook),
            escalate: said.escalate.or(usual.escalate).unwrap_or_default(),
            answers: said.answers.or(usual.answers).unwrap_or_default(),
        })
    }

    /// What a mapping says about the owner; nothing when it has a mistake.
    pub(super) fn owner_said(&mut self, fields: &mut Fields<'_>) -> Option<OwnerSaid> {
        let before = self.mistakes.count();
        let text = |said: Said<'_>| said.text.to_owned();
        let team = fields.optional_text("team", self.mistakes).map(text);
        let contact = fields.optional_text("contact", self.mistakes).map(text);
        let runbook = fields.optional_text("runbook", self.mistakes);
        if let Some(said) = runbook.filter(|said| !said.text.starts_with("https://")) {
            let message = format!("\"{}\" is no https link", said.text);
            let help = "write a link that people can open, as in https://wiki.example.com/deal-won";
            self.wrong(Code::FL0208, said, message, help);
        }
        let escalate = fields.optional("escalate").and_then(|node| self.escalate(node));
        let answers = fields.optional_text("answers", self.mistakes);
        let answers = answers.and_then(|said| self.answers(said));
        let said = OwnerSaid { team, contact, runbook: runbook.map(text), escalate, answers };
        (self.mistakes.count() == before).then_some(said)
    }

    fn escalate(&mut self, node: &Node) -> Option<Vec<Escalation>> {
        let items = match &node.kind {
            Kind::List(items) if !items.is_empty() => items,
            Kind::List(_) => {
                let help = "write who is told and when, or remove the key";
                let message = "\"owner.escalate\" is empty";
                self.mistakes.add(Code::FL0107, self.source, &node.span, message, help);
                return None;
            }
            Kind::Text(..) | Kind::Map(_) => {
                let help =
                    "write a list, as in [{to: chat, after: 0m}, {to: pagerduty, after: 30m}]";
                let message = "\"owner.escalate\" must be a list";
                self.mistakes.add(Code::FL0105, self.source, &node.span, message, help);
                return None;
            }
        };
        // Every step is read before the first bad one ends the list, so all of them are told.
        let steps: Vec<_> = items.iter().map(|item| self.step(item)).collect();
        self.in_order(&steps);
        steps.into_iter().map(|step| step.map(|(step, _)| step)).collect()
    }

    fn step<'n>(&mut self, item: &'n Node) -> Option<(Escalation, &'n Node)> {
        let name = "owner.escalate".to_owned();
        let mut fields = Fields::of(self.source, name, &item.span, item, self.mistakes)?;
        let to = fields.text("to", self.mistakes);
        let after = fields.text("after", self.mistakes);
        fields.finish(self.mistakes);
        let to = to.and_then(|said| self.channel(said));
        let after = after.and_then(|said| self.after(said));
        Some((Escalation { to: to?, after: after? }, item))
    }

    fn answers(&mut self, said: Said<'_>) -> Option<Answers> {
        let found = Answers::ALL.into_iter().find(|answers| answers.as_str() == said.text);
        if found.is_none() {
            let message = format!("\"{}\" is neither shown nor hidden", shorten(said.text, 40));
            let help = "write answers: hidden where alerts, DLQ messages and logs must not quote the vendor";
            self.wrong(Code::FL0105, said, message, help);
        }
        found
    }

    fn channel(&mut self, said: Said<'_>) -> Option<Channel> {
        let found = Channel::ALL.into_iter().find(|channel| channel.as_str() == said.text);
        if found.is_none() {
            let names = Channel::ALL.map(Channel::as_str);
            let help = match nearest(said.text, names) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("known here: {}", list(names)),
            };
            let message = format!("\"{}\" is no way to reach an owner", shorten(said.text, 40));
            self.wrong(Code::FL0105, said, message, help);
        }
        found
    }

    /// Unlike other lengths of time this one may be nothing: then it is told at once.
    fn after(&mut self, said: Said<'_>) -> Option<Duration> {
        match span::parse(said.text) {
            Ok(after) if after <= LATEST => Some(after),
            Ok(_) => {
                let message = "an escalation comes within 30d, or never";
                self.wrong(Code::FL0211, said, message, "write after: 30d or less");
                None
            }
            Err(_) => {
                let message = format!("\"{}\" is no length of time", shorten(said.text, 40));
                let help = "write a whole number and ms, s, m, h or d, as in 30m; 0m is at once";
                self.wrong(Code::FL0204, said, message, help);
                None
            }
        }
    }

    /// Steps stand in order of time, and none stands twice.
    fn in_order(&mut self, steps: &[Option<(Escalation, &Node)>]) {
        let steps: Vec<_> = steps.iter().flatten().collect();
        for (at, (step, node)) in steps.iter().enumerate() {
            let earlier = &steps[..at];
            if earlier.iter().any(|(other, _)| other == step) {
                let message = format!("{} is told twice at the same time", step.to.as_str());
                let help = "remove one of the two, or let it come later";
                self.mistakes.add(Code::FL0307, self.source, &node.span, message, help);
            } else if earlier.last().is_some_and(|(before, _)| before.after > step.after) {
                let message = "this step comes before the one that stands above it";
                let help = "write the steps in order of \"after\"";
                self.mistakes.add(Code::FL0211, self.source, &node.span, message, help);
            }
        }
    }
}
