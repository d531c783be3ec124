//! A new integration passes from the first moment, and nothing that was there is lost.

use crate::project::Project;

#[test]
fn a_new_integration_passes_check_and_test_whatever_its_method() {
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let project = Project::new();
        let told = project.init("order-paid-to-ledger", method);
        assert_eq!(told.code, 0, "{method}: {}{}", told.out, told.err);
        let told = project.well("check DIR");
        assert!(told.contains("1 integration and 1 destination: no mistake"), "{method}: {told}");
        let told = project.well("test --dir DIR");
        assert!(told.ends_with("2 as expected\n"), "{method}: {told}");
    }
}

#[test]
fn a_key_header_becomes_the_promise() {
    let project = Project::new();
    project.well(
        "init a --event a.b --destination https://a.example --method POST --path /a --team t --contact c \
         --key-header Idempotency-Key --dir DIR",
    );
    assert!(
        project.read("a/integration.yaml").contains("header: Idempotency-Key, key_max_age: 24h")
    );
    assert!(project.well("check DIR").contains("sent again, same key, for 1d"));
}

#[test]
fn who_is_told_next_is_said_once() {
    let project = Project::new();
    project.init("order-paid-to-ledger", "POST");
    assert!(project.read("order-paid-to-ledger/integration.yaml").contains("escalate: [{to: chat"));
    let owner =
        "fairlead: 1\nowner: {escalate: [{to: chat, after: 0m}, {to: pagerduty, after: 30m}]}\n";
    project.write("defaults.yaml", owner);
    project.init("order-paid-to-books", "POST");
    assert!(!project.read("order-paid-to-books/integration.yaml").contains("escalate"));
    assert!(project.well("check DIR").contains("2 integrations and 1 destination: no mistake."));
}

#[test]
fn nothing_is_overwritten() {
    let project = Project::new();
    project.init("order-paid-to-ledger", "POST");
    project.replace("order-paid-to-ledger/request.jq", ".data", ".data # mine\n");
    let before = project.read("order-paid-to-ledger/request.jq");
    let told = project.init("order-paid-to-ledger", "POST");
    assert_eq!(told.code, 1);
    assert!(told.err.contains("is there already, and nothing is overwritten"), "{}", told.err);
    assert_eq!(project.read("order-paid-to-ledger/request.jq"), before);
}

#[test]
fn a_second_one_keeps_the_comments_of_the_destinations() {
    let project = Project::new();
    project.init("order-paid-to-ledger", "POST");
    let before = format!("{}# the end\n", project.read("destinations.yaml"));
    project.write("destinations.yaml", &before);
    project.well(
        "init b --event a.b --destination https://api.crm.example --method PUT --path /b --team t --contact c --dir DIR",
    );
    let after = project.read("destinations.yaml");
    for line in before.lines() {
        assert!(after.contains(line), "{line:?} is lost:\n{after}");
    }
    assert!(after.contains("  crm-api:\n    base_url: https://api.crm.example\n"), "{after}");
    project.well("check DIR");
}

#[test]
fn a_declared_destination_is_used_as_it_is() {
    let project = Project::new();
    project.init("order-paid-to-ledger", "POST");
    let before = project.read("destinations.yaml");
    project.well(
        "init b --event a.b --destination ledger-api --method PUT --path /b --team t --contact c --dir DIR",
    );
    assert_eq!(project.read("destinations.yaml"), before);
}

#[test]
fn a_wish_that_cannot_be_leaves_nothing_behind() {
    let project = Project::new();
    project.init("order-paid-to-ledger", "POST");
    let before = project.read("destinations.yaml");
    let told = project.run(
        "init Bad_Name --event a.b --destination https://api.crm.example --method PUT --path /b --team t --contact c --dir DIR",
    );
    assert_eq!(told.code, 2, "{}", told.out);
    assert!(told.err.contains("is no name"), "{}", told.err);
    let told = project.run(
        "init good --event a..?b --destination https://api.crm.example --method PUT --path /b --team t --contact c --dir DIR",
    );
    assert_eq!(told.code, 1, "{}", told.out);
    assert!(told.err.contains("FL0203") && told.err.contains("nothing was kept"), "{}", told.err);
    assert!(!project.dir().join("good").exists());
    assert_eq!(project.read("destinations.yaml"), before);
}
