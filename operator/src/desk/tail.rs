//! Follows what runs: new lines of histories as they happen, until Ctrl-C.

use std::{
    collections::BTreeMap,
    io::{Write, stdout},
    time::Duration,
};

use fairlead_aws::{ran::Stretch, work::From};
use fairlead_core::{
    entry::{Entry, State},
    id::EntryKey,
};
use jiff::Timestamp;

use super::{
    Desk, DeskError, Filter,
    list::back,
    view::{Happened, happened},
};
use crate::cli::Output;

/// Between two looks.
const LOOK: Duration = Duration::from_secs(2);

/// So many deliveries are followed at a time; the longest followed give way.
const MOST_FOLLOWED: usize = 300;

/// How far back the first look goes where nothing is said.
const TAIL_SINCE: Duration = Duration::from_secs(300);

/// What is followed, and what of it was told.
#[derive(Debug, Default)]
struct Followed {
    /// By entry: when the last told line happened, and how many lines of that moment were told.
    told: BTreeMap<EntryKey, usize>,
    /// In the order in which they were found.
    order: Vec<EntryKey>,
}

impl Desk {
    /// Prints what happens until Ctrl-C, or, with `once`, what has happened so far.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub async fn tail(&self, filter: &Filter, output: Output, once: bool) -> Result<(), DeskError> {
        let mut followed = Followed::default();
        let mut since = back(Timestamp::now(), filter.since, TAIL_SINCE);
        let first = since;
        loop {
            let now = Timestamp::now();
            // Keys reach the index a moment after the ledger, so each look reaches back over the last.
            for key in self.moved(back(since, None, LOOK * 5), now).await? {
                followed.follow(key);
            }
            since = now;
            let entries = self.ledger.load_all(&followed.order).await?;
            let meant: Vec<&Entry> = entries.iter().filter(|e| filter.means(e)).collect();
            if !print(output, &followed.news(&meant, first)) || once {
                return Ok(());
            }
            followed.let_go(&entries);
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = tokio::signal::ctrl_c() => return Ok(()),
            }
        }
    }

    /// What was accepted or parked since then.
    async fn moved(&self, since: Timestamp, now: Timestamp) -> Result<Vec<EntryKey>, DeskError> {
        let ran = self.ledger.latest(Stretch::between(since, now), MOST_FOLLOWED).await?;
        let parked = self.ledger.all_parked("", From::Newest, None, 50).await?;
        let parked = parked.places.into_iter().filter(|place| place.at >= since);
        let mut keys: Vec<EntryKey> = ran.into_iter().map(|ran| ran.key).collect();
        keys.reverse();
        keys.extend(parked.map(|place| place.key));
        Ok(keys)
    }
}

impl Followed {
    fn follow(&mut self, key: EntryKey) {
        if !self.order.contains(&key) {
            self.order.push(key);
        }
        let most = self.order.len().saturating_sub(MOST_FOLLOWED);
        self.order.drain(..most);
    }

    /// The lines that were not told yet, in the order in which they happened.
    fn news(&mut self, entries: &[&Entry], first: Timestamp) -> Vec<Happened> {
        let mut news = Vec::new();
        for entry in entries {
            let all = entry.history.lines.len() + entry.history.dropped as usize;
            let told = self.told.insert(entry.key.clone(), all).unwrap_or(0);
            let new = entry.history.lines.len().min(all - told.min(all));
            let lines = &entry.history.lines[entry.history.lines.len() - new..];
            news.extend(lines.iter().filter(|l| l.at >= first).map(|l| happened(entry, l)));
        }
        news.sort_by_key(|happened| happened.at);
        news
    }

    /// What is at rest is followed no longer; should it move again, it is found again.
    fn let_go(&mut self, entries: &[Entry]) {
        let rests = |entry: &&Entry| {
            entry.life.state.is_over()
                || matches!(entry.life.state, State::Parked { told: true, .. })
        };
        for entry in entries.iter().filter(rests) {
            self.order.retain(|key| *key != entry.key);
        }
        if self.told.len() > 50 * MOST_FOLLOWED {
            let order = &self.order;
            self.told.retain(|key, _| order.contains(key));
        }
    }
}

/// Prints at once; false when nobody reads any more.
fn print(output: Output, news: &[Happened]) -> bool {
    let text: String = news
        .iter()
        .map(|one| match output {
            Output::Json => serde_json::to_string(one).unwrap_or_default() + "\n",
            Output::Table => one.text(),
        })
        .collect();
    let mut out = stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok()
}
