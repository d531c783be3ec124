//! Takes in what a request brought: each of its events once.

use std::time::Duration;

use fairlead_aws::metric::{self, Unwanted};
use fairlead_contracts::{Arrived, Incoming, Unfit};
use fairlead_core::{
    accept::{Accepted, accept},
    headers::Headers,
    id::IdempotencyKey,
    integration::Integration,
    ports::PortError,
    problem::Problem,
    reply::{Reply, Taken},
    request_key,
};

use crate::Desk;

/// What one event may take when AWS is slow. With less left, the sender is told to send it again.
const TIME_FOR_ONE: Duration = Duration::from_secs(4);

/// Takes in one event, or a batch in its order.
pub(crate) async fn take_in(
    desk: &Desk<'_>,
    of: &Integration,
    headers: &Headers,
    body: &[u8],
    via: &'static str,
) -> Result<Reply, Problem> {
    let header = headers.get("idempotency-key");
    match Incoming::read(headers, body)? {
        Incoming::One(arrived) => {
            let key = request_key::of_event(&of.idempotency, header)?;
            Ok(Reply::one(&take(desk, of, arrived, key, via).await))
        }
        Incoming::Batch(events) => {
            request_key::of_batch(&of.idempotency, header)?;
            let mut outcomes = Vec::new();
            for event in events {
                outcomes.push(match event {
                    Ok(_) if desk.aws.left().is_some_and(|left| left < TIME_FOR_ONE) => {
                        Err(Problem::TryAgain)
                    }
                    Ok(arrived) => take(desk, of, arrived, None, via).await,
                    Err(problem) => Err(problem),
                });
            }
            Ok(Reply::batch(&outcomes))
        }
    }
}

async fn take(
    desk: &Desk<'_>,
    of: &Integration,
    arrived: Arrived,
    key: Option<IdempotencyKey>,
    via: &'static str,
) -> Result<Option<Taken>, Problem> {
    arrived.fits(&of.source)?;
    if !desk.contracts.wants(&of.name, &arrived.event) {
        metric::unwanted(Unwanted::When);
        return Ok(None);
    }
    let Arrived { event, text, .. } = arrived;
    let submission = desk.contracts.submission(&desk.aws, of, &event, key.as_ref(), text, via);
    let submission = submission.await.map_err(|unfit| match unfit {
        Unfit::Refused(refused) => {
            metric::refused(&of.name);
            Problem::Violations(refused.violations)
        }
        Unfit::Port(failed) => try_again(of, &failed),
    })?;
    let record = submission.record.clone();
    let taken = |delivery, duplicate| Some(Taken { delivery, duplicate, record });
    match accept(&desk.aws, &desk.aws.rules(), of, submission).await {
        Ok(Accepted::New(delivery)) => Ok(taken(delivery, false)),
        Ok(Accepted::Duplicate(delivery)) => Ok(taken(delivery, true)),
        Ok(Accepted::Conflict(first)) => Err(Problem::Conflict(first)),
        Err(failed) => Err(try_again(of, &failed)),
    }
}

fn try_again(of: &Integration, failed: &PortError) -> Problem {
    tracing::error!(integration = %of.name, cause = %failed, "event not kept");
    Problem::TryAgain
}
