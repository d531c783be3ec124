//! The native functions that a program may call: an allow-list of jaq's, and our own.

use jaq_core::{
    Ctx, Error, Exn, Native, ValX, ValXs,
    box_iter::box_once,
    native::{Fun, bome, run, unary, v},
};
use jaq_json::{Num, Val};

use super::{
    money,
    sandbox::{MAX_SIZE, Run, Sandbox},
    value,
};
use crate::text::{list, shorten};

type Cv<'a> = (Ctx<'a, Sandbox>, Val);

/// Those of jaq's own functions that end, look at nothing outside and keep numbers exact.
///
/// Left out on purpose: `env`, `now`, `halt`, `input`, `debug`, `stderr`; everything in floating point;
/// `fromjson` and `contains`, whose cost a hostile event could choose.
const ALLOWED: [&str; 35] = [
    "ascii_downcase",
    "ascii_upcase",
    "encode_base64",
    "encode_uri",
    "endswith",
    "escape_html",
    "first",
    "fromdateiso8601",
    "group_by",
    "has",
    "key_values",
    "keys_unsorted",
    "last",
    "length",
    "limit",
    "ltrim",
    "ltrimstr",
    "matches",
    "max_by_or_empty",
    "min_by_or_empty",
    "mktime",
    "range",
    "reverse",
    "rtrim",
    "rtrimstr",
    "skip",
    "sort",
    "sort_by",
    "split_matches",
    "startswith",
    "strftime",
    "strptime",
    "todateiso8601",
    "trim",
    "utf8bytelength",
];

/// The longest text that a regular expression may search, in bytes.
const MAX_SEARCHED: usize = 4_096;

/// All native functions, jaq's allowed ones and ours.
pub(super) fn all() -> impl Iterator<Item = Fun<Sandbox>> {
    jaq_core::funs()
        .chain(jaq_std::funs())
        .chain(jaq_json::funs())
        .filter(|(name, ..)| ALLOWED.contains(name))
        .map(|(name, args, function)| (renamed(name), args, function))
        .chain(ours())
}

/// These overflow on numbers at the edge; the prelude calls them under another name, within bounds.
fn renamed(name: &'static str) -> &'static str {
    match name {
        "length" => "jaq_length",
        "strftime" => "jaq_strftime",
        name => name,
    }
}

fn ours() -> impl Iterator<Item = Fun<Sandbox>> {
    // Names with `!` cannot be written in a program, so no definition of the user's can take their place.
    let plain: [Fun<Sandbox>; 9] = [
        run(("lookup", v(2), |mut cv| {
            let (key, table) = (cv.0.pop_var(), cv.0.pop_var());
            finish(&cv, lookup(cv.0.data().run, &table, &key))
        })),
        run(("cents", v(0), |cv| finish(&cv, cents(&cv.1)))),
        run(("refuse", v(0), |cv| finish(&cv, Err(said(&cv.1))))),
        run(("short", v(0), |cv| finish(&cv, short(&cv.1)))),
        run(("tostring", v(0), |cv| finish(&cv, value::to_text(&cv.1).map(Val::from)))),
        run(("!tostring", v(0), |cv| finish(&cv, value::to_text(&cv.1).map(Val::from)))),
        run(("tojson", v(0), |cv| finish(&cv, value::to_json_text(&cv.1).map(Val::from)))),
        run(("tonumber", v(0), |cv| bome(to_number(&cv.1)))),
        run(("!multiply", v(2), |mut cv| {
            let (right, left) = (cv.0.pop_var(), cv.0.pop_var());
            match (&left, &right) {
                (Val::TStr(_), _) | (_, Val::TStr(_)) => {
                    finish(&cv, Err("a text cannot be multiplied".to_owned()))
                }
                _ => bome(left * right),
            }
        })),
    ];
    let contains = run(("contains", v(1), |cv| {
        unary(cv, |all, part| match (&all, &part) {
            (Val::TStr(all), Val::TStr(part)) => Ok(find(all, part).into()),
            _ => Err(Error::str("contains is for texts; for lists write any(.[]; . == $value)")),
        })
    }));
    plain.into_iter().chain([contains, ("!tick", v(0), tick())])
}

/// Identity that counts a step; the guard puts it wherever a program could multiply its work.
fn tick() -> Native<Sandbox> {
    Native::new(|cv| box_once(counted(&cv.0, &cv.1).map(|()| cv.1)))
        .with_paths(|cv| box_once(counted(&cv.0, &cv.1.0).map(|()| cv.1)))
        .with_update(|cv, update| match counted(&cv.0, &cv.1) {
            Ok(()) => update(cv.1),
            Err(stop) => box_once(Err(stop)),
        })
}

fn counted<'a>(ctx: &Ctx<'a, Sandbox>, value: &Val) -> Result<(), Exn<'a, Val>> {
    let size = match value {
        Val::TStr(text) | Val::BStr(text) => text.len(),
        Val::Arr(items) => items.len(),
        Val::Obj(members) => members.len(),
        Val::Null | Val::Bool(_) | Val::Num(_) => 0,
    };
    let run = ctx.data().run;
    if !run.step(size) {
        run.refuse("the mapping takes too many steps for this event".to_owned());
    } else if size > MAX_SIZE {
        run.refuse("the mapping builds a value that is too large".to_owned());
    } else {
        return Ok(());
    }
    Err(Exn::halt(1))
}

