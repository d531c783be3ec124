//! Reads and checks a whole folder of configuration.

use std::{fs, path::Path};

use fairlead_core::integration::Catalog;

use crate::{
    code::Code,
    destination::{self, Declared},
    integration,
    report::{Mistakes, Report},
    source::Source,
};

/// Reads everything under `dir`, checks everything, and compiles it.
///
/// `dir` holds `destinations.yaml` and one folder per integration.
/// Folders without an `integration.yaml` are mistakes, so none is left out by a slip; names that begin with a dot are skipped.
///
/// # Errors
/// All mistakes at once, in order of file and line.
pub fn compile(dir: &Path) -> Result<Catalog, Report> {
    let mut mistakes = Mistakes::default();
    let declared = match Source::read(dir, destination::FILE, &mut mistakes) {
        Some(source) => destination::read(&source, &mut mistakes),
        None => Declared::default(),
    };
    let mut catalog = Catalog::default();
    for folder in folders(dir, &mut mistakes) {
        if let Some(integration) = integration::read(dir, &folder, &declared, &mut mistakes) {
            catalog.integrations.insert(integration.name.clone(), integration);
        }
    }
    catalog.destinations = declared.good;
    mistakes.or(catalog)
}

/// The names of all folders, sorted.
fn folders(dir: &Path, mistakes: &mut Mistakes) -> Vec<String> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => {
            mistakes.add_file(
                Code::FL0001,
                ".",
                format!("the folder cannot be read: {error}"),
                "name the folder that holds destinations.yaml",
            );
            return Vec::new();
        }
    };
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}
