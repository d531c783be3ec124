//! The whole chain in process, in memory, on a virtual clock: from the API to the vendor, the DLQ and the owner.

mod alert;
mod answer;
mod audit;
mod bulk;
mod bundle;
mod console;
mod contract;
mod corrected;
mod crosswalk;
mod delivery;
mod desk;
mod doubt;
mod edit;
mod fan_out;
mod gate;
mod issue;
mod look;
mod order;
mod paging;
mod parking;
mod submission;
mod turn;
mod wait;
