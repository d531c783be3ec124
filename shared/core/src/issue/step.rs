//! What happens next in the life of an issue. Pure and total, as [`decide`](crate::decide::decide) is for deliveries.

mod aware;

use std::time::Duration;

use jiff::Timestamp;

use super::{Due, Issue, News, Phase, Sighting, Told};
use crate::{
    id::Version,
    owner::{Channel, Owner},
    span::{after, until},
};

/// Something that happened to an issue.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// A delivery was parked for its cause.
    Seen(Box<Sighting>),
    /// The schedule has looked.
    Looked(Looked),
    /// This is known now of the delivery that stands for it.
    Shown(Box<Sighting>),
    /// A person looks after it.
    Acknowledged {
        /// Who.
        by: String,
    },
    /// These channels took a message, of whatever issue.
    Heard(Vec<Channel>),
    /// Sending has ended.
    Sent {
        /// What got through.
        done: Vec<Due>,
        /// What did not.
        failed: Vec<Due>,
        /// The channels that another issue has reported as dead already.
        reported: Vec<Channel>,
    },
}

/// What the schedule has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Looked {
    /// How many deliveries are parked now.
    pub count: u64,
    /// When the newest of them was parked.
    pub newest: Option<Timestamp>,
}

/// A decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The issue to save, where it changes.
    pub next: Option<Issue>,
    /// What to send once that is saved; then comes [`Input::Sent`].
    pub send: Vec<Due>,
}

/// How long a sender may take before another one takes its place.
pub const SENDING: Duration = Duration::from_secs(55);

/// How long no delivery must be parked before it is over: the index may be a moment behind the ledger.
pub const EMPTY: Duration = Duration::from_secs(50);

/// How long a resolved issue is still looked at: a delivery that was overlooked would open it again.
pub const WATCHED: Duration = Duration::from_secs(3_600);

/// How long it is still tried to say that it is over: as long as SQS keeps a message.
pub const KEPT: Duration = Duration::from_secs(14 * 86_400);

/// The message that opens an issue knows of one delivery only, so the first update comes soon.
const FIRST_UPDATE: Duration = Duration::from_secs(15 * 60);

/// The least time to the next one, when there are so many times more.
const UPDATE: Duration = Duration::from_secs(3_600);

/// Whatever else has grown is told once a day.
const DAILY: Duration = Duration::from_secs(86_400);

/// After so many failures in a row another channel is told that this one is dead.
pub(super) const DEAF: u32 = 3;

/// What grows so many times over is another matter than it was; an acknowledged issue is quiet otherwise.
const GROWN: u64 = 10;

/// What happens next in the life of an issue; `None` for one that there never was.
pub fn step(issue: Option<&Issue>, input: &Input, now: Timestamp) -> Step {
    let next = match (issue, input) {
        (None, Input::Seen(sighting)) => Some(open(None, sighting, now)),
        (None, _) => None,
        (Some(issue), Input::Seen(sighting)) => seen(issue, sighting, now),
        (Some(issue), Input::Looked(looked)) => looked_at(issue, *looked, now),
        (Some(issue), Input::Shown(sighting)) => Some(shown(issue, sighting)),
        (Some(issue), Input::Acknowledged { by }) => acknowledged(issue, by, now),
        (Some(issue), Input::Heard(channels)) => heard(issue, channels),
        (Some(issue), Input::Sent { done, failed, reported }) => {
            Some(sent(issue, done, failed, reported, now))
        }
    };
    let Some(mut next) = next else { return Step::default() };
    let was = issue.map_or(Version(0), |issue| issue.version);
    next.version = was.next();
    let tries = matches!(input, Input::Seen(_) | Input::Looked(_));
    // Whoever sends says so first, so that nobody else sends the same at that time.
    let send = if tries && !next.outbox.is_empty() && next.sending_until <= now {
        next.sending_until = after(now, SENDING);
        let send = next.outbox.clone();
        aware::sending(&mut next, &send);
        send
    } else {
        vec![]
    };
    Step { next: Some(next), send }
}

/// Opens an issue, for the first time or again. What is known of the older ones is how many there were.
fn open(older: Option<&Issue>, sighting: &Sighting, now: Timestamp) -> Issue {
    let mut issue = Issue {
        id: sighting.cause.id(),
        cause: sighting.cause.clone(),
        version: Version(0),
        phase: Phase::Open,
        owner: sighting.owner.clone(),
        destination: sighting.destination.clone(),
        openings: older.map_or(0, |older| older.openings).saturating_add(1),
        opened_at: now,
        first_seen: older.map_or(sighting.at, |older| older.first_seen),
        last_seen: sighting.at,
        count: 1,
        most: 1,
        empty_since: None,
        closed: false,
        delivery: sighting.delivery,
        entry: sighting.entry.clone(),
        notice: sighting.notice.clone(),
        commands: sighting.commands.clone(),
        told: Told { at: now, count: 1, updates: 0, steps: 0, owners: 0 },
        // That a channel is dead, or back, is true whatever becomes of the issue.
        outbox: older.map_or(vec![], about_channels),
        deaf: older.map_or(vec![], |older| older.deaf.clone()),
        // Who has not heard of the last end takes it for open, which it is again.
        aware: Some(older.map_or(vec![], aware::aware)),
        // Who sends now may still have to say that it was over: what is new comes behind that, or it would be ended.
        sending_until: older.map_or(now, |older| older.sending_until),
    };
    take_steps(&mut issue, News::Opened, now);
    issue
}

