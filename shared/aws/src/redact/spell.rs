//! How the characters of a secret may be written: plain, or as JSON, URLs, forms and HTML escape them, in any mixture.

use std::collections::BTreeMap;

/// Fewer characters of a secret say nothing, and may stand in a text by chance.
pub(super) const FEW: usize = 4;

/// A text within a text is escaped twice, and the quotes of its own have one backslash more.
const MOST_BACKSLASHES: usize = 3;

/// The texts that are looked for, and how each of their characters may be written.
pub(super) struct Forms {
    forms: Vec<Vec<char>>,
    spellings: BTreeMap<char, Vec<Spelling>>,
    /// Bytes that a form may begin with: most of a text need not be looked at closely.
    begins: [bool; 256],
}

/// What stands at one place of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Met {
    /// Nothing that is looked for.
    Nothing,
    /// A form that the text's end breaks off.
    Begun,
    /// A form that ends there.
    Until(usize),
}

/// One way to write a character.
struct Spelling {
    text: String,
    /// Upper and lower case mean the same, as in digits of base 16.
    any_case: bool,
}

impl Spelling {
    fn is(&self, text: &[u8]) -> bool {
        let own = self.text.as_bytes();
        if self.any_case { own.eq_ignore_ascii_case(text) } else { own == text }
    }

    fn begins(&self, text: &[u8]) -> bool {
        text.get(..self.text.len()).is_some_and(|text| self.is(text))
    }

    fn breaks_off(&self, rest: &[u8]) -> bool {
        let own = self.text.as_bytes();
        own.get(..rest.len()).is_some_and(|part| part.eq_ignore_ascii_case(rest))
            && rest.len() < own.len()
    }
}

impl Forms {
    pub(super) fn new(forms: impl IntoIterator<Item = String>) -> Self {
        let forms = forms.into_iter().map(|form| form.chars().collect::<Vec<_>>());
        let forms: Vec<_> = forms.filter(|form| !form.is_empty()).collect();
        let mut spellings = BTreeMap::new();
        for c in forms.iter().flatten() {
            spellings.entry(*c).or_insert_with(|| spellings_of(*c));
        }
        let mut begins = [false; 256];
        for spelling in forms.iter().flat_map(|form| &spellings[&form[0]]) {
            begins[usize::from(spelling.text.as_bytes()[0])] = true;
        }
        Self { forms, spellings, begins }
    }

    /// What stands at this place; where several forms do, the one that ends last.
    pub(super) fn meet(&self, text: &[u8], at: usize) -> Met {
        if !self.begins[usize::from(text[at])] {
            return Met::Nothing;
        }
        let met = self.forms.iter().map(|form| self.meet_one(form, text, at));
        met.max().unwrap_or(Met::Nothing)
    }

    /// Follows all readings at once, because a backslash may stand for itself or escape what follows.
    fn meet_one(&self, form: &[char], text: &[u8], at: usize) -> Met {
        let (mut ends, mut met) = (vec![at], Met::Nothing);
        for (read, c) in form.iter().enumerate() {
            let mut next = Vec::new();
            for end in ends {
                for spelling in &self.spellings[c] {
                    let rest = &text[end..];
                    if spelling.begins(rest) {
                        next.push(end + spelling.text.len());
                    } else if read >= FEW && spelling.breaks_off(rest) {
                        met = Met::Begun;
                    }
                }
            }
            next.sort_unstable();
            next.dedup();
            ends = next;
            if ends.is_empty() {
                return met;
            }
        }
        ends.last().map_or(met, |end| Met::Until(*end))
    }
}

fn spellings_of(c: char) -> Vec<Spelling> {
    let mut units = [0; 2];
    let units: Vec<String> =
        c.encode_utf16(&mut units).iter().map(|unit| format!("u{unit:04x}")).collect();
    let mut escaped = Vec::new();
    for length in 1..=MOST_BACKSLASHES {
        let backslashes = "\\".repeat(length);
        escaped.extend([units.iter().map(|unit| format!("{backslashes}{unit}")).collect()]);
        if !c.is_alphanumeric() {
            escaped.push(format!("{backslashes}{c}"));
        }
    }
    if !c.is_ascii_alphanumeric() {
        let mut bytes = [0; 4];
        let bytes = c.encode_utf8(&mut bytes).bytes();
        escaped.push(bytes.map(|byte| format!("%{byte:02x}")).collect());
        escaped.extend(in_html(c));
    }
    escaped.extend((c == ' ').then(|| "+".to_owned()));
    let escaped = escaped.into_iter().map(|text| Spelling { text, any_case: true });
    [Spelling { text: c.to_string(), any_case: false }].into_iter().chain(escaped).collect()
}

/// By its number, and by its name where it is one of the five that must not stand as they are.
fn in_html(c: char) -> Vec<String> {
    let number = u32::from(c);
    let named = match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&apos;"),
        _ => None,
    };
    let numbered = [
        format!("&#{number};"),
        format!("&#{number:03};"),
        format!("&#x{number:x};"),
        format!("&#x{number:02x};"),
        format!("&#x{number:04x};"),
    ];
    named.map(str::to_owned).into_iter().chain(numbered).collect()
}
