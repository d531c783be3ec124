//! The list of mistakes that the tests must notice stays true to the code.

use toml::{Table, Value};

use crate::{
    fault::{Fault, none},
    tree::{read, sources},
};

const LIST: &str = "tests/mutations.toml";

#[test]
fn every_mistake_of_the_list_can_be_made_and_names_its_test() {
    let list: Table = read(LIST).parse().expect("the list is TOML");
    let mutations = list["mutation"].as_array().expect("a list of mutations");
    assert!(mutations.len() >= 20, "{} mutations", mutations.len());
    let tests: String = sources().map(|file| file.text.as_str()).collect();
    none(mutations.iter().flat_map(|one| {
        let say = |key: &str| one.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (name, file, from, red) = (say("name"), say("file"), say("from"), say("red"));
        let fault = |what: String| Fault::new(LIST, 0, format!("{name}: {what}"));
        let once = read(&file).matches(&from).count();
        let last = red.rsplit("::").find(|part| !part.is_empty()).unwrap_or_default().to_owned();
        [
            (once != 1).then(|| fault(format!("its \"from\" stands {once} times in {file}"))),
            (from == say("to")).then(|| fault("it changes nothing".to_owned())),
            (!tests.contains(&last)).then(|| fault(format!("no test is called {red}"))),
        ]
        .into_iter()
        .flatten()
    }));
}
