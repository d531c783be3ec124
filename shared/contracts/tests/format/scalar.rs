//! Single values: each is written as a text or a number, with a form of its own.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// A value with a form of its own.
macro_rules! scalar {
    ($($(#[doc = $doc:literal])* $name:ident $schema:tt;)*) => {
        $(
            $(#[doc = $doc])*
            pub(crate) struct $name;

            impl JsonSchema for $name {
                fn schema_name() -> Cow<'static, str> {
                    stringify!($name).into()
                }

                fn inline_schema() -> bool {
                    true
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    json_schema!($schema)
                }
            }
        )*
    };
}

scalar! {
    /// The version of the format.
    Version {"const": 1};
    /// Lower-case words of letters and digits, joined by `-`.
    Kebab {"type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "maxLength": 48};
    /// A length of time.
    Length {"type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$", "examples": ["10s", "15m", "24h", "400d"]};
    /// The name of a secret below `fairlead/` in Secrets Manager.
    Secret {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$"};
    /// An https URL.
    Https {"type": "string", "pattern": "^https://[^\\s@]+$"};
    /// A file beside `integration.yaml`.
    File {"type": "string", "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._-]*$"};
    /// A jq expression over the event.
    Jq {"type": "string", "minLength": 1};
    /// A text with `\(...)`, each a jq expression over the event.
    Template {"type": "string", "minLength": 1};
    /// A plain text.
    Text {"type": "string", "minLength": 1};
    /// An event type.
    EventType {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"};
    /// The name of a header.
    Header {"type": "string", "pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$"};
    /// So many calls in so much time.
    Rate {"type": "string", "pattern": "^[0-9]+/[smh]$", "examples": ["10/s", "600/m", "5000/h"]};
    /// A share of the calls, from 1% to 100%.
    Share {"type": "string", "pattern": "^(100|[1-9][0-9]?)%$", "examples": ["50%"]};
    /// A value of a table; numbers and yes or no are read as texts.
    Cell {"type": ["string", "number", "boolean"]};
    /// A count from 1 to 1000.
    Count {"type": "integer", "minimum": 1, "maximum": 1000};
}
