//! The integrations of the deployed bundle: the user's examples, and beside them the tests' own.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use fairlead::vendor::Api;
use fairlead_core::{id::DestinationName, integration::Catalog};

/// The folder with the tests' own integrations.
pub(crate) fn own() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("integrations")
}

/// What the deployed functions were built with.
pub(crate) fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let mut catalog = fairlead_catalog::catalog().clone();
        let own = fairlead_contracts::compile(&own()).unwrap_or_else(|report| panic!("{report}"));
        catalog.integrations.extend(own.integrations);
        catalog.destinations.extend(own.destinations);
        catalog
    })
}

/// The API of a destination that only the tests have; the vendor knows the others by itself.
pub(crate) fn api(destination: &DestinationName) -> Option<Api> {
    let ours = !fairlead_catalog::catalog().destinations.contains_key(destination);
    let plain = destination.as_str().ends_with("-plain");
    ours.then_some(if plain { Api::PlainInvoices } else { Api::KeyedInvoices })
}
