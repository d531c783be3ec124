//! Every kind of fault that the world may do to the bundle, and how often each was met.

use std::collections::BTreeMap;

macro_rules! faults {
    ($($name:ident $text:literal,)*) => {
        /// A kind of fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fault { $(#[doc = $text] $name,)* }

        impl Fault {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What happens, in words.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

faults! {
    CrashBefore "function dies before a request is done",
    CrashAfter "function dies after a request is done, before it hears so",
    TimedOut "function runs into its timeout",
    Frozen "sandbox freezes in a vendor call and hears the answer past its lease",
    Redeployed "all instances are replaced",
    Unbundled "an integration is missing from a deployed bundle",
    Removed "an integration comes back",
    ClockStep "an instance's clock steps by less than a second",
    ClockLeap "an instance's clock leaps by up to a quarter of an hour, forwards or back",
    LedgerThrottled "ledger refuses once or twice, the client repeats",
    LedgerRefused "ledger refuses longer than the client repeats",
    LedgerUnheard "ledger's answer is lost, the repeated write meets itself",
    LedgerUnheardLong "ledger's answer is lost longer than the client repeats",
    LedgerHangs "ledger never answers",
    LedgerDown "ledger is down for a while",
    LedgerSlow "ledger answers slowly",
    LostRace "a conditional write loses its race",
    StaleIndex "a page of the index is stale",
    NeedMissing "the id that a request needs is not known yet",
    Nameless "vendor creates a record and does not say what it calls it",
    Superseded "a delivery finds that a newer version was sent",
    QueueThrottled "queue refuses once or twice, the client repeats",
    QueueRefused "queue refuses longer than the client repeats",
    QueueUnheard "queue's answer is lost, the repeated send doubles the message",
    QueueUnheardLong "queue's answer is lost longer than the client repeats",
    QueueHangs "queue never answers",
    QueueDown "queue is down for a while",
    QueueSlow "queue answers slowly",
    HandedOutTwice "message is handed out twice at once",
    ReceivedAgain "message is received again",
    ReceivedTooOften "message is received five times and lies on a DLQ",
    DeleteLost "deletion of a message is lost",
    Undeleted "deleted message comes back",
    Poison "message that is no ticket",
    MinuteMissed "one-minute schedule misses a beat",
    MinuteTwice "one-minute schedule runs twice at once",
    SecretsDown "secret store is down for a while",
    SecretsRefused "secret store refuses",
    Rotated "credential is rotated, old one refused at once",
    RotatedGently "credential is rotated, old one taken for a while",
    WrongSecret "secret store holds a credential that the vendor refuses",
    AlertsDown "alert topic is down for a while",
    AlertRefused "alert topic refuses",
    AlertUnheard "alert topic's answer is lost, the owner is told twice",
    SentAgain "source system sends the same event again",
    SentAtOnce "source system sends the same event twice at once",
    AnswerUnheard "source system does not hear our answer",
    KeyReused "source system reuses a key for another event",
    BadEvent "event breaks its contract",
    VendorDead "vendor is dead for a while",
    VendorIll "vendor answers 5xx for a while",
    VendorBusy "vendor answers 429 for a while",
    NoConnection "no connection to the vendor",
    CommitReset "vendor commits, then resets",
    CommitHang "vendor commits, then hangs",
    CommitLate "vendor commits after the caller has given up",
    CommitError "vendor commits, then answers 5xx",
    CommitTruncated "vendor commits, answer is cut off",
    CommitDrip "vendor commits, answer drips past the deadline",
    Reset "vendor resets without effect",
    Hang "vendor hangs without effect",
    Error "vendor answers 5xx without effect",
    TimeoutStatus "vendor answers 408",
    Slow "vendor takes almost as long as it may",
    Unready "vendor answers 503 with Retry-After",
    UnreadyBare "vendor answers 503 without Retry-After",
    Early "vendor answers 425",
    BusySeconds "vendor answers 429 with seconds",
    BusyDate "vendor answers 429 with a date",
    BusyGarbage "vendor answers 429 with garbage",
    BusyAbsurd "vendor answers 429 with ten years",
    BusyBare "vendor answers 429 without Retry-After",
    Unauthorized "vendor answers 401 or 403",
    Conflict "vendor answers 409",
    InProgress "vendor answers 409: the same key is in progress",
    Rejected "vendor answers another 4xx",
    TooLarge "vendor answers 413",
    Redirect "vendor answers 3xx",
    KeyRecognised "vendor recognises a key and repeats its answer",
    Asked "vendor is asked whether it has the record",
    AskedInVain "vendor's answer to the question is of no use",
    RetryOrdered "operator orders a retry",
    RetryTwice "operator orders a retry twice",
    RetryStale "operator orders a retry of what is no longer parked so",
    RetryChecked "operator has looked and orders a checked retry",
    Redriven "operator redrives a DLQ",
    Paused "operator pauses a destination",
    BreakerOpened "breaker opens",
}

/// How often each kind was met, and what else a run can tell about itself.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// By kind.
    pub faults: BTreeMap<Fault, u64>,
    /// Other things worth counting: states, outcomes, calls; by name.
    pub counts: BTreeMap<&'static str, u64>,
    /// Virtual time, in seconds.
    pub virtual_seconds: u64,
}

impl Coverage {
    pub(crate) fn hit(&mut self, fault: Fault) {
        *self.faults.entry(fault).or_default() += 1;
    }

    pub(crate) fn count(&mut self, what: &'static str, more: u64) {
        *self.counts.entry(what).or_default() += more;
    }

    /// Adds another run's figures.
    pub fn add(&mut self, other: &Self) {
        for (fault, times) in &other.faults {
            *self.faults.entry(*fault).or_default() += times;
        }
        for (what, times) in &other.counts {
            *self.counts.entry(what).or_default() += times;
        }
        self.virtual_seconds += other.virtual_seconds;
    }
}
