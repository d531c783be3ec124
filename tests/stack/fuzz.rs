//! schemathesis: requests made from infra/openapi.yaml, good and bad, until the time is over.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use fairlead::engine::{ACCESS_KEY, REGION};
use futures::FutureExt;

use crate::support::{scenario::Scenario, world::World};

/// What must hold of every answer: no 5xx, and nothing that the file does not describe.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// Bounds of one run: seconds, and requests for each operation and phase.
const SECONDS: &str = "60";
const REQUESTS: &str = "60";

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![Scenario::new(
        "whatever the API's description allows or forbids, no answer is a 5xx or undescribed",
        |w| described(w).boxed_local(),
    )]
}

async fn described(world: &World) {
    // With an integration that there is, for what bodies do; without, for what names do.
    for config in [Some("tests/stack/fuzz.toml"), None] {
        let mut run = command(world, config);
        let output =
            tokio::task::spawn_blocking(move || run.output()).await.expect("it is waited for");
        let output = output.expect("schemathesis is installed with the other tools");
        assert!(output.status.success(), "{}", told(&output));
        println!("{}", told(&output).lines().rev().take(12).collect::<Vec<_>>().join("\n"));
    }
}

fn command(world: &World, config: Option<&str>) -> Command {
    let root = root();
    let mut run = Command::new(root.join(".venv/bin/st"));
    run.current_dir(world.engine.logs());
    if let Some(config) = config {
        run.arg("--config-file").arg(root.join(config));
    }
    run.arg("run").arg(root.join("infra/openapi.yaml"));
    run.args(["--url", world.engine.endpoint(), "--checks", CHECKS]);
    run.args(["--max-examples", REQUESTS, "--max-time", SECONDS, "--request-timeout", "30"]);
    run.args([
        "--seed",
        "1",
        "--generation-database",
        "none",
        "--phases",
        "examples,coverage,fuzzing",
    ]);
    run.args(["--header", &format!("Host: {}", world.engine.api_host())]);
    // The engine takes its root at its word; that IAM is enforced, other scenarios show.
    run.args(["--header", &format!("Authorization: {}", as_root())]);
    run
}

fn as_root() -> String {
    let scope = format!("{ACCESS_KEY}/20260101/{REGION}/execute-api/aws4_request");
    format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={}", "0".repeat(64))
}

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    root.canonicalize().expect("the repository")
}

fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}", text(&output.stdout), text(&output.stderr))
}
