//! Texts with `\(...)`: each interpolation is a jq expression over the event.

use std::ops::Range;

use jaq_core::load;
use jaq_json::{Num, Val};

use crate::{
    code::Code,
    jq::{Given, Program, Scope, Trouble, value},
    text,
};

/// A compiled text.
pub(crate) struct Template {
    pub(crate) parts: Vec<Part>,
}

/// A piece of a text.
pub(crate) enum Part {
    /// Written as it stands.
    Literal(String),
    /// An expression, with its source for messages.
    Expression(Program, String),
}

impl Template {
    /// Reads a text and compiles its expressions.
    ///
    /// # Errors
    /// Everything that is wrong with it, by its place in the text.
    pub(crate) fn compile(text: &str) -> Result<Self, Vec<Trouble>> {
        Self::compile_in(text, Scope::default())
    }

    /// The same for a text whose expressions may see more.
    ///
    /// # Errors
    /// As [`Template::compile`].
    pub(crate) fn compile_in(text: &str, scope: Scope) -> Result<Self, Vec<Trouble>> {
        let (mut parts, mut troubles) = (Vec::new(), Vec::new());
        let mut at = 0;
        while let Some(found) = text[at..].find('\\') {
            let slash = at + found;
            literal(&mut parts, &text[at..slash]);
            match expression(text, slash) {
                Ok(inner) => {
                    at = inner.end + 1;
                    match Program::compile_in(&text[inner.clone()], scope) {
                        Ok(program) => {
                            parts.push(Part::Expression(program, text[inner].trim().to_owned()))
                        }
                        Err(wrong) => troubles
                            .extend(wrong.into_iter().map(|trouble| moved(trouble, inner.start))),
                    }
                }
                Err(trouble) => {
                    troubles.push(trouble);
                    at = text.len();
                }
            }
        }
        literal(&mut parts, &text[at..]);
        if troubles.is_empty() { Ok(Self { parts }) } else { Err(troubles) }
    }

    /// Whether the text depends on the event at all.
    pub(crate) fn mentions_the_event(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Expression(..)))
    }

    /// The text for one event; `write` takes each interpolated value.
    ///
    /// # Errors
    /// When an expression fails, or gives something that has no place in a text.
    pub(crate) fn render(
        &self,
        event: &Val,
        given: &Given<'_>,
        write: impl Fn(&str) -> Result<String, String>,
    ) -> Result<String, String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Expression(program, source) => {
                    let in_source =
                        |why: String| format!("\\({}): {why}", text::shorten(source, 60));
                    let value =
                        program.run(event, given).map_err(|stopped| in_source(stopped.0))?;
                    text.push_str(&write(&scalar(&value).map_err(in_source)?).map_err(in_source)?);
                }
            }
        }
        Ok(text)
    }
}

/// The text of a value that can stand in a name: a text that is not empty, a number, true or false.
///
/// # Errors
/// Says what it is instead.
pub(crate) fn scalar(value: &Val) -> Result<String, String> {
    match value {
        Val::Null => Err("is null or missing".to_owned()),
        Val::TStr(text) if text.is_empty() => Err("is an empty text".to_owned()),
        Val::TStr(_) | Val::Bool(_) | Val::Num(Num::Int(_) | Num::BigInt(_) | Num::Dec(_)) => {
            value::to_text(value)
        }
        Val::Num(Num::Float(_)) => {
            Err("was computed in floating point, which is not exact".to_owned())
        }
        Val::Arr(_) | Val::Obj(_) => Err("is a list or an object, not a text".to_owned()),
        Val::BStr(_) => Err("is a byte string, not a text".to_owned()),
    }
}

fn literal(parts: &mut Vec<Part>, text: &str) {
    if !text.is_empty() {
        parts.push(Part::Literal(text.to_owned()));
    }
}

/// The expression of the interpolation that begins at the backslash.
fn expression(text: &str, slash: usize) -> Result<Range<usize>, Trouble> {
    let trouble = |end: usize, message: &str, help: &str| Trouble {
        code: Code::FL0407,
        span: slash..end,
        message: message.to_owned(),
        help: help.to_owned(),
    };
    if !text[slash + 1..].starts_with('(') {
        return Err(trouble(
            slash + 1,
            "a backslash that begins no \\(...)",
            "write \\(.data.id) to put in a value of the event",
        ));
    }
    let from = slash + 2;
    let mut first_close = None;
    // A bracket inside the expression leaves it unbalanced, so the first place where it can be read is its end.
    for (offset, _) in text[from..].match_indices(')').take(200) {
        let inner = from..from + offset;
        first_close.get_or_insert(inner.clone());
        if inner.len() < 4_096 && load::parse(&text[inner.clone()], |p| p.term()).is_some() {
            return Ok(inner);
        }
    }
    // Nothing could be read: let the compiler say why, at the first bracket.
    first_close.ok_or_else(|| {
        trouble(
            text.len(),
            "an interpolation without its closing bracket",
            "close it, as in \\(.data.id)",
        )
    })
}

fn moved(trouble: Trouble, by: usize) -> Trouble {
    Trouble { span: trouble.span.start + by..trouble.span.end + by, ..trouble }
}
