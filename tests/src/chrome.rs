//! A real browser without a screen: Chromium through chromedriver, with a fresh profile, quiet towards
//! the network, its console read for violations of the pages' own policy.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::json;
use thirtyfour::{LoggingPrefsLogLevel, prelude::*};

pub struct Chrome {
    pub driver: WebDriver,
    _chromedriver: Chromedriver,
    _home: tempfile::TempDir,
}

/// The program, if the machine has it.
fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}

// ANCHOR: skip
/// Says that something is not tested, on the real standard error: the test harness would keep it to itself.
pub fn skip(what: &str, needs: &str, required_by: &str) {
    assert!(std::env::var_os(required_by).is_none(), "{required_by} is set, and {needs} is missing");
    let _ =
        writeln!(std::io::stderr(), "SKIPPED: {what}: {needs} is missing (a failure with {required_by}=1)");
}
// ANCHOR_END: skip

impl Chrome {
    /// Starts a browser, or says loudly that there is none and that the test `what` is skipped.
    pub async fn start(what: &str) -> Option<Chrome> {
        Chrome::start_in(tempfile::tempdir().unwrap(), what).await
    }

    /// One that trusts a certificate authority, as after its user has imported it.
    pub async fn trusting(authority: &Path, what: &str) -> Option<Chrome> {
        let Some(certutil) = program(&["certutil"]) else {
            skip(what, "certutil (Debian: libnss3-tools)", "REQUIRE_BROWSER");
            return None;
        };
        let home = tempfile::tempdir().unwrap();
        let database = home.path().join(".pki/nssdb");
        std::fs::create_dir_all(&database).unwrap();
        let database = format!("sql:{}", database.display());
        let run = |arguments: &[&str]| {
            let done = Command::new(&certutil).args(["-d", &database]).args(arguments).output().unwrap();
            assert!(done.status.success(), "certutil: {}", String::from_utf8_lossy(&done.stderr));
        };
        run(&["-N", "--empty-password"]);
        run(&["-A", "-n", "authority", "-t", "C,,", "-i", authority.to_str().unwrap()]);
        Chrome::start_in(home, what).await
    }

    /// In a home folder of its own.
    async fn start_in(home: tempfile::TempDir, what: &str) -> Option<Chrome> {
        let Some(chromedriver) = program(&["chromedriver"]) else {
            skip(what, "chromedriver (Debian: chromium-driver)", "REQUIRE_BROWSER");
            return None;
        };
        let Some(chromium) = program(&["chromium", "chromium-browser", "google-chrome"]) else {
            skip(what, "Chromium (Debian: chromium)", "REQUIRE_BROWSER");
            return None;
        };
        let chromedriver = Chromedriver::start(&chromedriver, home.path());
        let port = chromedriver.port;

        let mut capabilities = DesiredCapabilities::chrome();
        capabilities.set_binary(chromium.to_str().unwrap()).unwrap();
        let profile_argument = format!("--user-data-dir={}", home.path().join("profile").display());
        for argument in [
            "--headless",
            // A container's root has no user namespace for the sandbox.
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-proxy-server",
            &profile_argument,
        ] {
            capabilities.add_arg(argument).unwrap();
        }
        capabilities.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        let driver = WebDriver::builder(format!("http://127.0.0.1:{port}"), capabilities)
            .client(crate::http::client())
            .connect()
            .await
            .expect("Chromium starts");
        Some(Chrome { driver, _chromedriver: chromedriver, _home: home })
    }

    pub async fn open(&self, url: &str) {
        self.driver.goto(url).await.unwrap();
        self.check_page().await;
    }

    pub async fn find(&self, id: &str) -> WebElement {
        let found = self.driver.query(By::Id(id)).wait(Duration::from_secs(15), Duration::from_millis(50));
        match found.first().await {
            Ok(element) => element,
            Err(error) => panic!("no element {id:?} on {}: {error}\n{}", self.url().await, self.text().await),
        }
    }

    /// Clicks, as soon as the element is there. The page after it may take its time and some redirects:
    /// look for something that only that page has before going anywhere else.
    pub async fn click(&self, id: &str) {
        self.find(id).await.click().await.unwrap();
        self.check_page().await;
    }

