//! Stories of issues: told once, updated, escalated, over; and of what lies on the DLQs.

use std::time::Duration;

use fairlead_core::{
    accept::Submission,
    class::Class,
    door::pause,
    entry::State,
    id::IntegrationName,
    issue::{Cause, IssueId, Phase, dlq::Dlq, tell::acknowledge},
    owner::{Channel, Escalation},
    ticket::{Act, Order, Queue, Step, Ticket},
};
use fairlead_tests::{
    memory::{Says, World},
    sample::{deal, integration, keyed, noon, waits},
};
use futures::executor::block_on;

const MINUTE: Duration = Duration::from_secs(60);

/// What was told, in order: the news and the channel.
fn told(world: &World) -> Vec<String> {
    let told = world.alerts().into_iter();
    told.map(|alert| format!("{} by {}", &alert.id[7..], alert.to.as_str())).collect()
}

fn refusing() -> World {
    let world = World::new(integration(keyed(), waits(&[10])));
    world.vendor.borrow_mut().usually = Says::Status(422, None, "VAT id is required");
    world
}

fn id(world: &World) -> IssueId {
    let issues = world.issues();
    assert_eq!(issues.len(), 1, "{issues:?}");
    issues[0].id.clone()
}

/// Ten thousand deliveries fail, a hundred a minute, and nothing is done about it until the last has given up.
fn storm(world: &World) {
    for minute in 1..=100 {
        for n in 0..100 {
            world.submit(deal(&format!("D-{minute}-{n}"))).expect("accepted");
        }
        world.settle_until(noon() + MINUTE * minute);
    }
    world.settle_until(noon() + MINUTE * 60 * 30);
    assert_eq!(world.parked_messages().len(), 10_000);
    // Not one write for each failure: the count is read from the index.
    assert!(world.counts().issue_writes < 250, "{:?}", world.counts());
}

/// All is well, and all is redriven: gives what is told of that.
fn over(world: &World) -> Vec<String> {
    let before = told(world).len();
    world.vendor.borrow_mut().usually = Says::Created;
    world.vendor.borrow_mut().script.clear();
    world.redrive();
    world.settle();
    assert_eq!(world.vendor.borrow().created.len(), 10_000);
    assert_eq!(world.bodies(Queue::Dlq).len(), 0);
    told(world).split_off(before)
}

/// Trap P31: a storm of alerts.
#[test]
fn ten_thousand_failures_are_at_most_five_messages_and_one_recovery() {
    let world = refusing();
    storm(&world);
    assert_eq!(told(&world), ["1-opened by chat", "1-grown-1 by chat", "1-grown-2 by chat"]);
    let last = world.alerts().pop().expect("an alert");
    assert_eq!(last.subject, "deal-won-to-invoice: 10000 deliveries need finance-ops: rejected");
    assert_eq!(over(&world), ["1-resolved by chat"]);
}

/// The few whose answers were lost are another matter than those that the breaker and the vendor kept from being sent.
#[test]
fn an_outage_that_looks_different_to_each_of_ten_thousand_calls_is_five_messages_too() {
    let world = World::new(integration(keyed(), waits(&[10])));
    let ways = [
        Says::Status(500, None, "no"),
        Says::Absent,
        Says::Status(503, None, "down"),
        Says::CreatedUnheard,
        Says::Status(502, None, "bad gateway"),
        Says::Silence,
        Says::Status(504, None, "slow"),
    ];
    world.vendor.borrow_mut().script = ways.into_iter().cycle().take(100_000).collect();
    storm(&world);
    let opened = world.issues().into_iter().map(|issue| (issue.cause.class, issue.count));
    let mut opened: Vec<_> = opened.collect();
    opened.sort();
    let [(Class::Exhausted, most), (Class::InDoubt, few)] = opened[..] else {
        panic!("{opened:?}")
    };
    assert!(most + few == 10_000 && few < 100, "{opened:?}");
    let messages = told(&world);
    assert!(messages.len() <= 5, "{messages:?}");
    // What is in doubt is looked up at the vendor before it is sent again.
    for entry in world.entries().into_iter().filter(|e| e.class() == Some(Class::InDoubt)) {
        let mut ticket = Ticket::new(Step::Retry, entry.key, entry.id);
        let (by, reason) = ("kim".to_owned(), "it is not there".to_owned());
        let version = entry.life.version;
        ticket.order = Some(Order { by, reason, version, checked: true, act: Act::Retry });
        world.put(Queue::Dispatch, &ticket.text());
    }
    assert_eq!(over(&world), ["1-resolved by chat", "1-resolved by chat"]);
}

