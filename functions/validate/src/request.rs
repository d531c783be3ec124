//! A request as API Gateway hands it on (payload format 2.0), and the form of an answer.
//!
//! Only what is used, and as text: the types of the events crate refuse a whole request for one odd header.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use fairlead_core::{headers::Headers, problem::Problem, reply::Reply};
use serde::Deserialize;
use serde_json::{Value, json};

/// A request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request {
    /// The route that it matched, as the template writes it.
    pub(crate) route_key: Option<String>,
    /// The path as it came.
    pub(crate) raw_path: Option<String>,
    path_parameters: Option<BTreeMap<String, String>>,
    headers: Option<BTreeMap<String, String>>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

impl Request {
    /// The part of the path that the route calls `name`.
    pub(crate) fn parameter(&self, name: &str) -> Result<&str, Problem> {
        let found = self.path_parameters.as_ref().and_then(|all| all.get(name));
        found.map(String::as_str).ok_or(Problem::NotFound)
    }

    pub(crate) fn headers(&self) -> Headers {
        self.headers.iter().flatten().map(|(name, value)| (name, value.as_str())).collect()
    }

    /// The body's bytes as they were sent.
    pub(crate) fn body(&self) -> Result<Vec<u8>, Problem> {
        let body = self.body.as_deref().unwrap_or_default();
        if !self.is_base64_encoded {
            return Ok(body.as_bytes().to_vec());
        }
        STANDARD
            .decode(body)
            .map_err(|_| Problem::BadBody("the body is marked as base64 and is not".to_owned()))
    }
}

/// An answer as API Gateway wants it.
pub(crate) fn response(reply: &Reply) -> Value {
    let mut headers = json!({"content-type": reply.kind});
    if reply.try_again {
        headers["retry-after"] = json!("1");
    }
    json!({"statusCode": reply.status, "headers": headers, "body": reply.body.to_string()})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(more: Value) -> Request {
        serde_json::from_value(more).expect("a request")
    }

    #[test]
    fn an_odd_header_does_not_spoil_the_request() {
        let request = request(json!({"headers": {"Idempotency-Key": "é\n", "x": ""}}));
        assert_eq!(request.headers().get("idempotency-key"), Some("é\n"));
    }

    #[test]
    fn a_body_marked_as_base64_is_decoded_or_refused() {
        let body = |text: &str| request(json!({"body": text, "isBase64Encoded": true})).body();
        assert_eq!(body("e30="), Ok(b"{}".to_vec()));
        assert!(matches!(body("not base64!"), Err(Problem::BadBody(_))));
        assert_eq!(request(json!({"body": null})).body(), Ok(vec![]));
    }

    #[test]
    fn a_request_of_another_shape_matches_no_route() {
        // Payload format 1.0, as REST APIs send it.
        let request = request(json!({"resource": "/events/{integration}", "httpMethod": "POST",
            "pathParameters": null, "headers": null, "body": null, "isBase64Encoded": false}));
        assert_eq!(request.route_key, None);
        assert_eq!(request.parameter("integration"), Err(Problem::NotFound));
    }
}
