//! A real browser, without a window: Chromium, through chromedriver (W3C WebDriver).

mod installed;
mod network;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use thirtyfour::cdp::domains::network::ClearBrowserCookies;
use thirtyfour::error::WebDriverError;
use thirtyfour::{By, WebElement};
use url::Url;

use super::{Reply, Screen, Screens};
use crate::lock;
use crate::outcome::Broken;
use installed::Running;
use network::{Document, Network};

pub use installed::Installed;

/// How long a page may take to come to rest.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often the browser is asked whether it has.
const PAUSE: Duration = Duration::from_millis(50);

/// One browser of one person.
pub(super) struct Chromium {
    running: Running,
    network: Mutex<Network>,
    screens: Arc<Screens>,
}

impl std::fmt::Debug for Chromium {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chromium").finish_non_exhaustive()
    }
}

impl Chromium {
    pub(super) async fn start(installed: &Installed, screens: Arc<Screens>) -> Result<Self, Broken> {
        let running = installed.start().await.map_err(|error| Broken::new("start Chromium", error))?;
        Ok(Self { running, network: Mutex::default(), screens })
    }

    pub(super) async fn open(&self, url: &str) -> Result<Reply, Broken> {
        self.running.driver.goto(url).await.map_err(broken("open an address"))?;
        self.shown().await
    }

    pub(super) async fn click(&self, page: &Reply, link: &str) -> Result<Reply, Broken> {
        const STEP: &str = "press the link";
        self.is_shown(page).await?;
        let link = self.running.driver.find(By::Id(link)).await.map_err(broken(STEP))?;
        link.click().await.map_err(broken(STEP))?;
        self.shown().await
    }

    pub(super) async fn submit(&self, page: &Reply, fields: &[(&str, &str)]) -> Result<Reply, Broken> {
        self.send_form(page, fields).await?;
        self.shown().await
    }

    pub(super) async fn first_answer(&self, page: &Reply, fields: &[(&str, &str)]) -> Result<Reply, Broken> {
        let before = lock(&self.network).documents.len();
        self.send_form(page, fields).await?;
        self.come_to_rest().await?;
        self.picture().await?;
        let answer = lock(&self.network).documents.get(before).cloned();
        reply(answer, String::new()).ok_or_else(|| Broken::new("send the form", "nothing answered"))
    }

    pub(super) async fn forget_cookies(&self) -> Result<(), Broken> {
        let cleared = self.running.driver.cdp().send(ClearBrowserCookies).await;
        cleared.map(drop).map_err(broken("forget the cookies"))
    }

    pub(super) fn history(&self) -> Vec<Url> {
        lock(&self.network).documents.iter().map(|document| document.url.clone()).collect()
    }

    /// Types what the person types, and presses the button: the one among the fields, or the first.
    async fn send_form(&self, page: &Reply, fields: &[(&str, &str)]) -> Result<(), Broken> {
        const STEP: &str = "fill in the form";
        self.is_shown(page).await?;
        let form = self.running.driver.find(By::Tag("form")).await.map_err(broken(STEP))?;
        let mut button: Option<WebElement> = None;
        for (name, value) in fields {
            let buttons = By::Css(format!("button[name='{name}'][value='{value}']"));
            match form.find_all(buttons).await.map_err(broken(STEP))?.pop() {
                Some(found) => button = Some(found),
                None => {
                    let input =
                        form.find(By::Css(format!("input[name='{name}']"))).await.map_err(broken(STEP))?;
                    input.send_keys(*value).await.map_err(broken(STEP))?;
                }
            }
        }
        let button = match button {
            Some(button) => button,
            None => form.find(By::Tag("button")).await.map_err(broken(STEP))?,
        };
        button.click().await.map_err(broken("send the form"))
    }

    /// A person acts on what is in front of them.
    async fn is_shown(&self, page: &Reply) -> Result<(), Broken> {
        let shown = self.running.driver.current_url().await.map_err(broken("look at the page"))?;
        if shown == page.url {
            Ok(())
        } else {
            Err(Broken::new("look at the page", format!("{shown} is shown")))
        }
    }

    /// The page that is shown, once it has come to rest.
    async fn shown(&self) -> Result<Reply, Broken> {
        self.come_to_rest().await?;
        self.picture().await?;
        let url = self.running.driver.current_url().await.map_err(broken("look at the page"))?;
        let body = self.running.driver.source().await.map_err(broken("look at the page"))?;
        let last = lock(&self.network).documents.last().cloned();
        let reply = reply(last, body)
            .ok_or_else(|| Broken::new("look at the page", format!("no answer from {url}")))?;
        Ok(Reply { url, ..reply })
    }

    /// Waits for redirects, scripts and what they fetch.
    async fn come_to_rest(&self) -> Result<(), Broken> {
        const STEP: &str = "wait for the page";
        let begun = Instant::now();
        let mut quiet = 0;
        while quiet < 2 {
            let log = self.running.driver.get_log("performance").await.map_err(broken(STEP))?;
            let at_rest = {
                let mut network = lock(&self.network);
                // Every line is heard, whatever the ones before it said.
                let news = log.iter().filter(|entry| network.hear(&entry.message)).count();
                news == 0 && network.is_idle()
            };
            quiet = if at_rest { quiet + 1 } else { 0 };
            if begun.elapsed() > PATIENCE {
                return Err(Broken::new(STEP, "it does not come to rest"));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Keeps a picture. A browser without a window has no address bar, so the picture gets one.
    async fn picture(&self) -> Result<(), Broken> {
        const STEP: &str = "take a picture";
        const DRAW: &str = "const bar = document.createElement('div'); bar.textContent = location.href;\
            Object.assign(bar.style, { font: '14px/1.4 monospace', padding: '8px 14px', background: '#dfe3e8',\
            color: '#1a1d21', borderBottom: '2px solid #8a929c', overflowWrap: 'anywhere' });\
            document.body.prepend(bar); scrollTo(0, 0); return bar";
        let driver = &self.running.driver;
        let bar = driver.execute(DRAW, []).await.and_then(|bar| bar.element()).map_err(broken(STEP))?;
        let png = driver.screenshot_as_png().await.map_err(broken(STEP))?;
        let bar = bar.to_json().map_err(broken(STEP))?;
        driver.execute("arguments[0].remove()", [bar]).await.map_err(broken(STEP))?;
        let url = driver.current_url().await.map_err(broken(STEP))?;
        let site = url[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
        self.screens.push(Screen { site, png });
        Ok(())
    }
}

fn reply(document: Option<Document>, body: String) -> Option<Reply> {
    let Document { url, status, headers, .. } = document?;
    Some(Reply { url, status: status?, headers, body })
}

/// What chromedriver says, on one line, and without its own stack.
fn brief(error: &WebDriverError) -> String {
    let text = error.to_string();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines = lines.take_while(|line| !line.to_lowercase().starts_with("stacktrace"));
    lines.collect::<Vec<_>>().join(" ").chars().take(300).collect()
}

fn broken(step: &'static str) -> impl Fn(WebDriverError) -> Broken {
    move |error| Broken::new(step, brief(&error))
}
