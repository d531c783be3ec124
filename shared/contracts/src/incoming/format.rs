//! In which form events come, by the headers alone.

use fairlead_core::{headers::Headers, problem::Problem};

/// The form of a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// JSON: an event, or a list of them.
    Plain,
    /// A CloudEvent as one JSON document (CloudEvents JSON format 1.0.2, section 3).
    Structured,
    /// A list of those (section 4).
    Batch,
    /// A CloudEvent whose body is its data, with its attributes in `ce-` headers (HTTP binding 1.0.2, section 3.1).
    Binary,
}

/// `application/json` and every `application/*+json`, in UTF-8 (RFC 8259 section 8.1), not compressed.
pub(super) fn of(headers: &Headers) -> Result<Format, Problem> {
    let given = headers.get("content-type").unwrap_or("");
    let coding = headers.get("content-encoding").unwrap_or("identity");
    if !coding.eq_ignore_ascii_case("identity") {
        return Err(Problem::WrongContentType(format!("{given}, compressed by {coding}")));
    }
    let mut parts = given.split(';').map(|part| part.trim().to_ascii_lowercase());
    let kind = parts.next().unwrap_or_default();
    let mut utf8 = parts.filter_map(|part| part.strip_prefix("charset=").map(str::to_owned));
    let json =
        kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"));
    if !json || !utf8.all(|set| set.trim_matches('"') == "utf-8") {
        return Err(Problem::WrongContentType(given.to_owned()));
    }
    Ok(match kind.as_str() {
        "application/cloudevents+json" => Format::Structured,
        "application/cloudevents-batch+json" => Format::Batch,
        _ if headers.get("ce-specversion").is_some() => Format::Binary,
        _ => Format::Plain,
    })
}
