//! What an event becomes for one integration: its contract is checked, and the crosswalk asked for what it needs.

use fairlead_core::{
    accept::{Content, Submission},
    crosswalk::Crosswalk,
    entry::{Carries, Entry},
    id::IdempotencyKey,
    integration::Integration,
    ports::PortError,
    render::{LookedUp, look_up},
};

use crate::{Contracts, Event, Refused, renders};

/// Why an event becomes nothing.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// It does not fit its contract.
    #[error(transparent)]
    Refused(Box<Refused>),
    /// The ledger did not answer.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl From<Refused> for Unfit {
    fn from(refused: Refused) -> Self {
        Self::Refused(Box::new(refused))
    }
}

impl Contracts {
    /// The submission of an event whose text is `text`, for one integration of the catalog; `key` is what its
    /// sender gave it.
    ///
    /// # Errors
    /// When it does not fit its contract, or the crosswalk cannot be read.
    pub async fn submission<C: Crosswalk>(
        &self,
        crosswalk: &C,
        of: &Integration,
        event: &Event,
        key: Option<&IdempotencyKey>,
        text: String,
        via: &'static str,
    ) -> Result<Submission, Unfit> {
        let draft = self.draft(&of.name, event, key)?;
        let own = of.update.as_ref().map(|_| draft.record.name());
        let content = match look_up(crosswalk, &of.destination, draft.needs, own.as_ref()).await? {
            LookedUp::Missing(_) => Content::Later,
            LookedUp::Found(found) => match self.make(&of.name, event, &found)? {
                (Carries::Update, request) => Content::Update(request),
                (Carries::Request | Carries::Nothing | Carries::Refused, request) => {
                    Content::Request(request)
                }
            },
        };
        Ok(Submission {
            idempotency_key: draft.key,
            record: draft.record,
            ordered: draft.ordered,
            payload_hash: event.payload_hash(),
            event: text,
            via,
            content,
        })
    }

    /// The submission of the corrected event that is to take the place of `old`: the desk shows what validate makes.
    ///
    /// The old delivery's key counts as the given one. Who took it in the first time had it from the sender, who is
    /// not there now.
    ///
    /// # Errors
    /// As [`Contracts::submission`].
    pub async fn corrected<C: Crosswalk>(
        &self,
        crosswalk: &C,
        of: &Integration,
        old: &Entry,
        text: String,
    ) -> Result<Submission, Unfit> {
        let event = renders::event(&text)
            .map_err(|violations| Unfit::from(Refused { violations, record: None, key: None }))?;
        let key = Some(&old.idempotency_key);
        self.submission(crosswalk, of, &event, key, text, "edit").await
    }
}
