//! `fairlead check`: every mistake at once, and what should be known.

use std::path::Path;

use comfy_table::{Table, TableStyle};
use fairlead_contracts::{Checked, Mistake, Sample, check};
use fairlead_core::{
    integration::{Catalog, Dedupe, Integration},
    span,
};
use serde_json::{Value, json};

use super::Told;
use crate::cli::Output;

/// Checks the folder.
pub(crate) fn run(dir: &Path, output: Output) -> Told {
    let checked = check(dir);
    let good = checked.catalog.is_ok();
    let out = match output {
        Output::Table => text(dir, &checked),
        Output::Json => format!("{:#}\n", document(dir, &checked)),
    };
    if good { Told::well(out) } else { Told::problem(out) }
}

fn text(dir: &Path, checked: &Checked) -> String {
    let mut text = warned(&checked.warnings);
    match &checked.catalog {
        Ok(catalog) => {
            text.push_str(&format!("{}\n\n", table(dir, catalog)));
            text.push_str(&sum(catalog, checked.warnings.len()));
        }
        Err(report) => {
            text.push_str(&format!("{report}."));
            if let Some(first) = report.mistakes.first() {
                text.push_str(&format!("  Next: fairlead explain {}", first.code));
            }
        }
    }
    text.push('\n');
    text
}

/// Each warning once, and where else the same holds: what is true of every integration would hide the rest.
fn warned(warnings: &[Mistake]) -> String {
    let mut text = String::new();
    let mut told: Vec<&Mistake> = Vec::new();
    let same = |a: &Mistake, b: &Mistake| (a.code, &a.message) == (b.code, &b.message);
    for warning in warnings {
        if told.iter().any(|one| same(one, warning)) {
            continue;
        }
        told.push(warning);
        text.push_str(&warning.text);
        let others = warnings.iter().filter(|one| same(one, warning)).skip(1);
        let others: Vec<String> =
            others.map(|one| format!("\n  = also: {}:{}", one.file, one.line)).collect();
        text.push_str(&format!("{}\n\n", others.concat()));
    }
    text
}

fn table(dir: &Path, catalog: &Catalog) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new());
    table.set_header([
        "INTEGRATION",
        "EVENT",
        "DESTINATION",
        "WHEN AN ANSWER IS LOST",
        "OWNER",
        "SAMPLES",
    ]);
    for one in catalog.integrations.values() {
        table.add_row([
            one.name.to_string(),
            one.source.event.clone(),
            one.destination.to_string(),
            promise(one),
            one.owner.team.clone(),
            samples(dir, one).to_string(),
        ]);
    }
    table.trim_fmt()
}

fn sum(catalog: &Catalog, warnings: usize) -> String {
    let (integrations, destinations) = (catalog.integrations.len(), catalog.destinations.len());
    let mut sum = format!(
        "{} and {}: no mistake",
        counted(integrations, "integration"),
        counted(destinations, "destination")
    );
    if warnings > 0 {
        sum.push_str(&format!(", {}", counted(warnings, "warning")));
    }
    sum.push_str(".  Next: fairlead test");
    sum
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// What is done when an answer was lost, and nobody knows what the request has done.
fn promise(integration: &Integration) -> String {
    match &integration.dedupe {
        Dedupe::None if integration.lookup.is_some() => "asked for first".to_owned(),
        Dedupe::Key { max_age, .. } => {
            format!("sent again, same key, for {}", span::text(*max_age))
        }
        Dedupe::Upsert => "sent again".to_owned(),
        Dedupe::None => "parked".to_owned(),
    }
}

fn samples(dir: &Path, integration: &Integration) -> usize {
    Sample::all(&dir.join(integration.name.as_str())).map_or(0, |samples| samples.len())
}

fn document(dir: &Path, checked: &Checked) -> Value {
    let integration = |one: &Integration| {
        json!({
            "name": one.name,
            "event": one.source.event,
            "destination": one.destination,
            "owner": one.owner.team,
            "when_an_answer_is_lost": promise(one),
            "samples": samples(dir, one),
            "hash": one.hash,
        })
    };
    let (integrations, mistakes) = match &checked.catalog {
        Ok(catalog) => (catalog.integrations.values().map(integration).collect(), Vec::new()),
        Err(report) => (Vec::new(), report.mistakes.iter().map(mistake).collect()),
    };
    json!({
        "ok": checked.catalog.is_ok(),
        "mistakes": mistakes,
        "warnings": checked.warnings.iter().map(mistake).collect::<Vec<_>>(),
        "integrations": integrations,
    })
}

fn mistake(mistake: &Mistake) -> Value {
    json!({
        "code": mistake.code.as_str(),
        "file": mistake.file,
        "line": mistake.line,
        "column": mistake.column,
        "message": mistake.message,
        "help": mistake.help,
    })
}
