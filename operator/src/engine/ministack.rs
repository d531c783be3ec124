//! Starts MiniStack on a free loopback port and makes sure that it ends, with every function process under it.
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::REGION;
use super::error::EngineError;

/// Ends its whole process group when its standard input closes. That happens however the parent ends: also when it
/// is killed, and also when it exits without dropping anything. It exits with MiniStack if that one ends first.
const SUPERVISOR: &str = r#"
exec 3<&0
scratch=$1; shift
"$@" 3<&- </dev/null &
ministack=$!
(cat <&3 >/dev/null; rm -rf "$scratch"; kill -9 0) &
exec 3<&-
wait $ministack
"#;

const STEP: &str = "starting MiniStack";

/// Long for a start of half a second, because both cores may be compiling.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running MiniStack. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Ministack {
    supervisor: Child,
    port: u16,
    endpoint: String,
}

/// The same at every start. IAM is enforced; no other ports, and no look at the user's containers.
const ENVIRONMENT: [(&str, &str); 7] = [
    ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    ("AUTH", "true"),
    ("BIND_HOST", "127.0.0.1"),
    ("MINISTACK_REGION", REGION),
    ("IOT_MTLS_ENABLED", "0"),
    ("SFTP_ENABLED", "0"),
    ("DOCKER_HOST", "unix:///nonexistent"),
];

impl Ministack {
    /// Starts it and waits until it is healthy. Its log is `ministack.log` in `run`.
    pub(super) async fn start(tools: &Path, run: &Path) -> Result<Self, EngineError> {
        let log = run.join("ministack.log");
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
        // Somebody may take the port between our look and its bind; then it exits and the next port is tried.
        for _ in 0..3 {
            let mut ministack = Self::spawn(tools, run, &log)?;
            if ministack.is_healthy(&http).await {
                return Ok(ministack);
            }
        }
        Err(EngineError::step(STEP, "delete .venv and start again if it cannot be run", &log))
    }

    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    fn spawn(tools: &Path, run: &Path, log: &Path) -> Result<Self, EngineError> {
        let port =
            free_port().map_err(|e| EngineError::io("find a free loopback port for", run, e))?;
        let endpoint = format!("http://{}:{port}", Ipv4Addr::LOCALHOST);
        let scratch = run.join(format!("scratch-{port}"));
        fs::create_dir_all(&scratch)
            .map_err(|e| EngineError::io("make the folder", &scratch, e))?;
        let out = File::options().create(true).append(true).open(log);
        let out = out.map_err(|e| EngineError::io("write the log", log, e))?;
        let err = out.try_clone().map_err(|e| EngineError::io("write the log", log, e))?;
        let supervisor = Command::new("/bin/sh")
            .args(["-c", SUPERVISOR, "fairlead-engine"])
            .arg(&scratch)
            .arg(tools.join("ministack"))
            // Functions inherit this environment, so it holds nothing that AWS would not give them too.
            .env_clear()
            .envs(ENVIRONMENT)
            .envs([("AWS_ENDPOINT_URL", &*endpoint), ("GATEWAY_PORT", &port.to_string())])
            .env("MINISTACK_VERSION", name(port))
            .env("HOME", &scratch)
            .env("TMPDIR", &scratch)
            .current_dir(&scratch)
            .stdin(Stdio::piped())
            .stdout(out)
            .stderr(err)
            // Its own group: Ctrl-C reaches us first, and the supervisor ends the group after us.
            .process_group(0)
            .spawn()
            .map_err(|source| EngineError::Missing {
                program: "/bin/sh".into(),
                hint: "it is needed",
                source,
            })?;
        Ok(Self { supervisor, port, endpoint })
    }

    /// Waits until it answers under our name, or has ended, or patience has. The name tells it from another
    /// engine that took the port first.
    async fn is_healthy(&mut self, http: &reqwest::Client) -> bool {
        let begun = Instant::now();
        let url = format!("{}/_ministack/health", self.endpoint);
        while begun.elapsed() < PATIENCE && matches!(self.supervisor.try_wait(), Ok(None)) {
            let answer = match http.get(&url).send().await {
                Ok(answer) => answer.text().await.unwrap_or_default(),
                Err(_) => String::new(),
            };
            if answer.contains(&name(self.port)) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        false
    }
}

impl Drop for Ministack {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let _ = self.supervisor.wait();
    }
}

fn name(port: u16) -> String {
    format!("fairlead-{}-{port}", std::process::id())
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
