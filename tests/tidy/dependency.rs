//! Dependencies: who may name whom, and what never gets into a function.

use crate::{
    cargo::{Member, line, members, tree},
    fault::{Fault, none},
};

/// The functions, each a crate of its own.
pub(crate) const FUNCTIONS: [&str; 4] = ["validate", "dispatch", "retry", "alert"];

/// What no function may carry: the crate, the version it begins with, and why.
pub(crate) const BANNED: [(&str, &str, &str); 6] = [
    ("aws-lc-sys", "", "its entropy source costs 22 ms of CPU in every cold start"),
    ("hyper", "0.14", "a second, dead HTTP stack"),
    ("native-tls", "", "a second TLS stack"),
    ("openssl-sys", "", "a second TLS stack, and one of the machine's"),
    ("reqwest", "", "a second HTTP client; only the command and the tests use it"),
    ("rustls", "0.21", "a second, dead TLS stack with open advisories"),
];

/// jq and JSON Schema: in validate, and nowhere else among the functions.
pub(crate) const CONTRACTS: [&str; 4] = ["jaq-core", "jaq-json", "jaq-std", "jsonschema"];

/// Which of our crates each may name, at most: functions -> aws -> core and operator -> aws -> core.
const ALLOWED: [(&str, &[&str]); 10] = [
    ("fairlead-core", &[]),
    ("fairlead-contracts", &["fairlead-core"]),
    (
        "fairlead-catalog",
        &["fairlead-core", "fairlead-core as build", "fairlead-contracts as build"],
    ),
    ("fairlead-aws", &["fairlead-core"]),
    ("validate", &["fairlead-aws", "fairlead-catalog", "fairlead-contracts", "fairlead-core"]),
    ("dispatch", &["fairlead-aws", "fairlead-catalog", "fairlead-core"]),
    ("retry", &["fairlead-aws", "fairlead-catalog", "fairlead-core"]),
    ("alert", &["fairlead-aws", "fairlead-catalog", "fairlead-core"]),
    ("fairlead", &["fairlead-aws", "fairlead-catalog", "fairlead-contracts", "fairlead-core"]),
    // Nobody names the tests, so they may name everybody.
    (
        "fairlead-tests",
        &["fairlead", "fairlead-aws", "fairlead-catalog", "fairlead-contracts", "fairlead-core"],
    ),
];

#[test]
fn imports_run_down_and_never_sideways_or_up() {
    let members = members();
    let ours: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    none(members.iter().flat_map(|member| {
        let allowed = ALLOWED.iter().find(|(name, _)| *name == member.name).map(|(_, to)| *to);
        let bad = member.dependencies.iter().filter(|(to, kind)| {
            let as_kind = format!("{to} as {kind}");
            let may =
                |to: &[&str]| to.contains(&as_kind.as_str()) || to.contains(&member_of(&as_kind));
            ours.contains(&to.as_str()) && !allowed.is_some_and(may)
        });
        bad.map(|(to, kind)| {
            fault(member, to, &format!("{} may not name {to} ({kind})", member.name))
        })
        .collect::<Vec<_>>()
    }));
}

#[test]
fn every_crate_has_its_place_in_the_order() {
    let known = |name: &str| ALLOWED.iter().any(|(known, _)| *known == name);
    let new = members().into_iter().filter(|member| !known(&member.name));
    none(new.map(|member| {
        Fault::new(
            &member.manifest,
            1,
            "say in ALLOWED of tests/tidy/dependency.rs whom this crate may name",
        )
    }));
}

#[test]
fn core_and_contracts_take_in_no_aws_no_runtime_and_no_chance() {
    for package in ["fairlead-core", "fairlead-contracts"] {
        let bad = |name: &str| {
            name.starts_with("aws-") || ["tokio", "rand", "lambda_runtime"].contains(&name)
        };
        let found = tree(package).into_iter().filter(|(name, _)| bad(name));
        none(found.map(|(name, version)| {
            in_tree(package, &name, &version, "rules are pure; do without it")
        }));
    }
}

#[test]
fn no_function_carries_a_second_stack() {
    for package in FUNCTIONS {
        none(tree(package).into_iter().filter_map(|(name, version)| {
            let is = |banned: &str, from: &str| {
                banned == name && (from.is_empty() || version.starts_with(&format!("{from}.")))
            };
            let (_, _, why) = BANNED.iter().find(|(banned, from, _)| is(banned, from))?;
            Some(in_tree(package, &name, &version, why))
        }));
    }
}

#[test]
fn validate_alone_knows_jq_and_json_schema() {
    for package in FUNCTIONS {
        let known = tree(package);
        let has = |wanted: &str| known.iter().any(|(name, _)| name == wanted);
        if package == "validate" {
            assert!(
                CONTRACTS.into_iter().all(has),
                "functions/validate: the contracts are gone from it"
            );
            continue;
        }
        let found = CONTRACTS.into_iter().filter(|name| has(name));
        none(found.map(|name| {
            in_tree(package, name, "", "validate renders; the others find the bytes in the ledger")
        }));
    }
}

fn member_of(as_kind: &str) -> &str {
    // Only what may be named in every way stands in ALLOWED without its kind.
    as_kind.split(' ').next().unwrap_or_default()
}

fn fault(member: &Member, to: &str, mend: &str) -> Fault {
    Fault::new(&member.manifest, line(&member.manifest, to), mend)
}

fn in_tree(package: &str, name: &str, version: &str, why: &str) -> Fault {
    let mend = format!(
        "{package} takes in {name} {version}: {why}; \
         see who brings it: cargo tree -e normal -p {package} -i {name}"
    );
    Fault::new("Cargo.lock", 0, mend)
}
