//! Chromium without a screen, with a profile of its own and quiet towards the network. Where it is
//! missing, the tests say so on standard error; with `REQUIRE_BROWSER=1` that is a failure.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use thirtyfour::{LoggingPrefsLogLevel, prelude::*};

pub(crate) struct Browser {
    driver: WebDriver,
    chromedriver: Child,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// A browser, or `None` where there is none and none is required.
    pub(crate) async fn start(what: &str) -> Option<Self> {
        let (Some(mut chromedriver), Some(chromium)) = (chromedriver(), chromium()) else {
            assert!(
                std::env::var_os("REQUIRE_BROWSER").is_none(),
                "REQUIRE_BROWSER is set, and chromium or chromedriver is missing"
            );
            // Not `eprintln!`, which the test harness keeps to itself.
            let _ = writeln!(std::io::stderr(), "SKIPPED: {what}: chromium and chromedriver are missing");
            return None;
        };
        let port = port_of(&mut chromedriver);
        let profile = tempfile::tempdir().unwrap();
        let mut capabilities = DesiredCapabilities::chrome();
        capabilities.set_binary(chromium).unwrap();
        for argument in [
            "--headless",
            // A container's root has no user namespace for the sandbox.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-proxy-server",
            "--window-size=1280,2000",
            &format!("--user-data-dir={}", profile.path().display()),
        ] {
            capabilities.add_arg(argument).unwrap();
        }
        capabilities.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        // A proxy of the environment is not for this machine's own ports.
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let driver = WebDriver::builder(format!("http://127.0.0.1:{port}"), capabilities)
            .client(client)
            .connect()
            .await
            .unwrap();
        Some(Self { driver, chromedriver, _profile: profile })
    }

    pub(crate) async fn open(&self, url: &str) {
        self.driver.goto(url).await.unwrap();
    }

    async fn find(&self, css: &str) -> WebElement {
        let query = self.driver.query(By::Css(css)).wait(Duration::from_secs(15), Duration::from_millis(50));
        query.and_displayed().first().await.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    pub(crate) async fn click(&self, css: &str) {
        let element = self.find(css).await;
        element.scroll_into_view().await.unwrap();
        element.click().await.unwrap();
    }

    pub(crate) async fn type_into(&self, css: &str, text: &str) {
        self.find(css).await.send_keys(text).await.unwrap();
    }

    /// Waits until an element shows a text.
    pub(crate) async fn see(&self, css: &str, text: &str) {
        let begin = Instant::now();
        loop {
            let shown = self.find(css).await.text().await.unwrap_or_default();
            if shown.contains(text) {
                return;
            }
            assert!(begin.elapsed() < Duration::from_secs(15), "{css} shows {shown:?} and not {text:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends the browser; nothing may have broken the pages' policy or failed in a script until then.
    pub(crate) async fn quit(self) {
        for entry in self.driver.browser_log().await.unwrap() {
            let text = entry.message.to_lowercase();
            let broken = ["content security policy", "violates", "refused to", "uncaught"];
            assert!(!broken.iter().any(|sign| text.contains(sign)), "{}", entry.message);
        }
        self.driver.clone().quit().await.unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Chromium ends with its driver.
        let _ = self.chromedriver.kill();
        let _ = self.chromedriver.wait();
    }
}

fn chromedriver() -> Option<Child> {
    let mut command = Command::new("chromedriver");
    command.args(["--port=0", "--log-level=SEVERE"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()
}

fn chromium() -> Option<&'static str> {
    let runs = |name: &&str| {
        let mut command = Command::new(name);
        command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    ["/usr/bin/chromium", "chromium", "google-chrome"].into_iter().find(runs)
}

/// The port that chromedriver chose: it says so once it listens.
fn port_of(chromedriver: &mut Child) -> u16 {
    let mut lines = BufReader::new(chromedriver.stdout.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find(|line| line.contains("started successfully on port")).unwrap();
    // Read on, so that it is never stopped by a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    line.trim_end_matches('.').rsplit(' ').next().unwrap().parse().unwrap()
}
