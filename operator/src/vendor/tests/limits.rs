//! Keys, rate limits, counters and the control endpoints.
use super::*;
use crate::vendor::{Api, Step};
use serde_json::json;

const PATH: &str = "/finance-api/v2/invoices";

async fn control(vendor: &Vendor, path: &str, body: Value) -> (u16, Value) {
    let call = request(vendor, Method::POST, &format!("/_vendor/{path}")).body(body.to_string());
    super::json(call.send().await.unwrap()).await
}

#[tokio::test]
async fn only_the_current_key_is_accepted() {
    let vendor = vendor();
    vendor.accept_key("finance-api", "new").unwrap();
    let (status, body) = super::json(post(&vendor, PATH, "k", INVOICE).send().await.unwrap()).await;
    assert_eq!((status, &body["error"]["code"]), (401, &"invalid_key".into()));
    assert_eq!(vendor.requests()[0].done, "wrong key");
    let changed =
        control(&vendor, "keys", json!({"destination": "finance-api", "key": DEMO_KEY})).await;
    assert_eq!(changed.0, 200);
    assert_eq!(post(&vendor, PATH, "k", INVOICE).send().await.unwrap().status(), 201);
}

#[tokio::test]
async fn the_rate_limit_holds_per_destination_and_takes_no_step() {
    let vendor = vendor();
    vendor.rate_limit("finance-api", 2).unwrap();
    vendor.behave("LATE", vec![Step::Drop]);
    for _ in 0..2 {
        assert_eq!(post(&vendor, PATH, "k", INVOICE).send().await.unwrap().status(), 201);
    }
    let over = post(&vendor, PATH, "l", r#"{"external_id":"LATE"}"#).send().await.unwrap();
    assert_eq!(
        (over.status().as_u16(), &over.headers()["retry-after"]),
        (429, &"1".parse().unwrap())
    );
    assert_eq!(vendor.plans().len(), 1);
    let elsewhere = post(&vendor, "/plain-finance/v2/invoices", "k", INVOICE).send().await.unwrap();
    assert_eq!(elsewhere.status(), 201);
    assert_eq!((vendor.peak_per_second("finance-api"), vendor.peak_per_second("crm-api")), (3, 0));
    vendor.rate_limit("finance-api", None).unwrap();
    assert_eq!(post(&vendor, PATH, "k", INVOICE).send().await.unwrap().status(), 201);
}

#[tokio::test]
async fn connections_that_only_control_are_not_counted() {
    let vendor = vendor();
    let guide = request(&vendor, Method::GET, "/").send().await.unwrap().text().await.unwrap();
    assert_eq!(guide, vendor.guide());
    control(&vendor, "rate", json!({"destination": "finance-api", "per_second": null})).await;
    assert_eq!(vendor.connections(), 0);
    post(&vendor, PATH, "k", INVOICE).send().await.unwrap();
    assert_eq!(vendor.connections(), 1);
}

#[tokio::test]
async fn a_plan_can_be_set_and_watched_over_http() {
    let vendor = vendor();
    let plan = json!({"match": "D-1042", "plan": [{"do": "status", "code": 503, "retry_after": 7}, {"do": "commit_then_drop"}]});
    let (status, left) = control(&vendor, "behave", plan).await;
    assert_eq!((status, &left["plans"][0]["plan"][0]["retry_after"]), (200, &"7".into()));
    assert_eq!(post(&vendor, PATH, "k", INVOICE).send().await.unwrap().status(), 503);
    assert!(post(&vendor, PATH, "k", INVOICE).send().await.is_err());
    let usual = json!({"destination": "crm-api", "default": {"do": "status", "code": 500}});
    assert_eq!(control(&vendor, "behave", usual).await.0, 200);
    let get =
        async |path| super::json(request(&vendor, Method::GET, path).send().await.unwrap()).await.1;
    assert_eq!(get("/_vendor/behave").await["defaults"]["crm-api"]["code"], 500);
    assert_eq!(get("/_vendor/invoices").await["created"]["D-1042"], 1);
    let seen = get("/_vendor/requests?about=D-1042").await;
    assert_eq!(seen["items"][0]["answered"], 503);
    assert_eq!(seen["items"][1]["answered"], "no answer");
    assert_eq!(get("/_vendor/counts").await["peak_per_second"]["finance-api"], 2);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_the_reason() {
    let vendor = vendor();
    for (path, body, reason) in [
        ("behave", json!({"match": "x", "plan": [{"do": "dorp"}]}), "unknown variant `dorp`"),
        ("behave", json!({"match": "x"}), "give match and plan"),
        (
            "behave",
            json!({"match": "x", "plan": [{"do": "drop", "code": 1}]}),
            "step drop has no field code",
        ),
        ("keys", json!({"destination": "finance-api"}), "missing field `key`"),
        ("rate", json!({"destination": "nowhere", "per_second": 1}), "no destination nowhere"),
    ] {
        let (status, answer) = control(&vendor, path, body).await;
        assert!(status >= 400);
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(reason), "{message}");
    }
}

#[tokio::test]
async fn a_reset_forgets_everything() {
    let vendor = vendor();
    vendor.add_destination("ledger-api", Api::PlainInvoices);
    let there = post(&vendor, "/ledger-api/v2/invoices", "k", INVOICE).send().await.unwrap();
    assert_eq!(there.status(), 201);
    vendor.behave("x", vec![Step::Drop]);
    vendor.accept_key("crm-api", "other").unwrap();
    assert_eq!(control(&vendor, "reset", Value::Null).await.0, 200);
    assert_eq!((vendor.invoices().len(), vendor.requests().len(), vendor.plans().len()), (0, 0, 0));
    assert_eq!(vendor.connections(), 0);
    assert!(vendor.accept_key("ledger-api", "x").is_err());
    let (_, invoice) = super::json(post(&vendor, PATH, "k", INVOICE).send().await.unwrap()).await;
    assert_eq!(invoice["id"], "INV-1001");
}