    pub async fn type_into(&self, id: &str, text: &str) {
        let field = self.find(id).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    pub async fn has(&self, id: &str) -> bool {
        !self.driver.find_all(By::Id(id)).await.unwrap().is_empty()
    }

    pub async fn text_of(&self, id: &str) -> String {
        self.find(id).await.text().await.unwrap()
    }

    pub async fn text(&self) -> String {
        self.driver.find(By::Tag("body")).await.unwrap().text().await.unwrap()
    }

    pub async fn url(&self) -> String {
        self.driver.current_url().await.unwrap().into()
    }

    pub async fn wait_for_text(&self, text: &str, reload: bool) {
        for _ in 0..150 {
            // In the middle of a navigation there is no page to read.
            if let Ok(body) = self.driver.find(By::Tag("body")).await
                && body.text().await.is_ok_and(|body| body.contains(text))
            {
                return;
            }
            if reload {
                self.driver.refresh().await.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("{text:?} does not appear on {}: {}", self.url().await, self.text().await);
    }

    pub async fn sign_in(&self, username: &str, password: &str) {
        self.type_into("username", username).await;
        self.type_into("password", password).await;
        self.click("sign-in").await;
    }

    /// What must hold on every page: nothing that its policy forbids, no error in a script.
    pub async fn check_page(&self) {
        for entry in self.driver.browser_log().await.unwrap() {
            let from_policy = entry.source.as_deref() == Some("security");
            let text = entry.message.to_lowercase();
            let violation = ["content security policy", "violates", "refused to", "uncaught"];
            let violation = violation.iter().any(|sign| text.contains(sign));
            assert!(!from_policy && !violation, "on {}: {}", self.url().await, entry.message);
        }
    }

    /// Pictures of the page for a person to look at, into the folder that `SCREENSHOTS` names: as a
    /// telephone and as a desk shows it, light and dark. That nothing sticks out is asserted always.
    pub async fn screenshot(&self, name: &str) {
        for width in [390, 1280] {
            for scheme in ["light", "dark"] {
                let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
                self.devtools("Emulation.setEmulatedMedia", media).await;
                let tall = self.resize(width, 800).await;
                let Some(folder) = std::env::var_os("SCREENSHOTS") else { continue };
                std::fs::create_dir_all(&folder).unwrap();
                self.resize(width, tall.max(800)).await;
                let file = PathBuf::from(folder).join(format!("{name}-{width}-{scheme}.png"));
                self.driver.screenshot(&file).await.unwrap();
            }
        }
        self.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await;
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": [] })).await;
    }

    /// Gives the page a size and returns how tall its content is; it must fit in width.
    async fn resize(&self, width: u64, height: u64) -> u64 {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
        let script = "const e = document.documentElement; return [e.scrollWidth, e.scrollHeight]";
        let measured = self.driver.execute(script, Vec::new()).await.unwrap();
        let [wide, tall]: [u64; 2] = measured.convert().unwrap();
        assert!(wide <= width, "{} is {wide} px wide in a window of {width} px", self.url().await);
        tall
    }

    async fn devtools(&self, method: &str, parameters: serde_json::Value) {
        self.driver.cdp().send_raw(method, parameters).await.unwrap();
    }

    pub async fn quit(self) {
        self.check_page().await;
        self.driver.clone().quit().await.unwrap();
    }
}

struct Chromedriver {
    process: Child,
    port: u16,
}

impl Chromedriver {
    /// It wants the same free port for IPv4 and IPv6, and ends when somebody has one of the two; the next try
    /// has another.
    fn start(program: &Path, home: &Path) -> Chromedriver {
        for _ in 0..5 {
            let mut process = Command::new(program)
                .args(["--port=0", "--log-level=SEVERE"])
                .env("HOME", home)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("chromedriver starts");
            if let Some(port) = port_of(&mut process) {
                return Chromedriver { process, port };
            }
            let _ = process.wait();
        }
        panic!("chromedriver finds no port");
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
        if shutdown(self.port).is_err() {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// The port that chromedriver chose: it says so once it listens.
fn port_of(chromedriver: &mut Child) -> Option<u16> {
    let mut lines = BufReader::new(chromedriver.stdout.take()?).lines();
    let line =
        lines.by_ref().map_while(Result::ok).find(|line| line.contains("started successfully on port"))?;
    // Read on, so that it is never stopped by a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}
