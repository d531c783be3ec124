//! Builds and deploys the bundle with the SAM CLI, as a user does for AWS.
use std::fs;
use std::path::Path;

use serde::Deserialize;
use tokio::process::Command;

use super::error::EngineError;
use super::outputs::Outputs;
use super::{ACCESS_KEY, REGION, lock, tool};

/// The SAM CLI, set on one project and one start.
pub(super) struct Sam<'a> {
    pub(super) root: &'a Path,
    /// Integrations that are compiled beside the user's own.
    pub(super) also: Option<&'a Path>,
    pub(super) tools: &'a Path,
    pub(super) run: &'a Path,
}

impl Sam<'_> {
    /// Builds into the folder of this start. Cargo's own folders are shared, so one start builds at a time.
    pub(super) async fn build(&self, report: &(dyn Fn(&str) + Sync)) -> Result<(), EngineError> {
        let _held = lock::hold(&self.root.join(".fairlead/build.lock"), "building", report).await?;
        let mut build = self.command(&["build"]);
        build.arg("--build-dir").arg(self.run.join("build"));
        match self.also {
            Some(also) => build.env("FAIRLEAD_ALSO", also),
            None => build.env_remove("FAIRLEAD_ALSO"),
        };
        tool::run("sam build", "see the compiler's message", build, &self.run.join("sam-build.log"))
            .await
    }

    pub(super) async fn deploy(&self, endpoint: &str, vendor_url: &str) -> Result<(), EngineError> {
        let mut deploy = self.command(&["deploy"]);
        self.toward(endpoint, &mut deploy);
        deploy.arg("--template-file").arg(self.run.join("build/template.yaml"));
        // Given here, this option replaces the one in the file, so that one's values are given again.
        deploy.arg("--parameter-overrides").args(self.overrides()?.split_whitespace());
        deploy.arg(format!("LocalVendor={vendor_url}"));
        let hint = "run `sam validate --lint`, and see ministack.log beside its log";
        tool::run("sam deploy", hint, deploy, &self.run.join("sam-deploy.log")).await
    }

    pub(super) async fn outputs(&self, endpoint: &str) -> Result<Outputs, EngineError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Output {
            output_key: String,
            output_value: String,
        }
        let step = "sam list stack-outputs";
        let mut list = self.command(&["list", "stack-outputs"]);
        self.toward(endpoint, &mut list);
        list.args(["--output", "json"]);
        let hint = "delete .venv and start again";
        let answer = list.kill_on_drop(true).output().await;
        let answer = answer.map_err(|source| EngineError::Missing {
            program: step.to_owned(),
            hint,
            source,
        })?;
        let outputs: Vec<Output> =
            serde_json::from_slice(&answer.stdout).map_err(|_| EngineError::Answer {
                step,
                answer: String::from_utf8_lossy(&[answer.stdout, answer.stderr].concat())
                    .into_owned(),
            })?;
        Ok(Outputs::from_pairs(
            outputs.into_iter().map(|output| (output.output_key, output.output_value)),
        )?)
    }

    fn command(&self, verb: &[&str]) -> Command {
        let mut command = tool::command(self.tools.join("sam"), self.tools);
        // Named, because SAM would look for the file beside a built template.
        command.current_dir(self.root).args(verb).args(["--config-env", "local", "--config-file"]);
        command.arg(self.root.join("samconfig.toml"));
        command
            .env("SAM_CLI_TELEMETRY", "0")
            .env("__SAM_CLI_APP_DIR", self.root.join(".fairlead/sam"));
        command
    }

    /// Turns a command to the local engine, and away from whatever account the user has.
    fn toward(&self, endpoint: &str, command: &mut Command) {
        command
            .env("AWS_ENDPOINT_URL", endpoint)
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", ACCESS_KEY)
            .env("AWS_DEFAULT_REGION", REGION)
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("NO_PROXY", "127.0.0.1,localhost")
            .env("no_proxy", "127.0.0.1,localhost")
            // SAM asks every half second at least; a local deploy is done by then.
            .env("SAM_CLI_POLL_DELAY", "0.1");
    }

    /// The parameters of `[local.deploy.parameters]` in `samconfig.toml`.
    fn overrides(&self) -> Result<String, EngineError> {
        let file = self.root.join("samconfig.toml");
        let text = fs::read_to_string(&file).map_err(|e| EngineError::io("read", &file, e))?;
        Ok(local_overrides(&text).to_owned())
    }
}

fn local_overrides(samconfig: &str) -> &str {
    let mut lines =
        samconfig.lines().skip_while(|line| line.trim() != "[local.deploy.parameters]").skip(1);
    lines
        .by_ref()
        .take_while(|line| !line.starts_with('['))
        .find_map(|line| {
            line.strip_prefix("parameter_overrides = ")?.trim().strip_prefix('"')?.strip_suffix('"')
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_local_parameters_are_read_from_samconfig() {
        let samconfig = include_str!("../../../samconfig.toml");
        let wanted = "DispatchTimeout=8 DispatchVisibility=48 AlertWebhookUrl=https://alerts.example.com/fairlead";
        assert_eq!(local_overrides(samconfig), wanted);
        assert_eq!(
            local_overrides("[prod.deploy.parameters]\nparameter_overrides = \"A=1\"\n"),
            ""
        );
    }
}
