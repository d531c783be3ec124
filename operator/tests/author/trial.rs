//! Samples are tried, differences are shown, and nothing is taken for tested that is not.

use crate::project::Project;

fn project() -> Project {
    let project = Project::new();
    project.init("order-paid-to-ledger", "POST");
    project
}

#[test]
fn a_changed_mapping_shows_what_differs() {
    let project = project();
    project.replace(
        "order-paid-to-ledger/request.jq",
        "external_id: .id",
        "external_id: \"order-\\(.id)\"",
    );
    let told = project.run("test --dir DIR");
    assert_eq!(told.code, 1);
    for part in [
        "  DIFFERS  first",
        "    -       \"external_id\": \"R-1\"",
        "    +       \"external_id\": \"order-R-1\"",
        "  ok       without-id",
        "1 as expected, 1 not as expected.  Next:",
    ] {
        assert!(told.out.contains(part), "no {part:?} in:\n{}", told.out);
    }
    assert!(
        project.well("test order-paid-to-ledger --update --dir DIR").contains("  written  first")
    );
    assert!(project.well("test --dir DIR").ends_with("2 as expected\n"));
}

#[test]
fn a_sample_without_an_expectation_is_a_problem() {
    let project = project();
    project.write(
        "order-paid-to-ledger/samples/second.json",
        r#"{"id": "evt_9", "data": {"id": "R-9"}}"#,
    );
    let told = project.run("test --dir DIR");
    assert_eq!(told.code, 1);
    assert!(told.out.contains("  new      second: nothing is written down yet"), "{}", told.out);
    assert!(told.out.contains("2 as expected, 1 without an expectation"), "{}", told.out);
}

#[test]
fn an_integration_that_is_not_there_is_wrong_usage() {
    let told = project().run("test order-paid --dir DIR");
    assert_eq!(told.code, 2);
    assert!(told.err.contains("there are order-paid-to-ledger"), "{}", told.err);
}

#[test]
fn a_broken_configuration_is_told_and_nothing_is_tried() {
    let project = project();
    project.replace("order-paid-to-ledger/request.jq", "cents", "cent");
    let told = project.run("test --dir DIR");
    assert_eq!((told.code, told.out.as_str()), (1, ""));
    assert!(told.err.contains("FL0403") && told.err.contains("nothing was tried"), "{}", told.err);
}
