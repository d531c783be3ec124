//! Follows what runs: new lines of histories as they happen, until Ctrl-C.

use std::{
    io::{Write, stdout},
    time::Duration,
};

use fairlead_aws::{ran::Stretch, work::From};
use fairlead_core::entry::Entry;
use jiff::Timestamp;

use super::{
    Desk, DeskError, Filter,
    list::{ahead, back},
    view::Happened,
};
use crate::cli::Output;

mod followed;

use followed::{Followed, MOST_FOLLOWED};

/// Between two looks.
const LOOK: Duration = Duration::from_secs(2);

/// So many keys of what is parked are looked at, the newest: what stands there no longer has moved.
const MOST_PARKED: usize = 500;

/// How far back the first look goes where nothing is said.
const TAIL_SINCE: Duration = Duration::from_secs(300);

impl Desk {
    /// Prints what happens until Ctrl-C, or, with `once`, what has happened so far.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub async fn tail(&self, filter: &Filter, output: Output, once: bool) -> Result<(), DeskError> {
        // One for the whole loop: what a Ctrl-C interrupts is a read, or the pause between two.
        tokio::select! {
            ended = self.follow(filter, output, once) => ended,
            _ = tokio::signal::ctrl_c() => Ok(()),
        }
    }

    async fn follow(&self, filter: &Filter, output: Output, once: bool) -> Result<(), DeskError> {
        let first = back(Timestamp::now(), filter.since, TAIL_SINCE);
        // What happens to an older delivery is news, too: of the lines, not of the deliveries, it is said since when.
        let filter = Filter { since: None, ..filter.clone() };
        let mut followed = Followed::since(first);
        loop {
            self.find(&mut followed).await?;
            let entries = self.ledger.load_all(&followed.order).await?;
            let now = Timestamp::now();
            let meant: Vec<&Entry> = entries.iter().filter(|e| filter.means(e, now)).collect();
            if !print(output, &followed.news(&meant, first)) || once {
                tell_of_left_out(&mut followed);
                return Ok(());
            }
            tell_of_left_out(&mut followed);
            followed.let_go(&entries);
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Finds what was accepted or parked since the last look, and what has moved on from being parked.
    async fn find(&self, followed: &mut Followed) -> Result<(), DeskError> {
        // Keys reach the index a moment after the ledger, so each look reaches back over the last.
        let overlap = |seen| back(seen, None, LOOK * 5);
        let stretch = Stretch::between(overlap(followed.newest.accepted), ahead(Timestamp::now()));
        let ran = self.ledger.latest(stretch, MOST_FOLLOWED).await?;
        followed.accepted(&ran);
        let parked = self.ledger.all_parked(From::Newest, MOST_PARKED).await?;
        followed.parked(&parked, overlap(followed.newest.parked));
        Ok(())
    }
}

/// On standard error, so that what reads the lines reads nothing else.
fn tell_of_left_out(followed: &mut Followed) {
    if std::mem::take(&mut followed.left_out) > 0 {
        eprintln!(
            "More came at once than are followed ({MOST_FOLLOWED}): lines are left out here."
        );
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
