//! Stories of the console over 100,000 deliveries: every page is bounded, and what it reads is counted.

pub(crate) mod aws;

use std::time::Duration;

use aws::Aws;
use fairlead::{console::Console, desk::Desk};
use fairlead_core::issue::dlq::Dlq;

/// A page, and the most items of the ledger and its indexes that it may read.
const BOUNDS: [(&str, usize); 12] = [
    // What ran and what is parked are counted up to 20,000 each, by their keys.
    ("/", 48_000),
    ("/issues", 10),
    ("/issues/{issue}", 60),
    ("/deliveries", 400),
    ("/deliveries?state=parked", 300),
    // The newest thousand are looked at, because short waits stand in no index.
    ("/deliveries?state=waiting", 2_300),
    ("/deliveries?state=delivered", 400),
    ("/deliveries?issue={issue}", 300),
    // Keys of an integration that nothing belongs to are looked at, and no entry is.
    ("/deliveries?integration=nobody", 3_600),
    ("/integrations/deal-won-to-invoice", 700),
    ("/audit", 250),
    // An eighth of the keys of what ran, whatever came of it, and the record's own deliveries.
    ("/record?id=D-1042", 13_500),
];

/// What the issue says to do, which is not what its class says.
pub(crate) const NEXT: &str = "See that the record it needs is delivered.";

#[test]
fn the_page_of_an_issue_shows_the_next_action_of_that_issue() {
    run(async |reader| {
        let (page, _) = reader.read("/issues/{issue}").await;
        // Once as the page's own advice, once in the words of the alert.
        assert_eq!(page.matches(NEXT).count(), 2, "{page}");
    });
}

#[test]
fn a_page_over_100_000_deliveries_reads_a_bounded_number_of_items() {
    run(async |reader| {
        for (path, most) in BOUNDS {
            let (_, read) = reader.read(path).await;
            assert!(read <= most, "{path} reads {read} items, {most} at most");
        }
    });
}

#[test]
fn a_page_that_costs_many_keys_is_looked_at_no_oftener_than_every_15_seconds() {
    run(async |reader| {
        let (page, _) = reader.read("/record?id=D-1042&said=ordered").await;
        let live = links(&page, "data-live=\"").pop().expect("it follows what was ordered");
        assert!(live.parse::<u8>().is_ok_and(|seconds| seconds >= 15), "every {live} s");
    });
}

#[test]
fn a_page_deep_in_the_list_costs_what_the_first_one_does_and_none_is_left_out() {
    run(async |reader| {
        for (list, most) in [("/deliveries", 400), ("/deliveries?state=parked", 310)] {
            let mut path = list.to_owned();
            let mut seen = Vec::new();
            for number in 1..=20 {
                let (page, read) = reader.read(&path).await;
                assert!(read <= most, "{path}, page {number}, reads {read} items, {most} at most");
                let ids = links(&page, "id=\"d-");
                assert_eq!(ids.len(), 50, "{path}");
                seen.extend(ids);
                path = links(&page, "<p class=\"pages\"><a href=\"").pop().expect("a next page");
                path = path.replace("&#38;", "&");
            }
            let newest = reader.aws.newest(list != "/deliveries", seen.len());
            assert_eq!(seen, newest, "{list} leaves one out, or shows one twice");
        }
    });
}

#[test]
fn an_issue_of_crashed_tickets_is_over_when_it_is_resolved_and_is_never_retried() {
    run_over(20, async |reader| {
        let path = |dlq| format!("/issues/{}", aws::cause_of_crash(dlq).id());
        let (open, _) = reader.read(&path(Dlq::Dispatch)).await;
        assert!(!open.contains("It is over") && open.contains("<b>See that"), "{open}");
        assert!(open.contains("<dt>Tickets</dt><dd>3</dd>"), "{open}");
        assert!(open.contains("id=\"ack\"") && !open.contains("id=\"retry\""), "{open}");
        let (over, _) = reader.read(&path(Dlq::Retry)).await;
        assert!(over.contains("It is over: none of its tickets lies on the DLQ"), "{over}");
        assert!(!over.contains("id=\"ack\""), "{over}");
        let (list, _) = reader.read("/issues").await;
        for page in [over, list] {
            assert!(!page.contains("/integrations/-"), "it names no integration: {page}");
        }
    });
}

