//! An issue's life as a table, and what holds whatever happens to it.

mod over;

use proptest::prelude::*;

use super::*;
use crate::{
    class::{Class, Effect},
    id::IntegrationName,
    issue::Cause,
    notice::Notice,
    owner::{Answers, Escalation, Owner},
};

const MINUTE: Duration = Duration::from_secs(60);

fn noon() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().expect("a time")
}

fn sighting(escalate: &[(Channel, u64)]) -> Box<Sighting> {
    let escalate = escalate
        .iter()
        .map(|(to, minutes)| Escalation { to: *to, after: Duration::from_secs(minutes * 60) });
    let owner = Owner {
        team: "finance-ops".to_owned(),
        contact: "finance-ops@example.com".to_owned(),
        runbook: None,
        escalate: escalate.collect(),
        answers: Answers::Shown,
    };
    let notice = Notice {
        integration: "deal-won-to-invoice".to_owned(),
        step: "dispatch".to_owned(),
        record: "deal D-1".to_owned(),
        class: Class::Rejected,
        detail: "422".to_owned(),
        effect: Effect::Refused,
        attempts: 1,
        owner: owner.team.clone(),
        contact: owner.contact.clone(),
        next_action: String::new(),
        command: None,
        runbook: None,
        link: None,
    };
    let cause = Cause {
        integration: IntegrationName::new("deal-won-to-invoice"),
        class: Class::Rejected,
        code: Some("http_422".to_owned()),
    };
    let (destination, delivery, entry, commands) = (None, None, None, vec![]);
    let at = noon();
    Box::new(Sighting { cause, at, destination, delivery, entry, notice, owner, commands })
}

/// An issue, its clock, and every message that was sent.
struct Run {
    issue: Option<Issue>,
    now: Timestamp,
    sent: Vec<(News, Channel)>,
    dead: Vec<Channel>,
    escalate: Vec<(Channel, u64)>,
}

impl Run {
    fn new(escalate: &[(Channel, u64)]) -> Self {
        Self { issue: None, now: noon(), sent: vec![], dead: vec![], escalate: escalate.to_vec() }
    }

    fn seen(&mut self) -> &mut Self {
        let sighting = sighting(&self.escalate);
        self.input(&Input::Seen(sighting))
    }

    /// So many minutes later the schedule finds so many, where it still looks.
    fn look(&mut self, minutes: u32, count: u64) -> &mut Self {
        self.now = after(self.now, MINUTE * minutes);
        if !self.issue.as_ref().is_some_and(Issue::is_watched) {
            return self;
        }
        self.input(&Input::Looked(Looked { count, newest: None }))
    }

    fn acknowledge(&mut self) -> &mut Self {
        self.input(&Input::Acknowledged { by: "ada".to_owned() })
    }

    fn input(&mut self, input: &Input) -> &mut Self {
        let step = step(self.issue.as_ref(), input, self.now);
        self.issue = step.next.or(self.issue.take());
        let (failed, done): (Vec<Due>, Vec<Due>) =
            step.send.iter().partition(|due| self.dead.contains(&due.to));
        self.sent.extend(done.iter().map(|due| (due.news, due.to)));
        if !step.send.is_empty() {
            self.input(&Input::Sent { done, failed, reported: vec![] });
        }
        self
    }

    #[track_caller]
    fn told(&mut self, wanted: &[(News, Channel)]) -> &mut Self {
        assert_eq!(std::mem::take(&mut self.sent), wanted);
        self
    }
}

const CHAT: Channel = Channel::Chat;
const PAGER: Channel = Channel::Pagerduty;

#[test]
fn the_first_parking_is_told_at_once_and_the_others_are_not() {
    let mut run = Run::new(&[]);
    run.seen().told(&[(News::Opened, CHAT)]);
    let version = run.issue.as_ref().map(|issue| issue.version);
    for _ in 0..10_000 {
        run.seen();
    }
    run.told(&[]);
    assert_eq!(run.issue.as_ref().map(|issue| issue.version), version, "nothing was written");
}

#[test]
fn counts_are_told_soon_then_when_they_are_tenfold_or_once_a_day() {
    let mut run = Run::new(&[]);
    run.seen().told(&[(News::Opened, CHAT)]);
    run.look(1, 50).look(13, 50).told(&[]);
    run.look(1, 90).told(&[(News::Grown, CHAT)]);
    run.look(59, 900).told(&[]).look(1, 900).told(&[(News::Grown, CHAT)]);
    run.look(60, 8_999).told(&[]).look(1, 9_000).told(&[(News::Grown, CHAT)]);
    run.look(24 * 60 - 1, 9_001).told(&[]).look(1, 9_001).told(&[(News::Grown, CHAT)]);
    run.look(48 * 60, 9_001).told(&[]).look(1, 9_002).told(&[(News::Grown, CHAT)]);
}

