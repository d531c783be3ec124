//! Stories of the desk's own pages over many parked deliveries: none is left out, and none comes twice.

use std::collections::BTreeSet;

use fairlead::{
    cli::View,
    desk::{Desk, Filter, Standing},
};
use fairlead_core::class::Class;

use crate::console::aws::Aws;

/// Parked so many, two thousand of them in one millisecond, under three issues in turn.
const PARKED: usize = 4_000;

fn run(story: impl AsyncFnOnce(Desk)) {
    of(async || Aws::crowded(2 * PARKED).await, async |_, desk| story(desk).await);
}

fn of(aws: impl AsyncFnOnce() -> Aws, story: impl AsyncFnOnce(&Aws, Desk)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let aws = aws().await;
        let desk = Desk::of(aws.config(), "fairlead").await.expect("the stack is there");
        story(&aws, desk).await;
    });
}

/// Trap P22: pages of a bulk that skip some.
#[test]
fn a_bulk_plans_for_every_parked_delivery_once_however_many_were_parked_at_once() {
    run(async |desk| {
        let planned = desk.planned(&Filter::default(), false).await.expect("a plan");
        let ids: BTreeSet<_> = planned.entries.iter().map(|entry| entry.id).collect();
        assert_eq!((planned.entries.len(), ids.len(), planned.more), (PARKED, PARKED, false));
        let one = Filter { issue: Some("BB".to_owned()), ..Filter::default() };
        let planned = desk.planned(&one, false).await.expect("a plan");
        assert_eq!(planned.entries.len(), 0, "an entry says by itself of which issue it is");
    });
}

#[test]
fn a_list_of_what_is_parked_shows_every_delivery_once_however_many_were_parked_at_once() {
    run(async |desk| {
        let filter = Filter { state: Some(Standing::Parked), ..Filter::default() };
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = desk.deliveries(&filter, 130, cursor.as_deref()).await.expect("a page");
            seen.extend(page.deliveries.into_iter().map(|item| item.delivery));
            cursor = page.cursor;
            if cursor.is_none() {
                break;
            }
            assert!(seen.len() <= PARKED, "the pages do not end");
        }
        let ids: BTreeSet<_> = seen.iter().collect();
        assert_eq!((seen.len(), ids.len()), (PARKED, PARKED));
    });
}

#[test]
fn an_issue_that_shows_a_part_of_its_deliveries_says_how_to_see_all_of_them_and_no_others() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let aws = Aws::with(100).await;
        let desk = Desk::of(aws.config(), "fairlead").await.expect("the stack is there");
        let page = desk.issue(&aws.issue).await.expect("a page");
        let wanted = format!("More of them: fairlead deliveries --issue {}\n", aws.issue);
        assert!(page.text().ends_with(&wanted), "{}", page.text());
    });
}

#[test]
fn a_bulk_gets_past_more_refused_deliveries_than_it_plans_for() {
    let (all, refused) = (21_000, 20_200);
    of(
        async || Aws::with_gone(all, refused).await,
        async |_, desk| {
            let planned = desk.planned(&Filter::default(), false).await.expect("a plan");
            assert_eq!(planned.plan.refused(), refused / 2);
            assert_eq!(planned.entries.len(), (all - refused) / 2);
            assert!(!planned.more && !planned.bounded);
        },
    );
}

/// A wait of minutes stands in no index, so what is not among the newest is not known to wait.
#[test]
fn a_list_of_what_waits_says_when_not_all_that_may_wait_was_looked_at() {
    let filter = Filter { state: Some(Standing::Waiting), ..Filter::default() };
    for (count, more) in [(20, false), (1_200, true)] {
        of(
            async || Aws::with(count).await,
            async |_, desk| {
                let list = desk.deliveries(&filter, 20, None).await.expect("a list");
                assert_eq!(list.more, more, "{count} deliveries: {}", list.text());
                assert_eq!(list.next, "fairlead status", "a longer list would show no more");
            },
        );
    }
}

#[test]
fn status_says_when_states_were_not_read_for_all() {
    of(
        async || Aws::with(1_200).await,
        async |_, desk| {
            let status = desk.status(None).await.expect("a status");
            let mut rows = status.integrations.iter();
            let row = rows.find(|row| row.integration == "deal-won-to-invoice").expect("a row");
            // The newest 500 are read; of the older 700 only those are known that are parked.
            assert_eq!((row.done, row.unread, row.needs_you), (600, 350, 600));
            let text = status.text();
            assert!(text.contains("up to 600"), "{text}");
            assert!(text.contains("The states of 350 older deliveries were not read"), "{text}");
        },
    );
}

