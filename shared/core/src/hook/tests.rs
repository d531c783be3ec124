//! The examples that the senders publish themselves, and each of them spoilt in every way that matters.

use super::*;

/// One published message: who published it, how it is verified, and when it was sent.
struct Example {
    from: &'static str,
    scheme: Scheme,
    secret: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static [u8],
    sent_at: i64,
}

/// The specification's own libraries (standard-webhooks/standard-webhooks, libraries/javascript/src/webhook.test.ts).
const STANDARD: Example = Example {
    from: "Standard Webhooks",
    scheme: Scheme::StandardWebhooks,
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    headers: &[
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ],
    body: br#"{"test": 2432232314}"#,
    sent_at: 1_614_265_330,
};

/// Stripe's own library (stripe/stripe-dotnet, src/StripeTests/Services/Events/EventUtilityTest.cs).
const STRIPE: Example = Example {
    from: "Stripe",
    scheme: Scheme::Stripe,
    secret: "webhook_secret",
    headers: &[(
        "Stripe-Signature",
        "t=1533204620,v1=f0bdba6d4eacbd8ad8a3bbadd7248e633ec1477f7899c124c51b39405fa36613,v0=63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef",
    )],
    body: include_bytes!("stripe.json"),
    sent_at: 1_533_204_620,
};

/// GitHub Docs, "Validating webhook deliveries", "Testing the webhook payload validation".
const GITHUB: Example = Example {
    from: "GitHub",
    scheme: Scheme::Github,
    secret: "It's a Secret to Everybody",
    headers: &[(
        "X-Hub-Signature-256",
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    )],
    body: b"Hello, World!",
    sent_at: 1_533_204_620,
};

/// Made as Shopify's documentation says ("Verify webhook deliveries"); the same digest is published by SQLPage's
/// tests of its own Shopify example.
const SHOPIFY: Example = Example {
    from: "Shopify",
    scheme: Scheme::Shopify,
    secret: "test-webhook-secret",
    headers: &[("X-Shopify-Hmac-Sha256", "QNyObTlKbMx2qDlPF/ZOZcBqg5OgPg+2oky3zldc0Gw=")],
    body: br#"{"id":1234567890,"email":"customer@example.com","total_price":"123.45"}"#,
    sent_at: 1_533_204_620,
};

/// Slack's documentation, "Verifying requests from Slack": a scheme that none of the named ones covers.
fn slack() -> Example {
    Example {
        from: "Slack, as a generic HMAC",
        scheme: Scheme::Hmac(HmacRule {
            algorithm: Algorithm::Sha256,
            header: "x-slack-signature".to_owned(),
            encoding: Encoding::Hex,
            prefix: "v0=".to_owned(),
            timestamp: Some("x-slack-request-timestamp".to_owned()),
            signed: vec![
                Piece::Text("v0:".to_owned()),
                Piece::Timestamp,
                Piece::Text(":".to_owned()),
                Piece::Body,
            ],
        }),
        secret: "8f742231b10e8888abcd99yyyzzz85a5",
        headers: &[
            ("X-Slack-Request-Timestamp", "1531420618"),
            (
                "X-Slack-Signature",
                "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
            ),
        ],
        body: b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
        sent_at: 1_531_420_618,
    }
}

fn all() -> [Example; 5] {
    [STANDARD, STRIPE, GITHUB, SHOPIFY, slack()]
}

impl Example {
    fn judge(
        &self,
        secret: &str,
        headers: &Headers,
        body: &[u8],
        later: i64,
    ) -> Result<(), Unproven> {
        let rule = Verify {
            scheme: self.scheme.clone(),
            secret: SecretName::new("crm"),
            tolerance: Duration::from_secs(300),
        };
        let now = Timestamp::from_second(self.sent_at + later).expect("a time");
        verify(&rule, secret, headers, body, now)
    }

    fn headers(&self) -> Headers {
        self.headers.iter().copied().collect()
    }
}

#[test]
fn every_published_example_is_proven() {
    for example in all() {
        let judged = example.judge(example.secret, &example.headers(), example.body, 0);
        assert_eq!(judged, Ok(()), "{}", example.from);
    }
}

#[test]
fn one_changed_byte_anywhere_in_the_body_proves_nothing() {
    for example in all() {
        for at in 0..example.body.len() {
            let mut body = example.body.to_vec();
            body[at] ^= 1;
            let judged = example.judge(example.secret, &example.headers(), &body, 0);
            assert_eq!(judged, Err(Unproven::Wrong), "{} at {at}", example.from);
        }
        let longer = [example.body, b" "].concat();
        let judged = example.judge(example.secret, &example.headers(), &longer, 0);
        assert_eq!(judged, Err(Unproven::Wrong), "{}", example.from);
    }
}

#[test]
fn a_message_from_five_minutes_ago_or_ahead_is_stale_where_it_carries_a_time() {
    for example in all() {
        for (later, fits) in [(-301, false), (-300, true), (300, true), (301, false)] {
            let judged = example.judge(example.secret, &example.headers(), example.body, later);
            let wanted =
                if fits || !example.scheme.has_time() { Ok(()) } else { Err(Unproven::Stale) };
            assert_eq!(judged, wanted, "{} {later}", example.from);
        }
    }
}

