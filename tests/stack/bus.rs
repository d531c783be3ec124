//! Events from EventBridge: delivered like others; what is wrong with them reaches an owner.

use fairlead_core::class::{Class, Effect};
use futures::FutureExt;
use serde_json::json;

use crate::support::{
    case::{Case, entry_key},
    scenario::Scenario,
    wait::SOON,
    watch::words,
    world::World,
};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("an event on the bus reaches the vendor", |w| reaches(w).boxed_local()),
        Scenario::new(
            "an event on the bus that breaks its schema is parked and nothing leaves",
            |w| breaks(w).boxed_local(),
        ),
        Scenario::new("an event on the bus with a used key and another payload is parked", |w| {
            conflicts(w).boxed_local()
        }),
    ]
}

async fn put(world: &World, case: &Case) -> String {
    world.stack.put_event(case.kind(), &case.event).await.expect("EventBridge takes it")
}

async fn reaches(world: &World) {
    let case = Case::order("BUS-O1", "BUS-C1");
    put(world, &case).await;
    let entry = world.delivered(SOON, &case).await;
    assert_eq!(words(&entry.history), ["accepted", "sending", "answered", "delivered"]);
    assert!(entry.history.lines[0].what.text().contains("eventbridge"), "{:?}", entry.history);
    let customers = world.vendor.customers();
    let customer = customers.iter().find(|customer| customer.id == case.id).expect("the customer");
    assert_eq!((customer.writes, &customer.fields["email"]), (1, &json!("ada@example.com")));
    // EventBridge delivers at least once; the second time is no second effect.
    put(world, &case).await;
    let look = async || {
        let queues = world.queues().await;
        let intake = queues.iter().find(|(name, _)| name.ends_with("-intake")).expect("intake");
        intake.1.iter().all(|m| !m.to_string().contains(&case.id)).then_some(())
    };
    world.until(SOON, "taken in twice", &case, look).await;
    assert_eq!(world.entry(&case.entry()).await, Some(entry));
    assert_eq!(world.requests(&case).len(), 1);
}

async fn breaks(world: &World) {
    let mut case = Case::order("BREAK-O1", "BREAK-C1");
    case.event["data"]["order"]["currency"] = json!("euros");
    let event = put(world, &case).await;
    let key = entry_key(case.integration, &format!("eventbridge:{event}"));
    let entry = world.parked_at(SOON, &case, &key, Class::Schema).await;
    assert_eq!((entry.life.attempts, entry.effect()), (0, Effect::NothingSent));
    assert_eq!(entry.record.id, case.id, "the record is named although the event is refused");
    let (alert, letter) = world.told(&case, &entry).await;
    let facts = &alert["metadata"]["additionalContext"];
    assert_eq!((&facts["step"], &facts["class"]), (&json!("validate"), &json!("schema")));
    assert_eq!(
        (&facts["effect"], &facts["owner"]),
        (&json!("nothing_sent"), &json!("revenue-ops"))
    );
    let detail = letter.body["notice"]["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("/data/order/currency"), "{letter:?}");
    assert_eq!(world.entry(&case.entry()).await, None, "the event's own key stays free");
    assert!(world.requests(&case).is_empty());
}

async fn conflicts(world: &World) {
    let case = Case::order("CLASH-O1", "CLASH-C1");
    put(world, &case).await;
    let first = world.delivered(SOON, &case).await;
    let mut other = case.clone();
    other.event["data"]["order"]["total"] = json!("1.00");
    let event = put(world, &other).await;
    let key = entry_key(case.integration, &format!("eventbridge:{event}"));
    let entry = world.parked_at(SOON, &other, &key, Class::Duplicate).await;
    let (_, letter) = world.told(&other, &entry).await;
    assert!(letter.text.contains(&first.id.to_string()), "it names the first: {letter:?}");
    assert_eq!(world.requests(&case).len(), 1);
}
