//! Compiles `integrations/` while the bundle is built, so a bad file fails the build and not a delivery.
//!
//! `FAIRLEAD_ALSO` names a second such folder that is compiled beside it: the tests' own integrations.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process,
};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=FAIRLEAD_ALSO");
    let mut catalog = read(&Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../integrations"));
    if let Some(also) = env::var_os("FAIRLEAD_ALSO") {
        let also = read(&PathBuf::from(also));
        catalog.integrations.extend(also.integrations);
        catalog.destinations.extend(also.destinations);
    }
    let to = Path::new(&env::var("OUT_DIR")?).join("catalog.json");
    fs::write(to, serde_json::to_vec(&catalog)?)?;
    Ok(())
}

fn read(folder: &Path) -> fairlead_core::integration::Catalog {
    // Cargo looks at a folder's whole content, so new and removed files count too.
    println!("cargo::rerun-if-changed={}", folder.display());
    let report = match fairlead_contracts::compile(folder) {
        Ok(catalog) => return catalog,
        Err(report) => report,
    };
    let folder = folder.file_name().unwrap_or_default().to_string_lossy();
    if env::var_os("CARGO_FEATURE_LENIENT").is_some() {
        let what = report.mistakes.len();
        println!("cargo::warning={folder}/ has {what} mistakes; see fairlead check");
        return fairlead_core::integration::Catalog::default();
    }
    // Standard error is shown as it is when a build script fails.
    eprintln!("\nthe configuration under {folder}/ has mistakes:\n\n{report}; nothing was built\n");
    process::exit(1);
}
