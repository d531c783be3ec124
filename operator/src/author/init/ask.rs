//! What the new integration shall be: said by flags, or asked on a terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use fairlead_core::{
    id::DestinationName,
    integration::{Catalog, Destination},
};

use super::{Args, InitError};

/// All that is needed to write an integration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) name: String,
    pub(super) destination: String,
    /// Set when the destination is not declared yet.
    pub(super) base_url: Option<String>,
    pub(super) method: String,
    pub(super) event: String,
    /// What the record is called: the word before the last of the event's type.
    pub(super) kind: String,
    pub(super) path: String,
    pub(super) key_header: Option<String>,
    pub(super) team: String,
    pub(super) contact: String,
}

/// Completes what the flags say.
pub(super) fn complete(args: &Args, known: &Catalog) -> Result<Wish, InitError> {
    let mut asking = Asking::new();
    let name =
        asking.need("name", &args.name, "Name of the integration", "order-paid-to-ledger")?;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.chars().all(fits) {
        let why = format!(
            "\"{name}\" is no name; write lower-case words joined by -, as in order-paid-to-ledger"
        );
        return Err(InitError::Usage(why));
    }
    let event = asking.need("--event", &args.event, "Type of the event", "shop.order.paid")?;
    let names: Vec<&str> = known.destinations.keys().map(DestinationName::as_str).collect();
    let question = match names.as_slice() {
        [] => "Base URL of the vendor's API".to_owned(),
        names => format!("Base URL of the vendor's API, or one of {}", names.join(", ")),
    };
    let said =
        asking.need("--destination", &args.destination, &question, "https://api.vendor.example")?;
    let (destination, base_url) = destination(&said, known)?;
    let method = asking.need("--method", &args.method, "Method", "POST")?.to_ascii_uppercase();
    if !["POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()) {
        return Err(InitError::Usage(format!(
            "\"{method}\" is none of POST, PUT, PATCH and DELETE"
        )));
    }
    let kind = kind(&event);
    let path = asking.take(&args.path, "Path below it", &usual_path(&method, &kind))?;
    let team = asking.take(&args.team, "Team that answers for it", "integrations")?;
    let contact =
        asking.take(&args.contact, "Where the team is reached", &format!("{team}@example.com"))?;
    let key_header = args.key_header.clone();
    asking.finish()?;
    Ok(Wish { name, destination, base_url, method, event, kind, path, key_header, team, contact })
}

/// Asks on a terminal; without one, gathers the names of what is missing.
struct Asking {
    terminal: bool,
    missing: Vec<&'static str>,
}

impl Asking {
    fn new() -> Self {
        Self {
            terminal: io::stdin().is_terminal() && io::stderr().is_terminal(),
            missing: Vec::new(),
        }
    }

    /// What must be said.
    fn need(
        &mut self,
        flag: &'static str,
        said: &Option<String>,
        question: &str,
        example: &str,
    ) -> Result<String, InitError> {
        if let Some(said) = said {
            return Ok(said.clone());
        }
        if !self.terminal {
            self.missing.push(flag);
            return Ok(example.to_owned());
        }
        loop {
            let answer = ask(&format!("{question}, as in {example}: "))?;
            if !answer.is_empty() {
                return Ok(answer);
            }
        }
    }

    /// What has a usual value.
    fn take(
        &self,
        said: &Option<String>,
        question: &str,
        usual: &str,
    ) -> Result<String, InitError> {
        if let Some(said) = said {
            return Ok(said.clone());
        }
        if !self.terminal {
            return Ok(usual.to_owned());
        }
        let answer = ask(&format!("{question} [{usual}]: "))?;
        Ok(if answer.is_empty() { usual.to_owned() } else { answer })
    }

    fn finish(self) -> Result<(), InitError> {
        if self.missing.is_empty() {
            return Ok(());
        }
        let missing = self.missing.join(", ");
        Err(InitError::Usage(format!(
            "without a terminal nothing can be asked; say {missing}, as in \
             `fairlead init order-paid-to-ledger --event shop.order.paid \
             --destination https://api.vendor.example --method POST`"
        )))
    }
}

