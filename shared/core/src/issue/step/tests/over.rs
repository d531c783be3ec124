//! Who hears that an issue is over, and who does not.

use super::*;

#[test]
fn a_channel_that_was_dead_for_an_hour_still_hears_that_it_is_over() {
    let mut run = Run::new(&[(PAGER, 0)]);
    run.seen().told(&[(News::Opened, PAGER)]);
    run.dead = vec![PAGER];
    for _ in 0..2 {
        run.look(1, 0);
    }
    for _ in 0..61 {
        run.look(1, 0);
    }
    run.told(&[(News::Deaf(PAGER), CHAT)]);
    run.dead.clear();
    run.look(1, 0).told(&[(News::Resolved, PAGER)]);
    run.look(1, 0).told(&[(News::Heard(PAGER), CHAT)]).look(1, 0);
    assert!(!run.issue.as_ref().expect("an issue").is_watched());
}

#[test]
fn what_no_channel_takes_for_two_weeks_is_given_up_and_not_watched_for_ever() {
    let mut run = Run::new(&[(PAGER, 0)]);
    run.seen().dead = vec![PAGER, CHAT];
    run.look(1, 0).look(1, 0).look(60 * 24 * 14 - 1, 0);
    assert!(run.issue.as_ref().expect("an issue").is_watched());
    run.look(1, 0);
    let issue = run.issue.as_ref().expect("an issue");
    assert_eq!((issue.is_watched(), issue.outbox.as_slice()), (false, &[][..]));
}

#[test]
fn people_who_never_heard_of_it_are_not_told_that_it_is_over() {
    let mut run = Run::new(&[(CHAT, 0), (PAGER, 0)]);
    run.dead = vec![CHAT];
    run.seen().look(1, 0).look(1, 0);
    run.told(&[(News::Opened, PAGER), (News::Resolved, PAGER)]);
    run.dead.clear();
    run.look(1, 0).told(&[]);
}

/// The pager may have heard what nobody learned that it did; it takes an end of what it does not know for nothing.
#[test]
fn a_machine_that_may_have_heard_of_it_is_told_that_it_is_over() {
    let mut run = Run::new(&[(CHAT, 0), (PAGER, 0)]);
    run.dead = vec![PAGER];
    run.seen().look(1, 0).look(1, 0);
    run.told(&[(News::Opened, CHAT), (News::Resolved, CHAT)]);
    run.dead.clear();
    run.look(1, 0).told(&[(News::Resolved, PAGER)]);
}

/// Under one name the pager would take the late end for the end of what has just begun.
#[test]
fn what_opens_again_while_its_end_is_being_told_is_told_after_it() {
    let mut run = Run::new(&[(PAGER, 0)]);
    run.seen().look(1, 0).told(&[(News::Opened, PAGER)]);
    run.now = after(run.now, MINUTE);
    let mut decide = |input: &Input, later: u32| {
        run.now = after(run.now, MINUTE / 6 * later);
        let step = step(run.issue.as_ref(), input, run.now);
        run.issue = step.next.or(run.issue.take());
        step.send
    };
    let over = decide(&Input::Looked(Looked { count: 0, newest: None }), 0);
    assert_eq!(over.iter().map(|due| due.news).collect::<Vec<_>>(), [News::Resolved]);
    assert_eq!(decide(&Input::Seen(sighting(&[(PAGER, 0)])), 1), [], "its end is on its way");
    decide(&Input::Sent { done: over, failed: vec![], reported: vec![] }, 1);
    run.look(1, 1).told(&[(News::Opened, PAGER)]);
}

/// An incident of an old opening is held open, which is true again, and ends with the last one.
#[test]
fn who_missed_the_end_of_one_opening_hears_the_end_of_the_next() {
    for minutes in [30, 0] {
        let mut run = Run::new(&[(CHAT, 0), (PAGER, minutes)]);
        run.seen().look(30, 1).sent.clear();
        run.dead = vec![PAGER];
        run.look(1, 0).look(1, 0).seen().told(&[(News::Resolved, CHAT), (News::Opened, CHAT)]);
        run.look(1, 0).look(1, 0).told(&[(News::Resolved, CHAT)]);
        run.dead.clear();
        run.look(1, 0).told(&[(News::Resolved, PAGER)]);
        run.look(1, 0).told(&[]);
    }
}

/// Whoever answered before holds an incident open, and must hear that it is over.
#[test]
fn who_was_told_before_another_owner_came_hears_of_the_end() {
    for known in [true, false] {
        let mut run = Run::new(&[(CHAT, 0), (PAGER, 0)]);
        run.seen().sent.clear();
        if !known {
            run.issue.as_mut().expect("an issue").aware = None;
        }
        let mut other = sighting(&[(Channel::Webhook, 0)]);
        other.owner.team = "logistics".to_owned();
        run.input(&Input::Shown(other)).look(1, 1).told(&[(News::Escalated, Channel::Webhook)]);
        run.look(1, 0).look(1, 0);
        run.told(&[CHAT, PAGER, Channel::Webhook].map(|to| (News::Resolved, to)));
    }
}

/// That a channel is dead is true whatever becomes of the issue that has noticed it.
#[test]
fn what_is_to_be_said_of_a_channel_outlives_the_opening() {
    let mut run = Run::new(&[(CHAT, 0), (PAGER, 0)]);
    run.seen().dead = vec![PAGER, CHAT];
    run.look(1, 0).look(1, 0).look(1, 0).look(1, 0).sent.clear();
    assert!(run.issue.as_ref().is_some_and(|issue| issue.deaf.contains(&PAGER)));
    run.seen().dead = vec![PAGER];
    run.look(1, 1).told(&[(News::Deaf(PAGER), CHAT), (News::Opened, CHAT)]);
}

/// Of what an older release has ended, people who heard so take nothing for open.
#[test]
fn the_end_that_an_older_release_has_told_is_not_told_again() {
    let mut run = Run::new(&[(CHAT, 0), (Channel::Email, 30)]);
    run.seen().look(30, 1).look(1, 0).look(1, 0).sent.clear();
    run.issue.as_mut().expect("an issue").aware = None;
    run.seen().look(1, 0).look(1, 0).told(&[(News::Opened, CHAT), (News::Resolved, CHAT)]);
}

/// Trap of a rolling release: what an older one left says nothing of who takes it for open.
#[test]
fn an_issue_of_an_older_release_still_ends_where_it_was_told() {
    let mut run = Run::new(&[(CHAT, 0), (PAGER, 30)]);
    run.seen().look(30, 1).sent.clear();
    run.issue.as_mut().expect("an issue").aware = None;
    run.look(1, 0).look(1, 0).told(&[(News::Resolved, CHAT), (News::Resolved, PAGER)]);
}
