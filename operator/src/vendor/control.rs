//! The control endpoints under `/_vendor`, for curl, and the guide at `/`.
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::routing::{get, post};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;

use super::answer::Answer;
use super::desk::Desk;
use super::destination::Destination;
use super::guide;
use super::request::parameter;
use super::step::Step;

/// A plan (`match`, `plan`) or what is usual at a destination (`destination`, `default`).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Behave {
    #[serde(rename = "match")]
    word: Option<String>,
    method: Option<String>,
    plan: Option<Vec<Step>>,
    destination: Option<String>,
    default: Option<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    destination: String,
    key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rate {
    destination: String,
    per_second: Option<u32>,
}

pub(super) fn is_control(path: &str) -> bool {
    path == "/" || path == "/_vendor" || path.starts_with("/_vendor/")
}

pub(super) fn router(desk: Desk) -> Router {
    Router::new()
        .route("/", get(show_guide))
        .route("/_vendor", get(show_guide))
        .route("/_vendor/requests", get(show_requests))
        .route("/_vendor/invoices", get(show_invoices))
        .route("/_vendor/customers", get(show_customers))
        .route("/_vendor/counts", get(show_counts))
        .route("/_vendor/behave", get(show_plans).post(behave))
        .route("/_vendor/keys", post(change_key))
        .route("/_vendor/rate", post(limit_rate))
        .route("/_vendor/reset", post(reset))
        .with_state(desk)
}

async fn show_guide(headers: HeaderMap) -> Answer {
    let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    Answer::text(200, guide::guide(&format!("http://{host}")))
}

async fn show_requests(State(desk): State<Desk>, uri: Uri) -> Answer {
    let about = uri.query().and_then(|query| parameter(query, "about"));
    let state = desk.state();
    let wanted =
        state.log.iter().filter(|one| about.as_ref().is_none_or(|text| one.mentions(text)));
    Answer::pretty(&json!({"items": wanted.collect::<Vec<_>>()}))
}

async fn show_invoices(State(desk): State<Desk>) -> Answer {
    let state = desk.state();
    Answer::pretty(&json!({"items": state.books.invoices, "created": state.books.created()}))
}

async fn show_customers(State(desk): State<Desk>) -> Answer {
    let state = desk.state();
    Answer::pretty(&json!({"items": state.books.customers().collect::<Vec<_>>()}))
}

async fn show_counts(State(desk): State<Desk>) -> Answer {
    Answer::pretty(&desk.state().counts())
}

async fn show_plans(State(desk): State<Desk>) -> Answer {
    let state = desk.state();
    let usual: BTreeMap<&String, &Step> =
        state.destinations.iter().map(|(name, one)| (name, &one.usual)).collect();
    Answer::pretty(&json!({"plans": state.plans.left(), "defaults": usual}))
}

async fn behave(State(desk): State<Desk>, body: Bytes) -> Answer {
    match read(&body) {
        Err(answer) => answer,
        Ok(Behave {
            word: Some(word),
            method,
            plan: Some(plan),
            destination: None,
            default: None,
        }) => {
            desk.state().plans.set(&word, method.as_deref(), plan);
            show_plans(State(desk)).await
        }
        Ok(Behave {
            word: None,
            method: None,
            plan: None,
            destination: Some(destination),
            default: Some(usual),
        }) => changed(&desk, &destination, |one| one.usual = usual),
        Ok(_) => {
            Answer::refusal(400, "unreadable", "give match and plan, or destination and default")
        }
    }
}

async fn change_key(State(desk): State<Desk>, body: Bytes) -> Answer {
    match read::<Key>(&body) {
        Err(answer) => answer,
        Ok(Key { destination, key }) => changed(&desk, &destination, |one| one.key = key),
    }
}

async fn limit_rate(State(desk): State<Desk>, body: Bytes) -> Answer {
    match read::<Rate>(&body) {
        Err(answer) => answer,
        Ok(Rate { destination, per_second }) => {
            changed(&desk, &destination, |one| one.per_second = per_second)
        }
    }
}

async fn reset(State(desk): State<Desk>) -> Answer {
    desk.state().reset();
    Answer::pretty(&json!({"reset": true}))
}

fn changed(desk: &Desk, name: &str, change: impl FnOnce(&mut Destination)) -> Answer {
    match desk.state().destinations.get_mut(name) {
        Some(destination) => {
            change(destination);
            Answer::pretty(&json!({"changed": name}))
        }
        None => Answer::refusal(404, "not_found", format!("there is no destination {name}")),
    }
}

/// Reads JSON whatever the content type says: curl sends a form's by default.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Answer> {
    let value: Value = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    serde_json::from_value(value).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> Answer {
    Answer::refusal(400, "unreadable", error.to_string())
}
