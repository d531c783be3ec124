//! The acts: each is one form, one order of the desk, and one line in the audit.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, State},
};
use fairlead_core::ticket::Act;
use serde::Deserialize;

use super::site::{Shown, Site, Trouble, went};
use crate::desk::reason;

/// What a form carries.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Given {
    /// What only the console's own pages know.
    #[serde(default)]
    pub(super) form: String,
    /// The version that the page showed.
    pub(super) version: Option<u64>,
    /// Why.
    #[serde(default)]
    pub(super) reason: String,
    /// Somebody has looked.
    pub(super) checked: Option<String>,
    /// What the vendor calls it.
    #[serde(rename = "as")]
    pub(super) vendor_id: Option<String>,
    /// The edited event.
    pub(super) event: Option<String>,
    /// The difference was seen.
    pub(super) sure: Option<String>,
    /// When the newest delivery was parked that the plan has met, in milliseconds since 1970.
    pub(super) until: Option<i64>,
    /// The integration's page to go back to.
    pub(super) back: Option<String>,
}

impl Given {
    /// Whether the form is of this console, and says why.
    pub(super) fn check(&self, site: &Site, back: &str) -> Result<(), Trouble> {
        if !site.guard.knows_form(&self.form) {
            let why = "The page is of an earlier start of the console. Load it again.";
            return Err(site.trouble("That page is old", why, back));
        }
        if self.reason.trim().is_empty() {
            let why = "Every act stands in the history with a name and a reason.";
            return Err(site.trouble("Say why", why, back));
        }
        reason(&self.reason).map(drop).map_err(|why| site.trouble("Say why", &why, back))
    }
}

pub(super) async fn on_delivery(
    State(site): State<Arc<Site>>,
    Path((id, act)): Path<(String, String)>,
    Form(given): Form<Given>,
) -> Shown {
    let back = format!("/deliveries/{id}");
    given.check(&site, &back)?;
    let vendor_id = given.vendor_id.as_deref().map(str::trim).filter(|id| !id.is_empty());
    let order = match act.as_str() {
        "retry" => Act::Retry,
        "resolve" => Act::Resolve { vendor_id: vendor_id.map(str::to_owned) },
        "discard" => Act::Discard,
        _ => return Err(site.trouble("There is no such act", &act, &back)),
    };
    as_shown(&site, &id, &given, &back).await?;
    let checked = given.checked.is_some();
    let done = site.desk.order(&id, order, given.reason.trim(), checked).await;
    let done = done.map_err(|e| site.refused(&e, &back))?;
    Ok(went(&back, &done.said))
}

/// An act is about what the page showed: a delivery that has moved on since is looked at again first.
pub(super) async fn as_shown(
    site: &Site,
    id: &str,
    given: &Given,
    back: &str,
) -> Result<(), Trouble> {
    let entry = site.desk.entry(id).await.map_err(|e| site.refused(&e, back))?;
    // The alert counts the version up by one, and changes nothing that matters here.
    let now = entry.life.version.0;
    if given.version.is_some_and(|version| version == now || version + 1 == now) {
        return Ok(());
    }
    let why = "It has changed since the page was shown. Look at it again; nothing was done.";
    Err(site.trouble("It has moved on", why, back))
}

pub(super) async fn on_destination(
    State(site): State<Arc<Site>>,
    Path((name, act)): Path<(String, String)>,
    Form(given): Form<Given>,
) -> Shown {
    let integration = given.back.as_deref().filter(|name| {
        let name = fairlead_core::id::IntegrationName::new(*name);
        fairlead_catalog::catalog().integrations.contains_key(&name)
    });
    let back = integration.map_or("/".to_owned(), |name| format!("/integrations/{name}"));
    given.check(&site, &back)?;
    let done = match act.as_str() {
        "pause" => site.desk.pause(&name, given.reason.trim()).await,
        "resume" => site.desk.resume(&name, given.reason.trim()).await,
        _ => return Err(site.trouble("There is no such act", &act, &back)),
    };
    let done = done.map_err(|e| site.refused(&e, &back))?;
    Ok(went(&back, &done.said))
}
