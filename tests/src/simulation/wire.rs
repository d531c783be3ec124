//! The vendor call from our side, as `fairlead-aws` makes it: credential, time left, one exchange, one deadline.

use std::{rc::Rc, time::Duration};

use fairlead_core::{
    door::longest_wait,
    entry::Entry,
    id::{SecretName, VendorId},
    integration::{Dedupe, Destination},
    meaning::{Finding, Found, Meaning},
    outcome::{Answer, Lost, NotSent, Reply, retry_after},
    ports::Leave,
    span::{after, until},
};
use jiff::Timestamp;

use super::{
    agenda::{CallId, Happening},
    bundle::CONTACTS,
    fact::Call,
    fault::Fault,
    hand::Hand,
    law::About,
    mutation::Mutation,
    plan::Service,
    reaction::{Answering, Meeting, Script},
    vendor::Arriving,
    world::{Inside, World},
};
use crate::memory::DISPATCH_TIMEOUT;

/// Left to record what came of a call (as in `fairlead-aws`).
const TO_RECORD: Duration = Duration::from_secs(2);

/// How long a credential is used before it is read again (as in `fairlead-aws`).
const FRESH_FOR: Duration = Duration::from_secs(300);

/// One exchange.
struct Exchange<'a> {
    entry: &'a Entry,
    destination: &'a Destination,
    path: String,
    /// It is a question, which does nothing at the vendor.
    asks: bool,
    key: Option<String>,
    body: String,
    credential: String,
    /// How long it may take, the answer's body included.
    total: Duration,
}

/// Hangs up when the caller dies.
struct Line {
    world: Rc<World>,
    call: CallId,
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut inside = self.world.inside.borrow_mut();
        let now = inside.now;
        inside.facts.calls[self.call].ended.get_or_insert(now);
    }
}

impl Hand {
    /// Makes the call, whatever comes of it.
    pub(crate) async fn answer(&self, entry: &Entry, leave: Leave) -> Answer {
        self.reach(entry, leave, false).await
    }

    /// Asks the vendor whether it has it.
    pub(crate) async fn asked(&self, entry: &Entry, leave: Leave) -> (Answer, Finding) {
        let finding = self.finding(entry);
        match self.reach(entry, leave, true).await {
            Answer::Replied(reply) if (200..300).contains(&reply.status) => {
                (Answer::Replied(reply), finding)
            }
            answer => (answer, Finding::Unclear),
        }
    }

    /// What the vendor would say; now and then it is of no use.
    fn finding(&self, entry: &Entry) -> Finding {
        let mut inside = self.world.inside.borrow_mut();
        inside.hit(Fault::Asked);
        let external = entry.idempotency_key.as_str();
        let path = entry.request.as_ref().map_or("", |request| request.path.as_str());
        let there = inside.facts.effects_of(path, external).next().is_some();
        if inside.weather.vendor > 0 && inside.chance.percent(5) {
            inside.hit(Fault::AskedInVain);
            return inside
                .chance
                .one(&[Finding::Unclear, Finding::Several(2), Finding::Foreign])
                .clone();
        }
        if there { Finding::Ours(VendorId::new(external)) } else { Finding::Absent }
    }

    async fn reach(&self, entry: &Entry, leave: Leave, asks: bool) -> Answer {
        let found = self.instance.catalog.find(&entry.integration);
        let (Some((integration, destination)), Some(request)) = (found, &entry.request) else {
            return Answer::NotSent(NotSent::NotAllowed);
        };
        let fresh = leave.fresh_secret && !self.world.is(Mutation::StaleSecret);
        let credential = match self.credential(destination.auth.secret(), fresh).await {
            Ok(credential) => credential,
            Err(why) => return Answer::NotSent(why),
        };
        let waited = longest_wait(destination);
        let longest = DISPATCH_TIMEOUT.saturating_sub(TO_RECORD + Duration::from_secs(1));
        let total = destination.timeout.total.min(longest.saturating_sub(waited));
        let late = leave.by.is_some_and(|end| end < self.clock());
        if late || self.left() < total + TO_RECORD {
            return Answer::NotSent(NotSent::NoTime);
        }
        let heeds = matches!(integration.dedupe_of(entry.life.carries), Dedupe::Key { .. });
        let mut key = heeds.then(|| entry.idempotency_key.to_string());
        let mut body = request.body.clone();
        if self.world.is(Mutation::VolatileKey) {
            key = key.map(|key| format!("{key}:{}", entry.life.attempts));
        }
        if self.world.is(Mutation::VolatileBody) {
            body = body.replacen('{', &format!("{{\"attempt\":{},", entry.life.attempts), 1);
        }
        let path = if asks { request.lookup.as_ref() } else { Some(&request.path) };
        let Some(path) = path.cloned() else { return Answer::NotSent(NotSent::NotAllowed) };
        let of = Exchange { entry, destination, path, asks, key, body, credential, total };
        self.exchange(of).await
    }