#[test]
fn every_parked_delivery_stands_under_its_issue_and_no_other() {
    let world = refusing();
    world.submit(deal("D-1")).expect("accepted");
    world.settle();
    world.vendor.borrow_mut().usually = Says::Status(409, None, "taken");
    world.submit(deal("D-2")).expect("accepted");
    world.submit(deal("D-3")).expect("accepted");
    world.settle_until(noon() + MINUTE * 10);
    let mut counts: Vec<_> =
        world.issues().into_iter().map(|issue| (issue.cause.code, issue.count)).collect();
    counts.sort();
    assert_eq!(counts, [(Some("http_409".to_owned()), 2), (Some("http_422".to_owned()), 1)]);
    assert_eq!(world.alerts().len(), 2);
}

#[test]
fn nobody_acknowledges_so_the_pager_rings_and_is_told_that_it_is_over() {
    let mut integration = integration(keyed(), waits(&[10]));
    integration.owner.escalate = vec![
        Escalation { to: Channel::Chat, after: Duration::ZERO },
        Escalation { to: Channel::Pagerduty, after: MINUTE * 30 },
    ];
    let world = World::new(integration);
    world.vendor.borrow_mut().usually = Says::Status(422, None, "no");
    world.submit(deal("D-1042")).expect("accepted");
    world.settle_until(noon() + MINUTE * 29);
    assert_eq!(told(&world), ["1-opened by chat"]);
    world.settle();
    assert_eq!(told(&world)[1..], ["1-escalated-2 by pagerduty"]);
    assert_eq!(world.clock(), noon() + MINUTE * 30);
    world.vendor.borrow_mut().usually = Says::Created;
    world.redrive();
    world.settle();
    assert_eq!(told(&world)[2..], ["1-resolved by chat", "1-resolved by pagerduty"]);
}

/// Chat and e-mail are one topic: who reads both would read everything twice.
#[test]
fn what_is_due_by_chat_and_by_e_mail_is_one_message() {
    let mut integration = integration(keyed(), waits(&[10]));
    integration.owner.escalate = vec![
        Escalation { to: Channel::Chat, after: Duration::ZERO },
        Escalation { to: Channel::Pagerduty, after: Duration::ZERO },
        Escalation { to: Channel::Email, after: MINUTE * 30 },
    ];
    let world = World::new(integration);
    world.vendor.borrow_mut().usually = Says::Status(422, None, "no");
    world.submit(deal("D-1042")).expect("accepted");
    world.settle_until(noon() + MINUTE * 31);
    world.vendor.borrow_mut().usually = Says::Created;
    world.redrive();
    world.settle();
    assert_eq!(
        told(&world),
        [
            "1-opened by chat",
            "1-opened by pagerduty",
            "1-escalated-3 by email",
            "1-resolved by chat",
            "1-resolved by pagerduty"
        ]
    );
    let with: Vec<_> = world.alerts().iter().filter_map(|alert| alert.with).collect();
    assert_eq!(with, [Channel::Email], "the end, by both");
    assert!(world.issues()[0].outbox.is_empty());
}

#[test]
fn who_acknowledges_is_named_and_nobody_else_is_woken() {
    let mut integration = integration(keyed(), waits(&[10]));
    integration.owner.escalate = vec![Escalation { to: Channel::Pagerduty, after: MINUTE * 30 }];
    let world = World::new(integration);
    world.vendor.borrow_mut().usually = Says::Status(422, None, "no");
    world.submit(deal("D-1042")).expect("accepted");
    world.settle_until(noon() + MINUTE);
    let id = id(&world);
    let acknowledged = acknowledge(&world, &id, "ada", world.clock());
    let issue = block_on(acknowledged).expect("done").expect("an issue");
    assert!(matches!(issue.phase, Phase::Acknowledged { by, .. } if by == "ada"));
    world.settle();
    assert_eq!(told(&world), ["1-opened by chat"]);
}