/// What is still to be said of channels.
fn about_channels(issue: &Issue) -> Vec<Due> {
    let is_of_channel = |due: &&Due| matches!(due.news, News::Deaf(_) | News::Heard(_));
    issue.outbox.iter().filter(is_of_channel).copied().collect()
}

/// Takes the steps of the escalation whose time has come.
fn take_steps(issue: &mut Issue, news: News, now: Timestamp) {
    let steps = issue.steps();
    let taken = usize::from(issue.told.steps);
    let ripe = |step: &&crate::owner::Escalation| after(issue.opened_at, step.after) <= now;
    let due: Vec<Channel> = steps.iter().skip(taken).take_while(ripe).map(|step| step.to).collect();
    if due.is_empty() {
        return;
    }
    issue.told.steps = u8::try_from(taken + due.len()).unwrap_or(u8::MAX);
    (issue.told.at, issue.told.count) = (now, issue.count);
    due.into_iter().for_each(|to| put(issue, news, to));
}

/// Puts a message into the outbox; one that says the same there already is left as it is.
fn put(issue: &mut Issue, news: News, to: Channel) {
    if !issue.outbox.iter().any(|due| due.news == news && due.to == to) {
        issue.outbox.push(Due { news, to, tries: 0 });
    }
}

/// An open issue needs no write for each of its deliveries: they stand under its name in the index.
fn seen(issue: &Issue, sighting: &Sighting, now: Timestamp) -> Option<Issue> {
    match &issue.phase {
        Phase::Resolved { .. } => Some(open(Some(issue), sighting, now)),
        Phase::Open | Phase::Acknowledged { .. } => issue.empty_since.is_some().then(|| {
            let mut next = issue.clone();
            next.empty_since = None;
            next
        }),
    }
}

/// Later messages tell of a delivery that still needs somebody. Another owner must be told all that the last one was.
fn shown(issue: &Issue, sighting: &Sighting) -> Issue {
    let mut next = issue.clone();
    let tells = |owner: &Owner| (owner.team.clone(), owner.escalate.clone());
    if tells(&issue.owner) != tells(&sighting.owner) {
        // Told from the last owner's steps, before they are gone.
        next.aware = Some(aware::aware(issue));
        next.told.steps = 0;
        next.told.owners = next.told.owners.saturating_add(1);
        if matches!(issue.phase, Phase::Acknowledged { .. }) {
            next.phase = Phase::Open;
        }
    }
    next.owner.clone_from(&sighting.owner);
    next.destination.clone_from(&sighting.destination);
    (next.delivery, next.entry) = (sighting.delivery, sighting.entry.clone());
    next.notice.clone_from(&sighting.notice);
    next.commands.clone_from(&sighting.commands);
    next
}

fn looked_at(issue: &Issue, looked: Looked, now: Timestamp) -> Option<Issue> {
    let mut next = issue.clone();
    match (&issue.phase, looked.count) {
        (Phase::Resolved { at }, 0) => close(&mut next, *at, now),
        (Phase::Open | Phase::Acknowledged { .. }, 0) => emptied(&mut next, now),
        // Overlooked when it was resolved.
        (Phase::Resolved { .. }, _) => {
            next.phase = Phase::Open;
            next.openings = next.openings.saturating_add(1);
            next.opened_at = now;
            next.told = Told { at: now, count: looked.count, updates: 0, steps: 0, owners: 0 };
            counted(&mut next, looked);
            next.most = looked.count;
            next.aware = Some(aware::aware(issue));
            next.outbox.retain(|due| due.news != News::Resolved);
            take_steps(&mut next, News::Opened, now);
        }
        (Phase::Open, _) => {
            counted(&mut next, looked);
            take_steps(&mut next, News::Escalated, now);
            update(&mut next, now);
        }
        (Phase::Acknowledged { count, .. }, _) => {
            let many = count.max(&issue.told.count).saturating_mul(GROWN);
            counted(&mut next, looked);
            if next.count >= many {
                update(&mut next, now);
            }
        }
    }
    let unsent = !next.outbox.is_empty() && next.sending_until <= now;
    (unsent || next != *issue).then_some(next)
}

fn counted(issue: &mut Issue, looked: Looked) {
    issue.empty_since = None;
    issue.count = looked.count;
    issue.most = issue.most.max(looked.count);
    issue.last_seen = looked.newest.map_or(issue.last_seen, |newest| newest.max(issue.last_seen));
}

