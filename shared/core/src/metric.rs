//! What is counted, and by what it can be told apart: one table for the code, the dashboard and the alarms.

/// The namespace of all our metrics in CloudWatch.
pub const NAMESPACE: &str = "Fairlead";

/// One metric: its name, its unit, and the sets of dimensions under which it is counted.
pub type Metric = (&'static str, &'static str, &'static [&'static [&'static str]]);

/// Every metric.
pub const METRICS: [Metric; 16] = [
    ("Accepted", "Count", DELIVERY),
    ("Duplicate", "Count", DELIVERY),
    ("Conflict", "Count", DELIVERY),
    ("Refused", "Count", &[&["Integration"]]),
    ("Unwanted", "Count", &[&["Reason"]]),
    ("Attempts", "Count", DELIVERY),
    ("AttemptTime", "Milliseconds", DELIVERY),
    ("Unknown", "Count", DELIVERY),
    ("Retried", "Count", DELIVERY),
    ("HeldBack", "Count", DELIVERY),
    ("Delivered", "Count", DELIVERY),
    ("DeliveryTime", "Milliseconds", DELIVERY),
    ("Parked", "Count", &[&["Integration", "Destination"], &["Integration", "Class"], &["Class"]]),
    ("GateState", "None", &[&["Destination"]]),
    ("Alerts", "Count", &[&["Channel"]]),
    // Under nothing as well: an alarm looks at all channels.
    ("ChannelFailed", "Count", &[&["Channel"], &[]]),
];

const DELIVERY: &[&[&str]] = &[&["Integration", "Destination"]];
