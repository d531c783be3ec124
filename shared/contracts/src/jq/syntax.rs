//! Reads programs, and refuses those that are too large to be read by recursion.

use std::ops::Range;

use jaq_core::load::{
    Lexer, Parser,
    lex::{StrPart, Tok, Token},
    parse::Term,
};

use super::{Trouble, span_in};
use crate::{code::Code, text};

/// The largest program, in bytes.
const MAX_PROGRAM: usize = 64 * 1024;

/// The deepest nesting of brackets in a program; jaq reads them by recursion.
const MAX_BRACKETS: usize = 100;

/// The deepest tree a program may be; each operator in a row makes it one level deeper.
const MAX_TREE: usize = 100;

/// Reads a program.
///
/// # Errors
/// Everything that is wrong with its form.
pub(super) fn parse(code: &str) -> Result<Term<&str>, Vec<Trouble>> {
    bounded(code).map_err(|trouble| vec![trouble])?;
    let tokens = Lexer::new(code).lex().map_err(|errors| {
        let each = errors.into_iter();
        each.map(|(expected, rest)| no_jq(code, expected.as_str(), first_char(rest)))
            .collect::<Vec<_>>()
    })?;
    if let Some(Token(word @ ("include" | "import" | "module"), _)) = tokens.first() {
        let message = format!("`{word}` is not allowed in a mapping");
        let help = "write the definitions at the top of this file".to_owned();
        return Err(vec![Trouble { code: Code::FL0402, span: span_in(code, word), message, help }]);
    }
    if let Some(at) = too_deep(&tokens, 0) {
        let message = format!("more than {MAX_TREE} operators and path parts stand in one row");
        return Err(vec![too_large(span_in(code, at), message)]);
    }
    Parser::new(&tokens).parse(|p| p.term()).map_err(|errors| {
        let end = &code[code.trim_end().len()..];
        let each = errors.into_iter().map(|(expected, found)| {
            let found = found.map_or(end, |token| token.0.lines().next().unwrap_or(token.0));
            no_jq(code, expected.as_str(), found)
        });
        each.collect()
    })
}

fn no_jq(code: &str, expected: &str, found: &str) -> Trouble {
    let instead = match found.trim() {
        "" => "at its end".to_owned(),
        found => format!("instead of `{}`", text::shorten(found, 20)),
    };
    let message = format!("the program is no jq: expected {expected} {instead}");
    let help = "see https://jqlang.org/manual for the language".to_owned();
    Trouble { code: Code::FL0401, span: span_in(code, found), message, help }
}

fn bounded(code: &str) -> Result<(), Trouble> {
    if code.len() > MAX_PROGRAM {
        return Err(too_large(
            0..0,
            format!("the program has {} bytes; at most {MAX_PROGRAM} are read", code.len()),
        ));
    }
    let mut open = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > MAX_BRACKETS {
            return Err(too_large(
                at..at + 1,
                format!("brackets are nested more than {MAX_BRACKETS} deep"),
            ));
        }
    }
    Ok(())
}

fn too_large(span: Range<usize>, message: String) -> Trouble {
    let help = "split the mapping into definitions, or into two integrations".to_owned();
    Trouble { code: Code::FL0405, span, message, help }
}

/// The first token that makes the program's tree too deep, counting rows within brackets on top of those outside.
fn too_deep<'s>(tokens: &[Token<&'s str>], outside: usize) -> Option<&'s str> {
    let (mut depth, mut parts) = (outside, 0);
    tokens.iter().find_map(|token| {
        // A path's parts are read in a row of their own.
        parts = if is_path_part(token) { parts + 1 } else { 0 };
        let inner = match &token.1 {
            Tok::Block(inner) => too_deep(inner, depth + 1),
            Tok::Str(parts) => parts.iter().find_map(|part| match part {
                StrPart::Term(token) => too_deep(std::slice::from_ref(token), depth),
                StrPart::Str(_) | StrPart::Char(_) => None,
            }),
            // A definition, an argument and an object's value each begin a row of their own.
            Tok::Sym if matches!(token.0, ";" | ":") => {
                depth = outside;
                None
            }
            Tok::Word | Tok::Var | Tok::Fmt | Tok::Num | Tok::Sym => {
                depth += usize::from(is_operator(token.0));
                None
            }
        };
        inner.or((depth > MAX_TREE || parts > MAX_TREE).then_some(token.0))
    })
}

/// What makes a tree one level deeper; `as` is told by the `|` that must follow it.
fn is_operator(token: &str) -> bool {
    const WORDS: [&str; 10] =
        ["and", "or", "if", "elif", "def", "try", "label", "reduce", "foreach", ","];
    WORDS.contains(&token) || token.chars().all(|c| "+-*/%=!<>|".contains(c))
}

fn is_path_part(token: &Token<&str>) -> bool {
    token.0 == "?"
        || token.0.starts_with('.')
        || (matches!(token.1, Tok::Block(_)) && token.0.starts_with('['))
}

fn first_char(rest: &str) -> &str {
    &rest[..rest.chars().next().map_or(0, char::len_utf8)]
}