/// The command retries past the DLQ, so the message there is about a delivery that is parked no longer.
#[test]
fn a_message_about_a_delivery_that_was_retried_elsewhere_disappears() {
    let world = refusing();
    for n in 0..30 {
        world.submit(deal(&format!("D-{n}"))).expect("accepted");
    }
    world.settle();
    assert_eq!(world.parked_messages().len(), 30);
    world.vendor.borrow_mut().usually = Says::Created;
    for entry in world.entries().into_iter().take(25) {
        let mut ticket = Ticket::new(Step::Retry, entry.key, entry.id);
        ticket.order = Some(Order {
            by: "kim".to_owned(),
            reason: "mended".to_owned(),
            version: entry.life.version,
            checked: false,
            act: Act::Retry,
        });
        world.put(Queue::Dispatch, &ticket.text());
    }
    let ordered = world.clock();
    world.settle();
    assert!(world.clock() <= ordered + MINUTE * 5, "{}", world.clock());
    assert_eq!(world.parked_messages().len(), 5);
    let parked = world.entries().into_iter().filter(|e| e.life.state != State::Delivered);
    let mut parked: Vec<_> = parked.map(|entry| entry.id).collect();
    let mut listed: Vec<_> = world.parked_messages().into_iter().map(|m| m.delivery).collect();
    parked.sort();
    listed.sort();
    assert_eq!(listed, parked, "those that are parked keep their message");
}

#[test]
fn a_second_message_about_one_parking_is_one_too_many() {
    let world = refusing();
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    let copy = world.bodies(Queue::Dlq).pop().expect("a message");
    world.put(Queue::Dlq, &copy);
    world.settle();
    assert_eq!(world.bodies(Queue::Dlq), [copy]);
}

