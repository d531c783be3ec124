//! Every mistake at once, for people and for programs.

use serde_json::Value;

use crate::project::Project;

#[test]
fn all_mistakes_are_told_at_once_with_the_next_command() {
    let project = Project::new();
    project.init("order-paid-to-ledger", "POST");
    project.replace("order-paid-to-ledger/integration.yaml", "contact:", "contcat:");
    project.replace("order-paid-to-ledger/request.jq", "cents", "round");
    let told = project.run("check DIR");
    assert_eq!(told.code, 1);
    for part in [
        "FL0103",
        "did you mean \"contact\"?",
        "FL0402",
        "2 mistakes.  Next: fairlead explain FL0103",
    ] {
        assert!(told.out.contains(part), "no {part:?} in:\n{}", told.out);
    }
}

#[test]
fn a_program_reads_the_same() {
    let project = Project::new();
    project.init("order-paid-to-ledger", "POST");
    let document = |told: &str| serde_json::from_str::<Value>(told).expect("JSON");
    let good = document(&project.well("check DIR --output json"));
    assert_eq!((&good["ok"], good["integrations"][0]["samples"].as_u64()), (&true.into(), Some(2)));
    assert_eq!(
        good["warnings"],
        Value::from(Vec::<Value>::new()),
        "what init writes needs no warning"
    );
    project.replace(
        "order-paid-to-ledger/integration.yaml",
        ", escalate: [{to: chat, after: 0m}, {to: email, after: 1h}]",
        "",
    );
    let good = document(&project.well("check DIR --output json"));
    assert_eq!(good["warnings"][0]["code"], "FL0603");
    project.replace(
        "order-paid-to-ledger/integration.yaml",
        "destination: ledger-api",
        "destination: ledger",
    );
    let told = project.run("check DIR --output json");
    assert_eq!(told.code, 1);
    let bad = document(&told.out);
    let mistake = &bad["mistakes"][0];
    assert_eq!((&bad["ok"], &mistake["code"]), (&false.into(), &"FL0301".into()));
    assert_eq!(mistake["file"], "order-paid-to-ledger/integration.yaml");
    assert!(mistake["line"].as_u64() > Some(0) && mistake["help"] != "", "{mistake}");
}

#[test]
fn what_holds_for_every_integration_is_told_once_with_all_its_places() {
    let project = Project::new();
    for name in ["a-to-ledger", "b-to-ledger", "c-to-ledger"] {
        project.init(name, "POST");
        let escalate = ", escalate: [{to: chat, after: 0m}, {to: email, after: 1h}]";
        project.replace(&format!("{name}/integration.yaml"), escalate, "");
    }
    let told = project.well("check DIR");
    assert_eq!(told.matches("FL0603").count(), 1, "{told}");
    for name in ["b-to-ledger", "c-to-ledger"] {
        assert!(told.contains(&format!("= also: {name}/integration.yaml:")), "{told}");
    }
    assert!(told.contains("3 warnings"), "{told}");
}

#[test]
fn an_explanation_is_at_hand_for_what_was_told() {
    let project = Project::new();
    assert!(project.well("explain FL0302").contains("nothing says what a repeated request does"));
    assert!(project.well("explain").contains("FL0603"));
    assert_eq!(project.run("explain nonsense").code, 2);
}
