//! The example vendor takes what the example integrations make, and takes it once.

use std::{path::Path, sync::Arc};

use fairlead::vendor::{DEMO_KEY, Vendor};
use fairlead_contracts::{Contracts, Event, Rendered, Sample, compile};
use fairlead_core::integration::{Dedupe, Integration};

#[tokio::test]
async fn every_sample_that_becomes_a_request_takes_effect_once() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../integrations");
    let contracts =
        Contracts::new(Arc::new(compile(&folder).unwrap_or_else(|report| panic!("{report}"))));
    let vendor = Vendor::start(None).expect("a vendor");
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    for integration in contracts.catalog().integrations.values() {
        let mut taken = 0;
        for sample in Sample::all(&folder.join(integration.name.as_str())).expect("samples") {
            let event = Event::read(&sample.event).expect("an event");
            let Ok(draft) = contracts.draft(&integration.name, &event, None) else { continue };
            let made = contracts.make(&integration.name, &event, &sample.found);
            let Ok((carries, request)) = made else { continue };
            let rendered = Rendered { record: draft.record, key: draft.key, carries, request };
            let name = format!("{}/{}", integration.name, sample.case);
            send(&client, &vendor, integration, &rendered, &name).await;
            let before = (vendor.invoices().len(), vendor.customers().len());
            // Where a lost answer leads to a second request, that one changes nothing.
            if integration.dedupe != Dedupe::None {
                send(&client, &vendor, integration, &rendered, &name).await;
            }
            assert_eq!((vendor.invoices().len(), vendor.customers().len()), before, "{name}");
            taken += 1;
        }
        assert!(taken > 0, "{}: no sample becomes a request", integration.name);
    }
}

async fn send(
    client: &reqwest::Client,
    vendor: &Vendor,
    integration: &Integration,
    rendered: &Rendered,
    name: &str,
) {
    let request = &rendered.request;
    let url = format!("{}{}", vendor.base(integration.destination.as_str()), request.path);
    let method = request.method.as_str().parse().expect("a method");
    let mut call = client.request(method, url).bearer_auth(DEMO_KEY).body(request.body.clone());
    if let Dedupe::Key { header, .. } = &integration.dedupe {
        call = call.header(header, rendered.key.as_str());
    }
    let answer = call.send().await.expect("an answer");
    assert!(answer.status().is_success(), "{name}: {answer:?}");
}
