//! `destinations.yaml`.

#![allow(dead_code, reason = "only the schemas of these types are used")]

use std::collections::BTreeMap;

use schemars::JsonSchema;

use crate::scalar::{Count, Header, Https, Length, Rate, Secret, Share, Text, Version};

/// The vendor APIs that integrations write to.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Destinations {
    /// The version of this format: 1.
    fairlead: Version,
    /// Every destination by its name; several integrations may share one.
    destinations: BTreeMap<String, Destination>,
}

/// A vendor's API. What it says holds in production, and in every stage that says nothing else.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Destination {
    /// `https://host[:port][/path]`, without a slash at the end.
    base_url: Https,
    /// How calls prove who we are: one of the ways below.
    auth: Auth,
    /// How long a call may take.
    timeout: Option<Timeout>,
    /// Its address may be one of your own network.
    private: Option<bool>,
    /// How many calls the vendor allows.
    limit: Option<Limit>,
    /// What a status means where it does not mean what it should: `{409: rejected, 5xx: unknown}`.
    outcomes: Option<BTreeMap<String, Verdict>>,
    /// When calls are stopped because the vendor is ill. Without it never.
    circuit: Option<Circuit>,
    /// What differs where the bundle is deployed in another stage than `prod`.
    stages: Option<Stages>,
}

/// What an attempt is known to have done.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
enum Verdict {
    Delivered,
    NoEffect,
    Rejected,
    Unknown,
}

/// What a destination is in the stages before production; `{}` is the same vendor.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Stages {
    /// What differs in `dev`.
    dev: Option<Difference>,
    /// What differs in `test`.
    test: Option<Difference>,
    /// What differs in `staging`.
    staging: Option<Difference>,
}

/// What differs in one stage; each key replaces the destination's own.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Difference {
    /// `https://host[:port][/path]`, without a slash at the end.
    base_url: Option<Https>,
    /// How calls prove who we are.
    auth: Option<Auth>,
    /// How long a call may take.
    timeout: Option<Timeout>,
    /// Its address may be one of your own network.
    private: Option<bool>,
    /// How many calls the vendor allows.
    limit: Option<Limit>,
    /// What a status means where it does not mean what it should: `{409: rejected, 5xx: unknown}`.
    outcomes: Option<BTreeMap<String, Verdict>>,
    /// When calls are stopped because the vendor is ill.
    circuit: Option<Circuit>,
}

/// How calls prove who we are. Secrets are named here and kept in AWS Secrets Manager below `fairlead/`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("minProperties" = 1, "maxProperties" = 1))]
struct Auth {
    /// `Authorization: Bearer`, with the secret behind it.
    bearer: Option<Bearer>,
    /// The secret as the value of a header.
    header: Option<InHeader>,
    /// HTTP Basic: a user, and the secret as the password.
    basic: Option<Basic>,
    /// The secret as the value of a query parameter.
    query: Option<InQuery>,
    /// The request is signed as Standard Webhooks has it; the secret begins with `whsec_`.
    standard_webhooks: Option<Bearer>,
    /// A token that the vendor grants to us as a client (OAuth 2.0 client credentials).
    oauth2: Option<Oauth2>,
}

/// A secret alone.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Bearer {
    /// The secret's name below `fairlead/`; never its value.
    secret: Secret,
}

/// A secret in a header.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct InHeader {
    /// The header's name.
    name: Header,
    /// The secret's name below `fairlead/`; never its value.
    secret: Secret,
}

/// A user and a secret.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Basic {
    /// The user's name.
    user: Text,
    /// The password's name below `fairlead/`; never its value.
    secret: Secret,
}

/// A secret in the query.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct InQuery {
    /// The parameter's name.
    name: Text,
    /// The secret's name below `fairlead/`; never its value.
    secret: Secret,
}

/// A client that asks for tokens.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Oauth2 {
    /// Where tokens are granted.
    token_url: Https,
    /// What the vendor calls us.
    client_id: Text,
    /// The name of the client's secret below `fairlead/`; never its value.
    secret: Secret,
    /// What is asked for, where the vendor wants it said.
    scope: Option<Text>,
}

/// How long a call may take.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Timeout {
    /// Until the connection stands. Without it 3 seconds.
    connect: Option<Length>,
    /// From the start until the last byte of the answer, at most 30 seconds. Without it 20.
    total: Option<Length>,
}

/// How many calls the vendor allows.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("minProperties" = 1))]
struct Limit {
    /// So many calls in so much time, over all functions together: `10/s`, `600/m`, `5000/h`.
    rate: Option<Rate>,
    /// So many calls at the same time, over all functions together.
    in_flight: Option<Count>,
}

/// When calls are stopped because the vendor is ill.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Circuit {
    /// How many failures in a row stop the calls. Without it 5.
    failures: Option<Count>,
    /// Which share of failed calls within the window stops the calls. Without it `50%`.
    share: Option<Share>,
    /// Below how many calls within the window the share says nothing. Without it 20.
    volume: Option<Count>,
    /// How long calls are counted for the share. Without it 1 minute.
    window: Option<Length>,
    /// For how long, the first time; then twice as long each time. Without it 30 seconds.
    open: Option<Length>,
    /// The longest stop. Without it 15 minutes.
    open_at_most: Option<Length>,
}
