//! Tidy: the house rules, as tests over the sources, the dependencies, the template and the documents.

mod alarm;
mod api;
mod cargo;
mod deny;
mod dependency;
mod document;
mod fault;
mod function;
mod iam;
mod lambda;
mod ledger;
mod lifecycle;
mod metric;
mod mutation;
mod openapi;
mod place;
mod query;
mod queue;
mod setting;
mod source;
mod template;
mod token;
mod trap;
mod tree;
mod variable;
mod yaml;
