//! Properties of what leaves: money is exact, a path keeps its shape, reading never panics.

use std::sync::Arc;

use fairlead_contracts::{BadEvent, Contracts, Event, compile};
use fairlead_core::id::IntegrationName;
use proptest::prelude::*;
use serde_json::{Value, json};

fn contracts() -> &'static Contracts {
    static CONTRACTS: std::sync::OnceLock<Contracts> = std::sync::OnceLock::new();
    CONTRACTS.get_or_init(|| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../integrations");
        Contracts::new(Arc::new(compile(&folder).unwrap_or_else(|report| panic!("{report}"))))
    })
}

fn deal(amount: &str) -> Event {
    let text = format!(
        "{{\"id\":\"e\",\"data\":{{\"deal\":{{\"id\":\"D-1\",\"amount\":{amount},\"currency\":\"eur\",\"account\":{{\"id\":\"A\"}}}}}}}}"
    );
    Event::read(text.as_bytes()).expect("a readable event")
}

/// The cents that the invoice for an amount says.
fn cents(amount: &str) -> Result<i64, String> {
    let rendered = contracts().render(&IntegrationName::new("deal-won-to-invoice"), &deal(amount));
    let rendered = rendered.map_err(|refused| refused.to_string())?;
    let body: Value = serde_json::from_str(&rendered.request.body).expect("a JSON body");
    body["amount_cents"].to_string().parse().map_err(|_| "no whole number".to_owned())
}

/// The path to a customer with this id.
fn path(id: &str) -> Option<String> {
    let order = json!({"id": "O-1", "version": 1, "updated_at": "2026-03-02T12:00:00Z", "status": "paid", "total": "1", "currency": "EUR", "customer": {"id": id}});
    let event = json!({"id": "e", "data": {"order": order}}).to_string();
    let event = Event::read(event.as_bytes()).ok()?;
    let rendered =
        contracts().render(&IntegrationName::new("order-updated-to-customer"), &event).ok()?;
    Some(rendered.request.path)
}

fn decoded(segment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = segment.as_bytes();
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'%', [a, b, tail @ ..]) => {
                let hex = [*a, *b];
                bytes.push(
                    u8::from_str_radix(std::str::from_utf8(&hex).expect("ASCII"), 16)
                        .expect("hexadecimal"),
                );
                rest = tail;
            }
            (byte, tail) => {
                bytes.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn cents_are_exact_as_text_and_as_number(all in 1_i64..1_000_000_000_000) {
        let amount = format!("{}.{:02}", all / 100, all % 100);
        prop_assert_eq!(cents(&amount), Ok(all));
        prop_assert_eq!(cents(&format!("\"{amount}\"")), Ok(all));
    }

    #[test]
    fn more_than_two_decimals_are_never_rounded(whole in 0_u32..1_000_000, decimals in "[0-9]{3,12}") {
        let amount = format!("{whole}.{decimals}");
        prop_assert!(cents(&amount).is_err());
        prop_assert!(cents(&Value::from(amount).to_string()).is_err());
    }

    #[test]
    fn an_id_is_one_segment_of_the_path_and_comes_back_from_it(id in "\\PC{1,40}") {
        if let Some(path) = path(&id) {
            let segment = path.strip_prefix("/v3/customers/").expect("the fixed part");
            let unreserved = |c: char| c.is_ascii_alphanumeric() || "-._~%".contains(c);
            prop_assert!(segment.chars().all(unreserved), "{}", segment);
            prop_assert!(segment != "." && segment != ".." && !segment.is_empty());
            prop_assert_eq!(decoded(segment), id);
        } else {
            prop_assert!(id == "." || id == "..", "{} was refused", id);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Event::read(&bytes);
    }

    #[test]
    fn a_damaged_event_is_read_or_refused_without_a_panic(at in 0_usize..120, byte in any::<u8>()) {
        let mut bytes = deal("\"12.50\"").body().to_string().into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(event) = Event::read(&bytes) {
            let _ = contracts().render(&IntegrationName::new("deal-won-to-invoice"), &event);
        }
    }

    #[test]
    fn what_serde_json_writes_is_read_the_same(text in "\\PC{0,20}", number in any::<i64>(), list in proptest::collection::vec(any::<bool>(), 0..5)) {
        let body = json!({"text": text, "number": number, "list": list, "none": null});
        match Event::read(body.to_string().as_bytes()) {
            Ok(event) => prop_assert_eq!(event.body(), &body),
            Err(bad) => prop_assert!(matches!(bad, BadEvent::BadText { .. }), "{}", bad),
        }
    }
}
