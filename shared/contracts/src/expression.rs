//! Compiles the jq expressions and texts of a configuration, and tells their mistakes by their place in the file.

use std::{collections::BTreeMap, ops::Range};

use fairlead_core::expression::Expression;

use crate::{
    code::Code,
    fields::Said,
    jq::{self, Program, Scope, Trouble},
    path,
    report::Mistakes,
    source::Source,
    template::{Part, Template},
    text::{list, nearest},
};

type Tables = BTreeMap<String, BTreeMap<String, String>>;

/// What an expression may speak of besides the event.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    /// The integration's tables, where they could be read.
    pub(crate) tables: Option<&'a Tables>,
    /// What is seen from the crosswalk.
    pub(crate) scope: Scope,
    /// The names of the integration's needs.
    pub(crate) needs: &'a [String],
}

impl<'a> Known<'a> {
    /// What a request may speak of: the needs that are declared, too.
    pub(crate) fn for_requests(tables: Option<&'a Tables>, needs: &'a [String]) -> Self {
        let scope = Scope { needs: !needs.is_empty(), vendor_id: false };
        Self { tables, scope, needs }
    }

    /// Nothing but the event and the tables.
    pub(crate) fn event(tables: Option<&'a Tables>) -> Self {
        Self { tables, scope: Scope::default(), needs: &[] }
    }
}

/// A jq expression in YAML; gives its text back when it is right.
pub(crate) fn program(
    source: &Source,
    said: Said<'_>,
    tables: Option<&Tables>,
    mistakes: &mut Mistakes,
) -> Option<String> {
    match Program::compile(said.text) {
        Ok(program) => {
            let unknown = unknown_tables(&program, tables, 0);
            tell(source, said, &unknown, mistakes);
            unknown.is_empty().then(|| said.text.to_owned())
        }
        Err(troubles) => {
            tell(source, said, &troubles, mistakes);
            None
        }
    }
}

/// A text with `\(...)` in YAML.
pub(crate) fn template(
    source: &Source,
    said: Said<'_>,
    tables: Option<&Tables>,
    mistakes: &mut Mistakes,
) -> Option<Template> {
    template_in(source, said, Known::event(tables), mistakes)
}

fn template_in(
    source: &Source,
    said: Said<'_>,
    known: Known<'_>,
    mistakes: &mut Mistakes,
) -> Option<Template> {
    match Template::compile_in(said.text, known.scope) {
        Ok(template) => {
            let programs = template.parts.iter().filter_map(|part| match part {
                Part::Expression(program, _) => Some(program),
                Part::Literal(_) => None,
            });
            let unknown: Vec<Trouble> = programs
                .flat_map(|program| unknown_names(program, known, said.text.len()))
                .collect();
            tell(source, said, &unknown, mistakes);
            unknown.is_empty().then_some(template)
        }
        Err(troubles) => {
            tell(source, said, &troubles, mistakes);
            None
        }
    }
}

/// The request's path: a text with `\(...)` that stays below the base URL.
pub(crate) fn path(
    source: &Source,
    said: Said<'_>,
    known: Known<'_>,
    mistakes: &mut Mistakes,
) -> Option<String> {
    let template = template_in(source, said, known, mistakes)?;
    // Any value would do: every interpolation becomes one encoded piece.
    let pieces = template.parts.iter().map(|part| match part {
        Part::Literal(text) => text.as_str(),
        Part::Expression(..) => "x",
    });
    let example: String = pieces.collect();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@%/?".contains(c);
    let wrong = match path::check(&example) {
        Ok(()) if example.chars().all(plain) => return Some(said.text.to_owned()),
        Ok(()) => "has a character that must be percent-encoded".to_owned(),
        Err(wrong) => wrong,
    };
    let help = "write it below the base URL, as in /v3/customers/\\(.data.customer.id)";
    mistakes.add(Code::FL0210, source, &said.node.span, format!("the path {wrong}"), help);
    None
}

/// An expression over a vendor's answer.
pub(crate) fn answer(
    source: &Source,
    said: Said<'_>,
    mistakes: &mut Mistakes,
) -> Option<Expression> {
    match jq::answer(said.text) {
        Ok(expression) => Some(expression),
        Err(troubles) => {
            tell(source, said, &troubles, mistakes);
            None
        }
    }
}

/// A text with `\(...)` whose expressions are run without jq.
pub(crate) fn text(source: &Source, said: Said<'_>, mistakes: &mut Mistakes) -> Option<Expression> {
    match jq::answer(&format!("\"{}\"", said.text)) {
        Ok(expression) => Some(expression),
        Err(mut troubles) => {
            // The quotes are not in the file.
            for Trouble { span, .. } in &mut troubles {
                let within = |at: usize| at.saturating_sub(1).min(said.text.len());
                *span = within(span.start)..within(span.end);
            }
            tell(source, said, &troubles, mistakes);
            None
        }
    }
}

/// A file that is a jq program.
pub(crate) fn file(source: &Source, known: Known<'_>, mistakes: &mut Mistakes) -> bool {
    let troubles = match Program::compile_in(&source.text, known.scope) {
        Ok(program) => unknown_names(&program, known, 0),
        Err(troubles) => troubles,
    };
    for trouble in &troubles {
        mistakes.add(
            trouble.code,
            source,
            &trouble.span,
            trouble.message.as_str(),
            trouble.help.as_str(),
        );
    }
    troubles.is_empty()
}

/// Tables and needs that a program names and nobody declares.
fn unknown_names(program: &Program, known: Known<'_>, whole: usize) -> Vec<Trouble> {
    let declared = || known.needs.iter().map(String::as_str);
    let unknown = program
        .needs
        .iter()
        .filter(|(name, _)| known.scope.needs && !declared().any(|need| need == name));
    let needs = unknown.map(|(name, span)| Trouble {
        code: Code::FL0410,
        span: if whole == 0 { span.clone() } else { 0..whole },
        message: format!("need \"{name}\" is not declared"),
        help: match nearest(name, declared()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("declare it under needs; declared there: {}", list(declared())),
        },
    });
    unknown_tables(program, known.tables, whole).into_iter().chain(needs).collect()
}

/// Tables that a program looks up and nobody declares; nothing when the tables themselves could not be read.
fn unknown_tables(program: &Program, tables: Option<&Tables>, whole: usize) -> Vec<Trouble> {
    let Some(tables) = tables else { return Vec::new() };
    let unknown = program.tables.iter().filter(|(name, _)| !tables.contains_key(name));
    unknown
        .map(|(name, span)| Trouble {
            code: Code::FL0408,
            // In a text with several expressions the place is not known; then the whole text is shown.
            span: if whole == 0 { span.clone() } else { 0..whole },
            message: format!("table \"{name}\" is not declared"),
            help: match nearest(name, tables.keys().map(String::as_str)) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!(
                    "declare it under tables; declared there: {}",
                    list(tables.keys().map(String::as_str))
                ),
            },
        })
        .collect()
}

fn tell(source: &Source, said: Said<'_>, troubles: &[Trouble], mistakes: &mut Mistakes) {
    for trouble in troubles {
        let span: Range<usize> = said.node.within(source, &trouble.span);
        mistakes.add(trouble.code, source, &span, trouble.message.as_str(), trouble.help.as_str());
    }
}
