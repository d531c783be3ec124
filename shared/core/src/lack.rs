//! What a delivery of class `missing` lacks; each is mended in another way.

use crate::{
    entry::{Carries, Entry},
    history::What,
    id::DeliveryId,
};

/// What a delivery lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// Its integration is not in the bundle, or may not reach its destination.
    Bundle,
    /// What the vendor calls another record: `customer C-12`.
    Id(String),
    /// What the vendor calls its own record, which another delivery has created.
    OwnId,
}

/// How a parking for [`Lack::OwnId`] ends its detail.
const NAMELESS: &str = "has created the record, and its id is not known";

/// The detail of a parking whose record another delivery has created.
pub(crate) fn nameless(other: DeliveryId) -> String {
    format!("delivery {other} {NAMELESS}")
}

impl Lack {
    /// What this delivery, parked as `missing`, lacks.
    pub fn of(entry: &Entry) -> Self {
        let mut lines = entry.history.lines.iter().rev().map(|line| &line.what);
        if entry.life.carries == Carries::Nothing {
            let record = lines.find_map(|what| match what {
                What::AwaitsRecord { record, .. } => Some(record.clone()),
                _ => None,
            });
            return record.map_or(Self::Bundle, Self::Id);
        }
        let parked = lines.find_map(|what| match what {
            What::Parked { detail, .. } => Some(detail.ends_with(NAMELESS)),
            _ => None,
        });
        if parked == Some(true) { Self::OwnId } else { Self::Bundle }
    }

    /// The word that tells it from the others, as an issue's error code.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Bundle => "bundle",
            Self::Id(_) => "id",
            Self::OwnId => "own_id",
        }
    }

    /// One sentence that an operator can follow; none where the class says it all.
    pub fn next_action(&self) -> Option<&'static str> {
        match self {
            Self::Bundle => None,
            Self::Id(_) => Some(
                "See that the record it needs is delivered to this destination, then retry. \
                 If that record was entered by hand, resolve its delivery with the vendor's id first.",
            ),
            Self::OwnId => Some(
                "Look what the vendor calls the record, enter this change there by hand, \
                 and resolve with the vendor's id; later deliveries then update it.",
            ),
        }
    }
}
