//! What an event becomes for one integration: its contract is checked, and the crosswalk asked for what it needs.

use fairlead_core::{
    accept::{Content, Submission},
    entry::Carries,
    id::IdempotencyKey,
    integration::Integration,
    ports::{PortError, Ports},
    render::{LookedUp, look_up},
};

use crate::{Contracts, Event, Refused};

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
    pub async fn submission<P: Ports>(
        &self,
        ports: &P,
        of: &Integration,
        event: &Event,
        key: Option<&IdempotencyKey>,
        text: String,
        via: &'static str,
    ) -> Result<Submission, Unfit> {
        let draft = self.draft(&of.name, event, key)?;
        let own = of.update.as_ref().map(|_| draft.record.name());
        let content = match look_up(ports, &of.destination, draft.needs, own.as_ref()).await? {
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
}
