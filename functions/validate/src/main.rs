//! Accepts an event once: signature, schema, mapping, ledger, ticket; only then the answer.

mod api;
mod edit;
mod event;
mod hook;
mod intake;
mod request;

use fairlead_aws::{batch::each_record, log, trace, world::Aws};
use fairlead_catalog::catalog;
use fairlead_contracts::Contracts;
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

/// What every trigger of this function needs.
struct Desk<'a> {
    aws: Aws,
    contracts: &'a Contracts,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::init();
    let aws = &Aws::from_env(catalog()).await?;
    let contracts = &Contracts::new(catalog());
    run(service_fn(async move |event: LambdaEvent<Value>| {
        let LambdaEvent { payload, context } = event;
        let deadline = i64::try_from(context.deadline).unwrap_or(i64::MAX);
        let aws = aws.until(Timestamp::from_millisecond(deadline).unwrap_or(Timestamp::MAX));
        let desk = Desk { aws, contracts };
        trace::within(context.xray_trace_id.as_deref(), answer(&desk, payload)).await
    }))
    .await
}

/// API Gateway waits for an answer; the intake queue wants to know what stays on it.
async fn answer(desk: &Desk<'_>, payload: Value) -> Result<Value, Error> {
    if payload.get("Records").is_some() {
        let batch = serde_json::from_value(payload)?;
        let answer = each_record(batch, |body| intake::take_in(desk, body)).await?;
        return Ok(serde_json::to_value(answer)?);
    }
    Ok(api::answer(desk, serde_json::from_value(payload)?).await)
}
