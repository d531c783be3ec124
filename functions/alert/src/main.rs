//! Tells the owner of an issue what to do next; once a minute looks at the open issues and at the DLQs.

mod handler;

use fairlead_aws::{batch::each_ticket, log, trace, world::Aws};
use fairlead_catalog::catalog;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::init();
    let aws = &Aws::from_env(catalog()).await?;
    run(service_fn(async move |event: LambdaEvent<Value>| {
        let about = event.context;
        let answered = answer(aws, &about.env_config.function_name, event.payload);
        trace::within(about.xray_trace_id.as_deref(), answered).await
    }))
    .await
}

/// The alert queue brings tickets; the schedule brings anything else.
async fn answer(aws: &Aws, function: &str, payload: Value) -> Result<Value, Error> {
    if payload.get("Records").is_none() {
        return Ok(handler::look_at_issues(aws, function).await?);
    }
    let batch = serde_json::from_value(payload)?;
    let answer = each_ticket(batch, |ticket| handler::tell(aws, ticket)).await?;
    Ok(serde_json::to_value(answer)?)
}
