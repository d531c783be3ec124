//! CloudEvents 1.0: the envelope is the event, in whichever mode it came.

use fairlead_core::{headers::Headers, problem::Problem};
use serde_json::{Map, Value};

use super::Arrived;
use crate::event::{Event, MAX_BYTES};

/// What a CloudEvent says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    /// Its `type`.
    pub kind: String,
    /// Its `source`.
    pub source: String,
}

impl Cloud {
    /// Reads the attributes that every CloudEvent has (CloudEvents 1.0.2, section 3.1).
    ///
    /// # Errors
    /// With what is wrong, in words.
    pub(super) fn of(event: &Event) -> Result<Self, String> {
        let attribute = |name: &str| match event.body().get(name) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
            Some(_) => Err(format!("the CloudEvent's \"{name}\" must be a text, and not empty")),
            None => Err(format!("the CloudEvent has no \"{name}\"")),
        };
        let version = attribute("specversion")?;
        if version != "1.0" {
            let version = crate::text::shorten(&version, 20);
            return Err(format!("the CloudEvent is of version {version}; 1.0 is taken"));
        }
        attribute("id")?;
        Ok(Self { kind: attribute("type")?, source: attribute("source")? })
    }
}

/// A CloudEvent that came as one document.
pub(super) fn structured(event: Event) -> Result<Arrived, Problem> {
    let cloud = Cloud::of(&event).map_err(Problem::BadBody)?;
    Ok(Arrived { cloud: Some(cloud), ..Arrived::plain(event) })
}

/// A CloudEvent whose attributes came as headers: the same event as if it had come as one document.
pub(super) fn binary(headers: &Headers, body: &[u8]) -> Result<Arrived, Problem> {
    if body.len() > MAX_BYTES {
        return Err(Problem::TooLarge { most: MAX_BYTES });
    }
    let mut envelope = Map::new();
    for (name, value) in headers.each() {
        if let Some(name) = name.strip_prefix("ce-") {
            let value = attribute(name, value).map_err(Problem::BadBody)?;
            envelope.insert(name.to_owned(), Value::String(value));
        }
    }
    let kind = headers.get("content-type").unwrap_or_default();
    envelope.insert("datacontenttype".to_owned(), Value::from(kind));
    envelope.insert("data".to_owned(), Event::read_data(body)?);
    structured(Event::of(Value::Object(envelope))?)
}

/// The value of a `ce-` header, in which what is not plain ASCII is percent-encoded (HTTP binding, section 3.1.3.2).
fn attribute(name: &str, value: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if name.is_empty() || !name.chars().all(fits) || name == "data" {
        let name = crate::text::shorten(name, 40);
        return Err(format!("the header ce-{name} names no attribute of a CloudEvent"));
    }
    let wrong = || format!("the header ce-{name} is not percent-encoded UTF-8");
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits: String = rest.by_ref().take(2).map(char::from).collect();
        let good = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        bytes.push(
            u8::from_str_radix(&digits, 16).ok().filter(|b| good && *b != 0).ok_or_else(wrong)?,
        );
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}
