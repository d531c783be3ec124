//! The vendor as it is when it behaves: invoices and customers over JSON, and documents like them.
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::destination::{Api, Destination, Remembered};
use super::record::{Books, Invoice};
use super::request::Call;

/// An answer and, in words, what it did to the books.
pub(super) type Done = (Answer, Option<String>);

/// Does what the request asks for; this is where effects happen.
pub(super) fn handle(call: &Call, destination: &mut Destination, books: &mut Books) -> Done {
    let segments = call.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let invoices = destination.api != Api::Customers;
    match (call.seen.method.as_str(), segments.as_slice()) {
        ("POST", ["v2", "invoices"]) if invoices => create_invoice(call, destination, books),
        (
            "POST",
            ["v2", "invoices", _, "payments"]
            | ["v1", "tickets", _, "comments"]
            | ["v1", "journals"],
        ) if invoices => create_invoice(call, destination, books),
        ("GET", ["v2", "invoices"]) if invoices => list_invoices(call, books),
        ("GET", ["v2", "invoices", id]) if invoices => show_invoice(call, id, books),
        ("PUT", ["v3", "customers", id] | ["v1", "accounts", id]) if !invoices => {
            write_customer(call, id, books, false)
        }
        ("PATCH", ["v3", "customers", id]) if !invoices => write_customer(call, id, books, true),
        ("GET", ["v3", "customers", id]) if !invoices => show_customer(call, id, books),
        (_, ["v2", "invoices", ..] | ["v3", "customers", _] | ["v1", "accounts", _]) => {
            refused(405, "method_not_allowed", format!("{} is not possible here", call.seen.method))
        }
        _ => refused(404, "not_found", format!("there is nothing at {}", call.seen.path)),
    }
}

fn create_invoice(call: &Call, destination: &mut Destination, books: &mut Books) -> Done {
    let key =
        call.seen.idempotency_key.as_deref().filter(|_| destination.api == Api::KeyedInvoices);
    if let Some(done) = key.and_then(|key| replay(call, key, destination)) {
        return done;
    }
    let fields = match object(call) {
        Ok(fields) => fields,
        Err(done) => return done,
    };
    let external_id = match fields.get("external_id") {
        Some(Value::String(id)) if !id.is_empty() => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => return refused(422, "external_id_missing", "external_id must be a text or a number"),
    };
    let seen = &call.seen;
    let invoice =
        books.add_invoice(&seen.destination, &external_id, seen.idempotency_key.as_deref(), fields);
    let body = json!({"id": invoice.id, "external_id": external_id, "status": invoice.status});
    let answer = Answer::json(201, &body);
    if let Some(key) = key {
        let remembered = Remembered {
            body_sha256: seen.body_sha256.clone(),
            invoice: invoice.id.clone(),
            answer: answer.clone(),
        };
        destination.remembered.insert(key.to_owned(), remembered);
    }
    (answer, Some(format!("created {}", invoice.id)))
}

/// The first answer to this key again, or a refusal if the key came with another body.
fn replay(call: &Call, key: &str, destination: &Destination) -> Option<Done> {
    let first = destination.remembered.get(key)?;
    if first.body_sha256 != call.seen.body_sha256 {
        let message = format!(
            "Idempotency-Key {key} was first used with another body, for {}: sha256 {} then, {} now",
            first.invoice, first.body_sha256, call.seen.body_sha256
        );
        return Some(refused(422, "idempotency_key_reused", message));
    }
    let answer = first.answer.clone().with("idempotent-replayed", "true");
    Some((answer, Some(format!("replayed {}", first.invoice))))
}

fn list_invoices(call: &Call, books: &Books) -> Done {
    let wanted = call.parameter("external_id");
    let since = call.parameter("since").and_then(|since| since.parse::<Timestamp>().ok());
    let after = call.parameter("after").and_then(|after| after.parse::<usize>().ok());
    let after = after.unwrap_or_default();
    let found = books.invoices.iter().filter(|invoice| {
        invoice.destination == call.seen.destination
            && wanted.as_ref().is_none_or(|id| *id == invoice.external_id)
            && since.is_none_or(|since| since <= invoice.created_at)
    });
    let shown = |invoice: &Invoice| {
        let mut shown = invoice.shown();
        shown["created_at"] = invoice.created_at.to_string().into();
        shown
    };
    let mut items: Vec<Value> = found.skip(after).take(PAGE + 1).map(shown).collect();
    let next = (items.len() > PAGE).then(|| {
        let since = since.map(|since| format!("since={since}&")).unwrap_or_default();
        format!("/v2/invoices?{since}after={}", after + PAGE)
    });
    items.truncate(PAGE);
    (Answer::json(200, &json!({ "items": items, "next": next })), None)
}

/// So many invoices are on one page of a list.
const PAGE: usize = 50;

fn show_invoice(call: &Call, id: &str, books: &Books) -> Done {
    let mut invoices = books.invoices.iter();
    match invoices.find(|invoice| invoice.destination == call.seen.destination && invoice.id == id)
    {
        Some(invoice) => (Answer::json(200, &invoice.shown()), None),
        None => refused(404, "not_found", format!("there is no invoice {id}")),
    }
}

fn write_customer(call: &Call, id: &str, books: &mut Books, merge: bool) -> Done {
    let fields = match object(call) {
        Ok(fields) => fields,
        Err(done) => return done,
    };
    let (customer, new) = books.write_customer(&call.seen.destination, id, fields, merge);
    let (status, verb) = if new { (201, "created") } else { (200, "updated") };
    (Answer::json(status, &customer.shown()), Some(format!("{verb} customer {id}")))
}

fn show_customer(call: &Call, id: &str, books: &Books) -> Done {
    match books.customer(&call.seen.destination, id) {
        Some(customer) => (Answer::json(200, &customer.shown()), None),
        None => refused(404, "not_found", format!("there is no customer {id}")),
    }
}

fn object(call: &Call) -> Result<Map<String, Value>, Done> {
    serde_json::from_slice(&call.body).map_err(|error| {
        refused(400, "invalid_json", format!("the body is not a JSON object: {error}"))
    })
}

fn refused(status: u16, code: &str, message: impl Into<String>) -> Done {
    (Answer::refusal(status, code, message), Some(format!("refused: {code}")))
}
