//! The folder `integrations/` of the project in which the command was started.
//!
//! It is read when a command needs it, not embedded: an edit is seen at once, and a mistake in it stops no other command.

use std::{
    env,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use fairlead_contracts::{Report, compile};
use fairlead_core::integration::Catalog;

/// The folder's name.
pub const NAME: &str = "integrations";

/// Why there is no catalog.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FolderError {
    /// Neither here nor above.
    #[error(
        "there is no folder {NAME} with a destinations.yaml, here or above; go to the project's folder, or begin with `fairlead init`"
    )]
    NoFolder,
    /// It has mistakes.
    #[error("the configuration has mistakes:\n\n{0}; see `fairlead check`")]
    Mistakes(Report),
}

/// The folder of the project, from the current folder upwards.
///
/// # Errors
/// When there is none.
pub fn find() -> Result<PathBuf, FolderError> {
    let here = env::current_dir().map_err(|_| FolderError::NoFolder)?;
    above(&here).ok_or(FolderError::NoFolder)
}

/// What the folder declares; read once.
///
/// # Errors
/// When there is no folder, or it has mistakes.
pub fn catalog() -> Result<&'static Catalog, FolderError> {
    static CATALOG: OnceLock<Result<Catalog, FolderError>> = OnceLock::new();
    let read = || compile(&find()?).map_err(FolderError::Mistakes);
    CATALOG.get_or_init(read).as_ref().map_err(Clone::clone)
}

fn above(here: &Path) -> Option<PathBuf> {
    let mut folders = here.ancestors().map(|folder| folder.join(NAME));
    folders.find(|folder| folder.join("destinations.yaml").is_file())
}
