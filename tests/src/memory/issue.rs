//! Issues and DLQs of the world in memory, and when the schedule's next look at them would change something.

use fairlead_core::{
    entry::Work,
    id::Version,
    issue::{
        Issue, IssueId, Phase,
        dlq::{Dlq, Dlqs, Peeked},
        step::{Looked, next_update},
    },
    ports::{Issues, PortError, Saved},
    span::after,
};
use jiff::Timestamp;

use super::World;

impl Issues for World {
    async fn issue(&self, id: &IssueId) -> Result<Option<Issue>, PortError> {
        if self.inside.borrow().broken_issues.contains(id) {
            return Err(PortError::new("read the issue", "it comes from a newer release"));
        }
        Ok(self.inside.borrow().issues.get(id).cloned())
    }

    async fn save_issue(&self, issue: &Issue, replaces: Version) -> Result<Saved, PortError> {
        let mut inside = self.inside.borrow_mut();
        if inside.issues.get(&issue.id).map_or(Version(0), |held| held.version) != replaces {
            return Ok(Saved::Lost);
        }
        inside.issues.insert(issue.id.clone(), issue.clone());
        inside.counts.issue_writes += 1;
        Ok(Saved::Done)
    }

    async fn watched(&self) -> Result<Vec<IssueId>, PortError> {
        let issues = self.issues().into_iter().filter(Issue::is_watched);
        Ok(issues.map(|issue| issue.id).collect())
    }

    async fn parked(&self, id: &IssueId) -> Result<Looked, PortError> {
        Ok(self.parked_of(id))
    }
}

impl Dlqs for World {
    async fn held(&self, dlq: Dlq) -> Result<u64, PortError> {
        Ok(self.inside.borrow_mut().on(dlq).count() as u64)
    }

    async fn peek(&self, dlq: Dlq) -> Result<Vec<Peeked>, PortError> {
        Ok(self.inside.borrow_mut().peek(dlq))
    }

    async fn remove(&self, _: Dlq, message: &Peeked) -> Result<(), PortError> {
        self.inside.borrow_mut().remove(message);
        Ok(())
    }
}

impl World {
    fn parked_of(&self, id: &IssueId) -> Looked {
        let (inside, partition) = (self.inside.borrow(), id.partition());
        let of = inside.work.values().filter(|work| work.partition == partition);
        let times: Vec<Timestamp> = of.map(|work| work.at).collect();
        Looked { count: times.len() as u64, newest: times.into_iter().max() }
    }

    /// When the schedule's next look at issues and DLQs would change something.
    pub(super) fn next_watch(&self) -> Option<Timestamp> {
        let soon = after(self.clock(), std::time::Duration::from_millis(1));
        let issues = self.issues();
        let of_issues = issues.iter().filter_map(|issue| self.next_of(issue, soon));
        of_issues.chain(self.dlqs_have_more(&issues).then_some(soon)).min()
    }

    fn next_of(&self, issue: &Issue, soon: Timestamp) -> Option<Timestamp> {
        let crashed = issue.cause.class == fairlead_core::class::Class::Crashed;
        let parked = if crashed { issue.count } else { self.parked_of(&issue.id).count };
        let resolved = matches!(issue.phase, Phase::Resolved { .. });
        if !issue.outbox.is_empty() || parked != issue.count || (parked > 0) == resolved {
            return Some(soon);
        }
        let steps = issue.steps();
        let step = steps.get(usize::from(issue.told.steps));
        let step = step.map(|step| after(issue.opened_at, step.after));
        let update = next_update(issue);
        let next = step.into_iter().chain(update).min().filter(|_| issue.phase == Phase::Open);
        next.map(|next| next.max(soon))
    }

    /// Tickets that no issue knows of, or messages about deliveries that are parked no longer.
    fn dlqs_have_more(&self, issues: &[Issue]) -> bool {
        let parked = |work: &&Work| work.partition.starts_with("parked");
        let parked = self.inside.borrow().work.values().filter(parked).count() as u64;
        Dlq::ALL.into_iter().any(|dlq| {
            let ours = issues.iter().filter(|i| i.cause.code.as_deref() == Some(dlq.word()));
            let known: u64 = ours.map(|issue| issue.count).sum();
            let held = self.inside.borrow_mut().on(dlq).count() as u64;
            if dlq == Dlq::Dispatch { held > known + parked } else { held != known }
        })
    }
}
