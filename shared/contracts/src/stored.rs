//! How much of an entry an event and its request take, so that what cannot be kept is refused while it can be.

use std::io::Write;

use fairlead_core::{
    request::MOST_STORED,
    violation::{Contract, Violation},
};
use flate2::{Compression, write::GzEncoder};

/// Says so when both together are more than an entry holds; the ledger compresses long texts as is done here.
pub(crate) fn check(event: &str, body: &str) -> Option<Violation> {
    if event.len() + body.len() <= MOST_STORED {
        return None;
    }
    let bytes = compressed(event) + compressed(body);
    let detail = || {
        format!("takes {bytes} bytes with its event, compressed; at most {MOST_STORED} are kept")
    };
    (bytes > MOST_STORED).then(|| Violation {
        pointer: String::new(),
        detail: detail(),
        of: Contract::Request,
    })
}

fn compressed(text: &str) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing into memory does not fail.
    let written = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    written.map_or(text.len(), |bytes| bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Printable characters in no order that a compressor finds.
    fn noise(length: usize) -> String {
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b'#' + u8::try_from((state >> 33) % 57).unwrap_or(0))
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn what_does_not_fit_an_entry_is_refused_and_what_is_only_long_is_not() {
        let refused = check(&noise(200_000), &noise(200_000)).expect("too much");
        assert!(refused.detail.contains("at most 240000 are kept"), "{}", refused.detail);
        assert_eq!(check(&noise(120_000), &noise(120_000)), None);
        assert_eq!(check(&"x".repeat(200_000), &"x".repeat(250_000)), None);
    }
}
