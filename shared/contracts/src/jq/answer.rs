//! Reads expressions over a vendor's answer: jq by its grammar, and of that what dispatch can run without jq.

#[cfg(test)]
mod tests;

use fairlead_core::expression::{Comparison, Expression, Function, Step, Test, Variable};
use jaq_core::{
    load::{lex::StrPart, parse::BinaryOp, parse::Term},
    ops::Cmp,
    path::{Opt, Part, Path},
};
use serde_json::{Number, Value};

use super::{Trouble, span_in, syntax};
use crate::code::Code;

type Ast<'s> = Term<&'s str>;

/// Reads an expression.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn answer(code: &str) -> Result<Expression, Vec<Trouble>> {
    let term = syntax::parse(code)?;
    let mut reader = Reader { code, troubles: Vec::new() };
    match reader.read(&term) {
        Some(expression) if reader.troubles.is_empty() => Ok(expression),
        _ => Err(reader.troubles),
    }
}

struct Reader<'s> {
    code: &'s str,
    troubles: Vec<Trouble>,
}

impl<'s> Reader<'s> {
    fn read(&mut self, term: &Ast<'s>) -> Option<Expression> {
        match term {
            Term::Id => Some(Expression::Input),
            Term::Num(text) => self.number((*text).to_owned(), text),
            Term::Neg(of) => match &**of {
                Term::Num(text) => self.number(format!("-{text}"), text),
                _ => self.unknown("-", "a minus before something else than a number"),
            },
            Term::Str(None, parts) => self.text(parts),
            Term::Str(Some(format), _) => self.unknown(format, &format!("`{format}`")),
            Term::Var(name) => self.variable(name),
            Term::BinOp(left, op, right) => self.operation(left, op, right),
            Term::TryCatch(of, None) => Some(Expression::Lenient(self.boxed(of)?)),
            Term::TryCatch(_, Some(_)) => self.unknown("", "`catch`"),
            Term::Call(name, args) => self.call(name, args),
            Term::Path(of, path) => self.path(of, path),
            Term::Recurse => self.unknown("", "`..`"),
            Term::Arr(_) | Term::Obj(_) => self.unknown("", "making a list or an object"),
            Term::Label(name, _) | Term::Break(name) => self.unknown(name, "`label`"),
            Term::Fold(kind, ..) => self.unknown(kind, &format!("`{kind}`")),
            Term::IfThenElse(..) => self.unknown("", "`if`"),
            Term::Def(..) => self.unknown("", "`def`"),
        }
    }

    fn boxed(&mut self, term: &Ast<'s>) -> Option<Box<Expression>> {
        self.read(term).map(Box::new)
    }

    /// Both are read before the first mistake ends it, so that all are told.
    fn both(
        &mut self,
        left: &Ast<'s>,
        right: &Ast<'s>,
    ) -> Option<(Box<Expression>, Box<Expression>)> {
        let (left, right) = (self.boxed(left), self.boxed(right));
        left.zip(right)
    }

    fn number(&mut self, text: String, at: &'s str) -> Option<Expression> {
        match text.parse::<Number>() {
            Ok(number) => Some(Expression::Literal(Value::Number(number))),
            Err(_) => self.unknown(at, &format!("the number {text}, which JSON has not,")),
        }
    }

    fn text(&mut self, parts: &[StrPart<&'s str, Ast<'s>>]) -> Option<Expression> {
        let (mut read, mut literal) = (Vec::new(), String::new());
        let mut whole = true;
        for part in parts {
            match part {
                StrPart::Str(text) => literal.push_str(text),
                StrPart::Char(c) => literal.push(*c),
                StrPart::Term(term) => {
                    whole = false;
                    read.push(Some(Expression::Literal(std::mem::take(&mut literal).into())));
                    read.push(self.read(term));
                }
            }
        }
        if whole {
            return Some(Expression::Literal(literal.into()));
        }
        read.push(Some(Expression::Literal(literal.into())));
        Some(Expression::Text(read.into_iter().collect::<Option<_>>()?))
    }

    fn variable(&mut self, name: &'s str) -> Option<Expression> {
        let variable = match name {
            "$event" => Variable::Event,
            "$request" => Variable::Request,
            "$key" => Variable::Key,
            _ => {
                let message =
                    format!("variable `{name}` is not known in an expression over an answer");
                let help = "known here: $event, $request (the body that was sent) and $key";
                self.trouble(Code::FL0403, name, message, help);
                return None;
            }
        };
        Some(Expression::Variable(variable))
    }

