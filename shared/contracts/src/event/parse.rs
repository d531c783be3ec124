//! A strict JSON reader (RFC 8259), by hand.
//!
//! serde_json keeps the last of two equal members and cannot tell where it saw them,
//! and with exact numbers it takes an object with a certain secret member name for a number.
//! An event decides about invoices, so it is read by code that does neither.

use serde_json::{Map, Number, Value};

use super::{BadEvent, MAX_DEPTH, number};
use crate::{pointer, text::shorten};

/// Reads one document that is the whole text.
pub(crate) fn document(text: &str) -> Result<Value, BadEvent> {
    nested(text, MAX_DEPTH)
}

/// The same for a document that may be nested `most` levels deep.
pub(super) fn nested(text: &str, most: usize) -> Result<Value, BadEvent> {
    let mut reader = Reader { text, at: 0, path: Vec::new(), most };
    reader.space();
    let value = reader.value()?;
    reader.space();
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.not_json("expected nothing more after the document")),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    path: Vec<String>,
    /// The most levels.
    most: usize,
}

impl Reader<'_> {
    fn value(&mut self) -> Result<Value, BadEvent> {
        match self.peek() {
            Some('{') => self.object(),
            Some('[') => self.array(),
            Some('"') => self.string().map(Value::String),
            Some('-' | '0'..='9') => self.number(),
            Some('t') => self.word("true", Value::Bool(true)),
            Some('f') => self.word("false", Value::Bool(false)),
            Some('n') => self.word("null", Value::Null),
            _ => Err(self.not_json("expected a value")),
        }
    }

    fn object(&mut self) -> Result<Value, BadEvent> {
        self.deeper()?;
        self.at += 1;
        let mut members = Map::new();
        self.space();
        if self.take('}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.space();
            if self.peek() != Some('"') {
                return Err(self.not_json("expected a member name in double quotes"));
            }
            let name = self.string()?;
            self.space();
            if !self.take(':') {
                return Err(self.not_json("expected : after the member name"));
            }
            self.space();
            self.path.push(name.clone());
            if members.contains_key(&name) {
                return Err(BadEvent::DuplicateKey { pointer: self.pointer() });
            }
            let value = self.value()?;
            self.path.pop();
            members.insert(name, value);
            self.space();
            if self.take('}') {
                return Ok(Value::Object(members));
            }
            if !self.take(',') {
                return Err(self.not_json("expected , or } after a member"));
            }
        }
    }

    fn array(&mut self) -> Result<Value, BadEvent> {
        self.deeper()?;
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.take(']') {
            return Ok(Value::Array(items));
        }
        loop {
            self.space();
            self.path.push(items.len().to_string());
            items.push(self.value()?);
            self.path.pop();
            self.space();
            if self.take(']') {
                return Ok(Value::Array(items));
            }
            if !self.take(',') {
                return Err(self.not_json("expected , or ] after a list item"));
            }
        }
    }

    fn string(&mut self) -> Result<String, BadEvent> {
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.peek() {
                None => return Err(self.not_json("expected the closing quote of a text")),
                Some('"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some('\\') => text.push(self.escape()?),
                Some(c) if c < ' ' => {
                    return Err(self.not_json(
                        "expected no control character inside a text; write it as \\u00xx",
                    ));
                }
                Some(c) => {
                    self.at += c.len_utf8();
                    text.push(c);
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, BadEvent> {
        let start = self.at;
        self.at += 1;
        let simple = match self.peek() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => return self.unicode(),
            _ => {
                self.at = start;
                return Err(self.not_json("expected an escape that JSON knows"));
            }
        };
        self.at += 1;
        Ok(simple)
    }

    /// Reads from the `u` of `\uXXXX`, and the second half of a surrogate pair with it.
    fn unicode(&mut self) -> Result<char, BadEvent> {
        let lone = |reader: &Self| BadEvent::BadText {
            pointer: reader.pointer(),
            problem: "half of a surrogate pair",
        };
        let first = self.hex()?;
        let code = match first {
            0 => {
                return Err(BadEvent::BadText {
                    pointer: self.pointer(),
                    problem: "a NUL character",
                });
            }
            0xd800..=0xdbff => {
                if !self.text[self.at..].starts_with("\\u") {
                    return Err(lone(self));
                }
                self.at += 1;
                let second = self.hex()?;
                if !(0xdc00..=0xdfff).contains(&second) {
                    return Err(lone(self));
                }
                0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
            }
            code => code,
        };
        char::from_u32(code).ok_or_else(|| lone(self))
    }

    fn hex(&mut self) -> Result<u32, BadEvent> {
        let digits = self
            .text
            .get(self.at + 1..self.at + 5)
            .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(code) => {
                self.at += 5;
                Ok(code)
            }
            None => Err(self.not_json("expected four hexadecimal digits after \\u")),
        }
    }

    fn number(&mut self) -> Result<Value, BadEvent> {
        let rest = &self.text[self.at..];
        let length = rest
            .find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'))
            .unwrap_or(rest.len());
        let text = &rest[..length];
        match number::check(text) {
            Ok(()) => {}
            Err("is no JSON number") => {
                return Err(self.not_json("expected a number as JSON writes it, as in 12 or -0.5"));
            }
            Err(problem) => return Err(BadEvent::BadNumber { pointer: self.pointer(), problem }),
        }
        let kept: Result<Number, _> = text.parse();
        let kept = kept.map_err(|_| BadEvent::BadNumber {
            pointer: self.pointer(),
            problem: "cannot be kept exactly",
        })?;
        self.at += length;
        Ok(Value::Number(kept))
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, BadEvent> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.not_json("expected a value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn deeper(&self) -> Result<(), BadEvent> {
        if self.path.len() >= self.most { Err(BadEvent::TooDeep) } else { Ok(()) }
    }

    fn space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    fn take(&mut self, c: char) -> bool {
        let there = self.peek() == Some(c);
        if there {
            self.at += c.len_utf8();
        }
        there
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn pointer(&self) -> String {
        shorten(&pointer::of(&self.path), 300)
    }

    fn not_json(&self, expected: &str) -> BadEvent {
        let before = &self.text[..self.at];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let found = match self.peek() {
            Some(c) => format!("found `{}`", shorten(&c.to_string(), 1)),
            None => "found its end".to_owned(),
        };
        BadEvent::NotJson {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            problem: format!("{expected}, {found}"),
        }
    }
}
