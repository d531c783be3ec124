//! The whole chain in process, in memory, on a virtual clock: from the API to the vendor, the DLQ and the owner.

mod alert;
mod answer;
mod delivery;
mod doubt;
mod gate;
mod issue;
mod look;
mod order;
mod parking;
mod submission;
mod wait;
