//! The JSON Schemas of the format itself, for editors. They lie below `integrations/.schema/`.

/// Each schema by its file name; `tests/format` generates them, and keeps them equal to the reader.
pub fn editor_schemas() -> [(&'static str, &'static str); 3] {
    [
        (
            "integration.schema.json",
            include_str!("../../../integrations/.schema/integration.schema.json"),
        ),
        (
            "destinations.schema.json",
            include_str!("../../../integrations/.schema/destinations.schema.json"),
        ),
        (
            "defaults.schema.json",
            include_str!("../../../integrations/.schema/defaults.schema.json"),
        ),
    ]
}
