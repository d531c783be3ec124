//! Flat JSON log lines with a timestamp, one per event; no payload, no secret.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{metric, trace};
use fairlead_core::{
    entry::{Entry, State},
    history::{self, Line, What, said},
    issue::Cause,
    outcome::judge,
    owner::Answers,
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

/// Whether this process is a function, whose standard output is its log.
static IN_FUNCTION: AtomicBool = AtomicBool::new(false);

/// Logs to standard output from now on. Our own crates log from `info` on, all others from `warn` on.
pub fn init() {
    let subscriber = Registry::default().with(Lines.with_filter(LevelFilter::INFO));
    IN_FUNCTION.store(true, Ordering::Relaxed);
    // A second call in one process finds the first one's subscriber in place, which is as good.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// One wide line per write of a delivery, with what the lines that it has added add to our metrics.
pub(crate) fn transition(entry: &Entry, lines: &[Line]) {
    let life = &entry.life;
    let mut wide = line("INFO", "delivery");
    let mut put = |name: &str, value: Value| wide.insert(name.to_owned(), value);
    put("delivery", entry.id.to_string().into());
    put("integration", entry.integration.as_str().into());
    put("destination", entry.destination.as_str().into());
    put("record", entry.record.id.as_str().into());
    put("status", life.state.word().into());
    put("version", life.version.0.into());
    put("attempt", life.attempts.into());
    put("doubt", life.doubt.into());
    let answers = entry.owner.answers;
    for (name, value) in lines.iter().flat_map(|line| heard(&line.what, answers)) {
        put(name, value);
    }
    match &life.state {
        State::Parked { class, told, .. } => {
            put("class", class.word().into());
            put("told", (*told).into());
            put("issue", Cause::of(entry).map(|cause| cause.id().to_string()).into());
        }
        State::Waiting { due_at, .. } => {
            put("due_at", due_at.to_string().into());
        }
        _ => {}
    }
    if let Some(trace) = trace::current() {
        put("trace", trace.to_string().into());
    }
    metric::of_transition(entry, lines).put_into(&mut wide);
    write(&Value::Object(wide));
}

/// What was heard of a call, as far as its owner lets it be read here.
fn heard(what: &What, answers: Answers) -> Vec<(&'static str, Value)> {
    let (told, answer, took) = match what {
        What::Answered { answer, took, .. } => {
            (("outcome", judge(answer).word().into()), answer, took)
        }
        What::Looked { answer, finding, took } => {
            (("finding", finding.text().into()), answer, took)
        }
        _ => return vec![],
    };
    let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let answer = match answers {
        Answers::Shown => said(answer),
        Answers::Hidden => history::heard(answer),
    };
    vec![told, ("answer", answer.into()), ("took_ms", took.into())]
}

/// A line's beginning: when, how bad, and what.
pub(crate) fn line(level: &str, message: &str) -> Map<String, Value> {
    let now = jiff::Timestamp::now().to_string();
    let fields = [("timestamp", now.as_str()), ("level", level), ("message", message)];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}

struct Lines;

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let about = event.metadata();
        // The SDK's own lines may quote requests; only its warnings are of interest.
        if !about.target().starts_with("fairlead") && *about.level() > Level::WARN {
            return;
        }
        let mut fields = Fields(line(about.level().as_str(), ""));
        event.record(&mut fields);
        write(&Value::Object(fields.0));
    }
}

/// Writes one line, in a function; the command's standard output is for people.
pub(crate) fn write(value: &Value) {
    if !IN_FUNCTION.load(Ordering::Relaxed) {
        return;
    }
    let mut line = value.to_string();
    line.push('\n');
    // Nobody is left to tell when standard output is closed.
    let _ = std::io::stdout().lock().write_all(line.as_bytes());
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
