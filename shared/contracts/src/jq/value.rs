//! Between JSON values and jq values: numbers keep their text, object keys keep their order.

use jaq_core::ValT;
use jaq_json::{Map, Num, Val};
use serde_json::{Number, Value};

use crate::text::shorten;

/// The most values that one result may hold; it also bounds what shared parts unfold to.
const MAX_NODES: usize = 100_000;

/// The deepest nesting a result may have; the same as an event's.
const MAX_DEPTH: usize = crate::event::MAX_DEPTH;

/// The most bytes of text made from one value.
const MAX_TEXT: usize = 256 * 1024;

/// Why a jq value is no JSON document: where, and what is wrong.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotJson {
    /// JSON pointer to the part.
    pub(crate) pointer: String,
    /// One line.
    pub(crate) detail: String,
}

/// The same document for a program to work on.
pub(crate) fn from_json(value: &Value) -> Val {
    match value {
        Value::Null => Val::Null,
        Value::Bool(yes) => Val::Bool(*yes),
        Value::Number(number) => Val::from_num(&number.to_string()).unwrap_or(Val::Null),
        Value::String(text) => Val::from(text.clone()),
        Value::Array(items) => items.iter().map(from_json).collect(),
        Value::Object(members) => {
            let entries =
                members.iter().map(|(key, value)| (Val::from(key.clone()), from_json(value)));
            Val::obj(entries.collect::<Map>())
        }
    }
}

/// The JSON document that a program made.
///
/// # Errors
/// At the first part that JSON cannot hold, and at numbers that went through floating point.
pub(crate) fn to_json(value: &Val) -> Result<Value, NotJson> {
    Walk { nodes: 0, bytes: 0 }.value(value, &mut Vec::new())
}

/// The text of a value, as interpolation writes it: a text as it is, anything else as JSON.
///
/// # Errors
/// When the value is no JSON, or too large.
pub(crate) fn to_text(value: &Val) -> Result<String, String> {
    match value {
        Val::TStr(bytes) => {
            String::from_utf8(bytes.to_vec()).map_err(|_| "a text is not UTF-8".to_owned())
        }
        _ => to_json_text(value),
    }
}

/// The JSON text of a value.
///
/// # Errors
/// As [`to_json`], in one line.
pub(crate) fn to_json_text(value: &Val) -> Result<String, String> {
    to_json(value).map(|json| json.to_string()).map_err(|wrong| wrong.detail)
}

struct Walk {
    nodes: usize,
    bytes: usize,
}

impl Walk {
    fn value(&mut self, value: &Val, path: &mut Vec<String>) -> Result<Value, NotJson> {
        self.nodes += 1;
        if self.nodes > MAX_NODES || self.bytes > MAX_TEXT {
            return Err(wrong(&[], "the mapping's result is too large"));
        }
        if path.len() > MAX_DEPTH {
            return Err(wrong(path, "the mapping's result is nested too deep"));
        }
        Ok(match value {
            Val::Null => Value::Null,
            Val::Bool(yes) => Value::Bool(*yes),
            Val::Num(number) => Value::Number(self.number(number, path)?),
            Val::TStr(bytes) => Value::String(self.text(bytes, path)?),
            Val::BStr(_) => return Err(wrong(path, "a byte string is no JSON")),
            Val::Arr(items) => Value::Array(self.array(items, path)?),
            Val::Obj(members) => self.object(members, path)?,
        })
    }

    fn array(&mut self, items: &[Val], path: &mut Vec<String>) -> Result<Vec<Value>, NotJson> {
        let mut array = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            path.push(index.to_string());
            array.push(self.value(item, path)?);
            path.pop();
        }
        Ok(array)
    }

    fn object(&mut self, members: &Map, path: &mut Vec<String>) -> Result<Value, NotJson> {
        let mut object = serde_json::Map::new();
        for (key, value) in members {
            let Val::TStr(key) = key else {
                return Err(wrong(path, "an object key is no text"));
            };
            let key = self.text(key, path)?;
            path.push(key.clone());
            object.insert(key, self.value(value, path)?);
            path.pop();
        }
        Ok(Value::Object(object))
    }

    fn text(&mut self, bytes: &[u8], path: &[String]) -> Result<String, NotJson> {
        self.bytes += bytes.len();
        String::from_utf8(bytes.to_vec()).map_err(|_| wrong(path, "a text is not UTF-8"))
    }

    fn number(&mut self, number: &Num, path: &[String]) -> Result<Number, NotJson> {
        if let Num::Float(computed) = number {
            let detail = format!(
                "the number {computed} was computed in floating point, which is not exact; use cents for money, or whole numbers"
            );
            return Err(wrong(path, &detail));
        }
        let text = number.to_string();
        self.bytes += text.len();
        text.parse().map_err(|_| wrong(path, &format!("{} is no JSON number", shorten(&text, 40))))
    }
}

fn wrong(path: &[String], detail: &str) -> NotJson {
    NotJson { pointer: crate::pointer::of(path), detail: detail.to_owned() }
}
