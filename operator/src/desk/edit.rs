//! Edit: an operator corrects a parked event, sees the difference, and sends it back through validate.

use std::{io::Write, process::Command};

use fairlead_contracts::{Contracts, Event, Unfit};
use fairlead_core::{
    accept::Content,
    audit::{Did, Note},
    crosswalk::Crosswalk,
    edit::{NotEditable, edited_key},
    entry::Entry,
    id::{EntryKey, Sha256Hex},
    order::{Refusal, may_order, policy},
    record::Record,
    request::Request,
    ticket::{Act, Order, Step, Ticket},
    violation::Violation,
    word,
};
use jiff::Timestamp;
use similar::TextDiff;
use tempfile::NamedTempFile;

mod compact;

use compact::as_sent;

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
    /// The record that it is about; a refused event may have named none.
    pub record: Record,
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
        let editor = self.editor.clone().unwrap_or_else(editor);
        let file = typed(&pretty(&entry.event), &editor)?;
        let done = async {
            let correction = self.corrected(&entry, read(&file)?).await?;
            eprint!("{}", correction.difference);
            agree(options, 1)?;
            self.exchange(&entry, &correction, reason, checked).await
        };
        done.await.map_err(|why| kept(file, why))
    }

    /// The corrected event of a parked delivery, checked as validate will check it.
    ///
    /// # Errors
    /// As [`check`], and when another delivery has the corrected event's key already.
    pub async fn corrected(&self, entry: &Entry, event: String) -> Result<Correction, DeskError> {
        let contracts = Contracts::new(fairlead_catalog::catalog());
        let correction = check(&contracts, &self.ledger, entry, event).await?;
        // Validate refuses it too, but says so in its log only, and the operator would wait for nothing.
        match self.ledger.load(&correction.entry).await? {
            Some(taken) => Err(DeskError::NotEditable(NotEditable::Taken(taken.id))),
            None => Ok(correction),
        }
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
        let on = Note::about(entry);
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
        Ok(Done::new(said, format!("fairlead record {}", word::last(&correction.record.id))))
    }
}

/// Checks the corrected event against the contracts, makes its request with what the crosswalk knows, as validate
/// will, and shows what changed.
///
/// # Errors
/// When nothing changed, it may not take the place of the parked one, or the ledger does not answer.
pub async fn check<C: Crosswalk>(
    contracts: &Contracts,
    crosswalk: &C,
    entry: &Entry,
    corrected: String,
) -> Result<Correction, DeskError> {
    let corrected = as_sent(corrected);
    let before = Event::read(entry.event.as_bytes()).map(|event| event.payload_hash());
    let after = Event::read(corrected.as_bytes()).map(|event| event.payload_hash());
    if before.is_ok_and(|before| after.is_ok_and(|after| before == after)) {
        return Err(DeskError::NotAgreed("nothing was changed"));
    }
    let gone = || DeskError::Refused(entry.id.to_string(), Refusal::Gone.sentence());
    let of = contracts.catalog().integrations.get(&entry.integration).ok_or_else(gone)?;
    let made = contracts.corrected(crosswalk, of, entry, corrected.clone()).await;
    let made = made.map_err(|unfit| match unfit {
        Unfit::Refused(refused) => DeskError::NotValid(listed(&refused.violations)),
        Unfit::Port(failed) => DeskError::Port(failed),
    })?;
    let digest = Sha256Hex::of(corrected.as_bytes());
    let key = edited_key(entry, &made.idempotency_key, &made.record, &digest)
        .map_err(|why| DeskError::NotValid(why.to_string()))?;
    let event = diff("event", &pretty(&entry.event), &pretty(&corrected));
    let difference = event + &of_request(entry.request.as_ref(), &made.content);
    let at = EntryKey::of(&entry.integration, &key);
    Ok(Correction { event: corrected, difference, entry: at, record: made.record })
}

fn listed(violations: &[Violation]) -> String {
    let lines = violations.iter().map(|one| format!("{} {}", one.pointer, one.detail));
    lines.map(|line| format!("\n  {}", line.trim_start())).collect()
}

/// What differs in the vendor's request; its path too, which may name another record of the vendor's.
fn of_request(before: Option<&Request>, made: &Content) -> String {
    let (Content::Request(after) | Content::Update(after)) = made else {
        return "The request is made when the crosswalk knows all that it needs.\n".to_owned();
    };
    let call = |of: &Request| format!("{} {}\n", of.method.as_str(), of.path);
    let (path, body) = before.map_or_else(Default::default, |of| (call(of), pretty(&of.body)));
    diff("path", &path, &call(after)) + &diff("request", &body, &pretty(&after.body))
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

/// The editor that the operator has chosen.
fn editor() -> String {
    let said = |name| std::env::var(name).ok().filter(|text| !text.trim().is_empty());
    ["VISUAL", "EDITOR"].into_iter().find_map(said).unwrap_or_else(|| "vi".to_owned())
}

/// What the operator made of the text, in a file that only she can read.
fn typed(text: &str, editor: &str) -> Result<NamedTempFile, DeskError> {
    let mut file = tempfile::Builder::new()
        .prefix("fairlead-edit-")
        .suffix(".json")
        .tempfile()
        .map_err(bad)?;
    file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(bad)?;
    let mut words = editor.split_whitespace();
    let status = Command::new(words.next().unwrap_or("vi")).args(words).arg(file.path()).status();
    let status = status.map_err(|e| DeskError::Editor(format!("{editor}: {e}")))?;
    if !status.success() {
        return Err(DeskError::Editor(format!("{editor} ended with {status}")));
    }
    Ok(file)
}

fn read(file: &NamedTempFile) -> Result<String, DeskError> {
    std::fs::read_to_string(file.path()).map_err(bad)
}

fn bad(error: std::io::Error) -> DeskError {
    DeskError::Editor(error.to_string())
}

/// What was typed is work, and stays where the operator can take it up again.
fn kept(file: NamedTempFile, why: DeskError) -> DeskError {
    match file.keep() {
        Ok((_, path)) => DeskError::Kept(Box::new(why), path),
        Err(_) => why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_and_refused_is_kept_and_its_place_is_named() {
        let file = typed("{\"amount\": 1}\n", "sed -i s/1/many/").expect("an editor");
        let typed = read(&file).expect("a text");
        let refused = kept(file, DeskError::NotValid("/amount is no number".to_owned()));
        let DeskError::Kept(_, path) = &refused else { panic!("{refused}") };
        let said = refused.to_string();
        assert!(said.contains("is no number") && said.contains(&path.display().to_string()));
        assert_eq!(refused.exit_code(), 1);
        let left = std::fs::read_to_string(path).expect("it is there");
        std::fs::remove_file(path).expect("it is there");
        assert_eq!((left.as_str(), typed.as_str()), ("{\"amount\": many}\n", left.as_str()));
    }
}
