//! Who is at the desk, and whether her clock goes right.

use aws_config::SdkConfig;
use jiff::{SignedDuration, Timestamp, fmt::rfc2822};

use crate::desk::{
    signed::{Call, send},
    view::Check,
};

/// AWS refuses a signature whose time is further off; a source system's clock is no better than this one.
///
/// Source: AWS General Reference, Signature Version 4: five minutes.
const MOST_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Whether this machine's clock goes as AWS's does.
pub(super) async fn clock(config: &SdkConfig) -> Check {
    let call = Call {
        service: "sts",
        host: "sts",
        method: "POST",
        path: "/".to_owned(),
        headers: vec![("content-type", "application/x-www-form-urlencoded")],
        body: "Action=GetCallerIdentity&Version=2011-06-15".to_owned(),
    };
    // Also a refusal has a date.
    match send(config, call).await {
        Ok(said) => compare(said.date.as_deref(), Timestamp::now()),
        Err(why) => Check::unseen("clock", why),
    }
}

fn compare(theirs: Option<&str>, ours: Timestamp) -> Check {
    let read = |date| rfc2822::DateTimeParser::new().parse_timestamp(date).ok();
    let Some(theirs) = theirs.and_then(read) else {
        return Check::unseen("clock", "the answer has no date to compare with");
    };
    let skew = ours.duration_since(theirs).abs();
    let said = format!("differs from AWS's by {} s", skew.as_secs());
    if skew < MOST_SKEW {
        Check::good("clock", said)
    } else {
        Check::bad("clock", said, "set this machine's clock; AWS refuses what it signs")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::view::Found;

    #[test]
    fn a_clock_that_is_minutes_off_is_found() {
        let found = |date| {
            let ours = "2026-03-02T12:00:00Z".parse().expect("a time");
            compare(date, ours).found
        };
        assert_eq!(found(Some("Mon, 02 Mar 2026 12:00:02 GMT")), Found::Good);
        assert_eq!(found(Some("Mon, 02 Mar 2026 12:06:00 GMT")), Found::Bad);
        assert_eq!((found(Some("soon")), found(None)), (Found::Unseen, Found::Unseen));
    }
}
