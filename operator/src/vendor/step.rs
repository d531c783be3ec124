//! What the example vendor can be told to do with one request.
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Value;

/// One step of a behaviour plan; in JSON and YAML `{"do": "status", "code": 503}`.
///
/// Steps that *commit* store the effect before anything goes wrong with the answer.
/// [`STEPS`](super::STEPS) shows each of them in its JSON form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Commits and answers as an honest vendor would.
    #[default]
    Ok,
    /// Answers this status without any effect.
    Status {
        /// The status, 200 to 999.
        code: u16,
        /// The value of `Retry-After`, sent as it is: seconds, a date or nonsense.
        #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
        retry_after: Option<String>,
        /// The body: a string is sent as plain text, anything else as JSON.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Value>,
    },
    /// Commits at once and answers as usual, this much later.
    Slow {
        /// The delay in milliseconds.
        ms: u64,
    },
    /// Commits and never answers; ends when the client gives up.
    Hang,
    /// Neither commits nor answers; ends when the client gives up.
    HangBefore,
    /// Commits and closes the connection without an answer.
    CommitThenDrop,
    /// Closes the connection without effect and without answer.
    Drop,
    /// Commits and resets the connection (a TCP RST) without an answer.
    CommitThenReset,
    /// Resets the connection without effect and without answer.
    Reset,
    /// Commits, sends a part of the status line, and resets the connection.
    ResetMidHeaders,
    /// Commits, sends half of the body, and resets the connection.
    ResetMidBody,
    /// Commits and then answers another status, such as 500.
    CommitThenStatus {
        /// The status, 200 to 999.
        code: u16,
        /// The body: a string is sent as plain text, anything else as JSON.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Value>,
    },
    /// Commits, announces the whole answer, sends half of the body, and closes.
    Truncated,
    /// Commits and answers a JSON body of about this size, without saying how long it is.
    Huge {
        /// The size of the body in bytes.
        bytes: u64,
    },
    /// Commits and answers a compressed body that unpacks to this size: a gzip bomb.
    Bomb {
        /// The size of the unpacked body in bytes.
        bytes: u64,
    },
    /// Commits and answers as usual, but the body comes byte by byte.
    Drip {
        /// The pause before each byte in milliseconds.
        #[serde(default = "second")]
        every_ms: u64,
    },
    /// Commits and answers as usual, but status line, headers and body come byte by byte.
    DripHeader {
        /// The pause before each byte in milliseconds.
        #[serde(default = "second")]
        every_ms: u64,
    },
    /// Commits and sends headers without end.
    EndlessHeader,
    /// Commits and answers bytes that are not HTTP.
    Garbage,
    /// Commits and answers a chunked body with a broken chunk size.
    BadChunk,
    /// Redirects without effect.
    Redirect {
        /// The `Location`.
        to: String,
        /// The status, 307 unless told.
        #[serde(default = "temporary_redirect")]
        code: u16,
    },
    /// Answers this status without effect, with the received `Authorization` header in the body and in two headers.
    EchoAuth {
        /// The status, 200 to 999.
        code: u16,
    },
}

impl Step {
    /// Answers this status without any effect.
    pub fn status(code: u16) -> Step {
        Step::Status { code, retry_after: None, body: None }
    }

    /// Answers this status with a `Retry-After`, without any effect.
    pub fn retry_after(code: u16, retry_after: impl Into<String>) -> Step {
        Step::Status { code, retry_after: Some(retry_after.into()), body: None }
    }

    /// Commits and then answers this status.
    pub fn commit_then_status(code: u16) -> Step {
        Step::CommitThenStatus { code, body: None }
    }

    /// Whether the effect of the request is stored before the step goes on.
    pub fn commits(&self) -> bool {
        !matches!(
            self,
            Step::Status { .. }
                | Step::HangBefore
                | Step::Drop
                | Step::Reset
                | Step::Redirect { .. }
                | Step::EchoAuth { .. }
        )
    }

    /// The name in the JSON form: `commit_then_drop`.
    pub fn name(&self) -> String {
        let form = serde_json::to_value(self).unwrap_or_default();
        form["do"].as_str().unwrap_or_default().to_owned()
    }

    fn code(&self) -> Option<u16> {
        match self {
            Step::Status { code, .. }
            | Step::CommitThenStatus { code, .. }
            | Step::Redirect { code, .. }
            | Step::EchoAuth { code } => Some(*code),
            _ => None,
        }
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Step::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Step, D::Error> {
        // By way of a value: with arbitrary precision, a tagged enum cannot read numbers directly.
        let given = Value::deserialize(deserializer)?;
        let step = Step::deserialize(&given).map_err(D::Error::custom)?;
        // Variants without fields would swallow unknown ones, such as the code of a drop.
        let known = serde_json::to_value(&step).map_err(D::Error::custom)?;
        let unknown = given
            .as_object()
            .into_iter()
            .flatten()
            .find(|(name, value)| known.get(name.as_str()).is_none() && !value.is_null());
        if let Some((name, _)) = unknown {
            return Err(D::Error::custom(format!("step {} has no field {name}", step.name())));
        }
        match step.code() {
            Some(code) if !(200..1000).contains(&code) => {
                Err(D::Error::custom(format!("step {}: {code} is no final status", step.name())))
            }
            _ => Ok(step),
        }
    }
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    })
}

fn second() -> u64 {
    1000
}

fn temporary_redirect() -> u16 {
    307
}
