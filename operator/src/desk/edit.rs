//! Edit: an operator corrects a parked event, sees the difference, and sends it back through validate.

use std::{io::Write, process::Command};

use fairlead_contracts::{Contracts, Event};
use fairlead_core::{
    audit::Did,
    edit::edited_key,
    entry::Entry,
    id::{EntryKey, Sha256Hex},
    order::{may_order, policy},
    ticket::{Act, Order, Step, Ticket},
};
use jiff::Timestamp;
use similar::TextDiff;

use super::{Desk, DeskError, bulk::agree, order::refused, view::Done};
use crate::cli::Options;

/// An event, corrected and found valid.
#[derive(Clone, Debug)]
pub struct Correction {
    /// The corrected event.
    pub event: String,
    /// What differs, of the event and of the vendor's request, as a unified diff.
    pub difference: String,
    /// Where the delivery that carries it will lie.
    pub entry: EntryKey,
}

impl Desk {
    /// Opens the parked event in the editor, shows what changed, and orders the exchange.
    ///
    /// # Errors
    /// When the rules forbid it, the corrected event is not valid, or AWS does not do its part.
    pub async fn edit(
        &self,
        id: &str,
        reason: &str,
        checked: bool,
        options: &Options,
    ) -> Result<Done, DeskError> {
        let entry = self.editable(id, checked).await?;
        let corrected = edited(&pretty(&entry.event))?;
        let correction = check(&entry, corrected)?;
        eprint!("{}", correction.difference);
        agree(options, 1)?;
        self.exchange(&entry, &correction, reason, checked).await
    }

    /// A parked delivery whose event may be corrected.
    ///
    /// # Errors
    /// When the rules forbid it, or the ledger does not answer.
    pub async fn editable(&self, id: &str, checked: bool) -> Result<Entry, DeskError> {
        let entry = self.entry(id).await?;
        let policy = policy(fairlead_catalog::catalog(), &entry);
        let act = Act::Edit { event: Sha256Hex::of(b"") };
        may_order(&entry.life, &act, checked, policy.as_ref(), Timestamp::now())
            .map_err(|why| refused(&entry, why))?;
        Ok(entry)
    }

    /// Lays the corrected event down, and orders validate to put it in the place of the parked one.
    ///
    /// # Errors
    /// When AWS does not do its part.
    pub async fn exchange(
        &self,
        entry: &Entry,
        correction: &Correction,
        reason: &str,
        checked: bool,
    ) -> Result<Done, DeskError> {
        let on = format!("{} {}, delivery {}", entry.integration, entry.record, entry.id);
        let note = self.write_down(Did::Edit, on, reason, 1).await?;
        let event = self.ledger.lay_down(entry.id, &correction.event, note.at).await?;
        let mut ticket = Ticket::new(Step::Render, entry.key.clone(), entry.id);
        let (by, reason, version) = (note.by, note.reason, entry.life.version);
        ticket.order = Some(Order { by, reason, version, checked, act: Act::Edit { event } });
        self.send_to(&self.outputs.intake_queue_url, &[ticket]).await?;
        let said = format!(
            "ordered: edit {} of {}; another delivery carries it",
            entry.record, entry.integration
        );
        Ok(Done::new(said, format!("fairlead record {}", entry.record.id)))
    }
}

/// Checks the corrected event against the contracts of this bundle, and shows what changed.
///
/// # Errors
/// When nothing changed, or it may not take the place of the parked one.
pub fn check(entry: &Entry, corrected: String) -> Result<Correction, DeskError> {
    let digest = Sha256Hex::of(corrected.as_bytes());
    let event =
        Event::read(corrected.as_bytes()).map_err(|e| DeskError::NotValid(e.to_string()))?;
    let before = Event::read(entry.event.as_bytes());
    if before.is_ok_and(|before| before.payload_hash() == event.payload_hash()) {
        return Err(DeskError::NotAgreed("nothing was changed"));
    }
    let contracts = Contracts::new(fairlead_catalog::catalog());
    let rendered = contracts.render(&entry.integration, &event).map_err(|refused| {
        let lines = refused.violations.iter().map(|v| format!("\n  {} {}", v.pointer, v.detail));
        DeskError::NotValid(lines.collect())
    })?;
    let key = edited_key(entry, &rendered.key, &rendered.record, &digest)
        .map_err(|why| DeskError::NotValid(why.to_string()))?;
    let request = entry.request.as_ref().map(|r| pretty(&r.body)).unwrap_or_default();
    let difference = format!(
        "{}{}",
        diff("event", &pretty(&entry.event), &pretty(&corrected)),
        diff("request", &request, &pretty(&rendered.request.body)),
    );
    Ok(Correction { event: corrected, difference, entry: EntryKey::of(&entry.integration, &key) })
}

/// JSON with one member a line; numbers and the order of members stay as they are. Other text stays as it is.
pub fn pretty(text: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(text);
    value.map_or_else(|_| text.to_owned(), |value| format!("{value:#}\n"))
}

fn diff(of: &str, before: &str, after: &str) -> String {
    TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(2)
        .header(&format!("{of} as it was"), &format!("{of} corrected"))
        .to_string()
}

/// What the operator made of the text: `VISUAL`, `EDITOR`, or vi, on a file that only she can read.
fn edited(text: &str) -> Result<String, DeskError> {
    let failed = |e: std::io::Error| DeskError::Editor(e.to_string());
    let mut file = tempfile::Builder::new().suffix(".json").tempfile().map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(failed)?;
    let said = |name| std::env::var(name).ok().filter(|text| !text.trim().is_empty());
    let editor = ["VISUAL", "EDITOR"].into_iter().find_map(said).unwrap_or_else(|| "vi".to_owned());
    let mut words = editor.split_whitespace();
    let status = Command::new(words.next().unwrap_or("vi")).args(words).arg(file.path()).status();
    let status = status.map_err(|e| DeskError::Editor(format!("{editor}: {e}")))?;
    if !status.success() {
        return Err(DeskError::Editor(format!("{editor} ended with {status}")));
    }
    std::fs::read_to_string(file.path()).map_err(failed)
}