/// When its count is told next, if it stays as it is; never when it has not grown.
pub fn next_update(issue: &Issue) -> Option<Timestamp> {
    let Told { at, count, updates, .. } = issue.told;
    let wait = match (updates, issue.count >= count.saturating_mul(GROWN)) {
        (0, _) => FIRST_UPDATE,
        (_, true) => UPDATE,
        (_, false) => DAILY,
    };
    (issue.count > count).then(|| after(at, wait))
}

/// Tells a count that has grown, unless the last message is too young.
fn update(issue: &mut Issue, now: Timestamp) {
    if next_update(issue).is_none_or(|at| at > now) {
        return;
    }
    issue.told.at = now;
    issue.told.count = issue.count;
    issue.told.updates = issue.told.updates.saturating_add(1);
    issue.channels().into_iter().for_each(|to| put(issue, News::Grown, to));
}

/// None is parked any more: believed when a second look says the same.
fn emptied(issue: &mut Issue, now: Timestamp) {
    let since = *issue.empty_since.get_or_insert(now);
    if until(since, now) < EMPTY {
        return;
    }
    let aware = aware::aware(issue);
    issue.phase = Phase::Resolved { at: now };
    issue.count = 0;
    issue.outbox = about_channels(issue);
    aware.into_iter().for_each(|to| put(issue, News::Resolved, to));
}

/// Looked at no more, once it has been over for long enough and everybody has heard so.
fn close(issue: &mut Issue, resolved: Timestamp, now: Timestamp) {
    if after(resolved, KEPT) <= now {
        issue.outbox.clear();
        issue.deaf.clear();
    }
    let is_quiet = issue.outbox.is_empty() && issue.deaf.is_empty();
    issue.closed = after(resolved, WATCHED) <= now && is_quiet;
}

fn acknowledged(issue: &Issue, by: &str, now: Timestamp) -> Option<Issue> {
    match &issue.phase {
        Phase::Open => {
            let mut next = issue.clone();
            let count = issue.count;
            next.phase = Phase::Acknowledged { by: by.to_owned(), at: now, count };
            next.outbox.retain(|due| due.news != News::Escalated);
            // The pager rings until it is told; people who read a chat see it at the desk.
            if aware::aware(issue).contains(&Channel::Pagerduty) {
                put(&mut next, News::Acknowledged, Channel::Pagerduty);
            }
            Some(next)
        }
        Phase::Acknowledged { .. } | Phase::Resolved { .. } => None,
    }
}

/// What got through is taken out; what did not stays, and after some tries another channel is told of it, once for all
/// issues.
fn sent(
    issue: &Issue,
    done: &[Due],
    failed: &[Due],
    reported: &[Channel],
    now: Timestamp,
) -> Issue {
    let among = |list: &[Due], due: &Due| list.iter().any(|d| d.news == due.news && d.to == due.to);
    let mut next = issue.clone();
    next.sending_until = now;
    aware::heard(&mut next, done);
    next.outbox.retain(|due| !among(done, due));
    let mut deaf = Vec::new();
    for due in next.outbox.iter_mut().filter(|due| among(failed, due)) {
        due.tries = due.tries.saturating_add(1);
        if due.tries == DEAF && !reported.contains(&due.to) {
            deaf.push(due.to);
        }
    }
    deaf.into_iter().for_each(|channel| tell_of_deaf(&mut next, channel));
    let through: Vec<Channel> = done.iter().map(|due| due.to).collect();
    heard(&next, &through).unwrap_or(next)
}

/// The chat is told of a dead channel; where the chat itself is dead, another channel that knows of the issue.
fn tell_of_deaf(issue: &mut Issue, channel: Channel) {
    if let Some(to) = beside(issue, channel) {
        put(issue, News::Deaf(channel), to);
        if !issue.deaf.contains(&channel) {
            issue.deaf.push(channel);
        }
    }
}

/// Who hears of this channel.
fn beside(issue: &Issue, channel: Channel) -> Option<Channel> {
    let is_topic = |to: Channel| matches!(to, Channel::Chat | Channel::Email);
    if is_topic(channel) {
        issue.channels().into_iter().find(|to| !is_topic(*to))
    } else {
        Some(Channel::Chat)
    }
}

fn heard(issue: &Issue, channels: &[Channel]) -> Option<Issue> {
    let mut next = issue.clone();
    next.deaf.retain(|channel| !channels.contains(channel));
    for channel in issue.deaf.iter().filter(|channel| channels.contains(channel)) {
        let said = next.outbox.len();
        next.outbox.retain(|due| due.news != News::Deaf(*channel));
        // Who never heard that it was dead need not hear that it is not.
        if next.outbox.len() == said
            && let Some(to) = beside(issue, *channel)
        {
            put(&mut next, News::Heard(*channel), to);
        }
    }
    (next != *issue).then_some(next)
}

#[cfg(test)]
mod tests;
