//! Reads a vendor's answer by the rules of its integration and destination.

use serde_json::{Map, Value};

use crate::{
    expression::Scope,
    id::{IdempotencyKey, VendorId},
    integration::{Lookup, ResponseRule},
    meaning::{Finding, Found, Meaning, Override, Verdict},
    outcome::{Answer, Outcome, Reply, judge},
    request::Request,
};

/// What a vendor has answered, as far as it was read.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The headers that are texts, their names in lower case.
    pub headers: &'a [(String, String)],
    /// The body as it came.
    pub body: &'a [u8],
    /// Whether `body` is not all of it.
    pub cut: bool,
}

impl Heard<'_> {
    /// What expressions look at: `{status, headers, body}`; a body that is no JSON is null.
    pub fn value(&self) -> Value {
        let headers = self.headers.iter();
        let headers = headers.map(|(name, value)| (name.clone(), Value::from(value.as_str())));
        let body = serde_json::from_slice(self.body).unwrap_or(Value::Null);
        let members = [
            ("status".to_owned(), Value::from(self.status)),
            ("headers".to_owned(), Value::Object(headers.collect())),
            ("body".to_owned(), body),
        ];
        Value::Object(Map::from_iter(members))
    }
}

/// By what the answers to one delivery's calls are read.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// The integration's rules.
    pub response: &'a ResponseRule,
    /// The destination's.
    pub outcomes: &'a [Override],
    /// The event as it was accepted.
    pub event: &'a str,
    /// What was sent.
    pub request: &'a Request,
    /// The same for all attempts.
    pub key: &'a IdempotencyKey,
}

impl Reading<'_> {
    /// What the answer means. A rule that fails says nothing.
    pub fn meaning(&self, heard: &Heard<'_>) -> Meaning {
        let ResponseRule { record_id, duplicate_if, rejected_if } = self.response;
        let declared = self.outcomes.iter().find(|o| o.statuses.hold(heard.status));
        let mut meaning = Meaning { verdict: declared.map(|o| o.verdict), id: None };
        if *self.response == ResponseRule::default() {
            return meaning;
        }
        let (input, scope) = (heard.value(), self.scope());
        if rejected_if.as_ref().is_some_and(|rule| rule.holds(&input, &scope)) {
            meaning.verdict = Some(Verdict::Rejected);
        } else if rejected_if.is_some() && heard.cut && declared.is_none() {
            // Half an answer of a vendor that says no with a 200 is no yes.
            let plain = Answer::Replied(Reply::plain(heard.status, None, ""));
            meaning.verdict = (judge(&plain) == Outcome::Delivered).then_some(Verdict::Unknown);
        }
        // Said last: what the vendor has is not refused, whatever else the answer says.
        if duplicate_if.as_ref().is_some_and(|rule| rule.holds(&input, &scope)) {
            meaning.verdict = Some(Verdict::Duplicate);
        }
        let whole = Reply { meaning: meaning.clone(), ..Reply::plain(heard.status, None, "") };
        if judge(&Answer::Replied(whole)) == Outcome::Delivered {
            meaning.id = record_id.as_ref().map(|rule| {
                let id = rule.value(&input, &scope).as_ref().and_then(VendorId::read);
                id.map_or(Found::Nothing, Found::Id)
            });
        }
        meaning
    }

    /// What the answer to a lookup says. Only a clean one, or one that is declared to, says that nothing is there.
    pub fn finding(&self, lookup: &Lookup, heard: &Heard<'_>) -> Finding {
        let (input, scope) = (heard.value(), self.scope());
        let absent = lookup.absent_if.as_ref().is_some_and(|rule| rule.holds(&input, &scope));
        let plain = Answer::Replied(Reply::plain(heard.status, None, ""));
        match (judge(&plain), absent) {
            (Outcome::Delivered, false) => listed(lookup, &input, &scope),
            // An answer that says both is not understood.
            (Outcome::Delivered, true) => match lookup.found.values(&input, &scope) {
                Some(found) if !found.is_empty() => Finding::Unclear,
                Some(_) | None => Finding::Absent,
            },
            (Outcome::Rejected, true) if heard.status >= 400 => Finding::Absent,
            // A refused credential, a request to slow down, a redirect or a fault of the vendor's says nothing of the record.
            (Outcome::Rejected | Outcome::NoEffect(_) | Outcome::Unknown, _) => Finding::Unclear,
        }
    }

    fn scope(&self) -> Scope {
        let json = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        Scope {
            event: json(self.event),
            request: json(&self.request.body),
            key: Value::from(self.key.as_str()),
        }
    }
}

