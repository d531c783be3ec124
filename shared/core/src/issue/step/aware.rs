//! Who takes an issue for open, so that each of them hears of its end: over openings, and whatever was lost on the way.

use crate::{
    issue::{Due, Issue, News, Phase},
    owner::Channel,
};

/// Whether the news tell that something needs somebody.
fn begins(news: News) -> bool {
    match news {
        News::Opened | News::Grown | News::Escalated => true,
        News::Acknowledged | News::Resolved | News::Deaf(_) | News::Heard(_) => false,
    }
}

/// A machine holds an incident open until it is told otherwise, so it must hear of the end even where the answer to the
/// beginning was lost. People who never heard of a thing need not hear that it is over.
fn holds(channel: Channel) -> bool {
    match channel {
        Channel::Pagerduty | Channel::Webhook => true,
        Channel::Chat | Channel::Email => false,
    }
}

/// Those who take the issue for open. An older release wrote down nothing of this: then all who were told of it, unless
/// that still waits.
pub(super) fn aware(issue: &Issue) -> Vec<Channel> {
    issue.aware.clone().unwrap_or_else(|| {
        if matches!(issue.phase, Phase::Resolved { .. }) {
            // Whoever has heard the end takes it for open no more.
            let over = issue.outbox.iter().filter(|due| due.news == News::Resolved);
            return over.map(|due| due.to).collect();
        }
        let waits =
            |to: &Channel| issue.outbox.iter().any(|due| due.news == News::Opened && due.to == *to);
        issue.channels().into_iter().filter(|to| !waits(to)).collect()
    })
}

/// These are on their way: a machine may hear them though nobody learns that it did.
pub(super) fn sending(issue: &mut Issue, send: &[Due]) {
    let rings = |due: &&Due| begins(due.news) && holds(due.to);
    let rung: Vec<Channel> = send.iter().filter(rings).map(|due| due.to).collect();
    rung.into_iter().for_each(|to| add(issue, to));
}

/// These were heard.
pub(super) fn heard(issue: &mut Issue, done: &[Due]) {
    for due in done {
        if begins(due.news) {
            add(issue, due.to);
        } else if due.news == News::Resolved {
            let mut known = aware(issue);
            known.retain(|channel| *channel != due.to);
            issue.aware = Some(known);
        }
    }
}

fn add(issue: &mut Issue, channel: Channel) {
    let mut known = aware(issue);
    if !known.contains(&channel) {
        known.push(channel);
        known.sort_unstable();
    }
    issue.aware = Some(known);
}