#[test]
fn status_counts_what_is_parked_also_where_no_owner_could_be_told() {
    of(
        async || Aws::with(20).await,
        async |aws, desk| {
            aws.tell_nobody();
            let status = desk.status(None).await.expect("a status");
            assert!(status.problem() && status.untold == 10, "{status:?}");
            let text = status.text();
            assert!(text.contains("10 parked deliveries: the owner is not told yet"), "{text}");
            let issues = desk.issues().await.expect("a list").text();
            assert_eq!(issues, "No issue is open.\nNext: fairlead status\n");
            assert!(
                text.contains("10 records need someone.  Next: fairlead deliveries\n"),
                "{text}"
            );
        },
    );
}

#[test]
fn status_says_when_the_alert_dlq_is_not_empty() {
    of(
        async || Aws::with(0).await,
        async |aws, desk| {
            aws.tell_nobody();
            let quiet = desk.status(None).await.expect("a status");
            assert!(!quiet.problem() && quiet.text().contains("Nothing needs anyone."));
            aws.crash(2);
            let status = desk.status(None).await.expect("a status");
            let text = status.text();
            assert!(status.problem() && !text.contains("Nothing needs anyone."), "{text}");
            assert!(text.contains("The alert DLQ is not empty"), "{text}");
            assert!(text.ends_with("Next: fairlead dlq\n"), "{text}");
        },
    );
}

#[test]
fn a_list_that_ended_before_all_was_looked_at_does_not_say_that_there_is_none() {
    of(
        async || Aws::with(2_100).await,
        async |aws, desk| {
            let nobody = Some("nobody".to_owned());
            let all = Filter { integration: nobody.clone(), ..Filter::default() };
            let page = desk.deliveries(&all, 20, None).await.expect("a page");
            let said = "None among those looked at; there may be more.\n\
                        Next: fairlead deliveries --integration nobody --cursor ";
            assert!(page.text().starts_with(said), "{}", page.text());
            let rest = desk.deliveries(&all, 20, page.cursor.as_deref()).await.expect("a page");
            assert!(rest.text().starts_with("No delivery is there.\n"), "{}", rest.text());
            // An issue is of one integration, so what is parked for others is not looked at.
            let parked = Filter { state: Some(Standing::Parked), ..all };
            let before = aws.items_read();
            let none = desk.deliveries(&parked, 20, None).await.expect("a page");
            assert!(none.text().starts_with("No issue has such a delivery."), "{}", none.text());
            assert!(aws.items_read() - before < 20, "{} items", aws.items_read() - before);
        },
    );
}

#[test]
fn what_the_functions_accepted_by_a_clock_that_is_ahead_is_seen() {
    of(
        async || Aws::ahead(20, 240_000).await,
        async |_, desk| {
            let page = desk.deliveries(&Filter::default(), 50, None).await.expect("a page");
            assert_eq!(page.deliveries.len(), 20);
            let status = desk.status(None).await.expect("a status");
            let rows = status.integrations.iter();
            assert_eq!(rows.map(|row| row.done + row.needs_you).sum::<usize>(), 20, "{status:?}");
        },
    );
}

#[test]
fn a_list_of_what_is_parked_shows_what_a_retry_with_the_same_words_would_take() {
    of(
        async || Aws::with(2_000).await,
        async |_, desk| {
            // Half of what was accepted in the last 200 seconds is parked.
            let since = Some(std::time::Duration::from_secs(50));
            let filter = Filter { class: Some(Class::Rejected), since, ..Filter::default() };
            let page = desk.deliveries(&filter, 1_000, None).await.expect("a page");
            assert!(page.deliveries.len() <= 250, "{} are shown", page.deliveries.len());
            let shown: BTreeSet<_> = page.deliveries.into_iter().map(|one| one.delivery).collect();
            let planned = desk.planned(&filter, false).await.expect("a plan");
            assert!(planned.entries.len() > 100);
            assert!(planned.entries.iter().all(|one| shown.contains(&one.id.to_string())));
        },
    );
}

#[test]
fn a_record_shows_its_newest_deliveries_and_how_to_see_older_ones() {
    of(
        async || Aws::of_one_record(250).await,
        async |aws, desk| {
            let life = desk.record("D-1042", None).await.expect("a record");
            let newest = aws.newest(false, 100);
            let shown = life.deliveries.iter().rev().map(|one| one.delivery.clone());
            assert_eq!(shown.collect::<Vec<_>>(), newest);
            let said = format!(
                "The newest 100 deliveries in 30d; there are older ones.\n\
                 Next: fairlead deliveries --record D-1042 --since 30d --cursor {}\n",
                newest[99]
            );
            assert!(life.text().ends_with(&said), "{}", life.text());
            let (mut seen, mut cursor) = (life.deliveries.len(), life.cursor);
            while let Some(at) = cursor {
                let older = desk.record_before("D-1042", None, Some(&at)).await.expect("more");
                (seen, cursor) = (seen + older.deliveries.len(), older.cursor);
            }
            assert_eq!(seen, 250);
        },
    );
}
