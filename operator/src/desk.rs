//! The operator's desk: a deployed stack, reached with the operator's own credentials.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use fairlead_aws::{
    ledger::{Ledger, chain},
    ran::FindError,
    world::connector,
};
use fairlead_core::{
    class::Class,
    door::pause,
    entry::{Entry, State},
    gate::Pause,
    id::DestinationName,
    ports::PortError,
    ticket::{Order, Step, Ticket},
    timeline::timeline,
};

use jiff::Timestamp;

use crate::engine::{MissingOutput, Outputs};

/// Where the desk stands: the options that every command takes, as the AWS CLI has them.
#[derive(Clone, Debug, clap::Args)]
pub struct Place {
    /// The profile of your AWS configuration.
    #[arg(long, global = true)]
    profile: Option<String>,
    /// The AWS region.
    #[arg(long, global = true)]
    region: Option<String>,
    /// The name under which the bundle was deployed.
    #[arg(long, global = true, default_value = "fairlead")]
    stack_name: String,
}

/// Why the desk could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// AWS refused or did not answer.
    #[error("could not {0}: {1}")]
    Aws(&'static str, String),
    /// The stack is of another kind.
    #[error(transparent)]
    Outputs(#[from] MissingOutput),
    /// The ledger did not answer.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The id is no id.
    #[error(transparent)]
    Find(#[from] FindError),
    /// No destination has this name.
    #[error("no destination is called \"{0}\"; the bundle has {1}")]
    NoDestination(String, String),
    /// No delivery has such an id.
    #[error("no delivery's id begins with {0}")]
    NoSuch(String),
    /// Several deliveries have such an id.
    #[error("{0} deliveries' ids begin with {1}; give more of it")]
    Several(usize, String),
    /// Only a parked delivery can be retried.
    #[error("delivery {0} is {1}; only a parked delivery can be retried, and nothing was done")]
    NotParked(String, &'static str),
    /// It may have taken effect, and nobody has looked.
    #[error(
        "delivery {0} is in doubt: look in the vendor's system first; \
         only if the record is not there, add --checked. Nothing was done"
    )]
    NotChecked(String),
    /// There are no bytes to send.
    #[error("delivery {0} was refused by validation, so there is nothing to retry: {1}")]
    NotSendable(String, &'static str),
}

impl DeskError {
    /// The exit code: 1 a problem was found, 2 bad usage, 3 AWS did not do its part.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NoSuch(_) | Self::NotParked(..) | Self::NotChecked(_) | Self::NotSendable(..) => {
                1
            }
            Self::NoDestination(..)
            | Self::Several(..)
            | Self::Find(FindError::NotAnId(_) | FindError::TooShort(_)) => 2,
            Self::Aws(..) | Self::Outputs(_) | Self::Port(_) | Self::Find(FindError::Port(_)) => 3,
        }
    }
}

/// The desk of one stack.
#[derive(Debug)]
pub struct Desk {
    config: SdkConfig,
    outputs: Outputs,
    ledger: Ledger,
}

impl Desk {
    /// Opens the desk of a deployed stack.
    ///
    /// # Errors
    /// When there is no such stack, or AWS does not answer.
    pub async fn open(place: &Place) -> Result<Self, DeskError> {
        let mut loader =
            aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(connector());
        if let Some(profile) = &place.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &place.region {
            loader = loader.region(Region::new(region.clone()));
        }
        Self::of(loader.load().await, &place.stack_name).await
    }

    /// The desk of the stack with this name, reached with this configuration.
    ///
    /// # Errors
    /// As [`Desk::open`].
    pub async fn of(config: SdkConfig, stack: &str) -> Result<Self, DeskError> {
        let client = aws_sdk_cloudformation::Client::new(&config);
        let asked = client.describe_stacks().stack_name(stack).send().await;
        let asked = asked.map_err(|e| DeskError::Aws("find the stack", chain(e)))?;
        let outputs = asked.stacks().iter().flat_map(|s| s.outputs()).filter_map(|output| {
            Some((output.output_key()?.to_owned(), output.output_value()?.to_owned()))
        });
        let outputs = Outputs::from_pairs(outputs)?;
        Ok(Self { ledger: Ledger::new(&config, outputs.ledger.clone()), outputs, config })
    }

    /// What happened to one delivery, as text.
    ///
    /// # Errors
    /// When there is not exactly one such delivery, or the ledger does not answer.
    pub async fn show(&self, id: &str) -> Result<String, DeskError> {
        Ok(timeline(&self.entry(id).await?))
    }

