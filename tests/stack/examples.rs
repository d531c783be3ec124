//! The example integrations, each with a sample of its own folder: accepted, rendered and delivered once.

use std::{fs, path::Path};

use fairlead_contracts::{Contracts, Event};
use fairlead_core::{
    crosswalk::Link,
    id::{DeliveryId, VendorId},
    integration::Integration,
};
use futures::FutureExt;
use jiff::Timestamp;
use serde_json::Value;

use crate::support::{case::Case, scenario::Scenario, wait::SOON, world::World};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![Scenario::new("every example integration delivers its sample once", |w| {
        each(w).boxed_local()
    })]
}

async fn each(world: &World) {
    for integration in fairlead_catalog::catalog().integrations.values() {
        let (case, expected) = sample(integration);
        know(world, integration, &case, &expected["found"]).await;
        world.accept(&case).await;
        let entry = world.delivered(SOON, &case).await;
        assert_eq!(entry.record.id, case.id, "{}", integration.name);
        let request = &expected["request"];
        let path = request["path"].as_str().expect("a path");
        let sent: Vec<_> = world
            .vendor
            .requests()
            .into_iter()
            .filter(|sent| sent.destination == integration.destination.as_str())
            .filter(|sent| sent.path == path && sent.body.contains(&case.external))
            .collect();
        let [sent] = &sent[..] else { panic!("{}: one request: {sent:?}", integration.name) };
        assert_eq!(request["method"], sent.method.as_str());
        let body: Value = serde_json::from_str(&sent.body).expect("JSON");
        assert_eq!(body, request["body"], "{}", integration.name);
        assert!(sent.answered.is_some_and(|status| status < 300), "{sent:?}");
    }
}

/// Lets the crosswalk know what the sample says that it does.
async fn know(world: &World, of: &Integration, case: &Case, found: &Value) {
    let contracts = Contracts::new(fairlead_catalog::catalog());
    let event = Event::read(case.event.to_string().as_bytes()).expect("an event");
    let draft = contracts.draft(&of.name, &event, None).expect("it fits");
    for need in draft.needs {
        let vendor_id = VendorId::new(found["needs"][&need.name].as_str().expect("a vendor's id"));
        let delivery = DeliveryId(uuid::Uuid::now_v7());
        let link = Link { record: need.record, vendor_id, delivery, at: Timestamp::now() };
        world.stack.ledger().link(&of.destination, &link).await.expect("the ledger answers");
    }
}

/// The first sample of the folder that becomes a request.
fn sample(of: &'static Integration) -> (Case, Value) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../integrations");
    let folder = root.join(of.name.as_str()).join("samples");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("samples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(".expected.json"))
        .collect();
    files.sort();
    let json = |path: &Path| -> Value {
        serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("JSON")
    };
    let with_request = files.iter().map(|path| (path, json(path)));
    let mut with_request = with_request.filter(|(_, expected)| expected["request"].is_object());
    let (path, mut expected) = with_request.next().expect("a sample that becomes a request");
    let found = path.to_string_lossy().replace(".expected.json", ".found.json");
    if Path::new(&found).is_file() {
        expected["found"] = json(Path::new(&found));
    }
    let event = json(Path::new(&path.to_string_lossy().replace(".expected.json", ".json")));
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let case = Case {
        integration: of.name.as_str(),
        id: text(&expected["record"]["id"]),
        key: text(&expected["key"]),
        external: text(&expected["request"]["body"]["external_id"]),
        event,
    };
    (case, expected)
}
