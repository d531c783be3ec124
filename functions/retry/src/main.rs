//! Holds tickets until they are due; once a minute releases the long waits from the due index.

mod gates;
mod handler;

use fairlead_aws::{batch::each_ticket, log, trace, world::Aws};
use fairlead_catalog::catalog;
use gates::Told;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::init();
    let aws = &Aws::from_env(catalog()).await?;
    let told = &Told::default();
    run(service_fn(async move |event: LambdaEvent<Value>| {
        let about = event.context;
        let answered = answer(aws, told, &about.env_config.function_name, event.payload);
        trace::within(about.xray_trace_id.as_deref(), answered).await
    }))
    .await
}

/// The retry queue brings tickets; the schedule brings anything else.
async fn answer(aws: &Aws, told: &Told, function: &str, payload: Value) -> Result<Value, Error> {
    if payload.get("Records").is_none() {
        return Ok(handler::release_due(aws, told, function).await?);
    }
    let batch = serde_json::from_value(payload)?;
    let answer = each_ticket(batch, |ticket| handler::pass_on(aws, ticket)).await?;
    Ok(serde_json::to_value(answer)?)
}