#[test]
fn a_ticket_that_crashed_becomes_an_issue_with_its_owner_and_stays_where_it_is() {
    let world = refusing();
    world.put(Queue::Dispatch, "no ticket at all");
    let Submission { idempotency_key, .. } = deal("D-9");
    let key = fairlead_core::id::EntryKey::of(&world.integration.name, &idempotency_key);
    world.put(Queue::Alert, &format!(r#"{{"v":9,"step":"alert","entry":"{key}"}}"#));
    world.settle();
    let issues = world.issues();
    assert!(issues.iter().all(|issue| issue.cause.class == Class::Crashed && issue.count == 1));
    let mut subjects: Vec<_> = world.alerts().into_iter().map(|alert| alert.subject).collect();
    subjects.sort();
    assert_eq!(subjects, ["fairlead: a crashed ticket needs operators: crashed"; 2]);
    assert_eq!(world.dead().len(), 2);
    insta::assert_snapshot!("alert_about_a_crashed_ticket", world.alerts()[0].text);
    // Redriven after the mend, or purged: it is over.
    world.bury();
    world.settle();
    let resolved =
        |issue: &fairlead_core::issue::Issue| matches!(issue.phase, Phase::Resolved { .. });
    assert!(world.issues().iter().all(resolved), "{:?}", told(&world));
}

/// Trap: a destination without its secret is paused, and what is retried before it is resumed waits at its gate.
#[test]
fn the_alert_about_a_secret_that_is_not_there_leads_to_a_delivered_record() {
    let world = World::new(integration(keyed(), waits(&[10])));
    world.vendor.borrow_mut().usually = Says::NoSecret;
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    let [issue] = &world.issues()[..] else { panic!("one issue") };
    assert_eq!(issue.cause.code.as_deref(), Some(Cause::NO_SECRET));
    let [put, resume, retry] = &issue.commands[..] else { panic!("{:?}", issue.commands) };
    let [first, or] = ["put-secret-value --secret-id", "create-secret --name"].map(|act| {
        format!("aws secretsmanager {act} fairlead/finance-api --secret-string \"$KEY\"")
    });
    assert_eq!(*put, format!("{first} || {or}"), "whether it is there or not");
    let of = &world.integration.destination;
    assert_eq!(*resume, format!("fairlead resume {of} --reason \"...\""));
    assert_eq!(*retry, format!("fairlead retry --issue {} --reason \"...\"", issue.id));
    world.vendor.borrow_mut().usually = Says::Created;
    assert!(block_on(pause(&world, of, None)).expect("done"), "it was paused");
    world.redrive();
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
    assert_eq!(told(&world), ["1-opened by chat", "1-resolved by chat"]);
}

/// After a rollback, entries and issues of the newer release cannot be read.
#[test]
fn what_cannot_be_read_keeps_nobody_from_being_told_of_anything_else() {
    let mut integration = integration(keyed(), waits(&[10]));
    integration.owner.escalate = vec![
        Escalation { to: Channel::Chat, after: Duration::ZERO },
        Escalation { to: Channel::Pagerduty, after: MINUTE * 30 },
    ];
    let world = World::new(integration);
    world.vendor.borrow_mut().usually = Says::Status(409, None, "taken");
    world.submit(deal("D-1")).expect("accepted");
    world.settle_until(noon() + MINUTE);
    let other = id(&world);
    world.vendor.borrow_mut().usually = Says::Status(422, None, "no");
    world.submit(deal("D-2")).expect("accepted");
    world.settle_until(noon() + MINUTE * 2);
    world.break_issue(&other);
    let second = world.entries().into_iter().find(|e| e.record.id == "D-2").expect("it is there");
    world.break_entry(&second.key);
    world.put(Queue::Retry, &Ticket::new(Step::Due, second.key, second.id).text());
    world.put(Queue::Retry, "no ticket at all");
    world.pass(MINUTE * 45);
    world.settle_until(world.clock() + MINUTE * 60);
    let crashed = world.issues().into_iter().filter(|i| i.cause.class == Class::Crashed);
    assert_eq!(crashed.map(|issue| issue.count).collect::<Vec<_>>(), [1, 1], "{:?}", told(&world));
    assert_eq!(world.parked_messages().len(), 2, "no message of a parked delivery is lost");
    let paged = world.alerts().into_iter().filter(|alert| alert.to == Channel::Pagerduty);
    let paged = paged.filter(|alert| alert.subject.ends_with("rejected")).count();
    assert_eq!(paged, 1, "{:?}", told(&world));
}

/// The same among the crashed tickets of one DLQ.
#[test]
fn a_crashed_issue_that_cannot_be_read_keeps_no_other_of_its_dlq_from_being_counted() {
    let world = refusing();
    world.submit(deal("D-1")).expect("accepted");
    world.settle_until(noon() + MINUTE);
    let entry = world.entry();
    world.break_entry(&entry.key);
    let crash = || {
        world.put(Queue::Retry, &Ticket::new(Step::Due, entry.key.clone(), entry.id).text());
        world.settle_until(world.clock() + MINUTE * 60);
    };
    world.put(Queue::Retry, "no ticket at all");
    crash();
    let crashed = |integration: &str| {
        let of = IntegrationName::new(integration);
        let cause = Cause::crashed(of, Dlq::Retry);
        world.issues().into_iter().find(|issue| issue.cause == cause).expect("an issue")
    };
    world.break_issue(&crashed(Cause::NOBODY).id);
    crash();
    assert_eq!(crashed("deal-won-to-invoice").count, 2, "{:?}", told(&world));
}

#[test]
fn messages_of_parked_deliveries_are_no_crashed_tickets() {
    let world = refusing();
    world.submit(deal("D-1042")).expect("accepted");
    world.put(Queue::Dispatch, "no ticket at all");
    world.settle();
    let mut classes: Vec<_> =
        world.issues().into_iter().map(|i| (i.cause.class, i.count)).collect();
    classes.sort();
    assert_eq!(classes, [(Class::Rejected, 1), (Class::Crashed, 1)]);
    assert_eq!(world.parked_messages().len() + world.dead().len(), 2);
}
