//! What an integration takes in: the event's type, its schema, and how a webhook is verified.

use std::time::Duration;

use fairlead_core::{
    hook::{Algorithm, Encoding, HmacRule, Piece, Scheme, Verify},
    integration::{FROM_HEADER, Source as Wanted},
};

use super::{Reader, identity::Identity};
use crate::{
    code::Code,
    destination, expression,
    fields::{Fields, Said},
    text::{list, nearest, shorten},
};

const SCHEMES: [&str; 5] = ["standard-webhooks", "stripe", "github", "shopify", "hmac"];

/// What the senders of webhooks recommend.
const TOLERANCE: Duration = Duration::from_secs(300);

/// With more, an old message could be played again for days.
const LONGEST_TOLERANCE: Duration = Duration::from_secs(86_400);

impl Reader<'_> {
    pub(super) fn wanted(&mut self, mut fields: Fields<'_>) -> Option<Wanted> {
        let event = fields.text("event", self.mistakes).and_then(|said| self.event_type(said));
        let schema = fields.text("schema", self.mistakes).and_then(|said| self.schema(said));
        let from = fields.optional_text("from", self.mistakes).map(|said| said.text.to_owned());
        let when = fields.optional_text("when", self.mistakes).map(|said| {
            // The tables stand further below in the file, and are judged where the mapping names them.
            expression::program(self.source, said, None, self.mistakes)
        });
        let verify = match fields.optional("verify") {
            None => Some(None),
            Some(_) => {
                fields.map("verify", self.mistakes).and_then(|fields| self.verify(fields)).map(Some)
            }
        };
        fields.finish(self.mistakes);
        let when = when.map_or(Some(None), |when| when.map(Some));
        Some(Wanted { event: event?, schema: schema?, from, when: when?, verify: verify? })
    }

    fn event_type(&mut self, said: Said<'_>) -> Option<String> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if said.text.len() <= 128 && said.text.chars().all(fits) {
            return Some(said.text.to_owned());
        }
        let message = format!("\"{}\" is no event type", shorten(said.text, 60));
        let help = "write letters, digits, ., - and _, as in crm.deal.won; it is EventBridge's detail-type";
        self.wrong(Code::FL0203, said, message, help);
        None
    }

    /// A key that comes in a header could be changed by whoever plays a signed message again.
    pub(super) fn key_is_signed(
        &mut self,
        wanted: Option<&Wanted>,
        identity: Option<&Identity<'_>>,
    ) {
        let verified = wanted.is_some_and(|wanted| wanted.verify.is_some());
        let key = identity.and_then(|identity| identity.key_at);
        if let Some(said) = key.filter(|said| verified && said.text == FROM_HEADER) {
            let message = "no signature covers the header that the key comes in";
            let help = "make the key from the event, as in 'deal-won:\\(.data.deal.id)'; who plays a message again could change the header";
            self.wrong(Code::FL0320, said, message, help);
        }
    }

    fn verify(&mut self, mut fields: Fields<'_>) -> Option<Verify> {
        let source = self.source;
        let said = fields.text("scheme", self.mistakes);
        let secret = fields.text("secret", self.mistakes).and_then(|said| {
            destination::secret_below("fairlead-hooks/", source, said, self.mistakes)
        });
        let scheme = said.and_then(|said| self.scheme(said, &mut fields));
        let tolerance = self.tolerance(&mut fields, scheme.as_ref());
        // Who writes the key itself here by mistake must not find it in the report.
        fields.finish_hidden(self.mistakes);
        Some(Verify { scheme: scheme?, secret: secret?, tolerance: tolerance? })
    }

    fn scheme(&mut self, said: Said<'_>, fields: &mut Fields<'_>) -> Option<Scheme> {
        let scheme = match said.text {
            "standard-webhooks" => Scheme::StandardWebhooks,
            "stripe" => Scheme::Stripe,
            "github" => Scheme::Github,
            "shopify" => Scheme::Shopify,
            "hmac" => return self.hmac(fields).map(Scheme::Hmac),
            other => {
                let message = format!("\"{}\" is no scheme of signatures", shorten(other, 40));
                let help = match nearest(other, SCHEMES) {
                    Some(near) => format!("did you mean \"{near}\"?"),
                    None => format!("known here: {}", list(SCHEMES)),
                };
                self.wrong(Code::FL0220, said, message, help);
                // What else is said is not told as unknown as well.
                self.hmac_keys(fields);
                return None;
            }
        };
        for said in self.hmac_keys(fields) {
            let help = "remove it, or write scheme: hmac";
            self.wrong(Code::FL0307, said, "only the scheme hmac reads this", help);
        }
        Some(scheme)
    }

    fn hmac_keys<'n>(&mut self, fields: &mut Fields<'n>) -> Vec<Said<'n>> {
        let keys = ["header", "algorithm", "encoding", "prefix", "timestamp", "signed"];
        keys.iter().filter_map(|key| fields.optional_text(key, self.mistakes)).collect()
    }

    fn hmac(&mut self, fields: &mut Fields<'_>) -> Option<HmacRule> {
        let header = fields.text("header", self.mistakes).and_then(|said| self.header(said));
        let algorithm = [
            ("sha256", Algorithm::Sha256),
            ("sha1", Algorithm::Sha1),
            ("sha512", Algorithm::Sha512),
        ];
        let algorithm = self.one_of("algorithm", &algorithm, fields);
        let encoding = [("hex", Encoding::Hex), ("base64", Encoding::Base64)];
        let encoding = self.one_of("encoding", &encoding, fields);
        let prefix = fields.optional_text("prefix", self.mistakes);
        let timestamp = match fields.optional_text("timestamp", self.mistakes) {
            None => Some(None),
            Some(said) => self.header(said).map(Some),
        };
        let signed = fields.optional_text("signed", self.mistakes);
        let timed = timestamp.as_ref().is_none_or(Option::is_some);
        let signed = match signed {
            Some(said) => self.signed(said, timed),
            None if timed => Some(vec![Piece::Timestamp, Piece::Text(".".to_owned()), Piece::Body]),
            None => Some(vec![Piece::Body]),
        };
        Some(HmacRule {
            algorithm: algorithm?,
            header: header?,
            encoding: encoding?,
            prefix: prefix.map_or_else(String::new, |said| said.text.to_owned()),
            timestamp: timestamp?,
            signed: signed?,
        })
    }

    /// The value of a key that has few; the first of them when the key is not given.
    fn one_of<T: Copy>(
        &mut self,
        key: &'static str,
        known: &[(&'static str, T)],
        fields: &mut Fields<'_>,
    ) -> Option<T> {
        if fields.optional(key).is_none() {
            return known.first().map(|(_, value)| *value);
        }
        let said = fields.optional_text(key, self.mistakes)?;
        let found = known.iter().find(|(name, _)| *name == said.text);
        if found.is_none() {
            let message = format!("\"{}\" is no {key}", shorten(said.text, 40));
            let help = format!("known here: {}", list(known.iter().map(|(name, _)| *name)));
            self.wrong(Code::FL0105, said, message, help);
        }
        found.map(|(_, value)| *value)
    }

    /// A header that the sender sets, whichever it is.
    fn header(&mut self, said: Said<'_>) -> Option<String> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if said.text.chars().all(fits) && said.text.len() <= 100 {
            return Some(said.text.to_ascii_lowercase());
        }
        let message = format!("\"{}\" is no header name", shorten(said.text, 60));
        self.wrong(Code::FL0206, said, message, "write letters, digits and -, as in X-Signature");
        None
    }

    /// Reads `v0:{timestamp}:{body}`.
    fn signed(&mut self, said: Said<'_>, timed: bool) -> Option<Vec<Piece>> {
        let pieces = match pieces(said.text) {
            Ok(pieces) => pieces,
            Err(message) => {
                let help = "write the text that is signed with {timestamp} and {body}, as in 'v0:{timestamp}:{body}'";
                self.wrong(Code::FL0221, said, message, help);
                return None;
            }
        };
        let count = |wanted: &Piece| pieces.iter().filter(|piece| *piece == wanted).count();
        let (message, help) = if count(&Piece::Body) != 1 {
            (
                "what is signed must have {body} once",
                "a signature that does not cover the body proves nothing about it",
            )
        } else if timed && count(&Piece::Timestamp) == 0 {
            (
                "what is signed does not have {timestamp}",
                "add it where the sender has it; a time that is not signed proves nothing",
            )
        } else if !timed && count(&Piece::Timestamp) > 0 {
            (
                "{timestamp} is signed, and no header is named for it",
                "add timestamp: and the header's name",
            )
        } else {
            return Some(pieces);
        };
        self.wrong(Code::FL0221, said, message, help);
        None
    }

    fn tolerance(&mut self, fields: &mut Fields<'_>, scheme: Option<&Scheme>) -> Option<Duration> {
        let (length, node) = fields.length("tolerance", TOLERANCE, self.mistakes)?;
        let (Some(node), Some(scheme)) = (node, scheme) else { return Some(length) };
        let said = Said { text: "", node };
        if !scheme.has_time() {
            let message = "messages of this scheme do not say when they were sent";
            let help = "remove it; the idempotency key recognises a message that comes again";
            self.wrong(Code::FL0307, said, message, help);
        } else if length > LONGEST_TOLERANCE {
            self.wrong(
                Code::FL0211,
                said,
                "a tolerance may be at most 1d",
                "write 5m, as senders recommend",
            );
        }
        Some(length)
    }
}

fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or("a { has no } after it")?;
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        pieces.push(match name {
            "timestamp" => Piece::Timestamp,
            "body" => Piece::Body,
            other => return Err(format!("{{{}}} is not known", shorten(other, 40))),
        });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}
