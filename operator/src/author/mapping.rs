//! `fairlead map`: an event comes in, the request goes out.

use std::{
    io::{self, Read},
    path::Path,
    sync::Arc,
};

use fairlead_contracts::{Contracts, Event, MAX_BYTES, Rendered, compile};
use fairlead_core::{
    id::{IdempotencyKey, IntegrationName},
    integration::{Dedupe, Integration},
    violation::Violation,
};
use serde_json::{Map, Value, json};

use super::Told;

/// Maps the event on standard input.
pub(crate) fn run(dir: &Path, name: &str, compact: bool) -> Told {
    let mut bytes = Vec::new();
    // One byte more than is read tells that there is more.
    let most = u64::try_from(MAX_BYTES).map_or(u64::MAX, |most| most.saturating_add(1));
    match io::stdin().take(most).read_to_end(&mut bytes) {
        Ok(_) => map(dir, name, &bytes, compact),
        Err(error) => Told::failed(format!("the event cannot be read: {error}")),
    }
}

fn map(dir: &Path, name: &str, bytes: &[u8], compact: bool) -> Told {
    let catalog = match compile(dir) {
        Ok(catalog) => catalog,
        Err(report) => return Told::failed(format!("{report}; nothing was mapped")),
    };
    let name = IntegrationName::new(name);
    let Some(integration) = catalog.integrations.get(&name).cloned() else {
        let known: Vec<&str> = catalog.integrations.keys().map(IntegrationName::as_str).collect();
        return Told::usage(format!(
            "no integration is called \"{name}\"; there are {}",
            known.join(", ")
        ));
    };
    let event = match Event::read(bytes) {
        Ok(event) => event,
        Err(bad) => return Told { err: format!("{bad}\n"), code: 1, ..Told::default() },
    };
    let contracts = Contracts::new(Arc::new(catalog));
    if !contracts.wants(&name, &event) {
        return Told::failed(format!("{name} does not want this event: source.when is not true"));
    }
    // Stands for what a sender would give, where the integration takes its key from the header.
    let key = IdempotencyKey::new("sample");
    match contracts.render_as(&name, &event, Some(&key)) {
        Ok(rendered) => {
            let request = request(&integration, rendered);
            Told::well(if compact { format!("{request}\n") } else { format!("{request:#}\n") })
        }
        Err(refused) => {
            let err = refused.violations.iter().map(violation).collect();
            Told { err, code: 1, ..Told::default() }
        }
    }
}

fn request(integration: &Integration, rendered: Rendered) -> Value {
    let body: Value = serde_json::from_str(&rendered.request.body).unwrap_or(Value::Null);
    let mut headers = Map::new();
    if let Dedupe::Key { header, .. } = &integration.dedupe {
        headers.insert(header.clone(), rendered.key.as_str().into());
    }
    json!({
        "method": rendered.request.method,
        "path": rendered.request.path,
        "headers": headers,
        "body": body,
    })
}

fn violation(violation: &Violation) -> String {
    let Violation { pointer, detail, of } = violation;
    let of = serde_json::to_value(of).unwrap_or_default();
    let of = of.as_str().unwrap_or_default();
    let at = if pointer.is_empty() { "" } else { ": " };
    format!("{of} {pointer}{at}{detail}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(event: &str) -> Told {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../integrations");
        map(&dir, "deal-won-to-invoice", event.as_bytes(), true)
    }

    #[test]
    fn an_event_becomes_a_request_on_standard_output() {
        let told = mapped(
            r#"{"id":"e","data":{"deal":{"id":"D-1","amount":"12.50","currency":"eur","account":{"id":"A"}}}}"#,
        );
        let request: Value = serde_json::from_str(&told.out).expect("JSON");
        assert_eq!((told.code, told.err.as_str()), (0, ""));
        assert_eq!(request["headers"]["Idempotency-Key"], "deal-won:D-1");
        assert_eq!(request["body"]["amount_cents"], 1250);
    }

    #[test]
    fn violations_go_to_standard_error() {
        let told = mapped(r#"{"id":"","data":{}}"#);
        assert_eq!((told.code, told.out.as_str()), (1, ""));
        assert_eq!(
            told.err,
            "event /data/deal: is required, but missing\nevent /id: must not be empty\n"
        );
        assert!(mapped("{").err.contains("not JSON"));
    }
}
