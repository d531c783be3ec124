//! What `map` writes, and where.

use super::*;

const DESTINATIONS: &str = "
fairlead: 1
destinations:
  crm-api: {base_url: https://api.crm.example.com, auth: {bearer: {secret: crm-api}}}
";

const ORDER: &str = r"
fairlead: 1
name: placed-to-order
description: When an order is placed, create it at its contact.
owner: {team: revenue-ops, contact: revenue-ops@example.com}
source: {event: shop.order.placed, schema: any.json}
record: {kind: order, id: .order}
idempotency: {key: 'placed:\(.order)', header: Idempotency-Key, quoted: true}
destination: crm-api
needs: {contact_id: {kind: customer, id: .customer}}
request: {method: POST, path: '/v3/contacts/\($needs.contact_id)/orders', map: order.jq, schema: any.json}
";

fn args(name: &str, needs: Option<&str>) -> Args {
    Args { name: name.to_owned(), compact: true, needs: needs.map(str::to_owned), dir: None }
}

fn mapped(event: &str) -> Told {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../integrations");
    map(&dir, &args("deal-won-to-invoice", None), event.as_bytes())
}

/// An integration that needs an id from the crosswalk, and sends its key in quotes.
fn needing(needs: Option<&str>) -> Told {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [
        ("destinations.yaml", DESTINATIONS),
        ("placed-to-order/integration.yaml", ORDER),
        ("placed-to-order/any.json", "true"),
        ("placed-to-order/order.jq", "{contact: $needs.contact_id, order: .order}"),
        ("found.json", r#"{"needs": {"contact_id": "cust_7"}}"#),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let found = folder.path().join("found.json");
    let needs = needs.map(|needs| needs.replace("FOUND", &found.to_string_lossy()));
    let event = br#"{"order": "O-1", "customer": "C-9"}"#;
    map(folder.path(), &args("placed-to-order", needs.as_deref()), event)
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

#[test]
fn what_an_event_waits_for_is_named_and_can_be_said() {
    let told = needing(None);
    assert_eq!((told.code, told.out.as_str()), (1, ""));
    assert!(told.err.contains("customer C-9"), "{}", told.err);
    assert!(told.err.contains(r#"--needs '{"contact_id":"..."}'"#), "{}", told.err);
    for (needs, id) in [(r#"{"contact_id": "cust_9"}"#, "cust_9"), ("FOUND", "cust_7")] {
        let told = needing(Some(needs));
        let request: Value = serde_json::from_str(&told.out).expect("JSON");
        assert_eq!(request["path"], format!("/v3/contacts/{id}/orders"), "{}", told.err);
        assert_eq!(request["body"]["contact"], id);
    }
    for wrong in ["no-such-file.json", "{", r#"{"contact_id": 9}"#] {
        let told = needing(Some(wrong));
        assert_eq!(told.code, 2, "{wrong}: {}{}", told.out, told.err);
        assert!(told.err.contains("--needs"), "{}", told.err);
    }
}

#[test]
fn a_key_that_is_sent_in_quotes_is_shown_in_quotes() {
    let told = needing(Some(r#"{"contact_id": "cust_9"}"#));
    let request: Value = serde_json::from_str(&told.out).expect("JSON");
    assert_eq!(request["headers"]["Idempotency-Key"], r#""placed:O-1""#);
}
