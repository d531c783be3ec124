//! Stories of what an operator reads: real entries of this world, rendered as the desk renders them.

use std::collections::BTreeMap;

use fairlead::{
    cli::View,
    desk::view::{Deliveries, Delivery, Facts, Item, Letter, Life, Status, happened},
};
use fairlead_core::{
    entry::Entry,
    gate::{Breaker, Gate, Pause},
    integration::Dedupe,
    issue::dlq::Dlq,
    ticket::Queue,
};
use fairlead_tests::{
    memory::{Says, World},
    sample::{catalog, deal, integration, keyed, noon, waits},
};
use jiff::ToSpan;

/// One delivery of each fate: delivered, waiting, refused, in doubt.
fn fates() -> Vec<(World, Entry)> {
    let told = |dedupe, script: &[Says], id: &str| {
        let world = World::new(integration(dedupe, waits(&[3_600])));
        world.vendor.borrow_mut().script = script.iter().cloned().collect();
        world.submit(deal(id)).expect("accepted");
        world.settle_until(noon() + 10.minutes());
        let entry = world.entry();
        (world, entry)
    };
    let no = Says::Status(422, None, r#"{"error":"customer A-7 is blocked"}"#);
    vec![
        told(keyed(), &[Says::Created], "D-1042"),
        told(keyed(), &[Says::Status(503, None, "down")], "D-1043"),
        told(keyed(), &[no], "D-1044"),
        told(Dedupe::None, &[Says::Silence], "D-1045"),
    ]
}

#[test]
fn a_delivery_tells_what_happened_and_what_to_do() {
    let texts: Vec<String> = fates().iter().map(|(_, e)| Delivery::of(e).text()).collect();
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn a_program_reads_the_same_delivery() {
    let (_, parked) = fates().remove(2);
    let json = serde_json::to_value(Delivery::of(&parked)).expect("a view is JSON");
    insta::assert_snapshot!(format!("{json:#}"));
}

#[test]
fn a_list_has_one_line_for_each_delivery_and_ends_with_the_next_command() {
    let items = fates().iter().map(|(_, entry)| Item::of(entry)).collect();
    let now = noon() + 10.minutes();
    let next = "fairlead deliveries show 0199c200".to_owned();
    let list =
        Deliveries { now, deliveries: items, more: false, cursor: None, next, of_issues: false };
    insta::assert_snapshot!(list.text());
}

/// No delivery is parked under such an issue, so no figure of an integration has it.
#[test]
fn status_says_when_tickets_have_crashed() {
    let facts = Facts { alert_dlq: Some(0), crashed: 1, ..Facts::default() };
    let status = Status::of(&facts, &catalog(&integration(keyed(), waits(&[10]))));
    let text = status.text();
    assert!(status.problem() && !text.contains("Nothing needs anyone"), "{text}");
    assert!(text.contains("1 issue is open about tickets that crashed, on a DLQ."), "{text}");
    assert!(text.ends_with("Next: fairlead issues\n"), "{text}");
}

#[test]
fn status_counts_what_is_done_what_moves_and_what_needs_somebody() {
    let entries: Vec<Entry> = fates().into_iter().map(|(_, entry)| entry).collect();
    let at = noon();
    let parked = entries.iter().filter(|entry| entry.class().is_some());
    let parked = parked.filter_map(|entry| Some((entry.work()?, entry.key.clone())));
    let parked = parked.map(|(work, key)| (work.at, key));
    let mut facts = Facts {
        since: noon() - 24.hours(),
        now: noon() + 37.minutes(),
        ran: entries.iter().map(|entry| (at, entry.key.clone())).collect(),
        states: entries.iter().map(|e| (e.key.clone(), e.life.state.word().to_owned())).collect(),
        parked: parked.collect(),
        alert_dlq: Some(0),
        ..Facts::default()
    };
    let sample = integration(keyed(), waits(&[10]));
    let catalog = catalog(&sample);
    let busy = Status::of(&facts, &catalog);
    assert!(busy.problem(), "somebody is needed");
    let breaker = Breaker::Open { until: noon() + 38.minutes() };
    let open = Gate { breaker, ..Gate::default() };
    facts.gates = BTreeMap::from([(sample.destination.clone(), open)]);
    facts.bounded = true;
    let open = Status::of(&facts, &catalog);
    let by = "arn:aws:iam::123456789012:user/kim".to_owned();
    let pause = Some(Pause { by, reason: "they move house".to_owned(), since: noon() });
    facts.gates = BTreeMap::from([(sample.destination, Gate { pause, ..Gate::default() })]);
    facts.bounded = false;
    facts.parked.clear();
    facts.ran.truncate(2);
    let paused = Status::of(&facts, &catalog);
    assert!(!paused.problem());
    let texts = [busy, open, paused].map(|status| status.text());
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn a_record_without_deliveries_says_how_to_look_further_back() {
    let nothing =
        Life { record: "D-9".into(), since: "30d".into(), deliveries: vec![], cursor: None };
    assert!(nothing.problem());
    insta::assert_snapshot!(nothing.text(), @r"
    Nothing happened to D-9 in 30d.
    Next: fairlead record --since 365d D-9
    ");
}

#[test]
fn a_record_says_how_far_back_was_looked_and_its_id_runs_nothing() {
    let (_, parked) = fates().remove(2);
    let life = |since: &str, deliveries| Life {
        record: "$(reboot)".into(),
        since: since.into(),
        deliveries,
        cursor: None,
    };
    let found = life("30d", vec![Delivery::of(&parked)]);
    assert!(!found.problem());
    let said = "1 delivery in 30d; older ones were not looked for.\n\
                Next: fairlead record --since 365d -- '$(reboot)'\n";
    assert!(found.text().ends_with(said), "{}", found.text());
    assert!(life("400d", vec![]).text().ends_with("Nothing happened to $(reboot) in 400d.\n"));
}

#[test]
fn a_list_that_shows_a_part_of_what_waits_says_so() {
    let items = fates().iter().map(|(_, entry)| Item::of(entry)).collect();
    let next = "fairlead deliveries --state waiting --limit 40".to_owned();
    let list = Deliveries {
        now: noon(),
        deliveries: items,
        more: true,
        cursor: None,
        next,
        of_issues: false,
    };
    let said =
        "More may wait than are shown.\nNext: fairlead deliveries --state waiting --limit 40\n";
    assert!(list.text().ends_with(said), "{}", list.text());
}

#[test]
fn a_message_of_the_dlq_is_read_whatever_it_is() {
    let (world, _) = fates().remove(2);
    let body = world.bodies(Queue::Dlq).pop().expect("a message");
    let letter = Letter::read(Dlq::Dispatch, &body);
    assert_eq!((letter.class.as_str(), letter.owner.as_deref()), ("rejected", Some("finance-ops")));
    let crashed = r#"{"v":1,"step":"dispatch","entry":"a/b","delivery":"0199c200-0000-0000-0000-000000000009"}"#;
    assert_eq!(Letter::read(Dlq::Dispatch, crashed).class, "crashed");
    for dlq in [Dlq::Dispatch, Dlq::Retry, Dlq::Alert] {
        let letter = Letter::read(dlq, "{");
        assert_eq!(letter.class, "unreadable");
        assert!(!letter.next_action.contains("intake"), "{letter:?}");
    }
}

#[test]
fn tail_tells_each_line_with_its_record() {
    let (_, parked) = fates().remove(2);
    let lines = parked.history.lines.iter().map(|line| happened(&parked, line).text());
    insta::assert_snapshot!(lines.collect::<String>());
}
