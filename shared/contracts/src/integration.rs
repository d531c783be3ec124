//! Reads one `integration.yaml` and the files it names.

use std::{collections::BTreeMap, path::Path, time::Duration};

use fairlead_core::{
    id::{DestinationName, IntegrationName, Sha256Hex},
    integration::{
        Idempotency, Integration, Owner, RecordRule, RequestRule, RetryPolicy, Source as Wanted,
    },
};
use serde_json::Value;

use crate::{
    code::Code,
    destination::{self, Declared},
    expression,
    fields::{Fields, Said, length, said},
    name, policy,
    report::Mistakes,
    schema,
    source::Source,
    text::{list, nearest},
    yaml::{self, Kind},
};

/// The name of the file in each folder.
pub(crate) const FILE: &str = "integration.yaml";

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// Reads the integration in `dir/folder`; nothing when it has a mistake.
pub(crate) fn read(
    dir: &Path,
    folder: &str,
    declared: &Declared,
    mistakes: &mut Mistakes,
) -> Option<Integration> {
    let source = Source::read(dir, &format!("{folder}/{FILE}"), mistakes)?;
    let root = yaml::parse(&source, mistakes)?;
    let file = Fields::of_file(&source, &root, mistakes)?;
    let mut reader = Reader { dir, folder, source: &source, digest: source.text.clone(), mistakes };
    let mut integration = reader.file(file, declared)?;
    integration.hash = Sha256Hex::of(reader.digest.as_bytes());
    Some(integration)
}

struct Reader<'a> {
    dir: &'a Path,
    folder: &'a str,
    source: &'a Source,
    /// Everything that went into the integration, for its hash.
    digest: String,
    mistakes: &'a mut Mistakes,
}

