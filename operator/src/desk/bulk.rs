//! A retry of many: the plan first, then the orders, ten at a time; begun again, it does only what remains.

use std::{io::IsTerminal, time::Duration};

use fairlead_aws::work::{From, Place};
use fairlead_core::{
    audit::{Did, Note},
    entry::{Entry, State},
    id::EntryKey,
    integration::Catalog,
    order::way,
    ticket::Act,
};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::{
    Desk, DeskError, Filter,
    order::ticket,
    view::{Done, Plan, counted, number},
};
use crate::cli::Options;

/// So many parked deliveries are planned for at a time; what remains is there for the next run.
const MOST_PLANNED: usize = 10_000;

/// So many that are meant are looked at for them; what is refused stays parked, and each run meets it again.
const MOST_MET: usize = 10 * MOST_PLANNED;

/// Between two batches of ten: dispatch works them off meanwhile, and the gate holds back what is too much.
const PAUSE: Duration = Duration::from_millis(200);

/// A plan, and what it would order something for.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What would be done, in figures.
    pub plan: Plan,
    /// The deliveries that would be retried, oldest first.
    pub entries: Vec<Entry>,
    /// More are parked than were planned for.
    pub more: bool,
    /// So many were refused that not all were looked at; where all were, another run would end at the same place.
    pub bounded: bool,
    /// When the newest of those was parked that were met, by the server's clock; nothing where none was.
    pub newest: Option<Timestamp>,
    /// So many are left out: they were parked later than the operator has looked.
    pub later: usize,
}

impl Planned {
    fn new() -> Self {
        Self {
            plan: Plan::default(),
            entries: Vec::new(),
            more: false,
            bounded: false,
            newest: None,
            later: 0,
        }
    }

    /// Plans for one more, or leaves it out where it was parked later than this.
    fn meet(
        &mut self,
        catalog: &Catalog,
        entry: Entry,
        checked: bool,
        until: Option<Timestamp>,
        now: Timestamp,
    ) {
        let State::Parked { since, .. } = entry.life.state else { return };
        // Forms carry milliseconds.
        if until.is_some_and(|until| since.as_millisecond() > until.as_millisecond()) {
            self.later += 1;
            return;
        }
        self.newest = self.newest.max(Some(since));
        self.add(catalog, entry, checked, now);
    }

    /// Plans for one more.
    fn add(&mut self, catalog: &Catalog, entry: Entry, checked: bool, now: Timestamp) {
        let Some(class) = entry.class() else { return };
        let found = way(catalog, &entry, checked, now);
        self.plan.count(class, found);
        if found.is_ok() {
            self.entries.push(entry);
        }
    }
}

/// What a retry of these would do: the rules are asked, nothing is sent.
pub fn plan(catalog: &Catalog, entries: Vec<Entry>, checked: bool, now: Timestamp) -> Planned {
    let mut planned = Planned::new();
    entries.into_iter().for_each(|entry| planned.add(catalog, entry, checked, now));
    planned
}

impl Desk {
    /// Retries every parked delivery that is meant: shows the plan, asks, and sends the orders.
    ///
    /// # Errors
    /// When the operator does not agree, or AWS does not do its part.
    pub async fn retry_all(
        &self,
        filter: &Filter,
        reason: &str,
        checked: bool,
        options: &Options,
    ) -> Result<Done, DeskError> {
        let filter = &self.of_one_issue(filter).await?;
        let planned = self.planned(filter, checked).await?;
        eprint!("{}", planned.plan.text());
        let count = planned.entries.len();
        if count == 0 {
            return Ok(ended(&planned, None));
        }
        agree(options, count)?;
        let note = self.announce(filter, reason, count).await?;
        let bar = bar(count);
        self.order_all(&planned.entries, &note, checked, |sent| bar.inc(sent as u64)).await?;
        bar.finish_and_clear();
        Ok(ended(&planned, Some(&note)))
    }

    /// The same filter with the whole name of its issue: a beginning that fits several would order for all of them.
    async fn of_one_issue(&self, filter: &Filter) -> Result<Filter, DeskError> {
        let mut filter = filter.clone();
        if let Some(beginning) = &filter.issue {
            filter.issue = Some(self.one_issue(beginning).await?.id.to_string());
        }
        Ok(filter)
    }

