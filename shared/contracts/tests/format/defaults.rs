//! `defaults.yaml`.

#![allow(dead_code, reason = "only the schemas of these types are used")]

use schemars::JsonSchema;

use crate::{
    integration::{Escalation, Retry},
    scalar::{Https, Length, Text, Version},
};

/// What holds for every integration that does not say it itself.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Defaults {
    /// The version of this format: 1.
    fairlead: Version,
    /// Who answers for integrations that name nobody, and who is told next.
    owner: Option<Owner>,
    /// How long a repeated event is recognised.
    idempotency: Option<Idempotency>,
    /// When to try again, and when to stop.
    retry: Option<Retry>,
}

/// Parts of an owner.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename = "DefaultOwner")]
struct Owner {
    /// A team's name.
    team: Option<Text>,
    /// Where the team is reached, usually an e-mail address.
    contact: Option<Text>,
    /// What to read when it fails.
    runbook: Option<Https>,
    /// Who is told, and when, while nobody has acknowledged the issue.
    #[schemars(length(min = 1))]
    escalate: Option<Vec<Escalation>>,
    /// Whether alerts, DLQ messages and logs may quote what the vendor has answered; `hidden` leaves its status.
    answers: Option<Answers>,
}

/// Whether a vendor's answers are quoted where many people read.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum Answers {
    Shown,
    Hidden,
}

/// What makes two events the same event.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename = "DefaultIdempotency")]
struct Idempotency {
    /// How long a repeated event is recognised. Without it 400 days.
    keep: Option<Length>,
}
