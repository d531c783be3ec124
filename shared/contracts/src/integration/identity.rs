//! What its records are called, and what makes two events the same.

use std::time::Duration;

use fairlead_core::{
    id::DestinationName,
    integration::{Auth, Dedupe, FROM_HEADER, RecordRule},
};

use super::{Reader, Tables};
use crate::{
    code::Code,
    destination::Declared,
    expression,
    fields::{Fields, Said},
    name, policy,
    text::shorten,
};

/// How long a vendor remembers keys when nothing else is said; the published figure of most.
const DAY: Duration = Duration::from_secs(86_400);

/// What `idempotency` says.
pub(super) struct Identity<'n> {
    pub(super) key: Option<String>,
    pub(super) key_at: Option<Said<'n>>,
    pub(super) keep: policy::Length<'n>,
    pub(super) header: Option<(Option<String>, Said<'n>)>,
    pub(super) max_age: policy::Length<'n>,
    pub(super) quoted: bool,
}

impl Identity<'_> {
    /// The promise that the key's header makes.
    pub(super) fn promise(&self) -> Option<Dedupe> {
        let (name, _) = self.header.as_ref()?;
        Some(Dedupe::Key { header: name.clone()?, max_age: self.max_age.0, quoted: self.quoted })
    }
}

impl Reader<'_> {
    pub(super) fn record(
        &mut self,
        mut fields: Fields<'_>,
        tables: Option<&Tables>,
    ) -> Option<RecordRule> {
        let kind = fields.text("kind", self.mistakes).map(|said| said.text.to_owned());
        let id = fields.text("id", self.mistakes);
        let id = id.and_then(|said| expression::program(self.source, said, tables, self.mistakes));
        let label = fields.optional_text("label", self.mistakes);
        let label = label.map(|said| {
            expression::template(self.source, said, tables, self.mistakes)
                .map(|_| said.text.to_owned())
        });
        let url = fields.optional_text("url", self.mistakes);
        let url = url.map(|said| self.record_url(said, tables));
        fields.finish(self.mistakes);
        Some(RecordRule {
            kind: kind?,
            id: id?,
            label: label.map_or(Some(None), |l| l.map(Some))?,
            url: url.map_or(Some(None), |u| u.map(Some))?,
        })
    }

    fn record_url(&mut self, said: Said<'_>, tables: Option<&Tables>) -> Option<String> {
        let host =
            said.text.strip_prefix("https://").map(|rest| rest.split('/').next().unwrap_or(rest));
        if host.is_none_or(|host| host.is_empty() || host.contains(['\\', '@'])) {
            let message = format!(
                "\"{}\" does not begin with https:// and a fixed host",
                shorten(said.text, 80)
            );
            let help = "write a link whose host does not come from the event, as in https://crm.example.com/deals/\\(.data.deal.id)";
            self.wrong(Code::FL0208, said, message, help);
            return None;
        }
        expression::template(self.source, said, tables, self.mistakes).map(|_| said.text.to_owned())
    }

    /// The key's header is not the one in which the destination's credential goes.
    pub(super) fn one_header(
        &mut self,
        target: Option<&DestinationName>,
        identity: Option<&Identity<'_>>,
        declared: &Declared,
    ) {
        let stages = std::iter::once(&declared.good).chain(declared.stages.values());
        let header = identity.and_then(|identity| identity.header.as_ref());
        let (Some(target), Some((Some(name), said))) = (target, header) else { return };
        for destination in stages.filter_map(|all| all.get(target)) {
            let taken: &[&str] = match &destination.auth {
                Auth::Header { name, .. } => &[name.as_str()],
                // The third, webhook-id, is the key itself.
                Auth::StandardWebhooks { .. } => &["webhook-timestamp", "webhook-signature"],
                Auth::Bearer { .. } | Auth::Basic { .. } | Auth::Query { .. } | Auth::Oauth2(_) => {
                    &[]
                }
            };
            if taken.iter().any(|taken| taken.eq_ignore_ascii_case(name)) {
                let message = format!("header \"{name}\" carries the credential of {target}");
                let help = "name the header in which the vendor expects the idempotency key";
                self.wrong(Code::FL0309, *said, message, help);
            }
        }
    }

    pub(super) fn identity<'n>(
        &mut self,
        mut fields: Fields<'n>,
        tables: Option<&Tables>,
    ) -> Option<Identity<'n>> {
        let key_at = fields.text("key", self.mistakes);
        let key = key_at.and_then(|said| {
            if said.text == FROM_HEADER {
                return Some(said.text.to_owned());
            }
            let template = expression::template(self.source, said, tables, self.mistakes)?;
            if template.mentions_the_event() {
                return Some(said.text.to_owned());
            }
            let help = "put in what tells two events apart, as in 'deal-won:\\(.data.deal.id)'";
            self.wrong(Code::FL0306, said, "the key is the same for every event", help);
            None
        });
        let keep = fields.length("keep", self.defaults.keep, self.mistakes);
        let header = fields.optional_text("header", self.mistakes);
        let header = header.map(|said| (name::header(self.source, said, &[], self.mistakes), said));
        let max_age = fields.length("key_max_age", DAY, self.mistakes);
        let quoted = self.quoted(&mut fields, header.is_some());
        fields.finish(self.mistakes);
        Some(Identity { key, key_at, keep: keep?, header, max_age: max_age?, quoted: quoted? })
    }

    /// Whether the key is sent in quotes.
    fn quoted(&mut self, fields: &mut Fields<'_>, header: bool) -> Option<bool> {
        let help =
            "write quoted: true if the vendor wants the key in quotes, as a string of RFC 8941";
        let quoted = fields.flag("quoted", help, self.mistakes);
        if let Some(node) = fields.optional("quoted").filter(|_| !header) {
            let message = "\"quoted\" has no effect without \"header\"";
            let help = "name the header that carries the key, or remove quoted";
            self.mistakes.add(Code::FL0307, self.source, &node.span, message, help);
        }
        quoted
    }
}
