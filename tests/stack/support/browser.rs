//! A real browser without a window, driven over WebDriver (W3C, "WebDriver", June 2018) as a person would use it.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    chromium::Programs,
    wait::{SOON, eventually},
};

/// Ends the driver, and the browser with it, when its standard input closes: also when the suite is killed.
const SUPERVISOR: &str = r#"
exec 3<&0
"$@" 3<&- </dev/null &
driver=$!
(cat <&3 >/dev/null; kill -9 0) &
exec 3<&-
wait $driver
"#;

/// WebDriver's names of keys that have no character.
pub(crate) mod key {
    /// To the next control.
    pub(crate) const TAB: &str = "\u{e004}";
    /// Follows a link, presses a button.
    pub(crate) const ENTER: &str = "\u{e007}";
}

/// What the reader of a page has chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Script {
    /// As browsers come.
    On,
    /// Switched off for all pages.
    Off,
}

/// The driver and its browser, in one group of processes. Dropping it ends them all.
#[derive(Debug)]
struct Driver {
    supervisor: Child,
    // A driver whose output nobody can read any more would end by writing to it.
    _output: Option<BufReader<ChildStdout>>,
}

/// One browser with a profile of its own. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Browser {
    http: reqwest::Client,
    session: String,
    // Ends before its profile is removed.
    _driver: Driver,
    _profile: TempDir,
}