    fn operation(
        &mut self,
        left: &Ast<'s>,
        op: &BinaryOp<&'s str>,
        right: &Ast<'s>,
    ) -> Option<Expression> {
        let sign = match op {
            BinaryOp::Pipe(None) => {
                let (a, b) = self.both(left, right)?;
                return Some(Expression::Pipe(a, b));
            }
            BinaryOp::Alt => {
                let (a, b) = self.both(left, right)?;
                return Some(Expression::Alternative(a, b));
            }
            BinaryOp::And => {
                let (a, b) = self.both(left, right)?;
                return Some(Expression::And(a, b));
            }
            BinaryOp::Or => {
                let (a, b) = self.both(left, right)?;
                return Some(Expression::Or(a, b));
            }
            BinaryOp::Cmp(how) => {
                let (a, b) = self.both(left, right)?;
                return Some(Expression::Compare(a, comparison(*how), b));
            }
            BinaryOp::Pipe(Some(_)) => "`as`",
            BinaryOp::Comma => "`,`",
            BinaryOp::Math(math) => return self.unknown("", &format!("`{}`", math.as_str())),
            BinaryOp::Assign | BinaryOp::Update | BinaryOp::UpdateMath(_) | BinaryOp::UpdateAlt => {
                "changing a value"
            }
        };
        self.unknown("", sign)
    }

    fn call(&mut self, name: &'s str, args: &[Ast<'s>]) -> Option<Expression> {
        let every = || Box::new(each(Expression::Input));
        match (name, args) {
            ("true", []) => Some(Expression::Literal(Value::Bool(true))),
            ("false", []) => Some(Expression::Literal(Value::Bool(false))),
            ("null", []) => Some(Expression::Literal(Value::Null)),
            ("empty", []) => Some(Expression::Nothing),
            ("not", []) => Some(Expression::Call(Function::Not)),
            ("length", []) => Some(Expression::Call(Function::Length)),
            ("tostring", []) => Some(Expression::Call(Function::ToText)),
            ("ascii_downcase", []) => Some(Expression::Call(Function::LowerCase)),
            ("select", [of]) => Some(Expression::Select(self.boxed(of)?)),
            ("any", []) => Some(Expression::Any(every(), Box::new(Expression::Input))),
            ("all", []) => Some(Expression::All(every(), Box::new(Expression::Input))),
            ("any", [test]) => Some(Expression::Any(every(), self.boxed(test)?)),
            ("all", [test]) => Some(Expression::All(every(), self.boxed(test)?)),
            ("any", [of, test]) => self.both(of, test).map(|(of, test)| Expression::Any(of, test)),
            ("all", [of, test]) => self.both(of, test).map(|(of, test)| Expression::All(of, test)),
            ("startswith", [with]) => Some(Expression::Test(Test::StartsWith, self.boxed(with)?)),
            ("endswith", [with]) => Some(Expression::Test(Test::EndsWith, self.boxed(with)?)),
            ("contains", [part]) => Some(Expression::Test(Test::Contains, self.boxed(part)?)),
            _ => self.unknown(name, &format!("`{name}`")),
        }
    }

    fn path(&mut self, of: &Ast<'s>, path: &Path<Ast<'s>>) -> Option<Expression> {
        let mut read = self.read(of);
        for (part, opt) in &path.0 {
            let lenient = matches!(opt, Opt::Optional);
            let to = self.step(part);
            read = read.zip(to).map(|(of, to)| Expression::Step { of: Box::new(of), to, lenient });
        }
        read
    }

    fn step(&mut self, part: &Part<Ast<'s>>) -> Option<Step> {
        match part {
            Part::Range(None, None) => Some(Step::Each),
            Part::Range(..) => self.unknown("", "a part of a list, as in `.[1:2]`,"),
            Part::Index(index) => match self.read(index)? {
                Expression::Literal(Value::String(name)) => Some(Step::Member(name)),
                Expression::Literal(Value::Number(place)) if place.is_i64() => {
                    place.as_i64().map(Step::Item)
                }
                _ => self.unknown("", "a name or place that is computed"),
            },
        }
    }

    /// Tells what is not known here; `at` is a part of the program, or empty where its place is not known.
    fn unknown<T>(&mut self, at: &'s str, what: &str) -> Option<T> {
        let message = format!("{what} is not known in an expression over an answer");
        let help = "known here: paths, texts, numbers, ==, !=, <, <=, >, >=, and, or, not, //, |, ?, select, any, all, length, tostring, ascii_downcase, startswith, endswith and contains";
        self.trouble(Code::FL0409, at, message, help);
        None
    }

    fn trouble(&mut self, code: Code, at: &'s str, message: String, help: &str) {
        let span = if at.is_empty() { 0..self.code.len() } else { span_in(self.code, at) };
        self.troubles.push(Trouble { code, span, message, help: help.to_owned() });
    }
}

fn each(of: Expression) -> Expression {
    Expression::Step { of: Box::new(of), to: Step::Each, lenient: false }
}

fn comparison(how: Cmp) -> Comparison {
    match how {
        Cmp::Lt => Comparison::Less,
        Cmp::Le => Comparison::AtMost,
        Cmp::Gt => Comparison::More,
        Cmp::Ge => Comparison::AtLeast,
        Cmp::Eq => Comparison::Equal,
        Cmp::Ne => Comparison::Unequal,
    }
}
