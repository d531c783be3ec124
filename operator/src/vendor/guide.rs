//! What the example vendor tells people about itself.

/// Every step in its JSON form, one a line, with what it does; for people to read.
pub const STEPS: &str = r#"A plan is a list of steps. Steps marked * store the effect first (they commit).
  {"do": "ok"}                                         * an honest answer
  {"do": "status", "code": 503}                          this status, no effect
  {"do": "status", "code": 429, "retry_after": "2"}      with Retry-After: seconds, a date, nonsense
  {"do": "status", "code": 400, "body": {"why": "no"}}   with a body of its own (JSON, or a text)
  {"do": "slow", "ms": 3000}                           * answers this much later
  {"do": "hang"}                                       * never answers
  {"do": "hang_before"}                                  never answers, no effect
  {"do": "commit_then_drop"}                           * closes the connection without an answer
  {"do": "drop"}                                         the same without effect
  {"do": "commit_then_reset"}                          * resets the connection (TCP RST)
  {"do": "reset"}                                        the same without effect
  {"do": "reset_mid_headers"}                          * resets within the status line
  {"do": "reset_mid_body"}                             * resets within the body
  {"do": "commit_then_status", "code": 500}            * does the work, then claims this; body as above
  {"do": "truncated"}                                  * half the body, then the connection closes
  {"do": "huge", "bytes": 1000000000}                  * a very long body of unannounced length
  {"do": "bomb", "bytes": 100000000}                   * a short body that unpacks to this (gzip)
  {"do": "drip"}                                       * the body at one byte a second
  {"do": "drip_header", "every_ms": 100}               * status line and all at one byte a tenth
  {"do": "endless_header"}                             * headers without end
  {"do": "garbage"}                                    * bytes that are not HTTP
  {"do": "bad_chunk"}                                  * a chunked body that breaks off in nonsense
  {"do": "redirect", "to": "http://127.0.0.1:9/"}        307, or "code"; no effect
  {"do": "echo_auth", "code": 400}                       the Authorization header in body and headers, no effect
"#;

/// The plain text at `/`: what there is, and curl lines to try it.
pub(super) fn guide(url: &str) -> String {
    GUIDE.replace("{url}", url).replace("{steps}", STEPS)
}

const GUIDE: &str = r#"The example vendor: a small finance and CRM service on your own machine.

DESTINATIONS, each with its own bearer key (demo-key until changed)
  finance-api     invoices; honours Idempotency-Key
  plain-finance   invoices; ignores keys, every POST makes one more
  crm-api         customers; PUT and PATCH under your own id

  curl {url}/finance-api/v2/invoices -H 'Authorization: Bearer demo-key' \
       -H 'Idempotency-Key: k-1' -d '{"external_id": "D-1042", "amount_cents": 12000}'
  curl '{url}/finance-api/v2/invoices?external_id=D-1042' -H 'Authorization: Bearer demo-key'
  curl -X PUT {url}/crm-api/v3/customers/C-7 -H 'Authorization: Bearer demo-key' -d '{"name": "Acme"}'

CHANNELS: PagerDuty and the webhook of owners, which end here as well
  curl '{url}/_vendor/requests?about=alerts'

WHAT IT SAW
  curl {url}/_vendor/requests            all requests; ?about=D-1042 for some
  curl {url}/_vendor/invoices            all invoices, and how many each external_id has
  curl {url}/_vendor/customers
  curl {url}/_vendor/counts              connections, requests, the fullest second per destination

MISBEHAVIOUR
A plan is for requests that contain a word in path or body, as a whole (D-1 is not in D-12).
Each such request takes one step; then all is well again. "method": "POST" leaves lookups alone.
A request with a wrong key or over the rate limit takes no step.
  curl {url}/_vendor/behave -d '{"match": "D-1042", "plan": [{"do": "status", "code": 503}, {"do": "commit_then_drop"}]}'
  curl {url}/_vendor/behave              the steps that are left
  curl {url}/_vendor/behave -d '{"destination": "finance-api", "default": {"do": "status", "code": 503}}'
  curl {url}/_vendor/behave -d '{"destination": "finance-api", "default": {"do": "ok"}}'

KEYS AND LIMITS
  curl {url}/_vendor/keys -d '{"destination": "finance-api", "key": "new-key"}'
  curl {url}/_vendor/rate -d '{"destination": "finance-api", "per_second": 5}'    null: no limit
  curl -X POST {url}/_vendor/reset       forgets everything

STEPS
{steps}"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendor::Step;
    use std::collections::BTreeSet;

    fn shown() -> Vec<(Step, bool)> {
        let lines = STEPS.lines().filter(|line| line.trim().starts_with('{'));
        let read = |line: &str| {
            let (form, rest) = line.rsplit_once('}').expect("a step ends with a brace");
            let form = format!("{form}}}");
            let step =
                serde_json::from_str(&form).unwrap_or_else(|error| panic!("{form}: {error}"));
            (step, rest.trim_start().starts_with('*'))
        };
        lines.map(read).collect()
    }

    #[test]
    fn every_step_shown_can_be_read_and_its_mark_is_true() {
        for (step, starred) in shown() {
            assert_eq!(step.commits(), starred, "{step:?}");
        }
    }

    #[test]
    fn every_step_is_shown() {
        let names: BTreeSet<String> = shown().iter().map(|(step, _)| step.name()).collect();
        let error = serde_json::from_str::<Step>(r#"{"do": "?"}"#).unwrap_err().to_string();
        let known: Vec<&str> = error.split('`').skip(3).step_by(2).collect();
        assert_eq!(known.len(), 22, "{error}");
        for name in known {
            assert!(names.contains(name), "{name} is not shown");
        }
    }

    #[test]
    fn the_guide_names_the_address_it_is_read_at() {
        let guide = guide("http://127.0.0.1:4711");
        assert!(guide.contains("curl http://127.0.0.1:4711/_vendor/requests"));
        assert!(!guide.contains("{url}") && !guide.contains("{steps}"));
    }
}
