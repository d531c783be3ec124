//! How each kind of credential goes on the wire, and that it is seen nowhere else (P30).

use std::{
    env,
    fmt::Debug,
    process::Command,
    sync::{Arc, Mutex},
};

use fairlead_aws::{batch::each_record, credential::Credential, log, secret::Secret};
use fairlead_core::{
    id::SecretName,
    integration::{Auth, Dedupe},
    outcome::{Answer, NotSent},
    webhook,
};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, SubscriberExt},
};

use crate::{
    call::{BODY, CANARY, Call, KEY, RESET, at, replied},
    server::{Server, answer},
};

const ENCODED: &str = "canary-5ecret%2F%2B%20value";

fn name() -> SecretName {
    SecretName::new("finance-api")
}

fn basic() -> Auth {
    Auth::Basic { user: "us".to_owned(), secret: name() }
}

fn query() -> Auth {
    Auth::Query { name: "api_key".to_owned(), secret: name() }
}

fn header(request: &str, name: &str) -> String {
    let prefix = format!("{name}: ");
    let mut values = request.lines().filter_map(|line| line.strip_prefix(&prefix));
    let value = values.next().unwrap_or_else(|| panic!("no {name} in {request}"));
    assert_eq!(values.next(), None, "{name} stands once");
    value.to_owned()
}

async fn sent(call: &Call) -> String {
    let server = Server::saying(answer("200 OK", "{}")).await;
    replied(call.make(&at(server.port)).await);
    server.request()
}

#[tokio::test(flavor = "current_thread")]
async fn a_secret_goes_in_the_header_that_is_declared() {
    let request = sent(&Call::new()).await;
    assert_eq!(header(&request, "authorization"), format!("Bearer {CANARY}"));
    let own = Auth::Header { name: "X-Api-Key".to_owned(), secret: name() };
    let request = sent(&Call::by(own)).await;
    assert_eq!(header(&request, "x-api-key"), CANARY);
    assert!(!request.contains("authorization"), "{request}");
}