#[test]
fn a_time_that_was_moved_to_now_proves_nothing() {
    for example in all().iter().filter(|example| example.scheme.has_time()) {
        let now = (example.sent_at + 1_000).to_string();
        let old = example.sent_at.to_string();
        let moved = example.headers.iter().map(|(n, v)| (*n, v.replacen(&old, &now, 1)));
        let judged = example.judge(example.secret, &moved.collect(), example.body, 1_000);
        assert_eq!(judged, Err(Unproven::Wrong), "{}", example.from);
    }
}

#[test]
fn a_missing_empty_cut_or_foreign_header_proves_nothing() {
    for example in all() {
        for (left_out, _) in example.headers {
            let rest = example.headers.iter().filter(|(name, _)| name != left_out).copied();
            let judged = example.judge(example.secret, &rest.collect(), example.body, 0);
            assert_eq!(judged, Err(Unproven::Missing), "{} without {left_out}", example.from);
            for bad in ["", "v1,", "t=,v1=", "sha256=", "v0=", "sha256=zz", "\u{fffd}", "-1"] {
                let spoilt =
                    example.headers.iter().map(|(n, v)| (*n, if n == left_out { bad } else { *v }));
                let judged = example.judge(example.secret, &spoilt.collect(), example.body, 0);
                assert!(judged.is_err(), "{} with {left_out}: {bad}", example.from);
            }
        }
        let cut = example.headers.iter().map(|(n, v)| (*n, &v[..v.len() / 2]));
        let judged = example.judge(example.secret, &cut.collect(), example.body, 0);
        assert!(judged.is_err(), "{} cut short", example.from);
    }
}

#[test]
fn each_line_of_the_secret_is_a_key_and_the_old_one_ends_with_its_line() {
    for example in all() {
        let other = match example.scheme {
            Scheme::StandardWebhooks => "whsec_YWJjZA==",
            _ => "another key",
        };
        let judge = |secret: &str| example.judge(secret, &example.headers(), example.body, 0);
        assert_eq!(judge(&format!("{other}\n{}\n", example.secret)), Ok(()), "{}", example.from);
        assert_eq!(
            judge(&format!("{}\r\n\r\n{other}", example.secret)),
            Ok(()),
            "{}",
            example.from
        );
        assert_eq!(judge(other), Err(Unproven::Wrong), "{}", example.from);
        let many = format!("{}\n", example.secret).repeat(MOST_KEYS + 1);
        assert_eq!(judge(&many), Err(Unproven::NoKey), "{}", example.from);
        assert_eq!(judge(" \n"), Err(Unproven::NoKey), "{}", example.from);
    }
}

#[test]
fn one_of_several_signatures_is_enough_and_other_versions_are_not_looked_at() {
    let wrong = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";
    let good = STANDARD.headers[2].1;
    let judge = |signature: String| {
        let headers =
            [STANDARD.headers[0], STANDARD.headers[1], ("webhook-signature", &*signature)];
        STANDARD.judge(STANDARD.secret, &headers.into_iter().collect(), STANDARD.body, 0)
    };
    assert_eq!(judge(format!("{wrong} v1a,x {good} {wrong}")), Ok(()));
    assert_eq!(judge(wrong.to_owned()), Err(Unproven::Wrong));
    assert_eq!(judge(good.replacen("v1", "v2", 1)), Err(Unproven::Malformed));
    let many = format!("{} {good}", [wrong; 20].join(" "));
    assert_eq!(judge(many), Err(Unproven::Wrong), "only so many are looked at");
}

#[test]
fn svix_names_stand_for_the_standard_ones() {
    let svix = STANDARD.headers.iter().map(|(name, v)| (name.replacen("webhook", "svix", 1), *v));
    assert_eq!(STANDARD.judge(STANDARD.secret, &svix.collect(), STANDARD.body, 0), Ok(()));
}

#[test]
fn every_algorithm_and_encoding_is_verified() {
    // RFC 2202 test case 2 and RFC 4231 test case 2: key "Jefe".
    let body = b"what do ya want for nothing?";
    for (algorithm, hex) in [
        (Algorithm::Sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (Algorithm::Sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (
            Algorithm::Sha512,
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ),
    ] {
        let bytes = digest::hex(hex).expect("digits");
        let in_base64 = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, bytes);
        for (encoding, signature) in
            [(Encoding::Hex, hex.to_uppercase()), (Encoding::Base64, in_base64)]
        {
            let scheme = Scheme::Hmac(HmacRule {
                algorithm,
                header: "x-signature".to_owned(),
                encoding,
                prefix: String::new(),
                timestamp: None,
                signed: vec![Piece::Body],
            });
            let example = Example { scheme, ..GITHUB };
            let headers = [("X-Signature", signature)].into_iter().collect();
            assert_eq!(
                example.judge("Jefe", &headers, body, 0),
                Ok(()),
                "{algorithm:?} {encoding:?}"
            );
        }
    }
}

#[test]
fn a_time_in_milliseconds_is_understood() {
    let example = slack();
    let headers: Headers = [
        ("x-slack-request-timestamp", "1531420618000"),
        ("x-slack-signature", example.headers[1].1),
    ]
    .into_iter()
    .collect();
    // The time fits; the signature covers another text.
    assert_eq!(example.judge(example.secret, &headers, example.body, 0), Err(Unproven::Wrong));
}