    /// Orders another try of a parked delivery, and says what was ordered.
    ///
    /// # Errors
    /// When it is not parked, or AWS does not do its part.
    pub async fn retry(&self, id: &str, reason: &str, checked: bool) -> Result<String, DeskError> {
        let entry = self.entry(id).await?;
        may_retry(&entry, checked)?;
        let by = self.caller().await?;
        let version = entry.life.version;
        let mut ticket = Ticket::new(Step::Retry, entry.key.clone(), entry.id);
        ticket.order = Some(Order { by, reason: reason.to_owned(), version, checked });
        let client = aws_sdk_sqs::Client::new(&self.config);
        let send = client.send_message().queue_url(&self.outputs.dispatch_queue_url);
        let sent = send.message_body(ticket.text()).send().await;
        sent.map_err(|e| DeskError::Aws("send the order", chain(e)))?;
        Ok(format!(
            "ordered: retry {} of {}\nNext: fairlead deliveries show {}\n",
            entry.record, entry.integration, entry.id
        ))
    }

    /// Stops all calls to a destination; its deliveries wait, and none is lost.
    ///
    /// # Errors
    /// When there is no such destination, or AWS does not do its part.
    pub async fn pause(&self, destination: &str, reason: &str) -> Result<String, DeskError> {
        let of = known(destination)?;
        let (by, reason, since) = (self.caller().await?, reason.to_owned(), Timestamp::now());
        let changed = pause(&self.ledger, &of, Some(Pause { by, reason, since })).await?;
        let said = if changed { "is paused" } else { "was paused already" };
        Ok(format!("{of} {said}\nNext: fairlead resume {of}\n"))
    }

    /// Allows calls to a destination again; what waited is released within two minutes, oldest first.
    ///
    /// # Errors
    /// As [`Desk::pause`].
    pub async fn resume(&self, destination: &str) -> Result<String, DeskError> {
        let of = known(destination)?;
        let changed = pause(&self.ledger, &of, None).await?;
        let resumed = "is resumed; what waited is released within two minutes, oldest first";
        Ok(format!("{of} {}\n", if changed { resumed } else { "was not paused" }))
    }

    /// Who is at the desk, as AWS knows her; stands in the history of what she orders.
    async fn caller(&self) -> Result<String, DeskError> {
        let client = aws_sdk_sts::Client::new(&self.config);
        let answer = client.get_caller_identity().send().await;
        let answer = answer.map_err(|e| DeskError::Aws("ask AWS who you are", chain(e)))?;
        Ok(answer.arn.unwrap_or_else(|| "an unnamed caller".to_owned()))
    }

    async fn entry(&self, id: &str) -> Result<Entry, DeskError> {
        let found = self.ledger.find(id).await?;
        let [key] = found.as_slice() else {
            let count = found.len();
            let none = DeskError::NoSuch(id.to_owned());
            return Err(if count == 0 { none } else { DeskError::Several(count, id.to_owned()) });
        };
        let entry = self.ledger.load(key).await?;
        entry.ok_or_else(|| DeskError::NoSuch(id.to_owned()))
    }
}

fn known(destination: &str) -> Result<DestinationName, DeskError> {
    let of = DestinationName::new(destination);
    let all = &fairlead_catalog::catalog().destinations;
    if all.contains_key(&of) {
        return Ok(of);
    }
    let names: Vec<_> = all.keys().map(DestinationName::as_str).collect();
    Err(DeskError::NoDestination(destination.to_owned(), names.join(", ")))
}

/// The same that the rules will say; said here, so that the operator hears of it.
fn may_retry(entry: &Entry, checked: bool) -> Result<(), DeskError> {
    let id = entry.id.to_string();
    match &entry.life.state {
        State::Parked { class, .. } if !class.can_be_retried() => {
            Err(DeskError::NotSendable(id, class.next_action()))
        }
        // Where the vendor can be asked, that is done before anything is sent.
        State::Parked { class: Class::InDoubt, .. } if !checked && !asks(entry) => {
            Err(DeskError::NotChecked(id))
        }
        State::Parked { .. } => Ok(()),
        state => Err(DeskError::NotParked(id, state.word())),
    }
}

fn asks(entry: &Entry) -> bool {
    entry.request.as_ref().is_some_and(|request| request.lookup.is_some())
}
