//! Runs expressions: eagerly, within a budget of steps.

use std::{borrow::Cow, cell::Cell};

use serde_json::Value;

use super::{Comparison, Expression, Function, Scope, Step, Test, Variable, order::order};

/// Steps that one run may take: each value counts one, and one more per 64 bytes of a new text.
///
/// An answer has at most 16 KB and an event 200 KB, so an honest expression needs a fraction of this.
const MOST_STEPS: usize = 100_000;

/// An error ended the stream.
#[derive(Clone, Copy, Debug)]
struct Stopped;

type Item<'v> = Result<Cow<'v, Value>, Stopped>;
type Stream<'v> = Vec<Item<'v>>;

/// Every value for `input`; `None` when an error ends it or it takes too many steps.
pub(super) fn run(expression: &Expression, input: &Value, scope: &Scope) -> Option<Vec<Value>> {
    let run = Run { scope, steps: Cell::new(0) };
    let stream = run.stream(expression, Cow::Borrowed(input));
    // Running out must not be taken for an error that `?` may swallow.
    if run.steps.get() > MOST_STEPS {
        return None;
    }
    stream.into_iter().map(|item| item.ok().map(Cow::into_owned)).collect()
}

struct Run<'v> {
    scope: &'v Scope,
    steps: Cell<usize>,
}

impl<'v> Run<'v> {
    fn stream(&self, of: &'v Expression, input: Cow<'v, Value>) -> Stream<'v> {
        if self.steps.get() > MOST_STEPS {
            return vec![Err(Stopped)];
        }
        let stream = self.made(of, input);
        let cost = |item: &Item<'_>| match item {
            Ok(Cow::Owned(Value::String(text))) => 1 + text.len() / 64,
            Ok(_) | Err(_) => 1,
        };
        self.steps.set(self.steps.get() + 1 + stream.iter().map(cost).sum::<usize>());
        stream
    }

    fn made(&self, of: &'v Expression, input: Cow<'v, Value>) -> Stream<'v> {
        match of {
            Expression::Input => vec![Ok(input)],
            Expression::Variable(name) => vec![Ok(Cow::Borrowed(self.variable(*name)))],
            Expression::Literal(value) => vec![Ok(Cow::Borrowed(value))],
            Expression::Text(parts) => self.text(parts, &input),
            Expression::Step { of, to, lenient } => self.steps(of, to, *lenient, input),
            Expression::Lenient(of) => {
                self.stream(of, input).into_iter().take_while(Result::is_ok).collect()
            }
            Expression::Pipe(first, then) => {
                self.each(self.stream(first, input), |value| self.stream(then, value))
            }
            Expression::Alternative(first, other) => self.alternative(first, other, input),
            Expression::And(left, right) => self.logic(left, false, right, &input),
            Expression::Or(left, right) => self.logic(left, true, right, &input),
            Expression::Compare(left, how, right) => {
                self.pairs(left, right, &input, |a, b| Ok(truth(compared(a, *how, b))))
            }
            Expression::Select(condition) => {
                self.each(self.stream(condition, input.clone()), |held| {
                    if is_true(&held) { vec![Ok(input.clone())] } else { vec![] }
                })
            }
            Expression::Any(of, test) => self.found(of, test, true, input),
            Expression::All(of, test) => self.found(of, test, false, input),
            Expression::Nothing => vec![],
            Expression::Call(function) => vec![call(*function, input)],
            Expression::Test(test, against) => self
                .each(self.stream(against, input.clone()), |other| {
                    vec![tested(*test, &input, &other)]
                }),
        }
    }

    fn variable(&self, name: Variable) -> &'v Value {
        match name {
            Variable::Event => &self.scope.event,
            Variable::Request => &self.scope.request,
            Variable::Key => &self.scope.key,
        }
    }

    /// What follows from each value; an error stands for itself.
    fn each(&self, stream: Stream<'v>, f: impl Fn(Cow<'v, Value>) -> Stream<'v>) -> Stream<'v> {
        let follows = |item: Item<'v>| match item {
            Ok(value) => f(value),
            Err(stopped) => vec![Err(stopped)],
        };
        stream.into_iter().flat_map(follows).collect()
    }

    fn steps(
        &self,
        of: &'v Expression,
        to: &'v Step,
        lenient: bool,
        input: Cow<'v, Value>,
    ) -> Stream<'v> {
        self.each(self.stream(of, input), |value| {
            let found = step(value, to);
            found.into_iter().filter(|item| !lenient || item.is_ok()).collect()
        })
    }

    /// The mappings' jq does not hide an error on the left here, as it hides null and false.
    fn alternative(
        &self,
        first: &'v Expression,
        other: &'v Expression,
        input: Cow<'v, Value>,
    ) -> Stream<'v> {
        let mut found = self.stream(first, input.clone());
        found.retain(|item| item.as_ref().map_or(true, |value| is_true(value)));
        if found.is_empty() { self.stream(other, input) } else { found }
    }

    /// `and` ends at a false on the left, `or` at a true.
    fn logic(
        &self,
        left: &'v Expression,
        ends: bool,
        right: &'v Expression,
        input: &Cow<'v, Value>,
    ) -> Stream<'v> {
        self.each(self.stream(left, input.clone()), |held| {
            if is_true(&held) == ends {
                return vec![Ok(truth(ends))];
            }
            let right = self.stream(right, input.clone());
            right.into_iter().map(|item| item.map(|value| truth(is_true(&value)))).collect()
        })
    }

    /// Each value of the left side with each of the right side.
    fn pairs(
        &self,
        left: &'v Expression,
        right: &'v Expression,
        input: &Cow<'v, Value>,
        f: impl Fn(&Value, &Value) -> Item<'v>,
    ) -> Stream<'v> {
        let mut made = Vec::new();
        for a in self.stream(left, input.clone()) {
            for b in self.stream(right, input.clone()) {
                made.push(match (&a, b) {
                    (Ok(a), Ok(b)) => f(a, &b),
                    (Err(stopped), _) => Err(*stopped),
                    (_, Err(stopped)) => Err(stopped),
                });
            }
        }
        made
    }

    /// Whether one is found whose test gives `wanted`; an error before it ends the search.
    fn found(
        &self,
        of: &'v Expression,
        test: &'v Expression,
        wanted: bool,
        input: Cow<'v, Value>,
    ) -> Stream<'v> {
        let tests = self.each(self.stream(of, input), |value| self.stream(test, value));
        let first = tests
            .into_iter()
            .find(|item| item.as_ref().map_or(true, |value| is_true(value) == wanted));
        vec![match first {
            None => Ok(truth(!wanted)),
            Some(Ok(_)) => Ok(truth(wanted)),
            Some(Err(stopped)) => Err(stopped),
        }]
    }

    fn text(&self, parts: &'v [Expression], input: &Cow<'v, Value>) -> Stream<'v> {
        let Some((first, rest)) = parts.split_first() else {
            return vec![Ok(Cow::Owned(Value::String(String::new())))];
        };
        let first = self.stream(first, input.clone());
        let mut made = Vec::new();
        for head in first {
            let head = head.map(|value| written(&value));
            if rest.is_empty() {
                made.push(head.map(|head| Cow::Owned(Value::String(head))));
                continue;
            }
            for tail in self.text(rest, input) {
                let tail = tail.map(|value| written(&value));
                let joined = head.clone().and_then(|head| tail.map(|tail| head + &tail));
                made.push(joined.map(|text| Cow::Owned(Value::String(text))));
            }
        }
        made
    }
}

