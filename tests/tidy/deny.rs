//! deny.toml and these tests ban the same, and every exception says why.

use toml::{Table, Value};

use crate::{
    dependency::{BANNED, CONTRACTS},
    fault::{Fault, none},
    tree::read,
};

#[test]
fn deny_bans_what_these_tests_ban() {
    let listed = denied();
    let banned = BANNED.map(|(name, from, _)| spec(name, from));
    let wrapped = CONTRACTS.map(|name| spec(name, ""));
    let wanted: Vec<&String> = banned.iter().chain(&wrapped).collect();
    let names: Vec<String> = listed.iter().map(|ban| word(ban, "crate")).collect();
    let missing = wanted.iter().filter(|name| !names.contains(name));
    let mine = missing.map(|name| {
        Fault::new("deny.toml", 0, format!("ban `{name}` too: tests/tidy/dependency.rs does"))
    });
    let extra = names.iter().filter(|name| !wanted.contains(name));
    let theirs = extra.map(|name| {
        Fault::new(
            "tests/tidy/dependency.rs",
            0,
            format!("ban `{name}` too: deny.toml:{} does", line(name)),
        )
    });
    none(mine.chain(theirs));
}

#[test]
fn the_contracts_are_brought_in_by_contracts_alone() {
    none(denied().iter().filter_map(|ban| {
        let name = word(ban, "crate");
        let wanted = CONTRACTS.contains(&name.as_str());
        let wrappers = ban.get("wrappers").and_then(Value::as_array)?;
        let ours = wrappers.iter().any(|wrapper| wrapper.as_str() == Some("fairlead-contracts"));
        (wanted && !ours)
            .then(|| Fault::new("deny.toml", line(&name), "its wrappers name fairlead-contracts"))
    }));
}

#[test]
fn every_ban_and_every_exception_gives_its_reason() {
    let deny = deny();
    let list = |section: &str, key: &str| {
        let value = deny.get(section).and_then(|section| section.get(key));
        value.and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let ignored = list("advisories", "ignore");
    let skipped = list("bans", "skip");
    let all = denied().into_iter().map(Value::Table).chain(ignored).chain(skipped);
    let bare =
        all.filter(|entry| entry.get("reason").and_then(Value::as_str).is_none_or(str::is_empty));
    none(bare.map(|entry| Fault::new("deny.toml", 0, format!("give `{entry}` a reason"))));
}

#[test]
fn deny_looks_at_bans_licenses_and_advisories() {
    let deny = deny();
    let missing = ["bans", "licenses", "advisories"]
        .into_iter()
        .filter(|section| !deny.contains_key(*section));
    none(missing.map(|section| Fault::new("deny.toml", 0, format!("add the section [{section}]"))));
}

fn deny() -> Table {
    read("deny.toml").parse().unwrap_or_else(|error| panic!("deny.toml: {error}"))
}

fn denied() -> Vec<Table> {
    let deny = deny();
    let bans = deny.get("bans").and_then(|bans| bans.get("deny")).and_then(Value::as_array);
    let tables = bans.into_iter().flatten().filter_map(Value::as_table);
    tables.cloned().collect()
}

fn spec(name: &str, from: &str) -> String {
    if from.is_empty() { name.to_owned() } else { format!("{name}@{from}") }
}

fn word(table: &Table, key: &str) -> String {
    table.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn line(name: &str) -> usize {
    let wanted = format!("\"{name}\"");
    read("deny.toml").lines().position(|line| line.contains(&wanted)).map_or(0, |at| at + 1)
}
