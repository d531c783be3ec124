//! How long waits end: the due index is looked at once a minute, and what is due gets a ticket again.

use std::time::Duration;

use futures::future::join_all;
use jiff::Timestamp;

use crate::{
    decide::Input,
    door,
    drive::{Rules, drive},
    entry::{DUE_SHARDS, due_partition, gate_partition},
    id::{EntryKey, IntegrationName},
    integration::Destination,
    ports::{Due, PortError, Ports},
    roll,
};

/// The most deliveries of one partition that one look releases; what remains is released a minute later.
const MOST: usize = 5_000;

/// The most pages of one partition that one look reads.
const MOST_PAGES: usize = 100;

/// After so many failures one after the other the world is at fault, and not the deliveries.
const MOST_WRONG: usize = 100;

/// So many are driven at once: each waits for the ledger and a queue most of its time.
const AT_ONCE: usize = 8;

/// What one look at the index has come to.
#[derive(Default)]
struct Look {
    /// So many were looked at.
    released: usize,
    /// The first reason.
    wrong: Option<PortError>,
}

/// Releases every delivery whose long wait is over. Safe when two looks overlap, or one stops half-way:
/// each release moves the delivery's next look, and a delivery that has moved on ignores its ticket.
///
/// One that cannot be driven keeps no other waiting. Each minute begins with another partition, so what a look has no
/// time for comes first at another.
///
/// Gives how many were looked at.
///
/// # Errors
/// When the world did not do its part; the next look takes up what is left.
pub async fn release<P: Ports>(ports: &P, rules: &Rules<'_>) -> Result<usize, PortError> {
    let mut look = Look::default();
    let (now, minute) = (ports.now(), minute(ports.now()));
    let shards = (0..DUE_SHARDS).map(Part::Due);
    let gates = rules.catalog.destinations.values().map(Part::Gate);
    for part in turned(shards.chain(gates).collect(), minute) {
        match part {
            Part::Due(shard) => {
                let partition = due_partition(shard);
                look.partition(ports, rules, &partition, now, MOST, |_| true).await;
            }
            Part::Gate(destination) => look.held(ports, rules, destination).await,
        }
    }
    look.former(ports, rules).await;
    look.wrong.map_or(Ok(look.released), Err)
}

/// A part of the index.
enum Part<'a> {
    /// Long waits.
    Due(u8),
    /// What a gate holds back.
    Gate(&'a Destination),
}

fn minute(now: Timestamp) -> usize {
    usize::try_from(now.as_second() / 60).unwrap_or_default()
}

fn before(now: Timestamp, length: Duration) -> Timestamp {
    now.checked_sub(length).unwrap_or(Timestamp::MIN)
}

/// The same, begun with another one each minute.
fn turned<T>(mut all: Vec<T>, minute: usize) -> Vec<T> {
    let first = minute % all.len().max(1);
    all.rotate_left(first);
    all
}

impl Look {
    /// Releases what a destination's gate held back, oldest first and no more than it takes until the next look.
    ///
    /// One query a minute while nothing is held back; while the gate is closed nothing is written.
    async fn held<P: Ports>(&mut self, ports: &P, rules: &Rules<'_>, destination: &Destination) {
        let partition = gate_partition(&destination.name);
        let now = ports.now();
        match ports.due(&partition, now, None).await {
            Ok(page) if page.is_empty() => return,
            Ok(_) => {}
            Err(e) => return self.fail(e),
        }
        self.give_up(ports, rules, destination, &partition).await;
        match door::room(ports, destination).await {
            Ok(room) => self.partition(ports, rules, &partition, now, room, |_| true).await,
            Err(e) => self.fail(e),
        }
    }

    /// Lets go of what has waited longer than its integration allows: dispatch will park it, open gate or not. What has
    /// no integration any more waits as long as the most patient one.
    async fn give_up<P: Ports>(
        &mut self,
        ports: &P,
        rules: &Rules<'_>,
        destination: &Destination,
        partition: &str,
    ) {
        let integrations = &rules.catalog.integrations;
        let theirs = integrations.iter().filter(|(_, i)| i.destination == destination.name);
        let mut longest = Duration::ZERO;
        for (name, integration) in theirs {
            let patience = integration.retry.give_up_after;
            longest = longest.max(patience);
            let its = |key: &EntryKey| key.integration() == Some(name.as_str());
            let begun = before(ports.now(), patience);
            self.partition(ports, rules, partition, begun, MOST, its).await;
        }
        let gone = |key: &EntryKey| {
            let name = key.integration().map(IntegrationName::new);
            name.is_none_or(|name| !integrations.contains_key(&name))
        };
        let begun = before(ports.now(), longest);
        self.partition(ports, rules, partition, begun, MOST, gone).await;
    }

    /// Releases what was held back under destinations that the bundle does not name any more: their deliveries go to
    /// where their integrations lead now, or park.
    async fn former<P: Ports>(&mut self, ports: &P, rules: &Rules<'_>) {
        match roll::former(ports.gates(), rules.catalog).await {
            Err(e) => self.fail(e),
            Ok(names) => {
                for name in names {
                    let partition = gate_partition(&name);
                    self.partition(ports, rules, &partition, ports.now(), MOST, |_| true).await;
                }
            }
        }
    }

    /// Releases at most so many of those up to a moment that `which` chooses, oldest first.
    async fn partition<P: Ports>(
        &mut self,
        ports: &P,
        rules: &Rules<'_>,
        partition: &str,
        until: Timestamp,
        most: usize,
        which: impl Fn(&EntryKey) -> bool,
    ) {
        let (mut left, mut wrong, mut after) = (most, 0, None::<Due>);
        for _ in 0..MOST_PAGES {
            if left == 0 {
                return;
            }
            let page = match ports.due(partition, until, after.as_ref()).await {
                Ok(page) => page,
                Err(e) => return self.fail(e),
            };
            let Some(last) = page.last().cloned() else { return };
            let mut chosen = page.iter().filter(|due| which(&due.key)).peekable();
            while chosen.peek().is_some() {
                if left == 0 || wrong > MOST_WRONG {
                    return;
                }
                let some = chosen.by_ref().take(left.min(AT_ONCE));
                let drives = some.map(|due| drive(ports, rules, &due.key, Input::Due, 0));
                for driven in join_all(drives).await {
                    match driven {
                        // One that cannot be driven takes nobody's place.
                        Ok(()) => (left, wrong, self.released) = (left - 1, 0, self.released + 1),
                        Err(e) => {
                            wrong += 1;
                            self.fail(e);
                        }
                    }
                }
            }
            after = Some(last);
        }
    }

    fn fail(&mut self, e: PortError) {
        self.wrong.get_or_insert(e);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_minute_begins_with_another_and_leaves_none_out() {
        assert_eq!(turned(vec![1, 2, 3], 0), [1, 2, 3]);
        assert_eq!(turned(vec![1, 2, 3], 4), [2, 3, 1]);
        assert!(turned(Vec::<u8>::new(), 7).is_empty());
    }
}
