//! What JSON Schema's keywords hold: the vocabulary of drafts 7, 2019-09 and 2020-12.

/// What stands under a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// A value that is no schema.
    Plain,
    /// A schema for the same value.
    InPlace,
    /// A list of schemas for the same value.
    InPlaceList,
    /// Schemas for the same value, by name.
    InPlaceMap,
    /// A schema, or a list of schemas, for parts of the value.
    Parts,
    /// Schemas for parts of the value, by name.
    PartsMap,
    /// Schemas for use elsewhere, by name.
    Shelf,
}

/// The keywords that we know, by name.
const KEYWORDS: [(&str, Holds); 58] = [
    ("$schema", Holds::Plain),
    ("$id", Holds::Plain),
    ("$comment", Holds::Plain),
    ("$ref", Holds::Plain),
    ("$anchor", Holds::Plain),
    ("$defs", Holds::Shelf),
    ("definitions", Holds::Shelf),
    ("title", Holds::Plain),
    ("description", Holds::Plain),
    ("default", Holds::Plain),
    ("examples", Holds::Plain),
    ("deprecated", Holds::Plain),
    ("readOnly", Holds::Plain),
    ("writeOnly", Holds::Plain),
    ("type", Holds::Plain),
    ("enum", Holds::Plain),
    ("const", Holds::Plain),
    ("multipleOf", Holds::Plain),
    ("maximum", Holds::Plain),
    ("exclusiveMaximum", Holds::Plain),
    ("minimum", Holds::Plain),
    ("exclusiveMinimum", Holds::Plain),
    ("maxLength", Holds::Plain),
    ("minLength", Holds::Plain),
    ("pattern", Holds::Plain),
    ("format", Holds::Plain),
    ("contentEncoding", Holds::Plain),
    ("contentMediaType", Holds::Plain),
    ("maxItems", Holds::Plain),
    ("minItems", Holds::Plain),
    ("uniqueItems", Holds::Plain),
    ("maxContains", Holds::Plain),
    ("minContains", Holds::Plain),
    ("maxProperties", Holds::Plain),
    ("minProperties", Holds::Plain),
    ("required", Holds::Plain),
    ("dependentRequired", Holds::Plain),
    ("not", Holds::InPlace),
    ("if", Holds::InPlace),
    ("then", Holds::InPlace),
    ("else", Holds::InPlace),
    ("allOf", Holds::InPlaceList),
    ("anyOf", Holds::InPlaceList),
    ("oneOf", Holds::InPlaceList),
    ("dependentSchemas", Holds::InPlaceMap),
    ("items", Holds::Parts),
    ("prefixItems", Holds::Parts),
    ("additionalItems", Holds::Parts),
    ("contains", Holds::Parts),
    ("additionalProperties", Holds::Parts),
    ("propertyNames", Holds::Parts),
    ("unevaluatedItems", Holds::Parts),
    ("unevaluatedProperties", Holds::Parts),
    ("properties", Holds::PartsMap),
    ("patternProperties", Holds::PartsMap),
    ("contentSchema", Holds::Parts),
    ("$vocabulary", Holds::Plain),
    ("dependencies", Holds::InPlaceMap),
];

/// What stands under a keyword; nothing when the keyword is not known. Names with `x-` are the user's own.
pub(super) fn holds(name: &str) -> Option<Holds> {
    if name.starts_with("x-") {
        return Some(Holds::Plain);
    }
    KEYWORDS.iter().find(|(keyword, _)| *keyword == name).map(|(_, holds)| *holds)
}

/// All names, for suggestions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().map(|(name, _)| *name)
}
