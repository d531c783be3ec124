//! Flat JSON log lines with a timestamp, one per event; no payload, no secret.

use std::fmt::{self, Write as _};
use std::io::Write as _;

use fairlead_core::{
    entry::Entry,
    history::{What, said},
    outcome::judge,
};
use serde_json::{Map, Value};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer, Registry,
    filter::LevelFilter,
    layer::{Context, SubscriberExt},
};

/// Logs to standard output from now on. Our own crates log from `info` on, all others from `warn` on.
pub fn init() {
    let subscriber = Registry::default().with(Lines.with_filter(LevelFilter::INFO));
    // A second call in one process finds the first one's subscriber in place, which is as good.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// One wide line per transition of a delivery.
pub fn transition(entry: &Entry) {
    let outcome = entry.history.lines.iter().rev().take(3).find_map(|line| match &line.what {
        What::Answered { answer, took, .. } => Some((answer, took)),
        _ => None,
    });
    tracing::info!(
        delivery = %entry.id,
        integration = %entry.integration,
        destination = %entry.destination,
        record = %entry.record.id,
        status = entry.life.state.word(),
        attempt = entry.life.attempts,
        doubt = entry.life.doubt,
        outcome = outcome.map(|(answer, _)| judge(answer).word()),
        answer = outcome.map(|(answer, _)| said(answer)),
        took_ms = outcome.map(|(_, took)| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
        "delivery"
    );
}

struct Lines;

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let about = event.metadata();
        // The SDK's own lines may quote requests; only its warnings are of interest.
        if !about.target().starts_with("fairlead") && *about.level() > Level::WARN {
            return;
        }
        let mut fields = Fields(Map::new());
        fields.0.insert("timestamp".to_owned(), jiff::Timestamp::now().to_string().into());
        fields.0.insert("level".to_owned(), about.level().as_str().into());
        event.record(&mut fields);
        let mut line = Value::Object(fields.0).to_string();
        line.push('\n');
        // Nobody is left to tell when standard output is closed.
        let _ = std::io::stdout().lock().write_all(line.as_bytes());
    }
}

struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = write!(text, "{value:?}");
        self.0.insert(field.name().to_owned(), text.into());
    }
}
