//! The jq sandbox: programs that always end, look at nothing outside and keep numbers exact.
//!
//! - `guard` looks through a program before it is compiled and leads every loop through a step counter;
//! - `native` and `prelude.jq` are all that a program may call;
//! - `value` is the way in and out; `money` knows cents.
//!
//! The bound is on steps and on the size of single values, not on seconds:
//! comparing two huge values is one step, so a program can still be slow, but not without end.

mod guard;
mod money;
mod native;
mod sandbox;
#[cfg(test)]
mod tests;
pub(crate) mod value;

use std::{collections::BTreeSet, ops::Range, sync::OnceLock};

use jaq_core::{
    Compiler, Ctx, Filter, Vars,
    compile::Undefined,
    load::{
        self, Arena, File, Loader,
        lex::{StrPart, Tok, Token},
        parse::Def,
    },
};
use jaq_json::Val;

pub(crate) use sandbox::Tables;

use crate::{code::Code, text};
use guard::Guard;
use sandbox::{Data, Run, Sandbox};

/// The largest program, in bytes.
const MAX_PROGRAM: usize = 64 * 1024;

/// The deepest nesting of brackets in a program; jaq reads them by recursion.
const MAX_BRACKETS: usize = 100;

/// The deepest tree a program may be; each operator in a row makes it one level deeper.
const MAX_TREE: usize = 100;

const PRELUDE: &str = include_str!("prelude.jq");

/// The name under which the user's program is compiled.
const MAIN: &str = "fairlead_main";

/// Something wrong in a program, by its place in the program's text.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    pub(crate) code: Code,
    pub(crate) span: Range<usize>,
    pub(crate) message: String,
    pub(crate) help: String,
}

/// A compiled program.
pub(crate) struct Program {
    filter: Filter<Sandbox>,
    /// Tables that the program names in plain text, with their place in it.
    pub(crate) tables: Vec<(String, Range<usize>)>,
}

/// Why a run gave no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stopped(pub(crate) String);

impl Program {
    /// Reads, checks and compiles a program.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(crate) fn compile(code: &str) -> Result<Self, Vec<Trouble>> {
        Self::compile_with(code, Guard::new(code))
    }

    fn compile_with<'s>(code: &'s str, mut guard: Guard<'s>) -> Result<Self, Vec<Trouble>> {
        bounded(code).map_err(|trouble| vec![trouble])?;
        let term = parse(code)?;
        let main = guard.def(Def { name: MAIN, args: Vec::new(), body: term });
        let mut troubles = std::mem::take(&mut guard.troubles);
        for (pattern, span) in &guard.patterns {
            troubles.extend(bad_pattern(pattern, span.clone()));
        }
        match build(code, main) {
            Ok(filter) if troubles.is_empty() => Ok(Self { filter, tables: guard.tables }),
            Ok(_) => Err(troubles),
            Err(more) => {
                // A call that is not allowed is also unknown to the compiler; once is enough.
                let told: BTreeSet<usize> = troubles.iter().map(|t| t.span.start).collect();
                troubles.extend(more.into_iter().filter(|t| !told.contains(&t.span.start)));
                Err(troubles)
            }
        }
    }

    /// Runs the program on one value; it must give exactly one.
    ///
    /// # Errors
    /// When it fails, refuses, gives none or several, or takes too many steps.
    pub(crate) fn run(&self, input: &Val, tables: &Tables) -> Result<Val, Stopped> {
        let run = Run::new(tables);
        let data = Data { lut: &self.filter.lut, run: &run };
        let ctx = Ctx::<Sandbox>::new(data, Vars::new([]));
        let mut outputs = self.filter.id.run((ctx, input.clone()));
        let first = outputs.next();
        let more = matches!(first, Some(Ok(_))) && outputs.next().is_some();
        drop(outputs);
        if let Some(why) = run.refusal() {
            return Err(Stopped(why));
        }
        match first {
            None => Err(Stopped("gives no value".to_owned())),
            Some(Ok(_)) if more => Err(Stopped("gives more than one value".to_owned())),
            Some(Ok(value)) => Ok(value),
            Some(Err(stop)) => Err(Stopped(match stop.get_err() {
                Ok(error) => text::shorten(&error.to_string(), 200),
                Err(_) => "was stopped".to_owned(),
            })),
        }
    }
}

/// What to write instead of a function that a program may not call.
fn forbidden(name: &str) -> Option<&'static str> {
    Some(match name {
        "now" | "localtime" | "strflocaltime" | "gmtime" => {
            "the same event must always give the same request; take the time from the event"
        }
        "env" | "input" | "inputs" | "input_line_number" | "input_filename" | "$__prog_args" => {
            "a mapping sees the event and its tables only"
        }
        "halt" | "halt_error" => "refuse an event with error(\"why\") or need(.field; \"why\")",
        "debug" | "stderr" => "run `fairlead test` to see what a mapping makes",
        "floor" | "round" | "ceil" | "sqrt" | "pow" | "log" | "exp" | "trunc" | "rint"
        | "nearbyint" => "numbers stay exact here; for money use cents",
        "repeat" | "while" | "until" | "recurse" | "combinations" => {
            "it may never end; write it with map, reduce, range or .."
        }
        "fromjson" => "send the value as JSON instead of as a text with JSON in it",
        "inside" | "indices" | "index" | "rindex" => {
            "write any(.[]; . == $value), or contains for texts"
        }
        "match" | "splits" | "matches" | "split_matches" => "use test, capture, scan, sub or gsub",
        "getpath" | "setpath" | "delpaths" | "paths" | "path" | "pick" | "walk" => {
            "write the path itself, as in .data.id"
        }
        "refuse" => "use error(\"why\")",
        "short" | "scan_" | "sub_part" | "capture_of_match" | "key_values" | "min_by_or_empty"
        | "max_by_or_empty" => "it is an inner part of the sandbox",
        _ => return None,
    })
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

