//! Stories of the audit: a note is written once, and nothing is ordered that is not written down.

use clap::Parser;
use fairlead::{
    cli::{Cli, Options, Output, Place, View},
    desk::{Desk, Filter},
};
use fairlead_aws::ledger::Ledger;
use fairlead_core::{
    audit::{Did, Note},
    ticket::Act,
};
use fairlead_tests::{sample::noon, shell::words};
use uuid::Uuid;

use crate::console::aws::Aws;

fn run(story: impl AsyncFnOnce(Aws)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async { story(Aws::with(20).await).await });
}

#[test]
fn a_second_note_under_one_name_fails_and_the_same_one_again_does_not() {
    run(async |aws| {
        let ledger = Ledger::new(&aws.config(), "ledger".to_owned());
        let note = Note {
            id: Uuid::from_u128(0xbeef_0042),
            at: noon(),
            by: "kim".to_owned(),
            did: Did::Discard,
            on: "deal-won-to-invoice deal D-1042".to_owned(),
            reason: "a test order".to_owned(),
            deliveries: 1,
        };
        ledger.note(&note).await.expect("it is written");
        ledger.note(&note).await.expect("its answer may have been lost");
        let other = Note { reason: "it was never me".to_owned(), ..note };
        assert!(ledger.note(&other).await.is_err(), "a note is not rewritten");
    });
}

#[test]
fn what_cannot_be_written_down_is_not_ordered() {
    run(async |aws| {
        let desk = Desk::of(aws.config(), "fairlead").await.expect("the stack is there");
        let parked = aws.newest(true, 1).pop().expect("a parked one");
        let all = Filter { issue: Some(aws.issue.clone()), ..Filter::default() };
        let (place, output) = (Place::default(), Output::Table);
        let options = Options { place, output, yes: true, no_color: true };
        desk.order(&parked, Act::Retry, "unblocked", false).await.expect("it is ordered");
        desk.retry_all(&all, "unblocked", false, &options).await.expect("they are ordered");
        assert_eq!(aws.sent().len(), 1 + 10, "so much is sent while notes are taken");
        aws.take_no_more();
        for act in [Act::Retry, Act::Resolve { vendor_id: None }, Act::Discard] {
            assert!(desk.order(&parked, act, "unblocked", false).await.is_err());
        }
        assert!(desk.retry_all(&all, "unblocked", false, &options).await.is_err());
        assert_eq!(aws.sent().len(), 1 + 10, "nothing more was sent");
    });
}

#[test]
fn the_next_page_of_the_audit_asks_for_what_the_first_one_did() {
    run(async |aws| {
        let desk = Desk::of(aws.config(), "fairlead").await.expect("the stack is there");
        let hour = std::time::Duration::from_secs(3_600);
        let page = desk.audit(Some(hour), 10, None).await.expect("a page");
        let cursor = page.cursor.expect("there is more");
        let wanted = format!("fairlead audit --since 60m --limit 10 --cursor {cursor}");
        assert_eq!(page.next, wanted);
        let cli = Cli::try_parse_from(words(&page.next)).expect("a command");
        let second = cli.at(&desk).await.expect("a page");
        assert!(second.said().contains("Next: fairlead audit --since 60m --limit 10 --cursor "));
        let words = words(&page.next).into_iter().chain(["--config-env".into(), "prod".into()]);
        let other = Cli::try_parse_from(words).expect("a command").at(&desk).await.expect("a page");
        let said = "Next: fairlead --config-env prod audit --since 60m --limit 10 --cursor ";
        assert!(other.said().contains(said), "{}", other.said());
    });
}

#[test]
fn a_retry_of_an_issue_takes_the_one_whose_name_begins_so_and_names_it_whole() {
    run(async |aws| {
        let desk = Desk::of(aws.config(), "fairlead").await.expect("the stack is there");
        let retry = async |issue: &str| {
            let filter = Filter { issue: Some(issue.to_owned()), ..Filter::default() };
            let options = Options {
                place: Place::default(),
                output: Output::Table,
                yes: true,
                no_color: true,
            };
            desk.retry_all(&filter, "unblocked", false, &options).await
        };
        retry(&aws.issue[..3]).await.expect("they are ordered");
        let note = desk.audit(None, 1, None).await.expect("a page");
        let on = format!("10 parked deliveries: --issue {}", aws.issue);
        assert!(note.text().contains(&on), "{}", note.text());
        // Three issues are listed, so no letter of a name tells which is meant.
        for (issue, why) in
            [("", "3 issues' names begin with"), ("ZZZZZZ", "no issue's name begins")]
        {
            let said = retry(issue).await.expect_err("it is not one issue").to_string();
            assert!(said.contains(why), "{said}");
        }
        assert_eq!(aws.sent().len(), 10);
        aws.tell_nobody();
        retry(&aws.issue).await.expect("its whole name is known also when it is listed no more");
    });
}
