//! The kinds of mistakes in a configuration, each with a stable code that `fairlead explain` knows.

use std::fmt;

macro_rules! codes {
    ($($code:ident $title:literal,)*) => {
        /// A kind of mistake. Codes are never given a new meaning; new kinds get new codes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $code,)*
        }

        impl Code {
            /// All codes, in order.
            pub const ALL: &'static [Self] = &[$(Self::$code),*];

            /// The code as it is written: `FL0103`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => stringify!($code),)*
                }
            }

            /// What this kind of mistake is, in a few words.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$code => $title,)*
                }
            }
        }
    };
}

codes! {
    FL0001 "a file or folder cannot be read",
    FL0002 "a file that is named is not there",
    FL0003 "a file is too large",
    FL0004 "a file is not UTF-8",
    FL0005 "a file name leads out of its folder",

    FL0101 "a file is not YAML",
    FL0102 "a key stands twice",
    FL0103 "a key is not known",
    FL0104 "a key is missing",
    FL0105 "a value has the wrong form",
    FL0106 "anchors, aliases, tags and further documents are not read",
    FL0107 "a value is empty",

    FL0201 "the format version is not known",
    FL0202 "the name is not the folder's name",
    FL0203 "a name has the wrong form",
    FL0204 "a length of time has the wrong form",
    FL0205 "the HTTP method is not one that writes",
    FL0206 "a header name has the wrong form",
    FL0207 "a header is set by Fairlead itself",
    FL0208 "a URL has the wrong form",
    FL0209 "a secret name has the wrong form",
    FL0210 "a path has the wrong form",
    FL0211 "a value is out of bounds",
    FL0212 "a user, client, scope or parameter has the wrong form",
    FL0213 "an address is not one that a vendor can have",
    FL0214 "a rate has the wrong form",

    FL0301 "the destination is not declared",
    FL0302 "nothing says what a repeated request does",
    FL0303 "two promises about a repeated request",
    FL0304 "events are forgotten before their delivery ends",
    FL0305 "the schedule is longer than the time to give up",
    FL0306 "the idempotency key is the same for every event",
    FL0307 "a setting has no effect",
    FL0308 "two ways to prove who we are",
    FL0309 "two settings want the same header",

    FL0401 "an expression is not jq",
    FL0402 "a function is not allowed",
    FL0403 "a function or variable is not known",
    FL0404 "a definition calls itself",
    FL0405 "a program is too large",
    FL0406 "a regular expression cannot be used",
    FL0407 "an interpolation has the wrong form",
    FL0408 "a table is not declared",

    FL0501 "a file is not JSON",
    FL0502 "a file is not a JSON Schema",
    FL0503 "a schema refers to another document",
    FL0504 "a schema could take forever",
    FL0505 "a format is not known",
    FL0506 "a keyword is not known",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn codes_stand_in_order_and_once() {
        let written: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        let mut sorted = written.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(written, sorted);
    }
}
