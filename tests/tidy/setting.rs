//! samconfig.toml and tests/requirements.txt: each environment fits the template, and every tool is pinned.

use toml::{Table, Value};

use crate::{
    document::cells,
    fault::{Fault, none},
    template::{Overrides, template},
    tree::read,
    yaml::Node,
};

const PATH: &str = "samconfig.toml";

/// Every environment and what it overrides at its deploy; the template alone is the first.
pub(crate) fn environments() -> Vec<(String, Overrides)> {
    let template = ("of the template's defaults".to_owned(), Overrides::new());
    let named = samconfig().into_iter().filter(|(_, value)| value.is_table());
    let each = named.map(|(name, value)| {
        let overrides = overrides(&value, "deploy");
        (name, overrides)
    });
    std::iter::once(template).chain(each).collect()
}

#[test]
fn sam_never_builds_from_a_cache() {
    let lines = read(PATH);
    let cached =
        lines.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with("cached"));
    none(cached.map(|(at, _)| {
        Fault::new(PATH, at + 1, "take it out; in a Cargo workspace it ships stale binaries")
    }));
}

#[test]
fn every_override_names_a_parameter_and_a_value_it_takes() {
    none(environments().into_iter().flat_map(|(environment, overrides)| {
        let bad = overrides.into_iter().filter(|(name, value)| !takes(name, value));
        bad.map(move |(name, value)| {
            let mend =
                format!("[{environment}] sets {name}={value}, which the template does not take");
            Fault::new(PATH, line(&name), mend)
        })
    }));
}

/// Who deploys reads them there, and not in the template.
#[test]
fn the_readme_lists_the_parameters_of_the_template_with_their_defaults() {
    let readme = read("README.md");
    let rows: Vec<Vec<&str>> = readme.lines().map(cells).collect();
    let start = rows.iter().position(|row| row.starts_with(&["parameter", "default"]));
    let start = start.expect("the README has a table of parameters");
    let table = rows[start..].iter().take_while(|row| row.len() == 3).skip(2);
    let listed: Vec<(&str, &str)> = table.map(|row| (row[0], row[1])).collect();
    let all = template().get("Parameters").map(Node::entries).unwrap_or_default();
    let known: Vec<(&str, &str)> =
        all.iter().map(|(name, node)| (name.as_str(), node.text_at("Default"))).collect();
    let less = known.iter().filter(|one| !listed.contains(one));
    let less = less.map(|(name, default)| format!("add the row: | `{name}` | `{default}` | ..."));
    let more = listed.iter().filter(|one| !known.contains(one));
    let more =
        more.map(|(name, _)| format!("take out the row `{name}`; the template says another"));
    none(less.chain(more).map(|mend| Fault::new("README.md", start + 1, mend)));
}

#[test]
fn the_readme_says_what_production_sets() {
    let readme = read("README.md");
    let prod =
        environments().into_iter().find(|(name, _)| name == "prod").expect("the environment prod");
    let said = prod.1.into_iter().map(|(name, value)| format!("`{name}={value}`"));
    let missing = said.filter(|set| !readme.contains(set.as_str()));
    none(missing.map(|set| Fault::new("README.md", 0, format!("say that `prod` sets {set}"))));
}

#[test]
fn an_environment_builds_for_the_processor_it_deploys_to() {
    let config = samconfig();
    let of = |environment: &str, command: &str| {
        let set =
            config.get(environment).map(|value| overrides(value, command)).unwrap_or_default();
        let default = || template().text_at("Parameters/Architecture/Default").to_owned();
        set.get("Architecture").cloned().unwrap_or_else(default)
    };
    none([("default", "x86_64"), ("prod", "arm64")].into_iter().flat_map(
        |(environment, wanted)| {
            let bad = ["build", "deploy"]
                .into_iter()
                .filter(|command| of(environment, command) != wanted)
                .collect::<Vec<_>>();
            bad.into_iter().map(move |command| {
                let mend =
                    format!("set Architecture={wanted} in [{environment}.{command}.parameters]");
                Fault::new(PATH, line(&format!("[{environment}.{command}")), mend)
            })
        },
    ));
}

#[test]
fn the_local_engine_has_a_short_timeout_of_its_own() {
    let local = environments()
        .into_iter()
        .find(|(name, _)| name == "local")
        .map(|(_, set)| set)
        .unwrap_or_default();
    let missing = ["DispatchTimeout", "DispatchVisibility"]
        .into_iter()
        .filter(|name| !local.contains_key(*name));
    none(missing.map(|name| {
        Fault::new(
            PATH,
            line("[local.deploy"),
            format!("set {name}, or a killed dispatch is missed for minutes"),
        )
    }));
}

#[test]
fn every_tool_is_pinned() {
    let path = "tests/requirements.txt";
    let text = read(path);
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    none(lines.filter(|(_, line)| !is_pinned(line)).map(|(at, _)| {
        Fault::new(path, at + 1, "write name==version; a newer tool may build other bytes")
    }));
}

fn is_pinned(line: &str) -> bool {
    let plain = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    line.split_once("==").is_some_and(|(name, version)| {
        plain(name) && plain(version) && version.starts_with(|c: char| c.is_ascii_digit())
    })
}

fn takes(name: &str, value: &str) -> bool {
    let Some(parameter) = template().get(&format!("Parameters/{name}")) else { return false };
    let number = |key: &str| parameter.text_at(key).parse::<u64>().ok();
    let allowed = parameter.get("AllowedValues").map(Node::items).unwrap_or_default();
    let listed = allowed.is_empty() || allowed.iter().any(|one| one.text() == value);
    let in_range = match (parameter.text_at("Type"), value.parse::<u64>()) {
        ("Number", Ok(value)) => {
            number("MinValue").is_none_or(|least| least <= value)
                && number("MaxValue").is_none_or(|most| value <= most)
        }
        ("Number", Err(_)) => false,
        _ => true,
    };
    listed && in_range
}

fn samconfig() -> Table {
    read(PATH).parse().unwrap_or_else(|error| panic!("{PATH}: {error}"))
}

/// `Name=value` pairs, in one text or in a list.
fn overrides(environment: &Value, command: &str) -> Overrides {
    let value = environment
        .get(command)
        .and_then(|command| command.get("parameters"))
        .and_then(|parameters| parameters.get("parameter_overrides"));
    let words: Vec<&str> = match value {
        Some(Value::String(text)) => text.split_whitespace().collect(),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let pairs = words.into_iter().filter_map(|word| word.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned())).collect()
}

fn line(part: &str) -> usize {
    read(PATH).lines().position(|line| line.contains(part)).map_or(0, |at| at + 1)
}
