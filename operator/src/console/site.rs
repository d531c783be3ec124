//! What the console serves, behind its door.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Query, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    act, audit, bulk,
    bulk::Bulks,
    deliveries, delivery, edit,
    frame::Frame,
    guard::{Admission, Guard},
    integration, issue, now, page, record,
};
use crate::desk::{Desk, DeskError, view::who};

/// What every page needs.
#[derive(Debug)]
pub(super) struct Site {
    /// The desk of the deployed stack.
    pub(super) desk: Desk,
    /// Who is at it.
    pub(super) caller: String,
    /// Who may come in.
    pub(super) guard: Guard,
    /// What is being retried.
    pub(super) bulks: Bulks,
}

/// How a page ends.
pub(super) type Shown = Result<Response, Trouble>;

/// Why a page could not be shown.
pub(super) struct Trouble(Box<Response>);

/// What an act has done, carried over its redirect.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Said {
    said: Option<String>,
}

impl Said {
    /// What a page was told by the address that leads to it.
    pub(super) fn of(said: Option<String>) -> Self {
        Self { said }
    }

    /// Something was done just now.
    pub(super) fn is_some(&self) -> bool {
        self.said.is_some()
    }
}

pub(super) fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/", get(now::show))
        .route("/deliveries", get(deliveries::show))
        .route("/deliveries/{id}", get(delivery::show))
        .route(
            "/deliveries/{id}/edit",
            post(edit::show).layer(DefaultBodyLimit::max(edit::MOST_FORM)),
        )
        .route("/deliveries/{id}/{act}", post(act::on_delivery))
        .route("/destinations/{name}/{act}", post(act::on_destination))
        .route("/record", get(record::show))
        .route("/integrations/{name}", get(integration::show))
        .route("/issues", get(issue::all))
        .route("/issues/{id}", get(issue::one))
        .route("/issues/{id}/ack", post(issue::acknowledge))
        .route("/issues/{id}/retry", post(bulk::show))
        .route("/audit", get(audit::show))
        .route("/style.css", get(style))
        .route("/script.js", get(script))
        .fallback(nowhere)
        .layer(middleware::from_fn_with_state(Arc::clone(&site), door))
        .with_state(site)
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css")], include_str!("../../templates/style.css"))
}

async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript")], include_str!("../../templates/script.js"))
}

async fn nowhere(State(site): State<Arc<Site>>) -> Response {
    let why = "The console has no page at this path.";
    let mut answer = *site.trouble("There is no such page", why, "/").0;
    *answer.status_mut() = StatusCode::NOT_FOUND;
    answer
}

/// Asks the guard, and gives every answer the headers that keep it to itself.
async fn door(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let admitted = site.guard.admit(request.method(), request.uri(), request.headers());
    let mut answer = match admitted {
        Admission::In => next.run(request).await,
        Admission::Welcome => site.welcome(),
        Admission::WrongHost => refuse(StatusCode::MISDIRECTED_REQUEST, "not this host"),
        Admission::NoToken => refuse(
            StatusCode::UNAUTHORIZED,
            "open the URL that `fairlead console` has printed: it carries the token of this start",
        ),
        Admission::Foreign => {
            refuse(StatusCode::FORBIDDEN, "only the console's own pages may do this")
        }
    };
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        // Not `no-referrer`: with that, browsers name no page when they send a form, and ours would be refused.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

fn refuse(status: StatusCode, why: &'static str) -> Response {
    (status, format!("fairlead console: {why}\n")).into_response()
}

impl Site {
    /// A browser that knows the token gets a cookie, and a URL that can be shown to others.
    fn welcome(&self) -> Response {
        let name = self.guard.cookie();
        let token = self.guard.token.as_str();
        let cookie = format!("{name}={token}; HttpOnly; SameSite=Strict; Path=/");
        let mut answer = Redirect::to("/").into_response();
        if let Ok(cookie) = cookie.parse() {
            answer.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        answer
    }

    /// What is around a page; `live` looks again after so many seconds.
    pub(super) fn frame(&self, at: &'static str, said: Said, live: Option<u8>) -> Frame {
        Frame {
            stack: self.desk.stack().to_owned(),
            caller: who(&self.caller).to_owned(),
            read: format!("{} UTC", moment(Timestamp::now())),
            said: said.said,
            form: self.guard.token.form(),
            reload: false,
            live,
            at,
        }
    }

    /// The same around a page without forms: without script too, the browser may load it again.
    pub(super) fn moving(&self, at: &'static str, said: Said, live: Option<u8>) -> Frame {
        Frame { reload: live.is_some(), ..self.frame(at, said, live) }
    }

    /// A page that says what did not work.
    pub(super) fn trouble(&self, title: &str, why: &str, back: &str) -> Trouble {
        let frame = self.frame("", Said::default(), None);
        let (title, why, back) = (title.to_owned(), why.to_owned(), back.to_owned());
        let page = page::Problem { frame, title, why, back };
        let text = Html(page.render().unwrap_or_default());
        Trouble(Box::new((StatusCode::UNPROCESSABLE_ENTITY, text).into_response()))
    }

    /// The same for what the desk says.
    pub(super) fn refused(&self, error: &DeskError, back: &str) -> Trouble {
        self.trouble("That did not work", &error.to_string(), back)
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// A page as an answer.
pub(super) fn shown(page: &impl Template) -> Shown {
    let failed = |e: askama::Error| {
        Trouble(Box::new((StatusCode::INTERNAL_SERVER_ERROR, e.to_string()).into_response()))
    };
    page.render().map(|text| Html(text).into_response()).map_err(failed)
}

/// Back to a page that tells what was done. A page that is loaded again does nothing again.
pub(super) fn went(to: &str, said: &str) -> Response {
    let said = percent_encoding::utf8_percent_encode(said, percent_encoding::NON_ALPHANUMERIC);
    let mark = if to.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{to}{mark}said={said}")).into_response()
}

/// A time to the second, in UTC.
pub(super) fn moment(at: Timestamp) -> String {
    let text = format!("{at:.0}");
    text.trim_end_matches('Z').replace('T', " ")
}

/// Said after an act.
pub(super) type After = Query<Said>;