    /// The credential: cached for a while, or read anew.
    async fn credential(&self, name: &SecretName, fresh: bool) -> Result<String, NotSent> {
        let now = self.world.now();
        let cached = self.instance.secrets.borrow().get(name).cloned();
        if let Some((value, read)) = &cached
            && !fresh
            && now < after(*read, FRESH_FOR)
        {
            return Ok(value.clone());
        }
        let get = |inside: &mut Inside| inside.store.get(name);
        match self.request(Service::Secrets, "read the secret", get).await {
            Ok(value) => {
                self.instance.secrets.borrow_mut().insert(name.clone(), (value.clone(), now));
                Ok(value)
            }
            Err(_) => match cached {
                Some((value, _)) if !fresh => Ok(value),
                _ => Err(NotSent::SecretUnavailable),
            },
        }
    }

    async fn exchange(&self, of: Exchange<'_>) -> Answer {
        let begun = self.world.now();
        let connecting = self.world.inside.borrow_mut().chance.millis(2, 30);
        self.rest(connecting).await;
        let Some((call, script)) = self.arrive(&of) else {
            self.note(|| "finds no connection".to_owned());
            return Answer::NotSent(NotSent::NoConnection);
        };
        let line = Line { world: Rc::clone(&self.world), call };
        self.called.set(Some(call));
        let patience = of.total.saturating_sub(until(begun, self.world.now()));
        let answer = self.listen(call, &script, patience).await;
        drop(line);
        self.thaw().await;
        answer
    }

    /// The request reaches the vendor, if there is a connection.
    fn arrive(&self, of: &Exchange<'_>) -> Option<(CallId, Script)> {
        let mut inside = self.world.inside.borrow_mut();
        let inside = &mut *inside;
        let now = inside.now;
        let path = &of.path;
        let arriving = Arriving { path, key: of.key.as_deref(), credential: &of.credential };
        let bad = inside.weather.vendor;
        let vendor = inside.vendors.get_mut(&of.destination.name)?;
        let (meeting, fault) = vendor.meet(&arriving, &mut inside.chance, bad, now);
        fault.into_iter().for_each(|fault| inside.hit(fault));
        let Meeting::Call(mut script) = meeting else { return None };
        script.commits = script.commits.filter(|_| !of.asks);
        inside.covered.count("calls", 1);
        let call = inside.facts.calls.len();
        inside.facts.calls.push(Call {
            at: now,
            destination: of.destination.name.clone(),
            path: path.clone(),
            key: of.key.clone(),
            body: of.body.clone(),
            external: of.entry.idempotency_key.to_string(),
            of: (of.entry.integration.clone(), of.entry.record.id.clone()),
            version: of.entry.ordered.as_ref().and_then(|ordered| ordered.version.clone()),
            asks: of.asks,
            by: self.task,
            knew: self.knew.get(),
            ended: None,
            status: 0,
            not_before: None,
            heard: None,
            settled: false,
        });
        if let Some(commits) = script.commits {
            inside.later(commits, Happening::Commit(call));
        }
        let about = About::Delivery(of.entry.id);
        let what = script.fault.map_or("does it", Fault::word);
        inside.trace.note(now, "vendor", about, format!("is called: {what}"));
        Some((call, script))
    }

