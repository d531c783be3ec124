//! Reads and checks a whole folder of configuration.

use std::{fs, path::Path};

use fairlead_core::integration::Catalog;

use crate::{
    code::Code,
    destination::{self, Declared},
    integration,
    report::{Asked, Mistake, Mistakes, Report},
    source::Source,
};

/// Everything that can be said about a folder of configuration.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What it compiles to, when there is no mistake.
    pub catalog: Result<Catalog, Report>,
    /// What is no mistake but should be known, in order of file and line.
    pub warnings: Vec<Mistake>,
}

/// Reads everything under `dir`, checks everything, and compiles it.
///
/// `dir` holds `destinations.yaml`, `defaults.yaml` if something holds for all, and one folder per integration.
/// Folders without an `integration.yaml` are mistakes, so none is left out by a slip; names that begin with a dot are skipped.
///
/// # Errors
/// All mistakes at once, in order of file and line.
pub fn compile(dir: &Path) -> Result<Catalog, Report> {
    check(dir).catalog
}

/// The same with warnings, for people who write integrations.
pub fn check(dir: &Path) -> Checked {
    let mut mistakes = Mistakes::default();
    let catalog = read(dir, &mut mistakes);
    let (found, warnings) = mistakes.all();
    let catalog = if found.is_empty() { Ok(catalog) } else { Err(Report { mistakes: found }) };
    Checked { catalog, warnings }
}

/// Every key that the reader knows in the mappings that stand below `dir`.
///
/// For the test that keeps the schemas of the format equal to the reader.
pub fn accepted_keys(dir: &Path) -> Vec<Asked> {
    let mut mistakes = Mistakes::default();
    read(dir, &mut mistakes);
    mistakes.all_asked()
}

fn read(dir: &Path, mistakes: &mut Mistakes) -> Catalog {
    let declared = match Source::read(dir, destination::FILE, mistakes) {
        Some(source) => destination::read(&source, mistakes),
        None => Declared::default(),
    };
    let defaults = integration::defaults(dir, mistakes);
    let mut catalog = Catalog::default();
    for folder in folders(dir, mistakes) {
        let read = integration::read(dir, &folder, &declared, &defaults, mistakes);
        if let Some(integration) = read {
            catalog.integrations.insert(integration.name.clone(), integration);
        }
    }
    catalog.destinations = declared.good;
    catalog.stages = declared.stages;
    catalog
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
