//! The console, served in this process against the deployed stack, and a reader of it that is no browser.

use fairlead::console::Console;
use reqwest::{Method, RequestBuilder, Response, header::HeaderMap, redirect::Policy};
use tokio::task::JoinHandle;

use super::world::World;
use crate::desk::desk;

/// A console that is served until this is dropped.
#[derive(Debug)]
pub(crate) struct Served {
    /// Where it is, with its token.
    pub(crate) url: String,
    task: JoinHandle<()>,
}

impl Served {
    /// Opens one.
    pub(crate) async fn open(world: &World) -> Self {
        let console = Console::open(desk(world).await, 0).await.expect("a free port");
        let url = console.url();
        let (listener, pages) = console.into_parts();
        let pages = world.heard.listen(pages);
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, pages).await;
        });
        Self { url, task }
    }

    /// Where it is, without its token.
    pub(crate) fn at(&self, path: &str) -> String {
        let base = self.url.split("/?").next().unwrap_or_default();
        format!("{base}{path}")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a page answered.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// The HTTP status.
    pub(crate) status: u16,
    /// All headers.
    pub(crate) headers: HeaderMap,
    /// The page.
    pub(crate) text: String,
}

impl Page {
    async fn of(answer: Response) -> Self {
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Self { status, headers, text: answer.text().await.expect("a whole page") }
    }

    /// The value of the first hidden field with this name.
    pub(crate) fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let rest = self.text.split_once(&mark).map(|(_, rest)| rest);
        let value = rest.and_then(|rest| rest.split('"').next());
        value.unwrap_or_else(|| panic!("no {name} in {}", self.text)).to_owned()
    }

    /// Where its links lead within the console.
    pub(crate) fn links(&self) -> Vec<String> {
        let links = self.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let ours = links.filter(|link| link.starts_with('/') && !link.starts_with("//"));
        ours.map(unescaped).collect()
    }
}

/// What a browser makes of escaped text.
pub(crate) fn unescaped(text: &str) -> String {
    let named = [("&#38;", "&"), ("&amp;", "&"), ("&#60;", "<"), ("&#62;", ">")];
    let named = named.into_iter().chain([("&#34;", "\""), ("&quot;", "\""), ("&#39;", "'")]);
    named.fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

/// Reads the console as a program would: with its cookie, and with whatever headers it likes.
#[derive(Debug)]
pub(crate) struct Reader<'c> {
    console: &'c Served,
    http: reqwest::Client,
    cookie: String,
}

impl<'c> Reader<'c> {
    /// Goes in by the URL that the console printed.
    pub(crate) async fn enter(console: &'c Served) -> Self {
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build();
        let http = http.expect("a client");
        let answer = http.get(&console.url).send().await.expect("the console answers");
        let cookie = answer.headers()["set-cookie"].to_str().expect("a cookie");
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Self { console, http, cookie }
    }

    /// A request without the cookie.
    pub(crate) fn stranger(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.console.at(path))
    }

    /// A request of the operator's.
    pub(crate) fn own(&self, method: Method, path: &str) -> RequestBuilder {
        self.stranger(method, path).header("cookie", &self.cookie)
    }

    /// Reads a page.
    pub(crate) async fn page(&self, path: &str) -> Page {
        sent(self.own(Method::GET, path)).await
    }
}

/// Sends it.
pub(crate) async fn sent(request: RequestBuilder) -> Page {
    Page::of(request.send().await.expect("the console answers")).await
}

/// A form's body.
pub(crate) fn fields(given: &[(&str, &str)]) -> String {
    let encode =
        |text| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC);
    let pairs = given.iter().map(|(name, value)| format!("{name}={}", encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}
