//! The list of bad input, as one table: what is sent, and what is answered. None of it is kept, sent on, or a 5xx.
//!
//! What needs more than one request stands elsewhere: paths and injected values in `ingress.rs`, keys and odd shapes
//! in `edge.rs`, signatures in `hooks.rs` and `signatures.rs`, EventBridge in `bus.rs` and `edge.rs`.

mod body;
mod head;

use futures::{FutureExt, future::join_all};

use crate::{
    ingress::{assert_no_trace, assert_problem},
    support::{
        case::Case,
        scenario::Scenario,
        signed::{Call, root},
        world::World,
    },
};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![Scenario::new(
        "every row of bad input is answered by its own problem and leaves no trace",
        |w| each(w).boxed_local(),
    )]
}

/// The record of every row: where it is found, something bad was taken in.
const MARK: &str = "BADROW";

/// One row: what is sent, the status of the answer, and its problem.
type Row = (&'static str, Call, u16, &'static str);

fn rows() -> Vec<Row> {
    [
        body::no_object(),
        body::no_json(),
        body::numbers(),
        body::too_much(),
        head::types(),
        head::keys(),
        head::names(),
    ]
    .concat()
}

async fn each(world: &World) {
    join_all(rows().into_iter().map(async |(what, call, status, problem)| {
        let reply = world.call(Some(&root()), call).await;
        assert_problem(what, &reply, status, problem);
    }))
    .await;
    // Some gateways replace what is no UTF-8 before we see it, so which 4xx it is depends on them.
    let reply = world.call(Some(&root()), post(b"{\"BADROW\":\"\xff\xfe\"}".to_vec())).await;
    assert!((400..500).contains(&reply.status), "no UTF-8: {reply:?}");
    assert_no_trace(world, MARK).await;
}

/// A good event, to be spoilt.
fn good() -> String {
    Case::deal(MARK).event.to_string()
}

/// A request with a body of JSON, or of what says it is.
fn post(body: impl Into<Vec<u8>>) -> Call {
    bare("/events/deal-won-to-invoice", body).with("content-type", "application/json")
}

fn bare(path: &str, body: impl Into<Vec<u8>>) -> Call {
    Call::post("execute-api", path, body.into())
}
