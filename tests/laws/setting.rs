//! One setting of the model: what the integration declares, what may go wrong and how often.

use std::time::Duration;

use fairlead_core::{
    decide::{Decide, decide},
    integration::{Dedupe, Lookup, RetryPolicy},
    wait::Jitter,
};
use fairlead_tests::sample;

use crate::vendor::Reaction;

/// How often each kind of trouble may still come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Budget {
    /// A worker dies between two operations, or before it acknowledges.
    pub(crate) crashes: u8,
    /// A ticket is delivered although it is being worked on or done.
    pub(crate) copies: u8,
    /// The sender sends the event, the first time included.
    pub(crate) submissions: u8,
    /// The clock moves to the next moment at which something may change.
    pub(crate) ticks: u8,
    /// A write fails, before its effect or after it.
    pub(crate) failures: u8,
    /// A DLQ message is redriven.
    pub(crate) redrives: u8,
    /// A person has looked, the vendor has nothing, and orders a retry.
    pub(crate) orders: u8,
    /// The due index is looked at.
    pub(crate) looks: u8,
    /// The due index shows what is no longer in it.
    pub(crate) stale_pages: u8,
    /// The integration leaves the bundle.
    pub(crate) removals: u8,
}

/// How long after a doubtful call the vendor is asked: longer than it may take to show what it has.
pub(crate) const ASKED_AFTER: Duration = Duration::from_secs(30);

/// A mistake in the world around `decide`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// A save replaces whatever version lies there.
    SaveIgnoresVersion,
    /// The old ticket is deleted before the next one is sent.
    AcknowledgesFirst,
    /// A repeated submission is answered from the entry alone; no ticket is sent again.
    RepeatSendsNothing,
    /// A failed send is taken for done.
    SendFailureSwallowed,
}

#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// As it stands in the report.
    pub(crate) name: &'static str,
    pub(crate) dedupe: Dedupe,
    /// The vendor can be asked.
    pub(crate) lookup: Option<Lookup>,
    pub(crate) retry: RetryPolicy,
    pub(crate) lease: Duration,
    /// A worker may go on for ever; otherwise its function ends before its lease does.
    pub(crate) immortal: bool,
    /// The event is refused at acceptance, with nobody to tell but its owner.
    pub(crate) refused: bool,
    /// Chains of tickets are at least this long already; with none they never get too long.
    pub(crate) hops_from: Option<u8>,
    pub(crate) workers: usize,
    pub(crate) jitter: Jitter,
    pub(crate) reactions: &'static [Reaction],
    pub(crate) budget: Budget,
    pub(crate) decide: Decide,
    pub(crate) mistake: Option<Mistake>,
}

impl Setting {
    /// Two workers, two short waits, an event that is sent once; whatever a setting is about is added to it.
    pub(crate) fn new(name: &'static str, dedupe: Dedupe) -> Self {
        Self {
            name,
            dedupe,
            lookup: None,
            retry: sample::waits(&[10, 60]),
            lease: Duration::from_secs(35),
            immortal: false,
            refused: false,
            hops_from: None,
            workers: 2,
            jitter: Jitter(0),
            reactions: Reaction::FEW,
            budget: Budget { submissions: 1, ticks: 3, ..Budget::default() },
            decide,
            mistake: None,
        }
    }

    /// The vendor can be asked [`ASKED_AFTER`] a doubtful call.
    pub(crate) fn asked(mut self) -> Self {
        self.lookup = Some(sample::lookup_after(ASKED_AFTER));
        self
    }

    pub(crate) fn crashes(mut self, times: u8) -> Self {
        self.budget.crashes = times;
        self
    }

    pub(crate) fn copies(mut self, times: u8) -> Self {
        self.budget.copies = times;
        self
    }

    /// The sender sends the event so many times more.
    pub(crate) fn repeats(mut self, times: u8) -> Self {
        self.budget.submissions = 1 + times;
        self
    }

    pub(crate) fn ticks(mut self, times: u8) -> Self {
        self.budget.ticks = times;
        self
    }

    pub(crate) fn failures(mut self, times: u8) -> Self {
        self.budget.failures = times;
        self
    }

    pub(crate) fn redrives(mut self, times: u8) -> Self {
        self.budget.redrives = times;
        self
    }

    pub(crate) fn orders(mut self, times: u8) -> Self {
        self.budget.orders = times;
        self
    }

    pub(crate) fn removals(mut self, times: u8) -> Self {
        self.budget.removals = times;
        self
    }

    /// The first wait is too long for a queue.
    pub(crate) fn long_wait(mut self) -> Self {
        self.retry = sample::waits(&[1_800, 10]);
        self
    }

    pub(crate) fn looks(mut self, times: u8) -> Self {
        self.budget.looks = times;
        self
    }

    pub(crate) fn stale_pages(mut self, times: u8) -> Self {
        self.budget.stale_pages = times;
        self
    }

    pub(crate) fn hops_from(mut self, hops: u8) -> Self {
        self.hops_from = Some(hops);
        self
    }

    pub(crate) fn reactions(mut self, reactions: &'static [Reaction]) -> Self {
        self.reactions = reactions;
        self
    }

    pub(crate) fn immortal(mut self) -> Self {
        self.immortal = true;
        self
    }

    pub(crate) fn refused(mut self) -> Self {
        self.refused = true;
        self
    }

    pub(crate) fn workers(mut self, workers: usize) -> Self {
        self.workers = workers;
        self
    }

    pub(crate) fn decide(mut self, decide: Decide) -> Self {
        self.decide = decide;
        self
    }

    pub(crate) fn mistake(mut self, mistake: Mistake) -> Self {
        self.mistake = Some(mistake);
        self
    }
}
