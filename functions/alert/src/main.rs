//! Tells the owner of a parked delivery what to do next.

mod handler;

use aws_lambda_events::sqs::SqsEvent;
use fairlead_aws::{batch::each_ticket, log, world::Aws};
use fairlead_catalog::catalog;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::init();
    let aws = &Aws::from_env(catalog()).await?;
    run(service_fn(async move |event: LambdaEvent<SqsEvent>| {
        each_ticket(event.payload, |ticket| handler::tell(aws, ticket)).await.map_err(Error::from)
    }))
    .await
}
