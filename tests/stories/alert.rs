//! Every text that an owner may read: each class on each channel, and each kind of news.

use clap::Parser;
use fairlead::cli::Cli;
use fairlead_core::{
    alert::{Alert, STACK},
    class::Class,
    entry::{Carries, Entry, State},
    history::What,
    integration::Catalog,
    issue::{
        Due, Issue, News, Sighting,
        step::{Input, Looked, step},
    },
    notice::Notice,
    owner::{Answers, Channel, Escalation},
    span::after,
    ticket::Queue,
};
use fairlead_tests::{
    memory::{Says, World},
    sample::{catalog, deal, integration, keyed, noon, waits},
    shell::words,
};
use serde_json::Value;

/// The issue that is opened when a delivery is parked in this class.
fn opened(class: Class) -> Issue {
    let world = World::new(integration(keyed(), waits(&[10])));
    let body = r#"{"error":{"code":"vat_id_missing","message":"VAT id is required"}}"#;
    let status = match class {
        Class::TooLarge => 413,
        Class::Auth => 403,
        Class::Exhausted | Class::InDoubt => 503,
        _ => 422,
    };
    world.vendor.borrow_mut().usually = Says::Status(status, None, body);
    world.submit(deal("D-1042")).expect("accepted");
    if class == Class::Crashed {
        let key = world.entry().key;
        world.put(Queue::Retry, &format!(r#"{{"v":1,"step":"due","entry":"{key}"}}"#));
        world.settle();
        let crashed = |issue: &Issue| issue.cause.class == Class::Crashed;
        return world.issues().into_iter().find(crashed).expect("an issue");
    }
    world.settle();
    let mut entry = world.entry();
    let at_validate = class.step() == "validate";
    if at_validate {
        entry.history.lines.truncate(1);
        entry.life.attempts = 0;
        (entry.life.carries, entry.request) = (Carries::Refused, None);
    }
    let detail =
        if at_validate { "/data/deal/currency is missing".to_owned() } else { String::new() };
    entry.life.state = State::Parked { class, since: noon(), told: false };
    entry.life.doubt = class == Class::InDoubt;
    entry.history.push(noon(), What::Parked { class, detail });
    let sighting = Sighting::of(&entry, &catalog(&world.integration)).expect("it is parked");
    step(None, &Input::Seen(Box::new(sighting)), noon()).next.expect("an issue")
}

/// What the channel's reader sees.
fn text(issue: &Issue, news: News, to: Channel) -> String {
    let alert = Alert::of(STACK, issue, &Due { news, to, tries: 0 });
    let body = match to {
        Channel::Email => alert.text,
        Channel::Chat | Channel::Pagerduty | Channel::Webhook => pretty(&alert.body),
    };
    format!("{}\n{}\n\n{body}", alert.id, alert.subject)
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("JSON")
}

#[test]
fn every_class_reads_well_on_every_channel() {
    for class in Class::ALL {
        let issue = opened(class);
        for channel in Channel::ALL {
            let name = format!("{}_by_{}", class.word(), channel.as_str());
            insta::assert_snapshot!(name, text(&issue, News::Opened, channel));
        }
    }
}

/// A vendor that quotes the event must not carry it into a chat, where the owner does not want that.
#[test]
fn hidden_answers_stand_in_no_alert_and_in_no_message_of_the_dlq() {
    let mut hiding = integration(keyed(), waits(&[10]));
    hiding.owner.answers = Answers::Hidden;
    hiding.owner.escalate =
        Channel::ALL.map(|to| Escalation { to, after: std::time::Duration::ZERO }).to_vec();
    let world = World::new(hiding);
    let body = r#"{"error":"ada@example.com is no address"}"#;
    world.vendor.borrow_mut().usually = Says::Status(422, None, body);
    world.submit(deal("D-1042")).expect("accepted");
    world.settle_until(noon() + std::time::Duration::from_secs(60));
    let alerts = world.alerts().into_iter().map(|a| format!("{} {} {}", a.subject, a.text, a.body));
    let texts: Vec<String> = alerts.chain(world.bodies(Queue::Dlq)).collect();
    // Chat and e-mail are one; and the message of the DLQ.
    assert_eq!(texts.len(), Channel::ALL.len());
    for text in texts {
        assert!(text.contains("422") && !text.contains("ada@"), "{text}");
    }
    let mut entry = world.entry();
    assert!(world.history().contains("ada@example.com"), "the history has all of it");
    // What was accepted before is hidden by the bundle that says so now, and stays hidden.
    let mut catalog = catalog(&world.integration);
    entry.owner.answers = Answers::Shown;
    let told = |catalog: &Catalog, entry: &Entry| {
        Sighting::of(entry, catalog).expect("it is parked").notice.detail
    };
    assert_eq!(told(&catalog, &entry), "422");
    let declared = catalog.integrations.values_mut().next().expect("one");
    declared.owner.answers = Answers::Shown;
    assert!(told(&catalog, &entry).contains("ada@"));
    entry.owner.answers = Answers::Hidden;
    assert_eq!(told(&catalog, &entry), "422");
    for (class, detail, said) in [
        (Class::Mapping, "\"ada@\" is no amount of money", "the mapping could not make"),
        (Class::Schema, "/data/deal/currency is missing", "/data/deal/currency is missing"),
    ] {
        entry.life.state = State::Parked { class, since: noon(), told: false };
        entry.history.push(noon(), What::Parked { class, detail: detail.to_owned() });
        let detail = Notice::of(&entry).expect("it is parked").detail;
        assert!(detail.contains(said), "{class:?}: {detail}");
    }
}

/// What validation refuses may be sent again by its source; what was accepted would come back as a duplicate.
#[test]
fn a_delivery_that_was_accepted_and_cannot_be_made_any_more_is_not_to_be_sent_again() {
    for class in [Class::Mapping, Class::Schema] {
        let world = World::new(integration(keyed(), waits(&[10])));
        world.submit(deal("D-1042")).expect("accepted");
        let mut entry = world.entry();
        entry.life.state = State::Parked { class, since: noon(), told: false };
        let sighting = |entry: &Entry| {
            Sighting::of(entry, &catalog(&world.integration)).expect("it is parked")
        };
        let rendered = sighting(&entry);
        assert_eq!(rendered.cause.code.as_deref(), Some("rendered"));
        let said = &rendered.notice.next_action;
        assert!(said.contains("resolve") && !said.contains("send the event again"), "{said}");
        let commands = rendered.commands.join("\n");
        assert!(
            commands.contains("fairlead resolve") && !commands.contains("discard"),
            "{commands}"
        );
        entry.life.carries = Carries::Refused;
        let refused = sighting(&entry);
        assert_eq!(refused.cause.code, None);
        assert!(refused.commands.join("\n").contains("fairlead discard"));
    }
}

#[test]
fn every_news_reads_well_on_every_channel() {
    let issue = opened(Class::Rejected);
    let look = |issue: &Issue, minutes: u64, count| {
        let now = after(issue.opened_at, std::time::Duration::from_secs(minutes * 60));
        let looked = Input::Looked(Looked { count, newest: Some(now) });
        step(Some(issue), &looked, now).next.expect("it changes")
    };
    let grown = look(&issue, 15, 412);
    let over = look(&look(&grown, 37, 0), 38, 0);
    let taken = step(Some(&issue), &Input::Acknowledged { by: "ada".to_owned() }, noon());
    let taken = taken.next.expect("it changes");
    insta::assert_snapshot!(text(&taken, News::Acknowledged, Channel::Pagerduty), @r#"
    FS0DF8-1-acknowledged
    deal-won-to-invoice: ada looks after deal D-1042 Nordwind GmbH: rejected

    {
      "event_action": "acknowledge",
      "dedup_key": "FS0DF8"
    }
    "#);
    let [dead, back] = [News::Deaf, News::Heard].map(|news| {
        let (news, to) = (news(Channel::Chat), Channel::Pagerduty);
        Alert::of(STACK, &grown, &Due { news, to, tries: 0 }).body
    });
    assert_eq!(
        back,
        serde_json::json!({"event_action": "resolve", "dedup_key": dead["dedup_key"]})
    );
    for (issue, news) in [
        (&grown, News::Grown),
        (&grown, News::Escalated),
        (&over, News::Resolved),
        (&grown, News::Deaf(Channel::Pagerduty)),
    ] {
        for channel in Channel::ALL {
            let name = format!("news_{}_by_{}", news.word(), channel.as_str());
            insta::assert_snapshot!(name, text(issue, news, channel));
        }
    }
}

/// With what she fills in: a reason, and the id that she has found.
fn filled(command: &str) -> String {
    command.replace("\"...\"", "\"its cause is mended\"").replace("VENDOR_ID", "INV-7")
}

/// What an alert says to run is a command that there is, with options that it takes.
#[test]
fn what_an_alert_says_to_run_can_be_run() {
    for class in Class::ALL {
        let issue = opened(class);
        let take_on = format!("fairlead issues ack {}", issue.id);
        let said = issue.commands.iter().chain(&issue.notice.command).chain([&take_on]);
        for command in said.flat_map(|line| line.split(" && ")) {
            let words = words(&filled(command));
            match words[0].as_str() {
                "fairlead" => {
                    let read = Cli::try_parse_from(&words);
                    read.unwrap_or_else(|wrong| panic!("{class:?}: {command}: {wrong}"));
                }
                tool => assert!(matches!(tool, "aws" | "sam"), "{class:?}: {command}"),
            }
        }
    }
}

/// Two stacks of one account may share a PagerDuty service and a webhook.
#[test]
fn stacks_do_not_end_each_others_incidents_and_say_who_they_are() {
    for class in Class::ALL {
        let issue = opened(class);
        for (news, to) in [News::Opened, News::Resolved, News::Deaf(Channel::Chat)]
            .into_iter()
            .flat_map(|news| Channel::ALL.map(|to| (news, to)))
        {
            let due = Due { news, to, tries: 0 };
            let [ours, theirs] = [STACK, "shop"].map(|stack| Alert::of(stack, &issue, &due));
            assert_eq!(theirs.id, format!("shop-{}", ours.id));
            let keys = [&ours, &theirs].map(|alert| alert.body["dedup_key"].as_str());
            assert!(to != Channel::Pagerduty || keys[0] != keys[1], "{keys:?}");
            let whole = format!("{} {}", theirs.text, theirs.body);
            assert!(whole.contains("shop") && !whole.contains("--stack-name fairlead"), "{whole}");
            assert!(theirs.text.contains("Stack:       shop"), "{}", theirs.text);
        }
    }
}

#[test]
fn commands_for_another_stack_name_it_and_can_be_run() {
    for class in Class::ALL {
        let due = Due { news: News::Opened, to: Channel::Webhook, tries: 0 };
        let alert = Alert::of("shop", &opened(class), &due);
        let commands = alert.body["data"]["commands"].as_array().expect("commands").clone();
        for command in commands.iter().filter_map(Value::as_str) {
            let words = words(&filled(command));
            if words[0] == "fairlead" {
                assert!(command.contains("--stack-name shop"), "{command}");
                Cli::try_parse_from(&words).unwrap_or_else(|wrong| panic!("{command}: {wrong}"));
            }
        }
    }
}

/// No more than three commands lead from an alert to a delivered record.
#[test]
fn three_commands_are_enough() {
    for class in Class::ALL {
        let commands = opened(class).commands;
        assert!((1..=3).contains(&commands.len()), "{class:?}: {commands:?}");
    }
}