/// What an answer says that lists what there is.
fn listed(lookup: &Lookup, input: &Value, scope: &Scope) -> Finding {
    let found = lookup.found.values(input, scope);
    let ids = found.and_then(|found| found.iter().map(VendorId::read).collect());
    let Some(ids): Option<Vec<VendorId>> = ids else { return Finding::Unclear };
    if let Some(ours) = &lookup.ours {
        let ours = ours.values(input, scope).unwrap_or_default();
        if ours.len() != ids.len() || !ours.iter().all(Value::is_boolean) {
            return Finding::Unclear;
        }
        if ours.contains(&Value::Bool(false)) {
            return Finding::Foreign;
        }
    }
    match <[VendorId; 1]>::try_from(ids) {
        Ok([id]) => Finding::Ours(id),
        Err(ids) if ids.is_empty() => Finding::Absent,
        Err(ids) => Finding::Several(ids.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        expression::{Comparison, Expression, Step, Variable},
        integration::Method,
    };

    fn at(of: Expression, path: &[&str]) -> Expression {
        path.iter().fold(of, |of, name| {
            let to = Step::Member((*name).to_owned());
            Expression::Step { of: Box::new(of), to, lenient: false }
        })
    }

    fn equal(left: Expression, right: Expression) -> Expression {
        Expression::Compare(Box::new(left), Comparison::Equal, Box::new(right))
    }

    fn answer(path: &[&str]) -> Expression {
        at(Expression::Input, path)
    }

    /// What an answer means: duplicates name our key, refusals say `ok: false`, ids stand at `body.id`.
    fn meaning(outcomes: &[(&str, Verdict)], status: u16, body: &str) -> Meaning {
        meaning_of(outcomes, status, body, false)
    }

    fn meaning_of(outcomes: &[(&str, Verdict)], status: u16, body: &str, cut: bool) -> Meaning {
        let rule = ResponseRule {
            record_id: Some(answer(&["body", "id"])),
            duplicate_if: Some(equal(
                answer(&["body", "taken"]),
                Expression::Variable(Variable::Key),
            )),
            rejected_if: Some(equal(answer(&["body", "ok"]), Expression::Literal(false.into()))),
        };
        let outcomes: Vec<Override> = outcomes
            .iter()
            .map(|(statuses, verdict)| Override {
                statuses: statuses.parse().expect("statuses"),
                verdict: *verdict,
            })
            .collect();
        let request =
            Request { method: Method::Post, path: "/".into(), body: "{}".into(), lookup: None };
        let reading = Reading {
            response: &rule,
            outcomes: &outcomes,
            event: "{}",
            request: &request,
            key: &IdempotencyKey::new("K-1"),
        };
        reading.meaning(&Heard { status, headers: &[], body: body.as_bytes(), cut })
    }

    fn id(id: &str) -> Option<Found> {
        Some(Found::Id(VendorId::new(id)))
    }

    #[test]
    fn the_vendors_id_is_read_where_the_vendor_has_the_record() {
        let read = |status, body| meaning(&[], status, body);
        assert_eq!(read(201, r#"{"id": 77}"#), Meaning { verdict: None, id: id("77") });
        for nothing in ["", "{}", "no JSON", r#"{"id": 7.5}"#, r#"{"id": [1]}"#, "[]"] {
            assert_eq!(read(200, nothing).id, Some(Found::Nothing), "{nothing}");
        }
        for status in [202, 422, 500] {
            let wanted = (status == 202).then(|| Found::Id(VendorId::new("7")));
            assert_eq!(read(status, r#"{"id": "7"}"#).id, wanted, "{status}");
        }
    }

    #[test]
    fn an_answer_that_says_i_have_it_is_a_duplicate_whatever_else_it_says() {
        let read = |status, body| meaning(&[("409", Verdict::Unknown)], status, body);
        let taken = r#"{"taken": "K-1", "ok": false, "id": "inv_1"}"#;
        assert_eq!(
            read(409, taken),
            Meaning { verdict: Some(Verdict::Duplicate), id: id("inv_1") }
        );
        assert_eq!(read(409, r#"{"taken": "K-2"}"#).verdict, Some(Verdict::Unknown));
        assert_eq!(read(500, taken).verdict, Some(Verdict::Duplicate));
    }

    #[test]
    fn a_200_that_says_no_is_a_refusal() {
        let read = |body| meaning(&[], 200, body);
        let refused = Meaning { verdict: Some(Verdict::Rejected), id: None };
        assert_eq!(read(r#"{"ok": false, "id": 1}"#), refused);
        assert_eq!(read(r#"{"ok": "false", "id": 1}"#), Meaning { verdict: None, id: id("1") });
    }

    #[test]
    fn half_an_answer_of_a_vendor_that_says_no_with_a_200_is_no_yes() {
        let cut = |outcomes, status| meaning_of(outcomes, status, r#"{"items": [1, "#, true);
        assert_eq!(cut(&[], 200), Meaning { verdict: Some(Verdict::Unknown), id: None });
        // What the status says already stands.
        assert_eq!(cut(&[], 422).verdict, None);
        let declared = [("200", Verdict::Delivered)];
        assert_eq!(cut(&declared, 200).verdict, Some(Verdict::Delivered));
    }

    #[test]
    fn the_first_declared_status_counts() {
        let declared = [("503", Verdict::NoEffect), ("5xx", Verdict::Rejected)];
        assert_eq!(meaning(&declared, 503, "").verdict, Some(Verdict::NoEffect));
        assert_eq!(meaning(&declared, 502, "").verdict, Some(Verdict::Rejected));
        assert_eq!(meaning(&declared, 404, "").verdict, None);
    }
}
