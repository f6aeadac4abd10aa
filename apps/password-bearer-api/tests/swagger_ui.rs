//! Swagger UI in a real browser: its Authorize button logs in, and its 'try it out' then works,
//! under a policy that allows nothing inline and nothing from elsewhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/app.rs"]
mod app;
#[path = "support/browser.rs"]
mod browser;

use app::{PASSWORD, TestApp};
use browser::Browser;

#[tokio::test(flavor = "multi_thread")]
async fn authorize_logs_in_and_try_it_out_works() {
    let Some(browser) = Browser::start("Swagger UI").await else { return };
    let app = TestApp::start().await;
    app.user("johndoe").await;

    browser.open(&format!("{}/docs/", app.url)).await;
    browser.click(".btn.authorize").await;
    browser.type_into("#oauth_username", "johndoe").await;
    browser.type_into("#oauth_password", PASSWORD).await;
    for scope in ["me", "items"] {
        browser.click(&format!(".scopes label[for^='{scope}-password']")).await;
    }
    browser.click(".auth-container .modal-btn.authorize").await;
    browser.see(".auth-container", "Authorized").await;
    browser.click(".btn-done").await;

    for (operation, expected) in [
        ("#operations-users-read_me", r#""username": "johndoe""#),
        ("#operations-users-read_items", r#""item_id": "Foo""#),
        ("#operations-users-read_status", r#""status": "ok""#),
    ] {
        browser.click(&format!("{operation} .opblock-summary-control")).await;
        browser.click(&format!("{operation} .try-out__btn")).await;
        browser.click(&format!("{operation} .execute")).await;
        browser
            .see(&format!("{operation} .live-responses-table .response .response-col_status"), "200")
            .await;
        browser
            .see(&format!("{operation} .live-responses-table .response .response-col_description"), expected)
            .await;
    }
    browser.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_at_the_root_leads_to_swagger_ui() {
    let Some(browser) = Browser::start("the page at /").await else { return };
    let app = TestApp::start().await;
    browser.open(&app.url).await;
    browser.see("h1", "this is an API").await;
    browser.click("#docs").await;
    browser.see(".swagger-ui .title", "password-bearer-api").await;
    browser.quit().await;
}
