//! The jq sandbox: programs that always end, look at nothing outside and keep numbers exact.
//!
//! - `guard` looks through a program before it is compiled and leads every loop through a step counter;
//! - `native` and `prelude.jq` are all that a program may call;
//! - `given` is what a program sees besides its input;
//! - `answer` reads the part of jq that dispatch runs without jq;
//! - `value` is the way in and out; `money` knows cents.
//!
//! The bound is on steps and on the size of single values, not on seconds:
//! comparing two huge values is one step, so a program can still be slow, but not without end.

mod advice;
mod answer;
mod given;
mod guard;
mod money;
mod native;
mod sandbox;
mod syntax;
#[cfg(test)]
mod tests;
pub(crate) mod value;

use std::{collections::BTreeSet, ops::Range, sync::OnceLock};

use jaq_core::{
    Compiler, Ctx, Filter,
    load::{self, Arena, File, Loader, parse::Def},
};
use jaq_json::Val;

pub(crate) use answer::answer;
pub(crate) use given::Given;
pub(crate) use sandbox::Tables;

use crate::{code::Code, text};
use guard::Guard;
use sandbox::{Data, Run, Sandbox};

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
    /// What it may see besides the event.
    scope: Scope,
    /// Needs that the program names in plain text, with their place in it.
    pub(crate) needs: Vec<(String, Range<usize>)>,
    /// Tables that the program names in plain text, with their place in it.
    pub(crate) tables: Vec<(String, Range<usize>)>,
}

/// What a program may see besides the event and its tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    /// `$needs`: what the crosswalk knows of other records.
    pub(crate) needs: bool,
    /// `$vendor_id`: what the vendor calls the record.
    pub(crate) vendor_id: bool,
}

impl Scope {
    fn names(self) -> impl Iterator<Item = &'static str> {
        let needs = self.needs.then_some("$needs");
        needs.into_iter().chain(self.vendor_id.then_some("$vendor_id"))
    }
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
        Self::compile_in(code, Scope::default())
    }

    /// The same for a program that may see more.
    ///
    /// # Errors
    /// As [`Program::compile`].
    pub(crate) fn compile_in(code: &str, scope: Scope) -> Result<Self, Vec<Trouble>> {
        Self::compile_with(code, scope, Guard::new(code))
    }

    fn compile_with<'s>(
        code: &'s str,
        scope: Scope,
        mut guard: Guard<'s>,
    ) -> Result<Self, Vec<Trouble>> {
        let term = syntax::parse(code)?;
        let main = guard.def(Def { name: MAIN, args: Vec::new(), body: term });
        let mut troubles = std::mem::take(&mut guard.troubles);
        for (pattern, span) in &guard.patterns {
            troubles.extend(bad_pattern(pattern, span.clone()));
        }
        match build(code, scope, main) {
            Ok(filter) if troubles.is_empty() => {
                Ok(Self { filter, scope, needs: guard.needs, tables: guard.tables })
            }
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
    pub(crate) fn run(&self, input: &Val, given: &Given<'_>) -> Result<Val, Stopped> {
        let run = Run::new(given.tables);
        let data = Data { lut: &self.filter.lut, run: &run };
        let ctx = Ctx::<Sandbox>::new(data, given.vars(self.scope));
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

fn build<'s>(
    code: &'s str,
    scope: Scope,
    main: Def<&'s str>,
) -> Result<Filter<Sandbox>, Vec<Trouble>> {
    let arena = Arena::default();
    let defs = prelude().iter().cloned().chain([main]);
    let loader = Loader::new(defs);
    let modules = loader.load(&arena, File { code: MAIN, path: () }).map_err(|_| Vec::new())?;
    let names = given::NAMES.into_iter().chain(scope.names());
    let compiler = Compiler::default().with_funs(native::all()).with_global_vars(names);
    compiler.compile(modules).map_err(|errors| {
        let all = errors.into_iter().flat_map(|(_, errors)| errors);
        all.map(|(name, kind)| advice::unknown(code, name, &kind)).collect()
    })
}

fn bad_pattern(pattern: &str, span: Range<usize>) -> Option<Trouble> {
    static TRY: OnceLock<Option<Program>> = OnceLock::new();
    const CODE: &str = ". as $re | \"\" | test($re)";
    let program = TRY
        .get_or_init(|| Program::compile_with(CODE, Scope::default(), Guard::trusting(CODE)).ok())
        .as_ref()?;
    let Stopped(why) =
        program.run(&Val::from(pattern.to_owned()), &Given::only(&Tables::new())).err()?;
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
