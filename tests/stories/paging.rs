//! Stories of the desk's own pages over many parked deliveries: none is left out, and none comes twice.

use std::collections::BTreeSet;

use fairlead::desk::{Desk, Filter, Standing};

use crate::console::aws::Aws;

/// Parked so many, two thousand of them in one millisecond, under three issues in turn.
const PARKED: usize = 4_000;

fn run(story: impl AsyncFnOnce(Desk)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let aws = Aws::crowded(2 * PARKED).await;
        story(Desk::of(aws.config(), "fairlead").await.expect("the stack is there")).await;
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