fn truth<'v>(of: bool) -> Cow<'v, Value> {
    Cow::Owned(Value::Bool(of))
}

fn is_true(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

fn step<'v>(value: Cow<'v, Value>, to: &Step) -> Stream<'v> {
    // Only scalars are ever made; a list or object is always a part of what was given.
    let Cow::Borrowed(value) = value else { return vec![into_scalar(&value, to)] };
    match (value, to) {
        (Value::Array(items), Step::Each) => items.iter().map(|v| Ok(Cow::Borrowed(v))).collect(),
        (Value::Object(members), Step::Each) => {
            members.values().map(|v| Ok(Cow::Borrowed(v))).collect()
        }
        (Value::Object(members), Step::Member(name)) => vec![Ok(or_null(members.get(name)))],
        (Value::Array(items), Step::Item(place)) => {
            let from_end = || items.len().checked_sub(usize::try_from(place.unsigned_abs()).ok()?);
            let place = if *place < 0 { from_end() } else { usize::try_from(*place).ok() };
            vec![Ok(or_null(place.and_then(|place| items.get(place))))]
        }
        // The mappings' jq gives null here.
        (Value::Object(_), Step::Item(_)) => vec![Ok(or_null(None))],
        (scalar, to) => vec![into_scalar(scalar, to)],
    }
}

fn into_scalar<'v>(value: &Value, to: &Step) -> Item<'v> {
    match (value, to) {
        (Value::Null, Step::Member(_) | Step::Item(_)) => Ok(or_null(None)),
        _ => Err(Stopped),
    }
}

fn or_null(found: Option<&Value>) -> Cow<'_, Value> {
    found.map_or(Cow::Owned(Value::Null), Cow::Borrowed)
}

fn compared(a: &Value, how: Comparison, b: &Value) -> bool {
    let order = order(a, b);
    match how {
        Comparison::Equal => order.is_eq(),
        Comparison::Unequal => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::AtMost => order.is_le(),
        Comparison::More => order.is_gt(),
        Comparison::AtLeast => order.is_ge(),
    }
}

fn call(function: Function, input: Cow<'_, Value>) -> Item<'_> {
    match function {
        Function::Not => Ok(truth(!is_true(&input))),
        Function::ToText => Ok(Cow::Owned(Value::String(written(&input)))),
        Function::Length => length(input),
        Function::LowerCase => match &*input {
            Value::String(text) => Ok(Cow::Owned(Value::String(text.to_ascii_lowercase()))),
            _ => Err(Stopped),
        },
    }
}

/// Characters, items or members; the distance of a number from zero.
fn length(input: Cow<'_, Value>) -> Item<'_> {
    let count = match &*input {
        Value::Null => 0,
        Value::Bool(_) => return Err(Stopped),
        Value::Number(number) => {
            let text = number.to_string();
            let Some(positive) = text.strip_prefix('-') else { return Ok(input) };
            return positive.parse().map(|n| Cow::Owned(Value::Number(n))).map_err(|_| Stopped);
        }
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
    };
    Ok(Cow::Owned(Value::from(count)))
}

fn tested<'v>(test: Test, text: &Value, other: &Value) -> Item<'v> {
    let (Value::String(text), Value::String(other)) = (text, other) else { return Err(Stopped) };
    Ok(truth(match test {
        Test::StartsWith => text.starts_with(other),
        Test::EndsWith => text.ends_with(other),
        Test::Contains => text.contains(other),
    }))
}

/// A text as it is, anything else as JSON.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
