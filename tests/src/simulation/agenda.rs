//! What is to happen, and when: the virtual clock jumps from one thing to the next.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
};

use jiff::Timestamp;

use super::{
    operate::Act,
    place::{Function, Place},
    plan::Turn,
    sqs::Received,
    work::Work,
};

/// Something that happens at a moment.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    /// A task runs on.
    Wake(TaskId),
    /// An invocation reaches the end of its time.
    Deadline(RunId),
    /// A function begins to work on what it received.
    Begin(Function, Vec<(Work, Option<Received>)>),
    /// A function looks at its queue.
    Look(Place),
    /// The one-minute schedule.
    Minute,
    /// A vendor does what it was asked to do.
    Commit(CallId),
    /// A source system sends an event; so many tries came before.
    Post(usize, u32),
    /// An event comes by EventBridge.
    Bus(usize),
    /// Something of the seed's plan begins or ends.
    Turn(Turn),
    /// An operator does something.
    Act(Act),
}

/// Names a task.
pub(crate) type TaskId = u64;
/// Names an invocation of a function.
pub(crate) type RunId = u64;
/// Names a call of a vendor: its place in the log of calls.
pub(crate) type CallId = usize;

struct Entry {
    at: Timestamp,
    /// Drawn: what happens at the same moment happens in any order.
    tie: u64,
    number: u64,
    what: Happening,
}

impl Entry {
    fn order(&self) -> (Timestamp, u64, u64) {
        (self.at, self.tie, self.number)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

/// All that is to happen.
#[derive(Default)]
pub(crate) struct Agenda {
    heap: BinaryHeap<Reverse<Entry>>,
    number: u64,
}

impl Agenda {
    pub(crate) fn put(&mut self, at: Timestamp, tie: u64, what: Happening) {
        self.number += 1;
        self.heap.push(Reverse(Entry { at, tie, number: self.number, what }));
    }

    pub(crate) fn take(&mut self) -> Option<(Timestamp, Happening)> {
        self.heap.pop().map(|Reverse(entry)| (entry.at, entry.what))
    }
}
