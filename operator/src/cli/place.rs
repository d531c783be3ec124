//! Which stack, where, and with whose credentials: options first, then `samconfig.toml`, then AWS's own settings.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::end::Failure;

/// Which stack, and whose credentials: the options that the AWS and SAM commands have too.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Place {
    /// The profile of your AWS configuration.
    #[arg(long, global = true)]
    profile: Option<String>,
    /// The AWS region.
    #[arg(long, global = true)]
    region: Option<String>,
    /// The environment of samconfig.toml that names stack, region and profile.
    #[arg(long, global = true)]
    config_env: Option<String>,
    /// The name under which the bundle was deployed.
    #[arg(long, global = true)]
    stack_name: Option<String>,
}

/// A place, decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The profile of the AWS configuration, where one is named.
    pub profile: Option<String>,
    /// The AWS region, where one is named.
    pub region: Option<String>,
    /// The stack's name.
    pub stack: String,
}

/// The stack's name where nothing says another.
const STACK: &str = "fairlead";

/// The environment that `sam` takes where none is named.
const ENVIRONMENT: &str = "default";

impl Place {
    /// Decides, with the `samconfig.toml` of this folder or of the nearest one above it.
    ///
    /// # Errors
    /// When the file cannot be read, or does not have the environment that was named.
    pub fn decide(&self, folder: &Path) -> Result<Stage, Failure> {
        let said = match nearest(folder) {
            Some(path) => settings(&path, self.config_env.as_deref())?,
            None if self.config_env.is_some() => {
                let said = "--config-env needs a samconfig.toml, and there is none here or above";
                return Err(Failure::new(2, said));
            }
            None => Settings::default(),
        };
        Ok(Stage {
            profile: self.profile.clone().or(said.profile),
            region: self.region.clone().or(said.region),
            stack: self.stack_name.clone().or(said.stack).unwrap_or_else(|| STACK.to_owned()),
        })
    }
}

impl Place {
    /// The options that were given, for commands that shall go to the same place.
    pub(crate) fn given(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("profile", &self.profile),
            ("region", &self.region),
            ("config-env", &self.config_env),
            ("stack-name", &self.stack_name),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect()
    }
}

/// What `samconfig.toml` says.
#[derive(Default)]
struct Settings {
    profile: Option<String>,
    region: Option<String>,
    stack: Option<String>,
}

fn nearest(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|above| above.join("samconfig.toml")).find(|path| path.is_file())
}

/// `sam` reads the tables `global` and that of its command; ours is what `sam deploy` deployed.
fn settings(path: &Path, environment: Option<&str>) -> Result<Settings, Failure> {
    let wrong = |why: String| Failure::new(2, format!("{}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| wrong(e.to_string()))?;
    let file: Table = text.parse().map_err(|e: toml::de::Error| wrong(e.message().to_owned()))?;
    let name = environment.unwrap_or(ENVIRONMENT);
    let Some(tables) = file.get(name).and_then(Value::as_table) else {
        if environment.is_none() {
            return Ok(Settings::default());
        }
        let names =
            file.iter().filter(|(_, value)| value.is_table()).map(|(name, _)| name.as_str());
        let names = names.collect::<Vec<_>>().join(", ");
        return Err(wrong(format!("there is no environment \"{name}\"; it has {names}")));
    };
    let one = |key: &str| {
        let of = |command: &str| {
            let parameters = tables.get(command)?.get("parameters")?;
            parameters.get(key)?.as_str().map(str::to_owned)
        };
        of("deploy").or_else(|| of("global"))
    };
    Ok(Settings { profile: one("profile"), region: one("region"), stack: one("stack_name") })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
version = 0.1
[default.global.parameters]
stack_name = "orders"
[prod.global.parameters]
stack_name = "orders"
region = "us-east-1"
[prod.deploy.parameters]
region = "eu-central-1"
profile = "prod"
"#;

    fn decide(place: &Place) -> Result<Stage, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let below = folder.path().join("integrations/deal-won");
        std::fs::create_dir_all(&below).expect("a folder below");
        std::fs::write(folder.path().join("samconfig.toml"), FILE).expect("a file");
        place.decide(&below).map_err(|failure| failure.to_string())
    }

    fn named(environment: &str) -> Place {
        Place { config_env: Some(environment.to_owned()), ..Place::default() }
    }

    fn stage(profile: Option<&str>, region: Option<&str>, stack: &str) -> Stage {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Stage { profile: own(profile), region: own(region), stack: stack.to_owned() }
    }

    #[test]
    fn samconfig_is_found_above_and_read_as_sam_reads_it() {
        assert_eq!(decide(&Place::default()), Ok(stage(None, None, "orders")));
        assert_eq!(decide(&named("prod")), Ok(stage(Some("prod"), Some("eu-central-1"), "orders")));
    }

    #[test]
    fn an_option_is_stronger_than_the_file() {
        let place = Place { stack_name: Some("other".to_owned()), ..named("prod") };
        assert_eq!(decide(&place), Ok(stage(Some("prod"), Some("eu-central-1"), "other")));
    }

    #[test]
    fn an_environment_that_is_not_there_is_bad_usage() {
        let said = decide(&named("staging")).expect_err("it is not there");
        assert!(said.ends_with("no environment \"staging\"; it has default, prod"), "{said}");
    }
}
