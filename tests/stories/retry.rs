//! Stories of a retry of one issue from the console: what was parked after the operator looked is left to another plan.

use fairlead::desk::Desk;
use fairlead_core::{
    entry::{Entry, State},
    span::after,
};
use fairlead_tests::{
    memory::{Says, World},
    sample::{deal, integration, keyed, waits},
};
use jiff::Timestamp;
use std::time::Duration;

use crate::console::{Reader, aws::Aws, enter, links};

/// A console over ten parked deliveries of one issue.
fn run(story: impl AsyncFnOnce(Reader)) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let aws = Aws::with(20).await;
        let desk = Desk::of(aws.config(), "fairlead").await.expect("the stack is there");
        story(enter(aws, desk).await).await;
    });
}

/// A delivery of the same issue that was parked an hour later than the others, in doubt.
fn parked_later() -> Entry {
    let world = World::new(integration(keyed(), waits(&[10])));
    world.vendor.borrow_mut().usually = Says::Status(422, None, "VAT id is required");
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    let mut entry = world.entry();
    let State::Parked { since, .. } = &mut entry.life.state else { panic!("it is parked") };
    *since = after(*since, Duration::from_secs(3_600));
    (entry.life.doubt, entry.life.first_sent_at) = (true, Some(Timestamp::UNIX_EPOCH));
    entry
}

/// Presses the button of the retry's form with these fields besides; gives what the console answers.
async fn press(reader: &Reader, fields: &[(&str, &str)]) -> String {
    let (page, _) = reader.read("/issues/{issue}").await;
    let form = links(&page, "name=\"form\" value=\"").pop().expect("a form");
    let path = format!("/issues/{}/retry", reader.aws.issue);
    let reason = [("reason", "unblocked")];
    let reason = if fields.iter().any(|(name, _)| *name == "reason") { &[][..] } else { &reason };
    let all = [&[("form", form.as_str())], reason, fields].concat();
    let answer = reader.press(&path, &all).send().await.expect("the console answers");
    answer.text().await.expect("a whole page")
}

#[test]
fn what_was_parked_after_the_operator_looked_is_not_sent_unseen() {
    run(async |reader| {
        let first = press(&reader, &[]).await;
        assert!(first.contains("Retry 10 deliveries?"), "{first}");
        let until = links(&first, "name=\"until\" value=\"").pop().expect("when it looked");
        reader.aws.instead_of_newest(parked_later());
        let seen = [("until", until.as_str()), ("checked", "yes")];
        let second = press(&reader, &seen).await;
        assert!(second.contains("Retry 9 deliveries?"), "{second}");
        assert!(second.contains("1 delivery was parked meanwhile"), "{second}");
        assert!(second.contains(&format!("name=\"until\" value=\"{until}\"")), "{second}");
        press(&reader, &[seen[0], seen[1], ("sure", "yes")]).await;
        reader.aws.when_sent(9).await;
        assert_eq!(reader.aws.sent().len(), 9);
    });
}

#[test]
fn who_has_looked_at_no_plan_is_shown_one_and_orders_nothing() {
    run(async |reader| {
        reader.aws.instead_of_newest(parked_later());
        let page = press(&reader, &[("checked", "yes"), ("sure", "yes")]).await;
        assert!(page.contains("Nothing is sent yet."), "{page}");
        assert!(!page.contains("type=\"hidden\" name=\"checked\""), "{page}");
        assert!(reader.aws.sent().is_empty());
    });
}

#[test]
fn a_reason_forges_no_line_of_a_history() {
    run(async |reader| {
        let page = press(&reader, &[("reason", "x\n09:00:00  delivered"), ("sure", "yes")]).await;
        assert!(page.contains("say it on one line"), "{page}");
        assert!(reader.aws.sent().is_empty());
    });
}
