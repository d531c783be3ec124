//! Variables: what the template sets is what the code reads, and no function gets more than it needs.

use std::collections::BTreeSet;

use fairlead_core::stage::Stage;

use crate::{
    fault::{Fault, none},
    template::{PATH, Resource, functions, template},
    token::tokens,
    tree::{File, read},
    yaml::Node,
};

const READER: &str = "shared/aws/src/env.rs";

/// What each function gets.
const GIVEN: [(&str, &[&str]); 4] = [
    (
        "ValidateFunction",
        &[
            "FAIRLEAD_ALERT_QUEUE",
            "FAIRLEAD_DISPATCH_DLQ",
            "FAIRLEAD_DISPATCH_QUEUE",
            "FAIRLEAD_DISPATCH_TIMEOUT",
            "FAIRLEAD_INTAKE_QUEUE",
            "FAIRLEAD_LEDGER",
            "FAIRLEAD_RETRY_QUEUE",
            "FAIRLEAD_STAGE",
        ],
    ),
    (
        "DispatchFunction",
        &[
            "FAIRLEAD_ALERT_QUEUE",
            "FAIRLEAD_DISPATCH_DLQ",
            "FAIRLEAD_DISPATCH_TIMEOUT",
            "FAIRLEAD_INTAKE_QUEUE",
            "FAIRLEAD_LEDGER",
            "FAIRLEAD_LOCAL_VENDOR",
            "FAIRLEAD_RETRY_QUEUE",
            "FAIRLEAD_STAGE",
        ],
    ),
    (
        "RetryFunction",
        &[
            "FAIRLEAD_DISPATCH_QUEUE",
            "FAIRLEAD_DISPATCH_TIMEOUT",
            "FAIRLEAD_INTAKE_QUEUE",
            "FAIRLEAD_LEDGER",
            "FAIRLEAD_RETRY_QUEUE",
            "FAIRLEAD_STAGE",
        ],
    ),
    (
        "AlertFunction",
        &[
            "FAIRLEAD_ALERT_DLQ",
            "FAIRLEAD_ALERT_TOPIC",
            "FAIRLEAD_ALERT_WEBHOOK",
            "FAIRLEAD_DISPATCH_DLQ",
            "FAIRLEAD_INTAKE_DLQ",
            "FAIRLEAD_LEDGER",
            "FAIRLEAD_LOCAL_VENDOR",
            "FAIRLEAD_PAGERDUTY",
            "FAIRLEAD_RETRY_DLQ",
            "FAIRLEAD_STACK",
            "FAIRLEAD_STAGE",
        ],
    ),
];

#[test]
fn what_the_template_sets_is_what_the_code_reads() {
    let set: BTreeSet<String> = functions().into_iter().flat_map(given).collect();
    let read = names_read();
    assert!(!read.is_empty(), "{READER}: no call of var(\"FAIRLEAD_..\") was found");
    let unread = set.difference(&read).map(|name| {
        Fault::new(
            READER,
            0,
            format!("read {name}, which the template sets, or take it from the template"),
        )
    });
    let unset = read.difference(&set).map(|name| {
        Fault::new(
            READER,
            line(name),
            format!("{name} is read, but the template sets it for no function"),
        )
    });
    none(unread.chain(unset));
}

#[test]
fn every_function_gets_the_variables_written_here() {
    none(functions().into_iter().flat_map(|function| {
        let wanted: BTreeSet<String> = GIVEN
            .iter()
            .filter(|(id, _)| *id == function.id)
            .flat_map(|(_, names)| names.iter().map(|name| (*name).to_owned()))
            .collect();
        let have = given(function);
        let more = have
            .difference(&wanted)
            .map(|name| format!("take {name} away, or add it to GIVEN in tests/tidy/variable.rs"));
        let less = wanted
            .difference(&have)
            .map(|name| format!("set {name}, or take it from GIVEN in tests/tidy/variable.rs"));
        more.chain(less)
            .map(|mend| function.fault("Environment/Variables", &mend))
            .collect::<Vec<_>>()
    }));
}

#[test]
fn the_template_takes_the_stages_that_there_are() {
    let stage = template().get("Parameters/Stage").expect("the parameter Stage");
    let taken = stage.get("AllowedValues").map(Node::items).unwrap_or_default();
    let taken: Vec<&str> = taken.into_iter().map(Node::text).collect();
    assert_eq!(taken, Stage::ALL.map(Stage::as_str), "{PATH}: Stage/AllowedValues");
    assert_eq!(stage.text_at("Default"), Stage::default().as_str(), "{PATH}: Stage/Default");
}

#[test]
fn no_variable_is_set_for_all_functions() {
    let all = template().get("Globals/Function/Environment");
    none(all.map(|node| {
        Fault::new(
            PATH,
            node.line,
            "set variables for each function alone, so that none gets what it does not need",
        )
    }));
}

fn given(function: Resource) -> BTreeSet<String> {
    let set = function.property("Environment/Variables").map_or(&[][..], Node::entries);
    set.iter().map(|(name, _)| name.clone()).collect()
}

/// The names in calls of `var(..)`; names in messages are not among them.
fn names_read() -> BTreeSet<String> {
    let file = File { path: READER.to_owned(), text: read(READER) };
    let tokens = tokens(&file);
    let calls =
        tokens.windows(3).filter(|call| call[0].text.ends_with("var") && call[1].text == "(");
    let names = calls.filter_map(|call| call[2].text.strip_prefix('"')?.strip_suffix('"'));
    names.map(str::to_owned).collect()
}

fn line(name: &str) -> usize {
    let wanted = format!("(\"{name}\")");
    read(READER).lines().position(|line| line.contains(&wanted)).map_or(0, |at| at + 1)
}
