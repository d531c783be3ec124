//! Many hands on one parked delivery: commands and redriven messages at the same time, and all of them once more after.

use fairlead::{desk::Desk, vendor};
use fairlead_core::{
    class::Class,
    entry::Entry,
    ticket::{Act, Order, Step, Ticket},
};
use futures::{
    FutureExt,
    future::{join, join_all},
};

use crate::{
    desk::{desk, refused},
    support::{case::Case, scenario::Scenario, wait::SOON, watch::words, world::World},
};

/// So many retries and so many redrives.
const HANDS: usize = 20;

/// A status that no other scenario uses: its delivery opens an issue of its own.
const OURS: u16 = 419;

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "twenty retries and twenty redrives at once are one call, and none later",
            |w| at_once(w).boxed_local(),
        ),
        Scenario::new(
            "twenty retries at once of a doubt call a vendor without keys no more",
            |w| in_doubt(w).boxed_local(),
        ),
    ]
}

/// At a vendor that knows no keys, so that a second call would be a second record.
async fn at_once(world: &World) {
    let (desk, case) = (desk(world).await, Case::refund("HANDS-1"));
    let parked = refused(world, &case, OURS).await;
    let letter = world.inbox.letters_about(parked.id).pop().expect("its message");
    // Whoever comes first is obeyed; the others find it on its way, or delivered.
    join(retries(world, &desk, &parked), redrives(world, &letter.text)).await;
    let delivered = world.delivered(SOON, &case).await;
    world.worked_off(&world.stack.outputs().dispatch_queue_url, &case).await;
    let (obeyed, ()) = join(retries(world, &desk, &parked), redrives(world, &letter.text)).await;
    assert_eq!(obeyed, 0, "what is delivered takes no orders");
    world.worked_off(&world.stack.outputs().dispatch_queue_url, &case).await;
    assert_eq!(world.entry(&case.entry()).await.as_ref(), Some(&delivered), "nothing has changed");
    let told = words(&delivered.history);
    assert_eq!(told.iter().filter(|word| **word == "retried").count(), 1, "{told:?}");
    assert_eq!((world.requests(&case).len(), world.invoices(&case)), (2, 1), "{told:?}");
}

/// What nobody has looked up is not sent again, however many hands want it.
async fn in_doubt(world: &World) {
    let case = Case::refund("HANDS-2");
    world.vendor.behave(&case.id, vec![vendor::Step::CommitThenDrop]);
    world.accept(&case).await;
    let parked = world.parked(SOON, &case, Class::InDoubt).await;
    world.told(&case, &parked).await;
    assert_eq!(retries(world, &desk(world).await, &parked).await, 0, "the command refuses it");
    // A command that knows nothing of the rules: dispatch refuses it too.
    let orders = (0..HANDS).map(|_| blind(world, &parked));
    join_all(orders).await;
    world.worked_off(&world.stack.outputs().dispatch_queue_url, &case).await;
    assert_eq!(world.entry(&case.entry()).await, Some(parked), "nothing has changed");
    assert_eq!((world.requests(&case).len(), world.invoices(&case)), (1, 1));
}

/// The command, by many people at once; so many were told that it is ordered.
async fn retries(world: &World, desk: &Desk, parked: &Entry) -> usize {
    let id = parked.id.to_string();
    let words = ["fairlead", "--yes", "retry", &id, "--reason", "its cause is mended"];
    let runs = (0..HANDS).map(async |_| {
        world.ran(desk, &words).await.is_ok_and(|shown| shown.said().contains("ordered: "))
    });
    join_all(runs).await.into_iter().filter(|obeyed| *obeyed).count()
}

/// The message of the DLQ, put back as often on the queue that it came from.
async fn redrives(world: &World, letter: &str) {
    let queue = &world.stack.outputs().dispatch_queue_url;
    let sends = (0..HANDS).map(|_| world.stack.send(queue, letter));
    for sent in join_all(sends).await {
        sent.expect("sent");
    }
}

/// The order that a command sends which was planned before the rules forbade it.
async fn blind(world: &World, parked: &Entry) {
    let mut ticket = Ticket::new(Step::Retry, parked.key.clone(), parked.id);
    let (by, reason) = ("kim".to_owned(), "its cause is mended".to_owned());
    let version = parked.life.version;
    ticket.order = Some(Order { by, reason, version, checked: false, act: Act::Retry });
    let queue = &world.stack.outputs().dispatch_queue_url;
    world.stack.send(queue, &ticket.text()).await.expect("sent");
}
