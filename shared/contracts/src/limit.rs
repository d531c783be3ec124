//! Reads `limit:` of a destination: how many calls the vendor allows in a length of time, and at once.

use fairlead_core::pace::{NotARate, Rate};

use crate::{
    code::Code,
    fields::{Fields, Said},
    report::Mistakes,
    source::Source,
};

/// The most calls at once that can be declared; more would not fit one item of the ledger well.
const MOST_IN_FLIGHT: u32 = 1_000;

/// What a vendor allows; nothing is kept where nothing is declared.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limit {
    /// How many calls in how long.
    pub(crate) rate: Option<Rate>,
    /// How many calls at once.
    pub(crate) in_flight: Option<u32>,
}

/// Reads the mapping.
pub(crate) fn read(mut fields: Fields<'_>, mistakes: &mut Mistakes) -> Option<Limit> {
    let source = fields.source();
    let in_flight = match fields.optional("in_flight") {
        None => Some(None),
        Some(_) => fields
            .text("in_flight", mistakes)
            .and_then(|said| in_flight(source, said, mistakes))
            .map(Some),
    };
    // With neither key there is nothing that could be kept.
    let rate = match fields.optional("rate") {
        None if in_flight != Some(None) => Some(None),
        _ => fields.text("rate", mistakes).and_then(|said| rate(source, said, mistakes)).map(Some),
    };
    fields.finish(mistakes);
    Some(Limit { rate: rate?, in_flight: in_flight? })
}

fn rate(source: &Source, said: Said<'_>, mistakes: &mut Mistakes) -> Option<Rate> {
    let rate = said.text.parse();
    rate.map_err(|wrong: NotARate| {
        let help = "write how many calls the vendor allows in how long: 10/s, 600/m, 5000/h";
        mistakes.add(Code::FL0214, source, &said.node.span, wrong.to_string(), help);
    })
    .ok()
}

fn in_flight(source: &Source, said: Said<'_>, mistakes: &mut Mistakes) -> Option<u32> {
    let range = 1..=MOST_IN_FLIGHT;
    let count = said.text.parse().ok().filter(|count| range.contains(count));
    if count.is_none() {
        let message = format!("\"in_flight\" counts calls at once, from 1 to {MOST_IN_FLIGHT}");
        let help = "write how many calls the vendor takes at the same time, as in in_flight: 4";
        mistakes.add(Code::FL0211, source, &said.node.span, message, help);
    }
    count
}
