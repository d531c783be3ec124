//! A folder to write integrations in.

use std::{fs, path::Path};

use clap::Parser;
use fairlead::{
    author::{Command, Told, run},
    cli::Output,
};

#[derive(Parser)]
struct Cli {
    #[arg(long, global = true, value_enum, default_value_t = Output::Table)]
    output: Output,
    #[command(subcommand)]
    command: Command,
}

/// An empty folder that becomes an `integrations/`.
pub(crate) struct Project(tempfile::TempDir);

impl Project {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn dir(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.dir().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.dir().join(name), text).expect("a file");
    }

    /// Changes a file; the old text must stand in it.
    pub(crate) fn replace(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert!(text.contains(old), "{name} has no {old:?}:\n{text}");
        self.write(name, &text.replace(old, new));
    }

    /// Runs a command as it is typed; `DIR` stands for the folder.
    pub(crate) fn run(&self, line: &str) -> Told {
        let dir = self.dir().to_string_lossy();
        let words = line.split_whitespace().map(|word| word.replace("DIR", &dir));
        let cli = Cli::try_parse_from(std::iter::once("fairlead".to_owned()).chain(words));
        let cli = cli.unwrap_or_else(|error| panic!("{error}"));
        run(&cli.command, cli.output)
    }

    /// A new integration, with everything said that could be asked.
    pub(crate) fn init(&self, name: &str, method: &str) -> Told {
        self.run(&format!(
            "init {name} --event shop.order.paid --destination https://api.ledger.example --method {method} \
             --path {} --team shop --contact shop@example.com --dir DIR",
            if method == "POST" { "/v1/orders" } else { "/v1/orders/\\(.data.id)" }
        ))
    }

    /// All well, or what was said instead.
    #[track_caller]
    pub(crate) fn well(&self, line: &str) -> String {
        let told = self.run(line);
        assert_eq!(told.code, 0, "{line}:\n{}{}", told.out, told.err);
        told.out
    }
}
