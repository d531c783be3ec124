//! `fairlead init`: writes a new integration that already passes `check` and `test`.

mod ask;
mod declare;
mod draft;

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use fairlead_contracts::{Contracts, Sample, compile, outcome};
use fairlead_core::{id::IntegrationName, integration::Catalog};

use super::Told;
use crate::folder;
use ask::Wish;

/// What may be said beforehand; the rest is asked where there is a terminal.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The integration's name, as in order-paid-to-ledger; it becomes the folder's name.
    name: Option<String>,
    /// The vendor's base URL, as in https://api.vendor.example; or the name of a declared destination.
    #[arg(long)]
    destination: Option<String>,
    /// POST, PUT, PATCH or DELETE.
    #[arg(long)]
    method: Option<String>,
    /// The event's type, EventBridge's detail-type, as in shop.order.paid.
    #[arg(long)]
    event: Option<String>,
    /// The path below the base URL, as in /v1/orders.
    #[arg(long)]
    path: Option<String>,
    /// The header by which the vendor recognises a repeated request, if it knows one.
    #[arg(long)]
    key_header: Option<String>,
    /// The team that answers for it.
    #[arg(long)]
    team: Option<String>,
    /// Where the team is reached.
    #[arg(long)]
    contact: Option<String>,
    /// The folder with destinations.yaml; `integrations` of this project when it is not said.
    #[arg(long)]
    dir: Option<PathBuf>,
}

/// Why nothing was written, or not all of it.
#[derive(Debug, thiserror::Error)]
enum InitError {
    /// A flag or an answer is missing or has no use.
    #[error("{0}")]
    Usage(String),
    /// Something is there already.
    #[error("{0} is there already, and nothing is overwritten")]
    Exists(String),
    /// The configuration was broken before.
    #[error("{0}; mend this first, nothing was written")]
    Broken(fairlead_contracts::Report),
    /// What was written has a mistake.
    #[error("{0}; nothing was kept")]
    Mistakes(fairlead_contracts::Report),
    /// A file cannot be written.
    #[error("could not write: {0}")]
    Io(#[from] io::Error),
}

/// Asks, writes, and says what comes next.
pub(crate) fn run(args: &Args) -> Told {
    match begin(args) {
        Ok(text) => Told::well(text),
        Err(error @ InitError::Usage(_)) => Told::usage(error),
        Err(error) => Told::failed(error),
    }
}

fn begin(args: &Args) -> Result<String, InitError> {
    let dir = match args.dir.clone().or_else(|| folder::find().ok()) {
        Some(dir) => dir,
        None => env::current_dir()?.join(folder::NAME),
    };
    let known = if dir.join("destinations.yaml").is_file() {
        compile(&dir).map_err(InitError::Broken)?
    } else {
        Catalog::default()
    };
    let wish = ask::complete(args, &known)?;
    let folder = dir.join(&wish.name);
    if folder.exists() {
        return Err(InitError::Exists(folder.display().to_string()));
    }
    let declared = declare::with(&dir, &wish, &known)?;
    let before = fs::read(dir.join("destinations.yaml")).ok();
    let written = write(&dir, &wish, declared.as_deref());
    if written.is_err() {
        // Only what was made here is taken away again.
        fs::remove_dir_all(&folder).ok();
        let file = dir.join("destinations.yaml");
        match (declared, before) {
            (Some(_), Some(bytes)) => fs::write(file, bytes)?,
            (Some(_), None) => fs::remove_file(file)?,
            (None, _) => {}
        }
    }
    written?;
    Ok(told(&dir, &wish))
}

fn write(dir: &Path, wish: &Wish, declared: Option<&str>) -> Result<(), InitError> {
    let schemas = dir.join(draft::SCHEMAS);
    fs::create_dir_all(&schemas)?;
    for (name, text) in fairlead_contracts::editor_schemas() {
        let file = schemas.join(name);
        if !file.exists() {
            fs::write(file, text)?;
        }
    }
    if let Some(text) = declared {
        fs::write(dir.join("destinations.yaml"), text)?;
    }
    let folder = dir.join(&wish.name);
    // What defaults.yaml says of who is told next is not said again.
    let defaults = fs::read_to_string(dir.join("defaults.yaml")).unwrap_or_default();
    for (name, text) in draft::files(wish, defaults.contains("escalate:")) {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap_or(&folder))?;
        fs::write(file, text)?;
    }
    let contracts = Contracts::new(Arc::new(compile(dir).map_err(InitError::Mistakes)?));
    for sample in Sample::all(&folder)? {
        let made =
            outcome(&contracts, &IntegrationName::new(&wish.name), &sample.event, &sample.found);
        fs::write(&sample.expected_at, format!("{made:#}\n"))?;
    }
    Ok(())
}

fn told(dir: &Path, wish: &Wish) -> String {
    let name = &wish.name;
    let mut text = format!("wrote {}\n", dir.join(name).display());
    if let Some(url) = &wish.base_url {
        text.push_str(&format!(
            "declared {} ({url}) in {}\n",
            wish.destination,
            dir.join("destinations.yaml").display()
        ));
    }
    text.push_str(&format!(
        "its owner is {} ({}); integration.yaml says so\n",
        wish.team, wish.contact
    ));
    text.push_str(&format!(
        "\nNext: put an event of your source into {name}/samples/first.json, \
         describe it in event.schema.json, and map it in request.jq:\n\
         \x20 fairlead map {name} < {}\n\
         \x20 fairlead test {name} --update\n\
         \x20 fairlead check\n",
        dir.join(name).join("samples/first.json").display()
    ));
    text
}