fn ask(question: &str) -> Result<String, InitError> {
    let mut err = io::stderr().lock();
    err.write_all(question.as_bytes())?;
    err.flush()?;
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line)? == 0 {
        return Err(InitError::Usage(
            "the questions were not answered; nothing was written".to_owned(),
        ));
    }
    Ok(line.trim().to_owned())
}

/// A declared destination, or the name and base URL of a new one.
fn destination(said: &str, known: &Catalog) -> Result<(String, Option<String>), InitError> {
    let (said, url) = (said.trim(), said.trim().trim_end_matches('/'));
    let same = |one: &&Destination| one.name.as_str() == said || one.base_url == url;
    if let Some(declared) = known.destinations.values().find(same) {
        return Ok((declared.name.to_string(), None));
    }
    let known: Vec<&str> = known.destinations.keys().map(DestinationName::as_str).collect();
    let Some(rest) = said.strip_prefix("https://") else {
        let known = known.join(", ");
        let why =
            format!("\"{said}\" is neither an https URL nor a declared destination ({known})");
        return Err(InitError::Usage(why));
    };
    let host = rest.split(['/', ':']).next().unwrap_or(rest);
    let name = named(host);
    // A second API at a host whose name is taken gets a number.
    let numbered = (2..100).map(|n| format!("{name}-{n}"));
    let free = std::iter::once(name.clone()).chain(numbered).find(|n| !known.contains(&n.as_str()));
    Ok((free.unwrap_or(name), Some(url.to_owned())))
}

/// `api.vendor.example` is called `vendor-api`.
fn named(host: &str) -> String {
    let labels: Vec<String> = host
        .split('.')
        .map(|label| label.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect())
        .map(|label: String| label.to_ascii_lowercase().trim_matches('-').to_owned())
        .filter(|label| !label.is_empty() && label != "www")
        .collect();
    let name = match labels.as_slice() {
        [] => "vendor".to_owned(),
        [one] => one.clone(),
        [api, next, _, ..] if api == "api" => format!("{next}-api"),
        [first, ..] => first.clone(),
    };
    let name =
        if name.starts_with(|c: char| c.is_ascii_lowercase()) { name } else { format!("v-{name}") };
    name.chars().take(40).collect::<String>().trim_matches('-').to_owned()
}

/// `shop.order.paid` is about an order.
fn kind(event: &str) -> String {
    let words: Vec<&str> = event.split(['.', '_', '-']).filter(|word| !word.is_empty()).collect();
    let word = match words.as_slice() {
        [.., kind, _] => kind,
        [kind] => kind,
        [] => "record",
    };
    word.to_ascii_lowercase()
}

fn usual_path(method: &str, kind: &str) -> String {
    let collection =
        if kind.ends_with('s') { format!("/v1/{kind}") } else { format!("/v1/{kind}s") };
    if method == "POST" { collection } else { format!("{collection}/\\(.data.id)") }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_new_vendor_is_called_after_its_host() {
        for (host, name) in [
            ("api.billing.example.com", "billing-api"),
            ("billing.example.com", "billing"),
            ("www.vendor.example", "vendor"),
            ("4vendors.example", "v-4vendors"),
        ] {
            assert_eq!(named(host), name, "{host}");
        }
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../integrations");
        let known = fairlead_contracts::compile(&folder).expect("the examples");
        let taken = destination("https://api.finance.example/", &known).expect("one");
        let url = "https://api.finance.example".to_owned();
        assert_eq!(taken, ("finance-api-2".to_owned(), Some(url)), "another host, the same name");
        let same = destination("https://api.finance.example.com/", &known).expect("one");
        assert_eq!(same, ("finance-api".to_owned(), None), "it is declared already");
        assert!(destination("http://api.billing.example.com", &known).is_err());
    }

    #[test]
    fn the_record_is_named_after_the_event() {
        assert_eq!(kind("shop.order.paid"), "order");
        assert_eq!(kind("paid"), "paid");
        assert_eq!(usual_path("POST", "order"), "/v1/orders");
        assert_eq!(usual_path("PUT", "order"), "/v1/orders/\\(.data.id)");
    }
}
