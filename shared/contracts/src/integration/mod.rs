//! Reads one `integration.yaml` and the files it names.

mod advice;
mod backoff;
mod defaults;
mod identity;
mod order;
mod owner;
mod reconcile;
mod response;
mod retry;
mod verify;

use std::{collections::BTreeMap, path::Path};

use fairlead_core::{
    id::{DestinationName, IntegrationName, Sha256Hex},
    integration::{
        Idempotency, Integration, NeedRule, OrderRule, Owner, RecordRule, RequestRule,
        Source as Wanted,
    },
};
use serde_json::Value;

use self::identity::Identity;
use crate::{
    code::Code,
    destination::{self, Declared},
    expression::{self, Known},
    fields::{Fields, Said},
    name, policy,
    report::Mistakes,
    schema,
    source::Source,
    text::{list, nearest, shorten},
    yaml,
};

pub(crate) use defaults::{Defaults, read as defaults};

/// The name of the file in each folder.
pub(crate) const FILE: &str = "integration.yaml";

/// Reads the integration in `dir/folder`; nothing when it has a mistake.
pub(crate) fn read(
    dir: &Path,
    folder: &str,
    declared: &Declared,
    defaults: &Defaults,
    mistakes: &mut Mistakes,
) -> Option<Integration> {
    let source = Source::read(dir, &format!("{folder}/{FILE}"), mistakes)?;
    let root = yaml::parse(&source, mistakes)?;
    let file = Fields::of_file(&source, &root, mistakes)?;
    let digest = format!("{}{}", source.text, defaults.text);
    let mut reader = Reader { dir, folder, source: &source, defaults, digest, mistakes };
    let mut integration = reader.file(file, declared)?;
    integration.hash = Sha256Hex::of(reader.digest.as_bytes());
    advice::give(&source, &root, &dir.join(folder), &integration, mistakes);
    Some(integration)
}

struct Reader<'a> {
    dir: &'a Path,
    folder: &'a str,
    source: &'a Source,
    /// What holds where the integration says nothing.
    defaults: &'a Defaults,
    /// Everything that went into the integration, for its hash.
    digest: String,
    mistakes: &'a mut Mistakes,
}

/// The first half of the file; nothing where it has a mistake.
struct Head {
    name: Option<IntegrationName>,
    description: Option<String>,
    owner: Option<Owner>,
    source: Option<Wanted>,
    tables: Option<Tables>,
    record: Option<RecordRule>,
}

/// What binds deliveries to other records; nothing where it has a mistake.
struct Bound {
    needs: Option<BTreeMap<String, NeedRule>>,
    order: Option<Option<OrderRule>>,
    /// The names behind `$needs.`
    names: Vec<String>,
    forms: Option<order::Forms>,
}