#[test]
fn nobody_acknowledges_so_the_next_one_is_told() {
    let escalate = [(CHAT, 0), (PAGER, 30), (Channel::Webhook, 60)];
    let mut run = Run::new(&escalate);
    run.seen().told(&[(News::Opened, CHAT)]).look(29, 1).told(&[]);
    run.look(1, 1).told(&[(News::Escalated, PAGER)]);
    run.acknowledge().look(60, 1).told(&[(News::Acknowledged, PAGER)]);
    run.look(1, 0).look(1, 0).told(&[(News::Resolved, CHAT), (News::Resolved, PAGER)]);
}

#[test]
fn an_escalation_that_begins_later_still_begins_with_the_chat() {
    Run::new(&[(PAGER, 30)]).seen().told(&[(News::Opened, CHAT)]);
    Run::new(&[(PAGER, 0), (CHAT, 30)]).seen().told(&[(News::Opened, PAGER)]);
}

#[test]
fn it_is_over_when_two_looks_say_so_and_opens_again_at_once() {
    let mut run = Run::new(&[]);
    run.seen().told(&[(News::Opened, CHAT)]);
    run.look(1, 0).told(&[]).look(1, 3).told(&[]).look(1, 0).look(1, 0);
    run.told(&[(News::Resolved, CHAT)]);
    run.seen().told(&[(News::Opened, CHAT)]);
    assert_eq!(run.issue.as_ref().map(|issue| issue.openings), Some(2));
    run.look(1, 0).look(1, 0).told(&[(News::Resolved, CHAT)]);
    run.look(5, 1).told(&[(News::Opened, CHAT)]);
    run.look(1, 0).look(1, 0).look(61, 0);
    assert!(!run.issue.as_ref().expect("an issue").is_watched());
}

#[test]
fn an_acknowledged_issue_is_quiet_unless_it_grows_tenfold() {
    let mut run = Run::new(&[]);
    run.seen().look(1, 20).acknowledge().told(&[(News::Opened, CHAT)]);
    run.look(60, 199).told(&[]).look(1, 200).told(&[(News::Grown, CHAT)]);
}

/// Whoever was paged is left alone within a minute, and only the pager hears of it.
#[test]
fn the_pager_is_told_that_somebody_looks_after_it() {
    let mut run = Run::new(&[(CHAT, 0), (PAGER, 30)]);
    run.seen().look(5, 1).acknowledge().look(1, 1).told(&[(News::Opened, CHAT)]);
    let mut run = Run::new(&[(CHAT, 0), (PAGER, 0)]);
    run.seen().told(&[(News::Opened, CHAT), (News::Opened, PAGER)]);
    run.acknowledge().acknowledge().look(1, 1).look(1, 1).told(&[(News::Acknowledged, PAGER)]);
}

#[test]
fn a_dead_channel_loses_nothing_and_is_told_of_on_another() {
    let mut run = Run::new(&[(PAGER, 0)]);
    run.dead = vec![PAGER];
    run.seen().look(1, 1).told(&[]);
    run.look(1, 1).told(&[]).look(1, 1).told(&[(News::Deaf(PAGER), CHAT)]);
    run.dead.clear();
    run.look(1, 1).told(&[(News::Opened, PAGER)]);
    run.look(1, 1).told(&[(News::Heard(PAGER), CHAT)]).look(1, 1).told(&[]);
}

/// The schedule looks for an hour at what was resolved, and longer at what nobody has heard yet.
/// The pager's incident about a dead chat ends when any message gets through again, also one of another issue.
#[test]
fn where_a_channel_was_reported_as_dead_it_is_told_that_it_is_not() {
    let mut run = Run::new(&[(CHAT, 0), (PAGER, 0)]);
    run.dead = vec![CHAT];
    run.seen().look(1, 1).look(1, 1).look(1, 0).look(1, 0);
    run.told(&[News::Opened, News::Deaf(CHAT), News::Resolved].map(|news| (news, PAGER)));
    run.look(61, 0).look(1, 0).told(&[]);
    run.input(&Input::Heard(vec![CHAT])).look(1, 0).told(&[(News::Heard(CHAT), PAGER)]);
    run.look(1, 0).told(&[]);
    assert!(!run.issue.as_ref().expect("an issue").is_watched());
}

