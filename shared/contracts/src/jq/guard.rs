//! Looks through a program before it is compiled: refuses what is not allowed, and counts what could multiply.
//!
//! jaq has no step limit of its own.
//! So every place where a program can multiply its work is led through `tick`, a native function that counts;
//! and definitions that call themselves are refused, so nothing runs without passing one.

use jaq_core::{
    load::{
        lex::StrPart,
        parse::{BinaryOp, Def, Pattern, Term},
    },
    ops::Math,
    path::{Part, Path},
};

use super::Trouble;
use crate::code::Code;

type Ast<'s> = Term<&'s str>;
type Boxed<'s> = Box<Ast<'s>>;

/// The functions whose first argument is a regular expression, with the shortest and longest number of arguments.
const SEARCHING: [&str; 5] = ["test", "capture", "scan", "sub", "gsub"];

/// What string formats a program may use.
const FORMATS: [&str; 5] = ["@text", "@json", "@uri", "@base64", "@html"];

/// Walks one program and gathers everything that is wrong with it.
pub(super) struct Guard<'s> {
    code: &'s str,
    /// The definitions around the current place: name and number of arguments.
    around: Vec<(&'s str, usize)>,
    pub(super) troubles: Vec<Trouble>,
    /// Tables that the program names in plain text, in `lookup` or after `$tables`.
    pub(super) tables: Vec<(String, std::ops::Range<usize>)>,
    /// Members of `$needs` that the program names in plain text.
    pub(super) needs: Vec<(String, std::ops::Range<usize>)>,
    /// Regular expressions that the program names in plain text.
    pub(super) patterns: Vec<(String, std::ops::Range<usize>)>,
    /// Our own definitions may build regular expressions from their arguments; programs may not.
    trusted: bool,
}

impl<'s> Guard<'s> {
    /// A guard for a program of the user.
    pub(super) fn new(code: &'s str) -> Self {
        Self {
            code,
            around: Vec::new(),
            troubles: Vec::new(),
            tables: Vec::new(),
            needs: Vec::new(),
            patterns: Vec::new(),
            trusted: false,
        }
    }

    /// A guard for our own definitions.
    pub(super) fn trusting(code: &'s str) -> Self {
        Self { trusted: true, ..Self::new(code) }
    }

    /// The same definition with its steps counted.
    pub(super) fn def(&mut self, def: Def<&'s str>) -> Def<&'s str> {
        self.around.push((def.name, def.args.len()));
        let body = self.term(def.body);
        self.around.pop();
        Def { name: def.name, args: def.args, body }
    }

    /// The same term with its steps counted.
    pub(super) fn term(&mut self, term: Ast<'s>) -> Ast<'s> {
        // Each form has a function of its own: together their locals would make this deep recursion a large one.
        match term {
            Term::Id | Term::Num(_) | Term::Var(_) | Term::Break(_) | Term::Arr(None) => term,
            Term::Recurse => tick(Term::Recurse),
            Term::Str(format, parts) => self.text(format, parts),
            Term::Arr(Some(of)) => Term::Arr(Some(self.boxed(of))),
            Term::Obj(members) => self.object(members),
            Term::Neg(of) => Term::Neg(self.boxed(of)),
            Term::BinOp(left, op, right) => self.operation(left, op, right),
            Term::Label(name, body) => Term::Label(name, self.boxed(body)),
            Term::Fold(kind, source, pattern, args) => self.fold(kind, source, pattern, args),
            Term::TryCatch(body, catch) => self.attempt(body, catch),
            Term::IfThenElse(cases, last) => self.branches(cases, last),
            Term::Def(defs, body) => self.local(defs, body),
            Term::Call(name, args) => self.call(name, args),
            Term::Path(of, path) => self.path(of, path),
        }
    }

    fn object(&mut self, members: Vec<(Ast<'s>, Option<Ast<'s>>)>) -> Ast<'s> {
        let members =
            members.into_iter().map(|(key, value)| (self.term(key), value.map(|v| self.term(v))));
        Term::Obj(members.collect())
    }

    fn fold(
        &mut self,
        kind: &'s str,
        source: Boxed<'s>,
        pattern: Pattern<&'s str>,
        args: Vec<Ast<'s>>,
    ) -> Ast<'s> {
        let pattern = self.pattern(pattern);
        Term::Fold(kind, self.boxed(source), pattern, self.terms(args))
    }

