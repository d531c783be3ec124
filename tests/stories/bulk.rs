//! Stories of a retry of many: planned first, safe to stop anywhere, safe to begin again.

use fairlead::desk::{bulk::plan, order::ticket, view::Plan};
use fairlead_core::{
    audit::{Did, Note},
    entry::{Entry, State},
    history::What,
    integration::Dedupe,
    ticket::{Act, Queue},
};
use fairlead_tests::{
    memory::{Says, World},
    sample::{deal, integration, keyed, noon, waits},
};

/// The orders that the desk would send now, in order.
fn orders(world: &World) -> Vec<String> {
    let note = Note {
        id: uuid::Uuid::from_u128(0xbeef_0042),
        at: noon(),
        by: "arn:aws:iam::123456789012:user/kim".to_owned(),
        did: Did::Retry,
        on: "500 parked deliveries: --class rejected".to_owned(),
        reason: "customer unblocked".to_owned(),
        deliveries: 500,
    };
    let planned = plan(&world.catalog.borrow(), world.entries(), false, world.clock());
    planned.entries.iter().map(|e| ticket(e, &note, Act::Retry, false).text()).collect()
}

fn retries(entry: &Entry) -> usize {
    let lines = entry.history.lines.iter();
    lines.filter(|line| matches!(line.what, What::Retried { .. })).count()
}

#[test]
fn a_bulk_of_500_that_is_killed_in_the_middle_and_begun_again_touches_each_delivery_once() {
    let world = World::new(integration(keyed(), waits(&[10])));
    world.vendor.borrow_mut().usually = Says::Status(422, None, "blocked");
    for n in 0..500 {
        world.submit(deal(&format!("D-{n}"))).expect("accepted");
    }
    world.settle();
    world.vendor.borrow_mut().usually = Says::Created;
    let first = orders(&world);
    assert_eq!(first.len(), 500);
    let put = |order: &String| world.put(Queue::Dispatch, order);
    first[..237].iter().for_each(put);
    world.settle();
    // Sent, and not obeyed yet, when the desk is killed and begins again.
    first[237..250].iter().for_each(put);
    let second = orders(&world);
    assert_eq!(second.len(), 500 - 237, "what was obeyed is planned no more");
    second.iter().for_each(put);
    world.settle();
    for entry in world.entries() {
        assert_eq!(
            (&entry.life.state, retries(&entry)),
            (&State::Delivered, 1),
            "{}",
            entry.record
        );
    }
    assert_eq!(world.vendor.borrow().calls.len(), 2 * 500);
    let history = world.entries()[0].history.clone();
    let line = history.lines.iter().find(|line| line.what.is_ordered()).expect("the order");
    insta::assert_snapshot!(
        line.what.text(),
        @"retried     by arn:aws:iam::123456789012:user/kim: customer unblocked [bulk beef0042]"
    );
}

#[test]
fn a_plan_says_how_many_are_safe_and_how_many_it_refuses_and_why() {
    let world = |dedupe, says: Says| {
        let world = World::new(integration(dedupe, waits(&[])));
        world.vendor.borrow_mut().usually = says;
        for n in 0..3 {
            world.submit(deal(&format!("D-{n}"))).expect("accepted");
        }
        world.settle();
        world
    };
    let no = Says::Status(422, None, "no");
    let worlds =
        [world(keyed(), no), world(Dedupe::None, Says::Silence), world(keyed(), Says::Absent)];
    let mut all = Plan::default();
    for world in &worlds {
        let planned = plan(&world.catalog.borrow(), world.entries(), false, world.clock());
        all.classes.extend(planned.plan.classes);
    }
    insta::assert_snapshot!(all.text());
    let checked = plan(&worlds[1].catalog.borrow(), worlds[1].entries(), true, worlds[1].clock());
    assert_eq!(checked.entries.len(), 3, "who has looked may order it");
}