fn parse(code: &str) -> Result<load::parse::Term<&str>, Vec<Trouble>> {
    let syntax = |part: &str, message: String| Trouble {
        code: Code::FL0401,
        span: span_in(code, part),
        message,
        help: "see https://jqlang.org/manual for the language; try it with `fairlead test`"
            .to_owned(),
    };
    let tokens = load::Lexer::new(code).lex().map_err(|errors| {
        let each = errors.into_iter().map(|(expected, found)| {
            let found = first_char(found);
            syntax(
                found,
                format!(
                    "the program is no jq: expected {} {}",
                    expected.as_str(),
                    instead_of(found)
                ),
            )
        });
        each.collect::<Vec<_>>()
    })?;
    if let Some(Token(word @ ("include" | "import" | "module"), _)) = tokens.first() {
        let message = format!("`{word}` is not allowed in a mapping");
        let help = "write the definitions at the top of this file".to_owned();
        return Err(vec![Trouble { code: Code::FL0402, help, ..syntax(word, message) }]);
    }
    if let Some(at) = too_deep(&tokens, 0) {
        let message = format!("more than {MAX_TREE} operators and path parts stand in one row");
        return Err(vec![too_large(span_in(code, at), message)]);
    }
    load::Parser::new(&tokens).parse(|p| p.term()).map_err(|errors| {
        let each = errors.into_iter().map(|(expected, found)| {
            let end = &code[code.trim_end().len()..];
            let found = found.map_or(end, |token| token.0.lines().next().unwrap_or(token.0));
            let instead = instead_of(found);
            syntax(found, format!("the program is no jq: expected {} {instead}", expected.as_str()))
        });
        each.collect()
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

fn instead_of(found: &str) -> String {
    if found.is_empty() {
        "at its end".to_owned()
    } else {
        format!("instead of `{}`", text::shorten(found, 20))
    }
}

fn first_char(rest: &str) -> &str {
    &rest[..rest.chars().next().map_or(0, char::len_utf8)]
}

fn build<'s>(code: &'s str, main: Def<&'s str>) -> Result<Filter<Sandbox>, Vec<Trouble>> {
    let arena = Arena::default();
    let defs = prelude().iter().cloned().chain([main]);
    let loader = Loader::new(defs);
    let modules = loader.load(&arena, File { code: MAIN, path: () }).map_err(|_| Vec::new())?;
    Compiler::default().with_funs(native::all()).compile(modules).map_err(|errors| {
        let all = errors.into_iter().flat_map(|(_, errors)| errors);
        all.map(|(name, kind)| unknown(code, name, &kind)).collect()
    })
}

fn unknown(code: &str, name: &str, kind: &Undefined) -> Trouble {
    let (message, help) = match kind {
        Undefined::Filter(arity) => {
            let arguments = match arity {
                0 => "no argument".to_owned(),
                1 => "1 argument".to_owned(),
                n => format!("{n} arguments"),
            };
            (format!("there is no function `{name}` with {arguments}"), did_you_mean(name))
        }
        _ => (
            format!("{} `{name}` is not defined here", kind.as_str()),
            "bind it first, as in .data.deal as $deal | ...".to_owned(),
        ),
    };
    Trouble { code: Code::FL0403, span: span_in(code, name), message, help }
}

fn did_you_mean(name: &str) -> String {
    let known: Vec<&str> = prelude()
        .iter()
        .map(|def| def.name)
        .chain(["length", "has", "sort", "lookup", "tostring"])
        .collect();
    match text::nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "see docs of the sandbox for what a mapping may call: lookup, cents, need, map, select, join, ...".to_owned(),
    }
}

fn bad_pattern(pattern: &str, span: Range<usize>) -> Option<Trouble> {
    static TRY: OnceLock<Option<Program>> = OnceLock::new();
    const CODE: &str = ". as $re | \"\" | test($re)";
    let program =
        TRY.get_or_init(|| Program::compile_with(CODE, Guard::trusting(CODE)).ok()).as_ref()?;
    let Stopped(why) = program.run(&Val::from(pattern.to_owned()), &Tables::new()).err()?;
    let help =
        "look-around and back-references are not known here, so that no text can make it slow"
            .to_owned();
    Some(Trouble { code: Code::FL0406, span, message: why, help })
}

/// Our own definitions, with their steps counted as the user's are.
fn prelude() -> &'static [Def<&'static str>] {
    static DEFS: OnceLock<Vec<Def<&'static str>>> = OnceLock::new();
    DEFS.get_or_init(|| {
        let defs = load::parse(PRELUDE, |p| p.defs()).unwrap_or_default();
        let mut guard = Guard::trusting(PRELUDE);
        defs.into_iter().map(|def| guard.def(def)).collect()
    })
}

/// Where `part` stands in `whole`; nowhere, at its start, when it is no part of it.
fn span_in(whole: &str, part: &str) -> Range<usize> {
    let (from, at) = (whole.as_ptr() as usize, part.as_ptr() as usize);
    match at.checked_sub(from) {
        Some(start) if start + part.len() <= whole.len() => start..start + part.len(),
        _ => 0..0,
    }
}
