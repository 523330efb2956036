//! A Chromium of a test's own, driven as the W3C's WebDriver tells.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::wire::ask;

/// How elements are called between a driver and who drives.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A condition that does not come to hold within this time never will.
const PATIENCE: Duration = Duration::from_secs(20);

const ARGUMENTS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--window-size=1280,860",
];

pub(crate) struct Browser {
    driver: Child,
    port: u16,
    session: String,
    process: u64,
    _profile: TempDir,
}

impl Browser {
    pub(crate) async fn start() -> Self {
        let program = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
        let mut driver = Command::new(&program).arg("--port=0").stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap_or_else(
            |error| panic!("{program}: {error}; `tests/run` installs Debian's `chromium` and `chromium-driver`, or set CHROMEDRIVER"),
        );
        let mut lines = BufReader::new(driver.stdout.take().expect("it is piped")).lines();
        let port = loop {
            let line = lines.next_line().await.expect("it can be read").expect("the driver says its port");
            if let Some(port) = line.strip_prefix("ChromeDriver was started successfully on port ") {
                break port.trim_end_matches('.').parse().expect("it is a port");
            }
        };
        let profile = tempfile::tempdir().expect("there is room");
        let arguments = ARGUMENTS.iter().map(|argument| (*argument).to_owned());
        let arguments: Vec<_> = arguments.chain([format!("--user-data-dir={}", profile.path().display())]).collect();
        let wanted = json!({ "goog:loggingPrefs": { "browser": "ALL" }, "goog:chromeOptions": { "args": arguments } });
        let begun = ask(port, "POST", "/session", &json!({ "capabilities": { "alwaysMatch": wanted } })).await;
        let session = begun["sessionId"].as_str().unwrap_or_else(|| panic!("no browser: {begun}")).to_owned();
        let process = begun["capabilities"]["goog:processID"].as_u64().expect("it says its process");
        Self { driver, port, session, process, _profile: profile }
    }

    async fn command(&self, path: &str, body: &Value) -> Result<Value, String> {
        let answer = ask(self.port, "POST", &format!("/session/{}/{path}", self.session), body).await;
        match answer["error"].as_str() {
            Some(error) => Err(format!("{error}: {}", answer["message"].as_str().unwrap_or_default())),
            None => Ok(answer),
        }
    }

    pub(crate) async fn open(&self, address: &str) {
        self.command("url", &json!({ "url": address })).await.expect("it can be opened");
    }

    /// What a script returns.
    pub(crate) async fn run(&self, script: &str) -> Value {
        let answer = self.command("execute/sync", &json!({ "script": script, "args": [] })).await;
        answer.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until a script's expression holds.
    pub(crate) async fn until(&self, condition: &str) {
        let end = Instant::now() + PATIENCE;
        let script = json!({ "script": format!("return Boolean({condition})"), "args": [] });
        // While another page is opened, there is none to ask.
        while self.command("execute/sync", &script).await != Ok(Value::Bool(true)) {
            if Instant::now() > end {
                let page = self.run("return document.body.innerText").await;
                panic!("it never came: {condition}\n{}", page.as_str().unwrap_or_default());
            }
            sleep(Duration::from_millis(25)).await;
        }
    }

    /// Waits until there is an element that can be seen.
    pub(crate) async fn see(&self, selector: &str) {
        let selector = json!(selector);
        self.until(&format!("[...document.querySelectorAll({selector})].some((one) => one.checkVisibility())")).await;
    }

    /// Waits until an element holds a text.
    pub(crate) async fn read(&self, selector: &str, text: &str) {
        let (selector, text) = (json!(selector), json!(text));
        self.until(&format!(
            "[...document.querySelectorAll({selector})].some((one) => one.innerText.includes({text}))"
        ))
        .await;
    }

    /// Does something with the first such element, as soon as that can be done.
    async fn with(&self, selector: &str, action: &str, body: &Value) {
        let (end, query) = (Instant::now() + PATIENCE, json!({ "using": "css selector", "value": selector }));
        loop {
            let done = match self.command("element", &query).await {
                Ok(found) => {
                    let element = found[ELEMENT].as_str().expect("it is an element");
                    self.command(&format!("element/{element}/{action}"), body).await
                }
                Err(error) => Err(error),
            };
            match done {
                Ok(_) => return,
                Err(error) => assert!(Instant::now() < end, "{selector} {action}: {error}"),
            }
            sleep(Duration::from_millis(25)).await;
        }
    }

    pub(crate) async fn click(&self, selector: &str) {
        self.with(selector, "click", &json!({})).await;
    }

    /// Writes into a field, in the place of what is there.
    pub(crate) async fn write(&self, selector: &str, text: &str) {
        self.with(selector, "clear", &json!({})).await;
        self.with(selector, "value", &json!({ "text": text })).await;
    }

    /// Presses keys one after the other, wherever the focus is.
    pub(crate) async fn press(&self, keys: &[&str]) {
        let strokes =
            keys.iter().flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key })));
        let actions = json!({ "actions": [{ "type": "key", "id": "keys", "actions": strokes.collect::<Vec<_>>() }] });
        self.command("actions", &actions).await.expect("keys can be pressed");
    }

    /// One of Chromium's own commands.
    pub(crate) async fn devtools(&self, name: &str, parameters: &Value) {
        self.command("goog/cdp/execute", &json!({ "cmd": name, "params": parameters })).await.expect("it can be done");
    }

    pub(crate) async fn picture(&self) -> Vec<u8> {
        let answer = ask(self.port, "GET", &format!("/session/{}/screenshot", self.session), &Value::Null).await;
        base64(answer.as_str().expect("it is text"))
    }

    /// Fails if the page logged an error or broke its policy, or if markup from the database did something.
    pub(crate) async fn is_clean(&self) {
        assert_eq!(self.run("return window.hurt === undefined").await, true, "markup of the database was run");
        let log = self.command("se/log", &json!({ "type": "browser" })).await.expect("it keeps a log");
        let entries = log.as_array().expect("it is a list");
        // What a test has refused is logged as a failure of the network; all else is a fault of the page.
        let faults: Vec<_> =
            entries.iter().filter(|entry| entry["level"] != "INFO" && entry["source"] != "network").collect();
        assert!(faults.is_empty(), "{faults:#?}");
    }

    pub(crate) async fn end(mut self) {
        ask(self.port, "DELETE", &format!("/session/{}", self.session), &Value::Null).await;
        self.process = 0;
        self.driver.kill().await.expect("it can be ended");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Where a test failed. The driver is ended by its own handle.
        if self.process != 0 {
            std::process::Command::new("kill").arg(self.process.to_string()).status().ok();
        }
    }
}

fn base64(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let digits: Vec<u8> = text.bytes().filter_map(digit).collect();
    let bytes = digits.chunks(4).flat_map(|four| {
        let joined = four.iter().fold(0_u32, |joined, digit| joined << 6 | u32::from(*digit)) << (6 * (4 - four.len()));
        joined.to_be_bytes().into_iter().skip(1).take(four.len() - 1)
    });
    bytes.collect()
}
