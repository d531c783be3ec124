//! The one deployed stack, the one vendor, and what they were told.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use fairlead::{engine::Engine, stack::Stack, vendor::Vendor};
use fairlead_aws::secret::{ALERT_WEBHOOK, PAGERDUTY};
use fairlead_core::id::{DestinationName, SecretName};

use super::{
    bundle::{api, catalog, own},
    chromium::{self, Programs},
    heard::Heard,
    inbox::Inbox,
    scenario::Scenario,
    stage::Stages,
};

/// What the scenarios run on.
#[derive(Debug)]
pub(crate) struct World {
    /// What owners are sent. First to go, because it asks the stack.
    pub(crate) inbox: Inbox,
    /// The bundle as its users meet it.
    pub(crate) stack: Arc<Stack>,
    /// The engine under it.
    pub(crate) engine: Engine,
    /// The vendor behind every destination.
    pub(crate) vendor: Vendor,
    /// What commands and pages have said.
    pub(crate) heard: Heard,
    /// Who may run when.
    pub(crate) stages: Stages,
    /// Calls the engine's AWS APIs.
    pub(crate) http: reqwest::Client,
    /// A browser, where a scenario needs one.
    browser: Option<Programs>,
    secrets: Mutex<Vec<String>>,
}

impl World {
    /// Starts everything, and tells each step on standard error.
    pub(crate) async fn start(chosen: &[Scenario]) -> Result<Self, Box<dyn std::error::Error>> {
        let begun = Instant::now();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let vendor = Vendor::start(None)?;
        let report = |line: &str| eprintln!("[{:>5.1} s] {line}", begun.elapsed().as_secs_f32());
        let own = own();
        let engine = async {
            let engine = Engine::start_with(&root, Some(&own), vendor.url(), &report).await;
            engine.map_err(Box::<dyn std::error::Error>::from)
        };
        let (engine, browser) = tokio::try_join!(engine, browser(chosen, &root, &report))?;
        report(&format!("logs of this start: {}", engine.logs().display()));
        let stack = Arc::new(Stack::on(&engine).await);
        let http =
            reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;
        let world = Self {
            inbox: Inbox::open(Arc::clone(&stack)).await?,
            stack,
            engine,
            vendor,
            heard: Heard::default(),
            stages: Stages::of(chosen),
            http,
            browser,
            secrets: Mutex::default(),
        };
        for destination in catalog().destinations.values() {
            if let Some(api) = api(&destination.name) {
                world.vendor.add_destination(destination.name.as_str(), api);
            }
            world.set_key(&destination.name, destination.auth.secret(), "first").await?;
        }
        for integration in fairlead_catalog::catalog().integrations.values() {
            if let Some(verify) = &integration.source.verify {
                let keys = hook_key(&verify.secret, "first");
                world.set_hook_keys(&verify.secret, &keys).await?;
            }
        }
        for (channel, key) in [(PAGERDUTY, paging_key()), (ALERT_WEBHOOK, alert_key())] {
            world.secrets.lock().unwrap_or_else(PoisonError::into_inner).push(key.clone());
            world.stack.store_secret(&SecretName::new(channel), &key).await?;
        }
        report("secrets stored, alerts subscribed");
        Ok(world)
    }

    /// The programs of the browser.
    pub(crate) fn programs(&self) -> &Programs {
        self.browser.as_ref().expect("a scenario in a browser says so")
    }

    /// Gives a destination a new key, at the vendor and in the secret store alike.
    ///
    /// A word that occurs nowhere else: wherever it is found later, it has leaked.
    pub(crate) async fn set_key(
        &self,
        destination: &DestinationName,
        secret: &SecretName,
        which: &str,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let key = key(destination, which);
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).push(key.clone());
        self.stack.store_secret(secret, &key).await?;
        Ok(self.vendor.accept_key(destination.as_str(), &key)?)
    }

    /// Gives a webhook other keys, one a line.
    pub(crate) async fn set_hook_keys(
        &self,
        secret: &SecretName,
        keys: &str,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let each = keys.lines().map(str::to_owned);
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).extend(each);
        Ok(self.stack.store_hook_keys(secret, keys).await?)
    }

    /// Replaces a destination's key as vendors let one do it: for a while both are taken.
    pub(crate) async fn rotate_key(
        &self,
        destination: &DestinationName,
        secret: &SecretName,
        which: &str,
    ) -> Result<(), Box<dyn std::error::Error>> {
        self.vendor.accept_key_too(destination.as_str(), &key(destination, which))?;
        self.set_key(destination, secret, which).await
    }

    /// Every key that was ever in use.
    pub(crate) fn secrets(&self) -> Vec<String> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A browser, if any of these scenarios needs one.
async fn browser(
    chosen: &[Scenario],
    root: &Path,
    report: &(dyn Fn(&str) + Sync),
) -> Result<Option<Programs>, Box<dyn std::error::Error>> {
    if chosen.iter().any(|one| one.browser) {
        return Ok(Some(chromium::ready(root, report).await?));
    }
    Ok(None)
}

/// A key that a webhook is signed with, which occurs nowhere else.
pub(crate) fn hook_key(secret: &SecretName, which: &str) -> String {
    format!("whsec_{}", STANDARD.encode(format!("canary+{which}/hook-{secret}?5ecret&7=x")))
}

/// The key of the service at PagerDuty, which occurs nowhere else.
fn paging_key() -> String {
    "canary+routing/pagerduty?5ecret&7=x".to_owned()
}

/// The key that alerts to the webhook are signed with.
pub(crate) fn alert_key() -> String {
    hook_key(&SecretName::new("alerts"), "first")
}

fn key(destination: &DestinationName, which: &str) -> String {
    format!("canary+{which}/{destination}?5ecret&7=x")
}

/// A text without what programs wrap around another's text, however often: JSON's and the percent sign's escapes.
pub(crate) fn peeled(text: &str) -> String {
    let mut text = text.replace('\\', "");
    for sign in ["/", "+", "?", "&", "="] {
        // JSON's numbered form, without the backslash that is gone already.
        let number = sign.chars().next().map_or(0, u32::from);
        text =
            text.replace(&format!("u{number:04x}"), sign).replace(&format!("u{number:04X}"), sign);
    }
    loop {
        let once = percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned();
        if once == text {
            return text;
        }
        text = once;
    }
}

/// The forms in which a key can stand in a text: as it is, as JSON may escape it, for a URL, and in base64.
pub(crate) fn forms(key: &str) -> [String; 4] {
    let escaped = percent_encoding::utf8_percent_encode(key, percent_encoding::NON_ALPHANUMERIC);
    [
        key.to_owned(),
        key.replace('/', "\\/"),
        // The hyphen is unreserved; most encoders leave it.
        escaped.to_string().replace("%2D", "-"),
        STANDARD_NO_PAD.encode(key),
    ]
}
