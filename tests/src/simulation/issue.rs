//! Issues and DLQs, as the alert function sees them.

use fairlead_core::{
    entry::{Entry, Work},
    id::Version,
    issue::{
        Issue, IssueId,
        dlq::{Dlq, Dlqs, Peeked},
        step::Looked,
    },
    ports::{Issues, PortError, Saved},
};

use super::{fault::Fault, hand::Hand, place::Place, plan::Service, world::Inside};

impl Issues for Hand {
    async fn issue(&self, id: &IssueId) -> Result<Option<Issue>, PortError> {
        let read = |inside: &mut Inside| inside.ledger.issue(id).cloned();
        self.request(Service::Ledger, "read the issue", read).await
    }

    async fn save_issue(&self, issue: &Issue, replaces: Version) -> Result<Saved, PortError> {
        let mut ours = false;
        let saved = self.request(Service::Ledger, "save the issue", |inside| {
            let saved = inside.ledger.save_issue(issue, replaces);
            ours |= saved == Saved::Done;
            let stands = inside.ledger.issue(&issue.id) == Some(issue);
            if ours && stands { Saved::Done } else { saved }
        });
        let saved = saved.await?;
        if saved == Saved::Lost {
            self.world.inside.borrow_mut().hit(Fault::LostRace);
        }
        Ok(saved)
    }

    async fn watched(&self) -> Result<Vec<IssueId>, PortError> {
        let look = |inside: &mut Inside| inside.ledger.watched();
        self.request(Service::Ledger, "look at the issues", look).await
    }

    async fn parked(&self, id: &IssueId) -> Result<Looked, PortError> {
        let count = |inside: &mut Inside| {
            let stale = inside.is_stale();
            inside.ledger.parked(id, |entry| inside.stands(entry, stale))
        };
        self.request(Service::Ledger, "count what is parked", count).await
    }
}

impl Dlqs for Hand {
    async fn held(&self, dlq: Dlq) -> Result<u64, PortError> {
        let count = |inside: &mut Inside| {
            let lying = inside.queues.messages().iter().filter(|m| m.place == of(dlq));
            lying.count() as u64
        };
        self.request(Service::Queues, "count the messages", count).await
    }

    async fn peek(&self, dlq: Dlq) -> Result<Vec<Peeked>, PortError> {
        let peek = |inside: &mut Inside| {
            let now = inside.now;
            inside.queues.peek(of(dlq), now)
        };
        self.request(Service::Queues, "look at the messages", peek).await
    }

    async fn remove(&self, _: Dlq, message: &Peeked) -> Result<(), PortError> {
        let remove = |inside: &mut Inside| inside.queues.remove(&message.handle);
        self.request(Service::Queues, "remove the message", remove).await
    }
}

fn of(dlq: Dlq) -> Place {
    match dlq {
        Dlq::Intake => Place::IntakeDlq,
        Dlq::Dispatch => Place::DispatchDlq,
        Dlq::Retry => Place::RetryDlq,
        Dlq::Alert => Place::AlertDlq,
    }
}

impl Inside {
    /// Whether this look at an index meets a page that is a moment old.
    pub(crate) fn is_stale(&mut self) -> bool {
        let often = self.weather.stale;
        self.befalls(often)
    }

    /// How an entry stands in an index, now or a moment ago.
    pub(crate) fn stands(&self, entry: &Entry, stale: bool) -> Option<Work> {
        match self.older.get(&entry.key) {
            Some((work, since)) if stale && self.now.duration_since(*since).as_secs() < 3 => {
                work.clone()
            }
            _ => entry.work(),
        }
    }
}
