//! Trace context: AWS's header as it travels between functions, and W3C's as vendors know it.

use std::fmt;

/// Where a call belongs in a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    header: String,
    trace: String,
    span: String,
    sampled: bool,
}

/// The longest header that is passed on; SQS counts it against the message.
const LONGEST: usize = 500;

impl Trace {
    /// Reads `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
    ///
    /// Source: AWS X-Ray developer guide, "Tracing header". None when it has no root of that form.
    pub fn read(header: &str) -> Option<Self> {
        let field = |name: &str| {
            let fields = header.split(';').filter_map(|field| field.trim().split_once('='));
            fields.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        let trace = field("Root")?.strip_prefix("1-")?.replace('-', "");
        if !is_hex(&trace, 32) || header.len() > LONGEST || !header.is_ascii() {
            return None;
        }
        let span = field("Parent").filter(|span| is_hex(span, 16));
        // Where no span is named, the trace's own end stands for one, so that the same header reads the same.
        let span = span.unwrap_or(&trace[16..]).to_owned();
        let sampled = field("Sampled") == Some("1");
        Some(Self { header: header.to_owned(), trace, span, sampled })
    }

    /// The value of `traceparent` (W3C Trace Context, section 3.2).
    pub fn traceparent(&self) -> String {
        format!("00-{}-{}-{:02x}", self.trace, self.span, u8::from(self.sampled))
    }
}

impl fmt::Display for Trace {
    /// AWS's header, as it came.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.header)
    }
}

fn is_hex(text: &str, length: usize) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == length && text.bytes().all(hex) && text.bytes().any(|byte| byte != b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, wanted: Option<&str>) {
        let read = Trace::read(header);
        assert_eq!(read.as_ref().map(Trace::traceparent).as_deref(), wanted, "{header}");
        if let Some(trace) = read {
            assert_eq!(trace.to_string(), header);
        }
    }

    #[test]
    fn awss_header_reads_as_w3cs() {
        let root = "Root=1-5759e988-bd862e3fe1be46a994272793";
        let trace = "5759e988bd862e3fe1be46a994272793";
        check(
            &format!("{root};Parent=53995c3f42cd8ad8;Sampled=1"),
            Some(&format!("00-{trace}-53995c3f42cd8ad8-01")),
        );
        check(
            &format!("{root};Parent=53995c3f42cd8ad8;Sampled=0;Lineage=a87bd80c:1|68fd508a:5"),
            Some(&format!("00-{trace}-53995c3f42cd8ad8-00")),
        );
        check(root, Some(&format!("00-{trace}-e1be46a994272793-00")));
    }

    #[test]
    fn what_is_no_trace_is_passed_on_to_nobody() {
        check("", None);
        check("Root=2-5759e988-bd862e3fe1be46a994272793", None);
        check("Root=1-5759e988-bd862e3fe1be46a99427279", None);
        check("Root=1-00000000-000000000000000000000000", None);
        check("Root=1-5759e988-bd862e3fe1be46a99427279\n", None);
    }
}
