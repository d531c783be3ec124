//! Reads `outcomes` of a destination: what its statuses mean where they do not mean what they should.

use fairlead_core::meaning::{Override, Statuses, Verdict};

use crate::{
    code::Code,
    fields::{Fields, said},
    report::Mistakes,
    text::{list, nearest, shorten},
};

/// The outcomes that a status can be held to be.
const WORDS: [(&str, Verdict); 4] = [
    ("delivered", Verdict::Delivered),
    ("no_effect", Verdict::NoEffect),
    ("rejected", Verdict::Rejected),
    ("unknown", Verdict::Unknown),
];

/// Reads all that a destination declares, if it declares any.
pub(crate) fn read(of: &mut Fields<'_>, mistakes: &mut Mistakes) -> Option<Vec<Override>> {
    match of.optional("outcomes") {
        None => Some(Vec::new()),
        Some(_) => of.map("outcomes", mistakes).and_then(|fields| all(&fields, mistakes)),
    }
}

/// Those that name fewer statuses come first, since they say more.
fn all(fields: &Fields<'_>, mistakes: &mut Mistakes) -> Option<Vec<Override>> {
    let source = fields.source();
    let before = mistakes.count();
    let mut read = Vec::new();
    for (key, node) in fields.each() {
        let statuses = key.name.parse::<Statuses>().map_err(|wrong| {
            let help = "write a status from 200 to 599, a class or a range: 409, 5xx or 500-504";
            mistakes.add(Code::FL0215, source, &key.span, wrong.to_string(), help);
        });
        let verdict =
            said(source, &format!("outcomes.{}", key.name), node, mistakes).and_then(|said| {
                let known = WORDS.iter().find(|(word, _)| *word == said.text);
                if known.is_none() {
                    let words = || WORDS.iter().map(|(word, _)| *word);
                    let message = format!("\"{}\" is no outcome", shorten(said.text, 40));
                    let help = match nearest(said.text, words()) {
                        Some(near) => format!("did you mean \"{near}\"?"),
                        None => format!("write one of {}", list(words())),
                    };
                    mistakes.add(Code::FL0215, source, &said.node.span, message, help);
                }
                known.map(|(_, verdict)| *verdict)
            });
        if let (Ok(statuses), Some(verdict)) = (statuses, verdict) {
            read.push(Override { statuses, verdict });
        }
    }
    read.sort_by_key(|of| of.statuses.count());
    (mistakes.count() == before).then_some(read)
}
