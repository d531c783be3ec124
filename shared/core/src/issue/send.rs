//! Sends what issues have to say, once all of them are saved: a dead channel holds up nothing but its own messages.

use jiff::Timestamp;

use super::{
    Due, Issue, IssueId,
    step::{DEAF, Input},
    tell::settle,
};
use crate::{
    alert::Alert,
    owner::Channel,
    ports::{PortError, Ports},
};

/// What is to be sent, by issue.
#[derive(Debug, Default)]
pub(super) struct Unsent {
    messages: Vec<Messages>,
    /// The channels that issues have reported as dead: one report is enough.
    pub(super) reported: Vec<Channel>,
}

/// The channels that took a message.
pub(super) type Through = Vec<Channel>;

/// The messages of one issue, and what became of them.
#[derive(Debug)]
struct Messages {
    issue: Issue,
    send: Vec<Due>,
    done: Vec<Due>,
    failed: Vec<Due>,
}

impl Unsent {
    /// Saves what an input makes of an issue; what that leads to is sent later.
    pub(super) async fn change<P: Ports>(
        &mut self,
        ports: &P,
        id: &IssueId,
        input: Input,
    ) -> Result<(), PortError> {
        let (found, send) = settle(ports.issues(), id, &input, || ports.now()).await?;
        let Some(issue) = found else { return Ok(()) };
        match self.messages.iter_mut().find(|messages| messages.issue.id == *id) {
            // What is sent says what is known last.
            Some(messages) => messages.issue = issue,
            None if send.is_empty() => {}
            None => self.messages.push(Messages { issue, send, done: vec![], failed: vec![] }),
        }
        Ok(())
    }

    /// Sends until then. A channel that fails once is left alone for the rest of this time: whoever waits for it again
    /// and again has no time for anything else. What is not sent stays in its issue.
    ///
    /// # Errors
    /// The first time the ledger did not answer, once all the others are done.
    pub(super) async fn send<P: Ports>(
        mut self,
        ports: &P,
        until: Timestamp,
    ) -> Result<Through, PortError> {
        let (mut dead, mut wrong, mut through) = (Vec::new(), Vec::new(), Vec::new());
        for (place, due) in self.in_order() {
            let messages = &mut self.messages[place];
            // It has gone out with its twin.
            if !messages.send.contains(&due) {
                continue;
            }
            if !dead.contains(&due.to) && ports.now() < until {
                let (heard, channels) = messages.publish(ports, due).await;
                if heard { &mut through } else { &mut dead }.extend(channels);
            }
            messages.send.retain(|other| other != &due);
            if messages.send.is_empty() {
                match messages.end(ports, &self.reported).await {
                    Ok(deaf) => self.reported.extend(deaf),
                    Err(error) => wrong.push(error),
                }
            }
        }
        wrong.into_iter().next().map_or(Ok(through), Err)
    }

    /// On each channel first what has failed before, so that it is soon known to be dead. What has failed often may
    /// itself be what the channel does not take: that comes last and is in nobody's way. What one issue says on one
    /// channel stays in order, or an end would come before its beginning.
    fn in_order(&self) -> Vec<(usize, Due)> {
        let all = self.messages.iter().enumerate();
        let all = all.flat_map(|(place, of)| of.send.iter().map(move |due| (place, *due)));
        let mut all: Vec<(usize, Due)> = all.collect();
        all.sort_by_key(|(place, due)| turn(&self.messages[*place].send, due));
        all
    }
}

/// When a message's turn is among all; the same for all that its issue says on its channel.
fn turn(of: &[Due], due: &Due) -> (bool, u32) {
    let same = of.iter().filter(|other| other.to == due.to);
    let tries = same.map(|other| other.tries).max().unwrap_or_default();
    (tries >= DEAF, DEAF.abs_diff(tries))
}

impl Messages {
    /// Says it, and whether that was heard, and on which channels. Chat and e-mail are one topic, so what is due on both is published once, or
    /// whoever reads both would read it twice.
    async fn publish<P: Ports>(&mut self, ports: &P, due: Due) -> (bool, Vec<Channel>) {
        let twin = self.twin(&due);
        let with = twin.map(|twin| twin.to);
        let alert = Alert { with, ..Alert::of(ports.stack(), &self.issue, &due) };
        let is_heard = ports.publish(&alert).await.is_ok();
        let all: Vec<Due> = [due].into_iter().chain(twin).collect();
        let ended = if is_heard { &mut self.done } else { &mut self.failed };
        ended.extend(&all);
        self.send.retain(|other| Some(*other) != twin);
        (is_heard, all.into_iter().map(|due| due.to).collect())
    }

    /// The same news on the other channel of the topic, where it is next there.
    fn twin(&self, due: &Due) -> Option<Due> {
        let to = match due.to {
            Channel::Chat => Channel::Email,
            Channel::Email => Channel::Chat,
            Channel::Pagerduty | Channel::Webhook => return None,
        };
        let next = self.send.iter().find(|other| other.to == to)?;
        (next.news == due.news).then_some(*next)
    }

    /// The issue learns what got through, and is free for the next sender. Gives the channels that it reports as dead.
    async fn end<P: Ports>(
        &mut self,
        ports: &P,
        reported: &[Channel],
    ) -> Result<Through, PortError> {
        let (done, failed) = (std::mem::take(&mut self.done), std::mem::take(&mut self.failed));
        let input = Input::Sent { done, failed, reported: reported.to_vec() };
        let (issue, _) = settle(ports.issues(), &self.issue.id, &input, || ports.now()).await?;
        Ok(issue.map_or(vec![], |issue| issue.deaf))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issue::News;

    #[test]
    fn what_has_failed_before_comes_first_what_fails_always_last_and_an_issue_speaks_in_order() {
        let to = Channel::Pagerduty;
        let due = |news, tries| Due { news, to, tries };
        let opened = [due(News::Opened, 3), due(News::Acknowledged, 0)];
        assert_eq!(
            turn(&opened, &opened[0]),
            turn(&opened, &opened[1]),
            "nobody rings for what is looked after"
        );
        let [failed, new] = [[due(News::Opened, 2)], [due(News::Opened, 0)]];
        let turns = [&failed[..], &new, &opened].map(|of| turn(of, &of[0]));
        assert!(turns.is_sorted(), "{turns:?}");
    }
}
