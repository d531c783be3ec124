//! Expressions over a vendor's answer: a part of jq that dispatch can run without jq.
//!
//! `fairlead-contracts` reads them with jq's own grammar when the bundle is built; what is kept is this tree.
//! They give what the mappings' jq gives (a test there compares the two), save that numbers are compared exactly.

mod order;
mod run;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Whether two values are the same; numbers by their digits, as expressions compare them.
pub fn same(a: &Value, b: &Value) -> bool {
    order::order(a, b).is_eq()
}

/// One expression: from a value to a stream of values, which an error ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expression {
    /// `.`
    Input,
    /// `$event`, `$request` or `$key`.
    Variable(Variable),
    /// A text, a number, `true`, `false` or `null`.
    Literal(Value),
    /// A text with `\(...)`: its parts in order.
    Text(Vec<Expression>),
    /// One step into a value: `.a`, `.[0]`, `.[]`.
    Step {
        /// What is stepped into.
        of: Box<Expression>,
        /// Where to.
        to: Step,
        /// With a `?`: gives nothing where there is no way.
        lenient: bool,
    },
    /// `try a`, `(a)?`: the values before an error.
    Lenient(Box<Expression>),
    /// `a | b`
    Pipe(Box<Expression>, Box<Expression>),
    /// `a // b`
    Alternative(Box<Expression>, Box<Expression>),
    /// `a and b`
    And(Box<Expression>, Box<Expression>),
    /// `a or b`
    Or(Box<Expression>, Box<Expression>),
    /// `a == b` and the like.
    Compare(Box<Expression>, Comparison, Box<Expression>),
    /// `select(a)`
    Select(Box<Expression>),
    /// `any(a; b)`: whether `b` holds for one that `a` gives.
    Any(Box<Expression>, Box<Expression>),
    /// `all(a; b)`: whether `b` holds for each that `a` gives.
    All(Box<Expression>, Box<Expression>),
    /// `empty`
    Nothing,
    /// A function of the input alone.
    Call(Function),
    /// A test of the input text against another text.
    Test(Test, Box<Expression>),
}

/// What an expression may look at besides the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variable {
    /// `$event`: the event as it was accepted.
    Event,
    /// `$request`: the body that was sent.
    Request,
    /// `$key`: the idempotency key.
    Key,
}

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A member of an object.
    Member(String),
    /// A place in a list; a negative one counts from the end.
    Item(i64),
    /// Every member or item.
    Each,
}

/// How two values are compared; jq orders all values: null, false, true, numbers, texts, lists, objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

/// Functions of the input alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// `not`
    Not,
    /// `length`
    Length,
    /// `tostring`
    ToText,
    /// `ascii_downcase`
    LowerCase,
}

/// Tests of one text against another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// `startswith`
    StartsWith,
    /// `endswith`
    EndsWith,
    /// `contains`, for texts.
    Contains,
}

/// What the variables stand for.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// `$event`
    pub event: Value,
    /// `$request`
    pub request: Value,
    /// `$key`
    pub key: Value,
}

impl Expression {
    /// Every value that the expression gives for `input`, unless an error ends it or it takes too many steps.
    pub fn values(&self, input: &Value, scope: &Scope) -> Option<Vec<Value>> {
        run::run(self, input, scope)
    }

    /// Whether it gives `true`, and nothing else.
    pub fn holds(&self, input: &Value, scope: &Scope) -> bool {
        let values = self.values(input, scope).unwrap_or_default();
        !values.is_empty() && values.iter().all(|value| *value == Value::Bool(true))
    }

    /// Whether it gives nothing where it should fail, so that a broken answer looks like an empty one.
    pub fn swallows(&self) -> bool {
        match self {
            Self::Lenient(_) | Self::Alternative(..) | Self::Nothing => true,
            Self::Step { of, lenient, .. } => *lenient || of.swallows(),
            Self::Pipe(a, b)
            | Self::And(a, b)
            | Self::Or(a, b)
            | Self::Compare(a, _, b)
            | Self::Any(a, b)
            | Self::All(a, b) => a.swallows() || b.swallows(),
            // A filter may well leave nothing; what it looks at must not fail unheard.
            Self::Select(of) | Self::Test(_, of) => of.swallows(),
            Self::Text(parts) => parts.iter().any(Self::swallows),
            Self::Input | Self::Variable(_) | Self::Literal(_) | Self::Call(_) => false,
        }
    }

    /// Its only value.
    pub fn value(&self, input: &Value, scope: &Scope) -> Option<Value> {
        let mut values = self.values(input, scope)?.into_iter();
        values.next().filter(|_| values.next().is_none())
    }
}