    fn attempt(&mut self, body: Boxed<'s>, catch: Option<Boxed<'s>>) -> Ast<'s> {
        Term::TryCatch(self.boxed(body), catch.map(|c| self.boxed(c)))
    }

    fn branches(&mut self, cases: Vec<(Ast<'s>, Ast<'s>)>, last: Option<Boxed<'s>>) -> Ast<'s> {
        let cases = cases.into_iter().map(|(when, then)| (self.term(when), self.term(then)));
        Term::IfThenElse(cases.collect(), last.map(|l| self.boxed(l)))
    }

    fn local(&mut self, defs: Vec<Def<&'s str>>, body: Boxed<'s>) -> Ast<'s> {
        let defs = defs.into_iter().map(|def| self.def(def)).collect();
        Term::Def(defs, self.boxed(body))
    }

    fn boxed(&mut self, mut term: Boxed<'s>) -> Boxed<'s> {
        *term = self.term(std::mem::take(&mut *term));
        term
    }

    fn terms(&mut self, terms: Vec<Ast<'s>>) -> Vec<Ast<'s>> {
        terms.into_iter().map(|term| self.term(term)).collect()
    }

    fn text(&mut self, format: Option<&'s str>, parts: Vec<StrPart<&'s str, Ast<'s>>>) -> Ast<'s> {
        if let Some(name) = format.filter(|name| !FORMATS.contains(name)) {
            self.not_allowed(name);
        }
        // Interpolation writes through `tostring`, which is bounded; `@json` does so by itself.
        let bounded = format != Some("@json");
        let parts = parts.into_iter().map(|part| match part {
            StrPart::Term(term) if bounded => {
                StrPart::Term(pipe(self.term(term), Term::Call("!tostring", Vec::new())))
            }
            StrPart::Term(term) => StrPart::Term(self.term(term)),
            literal => literal,
        });
        let text = Term::Str(format, parts.collect());
        if matches!(&text, Term::Str(_, parts) if parts.iter().any(|p| matches!(p, StrPart::Term(_))))
        {
            return tick(text);
        }
        text
    }

    fn operation(&mut self, left: Boxed<'s>, op: BinaryOp<&'s str>, right: Boxed<'s>) -> Ast<'s> {
        let (left, right) = (self.boxed(left), self.boxed(right));
        match op {
            BinaryOp::Math(math) => arithmetic(left, math, right),
            BinaryOp::UpdateMath(math) => update(left, math, right),
            BinaryOp::Comma => tick(Term::BinOp(left, BinaryOp::Comma, right)),
            BinaryOp::Pipe(Some(pattern)) => {
                Term::BinOp(left, BinaryOp::Pipe(Some(self.pattern(pattern))), right)
            }
            op => Term::BinOp(left, op, right),
        }
    }

    fn pattern(&mut self, pattern: Pattern<&'s str>) -> Pattern<&'s str> {
        match pattern {
            Pattern::Var(name) => Pattern::Var(name),
            Pattern::Arr(parts) => {
                Pattern::Arr(parts.into_iter().map(|p| self.pattern(p)).collect())
            }
            Pattern::Obj(members) => Pattern::Obj(
                members.into_iter().map(|(key, p)| (self.term(key), self.pattern(p))).collect(),
            ),
        }
    }

    fn path(&mut self, of: Box<Ast<'s>>, path: Path<Ast<'s>>) -> Ast<'s> {
        self.note_table(&of, &path);
        if let (Term::Var("$needs"), Some((Part::Index(Term::Str(None, parts)), _))) =
            (&*of, path.0.first())
            && let [StrPart::Str(name)] = parts.as_slice()
        {
            self.needs.push(((*name).to_owned(), self.span(name)));
        }
        let mut many = false;
        let parts = path.0.into_iter().map(|(part, opt)| {
            let part = match part {
                Part::Index(index) => Part::Index(self.term(index)),
                Part::Range(from, to) => {
                    many = true;
                    Part::Range(from.map(|f| self.term(f)), to.map(|t| self.term(t)))
                }
            };
            (part, opt)
        });
        let path = Path(parts.collect());
        let term = Term::Path(self.boxed(of), path);
        if many { tick(term) } else { term }
    }

    fn call(&mut self, name: &'s str, args: Vec<Ast<'s>>) -> Ast<'s> {
        if self.around.contains(&(name, args.len())) {
            self.trouble(
                Code::FL0404,
                name,
                format!("`{name}` calls itself"),
                "write it with map, reduce or .[]; a program that calls itself may never end",
            );
        } else if let Some(instead) = super::advice::forbidden(name).filter(|_| !self.trusted) {
            let message = format!("`{name}` is not allowed in a mapping");
            self.trouble(Code::FL0402, name, message, instead);
        }
        if !self.trusted {
            self.note_literals(name, &args);
        }
        tick(Term::Call(name, self.terms(args)))
    }

    /// Remembers tables and regular expressions that stand in the program, so the build can check them.
    fn note_literals(&mut self, name: &'s str, args: &[Ast<'s>]) {
        let literal = match args.first() {
            Some(Term::Str(None, parts)) => match parts.as_slice() {
                [] => Some((String::new(), self.span(name))),
                [StrPart::Str(text)] => Some(((*text).to_owned(), self.span(text))),
                _ => parts
                    .iter()
                    .all(|p| !matches!(p, StrPart::Term(_)))
                    .then(|| (joined(parts), self.span(name))),
            },
            _ => None,
        };
        match literal {
            Some(table) if name == "lookup" && args.len() == 2 => self.tables.push(table),
            Some(pattern) if SEARCHING.contains(&name) => self.patterns.push(pattern),
            None if SEARCHING.contains(&name) && !args.is_empty() => self.trouble(
                Code::FL0406,
                name,
                format!("the regular expression of `{name}` is not a plain text"),
                "write it as a text in quotes without \\(...); one that comes from the event could be made to take forever",
            ),
            _ => {}
        }
    }

    /// Remembers a table that is named as in `$tables.currency`.
    fn note_table(&mut self, of: &Ast<'s>, path: &Path<Ast<'s>>) {
        let Term::Var("$tables") = of else { return };
        if let Some((Part::Index(Term::Str(None, parts)), _)) = path.0.first()
            && let [StrPart::Str(name)] = parts.as_slice()
        {
            self.tables.push(((*name).to_owned(), self.span(name)));
        }
    }

    fn not_allowed(&mut self, name: &'s str) {
        let formats = crate::text::list(FORMATS);
        self.trouble(
            Code::FL0402,
            name,
            format!("the format `{name}` is not allowed"),
            &format!("use one of {formats}"),
        );
    }

    fn trouble(&mut self, code: Code, at: &'s str, message: String, help: &str) {
        let span = self.span(at);
        self.troubles.push(Trouble { code, span, message, help: help.to_owned() });
    }

    fn span(&self, part: &str) -> std::ops::Range<usize> {
        super::span_in(self.code, part)
    }
}

fn joined(parts: &[StrPart<&str, Ast<'_>>]) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            StrPart::Str(part) => text.push_str(part),
            StrPart::Char(c) => text.push(*c),
            StrPart::Term(_) => {}
        }
    }
    text
}

fn arithmetic<'s>(left: Boxed<'s>, math: Math, right: Boxed<'s>) -> Ast<'s> {
    match math {
        // Multiplying a text builds it before anything could count it, so this goes through our own function.
        Math::Mul => tick(Term::Call("!multiply", vec![*left, *right])),
        math => tick(Term::BinOp(left, BinaryOp::Math(math), right)),
    }
}

/// `a += b` is `b as $x | a |= . + $x`, written out so that the sum is counted.
fn update<'s>(left: Boxed<'s>, math: Math, right: Boxed<'s>) -> Ast<'s> {
    let sum = arithmetic(Box::new(Term::Id), math, Box::new(Term::Var("$!by")));
    let update = Term::BinOp(left, BinaryOp::Update, Box::new(sum));
    Term::BinOp(right, BinaryOp::Pipe(Some(Pattern::Var("$!by"))), Box::new(update))
}

fn tick<'s>(term: Ast<'s>) -> Ast<'s> {
    pipe(term, Term::Call("!tick", Vec::new()))
}

fn pipe<'s>(left: Ast<'s>, right: Ast<'s>) -> Ast<'s> {
    Term::BinOp(Box::new(left), BinaryOp::Pipe(None), Box::new(right))
}
