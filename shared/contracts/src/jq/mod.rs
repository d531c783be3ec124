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
    load::{self, Arena, File, Loader, parse::Def},
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
    let trouble = |at: usize, message: String| Trouble {
        code: Code::FL0405,
        span: at..at,
        message,
        help: "split the mapping into definitions, or into two integrations".to_owned(),
    };
    if code.len() > MAX_PROGRAM {
        return Err(trouble(
            0,
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
            return Err(trouble(at, format!("brackets are nested more than {MAX_BRACKETS} deep")));
        }
    }
    Ok(())
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
    load::Parser::new(&tokens).parse(|p| p.term()).map_err(|errors| {
        let each = errors.into_iter().map(|(expected, found)| match found.map(|token| token.0) {
            Some(word @ ("include" | "import" | "module")) => Trouble {
                code: Code::FL0402,
                help: "write the definitions at the top of this file".to_owned(),
                ..syntax(word, format!("`{word}` is not allowed in a mapping"))
            },
            Some(found) => {
                let found = found.lines().next().unwrap_or(found);
                syntax(
                    found,
                    format!(
                        "the program is no jq: expected {} {}",
                        expected.as_str(),
                        instead_of(found)
                    ),
                )
            }
            None => syntax(
                &code[code.trim_end().len()..],
                format!("the program is no jq: expected {} at its end", expected.as_str()),
            ),
        });
        each.collect()
    })
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
