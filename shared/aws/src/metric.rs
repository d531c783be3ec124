//! Metrics in CloudWatch's embedded metric format: a log line carries them, so that no call is made for them.
//!
//! Source: CloudWatch user guide, "Specification: Embedded metric format".

use fairlead_core::{
    class::Class,
    entry::Entry,
    gate::{Breaker, Gate},
    history::{Line, What},
    id::{DestinationName, IntegrationName},
    metric::{METRICS, Metric, NAMESPACE},
    outcome::{Outcome, judge},
    owner::Channel,
    span::until,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Metrics of the functions themselves, which no rule of core knows: that the work of a minute has ended well. Silence is
/// the fault, so an alarm looks at each; under the function's name, because stacks of one account share the namespace.
pub const SCHEDULED: [Metric; 2] =
    [("Looked", "Count", &[&["Function"]]), ("Released", "Count", &[&["Function"]])];

/// Metrics of one log line: what they are counted under, and how many.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    fields: Map<String, Value>,
    names: Vec<&'static str>,
}

impl Metrics {
    /// Counts under this dimension too.
    pub(crate) fn under(mut self, dimension: &str, value: &str) -> Self {
        self.fields.insert(dimension.to_owned(), value.into());
        self
    }

    /// Adds to one metric.
    pub(crate) fn add(&mut self, name: &'static str, value: impl Into<Value>) {
        self.fields.insert(name.to_owned(), value.into());
        self.names.push(name);
    }

    /// Puts the metrics into a log line; nothing, where there are none.
    pub(crate) fn put_into(self, line: &mut Map<String, Value>) {
        if self.names.is_empty() {
            return;
        }
        let all = METRICS.iter().chain(&SCHEDULED);
        let known = all.filter(|(name, _, _)| self.names.contains(name));
        let directives: Vec<Value> = known
            .map(|(name, unit, dimensions)| {
                json!({
                    "Namespace": NAMESPACE,
                    "Dimensions": dimensions,
                    "Metrics": [{"Name": name, "Unit": unit}],
                })
            })
            .collect();
        line.extend(self.fields);
        let now = Timestamp::now().as_millisecond();
        line.insert("_aws".to_owned(), json!({"Timestamp": now, "CloudWatchMetrics": directives}));
    }

    fn write(self, message: &str) {
        let mut line = crate::log::line("INFO", message);
        self.put_into(&mut line);
        crate::log::write(&Value::Object(line));
    }
}

/// What a transition of a delivery adds to.
pub(crate) fn of_transition(entry: &Entry, lines: &[Line]) -> Metrics {
    let (integration, destination) = (entry.integration.as_str(), entry.destination.as_str());
    let mut metrics =
        Metrics::default().under("Integration", integration).under("Destination", destination);
    for line in lines {
        match &line.what {
            What::Accepted { .. } => metrics.add("Accepted", 1),
            What::Answered { answer, took, .. } => {
                metrics.add("Attempts", 1);
                metrics.add("AttemptTime", u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
                if judge(answer) == Outcome::Unknown {
                    metrics.add("Unknown", 1);
                }
            }
            What::LeaseOver { .. } => metrics.add("Unknown", 1),
            What::Waiting { .. } => metrics.add("Retried", 1),
            What::HeldBack { .. } => metrics.add("HeldBack", 1),
            What::Parked { class, .. } => metrics = parked(metrics, *class),
            What::Delivered => {
                let begun = entry.history.lines.first().map_or(line.at, |first| first.at);
                let took = until(begun, line.at).as_millis();
                metrics.add("Delivered", 1);
                metrics.add("DeliveryTime", u64::try_from(took).unwrap_or(u64::MAX));
            }
            // Neither of them is counted: an attempt is counted when it ends.
            _ => {}
        }
    }
    metrics
}

fn parked(metrics: Metrics, class: Class) -> Metrics {
    let mut metrics = metrics.under("Class", class.word());
    metrics.add("Parked", 1);
    metrics
}

/// The same event came again, or another one with the same key.
pub(crate) fn came_again(new: &Entry, first: &Entry) {
    let same = first.payload_hash == new.payload_hash;
    let (integration, destination) = (new.integration.as_str(), new.destination.as_str());
    let mut metrics =
        Metrics::default().under("Integration", integration).under("Destination", destination);
    metrics.add(if same { "Duplicate" } else { "Conflict" }, 1);
    metrics.write("event came again");
}

/// An event was refused: it breaks its contract.
pub fn refused(integration: &IntegrationName) {
    let mut metrics = Metrics::default().under("Integration", integration.as_str());
    metrics.add("Refused", 1);
    metrics.write("event refused");
}

/// Why an event became no delivery, though nothing is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwanted {
    /// No integration takes events of its type, or none from its source.
    Type,
    /// `source.when` of an integration is not true of it.
    When,
}