impl Reader<'_> {
    fn file(&mut self, mut file: Fields<'_>, declared: &Declared) -> Option<Integration> {
        if let Some(said) = file.text("fairlead", self.mistakes) {
            destination::version(self.source, said, self.mistakes);
        }
        let name = file.text("name", self.mistakes).and_then(|said| self.name(said));
        let description = file.text("description", self.mistakes).map(|said| said.text.to_owned());
        let owner = file.map("owner", self.mistakes).and_then(|fields| self.owner(fields));
        let wanted = file.map("source", self.mistakes).and_then(|fields| self.wanted(fields));
        let tables = file
            .optional_map("tables", self.mistakes)
            .map_or(Some(BTreeMap::new()), |fields| self.tables(&fields));
        let known = tables.as_ref();
        let record =
            file.map("record", self.mistakes).and_then(|fields| self.record(fields, known));
        let identity =
            file.map("idempotency", self.mistakes).and_then(|fields| self.identity(fields, known));
        let target = file
            .text("destination", self.mistakes)
            .and_then(|said| self.destination(said, declared));
        let request_at = file.optional("request").map(|node| node.span.clone());
        let request =
            file.map("request", self.mistakes).and_then(|fields| self.request(fields, known));
        let response = file
            .optional_map("response", self.mistakes)
            .map_or(Some(None), |fields| self.response(fields));
        let retry = self.retry(&mut file);
        file.finish(self.mistakes);
        let identity = identity?;
        let dedupe = match (&request, response, request_at) {
            (Some(request), Some(unsure), Some(at)) => {
                let promises = policy::Promises {
                    method: request.method,
                    header: identity.header,
                    max_age: identity.max_age,
                    unsure,
                };
                policy::dedupe(self.source, &at, promises, self.mistakes)
            }
            _ => None,
        };
        let retry = retry?;
        policy::lengths(self.source, &retry, &identity.keep, self.mistakes);
        Some(Integration {
            name: name?,
            description: description?,
            owner: owner?,
            source: wanted?,
            record: record?,
            idempotency: Idempotency { key: identity.key?, keep: identity.keep.0 },
            destination: target?,
            request: request?,
            dedupe: dedupe?,
            tables: tables?,
            retry: retry.policy,
            hash: Sha256Hex::of(b""),
        })
    }

    fn name(&mut self, said: Said<'_>) -> Option<IntegrationName> {
        if !name::kebab(self.source, &said.node.span, "an integration", said.text, self.mistakes) {
            return None;
        }
        if said.text != self.folder {
            let message =
                format!("the name is \"{}\", but the folder is \"{}\"", said.text, self.folder);
            let help = format!("write name: {}, or rename the folder", self.folder);
            self.mistakes.add(Code::FL0202, self.source, &said.node.span, message, help);
            return None;
        }
        Some(IntegrationName::new(said.text))
    }

    fn owner(&mut self, mut fields: Fields<'_>) -> Option<Owner> {
        let team = fields.text("team", self.mistakes).map(|said| said.text.to_owned());
        let contact = fields.text("contact", self.mistakes).map(|said| said.text.to_owned());
        let runbook = fields.optional_text("runbook", self.mistakes);
        if let Some(said) = runbook.filter(|said| !said.text.starts_with("https://")) {
            let message = format!("\"{}\" is no https link", said.text);
            self.mistakes.add(
                Code::FL0208,
                self.source,
                &said.node.span,
                message,
                "write a link that people can open, as in https://wiki.example.com/deal-won",
            );
        }
        fields.finish(self.mistakes);
        Some(Owner {
            team: team?,
            contact: contact?,
            runbook: runbook.map(|said| said.text.to_owned()),
        })
    }

    fn wanted(&mut self, mut fields: Fields<'_>) -> Option<Wanted> {
        let event = fields.text("event", self.mistakes).and_then(|said| self.event_type(said));
        let schema = fields.text("schema", self.mistakes).and_then(|said| self.schema(said));
        fields.finish(self.mistakes);
        Some(Wanted { event: event?, schema: schema? })
    }

    fn event_type(&mut self, said: Said<'_>) -> Option<String> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if said.text.len() <= 128 && said.text.chars().all(fits) {
            return Some(said.text.to_owned());
        }
        let message = format!("\"{}\" is no event type", crate::text::shorten(said.text, 60));
        let help = "write letters, digits, ., - and _, as in crm.deal.won; it is EventBridge's detail-type";
        self.mistakes.add(Code::FL0203, self.source, &said.node.span, message, help);
        None
    }

    fn record(&mut self, mut fields: Fields<'_>, tables: Option<&Tables>) -> Option<RecordRule> {
        let kind = fields.text("kind", self.mistakes).map(|said| said.text.to_owned());
        let id = fields.text("id", self.mistakes);
        let id = id.and_then(|said| expression::program(self.source, said, tables, self.mistakes));
        let label = fields.optional_text("label", self.mistakes);
        let label = label.map(|said| {
            expression::template(self.source, said, tables, self.mistakes)
                .map(|_| said.text.to_owned())
        });
        let url = fields.optional_text("url", self.mistakes);
        let url = url.map(|said| self.record_url(said, tables));
        fields.finish(self.mistakes);
        Some(RecordRule {
            kind: kind?,
            id: id?,
            label: label.map_or(Some(None), |l| l.map(Some))?,
            url: url.map_or(Some(None), |u| u.map(Some))?,
        })
    }

    fn record_url(&mut self, said: Said<'_>, tables: Option<&Tables>) -> Option<String> {
        let host =
            said.text.strip_prefix("https://").map(|rest| rest.split('/').next().unwrap_or(rest));
        if host.is_none_or(|host| host.is_empty() || host.contains(['\\', '@'])) {
            let message = format!(
                "\"{}\" does not begin with https:// and a fixed host",
                crate::text::shorten(said.text, 80)
            );
            let help = "write a link whose host does not come from the event, as in https://crm.example.com/deals/\\(.data.deal.id)";
            self.mistakes.add(Code::FL0208, self.source, &said.node.span, message, help);
            return None;
        }
        expression::template(self.source, said, tables, self.mistakes).map(|_| said.text.to_owned())
    }

    fn identity<'n>(
        &mut self,
        mut fields: Fields<'n>,
        tables: Option<&Tables>,
    ) -> Option<Identity<'n>> {
        let key = fields.text("key", self.mistakes).and_then(|said| {
            let template = expression::template(self.source, said, tables, self.mistakes)?;
            if template.mentions_the_event() {
                return Some(said.text.to_owned());
            }
            let help = "put in what tells two events apart, as in 'deal-won:\\(.data.deal.id)'";
            self.mistakes.add(
                Code::FL0306,
                self.source,
                &said.node.span,
                "the key is the same for every event",
                help,
            );
            None
        });
        let keep = fields.length("keep", 400 * DAY, self.mistakes);
        let header = fields.optional_text("header", self.mistakes);
        let header = header.map(|said| (name::header(self.source, said, &[], self.mistakes), said));
        let max_age = fields.length("key_max_age", DAY, self.mistakes);
        fields.finish(self.mistakes);
        Some(Identity { key, keep: keep?, header, max_age: max_age? })
    }

    fn destination(&mut self, said: Said<'_>, declared: &Declared) -> Option<DestinationName> {
        if declared.known && !declared.names.iter().any(|name| name == said.text) {
            let names = || declared.names.iter().map(String::as_str);
            let help = match nearest(said.text, names()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!(
                    "declare it in {}; declared there: {}",
                    destination::FILE,
                    list(names())
                ),
            };
            let message = format!("destination \"{}\" is not declared", said.text);
            self.mistakes.add(Code::FL0301, self.source, &said.node.span, message, help);
            return None;
        }
        let name = DestinationName::new(said.text);
        let destination = declared.good.get(&name)?;
        self.digest.push_str(&format!("{destination:?}"));
        Some(name)
    }

    fn request(&mut self, mut fields: Fields<'_>, tables: Option<&Tables>) -> Option<RequestRule> {
        let method = fields
            .text("method", self.mistakes)
            .and_then(|said| policy::method(self.source, said, self.mistakes));
        let path = fields.text("path", self.mistakes);
        let path = path.and_then(|said| expression::path(self.source, said, tables, self.mistakes));
        let map =
            fields.text("map", self.mistakes).and_then(|said| self.beside(said)).and_then(|file| {
                let good = expression::file(&file, tables, self.mistakes);
                good.then_some(file.text)
            });
        let schema = fields.text("schema", self.mistakes).and_then(|said| self.schema(said));
        fields.finish(self.mistakes);
        Some(RequestRule { method: method?, path: path?, map: map?, schema: schema? })
    }

    /// Whether the vendor can take a repeated request: nothing said, park, or repeat.
    #[allow(clippy::option_option)]
    fn response<'n>(&mut self, mut fields: Fields<'n>) -> Option<Option<policy::Unsure<'n>>> {
        let said = fields.text("unsure", self.mistakes);
        fields.finish(self.mistakes);
        policy::unsure(self.source, said?, self.mistakes).map(Some)
    }

    fn retry<'n>(&mut self, file: &mut Fields<'n>) -> Option<policy::Retry<'n>> {
        let default =
            [10, 60, 300, 900, 3_600, 10_800, 21_600, 43_200, 86_400].map(Duration::from_secs);
        let Some(mut fields) = file.optional_map("retry", self.mistakes) else {
            let given = file.optional("retry").is_some();
            let policy = RetryPolicy {
                schedule: default.to_vec(),
                give_up_after: 72 * HOUR,
                retry_after_max: 6 * HOUR,
            };
            return (!given).then_some(policy::Retry {
                policy,
                schedule_at: None,
                give_up_at: None,
            });
        };
        let schedule_at = fields.optional("schedule");
        let schedule = schedule_at.map_or(Some(default.to_vec()), |node| match &node.kind {
            Kind::List(items) => {
                let each = items.iter().map(|item| {
                    let said = said(self.source, "retry.schedule", item, self.mistakes)?;
                    length(self.source, said, self.mistakes)
                });
                each.collect::<Vec<_>>().into_iter().collect()
            }
            Kind::Text(..) | Kind::Map(_) => {
                let help = "write a list of waits, as in [10s, 1m, 1h]";
                self.mistakes.add(
                    Code::FL0105,
                    self.source,
                    &node.span,
                    "\"retry.schedule\" must be a list",
                    help,
                );
                None
            }
        });
        let give_up = fields.length("give_up_after", 72 * HOUR, self.mistakes);
        let most = fields.length("retry_after_max", 6 * HOUR, self.mistakes);
        fields.finish(self.mistakes);
        let (give_up_after, give_up_at) = give_up?;
        let policy = RetryPolicy { schedule: schedule?, give_up_after, retry_after_max: most?.0 };
        Some(policy::Retry { policy, schedule_at, give_up_at })
    }

    fn tables(&mut self, fields: &Fields<'_>) -> Option<Tables> {
        let mut tables = Tables::new();
        let before = self.mistakes.count();
        for (key, node) in fields.each() {
            let Some(table) = Fields::of(
                self.source,
                format!("tables.{}", key.name),
                &key.span,
                node,
                self.mistakes,
            ) else {
                continue;
            };
            let mut values = BTreeMap::new();
            for (from, to) in table.each() {
                if let Some(to) = said(
                    self.source,
                    &format!("tables.{}.{}", key.name, from.name),
                    to,
                    self.mistakes,
                ) {
                    values.insert(from.name.clone(), to.text.to_owned());
                }
            }
            tables.insert(key.name.clone(), values);
        }
        (self.mistakes.count() == before).then_some(tables)
    }

    fn schema(&mut self, said: Said<'_>) -> Option<Value> {
        let file = self.beside(said)?;
        schema::read(&file, self.mistakes)
    }

    /// A file of the same folder that the configuration names.
    fn beside(&mut self, said: Said<'_>) -> Option<Source> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if !said.text.chars().all(fits) || said.text.starts_with('.') {
            let message =
                format!("\"{}\" is no file of this folder", crate::text::shorten(said.text, 60));
            self.mistakes.add(
                Code::FL0005,
                self.source,
                &said.node.span,
                message,
                "name a file beside integration.yaml, as in request.jq",
            );
            return None;
        }
        let name = format!("{}/{}", self.folder, said.text);
        if !self.dir.join(&name).is_file() {
            let message = format!("there is no file \"{}\" in this folder", said.text);
            self.mistakes.add(
                Code::FL0002,
                self.source,
                &said.node.span,
                message,
                "create it, or correct the name",
            );
            return None;
        }
        let file = Source::read(self.dir, &name, self.mistakes)?;
        self.digest.push_str(&format!("\0{}\0{}", said.text, file.text));
        Some(file)
    }
}

type Tables = BTreeMap<String, BTreeMap<String, String>>;

/// What `idempotency` says.
struct Identity<'n> {
    key: Option<String>,
    keep: policy::Length<'n>,
    header: Option<(Option<String>, Said<'n>)>,
    max_age: policy::Length<'n>,
}
