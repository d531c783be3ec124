//! What must be true, whatever happens: the guarantees of the design, as far as facts outside can show them.

use fairlead_core::id::{DeliveryId, DestinationName};
use jiff::Timestamp;

macro_rules! laws {
    ($($name:ident $guarantee:literal $text:literal,)*) => {
        /// A law.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Law { $(#[doc = $text] $name,)* }

        impl Law {
            /// Every law.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What must be true.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The guarantee's number in the design; 0 where it is a part of several.
            pub fn guarantee(self) -> u8 {
                match self { $(Self::$name => $guarantee,)* }
            }
        }
    };
}

laws! {
    NothingLost 1 "nothing accepted is lost",
    Durable 2 "202 means that entry and ticket are durable",
    OneEffect 3 "a delivery takes effect once",
    SameBytes 3 "every attempt has the same key and the same bytes",
    NoBlindResend 4 "what may have taken effect is not sent again to a vendor that promises nothing",
    OneEnd 5 "delivered stays delivered, and parked is left by order or late success only",
    NothingInvalid 6 "what breaks its contract opens no connection",
    NeverEarly 7 "no call before it is due, nor before Retry-After",
    WithinRate 7 "no window holds more calls than the vendor allows",
    OneProbe 7 "one probe at a time passes a half-open breaker",
    WithinCap 7 "no more calls run at once than the vendor allows",
    NeverBackwards 9 "an older version of a record never follows a newer one, and the newest is never left out",
    OneAtATime 9 "calls for one record are never made at the same time",
    OneRecord 3 "a record is created once, whichever of its deliveries did it",
    NeedKnown 9 "a request names a vendor's id only where the vendor has given it",
    GateKept 7 "no call passes an open breaker or a pause",
    OwnerTold 10 "every parked delivery reaches its owner within two minutes",
    Listed 10 "an alert implies a readable message on the DLQ, with an owner and a next action",
    OrderOnce 11 "an order to retry is obeyed once",
    DeliveredIsThere 1 "delivered means that the vendor has it",
    Truth 10 "who is told that nothing was created can rely on it",
    SuccessRecorded 5 "a success that was heard is recorded",
    Credential 3 "nothing parks for its credential while the secret store holds a good one",
    Bounded 15 "no function runs into its timeout unless a service hangs",
    PoisonAlone 1 "a message that is no ticket ends on a DLQ and keeps nothing else",
}

impl Law {
    /// Whether it must hold however wrong the clocks of single instances are: all but what is a matter of time.
    pub fn survives_leaps(self) -> bool {
        match self {
            Self::NothingLost
            | Self::Durable
            | Self::OneEffect
            | Self::SameBytes
            | Self::NoBlindResend
            | Self::OneEnd
            | Self::NothingInvalid
            | Self::OrderOnce
            | Self::DeliveredIsThere
            | Self::Truth
            | Self::SuccessRecorded
            | Self::PoisonAlone => true,
            Self::NeverEarly
            | Self::WithinRate
            | Self::OneProbe
            | Self::WithinCap
            | Self::NeverBackwards
            | Self::OneAtATime
            | Self::OneRecord
            | Self::NeedKnown
            | Self::GateKept
            | Self::OwnerTold
            | Self::Listed
            | Self::Credential
            | Self::Bounded => false,
        }
    }
}

/// A law was seen broken.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Which.
    pub law: Law,
    /// When.
    pub at: Timestamp,
    /// What exactly.
    pub what: String,
    /// Whose trace to show.
    pub about: About,
}

/// What a violation or a line of a trace is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// One delivery.
    Delivery(DeliveryId),
    /// One destination: its gate and all its calls.
    Destination(DestinationName),
    /// One event that has no delivery yet: its place in the plan.
    Event(usize),
    /// Everything.
    All,
}