/// An event was let go.
pub fn unwanted(why: Unwanted) {
    let reason = match why {
        Unwanted::Type => "type",
        Unwanted::When => "when",
    };
    let mut metrics = Metrics::default().under("Reason", reason);
    metrics.add("Unwanted", 1);
    metrics.write("event let go");
}

/// A gate has changed, or still holds calls back: 0 lets all calls through, 1 one at a time, 2 is open, 3 is paused.
pub fn gate(of: &DestinationName, gate: &Gate) {
    let state = match (&gate.pause, &gate.breaker) {
        (Some(_), _) => 3,
        (None, Breaker::Open { .. }) => 2,
        (None, Breaker::HalfOpen { .. }) => 1,
        (None, Breaker::Closed) => 0,
    };
    let mut metrics = Metrics::default().under("Destination", of.as_str());
    metrics.add("GateState", state);
    metrics.write("gate");
}

/// This function's look at the issues and the DLQs has ended well.
pub fn looked(function: &str) {
    scheduled(function, "Looked", "issues looked at");
}

/// This function's release of long waits has ended well.
pub fn released(function: &str) {
    scheduled(function, "Released", "long waits released");
}

fn scheduled(function: &str, name: &'static str, message: &str) {
    let mut metrics = Metrics::default().under("Function", function);
    metrics.add(name, 1);
    metrics.write(message);
}

/// A channel took an alert, or did not.
pub(crate) fn alerted(channel: Channel, took: bool) {
    let mut metrics = Metrics::default().under("Channel", channel.as_str());
    metrics.add("Alerts", u8::from(took));
    metrics.add("ChannelFailed", u8::from(!took));
    metrics.write("alert");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_carries_what_it_counts_and_nothing_else() {
        let mut metrics = Metrics::default().under("Channel", "pagerduty");
        metrics.add("Alerts", 0);
        metrics.add("ChannelFailed", 1);
        let mut line = Map::new();
        metrics.put_into(&mut line);
        let directives = line["_aws"]["CloudWatchMetrics"].as_array().expect("a list");
        assert_eq!(directives.len(), 2);
        for directive in directives {
            let name = directive["Metrics"][0]["Name"].as_str().expect("a name");
            assert!(line.contains_key(name), "{directive}");
            let sets = directive["Dimensions"].as_array().expect("a list");
            for dimension in sets.iter().flat_map(|set| set.as_array().expect("a list")) {
                assert!(line[dimension.as_str().expect("a name")].is_string(), "{directive}");
            }
        }
        let mut scheduled = Metrics::default().under("Function", "fairlead-alert");
        scheduled.add("Looked", 1);
        let mut line = Map::new();
        scheduled.put_into(&mut line);
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Metrics"][0]["Name"], "Looked");
        assert_eq!(directive["Dimensions"], json!([["Function"]]));
        let mut none = Map::new();
        Metrics::default().under("Channel", "chat").put_into(&mut none);
        assert!(none.is_empty());
    }
}
