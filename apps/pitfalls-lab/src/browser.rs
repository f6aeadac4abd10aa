//! People with browsers: the victim, and the attacker.
//!
//! A victim who opens a page or presses a button does so in the [`Engine`] that the twin was given:
//! Chromium, or the [driver](Engine::Simulated) that behaves like a browser. An exploit is written
//! once and cannot tell which. The attacker is a program, with a cookie jar and without manners.

mod chromium;
mod engine;
mod reply;
mod screens;
mod simulated;

use std::sync::Arc;

use auth_core::http_client::HttpClient;
use http::Method;
use tokio::sync::OnceCell;
use url::Url;

use crate::outcome::Broken;
use chromium::Chromium;
use simulated::Simulated;

pub use chromium::Installed;
pub use engine::Engine;
pub use reply::{Reply, fragment, query};
pub use screens::Screen;
pub(crate) use screens::Screens;

/// A browser, and the programs of the person who owns it.
#[derive(Debug)]
pub struct Browser {
    program: Simulated,
    real: Option<Real>,
}

/// A Chromium that starts with the first page that it is to show: most exploits need none.
#[derive(Debug)]
struct Real {
    installed: Arc<Installed>,
    screens: Arc<Screens>,
    chromium: OnceCell<Chromium>,
}

impl Real {
    async fn started(&self) -> Result<&Chromium, Broken> {
        let start = || Chromium::start(&self.installed, Arc::clone(&self.screens));
        self.chromium.get_or_try_init(start).await
    }
}

impl Browser {
    /// The driver, under a name for the wire view.
    pub(crate) fn new(http: HttpClient, actor: &'static str) -> Self {
        Self { program: Simulated::new(http, actor), real: None }
    }

    /// A victim's browser. What Chromium shows is kept in `screens`.
    pub(crate) fn of_a_victim(http: HttpClient, engine: &Engine, screens: &Arc<Screens>) -> Self {
        let real = match engine {
            Engine::Simulated => None,
            Engine::Chromium(installed) => Some(Real {
                installed: Arc::clone(installed),
                screens: Arc::clone(screens),
                chromium: OnceCell::new(),
            }),
        };
        Self { program: Simulated::new(http, "victim"), real }
    }

    /// Opens an address and follows redirects, up to a page that has come to rest.
    ///
    /// # Errors
    /// [`Broken`] when nothing answers, or the redirects do not end.
    pub async fn open(&self, url: &str) -> Result<Reply, Broken> {
        match &self.real {
            Some(real) => real.started().await?.open(url).await,
            None => self.program.open(parse(url)?).await,
        }
    }

    /// Presses the link with this id on the page.
    ///
    /// # Errors
    /// [`Broken`] when there is no such link, or nothing answers.
    pub async fn click(&self, page: &Reply, link: &str) -> Result<Reply, Broken> {
        match &self.real {
            Some(real) => real.started().await?.click(page, link).await,
            None => self.program.click(page, link).await,
        }
    }

    /// Fills in the form of a page and presses its button: `fields` are what the person types, and
    /// the hidden fields come along. Redirects are followed.
    ///
    /// # Errors
    /// [`Broken`] when the page has no form, or nothing answers.
    pub async fn submit(&self, page: &Reply, fields: &[(&str, &str)]) -> Result<Reply, Broken> {
        match &self.real {
            Some(real) => real.started().await?.submit(page, fields).await,
            None => self.program.submit(page, fields).await,
        }
    }

    /// Like [`Browser::submit`], but what comes back is the answer to the form itself, a redirect
    /// included. The driver stops there; a real browser goes on, as always.
    ///
    /// # Errors
    /// [`Broken`] when the page has no form, or nothing answers.
    pub async fn first_answer(&self, page: &Reply, fields: &[(&str, &str)]) -> Result<Reply, Broken> {
        match &self.real {
            Some(real) => real.started().await?.first_answer(page, fields).await,
            None => self.program.first_answer(page, fields).await,
        }
    }

    /// Signs out everywhere, as closing a private window does.
    ///
    /// # Errors
    /// [`Broken`] when the browser does not answer.
    pub async fn forget_cookies(&self) -> Result<(), Broken> {
        match &self.real {
            Some(real) => real.started().await?.forget_cookies().await,
            None => {
                self.program.forget_cookies();
                Ok(())
            }
        }
    }

    /// Every address that was shown or passed through: what a history, a proxy's log or a
    /// third-party script gets to see.
    pub fn history(&self) -> Vec<Url> {
        match &self.real {
            Some(real) => real.chromium.get().map(Chromium::history).unwrap_or_default(),
            None => self.program.history(),
        }
    }

    /// A request by a program: nothing is followed, and no page is shown.
    ///
    /// # Errors
    /// [`Broken`] when nothing answers.
    pub async fn get(&self, url: &str) -> Result<Reply, Broken> {
        self.program.send(Method::GET, parse(url)?, &[], &[]).await
    }

    /// Like [`Browser::get`], with additional headers.
    ///
    /// # Errors
    /// [`Broken`] when nothing answers.
    pub async fn get_with(&self, url: &str, headers: &[(&str, &str)]) -> Result<Reply, Broken> {
        self.program.send(Method::GET, parse(url)?, headers, &[]).await
    }

    /// A form that a program sends; nothing is followed.
    ///
    /// # Errors
    /// [`Broken`] when nothing answers.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        form: &[(&str, &str)],
    ) -> Result<Reply, Broken> {
        self.program.send(Method::POST, parse(url)?, headers, form).await
    }
}

fn parse(url: &str) -> Result<Url, Broken> {
    Url::parse(url).map_err(|error| Broken::new("open an address", format!("{url}: {error}")))
}