#[test]
fn one_issue_reports_a_dead_channel_for_all() {
    let first = step(None, &Input::Seen(sighting(&[(PAGER, 0)])), noon());
    let mut issue = first.next.expect("an issue");
    issue.outbox[0].tries = DEAF - 1;
    let failed = issue.outbox.clone();
    let after = |reported: &[Channel]| {
        let reported = reported.to_vec();
        let sent = Input::Sent { done: vec![], failed: failed.clone(), reported };
        step(Some(&issue), &sent, noon()).next.expect("it has changed").deaf
    };
    assert_eq!((after(&[PAGER]), after(&[])), (vec![], vec![PAGER]));
}

/// Whoever answers for it now has heard nothing yet, whatever the last owner was told or has said.
#[test]
fn another_owner_is_told_of_an_issue_that_stands() {
    let mut run = Run::new(&[]);
    run.seen().acknowledge().look(5, 1).told(&[(News::Opened, CHAT)]);
    let mut other = sighting(&[(PAGER, 0)]);
    other.owner.team = "logistics".to_owned();
    run.input(&Input::Shown(other)).look(1, 1).told(&[(News::Escalated, PAGER)]);
    let issue = run.issue.as_ref().expect("an issue");
    assert_eq!((issue.phase.word(), issue.owner.team.as_str()), ("open", "logistics"));
    run.look(1, 0).look(1, 0).told(&[(News::Resolved, CHAT), (News::Resolved, PAGER)]);
}

#[test]
fn a_new_address_of_the_same_owner_is_no_news() {
    let mut run = Run::new(&[]);
    run.seen().acknowledge().told(&[(News::Opened, CHAT)]);
    let mut same = sighting(&[]);
    same.owner.contact = "office@example.com".to_owned();
    run.input(&Input::Shown(same)).look(1, 1).told(&[]);
    let issue = run.issue.as_ref().expect("an issue");
    assert_eq!(
        (issue.phase.word(), issue.owner.contact.as_str()),
        ("acknowledged", "office@example.com")
    );
}

#[test]
fn a_sender_that_died_is_followed_by_another() {
    let first = step(None, &Input::Seen(sighting(&[])), noon());
    let (issue, sent) = (first.next.expect("an issue"), first.send);
    let at = |now| step(Some(&issue), &Input::Looked(Looked { count: 1, newest: None }), now).send;
    assert_eq!(at(after(noon(), SENDING / 2)), [], "it may still be at it");
    assert_eq!(at(after(noon(), SENDING)), sent);
}

#[derive(Clone, Debug)]
enum Act {
    Seen,
    Look(u32, u64),
    Acknowledge,
    Deafen(bool),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Act::Seen),
        (1..90_u32, prop_oneof![Just(0), 1..10_u64, 1..20_000_u64])
            .prop_map(|(m, n)| Act::Look(m, n)),
        Just(Act::Acknowledge),
        any::<bool>().prop_map(Act::Deafen),
    ]
}

proptest! {
    /// Whatever happens: each opening and each end is told once, updates keep their distance, and when the channels
    /// answer again nothing is left unsaid.
    #[test]
    fn nothing_is_told_twice_too_often_or_never(acts in proptest::collection::vec(act(), 1..60)) {
        let mut run = Run::new(&[(CHAT, 0), (PAGER, 30)]);
        let (mut last, mut since_opened) = (None::<Timestamp>, 0);
        for act in acts {
            let before = run.sent.len();
            match act {
                Act::Seen => { run.seen(); }
                Act::Look(minutes, count) => { run.look(minutes, count); }
                Act::Acknowledge => { run.acknowledge(); }
                Act::Deafen(dead) => run.dead = if dead { vec![PAGER] } else { vec![] },
            }
            let news: Vec<News> = run.sent[before..].iter().filter(|(_, to)| *to == CHAT).map(|(n, _)| *n)
                .filter(|n| !matches!(n, News::Deaf(_) | News::Heard(_))).collect();
            prop_assert!(news.len() <= 2, "{news:?}");
            for one in news {
                match one {
                    News::Opened => { prop_assert_eq!(since_opened, 0); since_opened = 1; last = Some(run.now); }
                    News::Grown => {
                        let last = last.expect("something was told before");
                        prop_assert!(until(last, run.now) >= MINUTE * 15);
                    }
                    News::Resolved => { prop_assert_eq!(since_opened, 1); since_opened = 0; }
                    News::Escalated | News::Acknowledged | News::Deaf(_) | News::Heard(_) => {}
                }
                if one == News::Grown { last = Some(run.now); }
            }
        }
        run.dead.clear();
        run.look(2, 1).look(2, 1);
        if let Some(issue) = &run.issue {
            prop_assert!(issue.outbox.is_empty(), "{:?}", issue.outbox);
        }
        run.look(2, 0).look(2, 0).look(2, 0);
        if let Some(issue) = &run.issue {
            prop_assert!(issue.aware.as_ref().is_none_or(Vec::is_empty), "{:?}", issue.aware);
        }
    }
}
