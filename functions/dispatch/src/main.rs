//! Makes one attempt for each ticket on the dispatch queue.

mod handler;

use aws_lambda_events::sqs::SqsEvent;
use fairlead_aws::{batch::each_ticket, log, trace, world::Aws};
use fairlead_catalog::catalog;
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::init();
    let aws = &Aws::from_env(catalog()).await?;
    run(service_fn(async move |event: LambdaEvent<SqsEvent>| {
        let deadline = i64::try_from(event.context.deadline).unwrap_or(i64::MAX);
        let aws = &aws.until(Timestamp::from_millisecond(deadline).unwrap_or(Timestamp::MAX));
        let tickets = each_ticket(event.payload, |ticket| handler::attempt(aws, ticket));
        trace::within(event.context.xray_trace_id.as_deref(), tickets).await.map_err(Error::from)
    }))
    .await
}
