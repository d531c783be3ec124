//! The hand of a function: its requests take time, and something may go wrong before or after each.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    future::{Future, pending, poll_fn},
    rc::Rc,
    task::Poll,
    time::Duration,
};

use fairlead_core::{
    decide::decide,
    door::Memory,
    drive::Rules,
    id::{DestinationName, EntryKey, SecretName},
    integration::Catalog,
    pace::Pace,
    ports::PortError,
    span::after,
};
use jiff::Timestamp;

use super::{
    agenda::{CallId, Happening, RunId, TaskId},
    fault::Fault,
    law::About,
    place::Function,
    plan::Service,
    world::{Inside, World},
};

/// One instance of a function: what it remembers dies with it.
pub(crate) struct Instance {
    pub(crate) name: String,
    pub(crate) function: Function,
    pub(crate) memory: Memory,
    pub(crate) catalog: Rc<Catalog>,
    /// How far its clock is ahead, in milliseconds.
    pub(crate) skew: Cell<i64>,
    /// Credentials it has read, and when.
    pub(crate) secrets: RefCell<BTreeMap<SecretName, (String, Timestamp)>>,
    /// Only under a mistake: paces that no other instance sees.
    pub(crate) paces: RefCell<BTreeMap<DestinationName, Pace>>,
    /// It was replaced, and ends with its last work.
    pub(crate) retired: Cell<bool>,
}

/// One piece of work of an instance; it implements `Ports`.
pub(crate) struct Hand {
    pub(crate) world: Rc<World>,
    pub(crate) instance: Rc<Instance>,
    pub(crate) run: RunId,
    pub(crate) task: TaskId,
    /// When the function ends, in true time.
    pub(crate) deadline: Timestamp,
    /// The delivery it works on.
    pub(crate) about: RefCell<Option<EntryKey>>,
    /// All that it has worked on.
    pub(crate) touched: Touched,
    /// What it knows of a gate is not older than this.
    pub(crate) knew: Cell<Timestamp>,
    pub(crate) called: Cell<Option<CallId>>,
}

/// The deliveries that a piece of work has touched.
pub(crate) type Touched = Rc<RefCell<BTreeSet<EntryKey>>>;

/// How often a client makes a request before it gives up (the SDK's default).
const TRIES: u32 = 3;

/// What is wrong with one request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ailment {
    None,
    Refused(u32),
    Unheard(u32),
    Hangs,
}