impl Reader<'_> {
    fn file(&mut self, mut file: Fields<'_>, declared: &Declared) -> Option<Integration> {
        let head = self.head(&mut file);
        let identity = file.map("idempotency", self.mistakes);
        let identity = identity.and_then(|fields| self.identity(fields, head.tables.as_ref()));
        let target = file.text("destination", self.mistakes);
        let target = target.and_then(|said| self.destination(said, declared));
        self.one_header(target.as_ref(), identity.as_ref(), declared);
        self.key_is_signed(head.source.as_ref(), identity.as_ref());
        let bound = self.bound(&mut file, &head, identity.as_ref());
        let known = Known::for_requests(head.tables.as_ref(), &bound.names);
        let response = self.response(&mut file, known);
        if let (Some(forms), Some(response)) = (&bound.forms, &response) {
            order::heard(self, &mut file, forms, &response.rule);
        }
        let reconcile = self.reconcile(&mut file);
        let request = bound.forms.as_ref().map(|forms| &forms.request);
        let policy = self.policy(&mut file, request, identity.as_ref(), response.as_ref());
        file.finish(self.mistakes);
        let (dedupe, lookup, retry) = policy?;
        let (identity, forms) = (identity?, bound.forms?);
        Some(Integration {
            name: head.name?,
            description: head.description?,
            owner: head.owner?,
            source: head.source?,
            record: head.record?,
            idempotency: Idempotency { key: identity.key?, keep: identity.keep.0 },
            destination: target?,
            request: forms.request,
            response: response?.rule,
            dedupe,
            lookup,
            update: forms.update,
            needs: bound.needs?,
            order: bound.order?,
            reconcile: reconcile?,
            tables: head.tables?,
            retry,
            hash: Sha256Hex::of(b""),
        })
    }

    /// What it is called, who answers for it, and what it takes in.
    fn head(&mut self, file: &mut Fields<'_>) -> Head {
        self.version(file);
        let name = file.text("name", self.mistakes).and_then(|said| self.name(said));
        let description = file.text("description", self.mistakes).map(|said| said.text.to_owned());
        let owner = self.owner(file);
        let source = file.map("source", self.mistakes).and_then(|fields| self.wanted(fields));
        let tables = self.tables(file);
        let record = file.map("record", self.mistakes);
        let record = record.and_then(|fields| self.record(fields, tables.as_ref()));
        Head { name, description, owner, source, tables, record }
    }

    /// The request, what it needs, and which deliveries take turns.
    fn bound(&mut self, file: &mut Fields<'_>, head: &Head, identity: Option<&Identity>) -> Bound {
        let known = head.tables.as_ref();
        let needs = self.needs(file, known);
        let order = self.order(file, known);
        let names: Vec<String> = needs.iter().flat_map(|needs| needs.keys().cloned()).collect();
        let key = identity.and_then(Identity::promise);
        let forms = file.map("request", self.mistakes);
        let forms = forms.and_then(|fields| self.forms(fields, known, &names, key.as_ref()));
        if let (Some(forms), Some(order), Some(record)) = (&forms, &order, &head.record) {
            order::one_record(self, file, forms, order.as_ref(), &record.id);
        }
        Bound { needs, order, names, forms }
    }

    fn version(&mut self, file: &mut Fields<'_>) {
        if let Some(said) = file.text("fairlead", self.mistakes) {
            destination::version(self.source, said, self.mistakes);
        }
    }

    fn name(&mut self, said: Said<'_>) -> Option<IntegrationName> {
        if !name::kebab(self.source, &said.node.span, "an integration", said.text, self.mistakes) {
            return None;
        }
        if said.text != self.folder {
            let message =
                format!("the name is \"{}\", but the folder is \"{}\"", said.text, self.folder);
            let help = format!("write name: {}, or rename the folder", self.folder);
            self.wrong(Code::FL0202, said, message, help);
            return None;
        }
        Some(IntegrationName::new(said.text))
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
            self.wrong(Code::FL0301, said, message, help);
            return None;
        }
        let name = DestinationName::new(said.text);
        let destination = declared.good.get(&name)?;
        let stages = declared.stages.values().filter_map(|all| all.get(&name));
        for destination in std::iter::once(destination).chain(stages) {
            self.digest.push_str(&serde_json::to_string(destination).unwrap_or_default());
        }
        Some(name)
    }

    fn request(&mut self, mut fields: Fields<'_>, known: Known<'_>) -> Option<RequestRule> {
        let method = fields
            .text("method", self.mistakes)
            .and_then(|said| policy::method(self.source, said, self.mistakes));
        let path = fields.text("path", self.mistakes);
        let path = path.and_then(|said| expression::path(self.source, said, known, self.mistakes));
        let map =
            fields.text("map", self.mistakes).and_then(|said| self.beside(said)).and_then(|file| {
                let good = expression::file(&file, known, self.mistakes);
                good.then_some(file.text)
            });
        let schema = fields.text("schema", self.mistakes).and_then(|said| self.schema(said));
        fields.finish(self.mistakes);
        Some(RequestRule { method: method?, path: path?, map: map?, schema: schema? })
    }

    /// Tells a mistake about one text of the file.
    fn wrong(
        &mut self,
        code: Code,
        said: Said<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.mistakes.add(code, self.source, &said.node.span, message, help);
    }

    fn schema(&mut self, said: Said<'_>) -> Option<Value> {
        let file = self.beside(said)?;
        schema::read(&file, self.mistakes)
    }

    /// A file of the same folder that the configuration names.
    fn beside(&mut self, said: Said<'_>) -> Option<Source> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if !said.text.chars().all(fits) || said.text.starts_with('.') {
            let message = format!("\"{}\" is no file of this folder", shorten(said.text, 60));
            self.wrong(
                Code::FL0005,
                said,
                message,
                "name a file beside integration.yaml, as in request.jq",
            );
            return None;
        }
        let name = format!("{}/{}", self.folder, said.text);
        if !self.dir.join(&name).is_file() {
            let message = format!("there is no file \"{}\" in this folder", said.text);
            self.wrong(Code::FL0002, said, message, "create it, or correct the name");
            return None;
        }
        let file = Source::read(self.dir, &name, self.mistakes)?;
        self.digest.push_str(&format!("\0{}\0{}", said.text, file.text));
        Some(file)
    }
}

type Tables = BTreeMap<String, BTreeMap<String, String>>;