    /// What a retry of every parked delivery that is meant would do. Nothing is sent.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub async fn planned(&self, filter: &Filter, checked: bool) -> Result<Planned, DeskError> {
        self.planned_until(filter, checked, None).await
    }

    /// The same, without what was parked later than this: nobody has looked whether the vendor has it.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub async fn planned_until(
        &self,
        filter: &Filter,
        checked: bool,
        until: Option<Timestamp>,
    ) -> Result<Planned, DeskError> {
        let (catalog, now) = (fairlead_catalog::catalog(), Timestamp::now());
        let partitions = self.partitions(filter).await?;
        let (mut planned, mut met, mut after) = (Planned::new(), 0, None);
        loop {
            let (entries, more) = self.parked(filter, &partitions, &mut after, now).await?;
            for entry in entries {
                // Only what may be ordered fills a plan: what is refused stays parked, and would fill each next one.
                if planned.entries.len() == MOST_PLANNED || met == MOST_MET {
                    planned.more = true;
                    break;
                }
                planned.meet(catalog, entry, checked, until, now);
                met += 1;
            }
            let full = planned.entries.len() == MOST_PLANNED;
            if !more || full || met == MOST_MET {
                planned.more |= more;
                planned.bounded = planned.more && !full;
                return Ok(planned);
            }
        }
    }

    /// Writes down that so many of what is meant are retried, before they are.
    ///
    /// # Errors
    /// When AWS does not do its part.
    pub async fn announce(
        &self,
        filter: &Filter,
        reason: &str,
        count: usize,
    ) -> Result<Note, DeskError> {
        let these = counted(count, "parked delivery", "parked deliveries");
        let on = format!("{these}:{}", filter.said());
        self.write_down(Did::Retry, on, reason, count).await
    }

    /// Sends the orders of a retry that was written down, ten at a time, and tells how many went out each time.
    ///
    /// # Errors
    /// When AWS does not do its part; what was sent until then is obeyed.
    pub async fn order_all(
        &self,
        entries: &[Entry],
        note: &Note,
        checked: bool,
        sent: impl Fn(usize),
    ) -> Result<(), DeskError> {
        for batch in entries.chunks(10) {
            let orders: Vec<_> =
                batch.iter().map(|e| ticket(e, note, Act::Retry, checked)).collect();
            self.send(&orders).await?;
            sent(orders.len());
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// The next of the parked deliveries that are meant, oldest first, and whether there are more.
    async fn parked(
        &self,
        filter: &Filter,
        partitions: &[String],
        after: &mut Option<Place>,
        now: Timestamp,
    ) -> Result<(Vec<Entry>, bool), DeskError> {
        let page = self.ledger.parked_in(partitions, From::Oldest, after.as_ref(), 500).await?;
        let keys = page.places.iter().map(|p| p.key.clone());
        let keys: Vec<EntryKey> = keys.filter(|key| filter.may_mean(key)).collect();
        let mut entries = self.ledger.load_all(&keys).await?;
        entries.retain(|entry| filter.means(entry, now));
        *after = page.places.last().cloned();
        Ok((entries, page.more))
    }
}

/// How a retry of many ends. That nothing was meant is a problem, and so is what the rules refuse.
fn ended(planned: &Planned, ordered: Option<&Note>) -> Done {
    let refused = planned.plan.refused();
    let mut said = match ordered {
        None => "nothing was ordered".to_owned(),
        Some(note) => {
            format!("ordered: retry {} deliveries, bulk {}", planned.entries.len(), note.short())
        }
    };
    if refused > 0 {
        said.push_str(&format!("; {} refused", counted(refused, "is", "are")));
    }
    if planned.bounded {
        let met = number(planned.plan.met());
        let narrow = "to reach newer ones, narrow it, as by --since 24h";
        said.push_str(&format!("; only the oldest {met} were looked at: {narrow}"));
    } else if planned.more {
        said.push_str("; more are parked: run this again");
    }
    let parked = ordered.is_none() || refused > 0;
    let next = if parked { "fairlead deliveries --state parked" } else { "fairlead status" };
    Done { problem: parked, ..Done::new(said, next.to_owned()) }
}

/// Asks on a terminal; elsewhere `--yes` has to say it.
pub(super) fn agree(options: &Options, count: usize) -> Result<(), DeskError> {
    if options.yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(DeskError::NoTerminal);
    }
    eprint!("Order this for {count}? [y/N] ");
    let mut answer = String::new();
    let heard = std::io::stdin().read_line(&mut answer).is_ok();
    if heard && matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(DeskError::NotAgreed("you did not agree"))
    }
}

/// How far long work is, on standard error.
pub(super) fn bar(length: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len}, {eta} left");
    let bar = ProgressBar::new(length as u64);
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

#[cfg(test)]
mod tests {
    use fairlead_core::{
        class::Class,
        order::{Refusal, Way},
    };
    use uuid::Uuid;

    use super::*;
    use crate::cli::View;

    #[track_caller]
    fn check(ways: &[Result<Way, Refusal>], ordered: bool, problem: bool, said: &str) {
        let mut planned = Planned::new();
        ways.iter().for_each(|way| planned.plan.count(Class::InDoubt, *way));
        let note = Note {
            id: Uuid::from_u128(0xbeef_0042),
            at: Timestamp::UNIX_EPOCH,
            by: "kim".to_owned(),
            did: Did::Retry,
            on: String::new(),
            reason: "unblocked".to_owned(),
            deliveries: 2,
        };
        let done = ended(&planned, ordered.then_some(&note));
        assert_eq!((done.said.as_str(), done.problem()), (said, problem));
    }

    #[test]
    fn a_retry_of_many_that_orders_nothing_or_not_all_ends_with_a_problem() {
        let (safe, refused) = (Ok(Way::Safe), Err(Refusal::InDoubt));
        check(&[], false, true, "nothing was ordered");
        check(&[refused, refused], false, true, "nothing was ordered; 2 are refused");
        let ordered = "ordered: retry 0 deliveries, bulk beef0042";
        check(&[safe, refused], true, true, &format!("{ordered}; 1 is refused"));
        check(&[safe, safe], true, false, ordered);
    }

    #[test]
    fn a_retry_that_ended_among_the_refused_says_how_to_reach_the_others() {
        let mut planned = Planned { more: true, bounded: true, ..Planned::new() };
        (0..1_000).for_each(|_| planned.plan.count(Class::InDoubt, Err(Refusal::InDoubt)));
        let said = ended(&planned, None).said;
        let wanted = "; only the oldest 1,000 were looked at: to reach newer ones, narrow it, as by --since 24h";
        assert!(said.ends_with(wanted), "{said}");
    }
}