impl Hand {
    pub(crate) fn rules(&self) -> Rules<'_> {
        Rules {
            catalog: &self.instance.catalog,
            lease: self.world.lease,
            decide: self.world.mutation.map_or(decide, |mutation| mutation.decide()),
            memory: &self.instance.memory,
        }
    }

    /// The instance's own clock.
    pub(crate) fn clock(&self) -> Timestamp {
        let skew = jiff::SignedDuration::from_millis(self.instance.skew.get());
        self.world.now().checked_add(skew).unwrap_or(Timestamp::MAX)
    }

    /// One request to a service: `act` is its effect, which happens whole, or not, or more than once.
    pub(crate) async fn request<T>(
        &self,
        of: Service,
        during: &'static str,
        mut act: impl FnMut(&mut Inside) -> T,
    ) -> Result<T, PortError> {
        let ailment = self.ailment(of);
        for attempt in 0..TRIES {
            if attempt > 0 {
                self.rest(Duration::from_millis(50 << attempt)).await;
            }
            self.travel(of, Fault::CrashBefore).await;
            match ailment {
                Ailment::Hangs => return self.hang(during).await,
                _ if self.world.inside.borrow().down.contains(&of) => self.troubled(),
                Ailment::Refused(times) if attempt < times => {}
                Ailment::Unheard(times) if attempt < times => {
                    act(&mut self.world.inside.borrow_mut());
                    self.travel(of, Fault::CrashAfter).await;
                }
                _ => {
                    let done = act(&mut self.world.inside.borrow_mut());
                    self.travel(of, Fault::CrashAfter).await;
                    return Ok(done);
                }
            }
        }
        self.note(|| format!("{during}: no answer"));
        Err(PortError::new(during, "it does not answer"))
    }

    /// Draws what is wrong with a request, and counts it.
    fn ailment(&self, of: Service) -> Ailment {
        let mut inside = self.world.inside.borrow_mut();
        let weather = inside.weather;
        let ailment = if inside.befalls(weather.refused) {
            Ailment::Refused(*inside.chance.one(&[1, 2, TRIES]))
        } else if inside.befalls(weather.unheard) {
            Ailment::Unheard(*inside.chance.one(&[1, 2, TRIES]))
        } else if inside.befalls(weather.hang) {
            Ailment::Hangs
        } else {
            Ailment::None
        };
        if let Some(fault) = named(of, ailment) {
            inside.hit(fault);
            if matches!(ailment, Ailment::Hangs) {
                inside.hangs.insert(self.run);
            }
            drop(inside);
            self.troubled();
        }
        ailment
    }

    /// The way to a service or back: it takes a moment, and the function may die on it.
    async fn travel(&self, of: Service, death: Fault) {
        let (takes, dies) = {
            let mut inside = self.world.inside.borrow_mut();
            let weather = inside.weather;
            let takes = if inside.befalls(weather.slow) {
                inside.hit(match of {
                    Service::Ledger => Fault::LedgerSlow,
                    _ => Fault::QueueSlow,
                });
                inside.chance.millis(100, 900)
            } else {
                inside.chance.millis(1, 12)
            };
            (takes, inside.befalls(weather.crash))
        };
        self.rest(takes).await;
        if dies {
            self.world.inside.borrow_mut().hit(death);
            self.die(death.word()).await;
        }
    }

    async fn die(&self, why: &str) {
        self.note(|| why.to_owned());
        self.troubled();
        self.world.inside.borrow_mut().dies = Some(self.run);
        pending().await
    }

    async fn hang<T>(&self, during: &'static str) -> T {
        self.note(|| format!("{during}: hangs"));
        pending().await
    }

    /// Lets time pass, and the others run.
    pub(crate) async fn rest(&self, length: Duration) {
        let wake = Happening::Wake(self.task);
        self.world.inside.borrow_mut().later(length, wake);
        let mut woken = false;
        poll_fn(
            |_| if std::mem::replace(&mut woken, true) { Poll::Ready(()) } else { Poll::Pending },
        )
        .await;
    }

    /// Its delivery met trouble.
    pub(crate) fn troubled(&self) {
        if self.instance.function == Function::Alert {
            let mut inside = self.world.inside.borrow_mut();
            let now = inside.now;
            inside.facts.deaf.push(now);
        }
        if let Some(key) = &*self.about.borrow() {
            let patience = Duration::from_secs(360);
            self.world.inside.borrow_mut().trouble(key, patience);
        }
    }

    /// From now on it works on this one.
    pub(crate) fn touch(&self, key: &EntryKey) {
        *self.about.borrow_mut() = Some(key.clone());
        self.touched.borrow_mut().insert(key.clone());
    }

    pub(crate) fn learnt(&self) {
        self.knew.set(self.world.now());
    }

    pub(crate) fn note(&self, what: impl FnOnce() -> String) {
        let mut inside = self.world.inside.borrow_mut();
        if !inside.trace.is_on() {
            return;
        }
        let key = self.about.borrow();
        let id = key.as_ref().and_then(|key| inside.ledger.load(key)).map(|entry| entry.id);
        let about = id.map_or(About::All, About::Delivery);
        let now = inside.now;
        inside.trace.note(now, &self.instance.name, about, what());
    }

    /// How long the function may still run.
    pub(crate) fn left(&self) -> Duration {
        fairlead_core::span::until(self.world.now(), self.deadline)
    }

    /// The same work under a frozen sandbox: it goes on after its time.
    pub(crate) fn freeze(&self, length: Duration) -> impl Future<Output = ()> {
        let until = after(self.world.now(), length);
        let mut inside = self.world.inside.borrow_mut();
        let thaws = inside.frozen.entry(self.run).or_insert(until);
        *thaws = until.max(*thaws);
        drop(inside);
        self.rest(length)
    }
}

fn named(of: Service, ailment: Ailment) -> Option<Fault> {
    let long = |times: u32| times >= TRIES;
    Some(match (of, ailment) {
        (_, Ailment::None) => return None,
        (Service::Ledger, Ailment::Refused(n)) if long(n) => Fault::LedgerRefused,
        (Service::Ledger, Ailment::Refused(_)) => Fault::LedgerThrottled,
        (Service::Ledger, Ailment::Unheard(n)) if long(n) => Fault::LedgerUnheardLong,
        (Service::Ledger, Ailment::Unheard(_)) => Fault::LedgerUnheard,
        (Service::Ledger, Ailment::Hangs) => Fault::LedgerHangs,
        (Service::Queues, Ailment::Refused(n)) if long(n) => Fault::QueueRefused,
        (Service::Queues, Ailment::Refused(_)) => Fault::QueueThrottled,
        (Service::Queues, Ailment::Unheard(n)) if long(n) => Fault::QueueUnheardLong,
        (Service::Queues, Ailment::Unheard(_)) => Fault::QueueUnheard,
        (_, Ailment::Hangs) => Fault::QueueHangs,
        (Service::Secrets, _) => Fault::SecretsRefused,
        (Service::Alerts, Ailment::Refused(_)) => Fault::AlertRefused,
        (Service::Alerts, Ailment::Unheard(_)) => Fault::AlertUnheard,
    })
}
