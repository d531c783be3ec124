//! The world of a deployed bundle: one struct that implements `Ports`.

use std::{sync::Arc, time::Duration};

use aws_smithy_http_client::{Builder, tls};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::timeout::TimeoutConfig;
use fairlead_core::{
    alert::{Alert, STACK},
    crosswalk::Link,
    door::Memory,
    drive::Rules,
    entry::Entry,
    history::Line,
    id::{DeliveryId, DestinationName, EntryKey, Token, Version},
    integration::{Catalog, Destination, Integration},
    meaning::Finding,
    outcome::{Answer, NotSent},
    ports::{Due, Inserted, Leave, PortError, Ports, Saved},
    record::{Record, RecordName},
    request::Request,
    ticket::{Queue, Ticket},
    wait::Jitter,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    channel::Channels,
    credential::Credential,
    dlq::Boxes,
    env::{EnvError, Places},
    ledger::Ledger,
    queue::Queues,
    secret::Secrets,
    topic::Topic,
    vendor::{Call, Vendor},
};

/// A deployed bundle as one function invocation sees it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Aws {
    parts: Arc<Parts>,
    deadline: Option<Timestamp>,
}

#[derive(Debug)]
struct Parts {
    catalog: &'static Catalog,
    places: Places,
    memory: Memory,
    ledger: Ledger,
    queues: Queues,
    secrets: Secrets,
    hook_keys: Secrets,
    channels: Channels,
    boxes: Boxes,
    vendor: Vendor,
}

impl Aws {
    /// Connects the parts that the environment names. No call is made yet.
    ///
    /// # Errors
    /// When the template has set a variable wrongly.
    pub async fn from_env(catalog: &'static Catalog) -> Result<Self, EnvError> {
        let places = Places::from_env()?;
        let catalog = places.catalog(catalog)?;
        Ok(Self::at(catalog, places, &config().await))
    }

    /// Connects the parts at these places.
    pub fn at(catalog: &'static Catalog, places: Places, config: &aws_config::SdkConfig) -> Self {
        let parts = Parts {
            catalog,
            ledger: Ledger::new(config, places.ledger.clone()),
            queues: Queues::new(config, places.clone()),
            secrets: Secrets::new(config),
            hook_keys: Secrets::of_hooks(config),
            channels: Channels::new(Topic::new(config, places.alert_topic.clone()), &places),
            boxes: Boxes::new(config, places.clone()),
            vendor: Vendor::new(&places),
            memory: Memory::default(),
            places,
        };
        Self { parts: Arc::new(parts), deadline: None }
    }

    /// The same world for an invocation that Lambda will end at `deadline`.
    #[must_use]
    pub fn until(&self, deadline: Timestamp) -> Self {
        Self { parts: Arc::clone(&self.parts), deadline: Some(deadline) }
    }

    /// The rules that this bundle drives deliveries by.
    pub fn rules(&self) -> Rules<'_> {
        let parts = &self.parts;
        Rules::new(parts.catalog, &parts.memory, parts.places.dispatch_timeout)
    }

    /// The keys that webhooks are signed with.
    pub fn hook_keys(&self) -> &Secrets {
        &self.parts.hook_keys
    }

    /// The ledger itself, for questions about one delivery.
    pub fn ledger(&self) -> &Ledger {
        &self.parts.ledger
    }

    /// How much of the invocation is left; none where nobody said when it ends.
    pub fn left(&self) -> Option<Duration> {
        let left = self.deadline?.duration_since(Timestamp::now());
        Some(Duration::try_from(left).unwrap_or_default())
    }

    /// The DLQs, as far as this function may look at them.
    pub(crate) fn boxes(&self) -> &Boxes {
        &self.parts.boxes
    }

    /// What the integrations declare.
    pub fn catalog(&self) -> &'static Catalog {
        self.parts.catalog
    }
}

/// One connector for all SDK clients: rustls with ring, one set of trust roots.
pub fn connector() -> SharedHttpClient {
    Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https()
}

async fn config() -> aws_config::SdkConfig {
    let version = aws_config::BehaviorVersion::v2026_01_12();
    // Without a limit of ours a connection that leads nowhere holds a call until the function is ended.
    let limits = TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(5))
        .operation_timeout(Duration::from_secs(15))
        .build();
    aws_config::defaults(version).http_client(connector()).timeout_config(limits).load().await
}

impl Ports for Aws {
    type Gates = Ledger;

    fn gates(&self) -> &Ledger {
        &self.parts.ledger
    }

    type Issues = Ledger;

