//! The files of a new integration.

use serde_json::json;

use super::ask::Wish;

/// Where the schemas of the format lie, for editors.
pub(super) const SCHEMAS: &str = ".schema";

/// A `destinations.yaml` that declares nothing yet.
pub(super) fn destinations() -> String {
    "# yaml-language-server: $schema=.schema/destinations.schema.json\n\
     # The vendor APIs that integrations write to, by name.\n\
     # A secret is named here and kept in AWS Secrets Manager below fairlead/.\n\
     fairlead: 1\n\
     destinations:\n"
        .to_owned()
}

/// Every file by its name below the integration's folder; what is expected of the samples is written when they have run.
pub(super) fn files(wish: &Wish, escalates: bool) -> Vec<(&'static str, String)> {
    vec![
        ("integration.yaml", integration(wish, escalates)),
        ("event.schema.json", event_schema(wish)),
        ("request.jq", mapping(wish)),
        ("request.schema.json", request_schema()),
        ("samples/first.json", first_event()),
        ("samples/without-id.json", broken_event()),
    ]
}

fn integration(wish: &Wish, escalates: bool) -> String {
    let Wish { name, destination, method, event, kind, path, .. } = wish;
    format!(
        "# yaml-language-server: $schema=../.schema/integration.schema.json\n\
         fairlead: 1\n\
         name: {name}\n\
         description: When {event} arrives, {method} it to {destination}.\n\
         {}\
         source: {{event: {event}, schema: event.schema.json}}\n\
         record: {{kind: {kind}, id: .data.id}}\n\
         {}\
         destination: {destination}\n\
         request: {{method: {method}, path: '{path}', map: request.jq, schema: request.schema.json}}\n",
        owner(wish, escalates),
        promise(wish)
    )
}

/// Who answers for it, and who is told next; what `defaults.yaml` says of that is not said again.
fn owner(wish: &Wish, escalates: bool) -> String {
    let Wish { team, contact, .. } = wish;
    let owner = format!("owner: {{team: {team}, contact: {contact}");
    if escalates {
        return format!("{owner}}}\n");
    }
    format!(
        "# Told at once where the team talks; after an hour without an answer by e-mail too. A pager is {{to: pagerduty, after: 30m}}.\n\
         {owner}, escalate: [{{to: chat, after: 0m}}, {{to: email, after: 1h}}]}}\n"
    )
}

/// What makes two events the same, and what is done when an answer is lost.
fn promise(wish: &Wish) -> String {
    let Wish { event, method, key_header, .. } = wish;
    let key = format!("'{event}:\\(.id)'");
    match key_header {
        Some(header) => format!(
            "# The vendor recognises a repeated request by this header, for key_max_age.\n\
             idempotency: {{key: {key}, header: {header}, key_max_age: 24h}}\n"
        ),
        None if method == "PUT" || method == "DELETE" => format!(
            "# The event's own id: each change of a record is an event of its own.\n\
             idempotency: {{key: {key}}}\n"
        ),
        None => format!(
            "idempotency: {{key: {key}}}\n\
             # When an answer is lost, a person looks before anything is sent again.\n\
             # If the vendor recognises repeated requests by a header, write idempotency.header instead of this line.\n\
             response: {{unsure: park}}\n"
        ),
    }
}

fn event_schema(wish: &Wish) -> String {
    let text = json!({"type": "string", "minLength": 1, "maxLength": 100});
    pretty(&json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": wish.event,
        "description": "What the source sends. Members that are not described here are let through and ignored.",
        "type": "object",
        "required": ["id", "data"],
        "properties": {
            "id": text,
            "data": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": text,
                    "name": {"type": "string", "maxLength": 200},
                    "amount": {"description": "With at most two decimals. A text is safest.", "type": ["string", "number"]},
                },
            },
        },
    }))
}

fn mapping(wish: &Wish) -> String {
    format!(
        "# Makes the vendor's request from the event. Try it: fairlead map {} < samples/first.json\n\
         .data\n\
         | {{external_id: .id}}\n\
         \x20 + if .name then {{name}} else {{}} end\n\
         \x20 # Money is read exactly, into whole cents, or the event is refused.\n\
         \x20 + if .amount then {{amount_cents: (.amount | cents)}} else {{}} end\n",
        wish.name
    )
}

fn request_schema() -> String {
    pretty(&json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "description": "What the vendor takes. A request that does not fit is never sent.",
        "type": "object",
        "required": ["external_id"],
        "additionalProperties": false,
        "properties": {
            "external_id": {"type": "string", "minLength": 1},
            "name": {"type": "string"},
            "amount_cents": {"type": "integer"},
        },
    }))
}

fn first_event() -> String {
    pretty(
        &json!({"id": "evt_1", "data": {"id": "R-1", "name": "First record", "amount": "12.50"}}),
    )
}

fn broken_event() -> String {
    pretty(&json!({"id": "evt_2", "data": {"name": "A record without its id"}}))
}

fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}