#[tokio::test(flavor = "current_thread")]
async fn user_and_password_go_as_basic_authentication() {
    // RFC 7617 section 2 has this example.
    let auth = Auth::Basic { user: "Aladdin".to_owned(), secret: name() };
    let call = Call { credential: Secret::new("open sesame").into(), ..Call::by(auth) };
    let request = sent(&call).await;
    assert_eq!(header(&request, "authorization"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

#[tokio::test(flavor = "current_thread")]
async fn a_query_parameter_is_added_percent_encoded_behind_what_was_rendered() {
    let line = |request: String| request.lines().next().unwrap_or_default().to_owned();
    let mut call = Call::by(query());
    let alone = line(sent(&call).await);
    assert_eq!(alone, format!("POST /finance-api/v2/invoices?api_key={ENCODED} HTTP/1.1"));
    call.request.path = "/v2/invoices?a=%2F".to_owned();
    let behind = line(sent(&call).await);
    assert_eq!(behind, format!("POST /finance-api/v2/invoices?a=%2F&api_key={ENCODED} HTTP/1.1"));
}

#[tokio::test(flavor = "current_thread")]
async fn a_signed_request_can_be_verified_by_its_receiver() {
    let mut call = Call::by(Auth::StandardWebhooks { secret: name() });
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    call.credential = Secret::new(secret).into();
    for dedupe in [call.dedupe.clone(), Dedupe::None] {
        call.dedupe = dedupe;
        let request = sent(&call).await;
        assert_eq!(header(&request, "webhook-id"), KEY);
        let seconds: i64 = header(&request, "webhook-timestamp").parse().expect("seconds");
        assert!((jiff::Timestamp::now().as_second() - seconds).abs() < 5);
        let key = webhook::key(secret).expect("a key");
        let signature = webhook::signature(&key, KEY, seconds, BODY.as_bytes());
        assert_eq!(header(&request, "webhook-signature"), signature);
        assert!(!request.contains("MfKQ9r8"), "{request}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_secret_that_cannot_sign_is_no_usable_secret() {
    let server = Server::saying(answer("200 OK", "{}")).await;
    let call = Call::by(Auth::StandardWebhooks { secret: name() });
    assert_eq!(call.make(&at(server.port)).await, Answer::NotSent(NotSent::NoSecret));
    assert_eq!(server.connections(), 0);
}

#[tokio::test(flavor = "current_thread")]
async fn p30_a_vendor_that_echoes_the_whole_request_shows_no_credential() {
    for auth in [basic(), query(), Auth::Bearer { secret: name() }] {
        let call = Call::by(auth);
        let request = sent(&call).await;
        let server = Server::saying(answer("400 Bad Request", &request)).await;
        let excerpt = replied(call.make(&at(server.port)).await).excerpt;
        assert!(excerpt.contains("[secret]"), "{excerpt}");
        assert_no_secret(&excerpt);
    }
}

#[test]
fn p30_a_credential_does_not_print_itself() {
    let call = Call::by(query());
    assert_no_secret(&format!("{:?} {:?}", call.credential, call.destination));
    assert_eq!(format!("{:?}", Credential::from(Secret::new(CANARY))).matches("(..)").count(), 1);
}

/// Set for the child, which panics like a function that is in the middle of a call.
const PANICS: &str = "FAIRLEAD_TEST_PANICS";

/// What a panic says goes to the log as it is; the worst one shows all that the call holds. The log is the process's
/// own, so the panics are a second process's, whose whole output is read.
#[test]
fn p30_a_function_that_panics_with_the_whole_call_in_hand_tells_no_secret() {
    let exe = env::current_exe().expect("this program");
    let mut child = Command::new(exe);
    child.args(["--exact", "auth::the_panics_that_another_test_lets_a_child_make", "--nocapture"]);
    let child = child.env(PANICS, "1").env("RUST_BACKTRACE", "full").output().expect("a child");
    let [log, hook] =
        [child.stdout, child.stderr].map(|said| String::from_utf8(said).expect("a text"));
    assert!(child.status.success(), "{log}{hook}");
    assert_eq!(log.matches("\"cause\":\"the function panicked\"").count(), 3, "{log}");
    assert_eq!(hook.matches("in the middle of").count(), 3, "{hook}");
    assert!(hook.contains("idempotency_key") && hook.contains("stack backtrace"), "{hook}");
    assert_no_secret(&log);
    assert_no_secret(&hook);
}

#[tokio::test(flavor = "current_thread")]
async fn the_panics_that_another_test_lets_a_child_make() {
    if env::var_os(PANICS).is_none() {
        return;
    }
    log::init();
    for auth in [basic(), query(), Auth::Bearer { secret: name() }] {
        let call = &Call::by(auth);
        let record = serde_json::json!({"messageId": "m", "body": "any"});
        let batch = serde_json::from_value(serde_json::json!({"Records": [record]}));
        let answer = each_record(batch.expect("a batch"), |_| async move {
            panic!("in the middle of {:#?} with {:?}", call.whole(), call.credential)
        });
        let failed = answer.await.expect("it has an id").batch_item_failures;
        assert_eq!(failed.len(), 1);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn p30_no_crate_logs_a_credential_or_the_url_that_holds_it() {
    let lines = Arc::new(Mutex::new(String::new()));
    let subscriber = Registry::default().with(Lines(Arc::clone(&lines)));
    let _guard = tracing::subscriber::set_default(subscriber);
    tracing::trace!("this is caught");
    for auth in [basic(), query(), Auth::Bearer { secret: name() }] {
        let call = Call::by(auth);
        sent(&call).await;
        let failing = Server::start(|mut peer| async move {
            peer.request().await;
            peer.reset();
        })
        .await;
        let told = call.make(&at(failing.port)).await;
        assert_eq!(told, RESET);
        assert_no_secret(&format!("{told:?}"));
    }
    let lines = lines.lock().expect("the lines").clone();
    assert!(lines.contains("this is caught"), "{lines}");
    assert_no_secret(&lines);
}

#[track_caller]
fn assert_no_secret(text: &str) {
    // The third is the password within Basic's `us:password`.
    for form in
        [CANARY, ENCODED, "Y2FuYXJ5LTVlY3JldC8rIHZhbHVl", "canary-5ecret", "YW5hcnktNWVjcmV0"]
    {
        assert!(!text.contains(form), "{form} stands in {text}");
    }
}

/// Keeps every line of every crate, down to the finest.
struct Lines(Arc<Mutex<String>>);

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut lines = self.0.lock().expect("the lines");
        lines.push_str(event.metadata().target());
        event.record(&mut Into(&mut lines));
        lines.push('\n');
    }
}

struct Into<'a>(&'a mut String);

impl Visit for Into<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.push_str(&format!(" {field}={value:?}"));
    }
}
