//! Accepts an event once: signature, schema, mapping, ledger, ticket; only then the answer.

mod api;
mod intake;

use fairlead_aws::{batch::each_record, log, world::Aws};
use fairlead_catalog::catalog;
use fairlead_contracts::Contracts;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

/// What every trigger of this function needs.
struct Desk {
    aws: Aws,
    contracts: Contracts,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::init();
    let desk = &Desk { aws: Aws::from_env(catalog()).await?, contracts: Contracts::new(catalog()) };
    run(service_fn(async move |event: LambdaEvent<Value>| answer(desk, event.payload).await)).await
}

/// API Gateway waits for an answer; the intake queue wants to know what stays on it.
async fn answer(desk: &Desk, payload: Value) -> Result<Value, Error> {
    if payload.get("Records").is_some() {
        let batch = serde_json::from_value(payload)?;
        let answer = each_record(batch, |body| intake::take_in(desk, body)).await?;
        return Ok(serde_json::to_value(answer)?);
    }
    let request = serde_json::from_value(payload)?;
    Ok(serde_json::to_value(api::answer(desk, request).await)?)
}
