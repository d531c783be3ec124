//! Stories of what an alert says to do: it fits the delivery that it names, and that delivery still needs it.

use std::time::Duration;

use fairlead_core::{
    class::Class,
    entry::{Carries, Entry, State},
    issue::{Issue, Sighting, list::Summary},
    notice::Notice,
    owner::{Channel, Escalation},
    ticket::{Act, Order, Queue, Step, Ticket},
};
use fairlead_tests::{
    memory::{Says, World},
    sample::{catalog, deal, integration, keyed, noon, waits},
};

use crate::bundle::Bundle;

const MINUTE: Duration = Duration::from_secs(60);

/// A person declares it done by hand.
fn resolve(world: &World, entry: &Entry) {
    let mut ticket = Ticket::new(Step::Retry, entry.key.clone(), entry.id);
    ticket.order = Some(Order {
        by: "kim".to_owned(),
        reason: "entered by hand".to_owned(),
        version: entry.life.version,
        checked: false,
        act: Act::Resolve { vendor_id: None },
    });
    world.put(Queue::Dispatch, &ticket.text());
}

#[test]
fn what_is_told_later_names_a_delivery_that_is_still_parked() {
    let mut integration = integration(keyed(), waits(&[10]));
    let (to, after) = (Channel::Pagerduty, MINUTE * 30);
    integration.owner.escalate = vec![Escalation { to, after }];
    let world = World::new(integration);
    world.vendor.borrow_mut().usually = Says::Status(422, None, "no");
    for n in 1..=3 {
        world.submit(deal(&format!("D-{n}"))).expect("accepted");
        world.settle_until(noon() + MINUTE * n);
    }
    let named = |n: u32| {
        let record = format!("D-{n}");
        world.entries().into_iter().find(|entry| entry.record.id == record).expect("an entry")
    };
    assert_eq!(world.issues()[0].delivery, Some(named(1).id));
    resolve(&world, &named(1));
    world.settle();
    let alert = world.alerts().pop().expect("an alert");
    assert_eq!(alert.to, Channel::Pagerduty, "{alert:?}");
    let facts = &alert.body["payload"]["custom_details"];
    let second = named(2).id.to_string();
    assert_eq!(facts["delivery"], *second, "{facts:#}");
    assert_eq!(facts["record"], named(2).record.to_string());
    let commands = facts["commands"].to_string();
    assert!(commands.contains(&second), "{commands}");
    assert!(!commands.contains(&named(1).id.to_string()), "{commands}");
}

/// One lacks the bundle, the other an id: who follows the other's advice mends nothing.
#[test]
fn deliveries_that_lack_different_things_are_different_issues() {
    let bundle = Bundle::new();
    let unknown = bundle.placed("O-1", "C-1");
    bundle.world.settle();
    let orphan = bundle.placed("O-2", "C-2");
    bundle.world.catalog.borrow_mut().integrations.clear();
    bundle.world.settle();
    let mut codes = Vec::new();
    for entry in [&unknown, &orphan].map(|entry| bundle.now(entry)) {
        assert_eq!(entry.class(), Some(Class::Missing));
        let of = |issue: &Issue| issue.delivery == Some(entry.id);
        let issue = bundle.world.issues().into_iter().find(of).expect("an issue of its own");
        let notice = Notice::of(&entry).expect("it is parked");
        assert_eq!(issue.notice.next_action, notice.next_action);
        // The desk shows the same.
        assert_eq!(Summary::of(&issue).next_action, notice.next_action);
        codes.extend(issue.cause.code);
    }
    assert_eq!(codes, ["id", "bundle"]);
}

/// The advice is to deploy and retry, so the commands do that.
#[test]
fn a_request_that_was_never_made_is_retried_when_the_mapping_is_mended() {
    let world = World::new(integration(keyed(), waits(&[10])));
    world.submit(deal("D-1042")).expect("accepted");
    let mut entry = world.entry();
    entry.life.carries = Carries::Nothing;
    for class in [Class::Mapping, Class::Schema] {
        entry.life.state = State::Parked { class, since: noon(), told: false };
        let sighting = Sighting::of(&entry, &catalog(&world.integration)).expect("it is parked");
        let retry = format!("fairlead retry --issue {} --reason \"...\"", sighting.cause.id());
        assert!(sighting.notice.next_action.ends_with("then retry."), "{sighting:?}");
        assert_eq!(sighting.commands.last(), Some(&retry));
    }
}
