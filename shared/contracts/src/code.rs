//! The kinds of mistakes in a configuration, each with a stable code that `fairlead explain` knows.

use std::fmt;

use crate::text::nearest;

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

            /// The page that explains it, as Markdown: what it means, an example that is wrong, and the mend.
            ///
            /// A new code does not build before its page `src/explain/FL....md` is written.
            pub fn page(self) -> &'static str {
                match self {
                    $(Self::$code => include_str!(concat!("explain/", stringify!($code), ".md")),)*
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
    FL0215 "an outcome has the wrong form",
    FL0220 "a scheme of signatures is not known",
    FL0221 "what is signed has the wrong form",

    FL0301 "the destination is not declared",
    FL0302 "nothing says what a repeated request does",
    FL0303 "two promises about a repeated request",
    FL0304 "events are forgotten before their delivery ends",
    FL0305 "the schedule is longer than the time to give up",
    FL0306 "the idempotency key is the same for every event",
    FL0307 "a setting has no effect",
    FL0308 "two ways to prove who we are",
    FL0309 "two settings want the same header",
    FL0310 "a destination says nothing about a stage",
    FL0311 "a lookup could be wrong about what the vendor has",
    FL0320 "the key is not covered by the signature",
    FL0330 "create and update do not fit the rest",

    FL0401 "an expression is not jq",
    FL0402 "a function is not allowed",
    FL0403 "a function or variable is not known",
    FL0404 "a definition calls itself",
    FL0405 "a program is too large",
    FL0406 "a regular expression cannot be used",
    FL0407 "an interpolation has the wrong form",
    FL0408 "a table is not declared",
    FL0409 "an expression over an answer uses what is not known there",
    FL0410 "a need is not declared",

    FL0501 "a file is not JSON",
    FL0502 "a file is not a JSON Schema",
    FL0503 "a schema refers to another document",
    FL0504 "a schema could take forever",
    FL0505 "a format is not known",
    FL0506 "a keyword is not known",

    FL0601 "a lost answer could make a second record",
    FL0602 "a later change would be taken for a repetition",
    FL0603 "nobody is told when the owner does not look",
    FL0604 "nothing tries the integration",
    FL0605 "a stranger's record could be adopted",
}

impl Code {
    /// The code that a text names, in any case and with or without `FL` and zeros: `FL0103`, `fl0103`, `103`.
    pub fn find(text: &str) -> Option<Self> {
        let written = Self::written(text);
        Self::ALL.iter().copied().find(|code| code.as_str() == written)
    }

    /// The code that a text is most likely a slip of.
    pub fn near(text: &str) -> Option<Self> {
        let written = Self::written(text);
        let near = nearest(&written, Self::ALL.iter().map(|code| code.as_str()))?;
        Self::find(near)
    }

    fn written(text: &str) -> String {
        let upper = text.trim().to_ascii_uppercase();
        let digits = upper.strip_prefix("FL").unwrap_or(&upper);
        format!("FL{digits:0>4}")
    }
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

    #[test]
    fn every_page_has_its_title_an_example_that_is_wrong_and_the_mend() {
        for code in Code::ALL {
            let page = code.page();
            let title = format!("# {code}: {}\n\n", code.title());
            assert!(page.starts_with(&title), "src/explain/{code}.md must begin with {title}");
            for part in ["\n## Wrong\n\n```", "\n## Mend\n\n```"] {
                assert_eq!(page.matches(part).count(), 1, "src/explain/{code}.md needs {part:?}");
            }
        }
    }

    #[test]
    fn a_code_is_found_as_people_write_it() {
        for text in ["FL0103", "fl0103", "103", "fl103", " 0103 "] {
            assert_eq!(Code::find(text), Some(Code::FL0103), "{text}");
        }
        assert_eq!(Code::find("FL0999"), None);
        assert_eq!(Code::near("FL0302x"), Some(Code::FL0302));
        assert_eq!(Code::near("owner"), None);
    }
}