#[test]
fn a_retry_goes_on_when_the_browser_goes_away_while_it_is_written_down() {
    run_over(20, async |reader| {
        let (page, _) = reader.read("/issues/{issue}").await;
        let form = links(&page, "name=\"form\" value=\"").pop().expect("a form");
        let held = reader.aws.hold_puts().await;
        let path = format!("/issues/{}/retry", reader.aws.issue);
        let fields = [("form", form.as_str()), ("reason", "unblocked"), ("sure", "yes")];
        let post = reader.press(&path, &fields);
        let gone = post.timeout(Duration::from_millis(500)).send().await;
        assert!(gone.is_err_and(|e| e.is_timeout()), "the browser is gone before it is written");
        drop(held);
        reader.aws.when_sent(10).await;
        // What was sent is counted a moment later.
        for _ in 0..1_000 {
            let (page, _) = reader.read("/issues/{issue}").await;
            if page.contains("The retry is ordered: 10 of 10.") {
                return;
            }
        }
        panic!("{}", reader.read("/issues/{issue}").await.0);
    });
}

#[test]
fn a_page_that_has_not_looked_at_all_does_not_say_that_there_is_none() {
    run_over(2_100, async |reader| {
        let (page, _) = reader.read("/deliveries?integration=nobody").await;
        assert!(page.contains("None among those looked at; there may be more."), "{page}");
        let next = links(&page, "<p class=\"pages\"><a href=\"").pop().expect("a next page");
        let (rest, _) = reader.read(&next.replace("&#38;", "&")).await;
        assert!(rest.contains("No such delivery in this time."), "{rest}");
        reader.aws.tell_nobody();
        for path in ["/issues", "/integrations/deal-won-to-invoice", "/"] {
            let (page, _) = reader.read(path).await;
            assert!(!page.to_lowercase().contains("needs any"), "{path}: {page}");
        }
    });
}

/// What stands between this and the next quote.
pub(crate) fn links(page: &str, mark: &str) -> Vec<String> {
    let rest = page.split(mark).skip(1);
    rest.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// A console, and somebody who is in it.
pub(crate) struct Reader {
    pub(crate) aws: Aws,
    base: String,
    cookie: String,
    http: reqwest::Client,
}

impl Reader {
    /// A page, and how many items were read for it.
    pub(crate) async fn read(&self, path: &str) -> (String, usize) {
        let path = path.replace("{issue}", &self.aws.issue);
        let before = self.aws.items_read();
        let request = self.http.get(format!("{}{path}", self.base)).header("cookie", &self.cookie);
        let answer = request.send().await.expect("the console answers");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a whole page");
        assert_eq!(status, 200, "{path}: {text}");
        (text, self.aws.items_read() - before)
    }

    /// Presses the button of a form with these fields.
    pub(crate) fn press(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let encode =
            |text| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC);
        let fields = fields.iter().map(|(name, value)| format!("{name}={}", encode(value)));
        let post = self.http.post(format!("{}{path}", self.base)).header("cookie", &self.cookie);
        let post = post.header("content-type", "application/x-www-form-urlencoded");
        post.body(fields.collect::<Vec<_>>().join("&"))
    }
}

fn run(story: impl AsyncFnOnce(Reader)) {
    run_over(100_000, story);
}

fn run_over(count: usize, story: impl AsyncFnOnce(Reader)) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let aws = Aws::with(count).await;
        let desk = Desk::of(aws.config(), "fairlead").await.expect("the stack is there");
        story(enter(aws, desk).await).await;
    });
}

/// Opens the console of this desk, and goes in by the URL that it prints.
pub(crate) async fn enter(aws: Aws, desk: Desk) -> Reader {
    let console = Console::open(desk, 0).await.expect("a free port");
    let url = console.url();
    tokio::spawn(async move { console.serve().await.map_err(|e| e.to_string()) });
    let http = reqwest::Client::builder().no_proxy();
    let http = http.redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let welcome = http.get(&url).send().await.expect("the console answers");
    let cookie = welcome.headers()["set-cookie"].to_str().expect("a cookie");
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    let base = url.split("/?").next().unwrap_or_default().to_owned();
    Reader { aws, base, cookie, http }
}
