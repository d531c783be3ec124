//! `integration.yaml`.

#![allow(dead_code, reason = "only the schemas of these types are used")]

use std::collections::BTreeMap;

use schemars::JsonSchema;

use crate::scalar::{
    Cell, EventType, File, Header, Https, Jq, Kebab, Length, Secret, Template, Text, Version,
};

/// One integration: what it takes in, what it makes of it, and where it writes that.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Integration {
    /// The version of this format: 1.
    fairlead: Version,
    /// The folder's name; it is in the URL that sources call.
    name: Kebab,
    /// One sentence for people.
    description: Text,
    /// Who answers for its failures. May be left out where `defaults.yaml` names team and contact.
    owner: Option<Owner>,
    /// What it takes in.
    source: Source,
    /// How the business thing concerned is named.
    record: Record,
    /// What makes two events the same event, and whether the vendor recognises repeated requests.
    idempotency: Idempotency,
    /// Where it writes: a name in `destinations.yaml`.
    destination: Kebab,
    /// Vendor ids of other records that the request needs, by the names behind `$needs.`; waited for while unknown.
    needs: Option<BTreeMap<String, Need>>,
    /// Which deliveries are sent one after the other, and which of them is newer.
    order: Option<Order>,
    /// How the vendor's request is made.
    request: Request,
    /// What the vendor's answers mean.
    response: Option<Response>,
    /// How the vendor lists what it holds, for `fairlead reconcile`. Without it each delivery is asked for by `unsure.get`.
    reconcile: Option<Reconcile>,
    /// Translation tables for the mapping: `lookup("currency"; .x)`. A value that is missing is a violation.
    tables: Option<BTreeMap<String, BTreeMap<String, Cell>>>,
    /// When to try again, and when to stop.
    retry: Option<Retry>,
}

/// Who answers for an integration's failures.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Owner {
    /// A team's name. Required, unless `defaults.yaml` says it.
    team: Option<Text>,
    /// Where the team is reached, usually an e-mail address. Required, unless `defaults.yaml` says it.
    contact: Option<Text>,
    /// What to read when it fails.
    runbook: Option<Https>,
    /// Who is told, and when, while nobody has acknowledged the issue; in order of time.
    #[schemars(length(min = 1))]
    escalate: Option<Vec<Escalation>>,
    /// Whether alerts, DLQ messages and logs may quote what the vendor has answered; `hidden` leaves its status.
    answers: Option<crate::defaults::Answers>,
}

/// One step of an escalation.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Escalation {
    /// Where it is told.
    to: Channel,
    /// How long after the issue opened; `0m` is at once.
    after: Length,
}

/// A way to reach an owner.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
enum Channel {
    Chat,
    Email,
    Pagerduty,
    Webhook,
}

/// What an integration takes in.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Source {
    /// The event's type: EventBridge's `detail-type`.
    event: EventType,
    /// The JSON Schema of the event: of the body POSTed, or of EventBridge's `detail`.
    schema: File,
    /// EventBridge's `source`, where only events of one source are wanted.
    from: Option<Text>,
    /// jq expression: an event of which it is not true is not wanted, and answered so.
    when: Option<Jq>,
    /// Lets the event come as a signed webhook, by `POST /hooks/{integration}`.
    verify: Option<Verify>,
}

/// How a webhook proves who sent it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Verify {
    /// Whose way of signing it is.
    scheme: Scheme,
    /// The key's name below `fairlead-hooks/` in Secrets Manager; never its value.
    secret: Secret,
    /// How old a signed message may be. Without it 5 minutes.
    tolerance: Option<Length>,
    /// With `hmac`: the header that carries the signature.
    header: Option<Header>,
    /// With `hmac`: how it is made. Without it sha256.
    algorithm: Option<Algorithm>,
    /// With `hmac`: how it is written. Without it hex.
    encoding: Option<Encoding>,
    /// With `hmac`: what stands before it in the header, as in `sha256=`.
    prefix: Option<Text>,
    /// With `hmac`: the header that carries the time of sending.
    timestamp: Option<Header>,
    /// With `hmac`: what is signed, as in `{timestamp}.{body}`.
    signed: Option<Text>,
}

/// The ways of signing.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", inline)]
enum Scheme {
    StandardWebhooks,
    Stripe,
    Github,
    Shopify,
    Hmac,
}

/// The ways of making a signature.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
enum Algorithm {
    Sha256,
    Sha1,
    Sha512,
}

/// The ways of writing a signature.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
enum Encoding {
    Hex,
    Base64,
}

/// How the business thing concerned is named.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Record {
    /// What kind of thing, as people call it: `deal`.
    kind: Text,
    /// jq expression for its id: a text or a whole number.
    id: Jq,
    /// Text with `\(...)` for what people call it. A label that fails is left out.
    label: Option<Template>,
    /// Link with `\(...)` to its page in the source system, on a fixed host.
    url: Option<Template>,
}

/// What makes two events the same event.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Idempotency {
    /// Text with `\(...)`: two events with the same key are the same event. Name the change, not only the record.
    key: Template,
    /// How long a repeated event is recognised. Without it 400 days.
    keep: Option<Length>,
    /// The header by which the vendor recognises a repeated request.
    header: Option<Header>,
    /// How long the vendor remembers keys. Without it 24 hours.
    key_max_age: Option<Length>,
    /// Send the key in quotes, for vendors that want a string of RFC 8941.
    quoted: Option<bool>,
}

