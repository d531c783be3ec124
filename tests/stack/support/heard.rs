//! All that commands and pages have said in the whole run, for whoever looks through it in the end.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
};

use super::console::unescaped;

/// What was said, and by what; the same is kept once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard(Arc<Mutex<BTreeSet<(String, String)>>>);

impl Heard {
    /// Keeps what was said.
    pub(crate) fn add(&self, place: &str, text: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert((place.to_owned(), text.to_owned()));
    }

    /// All of it.
    pub(crate) fn all(&self) -> Vec<(String, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// The same pages; what they answer from now on is kept, as it came and as it reads.
    pub(crate) fn listen(&self, pages: Router) -> Router {
        pages.layer(middleware::from_fn_with_state(self.clone(), keep))
    }
}

async fn keep(State(heard): State<Heard>, request: Request, next: Next) -> Response {
    let place = format!("console: {} {}", request.method(), request.uri().path());
    let (head, body) = next.run(request).await.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("a page has an end");
    let text = String::from_utf8_lossy(&bytes);
    heard.add(&place, &format!("{:?}", head.headers));
    heard.add(&place, &unescaped(&text));
    heard.add(&place, &text);
    Response::from_parts(head, Body::from(bytes))
}
