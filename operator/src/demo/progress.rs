//! Sends the example events and watches what becomes of each.

use crate::{
    demo::case::{Case, Row, Via},
    folder::catalog,
    stack::{Stack, StackError},
};

/// The example events on their way.
pub(crate) struct Progress<'a> {
    stack: &'a Stack,
    alerts: String,
    rows: Vec<Row>,
}

impl<'a> Progress<'a> {
    /// Nothing sent yet; alerts will arrive at the queue `alerts`.
    pub(crate) fn new(stack: &'a Stack, alerts: String, cases: Vec<Case>) -> Self {
        Self { stack, alerts, rows: cases.into_iter().map(Row::new).collect() }
    }

    /// Every example with what is known of it.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Whether no example will move any more by itself.
    pub(crate) fn at_rest(&self) -> bool {
        self.rows.iter().all(Row::at_rest)
    }

    /// Sends every example its way.
    pub(crate) async fn send(&mut self, report: &dyn Fn(&str)) -> Result<(), StackError> {
        for row in &mut self.rows {
            let case = &row.case;
            match case.via {
                Via::Api => {
                    let answer = self.stack.post(case.integration, &case.event).await?;
                    row.answered = Some(answer.status);
                    row.duplicate = answer.body["duplicate"] == true;
                    let (id, status) = (case.record, answer.status);
                    report(&format!("{id}: POST /events/{} answered {status}", case.integration));
                }
                Via::EventBridge => {
                    let kind = event_type(case.integration);
                    self.stack.put_event(&kind, &case.event).await?;
                    report(&format!("{}: {kind} put on the EventBridge bus", case.record));
                }
            }
        }
        Ok(())
    }

    /// Reads the ledger and the alerts once.
    pub(crate) async fn look(&mut self) -> Result<(), StackError> {
        for row in self.rows.iter_mut().filter(|row| row.case.has_delivery()) {
            if let Some(entry) = self.stack.entry(&row.case.entry()).await? {
                row.last = entry.history.lines.last().map(|l| l.what.text()).unwrap_or_default();
                row.attempts = entry.life.attempts;
                row.state = Some(entry.life.state);
            }
        }
        for alert in self.stack.take(&self.alerts).await? {
            let text = alert.body.unwrap_or_default();
            let about = |row: &&mut Row| text.contains(row.case.record);
            self.rows.iter_mut().filter(about).for_each(|row| row.alerted = true);
        }
        Ok(())
    }
}

fn event_type(integration: &str) -> String {
    let name = fairlead_core::id::IntegrationName::new(integration);
    let found = catalog().ok().and_then(|catalog| catalog.integrations.get(&name));
    found.map(|integration| integration.source.event.clone()).unwrap_or_default()
}