/// A vendor id that the request needs, from the crosswalk of the same destination.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Need {
    /// What kind of record: the `record.kind` of the integration that delivers it.
    kind: Text,
    /// jq expression for its id in the source system.
    id: Jq,
    /// How long a delivery waits for it before a person is asked. Without it 1 hour.
    wait: Option<Length>,
}

/// Which deliveries are sent one after the other.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Order {
    /// jq expression: deliveries for which it is the same take turns.
    by: Jq,
    /// jq expression: an older version is never sent after a newer one.
    version: Option<Jq>,
}

/// How the vendor's request is made.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Request {
    /// Always in the same form.
    One(Form),
    /// Created once, and updated from then on.
    Two(Two),
}

/// A record is created once, and updated from then on.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Two {
    /// The request while the vendor does not have the record.
    create: Form,
    /// The request once it has; `$vendor_id` is what the vendor calls it.
    update: Update,
}

/// The request for a record that the vendor has.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Update {
    /// The HTTP method.
    method: Method,
    /// Path below the destination's base URL, with `\($vendor_id)` in it.
    path: Template,
    /// The jq program that makes the body.
    map: File,
    /// The JSON Schema of the body. What does not fit is never sent.
    schema: File,
    /// What to do when the answer to an update was lost: `park` or `repeat`.
    unsure: Option<Word>,
}

/// One form of the vendor's request.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Form {
    /// The HTTP method.
    method: Method,
    /// Path below the destination's base URL, with `\(...)`; every value becomes one percent-encoded piece.
    path: Template,
    /// The jq program that makes the body.
    map: File,
    /// The JSON Schema of the body. What does not fit is never sent.
    schema: File,
}

/// The methods that write.
#[derive(JsonSchema)]
#[schemars(rename_all = "UPPERCASE", inline)]
enum Method {
    Post,
    Put,
    Patch,
    Delete,
}

/// What the vendor's answers mean. Expressions are jq over `{status, headers, body}`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Response {
    /// What the vendor calls the record; kept with the delivery.
    record_id: Option<Jq>,
    /// Recognises an answer that says "I have it already": that is a delivery.
    duplicate_if: Option<Jq>,
    /// Recognises a no that comes with a 200.
    rejected_if: Option<Jq>,
    /// What to do when an answer was lost: `park` for a person, `repeat` where that does no harm, or how to ask the vendor.
    unsure: Option<Unsure>,
}

/// What to do when an answer was lost.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Unsure {
    /// A word.
    Word(Word),
    /// The vendor is asked first.
    Ask(Ask),
}

/// What to do without asking.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
enum Word {
    Park,
    Repeat,
}

/// How the vendor is asked whether it has the record.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Ask {
    /// Path with `\(...)` that lists what the vendor has.
    get: Template,
    /// jq expression over the answer: the ids of what was found.
    found: Jq,
    /// jq expression over the answer: of each that was found, whether it is ours.
    ours: Option<Jq>,
    /// jq expression over the answer: recognises one that says "I have none", as in `.status == 404`. Without it only
    /// a 2xx that lists nothing says so.
    absent_if: Option<Jq>,
    /// How long to wait before asking. Without it 1 minute.
    after: Option<Length>,
}

/// How the vendor lists what it holds, and how that is compared with what was delivered.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Reconcile {
    /// Path with `\(.since)`, `\(.since_date)` or `\(.since_seconds)` that lists what was made since then.
    list: Template,
    /// jq expression over the answer: what it lists, one by one.
    items: Jq,
    /// jq expression over the answer: the path of the next page; null on the last.
    next: Option<Jq>,
    /// jq expression over an item: what the vendor calls it.
    id: Jq,
    /// jq expression over the event: what its item is recognised by, as in `$request.external_id`.
    ours: Jq,
    /// jq expression over an item: the same.
    theirs: Jq,
    /// Further values that must be the same, by the names that people call them.
    compare: Option<BTreeMap<String, Pair>>,
    /// What the vendor's statuses mean.
    status: Option<Status>,
}

/// One value on both sides.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Pair {
    /// jq expression over the event.
    ours: Jq,
    /// jq expression over an item.
    theirs: Jq,
}

/// What the vendor's statuses mean.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Status {
    /// jq expression over an item: its status.
    theirs: Jq,
    /// `delivered` or `removed` for each status; one that is missing is told as a difference.
    table: BTreeMap<String, Means>,
}

/// What a status means.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
enum Means {
    Delivered,
    Removed,
}

/// When to try again, and when to stop.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Retry {
    /// The waits after the first failure, after the second, and so on: a list, or how they grow. Without it nine waits
    /// over 46 hours.
    schedule: Option<Schedule>,
    /// Counted from acceptance, ends every kind of waiting. Without it 72 hours.
    give_up_after: Option<Length>,
    /// A longer Retry-After is a mistake and cut to this. Without it 6 hours.
    retry_after_max: Option<Length>,
}

/// The waits between attempts.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Schedule {
    /// One by one.
    List(Vec<Length>),
    /// Each so many times the one before.
    Grows(Grows),
}

/// Waits that grow.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Grows {
    /// The first wait. Without it 10 seconds.
    first: Option<Length>,
    /// By what each wait is longer than the one before, 1 to 10. Without it 2.
    factor: Option<u8>,
    /// No wait is longer. Without it a day.
    longest: Option<Length>,
    /// How many waits there are, 1 to 50. Without it 9.
    times: Option<u8>,
}
