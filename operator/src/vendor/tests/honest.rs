//! The vendor when it behaves.
use super::*;

#[tokio::test]
async fn the_same_key_and_body_make_one_invoice_and_the_first_answer_again() {
    let vendor = vendor();
    let (status, first) =
        json(post(&vendor, "/finance-api/v2/invoices", "k", INVOICE).send().await.unwrap()).await;
    assert_eq!(
        (status, &first["id"], &first["status"]),
        (201, &"INV-1001".into(), &"draft".into())
    );
    let again =
        json(post(&vendor, "/finance-api/v2/invoices", "k", INVOICE).send().await.unwrap()).await;
    assert_eq!(again, (201, first));
    assert_eq!(vendor.invoices_for("D-1042").len(), 1);
    let effects: Vec<_> = vendor.requests().into_iter().map(|one| one.effect.unwrap()).collect();
    assert_eq!(effects, ["created INV-1001", "replayed INV-1001"]);
}

#[tokio::test]
async fn the_same_key_with_another_body_is_refused_and_says_why() {
    let vendor = vendor();
    post(&vendor, "/finance-api/v2/invoices", "k", INVOICE).send().await.unwrap();
    let other = INVOICE.replace("12000", "12001");
    let (status, body) =
        json(post(&vendor, "/finance-api/v2/invoices", "k", &other).send().await.unwrap()).await;
    assert_eq!((status, &body["error"]["code"]), (422, &"idempotency_key_reused".into()));
    assert!(body["error"]["message"].as_str().unwrap().contains("INV-1001"));
    assert_eq!(vendor.invoices().len(), 1);
}

#[tokio::test]
async fn the_plain_destination_makes_a_duplicate_of_every_repetition() {
    let vendor = vendor();
    for _ in 0..3 {
        post(&vendor, "/plain-finance/v2/invoices", "k", INVOICE).send().await.unwrap();
    }
    assert_eq!(vendor.invoices_for("D-1042").len(), 3);
    post(&vendor, "/finance-api/v2/invoices", "k", INVOICE).send().await.unwrap();
    let path = "/plain-finance/v2/invoices?external_id=D%2D1042";
    let (_, found) = json(request(&vendor, Method::GET, path).send().await.unwrap()).await;
    assert_eq!(found["items"].as_array().unwrap().len(), 3, "each destination shows its own");
    assert_eq!(found["items"][0]["x"]["y"], 1, "unknown fields are kept");
}

#[tokio::test]
async fn customers_are_replaced_by_put_and_merged_by_patch() {
    let vendor = vendor();
    let write = |method, body: &'static str| {
        request(&vendor, method, "/crm-api/v3/customers/C%207").body(body)
    };
    let (status, _) =
        json(write(Method::PUT, r#"{"name":"A","tier":1}"#).send().await.unwrap()).await;
    assert_eq!(status, 201);
    let (status, merged) = json(write(Method::PATCH, r#"{"tier":2}"#).send().await.unwrap()).await;
    assert_eq!(
        (status, merged.to_string()),
        (200, r#"{"id":"C 7","name":"A","tier":2}"#.to_owned())
    );
    json(write(Method::PUT, r#"{"name":"B"}"#).send().await.unwrap()).await;
    let (_, read) = json(write(Method::GET, "").send().await.unwrap()).await;
    assert_eq!(read.to_string(), r#"{"id":"C 7","name":"B"}"#);
    assert_eq!((vendor.customers().len(), vendor.customers()[0].writes), (1, 3));
}

#[tokio::test]
async fn what_is_no_invoice_is_refused_without_effect() {
    let vendor = vendor();
    for (body, expected) in [("[]", 400), ("{", 400), ("{}", 422), (r#"{"external_id":null}"#, 422)]
    {
        let sent = post(&vendor, "/finance-api/v2/invoices", "k", body).send().await.unwrap();
        assert_eq!(sent.status(), expected, "{body}");
    }
    let nowhere = post(&vendor, "/nowhere/v2/invoices", "k", INVOICE).send().await.unwrap();
    assert_eq!(nowhere.status(), 404);
    let wrong = request(&vendor, Method::DELETE, "/finance-api/v2/invoices").send().await.unwrap();
    assert_eq!(wrong.status(), 405);
    assert!(vendor.invoices().is_empty());
}

#[tokio::test]
async fn the_log_shows_everything_but_the_key() {
    let vendor = vendor();
    post(&vendor, "/finance-api/v2/invoices", "k-1", INVOICE).send().await.unwrap();
    let seen = &vendor.requests_about("D-1042")[0];
    assert_eq!((seen.destination.as_str(), seen.path.as_str()), ("finance-api", "/v2/invoices"));
    assert_eq!((seen.idempotency_key.as_deref(), seen.answered), (Some("k-1"), Some(201)));
    assert_eq!((seen.body.as_str(), seen.body_sha256.len()), (INVOICE, 64));
    let log = serde_json::to_string(&vendor.requests()).unwrap();
    assert!(log.contains("Bearer ***") && !log.contains(DEMO_KEY), "{log}");
    assert!(vendor.requests_about("D-104").is_empty());
}

#[tokio::test]
async fn it_stops_on_drop_and_gives_the_port_back() {
    let vendor = vendor();
    let port: u16 = vendor.url().rsplit(':').next().unwrap().parse().unwrap();
    let mut idle = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    assert!(matches!(Vendor::start(Some(port)), Err(super::super::VendorError::Listen { .. })));
    drop(vendor);
    assert_eq!(rest(&mut idle).await.0, "", "connections end with it");
    Vendor::start(Some(port)).unwrap().stop().await;
    Vendor::start(Some(port)).unwrap();
}
