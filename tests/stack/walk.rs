//! From the alert to a delivered record: what the alert says to run is run as it stands there, and nothing else.

use fairlead::{cli::View, desk::Desk, vendor::Step};
use fairlead_core::{
    class::Class,
    entry::{End, Entry, State},
    id::DestinationName,
};
use fairlead_tests::shell::words;
use futures::FutureExt;

use crate::{
    desk::{closed, desk, refused},
    support::{case::Case, scenario::Scenario, stage::Stage, wait::SOON, world::World},
};

/// What a payment waits for its invoice's id, and the queues in between.
const WAITED: std::time::Duration = std::time::Duration::from_secs(180);

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("from the alert about a refusal to a delivered record", |w| {
            rejected(w).boxed_local()
        }),
        Scenario::new("from the alert about a refusal to a corrected record", |w| {
            corrected(w).boxed_local()
        }),
        Scenario::new("from the alert about a doubt to a record that is known", |w| {
            in_doubt(w).boxed_local()
        }),
        Scenario::new("from the alert about a missing id to a delivered record", |w| {
            missing(w).boxed_local()
        }),
        // It pauses a destination that other scenarios write to.
        Scenario::at(
            &[Stage::RotateHook],
            "from the alert about a refused key to a delivered record",
            |w| auth(w).boxed_local(),
        ),
    ]
}

/// What the alert says to run. Its issue may have been opened for another delivery, and the page of the issue lists all.
async fn commands(world: &World, case: &Case, parked: &Entry) -> Vec<String> {
    let (alert, _) = world.told(case, parked).await;
    let other = alert["metadata"]["additionalContext"]["delivery"].as_str().expect("a delivery");
    let steps = alert["content"]["nextSteps"].as_array().expect("steps").iter();
    let commands = steps.filter_map(|step| step.as_str()?.strip_prefix("Run: "));
    let commands: Vec<String> =
        commands.map(|command| command.replace(other, &parked.id.to_string())).collect();
    assert!((1..=3).contains(&commands.len()), "{alert:#}");
    commands
}

/// Runs a command with a reason, as on a terminal where every question is answered with yes; gives what it prints.
async fn run(world: &World, command: &str) -> String {
    run_at(world, &desk(world).await, command).await
}

async fn run_at(world: &World, desk: &Desk, command: &str) -> String {
    let mut words = words(&command.replace("\"...\"", "\"its cause is mended\""));
    words.insert(1, "--yes".to_owned());
    let shown = world.ran(desk, &words).await;
    shown.unwrap_or_else(|failure| panic!("{command}: {failure}")).said().to_owned()
}

async fn rejected(world: &World) {
    let case = Case::deal("WALK-1");
    let parked = refused(world, &case, 417).await;
    let [show, edit, retry] = &commands(world, &case, &parked).await[..] else {
        panic!("three commands")
    };
    let page = run(world, show).await;
    assert!(page.contains("amount is higher than the order") && page.contains("WALK-1"), "{page}");
    assert!(edit.starts_with(&format!("fairlead edit {} ", parked.id)), "{edit}");
    // The vendor has mended it: the plan had one refusal.
    run(world, retry).await;
    world.delivered(SOON, &case).await;
    assert_eq!(world.invoices(&case), 1);
}

/// The same, mended on our side: two commands from the alert to the delivered record.
async fn corrected(world: &World) {
    let case = Case::deal("WALK-4");
    let parked = refused(world, &case, 418).await;
    let [show, edit, _] = &commands(world, &case, &parked).await[..] else {
        panic!("three commands")
    };
    run(world, show).await;
    // She types the right amount.
    let desk = desk(world).await.with_editor("sed -i s/1250.00/1205.00/");
    run_at(world, &desk, edit).await;
    let look = async || {
        let life = desk.record("WALK-4", None).await.ok()?;
        let told = life.text();
        (life.deliveries.len() == 2 && told.contains("delivered")).then_some(told)
    };
    world.until(SOON, "the correction is delivered", &case, look).await;
    closed(world, &case, End::Edited).await;
    assert_eq!((world.requests(&case).len(), world.invoices(&case)), (2, 1));
}

async fn in_doubt(world: &World) {
    let [there, not_there] = ["WALK-D1", "WALK-D2"].map(Case::refund);
    world.vendor.behave(&there.id, vec![Step::CommitThenDrop]);
    world.vendor.behave(&not_there.id, vec![Step::Reset]);
    for case in [&there, &not_there] {
        world.accept(case).await;
    }
    let parked = world.parked(SOON, &there, Class::InDoubt).await;
    let [show, resolve, _] = &commands(world, &there, &parked).await[..] else {
        panic!("three commands")
    };
    assert!(run(world, show).await.contains("do not enter it by hand unchecked"));
    let id = world.vendor.invoices_for(&there.external)[0].id.clone();
    run(world, &resolve.replace("VENDOR_ID", &id)).await;
    let entry = closed(world, &there, End::Resolved).await;
    let link = world.stack.ledger().linked(&entry.destination, &entry.record.name()).await;
    let link = link.expect("the ledger answers").expect("the crosswalk knows it");
    assert_eq!((link.vendor_id.as_str(), link.delivery), (id.as_str(), entry.id));

    let parked = world.parked(SOON, &not_there, Class::InDoubt).await;
    let [_, _, retry] = &commands(world, &not_there, &parked).await[..] else {
        panic!("three commands")
    };
    run(world, retry).await;
    world.delivered(SOON, &not_there).await;
    assert_eq!((world.invoices(&there), world.invoices(&not_there)), (1, 1));
}

async fn missing(world: &World) {
    let (deal, payment) = (Case::deal("WALK-3"), Case::paid("pi_WALK3", "WALK-3"));
    let no = refused(world, &deal, 421).await;
    world.accept(&payment).await;
    let parked = world.parked(WAITED, &payment, Class::Missing).await;
    let [record, retry] = &commands(world, &payment, &parked).await[..] else {
        panic!("two commands")
    };
    let life = run(world, record).await;
    assert!(life.contains("needs you: rejected"), "{life}");
    let own = format!("fairlead retry {} --reason \"...\"", no.id);
    assert!(life.contains(&own), "{life}");
    run(world, &own).await;
    let invoice = world.delivered(SOON, &deal).await.life.vendor_id.expect("an id");
    run(world, retry).await;
    world.delivered(SOON, &payment).await;
    let paid = world.vendor.requests_about(&payment.id).pop().expect("a request");
    assert_eq!(paid.path, format!("/v2/invoices/{invoice}/payments"));
}

async fn auth(world: &World) {
    let (case, name) = (Case::hired("E-7771"), DestinationName::new("directory-api"));
    let secret = fairlead_catalog::catalog().destinations[&name].auth.secret();
    world.vendor.accept_key(name.as_str(), "another").expect("a destination of the vendor");
    world.accept(&case).await;
    let parked = world.parked(SOON, &case, Class::Auth).await;
    let [put, resume, retry] = &commands(world, &case, &parked).await[..] else {
        panic!("three commands")
    };
    let wanted = format!(
        "aws secretsmanager put-secret-value --secret-id fairlead/{secret} --secret-string $KEY"
    );
    assert_eq!(words(put).join(" "), wanted);
    world.set_key(&name, secret, "walked").await.expect("a valid key");
    run(world, resume).await;
    run(world, retry).await;
    let entry = world.delivered(SOON, &case).await;
    assert_eq!(entry.life.state, State::Delivered);
}