/// Ends a native function: its value, or a refusal that nothing in the program can catch.
fn finish<'a>(cv: &Cv<'a>, result: Result<Val, String>) -> ValXs<'a, Val> {
    let ended: ValX<'a, Val> = result.map_err(|why| {
        cv.0.data().run.refuse(why);
        Exn::halt(1)
    });
    box_once(ended)
}

fn lookup(run: &Run<'_>, table: &Val, key: &Val) -> Result<Val, String> {
    let name = value::to_text(table)?;
    let known = run
        .tables
        .get(&name)
        .ok_or_else(|| format!("table {} is not declared", shorten(&name, 40)))?;
    let knows = || shorten(&list(known.keys().map(String::as_str)), 200);
    let key = match key {
        Val::TStr(_) | Val::Num(_) | Val::Bool(_) => value::to_text(key)?,
        Val::Null => return Err(format!("table {name} was asked for null; it knows {}", knows())),
        Val::BStr(_) | Val::Arr(_) | Val::Obj(_) => {
            return Err(format!("table {name} was asked for something that is no text"));
        }
    };
    let found = known.get(&key).cloned().map(Val::from);
    found.ok_or_else(|| {
        format!("table {name} has no value for \"{}\"; it knows {}", shorten(&key, 40), knows())
    })
}

fn cents(amount: &Val) -> Result<Val, String> {
    let text = match amount {
        Val::TStr(_) | Val::Num(Num::Int(_) | Num::BigInt(_) | Num::Dec(_)) => {
            value::to_text(amount)?
        }
        Val::Num(Num::Float(_)) => {
            return Err("an amount was computed in floating point, which loses money; apply cents to each amount first".to_owned());
        }
        Val::Null => return Err("an amount of money is missing".to_owned()),
        _ => return Err("an amount of money must be a text or a number".to_owned()),
    };
    let digits = money::cents(&text)?;
    Num::from_str_radix(&digits, 10)
        .map(Val::Num)
        .ok_or_else(|| "an amount is no whole number".to_owned())
}

/// Reads a JSON number out of a text, exactly.
fn to_number(from: &Val) -> Result<Val, Error<Val>> {
    let wrong = |text: &str| Error::str(format!("\"{}\" is no number", shorten(text, 40)));
    match from {
        Val::Num(_) => Ok(from.clone()),
        Val::TStr(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            crate::event::number::check(&text).map_err(|_| wrong(&text))?;
            jaq_core::ValT::from_num(&text)
        }
        _ => Err(Error::str("tonumber needs a text or a number")),
    }
}

fn short(text: &Val) -> Result<Val, String> {
    match text {
        Val::TStr(bytes) if bytes.len() > MAX_SEARCHED => Err(format!(
            "a text of {} bytes is too long for a regular expression; at most {MAX_SEARCHED}",
            bytes.len()
        )),
        _ => Ok(text.clone()),
    }
}

fn said(message: &Val) -> String {
    value::to_text(message).map_or_else(|why| why, |text| shorten(&text, 300))
}

fn find(all: &[u8], part: &[u8]) -> bool {
    let (all, part) = (String::from_utf8_lossy(all), String::from_utf8_lossy(part));
    all.contains(part.as_ref())
}