    fn issues(&self) -> &Ledger {
        &self.parts.ledger
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn stack(&self) -> &str {
        self.parts.places.stack.as_deref().unwrap_or(STACK)
    }

    fn delivery_id(&self, record: &Record) -> DeliveryId {
        DeliveryId::of(Uuid::now_v7(), record.mark())
    }

    fn token(&self) -> Token {
        Token(Uuid::now_v7())
    }

    fn jitter(&self) -> Jitter {
        // The last bytes of a version 7 UUID are random.
        let bytes = Uuid::now_v7();
        let bytes = bytes.as_bytes();
        Jitter(u16::from_be_bytes([bytes[14], bytes[15]]))
    }

    async fn load(&self, key: &EntryKey) -> Result<Option<Entry>, PortError> {
        self.parts.ledger.load(key).await
    }

    async fn insert(&self, entry: &Entry) -> Result<Inserted, PortError> {
        let inserted = self.parts.ledger.insert(entry, self.now()).await?;
        if let Inserted::Exists(first) = &inserted {
            crate::metric::came_again(entry, first);
        }
        Ok(inserted)
    }

    async fn save(&self, entry: &Entry, replaces: Version) -> Result<Saved, PortError> {
        self.parts.ledger.save(entry, replaces).await
    }

    async fn rewrite(&self, entry: &Entry, replaces: Version) -> Result<Saved, PortError> {
        self.parts.ledger.rewrite(entry, replaces).await
    }

    fn log(&self, entry: &Entry, added: &[Line]) {
        crate::log::transition(entry, added);
    }

    async fn linked(
        &self,
        at: &DestinationName,
        record: &RecordName,
    ) -> Result<Option<Link>, PortError> {
        self.parts.ledger.linked(at, record).await
    }

    async fn link(&self, at: &DestinationName, link: &Link) -> Result<(), PortError> {
        self.parts.ledger.link(at, link).await
    }

    async fn send(&self, queue: Queue, ticket: &Ticket, delay: Duration) -> Result<(), PortError> {
        self.parts.queues.send(queue, ticket, delay).await
    }

    async fn ready(&self, entry: &Entry, fresh: bool) -> bool {
        let Some(whole) = self.parts.whole(entry) else { return false };
        self.credential(&whole, fresh).await.is_ok()
    }

    async fn call(&self, entry: &Entry, leave: Leave) -> (Answer, Duration) {
        let begun = std::time::Instant::now();
        let answer = self.answer(entry, leave).await;
        (answer, begun.elapsed())
    }

    async fn look(&self, entry: &Entry, leave: Leave) -> (Answer, Finding, Duration) {
        let begun = std::time::Instant::now();
        let (answer, finding) = self.finding(entry, leave).await;
        (answer, finding, begun.elapsed())
    }

    async fn publish(&self, alert: &Alert) -> Result<(), PortError> {
        self.parts.channels.publish(alert, &self.parts.secrets).await
    }

    async fn pause_for(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }

    async fn due(
        &self,
        partition: &str,
        until: Timestamp,
        after: Option<&Due>,
    ) -> Result<Vec<Due>, PortError> {
        self.parts.ledger.due(partition, until, after).await
    }
}

impl Aws {
    async fn answer(&self, entry: &Entry, leave: Leave) -> Answer {
        let Some(whole) = self.parts.whole(entry) else {
            return Answer::NotSent(NotSent::NotAllowed);
        };
        match self.credential(&whole, leave.fresh_secret).await {
            Ok(credential) => {
                let call = whole.call(&credential, self.deadline, leave.by);
                self.parts.vendor.call(&call).await
            }
            Err(not_sent) => Answer::NotSent(not_sent),
        }
    }

    async fn finding(&self, entry: &Entry, leave: Leave) -> (Answer, Finding) {
        let whole = self.parts.whole(entry);
        let asked = whole.and_then(|whole| Some((whole, whole.integration.lookup.as_ref()?)));
        let Some((whole, lookup)) = asked else {
            return (Answer::NotSent(NotSent::NotAllowed), Finding::Unclear);
        };
        match self.credential(&whole, leave.fresh_secret).await {
            Ok(credential) => {
                let call = whole.call(&credential, self.deadline, leave.by);
                self.parts.vendor.look(&call, lookup).await
            }
            Err(not_sent) => (Answer::NotSent(not_sent), Finding::Unclear),
        }
    }

    async fn credential(&self, whole: &Whole<'_>, fresh: bool) -> Result<Credential, NotSent> {
        let destination = whole.destination;
        let read = |fresh| self.parts.secrets.get(destination.auth.secret(), fresh);
        self.parts.vendor.credential(destination, fresh, self.deadline, read).await
    }
}

/// A delivery with all that is declared for it.
#[derive(Clone, Copy)]
struct Whole<'a> {
    entry: &'a Entry,
    request: &'a Request,
    integration: &'a Integration,
    destination: &'a Destination,
}

impl Parts {
    fn whole<'a>(&self, entry: &'a Entry) -> Option<Whole<'a>> {
        let (integration, destination) = self.catalog.find(&entry.integration)?;
        Some(Whole { entry, request: entry.request.as_ref()?, integration, destination })
    }
}

impl<'a> Whole<'a> {
    fn call(
        &self,
        credential: &'a Credential,
        deadline: Option<Timestamp>,
        leave_by: Option<Timestamp>,
    ) -> Call<'a> {
        Call {
            destination: self.destination,
            dedupe: self.integration.dedupe_of(self.entry.life.carries),
            request: self.request,
            idempotency_key: &self.entry.idempotency_key,
            response: &self.integration.response,
            event: &self.entry.event,
            credential,
            deadline,
            leave_by,
        }
    }
}
