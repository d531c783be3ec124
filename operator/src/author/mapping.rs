//! `fairlead map`: an event comes in, the request goes out.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use fairlead_contracts::{Contracts, Draft, Event, MAX_BYTES, Refused, compile};
use fairlead_core::{
    entry::Carries,
    id::{IdempotencyKey, IntegrationName, VendorId},
    integration::Integration,
    render::{Found, Need},
    request::Request,
    violation::Violation,
};
use serde_json::{Map, Value, json};

use super::Told;

/// What `map` is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The integration.
    name: String,
    /// Write the request on one line.
    #[arg(long, short)]
    compact: bool,
    /// What the crosswalk knows: vendor ids by the names behind `$needs.`, as JSON or in a file, as in
    /// {"contact_id": "cust_9"}; or what a sample's `.found.json` says.
    #[arg(long, value_name = "FILE|JSON")]
    needs: Option<String>,
    /// The folder with destinations.yaml; `integrations` of this project when it is not said.
    #[arg(long)]
    pub(super) dir: Option<PathBuf>,
}

/// Maps the event on standard input.
pub(crate) fn run(dir: &Path, args: &Args) -> Told {
    let mut bytes = Vec::new();
    // One byte more than is read tells that there is more.
    let most = u64::try_from(MAX_BYTES).map_or(u64::MAX, |most| most.saturating_add(1));
    match io::stdin().take(most).read_to_end(&mut bytes) {
        Ok(_) => map(dir, args, &bytes),
        Err(error) => Told::failed(format!("the event cannot be read: {error}")),
    }
}

fn map(dir: &Path, args: &Args, bytes: &[u8]) -> Told {
    let found = match args.needs.as_deref().map_or(Ok(Found::default()), found) {
        Ok(found) => found,
        Err(why) => return Told::usage(why),
    };
    let catalog = match compile(dir) {
        Ok(catalog) => catalog,
        Err(report) => return Told::failed(format!("{report}; nothing was mapped")),
    };
    let name = IntegrationName::new(&args.name);
    let Some(integration) = catalog.integrations.get(&name).cloned() else {
        let known: Vec<&str> = catalog.integrations.keys().map(IntegrationName::as_str).collect();
        return Told::usage(format!(
            "no integration is called \"{name}\"; there are {}",
            known.join(", ")
        ));
    };
    let event = match Event::read(bytes) {
        Ok(event) => event,
        Err(bad) => return Told { err: format!("{bad}\n"), code: 1, ..Told::default() },
    };
    let contracts = Contracts::new(Arc::new(catalog));
    if !contracts.wants(&name, &event) {
        return Told::failed(format!("{name} does not want this event: source.when is not true"));
    }
    match made(&contracts, &integration, &event, &found) {
        Ok(Made::Request(request)) if args.compact => Told::well(format!("{request}\n")),
        Ok(Made::Request(request)) => Told::well(format!("{request:#}\n")),
        Ok(Made::Waits(needs)) => Told::failed(waits(&needs)),
        Err(refused) => {
            let err = refused.violations.iter().map(violation).collect();
            Told { err, code: 1, ..Told::default() }
        }
    }
}

/// What the crosswalk is said to know, given as JSON or as the name of a file with it.
fn found(given: &str) -> Result<Found, String> {
    let text = if given.trim_start().starts_with('{') {
        given.to_owned()
    } else {
        fs::read_to_string(given).map_err(|error| format!("--needs {given}: {error}"))?
    };
    let form = "a JSON object of vendor ids, as in {\"contact_id\": \"cust_9\"}";
    if let Ok(found) = serde_json::from_str(&text) {
        return Ok(found);
    }
    let needs = serde_json::from_str::<BTreeMap<String, VendorId>>(&text);
    let needs = needs.map_err(|error| format!("--needs takes {form}: {error}"))?;
    Ok(Found { needs, own: None })
}

/// What becomes of an event.
enum Made {
    Request(Value),
    Waits(Vec<Need>),
}

#[expect(clippy::result_large_err, reason = "it is read at once")]
fn made(
    contracts: &Contracts,
    of: &Integration,
    event: &Event,
    found: &Found,
) -> Result<Made, Refused> {
    // Stands for what a sender would give, where the integration takes its key from the header.
    let key = IdempotencyKey::new("sample");
    let Draft { key, needs, .. } = contracts.draft(&of.name, event, Some(&key))?;
    let missing = needs.into_iter().filter(|need| !found.needs.contains_key(&need.name));
    let missing: Vec<Need> = missing.collect();
    if !missing.is_empty() {
        return Ok(Made::Waits(missing));
    }
    let (carries, request) = contracts.make(&of.name, event, found)?;
    Ok(Made::Request(shown(of, carries, &request, &key)))
}

/// The request as the vendor gets it: a key that is sent in quotes stands in quotes.
fn shown(of: &Integration, carries: Carries, request: &Request, key: &IdempotencyKey) -> Value {
    let mut headers = Map::new();
    if let Some((header, value)) = of.dedupe_of(carries).header(key) {
        headers.insert(header.to_owned(), value.into());
    }
    json!({
        "method": request.method,
        "path": request.path,
        "headers": headers,
        "body": serde_json::from_str(&request.body).unwrap_or(Value::Null),
    })
}

fn waits(needs: &[Need]) -> String {
    let ids: Map<String, Value> =
        needs.iter().map(|need| (need.name.clone(), Value::from("..."))).collect();
    let records: Vec<String> = needs.iter().map(|need| need.record.to_string()).collect();
    format!(
        "it waits until the vendor's id of {} is known; say one to see the request: --needs '{}'",
        records.join(" and of "),
        Value::Object(ids)
    )
}

fn violation(violation: &Violation) -> String {
    let Violation { pointer, detail, of } = violation;
    let of = serde_json::to_value(of).unwrap_or_default();
    let of = of.as_str().unwrap_or_default();
    let at = if pointer.is_empty() { "" } else { ": " };
    format!("{of} {pointer}{at}{detail}\n")
}

#[cfg(test)]
mod tests;