impl Browser {
    /// Starts one.
    pub(crate) async fn open(programs: &Programs, script: Script) -> Self {
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let (driver, port) = Driver::start(programs, profile.path()).await;
        let http = reqwest::Client::builder().no_proxy().timeout(SOON).build().expect("a client");
        let session = format!("http://127.0.0.1:{port}/session");
        let folder = profile.path().display().to_string();
        let mut browser = Self { http, session, _driver: driver, _profile: profile };
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options(programs, &folder, script),
        }}});
        let session = browser.call(Method::POST, "", &wanted).await;
        let id = session["sessionId"].as_str().expect("a session").to_owned();
        browser.session = format!("{}/{id}", browser.session);
        browser
    }

    async fn try_call(&self, method: Method, path: &str, body: &Value) -> Result<Value, String> {
        let request = self.http.request(method.clone(), format!("{}{path}", self.session));
        let request = if method == Method::POST { request.json(body) } else { request };
        let answer = request.send().await.map_err(|e| format!("{path}: {e:?}"))?;
        let answer: Value = answer.json().await.map_err(|e| format!("{path}: {e:?}"))?;
        match answer["value"]["error"].as_str() {
            Some(error) => Err(format!("{path} {body}: {error}: {}", answer["value"]["message"])),
            None => Ok(answer["value"].clone()),
        }
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> Value {
        self.try_call(method, path, body).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Goes to a URL, and waits until the page is loaded.
    pub(crate) async fn go(&self, url: &str) {
        self.call(Method::POST, "/url", &json!({"url": url})).await;
    }

    /// Loads the page again.
    pub(crate) async fn reload(&self) {
        self.call(Method::POST, "/refresh", &json!({})).await;
    }

    /// Where it is.
    pub(crate) async fn url(&self) -> String {
        let url = self.call(Method::GET, "/url", &Value::Null).await;
        url.as_str().unwrap_or_default().to_owned()
    }

    /// The page as it stands there now, tags included.
    pub(crate) async fn source(&self) -> String {
        let source = self.call(Method::GET, "/source", &Value::Null).await;
        source.as_str().unwrap_or_default().to_owned()
    }

    /// What people read on the page now.
    pub(crate) async fn text(&self) -> String {
        self.asked("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    /// Asks the page something; works with script switched off as well, because the page does not run it.
    pub(crate) async fn asked(&self, script: &str) -> Value {
        self.call(Method::POST, "/execute/sync", &json!({"script": script, "args": []})).await
    }

    /// Clicks on what this CSS selector finds first, when it is there.
    pub(crate) async fn click(&self, css: &str) {
        self.click_on("css selector", css).await;
    }

    /// Clicks on the link with this text.
    pub(crate) async fn follow(&self, text: &str) {
        self.click_on("link text", text).await;
    }

    /// A page that follows what moves may put another in its place between look and click: then looks again.
    async fn click_on(&self, using: &str, value: &str) {
        let look = async || {
            let found = self.found(using, value).await;
            self.try_call(Method::POST, &format!("/element/{found}/click"), &json!({})).await.ok()
        };
        let what = format!("a click on {value}");
        eventually(SOON, &what, async || self.tale().await, look).await;
    }

    /// Replaces what stands in a field.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        let found = self.find(css).await;
        self.call(Method::POST, &format!("/element/{found}/clear"), &json!({})).await;
        self.call(Method::POST, &format!("/element/{found}/value"), &json!({"text": text})).await;
    }

    /// What stands in a field.
    pub(crate) async fn value(&self, css: &str) -> String {
        let found = self.find(css).await;
        let path = format!("/element/{found}/property/value");
        let value = self.call(Method::GET, &path, &Value::Null).await;
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Presses keys, one after the other, wherever the focus is.
    pub(crate) async fn press(&self, keys: &str) {
        let strokes = keys.chars().flat_map(|key| {
            let stroke = |kind: &str| json!({"type": kind, "value": key.to_string()});
            [stroke("keyDown"), stroke("keyUp")]
        });
        let strokes: Vec<Value> = strokes.collect();
        let keyboard = json!({"type": "key", "id": "keyboard", "actions": strokes});
        self.call(Method::POST, "/actions", &json!({"actions": [keyboard]})).await;
    }

    /// A screen of this size; a phone's is also touched instead of clicked.
    pub(crate) async fn screen(&self, width: u32, height: u32, phone: bool) {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// The colours that the reader has chosen: `light` or `dark`.
    pub(crate) async fn colours(&self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features})).await;
    }

    async fn devtools(&self, command: &str, params: Value) -> Value {
        let body = json!({"cmd": command, "params": params});
        self.call(Method::POST, "/goog/cdp/execute", &body).await
    }

    /// Keeps the whole page as a picture in `target/console`, for whoever wants to look at it.
    pub(crate) async fn picture(&self, name: &str) {
        let size =
            "const all = document.documentElement; return [all.scrollWidth, all.scrollHeight]";
        let size = self.asked(size).await;
        let clip = json!({"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1});
        let params = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let shot = self.devtools("Page.captureScreenshot", params).await;
        let png = STANDARD.decode(shot["data"].as_str().unwrap_or_default()).expect("base64");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/console");
        fs::create_dir_all(&folder).expect("a folder for pictures");
        fs::write(folder.join(format!("{name}.png")), png).expect("a picture");
    }

    /// Waits until the page says this by itself.
    pub(crate) async fn sees(&self, text: &str) {
        let look = async || self.text().await.contains(text).then_some(());
        let what = format!("the page says \"{text}\"");
        eventually(SOON, &what, async || self.tale().await, look).await;
    }

    /// Waits until what this selector finds reads so, somewhere on the page.
    pub(crate) async fn shows(&self, css: &str, text: &str) {
        let all = format!(
            "return [...document.querySelectorAll({css:?})].map((one) => one.innerText.trim())"
        );
        let look = async || {
            let all = self.asked(&all).await;
            all.as_array()?.iter().any(|one| one == text).then_some(())
        };
        let what = format!("{css} reads \"{text}\"");
        eventually(SOON, &what, async || self.tale().await, look).await;
    }

    /// Loads the page again until it says this.
    pub(crate) async fn sees_after_reload(&self, text: &str) {
        let look = async || {
            let seen = self.text().await.contains(text).then_some(());
            if seen.is_none() {
                self.reload().await;
            }
            seen
        };
        let what = format!("the page, loaded again, says \"{text}\"");
        eventually(SOON, &what, async || self.tale().await, look).await;
    }

    async fn tale(&self) -> String {
        format!("at {}:\n{}", self.url().await, self.text().await)
    }

    async fn find(&self, css: &str) -> String {
        self.found("css selector", css).await
    }

    async fn found(&self, using: &str, value: &str) -> String {
        let wanted = json!({"using": using, "value": value});
        let look = async || {
            let found = self.try_call(Method::POST, "/element", &wanted).await.ok()?;
            found.as_object()?.values().next()?.as_str().map(str::to_owned)
        };
        eventually(SOON, &format!("{value} on the page"), async || self.tale().await, look).await
    }
}

impl Driver {
    /// Starts it on a port that is free, and gives that.
    async fn start(programs: &Programs, folder: &Path) -> (Self, u16) {
        let mut supervisor = Command::new("/bin/sh")
            .args(["-c", SUPERVISOR, "fairlead-browser"])
            .arg(&programs.driver)
            .arg("--port=0")
            // What the browser leaves lying about goes with the profile.
            .env("TMPDIR", folder)
            .env("HOME", folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("a shell");
        let output = BufReader::new(supervisor.stdout.take().expect("its output"));
        let mut driver = Self { supervisor, _output: None };
        let heard = tokio::task::spawn_blocking(move || port(output));
        match tokio::time::timeout(SOON, heard).await {
            Ok(Ok((Some(port), output))) => {
                driver._output = Some(output);
                (driver, port)
            }
            other => panic!("{} names no port: {other:?}", programs.driver.display()),
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let _ = self.supervisor.wait();
    }
}

/// Reads "ChromeDriver was started successfully on port 41234."
fn port(mut output: BufReader<ChildStdout>) -> (Option<u16>, BufReader<ChildStdout>) {
    let mut heard = String::new();
    while output.read_line(&mut heard).is_ok_and(|read| read > 0) {
        let rest = heard.rsplit_once("successfully on port ").map(|(_, rest)| rest.trim_end());
        if let Some(port) = rest.and_then(|port| port.trim_end_matches('.').parse().ok()) {
            return (Some(port), output);
        }
    }
    (None, output)
}

fn options(programs: &Programs, profile: &str, script: Script) -> Value {
    let mut options = json!({"binary": programs.browser, "args": [
        "--headless=new",
        // The suite may run as root, where the browser has no sandbox; it sees the console's pages only.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-crash-reporter",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--no-proxy-server",
        "--hide-scrollbars",
        format!("--user-data-dir={profile}/profile"),
    ]});
    if script == Script::Off {
        options["prefs"] = json!({"profile.managed_default_content_settings.javascript": 2});
    }
    options
}
