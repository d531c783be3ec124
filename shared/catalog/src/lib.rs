//! The integrations of this bundle, checked at build and embedded.

use std::sync::OnceLock;

use fairlead_core::integration::Catalog;

/// All integrations and destinations that this bundle was built with.
///
/// # Panics
/// Never in a bundle that was built: the build writes the text that is read here, and the tests read it.
pub fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/catalog.json")))
            .expect("the build wrote this catalog")
    })
}

#[cfg(test)]
mod tests {
    use super::catalog;

    #[test]
    fn every_integration_of_the_bundle_has_its_destination() {
        assert!(!catalog().integrations.is_empty());
        for name in catalog().integrations.keys() {
            assert!(catalog().find(name).is_some(), "{name}");
        }
    }
}
