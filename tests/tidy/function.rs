//! Functions: none has a body of more than 40 lines.

use proc_macro2::Span;
use syn::{
    Attribute, Block, ImplItemFn, ItemFn, ItemMod, Signature, TraitItemFn,
    visit::{self, Visit},
};

use crate::{
    fault::{Fault, none},
    token::is_test,
    tree::sources,
};

const MOST_LINES: usize = 40;

/// Functions that may be longer: file, name and the reason.
const EXCEPTIONS: [(&str, &str, &str); 0] = [];

#[test]
fn no_function_is_longer_than_40_lines() {
    let long = sources().filter(|file| !is_test(&file.path)).flat_map(|file| {
        let excused = |name: &str| {
            let mut known = EXCEPTIONS.iter().map(|(path, name, _)| (*path, *name));
            known.any(|known| known == (file.path.as_str(), name))
        };
        long_functions(&file.text).into_iter().filter(move |long| !excused(&long.name)).map(
            |Long { line, name, lines }| {
                let mend = format!(
                    "`{name}` has {lines} lines, {MOST_LINES} at most; \
                     give its parts names of their own"
                );
                Fault::new(&file.path, line, mend)
            },
        )
    });
    none(long);
}

#[test]
fn a_function_of_41_lines_is_found_and_one_in_tests_is_not() {
    let long = format!("fn a() {{\n{}}}\n", "    b();\n".repeat(41));
    let names =
        |text: &str| long_functions(text).into_iter().map(|long| long.name).collect::<Vec<_>>();
    assert_eq!(names(&long), ["a"]);
    assert_eq!(names(&format!("impl B {{\n{long}}}")), ["a"]);
    assert!(names(&format!("#[cfg(test)]\nmod tests {{\n{long}}}")).is_empty());
    assert!(names(&format!("fn a() {{\n{}}}\n", "    b();\n".repeat(40))).is_empty());
}

struct Long {
    name: String,
    line: usize,
    lines: usize,
}

fn long_functions(text: &str) -> Vec<Long> {
    let file = syn::parse_file(text).expect("a source that compiles");
    let mut found = Found(Vec::new());
    found.visit_file(&file);
    found.0
}

struct Found(Vec<Long>);

impl Found {
    fn measure(&mut self, signature: &Signature, block: &Block) {
        let line = |span: Span| span.start().line;
        let braces = block.brace_token.span;
        let lines = (line(braces.close()) - line(braces.open())).saturating_sub(1);
        if lines > MOST_LINES {
            let name = signature.ident.to_string();
            self.0.push(Long { name, line: line(signature.ident.span()), lines });
        }
    }
}

impl<'a> Visit<'a> for Found {
    fn visit_item_mod(&mut self, module: &'a ItemMod) {
        if !for_tests(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'a ItemFn) {
        if !for_tests(&function.attrs) {
            self.measure(&function.sig, &function.block);
            visit::visit_item_fn(self, function);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'a ImplItemFn) {
        self.measure(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'a TraitItemFn) {
        if let Some(block) = &function.default {
            self.measure(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let only =
            attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test");
        let test = attribute.path().segments.last().is_some_and(|last| last.ident == "test");
        test || attribute.path().is_ident("cfg") && only
    })
}
