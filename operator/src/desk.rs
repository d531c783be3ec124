//! The operator's desk: a deployed stack, reached with the operator's own credentials.

use std::{collections::BTreeMap, sync::OnceLock};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use fairlead_aws::{
    ledger::{Ledger, chain},
    world::connector,
};
use fairlead_core::{entry::Entry, integration::Catalog};

mod act;
mod audit;
pub mod bulk;
mod dlq;
mod doctor;
pub mod edit;
mod error;
mod filter;
mod gate;
mod issue;
mod list;
mod look;
pub mod order;
mod reconcile;
mod signed;
mod status;
mod tail;
pub mod view;

pub use act::Act;
pub(crate) use act::reason;
pub use error::DeskError;
pub use filter::{Filter, Standing};
pub use look::Look;
pub use reconcile::Reconcile;

use view::Delivery;

use crate::{
    cli::{Options, Place, Stage, again},
    engine::Outputs,
};

/// The desk of one stack.
#[derive(Debug)]
pub struct Desk {
    config: SdkConfig,
    outputs: Outputs,
    ledger: Ledger,
    stack: String,
    /// The stack's parameters, by name.
    parameters: BTreeMap<String, String>,
    /// The catalog of its stage, once it was asked for.
    catalog: OnceLock<&'static Catalog>,
    /// Where it was said to be.
    place: Place,
    /// The editor; where none is named, the one that the environment names.
    editor: Option<String>,
}

impl Desk {
    /// Opens the desk that the options name.
    ///
    /// # Errors
    /// When `samconfig.toml` is wrong, there is no such stack, or AWS does not answer.
    pub async fn open(options: &Options) -> Result<Self, DeskError> {
        let stage = options.place.decide(&std::env::current_dir().unwrap_or_default())?;
        let desk = Self::of(config(&stage).await, &stage.stack).await?;
        Ok(Self { place: options.place.clone(), ..desk })
    }

    /// The desk of the stack with this name, reached with this configuration.
    ///
    /// # Errors
    /// As [`Desk::open`].
    pub async fn of(config: SdkConfig, stack: &str) -> Result<Self, DeskError> {
        let client = aws_sdk_cloudformation::Client::new(&config);
        let asked = client.describe_stacks().stack_name(stack).send().await;
        let asked = asked.map_err(|e| DeskError::Aws("find the stack", chain(e)))?;
        let parameters = asked.stacks().iter().flat_map(|s| s.parameters()).filter_map(|one| {
            Some((one.parameter_key()?.to_owned(), one.parameter_value()?.to_owned()))
        });
        let parameters = parameters.collect();
        let outputs = asked.stacks().iter().flat_map(|s| s.outputs()).filter_map(|output| {
            Some((output.output_key()?.to_owned(), output.output_value()?.to_owned()))
        });
        let outputs = Outputs::from_pairs(outputs)?;
        let ledger = Ledger::new(&config, outputs.ledger.clone());
        Ok(Self {
            ledger,
            outputs,
            config,
            stack: stack.to_owned(),
            parameters,
            catalog: OnceLock::new(),
            place: Place::default(),
            editor: None,
        })
    }

    /// The same desk, with this command as its editor.
    #[must_use]
    pub fn with_editor(self, editor: &str) -> Self {
        Self { editor: Some(editor.to_owned()), ..self }
    }

    /// The same desk of a bundle with these integrations, where they are others than this command was built with.
    #[must_use]
    pub fn with_catalog(self, catalog: &'static Catalog) -> Self {
        Self { catalog: OnceLock::from(catalog), ..self }
    }

    /// A command as it is typed where this desk was opened.
    pub(crate) fn typed(&self, command: &str) -> String {
        again::one(command, &self.place.given())
    }

    /// A text with its commands as they are typed there.
    pub(crate) fn typed_in(&self, text: &str) -> String {
        again::text(text, &self.place.given())
    }

    /// The stack's name.
    pub fn stack(&self) -> &str {
        &self.stack
    }

    /// What happened to one delivery.
    ///
    /// # Errors
    /// When there is not exactly one such delivery, or the ledger does not answer.
    pub async fn show(&self, id: &str) -> Result<Delivery, DeskError> {
        Ok(Delivery::of(&self.entry(id).await?))
    }

    /// The catalog of the stage that is deployed: destinations differ from one to the next.
    pub(crate) fn catalog(&self) -> Result<&'static Catalog, DeskError> {
        if let Some(known) = self.catalog.get() {
            return Ok(known);
        }
        let read = self.places()?.catalog(fairlead_catalog::catalog());
        let read = read.map_err(|e| DeskError::Stage(e.to_string()))?;
        Ok(self.catalog.get_or_init(|| read))
    }

    /// Who is at the desk, as AWS knows her; stands in the history of what she orders.
    pub(crate) async fn caller(&self) -> Result<String, DeskError> {
        let client = aws_sdk_sts::Client::new(&self.config);
        let answer = client.get_caller_identity().send().await;
        let answer = answer.map_err(|e| DeskError::Aws("ask AWS who you are", chain(e)))?;
        Ok(answer.arn.unwrap_or_else(|| "an unnamed caller".to_owned()))
    }

    /// The one delivery whose id begins so.
    pub(crate) async fn entry(&self, id: &str) -> Result<Entry, DeskError> {
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

async fn config(stage: &Stage) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(connector());
    if let Some(profile) = &stage.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = &stage.region {
        loader = loader.region(Region::new(region.clone()));
    }
    loader.load().await
}
