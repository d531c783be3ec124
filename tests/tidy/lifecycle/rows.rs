//! What inputs, answers and findings lead to.

use std::time::Duration;

use fairlead_core::{
    class::Class,
    decide::{Closed, Input},
    entry::{End, Held, Life, State},
    id::{VendorId, Version},
    integration::Dedupe,
    meaning::Finding,
    outcome::{Answer, Lost, NotSent, Reply},
    ticket::{Act, Order},
};
use fairlead_tests::sample;

use super::life::{Against, OURS, life, lives, met, over, soon};

/// A column: an input, and whether the gate holds calls back.
struct Column(Input, bool);

impl Column {
    /// A new input needs a column below.
    fn heading(&self) -> &'static str {
        match (&self.0, self.1) {
            (Input::Submitted, _) => "Submitted",
            (Input::Picked, false) => "Picked",
            (Input::Picked, true) => "Picked, held back by the gate",
            (Input::Due, _) => "Due",
            (Input::Tell { .. }, _) => "Tell",
            (Input::Told { .. }, _) => "Told",
            (Input::Ordered(_), _) => "Retry",
            (Input::Answered { .. } | Input::Looked { .. } | Input::Rendered(_), _) => {
                unreachable!("they have tables of their own")
            }
        }
    }
}

pub(super) fn head(first: &str, rest: &[&str]) -> Vec<Vec<String>> {
    vec![std::iter::once(&first).chain(rest).map(|name| (*name).to_owned()).collect()]
}

fn columns() -> Vec<Column> {
    let (by, reason) = ("ada".to_owned(), "the vendor is back".to_owned());
    let order = Order { by, reason, version: Version(7), checked: false, act: Act::Retry };
    vec![
        Column(Input::Submitted, false),
        Column(Input::Picked, false),
        Column(Input::Picked, true),
        Column(Input::Due, false),
        Column(Input::Tell { version: Some(Version(7)) }, false),
        Column(Input::Told { version: Version(7) }, false),
        Column(Input::Ordered(order), false),
    ]
}

/// What each input does in each state.
pub(super) fn inputs() -> Vec<Vec<String>> {
    let mut head = vec!["state".to_owned()];
    head.extend(columns().iter().map(|column| column.heading().to_owned()));
    let mut rows = vec![head];
    for (name, life) in lives() {
        let mut row = vec![name.to_owned()];
        row.extend(columns().iter().map(|column| {
            let closed = column.1.then_some(Closed { until: soon(), turn: false });
            met(&life, &column.0, &sample::keyed(), Against { closed, obstacle: None })
        }));
        rows.push(row);
    }
    rows
}

/// What each answer leads to, by what the vendor can promise and where the delivery has got meanwhile.
pub(super) fn answers() -> Vec<Vec<String>> {
    let sending = life(State::Sending { token: OURS, until: soon() });
    let elsewhere = life(State::Waiting { due_at: soon(), held: Held::Queue });
    let parked = life(State::Parked { class: Class::Exhausted, since: over(), told: true });
    let delivered = life(State::Delivered);
    let resolved = life(State::Closed { how: End::Resolved });
    let columns = [
        ("the vendor honours keys", &sending, sample::keyed()),
        ("the vendor knows no keys", &sending, Dedupe::None),
        ("its lease was lost, waiting", &elsewhere, sample::keyed()),
        ("its lease was lost, parked", &parked, sample::keyed()),
        ("its lease was lost, delivered", &delivered, sample::keyed()),
        ("its lease was lost, resolved", &resolved, sample::keyed()),
    ];
    let mut head = vec!["answer".to_owned()];
    head.extend(columns.iter().map(|column| column.0.to_owned()));
    let mut rows = vec![head];
    for (name, answer, refused) in heard() {
        let mut row = vec![name.to_owned()];
        let took = Duration::from_secs(1);
        let input = Input::Answered { token: OURS, answer, took };
        row.extend(columns.iter().map(|(_, life, dedupe)| {
            let life = Life { refused, ..(*life).clone() };
            met(&life, &input, dedupe, Against::default())
        }));
        rows.push(row);
    }
    rows
}

/// What each finding of a lookup leads to, under its lease.
pub(super) fn findings() -> Vec<Vec<String>> {
    let looking = Life { doubt: true, ..life(State::Looking { token: OURS, until: soon() }) };
    let found = [
        ("nothing matches", Finding::Absent),
        ("one record, and it is ours", Finding::Ours(VendorId::new("INV-1"))),
        ("several records, all ours", Finding::Several(2)),
        ("a record that is not ours", Finding::Foreign),
        ("the answer does not say", Finding::Unclear),
    ];
    let mut rows =
        vec![vec!["the vendor was asked".to_owned(), "the vendor knows no keys".to_owned()]];
    for (name, finding) in found {
        let answer = Answer::Replied(Reply::plain(200, None, ""));
        let input = Input::Looked { token: OURS, answer, finding, took: Duration::from_secs(1) };
        rows.push(vec![name.to_owned(), met(&looking, &input, &Dedupe::None, Against::default())]);
    }
    rows
}

/// One answer for each outcome and reason, and whether the credential was refused just before.
fn heard() -> Vec<(&'static str, Answer, bool)> {
    let status = |status, seconds: Option<u64>| {
        let retry_after = seconds.map(Duration::from_secs);
        Answer::Replied(Reply::plain(status, retry_after, ""))
    };
    vec![
        ("delivered: 201", status(201, None), false),
        ("no effect: not reached, 503 with a time", status(503, Some(60)), false),
        ("no effect: 429", status(429, None), false),
        ("no effect: 401, 403", status(401, None), false),
        ("no effect: 401, 403 with a fresh secret", status(401, None), true),
        ("no effect: no secret", Answer::NotSent(NotSent::NoSecret), false),
        ("no effect: no time left for a call", Answer::NotSent(NotSent::NoTime), false),
        ("rejected: 422", status(422, None), false),
        ("unknown: reset, timeout, 500", Answer::Lost(Lost::Reset), false),
    ]
}
