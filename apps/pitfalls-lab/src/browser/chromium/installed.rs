//! Chromium and its driver: where they are, and how they are started and stopped.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use auth_core::http_client::HttpClient;
use tempfile::TempDir;
use thirtyfour::prelude::WebDriverResult;
use thirtyfour::{
    ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver,
};

use super::brief;

/// Chromium and chromedriver on this machine.
#[derive(Debug)]
pub struct Installed {
    chromium: PathBuf,
    chromedriver: PathBuf,
    /// Chromium's own sandbox, which does not work in every container, nor for root.
    sandbox: AtomicBool,
}

/// A browser that runs, and what ends with it.
pub(super) struct Running {
    pub(super) driver: WebDriver,
    _chromedriver: Chromedriver,
    _profile: TempDir,
}

/// How the folder of a profile begins, so that `SAFETY.md` can say how to end a browser that was left behind.
const PROFILE: &str = "pitfalls-lab-profile-";

/// The program that starts Chromium and ends with it.
struct Chromedriver {
    process: Child,
    /// Known once it listens.
    port: Option<u16>,
}

impl Installed {
    /// Looks for both, where the shell would.
    ///
    /// # Errors
    /// What is missing.
    pub(crate) fn find() -> Result<Self, String> {
        const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
        const MACOS: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
        let chromium = NAMES
            .iter()
            .find_map(|name| on_path(name))
            .or_else(|| Some(MACOS.into()).filter(|p: &PathBuf| p.is_file()));
        let chromium = chromium.ok_or("no Chromium or Chrome was found")?;
        let chromedriver = on_path("chromedriver")
            .ok_or_else(|| format!("{} is there, and chromedriver is missing", chromium.display()))?;
        Ok(Self { chromium, chromedriver, sandbox: AtomicBool::new(true) })
    }

    /// Where Chromium is.
    pub(crate) fn chromium(&self) -> &std::path::Path {
        &self.chromium
    }

    /// Starts a browser with a fresh profile, without a window.
    pub(super) async fn start(&self) -> Result<Running, String> {
        if self.sandbox.load(Ordering::Relaxed) {
            match self.start_with(true).await {
                Ok(running) => return Ok(running),
                // Tried again without; this browser can load the lab's own pages only.
                Err(error) => tracing::debug!(%error, "no sandbox for Chromium"),
            }
        }
        let running = self.start_with(false).await?;
        self.sandbox.store(false, Ordering::Relaxed);
        Ok(running)
    }

    async fn start_with(&self, sandbox: bool) -> Result<Running, String> {
        let profile = tempfile::Builder::new().prefix(PROFILE).tempdir();
        let profile = profile.map_err(|error| format!("no folder for a profile: {error}"))?;
        let (chromedriver, port) = self.chromedriver().await?;
        let driver = self.session(port, &profile, sandbox).await?;
        Ok(Running { driver, _chromedriver: chromedriver, _profile: profile })
    }

    /// Starts chromedriver, on a port of its choice. It wants the same one for IPv4 and IPv6, and ends when
    /// somebody has one of the two; the next try has another.
    async fn chromedriver(&self) -> Result<(Chromedriver, u16), String> {
        for _ in 0..5 {
            let process = Command::new(&self.chromedriver)
                .args(["--port=0", "--log-level=SEVERE"])
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .map_err(|error| format!("chromedriver does not start: {error}"))?;
            let mut chromedriver = Chromedriver { process, port: None };
            let stdout = chromedriver.process.stdout.take();
            let port = tokio::task::spawn_blocking(move || port_of(stdout?)).await;
            if let Some(port) = port.ok().flatten() {
                chromedriver.port = Some(port);
                return Ok((chromedriver, port));
            }
        }
        Err("chromedriver finds no port".to_owned())
    }

    async fn session(&self, port: u16, profile: &TempDir, sandbox: bool) -> Result<WebDriver, String> {
        // A browser takes its time to start, on a busy machine too.
        let http = HttpClient::builder().timeout(Duration::from_secs(60)).build();
        let http = http.map_err(|error| error.to_string())?;
        let capabilities = self.capabilities(profile, sandbox).map_err(|error| brief(&error))?;
        WebDriver::builder(format!("http://127.0.0.1:{port}"), capabilities)
            .client(http.reqwest().clone())
            .connect()
            .await
            .map_err(|error| brief(&error))
    }

    fn capabilities(&self, profile: &TempDir, sandbox: bool) -> WebDriverResult<ChromeCapabilities> {
        let mut chrome = DesiredCapabilities::chrome();
        chrome.set_binary(&self.chromium.to_string_lossy())?;
        for argument in [
            "--headless",
            "--window-size=1000,1000",
            "--hide-scrollbars",
            "--no-first-run",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-quic",
            "--no-proxy-server",
            // Whatever an exploit puts into a page: this browser reaches names under .localhost and nothing else,
            // for no other name resolves, and no address does; and WebRTC asks for none.
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE *.localhost",
            "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        ] {
            chrome.add_arg(argument)?;
        }
        chrome.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
        if !sandbox {
            chrome.add_arg("--no-sandbox")?;
        }
        // What the browser sends and receives: where a reply's status comes from.
        chrome.set_logging_prefs("performance", LoggingPrefsLogLevel::All)?;
        Ok(chrome)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The session ends with chromedriver; nothing is left for the library to close.
        let _ = self.driver.clone().leak();
    }
}

impl Drop for Chromedriver {
    /// Asks it to end, and with it the browser: one that is killed leaves its browser behind.
    fn drop(&mut self) {
        let shutdown = |port: u16| -> std::io::Result<()> {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
            stream.set_read_timeout(Some(Duration::from_secs(10)))?;
            write!(stream, "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
            stream.read_to_end(&mut Vec::new()).map(drop)
        };
        if self.port.is_none_or(|port| shutdown(port).is_err()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(&name)).find(|file| file.is_file())
}

/// The port that chromedriver chose: it says so once it listens.
fn port_of(stdout: std::process::ChildStdout) -> Option<u16> {
    let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
    let line = lines.by_ref().find(|line| line.contains("started successfully on port"))?;
    // Read on, so that it is never stopped by a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}
