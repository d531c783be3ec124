//! Answers that are made to harm: bounded memory and time, the right outcome, the attempt in the history.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fs,
    pin::pin,
    time::Duration,
};

use fairlead::vendor::Step;
use fairlead_core::{
    class::Class,
    entry::Entry,
    history::What,
    outcome::{Answer, Outcome, judge},
};
use futures::{
    FutureExt,
    future::{join_all, select},
};

use crate::support::{case::Case, scenario::Scenario, watch::assert_same, world::World};

/// Two attempts, the second after at most twelve seconds, on a busy machine.
const LONG: Duration = Duration::from_secs(120);

/// The longest a call may take where dispatch runs for eight seconds, and some time for a busy machine.
const LONGEST_CALL: Duration = Duration::from_secs(9);

/// A process of dispatch never holds more than this, in kilobytes; an answer of 1 GB would show.
const MOST_MEMORY: u64 = 150_000;

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("an answer that is made to harm is bounded in memory and time", |w| {
            harmful(w).boxed_local()
        }),
        Scenario::new("a redirect to a metadata address is not followed", |w| {
            redirected(w).boxed_local()
        }),
        Scenario::new(
            "a vendor that commits and resets on every third call holds each once",
            |w| every_third(w).boxed_local(),
        ),
    ]
}

/// Traps 10 and 34: what came is read to a bound, and its status counts.
async fn harmful(world: &World) {
    let heard = [Step::Huge { bytes: 1_000_000_000 }, Step::Bomb { bytes: 100_000_000 }];
    let unheard =
        [Step::EndlessHeader, Step::Drip { every_ms: 1_000 }, Step::DripHeader { every_ms: 1_000 }];
    let steps = heard.map(|step| (step, 1)).into_iter().chain(unheard.map(|step| (step, 2)));
    let watched = Watched::default();
    let calls = join_all(steps.enumerate().map(async |(n, (step, attempts))| {
        let case = Case::deal(&format!("HARM-{n}"));
        world.vendor.behave(&case.id, vec![step.clone()]);
        world.accept(&case).await;
        let entry = world.delivered(LONG, &case).await;
        let calls = calls(&entry);
        assert_eq!(calls.len(), attempts, "{step:?}: {calls:?}");
        let (first, took) = &calls[0];
        let outcome = if attempts == 1 { Outcome::Delivered } else { Outcome::Unknown };
        assert_eq!(judge(first), outcome, "{step:?}");
        assert!(*took <= LONGEST_CALL, "{step:?} took {took:?}");
        assert_same(&world.requests(&case), &case.key);
        assert_eq!(world.invoices(&case), 1, "{step:?}");
    }));
    select(pin!(calls), pin!(watched.watch(world))).await;
    watched.look(world);
    let (callers, most) = (watched.callers.into_inner(), watched.most.into_inner());
    assert!(!callers.is_empty(), "no process of dispatch was seen with a connection to the vendor");
    for process in &callers {
        let most = most.get(process).expect("who was seen to call was measured");
        assert!(*most < MOST_MEMORY, "process {process} of dispatch held {most} kB");
    }
}

/// Every call that the history tells of, and how long it took.
fn calls(entry: &Entry) -> Vec<(Answer, Duration)> {
    let called = entry.history.lines.iter().filter_map(|line| match &line.what {
        What::Answered { answer, took, .. } => Some((answer.clone(), *took)),
        _ => None,
    });
    called.filter(|(answer, _)| !matches!(answer, Answer::NotSent(_))).collect()
}

/// What was seen of dispatch's processes while they called; afterwards they may have ended.
#[derive(Default)]
struct Watched {
    /// The most that each has held so far, in kilobytes, as the system counts it.
    most: RefCell<BTreeMap<u32, u64>>,
    /// Those that had a connection to the vendor.
    callers: RefCell<BTreeSet<u32>>,
}

impl Watched {
    async fn watch(&self, world: &World) -> ! {
        loop {
            self.look(world);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn look(&self, world: &World) {
        let lines = sockets(world);
        for process in world.engine.pids(&world.engine.outputs().dispatch_function) {
            // A process that has ended meanwhile has no files.
            if let Some(most) = peak(process) {
                self.most.borrow_mut().insert(process, most);
                if holds_one(process, &lines) {
                    self.callers.borrow_mut().insert(process);
                }
            }
        }
    }
}

fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// The sockets whose other end is the vendor, as links of open files name them.
fn sockets(world: &World) -> Vec<String> {
    let port: u16 =
        world.vendor.url().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let theirs = format!(":{port:04X}");
    let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row.get(2).is_some_and(|other| other.ends_with(&theirs)))
        .filter_map(|row| Some(format!("socket:[{}]", row.get(9)?)))
        .collect()
}

fn holds_one(process: u32, sockets: &[String]) -> bool {
    let files = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
    let mut links = files.filter_map(|file| fs::read_link(file.path()).ok());
    links.any(|link| sockets.iter().any(|socket| link.as_os_str() == socket.as_str()))
}

/// Trap 29: no second request, whoever the answer names.
async fn redirected(world: &World) {
    let case = Case::deal("REDIRECT-META");
    let to = "http://169.254.169.254/latest/meta-data/iam/security-credentials/".to_owned();
    world.vendor.behave(&case.id, vec![Step::Redirect { to, code: 302 }]);
    world.accept(&case).await;
    let entry = world.parked(LONG, &case, Class::Rejected).await;
    assert!(matches!(&calls(&entry)[..], [(Answer::Replied(reply), _)] if reply.status == 302));
    world.told(&case, &entry).await;
    assert_eq!((world.requests(&case).len(), world.invoices(&case)), (1, 0));
}

/// Trap 1: the vendor commits and the connection drops, for one of three, with keys and without.
async fn every_third(world: &World) {
    let kinds = [("thing-to-flaky", "THIRD", 60), ("thing-to-flaky-plain", "PLAIN", 30)];
    join_all(kinds.map(async |(integration, prefix, count)| {
        let cases = crate::support::many::things(integration, prefix, count);
        for case in cases.iter().step_by(3) {
            world.vendor.behave(&case.id, vec![Step::CommitThenReset]);
        }
        world.accept_all(&cases).await;
        for (n, case) in cases.iter().enumerate() {
            if n % 3 == 0 && prefix == "PLAIN" {
                world.parked(LONG, case, Class::InDoubt).await;
            } else {
                world.delivered(LONG, case).await;
            }
            assert_eq!(world.invoices(case), 1, "{}", case.id);
        }
    }))
    .await;
}
