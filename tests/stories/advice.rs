//! Stories of what an alert says to do: it fits the delivery that it names, and that delivery still needs it.

use std::time::Duration;

use fairlead_core::{
    entry::Entry,
    owner::{Channel, Escalation},
    ticket::{Act, Order, Queue, Step, Ticket},
};
use fairlead_tests::{
    memory::{Says, World},
    sample::{deal, integration, keyed, noon, waits},
};

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
