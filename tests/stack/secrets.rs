//! No key was written down anywhere, and none is shown: log, ledger, queue, alert, console, command.

use std::collections::BTreeSet;

use fairlead::{cli::View, desk::Filter};
use futures::FutureExt;

use crate::{
    console::pages,
    desk::desk,
    rest::entries,
    support::{
        scenario::Scenario,
        stage::Stage,
        world::{World, forms, peeled},
    },
};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![Scenario::at(
        &[Stage::Last],
        "in the end no key stands in any log, entry, message or alert, in what a page or a command said, or in a request",
        |w| nowhere(w).boxed_local(),
    )]
}

/// So many records are asked for: each costs a look at every day of a month.
const RECORDS: usize = 20;

/// A vendor that echoes what it was sent may have escaped it, and so may whoever wrote that down.
fn assert_peels() {
    let key = "canary+first/api?5ecret&7=x";
    for wrapped in [
        "canary+first\\/api?5ecret&7=x",
        "canary+first\\\\\\/api?5ecret\\\\u00267=x",
        "canary%252Bfirst%252Fapi%253F5ecret%25267%253Dx",
        "canary\\u002Bfirst%2Fapi?5ecret&7\\\\\\u003dx",
    ] {
        assert!(peeled(wrapped).contains(key), "{wrapped}: {}", peeled(wrapped));
    }
}

async fn nowhere(world: &World) {
    assert_peels();
    let places = everything(world).await;
    assert!(places.iter().any(|(place, _)| place.ends_with("-dispatch")), "no log of dispatch");
    assert!(!world.vendor.requests().is_empty(), "no key was ever used, so none can have leaked");
    let logs = places.iter().filter(|(place, _)| place.ends_with("-dispatch"));
    let ids = logs.flat_map(|(_, text)| text.split("\"delivery\":\"").skip(1));
    let logged: BTreeSet<&str> = ids.filter_map(|rest| rest.split('"').next()).collect();
    for entry in entries(world).await.iter().filter(|entry| entry.life.attempts > 0) {
        let id = entry.id.to_string();
        assert!(logged.contains(&*id), "the log does not show what dispatch did for {id}");
    }
    let peeled: Vec<String> = places.iter().map(|(_, text)| peeled(text)).collect();
    for key in world.secrets() {
        let forms = forms(&key);
        for ((place, text), bare) in places.iter().zip(&peeled) {
            assert!(!bare.contains(&key), "{key}, escaped, stands in {place}: {text}");
            for form in &forms {
                assert!(!text.contains(form), "{form} stands in {place}: {text}");
            }
        }
    }
}

/// All that was ever written, by where it stands.
async fn everything(world: &World) -> Vec<(String, String)> {
    let mut places: Vec<(String, String)> = Vec::new();
    for (group, lines) in world.logs().await {
        assert!(!lines.is_empty(), "nothing was logged in {group}");
        places.extend(lines.into_iter().map(|line| (group.clone(), line)));
    }
    places.extend(world.scan().await.iter().map(|item| (item["pk"].to_string(), item.to_string())));
    // Long texts are compressed in the item; an entry has them unpacked.
    places.extend(entries(world).await.iter().map(|e| (e.record.to_string(), format!("{e:?}"))));
    places.extend(world.inbox.alerts().into_iter().map(|text| ("an alert".to_owned(), text)));
    let letters = world.inbox.letters().into_iter();
    places.extend(letters.map(|letter| ("a DLQ message".to_owned(), format!("{letter:?}"))));
    for (name, messages) in world.queues().await {
        places.extend(messages.iter().map(|message| (name.clone(), message.to_string())));
    }
    pages(world).await;
    places.extend(world.heard.all());
    places.extend(commands(world).await);
    // The vendor masks the headers that carry a key where it belongs.
    let requests = world.vendor.requests().into_iter();
    places.extend(requests.map(|request| ("a request".to_owned(), format!("{request:?}"))));
    places
}

/// What every command that looks says of this stack, as text and as JSON.
async fn commands(world: &World) -> Vec<(String, String)> {
    let desk = desk(world).await;
    let all = Filter::default();
    let mut said = vec![
        told("status", desk.status(None).await),
        told("deliveries", desk.deliveries(&all, 1000, None).await),
        told("dlq", desk.dlq().await),
        told("audit", desk.audit(None, 1000, None).await),
        told("secrets check", desk.secrets().await),
        told("doctor", desk.doctor().await),
    ];
    let issues = desk.issues().await.expect("the ledger answers");
    for issue in &issues.issues {
        said.push(told("issues show", desk.issue(issue.id.as_str()).await));
    }
    said.push(told("issues", Ok(issues)));
    let entries = entries(world).await;
    let parked = entries.iter().filter(|entry| entry.class().is_some());
    for (number, entry) in parked.enumerate() {
        said.push(told("deliveries show", desk.show(&entry.id.to_string()).await));
        if number < RECORDS {
            said.push(told("record", desk.record(&entry.record.id, None).await));
        }
    }
    let known = entries.iter().find(|entry| entry.class().is_some()).expect("something is parked");
    let known = known.id.to_string();
    assert!(said.iter().any(|(_, text)| text.contains(&known)), "nothing was said of {known}");
    said
}

/// A view as people and as programs read it.
fn told<V: View>(of: &str, view: Result<V, fairlead::desk::DeskError>) -> (String, String) {
    let view = view.unwrap_or_else(|error| panic!("fairlead {of}: {error}"));
    let json = serde_json::to_string(&view).expect("a view is JSON");
    (format!("fairlead {of}"), format!("{}\n{json}", view.text()))
}