    /// Waits for what comes back, and no longer than the call may take.
    async fn listen(&self, call: CallId, script: &Script, patience: Duration) -> Answer {
        let whole_body = !self.world.is(Mutation::DripOutlivesDeadline);
        let (comes, lost) = match &script.answer {
            Answering::Whole { after, .. } => (*after, Lost::Timeout),
            Answering::Reset { after } => (*after, Lost::Reset),
            Answering::Truncated { after } => (*after, Lost::Truncated),
            Answering::Drip { head, end } if !whole_body && *head < patience => {
                self.rest(*end).await;
                return self.hear(call, 201, None);
            }
            Answering::Drip { end, .. } => (*end, Lost::Timeout),
            Answering::Silence => (Duration::MAX, Lost::Timeout),
        };
        if comes > patience {
            self.rest(patience).await;
            return Answer::Lost(Lost::Timeout);
        }
        self.rest(comes).await;
        match &script.answer {
            Answering::Whole { status, retry_after, .. } => {
                self.hear(call, *status, retry_after.as_deref())
            }
            Answering::Drip { .. } => self.hear(call, 201, None),
            _ => Answer::Lost(lost),
        }
    }

    /// A whole answer came.
    fn hear(&self, call: CallId, status: u16, hint: Option<&str>) -> Answer {
        let heard = hint.and_then(|hint| retry_after(hint, self.clock()));
        let mut inside = self.world.inside.borrow_mut();
        let now = inside.now;
        let asked = hint.and_then(|hint| retry_after(hint, now)).map(|wait| after(now, wait));
        let heard_of = &mut inside.facts.calls[call];
        (heard_of.status, heard_of.heard, heard_of.not_before) = (status, Some(now), asked);
        heard_of.ended = Some(now);
        let id = named(&mut inside, call);
        let meaning = Meaning { id, ..Meaning::default() };
        Answer::Replied(Reply { meaning, ..Reply::plain(status, heard, "") })
    }

    /// The sandbox may freeze before the function can read the answer.
    async fn thaw(&self) {
        let length = {
            let mut inside = self.world.inside.borrow_mut();
            let often = inside.weather.frozen;
            if !inside.befalls(often) {
                return;
            }
            inside.hit(Fault::Frozen);
            inside.chance.seconds(40, 400)
        };
        self.note(|| format!("freezes for {length:?}"));
        self.troubled();
        self.freeze(length).await;
    }
}

/// What a good answer to a contact's creation calls it; now and then nothing.
fn named(inside: &mut Inside, call: CallId) -> Option<Found> {
    let call = &inside.facts.calls[call];
    let creates = call.of.0.as_str() == CONTACTS && !call.path.contains("/V-");
    if !creates || !(200..300).contains(&call.status) {
        return None;
    }
    let id = vendor_id(&call.of.1);
    if inside.weather.vendor > 0 && inside.chance.percent(3) {
        inside.hit(Fault::Nameless);
        return Some(Found::Nothing);
    }
    Some(Found::Id(id))
}

/// What a vendor calls a contact.
pub(crate) fn vendor_id(record: &str) -> VendorId {
    VendorId::new(format!("V-{record}"))
}

/// The vendor acts on a call, whoever still listens.
pub(crate) fn commit(inside: &mut Inside, id: CallId) {
    let call = inside.facts.calls[id].clone();
    let Some(vendor) = inside.vendors.get_mut(&call.destination) else { return };
    vendor.commit(&call.path, call.key.as_deref());
    let replaces = vendor.replaces(&call.path);
    let known = inside.facts.effects_of(&call.path, &call.external).next().is_some();
    if !(replaces && known) {
        let effect = super::fact::Effect {
            at: inside.now,
            path: call.path,
            external: call.external,
            call: id,
        };
        inside.facts.effects.push(effect);
        inside.covered.count("effects", 1);
    }
}

/// When the vendor asked not to be called again, as far as the integration believes it.
pub(crate) fn asked(call: &Call, most: Duration) -> Option<Timestamp> {
    let heard = call.heard?;
    call.not_before.map(|asked| asked.min(after(heard, most)))
}
