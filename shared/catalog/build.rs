//! Compiles `integrations/` while the bundle is built, so a bad file fails the build and not a delivery.

use std::{env, error::Error, fs, path::Path, process};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../integrations");
    // Cargo looks at a folder's whole content, so new and removed files count too.
    println!("cargo::rerun-if-changed={}", folder.display());
    match fairlead_contracts::compile(&folder) {
        Ok(catalog) => {
            let to = Path::new(&env::var("OUT_DIR")?).join("catalog.json");
            fs::write(to, serde_json::to_vec(&catalog)?)?;
            Ok(())
        }
        Err(report) if env::var_os("CARGO_FEATURE_LENIENT").is_some() => {
            let what = report.mistakes.len();
            println!("cargo::warning=integrations/ has {what} mistakes; see fairlead check");
            let to = Path::new(&env::var("OUT_DIR")?).join("catalog.json");
            fs::write(to, serde_json::to_vec(&fairlead_core::integration::Catalog::default())?)?;
            Ok(())
        }
        Err(report) => {
            // Standard error is shown as it is when a build script fails.
            eprintln!(
                "\nthe configuration under integrations/ has mistakes:\n\n{report}; nothing was built\n"
            );
            process::exit(1);
        }
    }
}
